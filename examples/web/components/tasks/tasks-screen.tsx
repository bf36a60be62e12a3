"use client";

import type { Task } from "@drawbridge/client";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import { Logo } from "@/components/brand/logo";
import { BridgePanel } from "@/components/bridge-panel/bridge-panel";
import { Notices, NoticesProvider } from "@/components/notices/notices";
import { useSignedIn } from "@/components/session/session-gate";
import { SignOutButton } from "@/components/session/sign-out-button";
import { TagsDialog } from "@/components/tags/tags-dialog";

import { DeleteTaskDialog } from "./delete-task-dialog";
import { FilterBar } from "./filter-bar";
import { Pager } from "./pager";
import { TaskDialog } from "./task-dialog";
import { TaskList } from "./task-list";
import { useTasks } from "./task-queries";
import styles from "./tasks-screen.module.css";
import { useTaskFilters } from "./use-task-filters";

/** Which dialog is open; only one is at a time. */
type Open = { dialog: "new" | "tags" } | { dialog: "edit" | "delete"; task: Task } | null;

export function TasksScreen() {
  const { user } = useSignedIn();
  return (
    <NoticesProvider>
      <div className={styles.screen}>
        <header className={styles.header}>
          <Logo />
          <nav className={styles.nav} aria-label="Account">
            <span className={styles.user}>{user.name}</span>
            <SignOutButton />
          </nav>
        </header>
        <Tasks />
      </div>
      <BridgePanel />
    </NoticesProvider>
  );
}

function Tasks() {
  const [filters, changeFilters] = useTaskFilters();
  const [open, setOpen] = useState<Open>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const tasks = useTasks(filters);
  const close = () => setOpen(null);

  return (
    <main className={styles.main} aria-busy={tasks.isPending || tasks.isPlaceholderData}>
      <div className={styles.title}>
        <h1 ref={heading} tabIndex={-1}>
          Tasks
        </h1>
        <div className="row">
          <button type="button" className="button" onClick={() => setOpen({ dialog: "tags" })}>
            Manage tags
          </button>
          <button type="button" className="button primary" onClick={() => setOpen({ dialog: "new" })}>
            New task
          </button>
        </div>
      </div>
      <FilterBar filters={filters} onChange={changeFilters} />
      <TaskList
        tasks={tasks}
        filters={filters}
        onFilters={changeFilters}
        onNew={() => setOpen({ dialog: "new" })}
        onEdit={(task) => setOpen({ dialog: "edit", task })}
        onDelete={(task) => setOpen({ dialog: "delete", task })}
      />
      {tasks.data && (
        <Pager page={tasks.data} wanted={filters.page} onPage={(page, step) => changeFilters({ page }, step)} />
      )}
      {open?.dialog === "new" && <TaskDialog task={null} onClose={close} />}
      {open?.dialog === "edit" && <TaskDialog task={open.task} onClose={close} />}
      {open?.dialog === "tags" && <TagsDialog filters={filters} onFilters={changeFilters} onClose={close} />}
      {open?.dialog === "delete" && (
        <DeleteTaskDialog
          task={open.task}
          onClose={close}
          onGone={() => {
            // The dialog gives the focus back to a button that goes with its row, so it is taken from there at once.
            flushSync(close);
            heading.current?.focus();
          }}
        />
      )}
      <Notices />
    </main>
  );
}
