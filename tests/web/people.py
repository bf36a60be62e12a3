"""What a person does on the pages, by the names that they read there."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from browser import PASSWORD, Visitor


@dataclass
class Account:
    name: str
    email: str
    password: str = PASSWORD


def new_account(name: str = "Ada Lovelace") -> Account:
    return Account(name, f"{name.split()[0].lower()}-{secrets.token_hex(4)}@example.com")


def send(page: Page, button: str) -> None:
    """The form, once the page's script runs: before that the browser would send it by itself."""
    expect(page.locator("form")).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name=button).click()


def send_sign_up(page: Page, name: str = "Ada Lovelace") -> Account:
    """Through the form; what comes then is for the caller to wait for."""
    account = new_account(name)
    page.goto("/sign-up")
    page.get_by_label("Name").fill(account.name)
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    send(page, "Sign up")
    return account


def sign_up_by_form(visitor: Visitor, name: str = "Ada Lovelace") -> Account:
    """Until the tasks page is there."""
    account = send_sign_up(visitor.page, name)
    wait_for_tasks(visitor.page)
    return account


def sign_up(visitor: Visitor, name: str = "Ada Lovelace") -> Account:
    """As the form does, without its page, which costs as much as most of the tests."""
    account = new_account(name)
    answer = visitor.context.request.post(
        "/api/auth/sign-up/email",
        headers={"Origin": visitor.web, "X-Forwarded-For": visitor.address},
        data={"name": account.name, "email": account.email, "password": account.password},
    )
    assert answer.ok, answer.text()
    visitor.page.goto("/tasks")
    wait_for_tasks(visitor.page)
    return account


def sign_in(visitor: Visitor, account: Account) -> None:
    page = visitor.page
    page.goto("/sign-in")
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    send(page, "Sign in")
    wait_for_tasks(page)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile("/sign-in"))


def wait_for_tasks(page: Page) -> None:
    """The tasks page, with an answer of the API on it."""
    page.wait_for_url(re.compile("/tasks"))
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "false")


def wait_for(page: Page, is_so: Callable[[], bool], what: str) -> None:
    """What Playwright has no wait for; the browser goes on meanwhile."""
    for _ in range(150):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{what}: not within 15 s")


def alert(page: Page) -> Locator:
    """Ours; Next.js has one of its own on each page."""
    return page.get_by_role("main").get_by_role("alert")


def task_row(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("checkbox", name=f"Complete {title}", exact=True))


def open_filters(page: Page) -> None:
    """Their panel is behind one button."""
    button = page.get_by_role("button", name=re.compile("^Filters"))
    if button.get_attribute("aria-expanded") == "false":
        button.click()


def open_new_task(page: Page, title: str) -> Locator:
    """The form, with that title in it."""
    page.get_by_role("button", name="New task").first.click()
    form = page.get_by_role("dialog")
    form.get_by_label("Title").fill(title)
    return form


def new_task(page: Page, title: str, **fields: str) -> None:
    """Fills the fields by their labels in lower case, saves, and waits until the row is there."""
    form = open_new_task(page, title)
    for label, value in fields.items():
        field = form.get_by_label(label.capitalize(), exact=True)
        if label == "priority":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(task_row(page, title)).to_be_visible()
