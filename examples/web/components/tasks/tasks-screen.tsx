"use client";

import type { Task } from "@drawbridge/client";
import { useCallback, useRef, useState } from "react";

import { Logo } from "@/components/brand/logo";
import { BridgePanel } from "@/components/bridge-panel/bridge-panel";
import { Notices, NoticesProvider } from "@/components/notices/notices";
import { useSignedIn } from "@/components/session/session-gate";
import { SignOutButton } from "@/components/session/sign-out-button";
import { TagsDialog } from "@/components/tags/tags-dialog";
import { useTexts } from "@/components/texts/texts";
import { useLastError } from "@/lib/use-last-error";

import { FilterBar } from "./filter-bar";
import { Pager } from "./pager";
import { QuickAdd } from "./quick-add";
import { ShortcutsDialog } from "./shortcuts-dialog";
import { TaskDialog } from "./task-dialog";
import type { TaskDraft } from "./task-draft";
import { TaskList } from "./task-list";
import { useTasks } from "./task-queries";
import styles from "./tasks-screen.module.css";
import { focusRow, rows, useShortcuts } from "./use-shortcuts";
import { useTaskActions } from "./use-task-actions";
import { type Step, useTaskFilters } from "./use-task-filters";

export function TasksScreen() {
  const { t } = useTexts();
  const { user } = useSignedIn();
  return (
    <NoticesProvider>
      <div className={styles.screen}>
        <a href="#tasks" className="skip">
          {t("skip")}
        </a>
        <header className={styles.header}>
          <Logo />
          <nav className={styles.nav} aria-label={t("tasks.account")}>
            <span className={styles.user} dir="auto">
              {user.name}
            </span>
            <SignOutButton />
          </nav>
        </header>
        <Tasks />
      </div>
      <BridgePanel />
    </NoticesProvider>
  );
}

/** Which dialog is open; only one is at a time. A task's is for a new one where there is none. */
type Open = { dialog: "tags" | "keys" } | { dialog: "task"; task: Task | null } | null;

function Tasks() {
  const { t } = useTexts();
  const [filters, changeFilters] = useTaskFilters();
  const [open, setOpen] = useState<Open>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const heading = useRef<HTMLHeadingElement>(null);
  const quickAdd = useRef<HTMLInputElement>(null);
  const drafts = useRef(new Map<string, TaskDraft>());
  const tasks = useTasks(filters);
  const error = useLastError(tasks);
  const actions = useTaskActions();
  const close = () => setOpen(null);
  const edit = (task: Task | null) => setOpen({ dialog: "task", task });

  const select = (id: string, on: boolean) => {
    const others = [...selected].filter((other) => other !== id);
    setSelected(new Set(on ? [...others, id] : others));
  };

  const toHeading = useCallback(() => heading.current?.focus({ preventScroll: true }), []);
  const toPage = useCallback(
    (page: number, step?: Step) => {
      changeFilters({ page }, step);
      if (step === "replace") return;
      window.scrollTo({ top: 0 });
      toHeading();
    },
    [changeFilters, toHeading],
  );

  const current = () => {
    const { all, current } = rows();
    return tasks.data?.items.find(({ id }) => id === all[current]?.dataset.task);
  };
  useShortcuts({
    n: () => quickAdd.current?.focus(),
    j: () => focusRow(rows().current + 1),
    k: () => focusRow(rows().current - 1),
    e: () => {
      const task = current();
      if (task) edit(task);
    },
    x: () => {
      const task = current();
      if (task) select(task.id, !selected.has(task.id));
    },
    "?": () => setOpen({ dialog: "keys" }),
  });

  return (
    <main
      id="tasks"
      className={styles.main}
      tabIndex={-1}
      aria-busy={(tasks.isPending && error === null) || tasks.isPlaceholderData}
    >
      <div className={styles.title}>
        <h1 ref={heading} tabIndex={-1}>
          {t("tasks.title")}
        </h1>
        <QuickAdd field={quickAdd} onAdd={actions.add} />
        <button type="button" className="button primary" onClick={() => edit(null)}>
          {t("tasks.new")}
        </button>
        <button type="button" className="button" onClick={() => setOpen({ dialog: "tags" })}>
          {t("tasks.manage_tags")}
        </button>
        <button
          type="button"
          className={`button plain ${styles.help}`}
          aria-label={t("keys.show")}
          onClick={() => setOpen({ dialog: "keys" })}
        >
          ?
        </button>
      </div>
      <FilterBar filters={filters} onChange={changeFilters} />
      <TaskList
        tasks={tasks}
        error={error}
        filters={filters}
        actions={actions}
        selected={selected}
        onSelect={select}
        onClearSelection={() => setSelected(new Set())}
        onFilters={changeFilters}
        onNew={() => edit(null)}
        onEdit={edit}
        onFocusLost={toHeading}
      />
      {tasks.data && <Pager page={tasks.data} wanted={filters.page} onPage={toPage} />}
      {open?.dialog === "task" && <TaskDialog task={open.task} drafts={drafts.current} onClose={close} />}
      {open?.dialog === "tags" && <TagsDialog filters={filters} onFilters={changeFilters} onClose={close} />}
      {open?.dialog === "keys" && <ShortcutsDialog onClose={close} />}
      <Notices />
    </main>
  );
}
