"""All that can be done on the pages, without a mouse; and where the focus is afterwards."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from people import new_account, new_task, sign_up, task_row, wait_for_tasks

NAME_OF_WHAT_HAS_THE_FOCUS = """(() => {
  const element = document.activeElement;
  return element.ariaLabel ?? element.labels?.[0]?.innerText.trim() ?? element.innerText.trim();
})()"""


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has that name has the focus, which can be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_OF_WHAT_HAS_THE_FOCUS) == name:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {name} is not seen"
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_sign_up_a_new_task_its_completion_and_the_bridge(bridge, visit):
    page = visit(bridge).page
    page.goto("/sign-up")
    page.get_by_label("Name").focus()
    page.keyboard.type("Ada Lovelace")
    page.keyboard.press("Tab")
    page.keyboard.type(new_account().email)
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery staple")
    page.keyboard.press("Enter")
    wait_for_tasks(page)

    tab_to(page, "New task")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Title")).to_be_focused()
    page.keyboard.type("Typed")
    page.keyboard.press("Enter")
    expect(task_row(page, "Typed")).to_be_visible()

    tab_to(page, "Complete Typed")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Complete Typed")).to_be_checked()

    tab_to(page, "Inspect the bridge")
    page.keyboard.press("Enter")
    expect(page.get_by_text("EdDSA").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("EdDSA")).to_have_count(0)
    expect(page.get_by_role("button", name="Inspect the bridge")).to_be_focused()


def test_a_task_is_edited(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Draft")
    tab_to(page, "Edit Draft")
    page.keyboard.press("Enter")
    title = page.get_by_role("dialog").get_by_label("Title")
    expect(title).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Edit Draft")).to_be_focused()
    page.keyboard.press("Enter")
    expect(title).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(", finished")
    tab_to(page, "Priority")
    page.keyboard.press("h")  # high
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(task_row(page, "Draft, finished").get_by_text("High")).to_be_visible()
    expect(page.get_by_role("button", name="Edit Draft, finished")).to_be_focused()


def test_a_task_is_deleted_and_brought_back(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    new_task(page, "Wanted")
    new_task(page, "Unwanted")
    tab_to(page, "Delete Unwanted")
    page.keyboard.press("Enter")
    expect(task_row(page, "Unwanted")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit Wanted")).to_be_focused()  # the row in its place
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(task_row(page, "Unwanted")).to_be_visible()


def test_shortcuts_reach_all_of_the_list(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    page.keyboard.press("n")
    expect(page.get_by_label("Quick add")).to_be_focused()
    for title in ("njkex?", "Second"):  # letters that are typed are no shortcuts
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(task_row(page, title)).to_be_visible()
        expect(page.get_by_label("Quick add")).to_have_value("")
    expect(page.get_by_label("Quick add")).to_be_focused()
    page.get_by_role("heading", name="Tasks", exact=True).evaluate("heading => heading.focus()")
    for key, title in (("j", "Second"), ("j", "njkex?"), ("j", "njkex?"), ("k", "Second")):
        page.keyboard.press(key)
        expect(page.get_by_role("button", name=f"Edit {title}", exact=True)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select Second")).to_be_checked()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select Second")).not_to_be_checked()
    page.keyboard.press("e")
    expect(page.get_by_role("dialog").get_by_label("Title")).to_have_value("Second")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    keys.get_by_label("Shortcuts are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(keys).to_be_hidden()


def test_the_first_tab_leads_past_the_header(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    page.reload()
    wait_for_tasks(page)
    tab_to(page, "Skip to the tasks")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Quick add")).to_be_focused()


def test_a_tag_is_made_renamed_and_deleted(bridge, visit):
    ada = visit(bridge)
    sign_up(ada)
    page = ada.page
    tab_to(page, "Manage tags")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("New tag")).to_be_focused()
    page.keyboard.type("Hom")
    tab_to(page, "With a colour")
    page.keyboard.press("Space")
    tab_to(page, "Add tag")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Hom", exact=True)).to_be_visible()
    tab_to(page, "Edit tag Hom")
    page.keyboard.press("Enter")
    tab_to(page, "Name of Hom")
    page.keyboard.press("End")
    page.keyboard.type("e")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Home", exact=True)).to_be_visible()
    tab_to(page, "Delete tag Home")
    page.keyboard.press("Enter")
    tab_to(page, "Yes, delete")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("No tags yet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Manage tags")).to_be_focused()
