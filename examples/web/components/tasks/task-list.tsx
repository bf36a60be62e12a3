"use client";

import type { Page, Task } from "@drawbridge/client";
import type { UseQueryResult } from "@tanstack/react-query";

import { ProblemNotice } from "@/components/notices/problem-notice";
import { describe } from "@/lib/problems";
import { filtersAnything, noFilters, type TaskFilters } from "@/lib/task-filters";
import { useNow } from "@/lib/use-now";
import styles from "./task-list.module.css";
import { TaskRow } from "./task-row";
import type { ChangeFilters } from "./use-task-filters";

/** The tasks of a page, or why there are none: not yet fetched, none made yet, none that match, or a fault. */
export function TaskList(props: {
  tasks: UseQueryResult<Page<Task>>;
  filters: TaskFilters;
  onFilters: ChangeFilters;
  onNew: () => void;
  onEdit: (task: Task) => void;
  onDelete: (task: Task) => void;
}) {
  const { tasks, filters } = props;
  const now = useNow(30_000);

  return (
    <div className={styles.area}>
      {tasks.isError && (
        <ProblemNotice problem={describe(tasks.error, "asked again")}>
          <button type="button" className="button" disabled={tasks.isFetching} onClick={() => void tasks.refetch()}>
            Try again
          </button>
        </ProblemNotice>
      )}
      {tasks.isPending && <Skeleton />}
      {tasks.data && tasks.data.items.length > 0 && (
        <ul className={`card ${styles.list}`} data-old={tasks.isPlaceholderData}>
          {tasks.data.items.map((task) => (
            <TaskRow
              key={task.id}
              task={task}
              now={now}
              onEdit={() => props.onEdit(task)}
              onDelete={() => props.onDelete(task)}
            />
          ))}
        </ul>
      )}
      {tasks.data?.total === 0 && !tasks.isPlaceholderData && (
        <Empty
          filtered={filtersAnything(filters)}
          onNew={props.onNew}
          onClear={() => props.onFilters({ ...noFilters, sortBy: filters.sortBy, order: filters.order })}
        />
      )}
    </div>
  );
}

function Empty({ filtered, onNew, onClear }: { filtered: boolean; onNew: () => void; onClear: () => void }) {
  return (
    <div className={`card ${styles.empty}`}>
      <h2>{filtered ? "No task matches" : "No tasks yet"}</h2>
      <p>
        {filtered
          ? "Your tasks are there; the filters leave them out."
          : "What is there to do? Write down the first thing."}
      </p>
      <button type="button" className={filtered ? "button" : "button primary"} onClick={filtered ? onClear : onNew}>
        {filtered ? "Clear filters" : "New task"}
      </button>
    </div>
  );
}

function Skeleton() {
  return (
    <div className={`card ${styles.list}`}>
      <p className="unseen">Tasks are being fetched.</p>
      {["70%", "45%", "58%"].map((width) => (
        <div key={width} className={styles.skeleton} aria-hidden="true">
          <span style={{ width }} />
        </div>
      ))}
    </div>
  );
}
