"use client";

import type { Page, Task } from "@drawbridge/client";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { useShownProblem } from "@/components/notices/notices";
import { ProblemNotice } from "@/components/notices/problem-notice";
import { useTexts } from "@/components/texts/texts";
import { describe } from "@/lib/problems";
import { filtersAnything, isReversed, noFilters, type TaskFilters } from "@/lib/task-filters";
import { useNow } from "@/lib/use-now";

import { SelectionBar } from "./selection-bar";
import styles from "./task-list.module.css";
import { TaskRow } from "./task-row";
import { focusRow, rows } from "./use-shortcuts";
import type { TaskActions } from "./use-task-actions";
import type { ChangeFilters } from "./use-task-filters";

/** The tasks of a page, or why there are none: not yet fetched, none made yet, none that match, or a fault. */
export function TaskList(props: {
  tasks: UseQueryResult<Page<Task>>;
  /** The last error, kept until an answer comes, during retries too. */
  error: Error | null;
  filters: TaskFilters;
  actions: TaskActions;
  selected: ReadonlySet<string>;
  onSelect: (id: string, on: boolean) => void;
  onClearSelection: () => void;
  onFilters: ChangeFilters;
  onNew: () => void;
  onEdit: (task: Task) => void;
  /** Where the list has no row that could have the focus. */
  onFocusLost: () => void;
}) {
  const { tasks, error, filters, actions, selected } = props;
  const { t, count } = useTexts();
  const now = useNow(30_000);
  const shownProblem = useShownProblem();
  const problem = error === null ? null : describe(t, error, "asked again");
  const items = tasks.data?.items ?? [];
  const chosen = items.filter(({ id }) => selected.has(id));
  const onFocus = useFocusOfRows(items, props.onFocusLost);

  return (
    <div className={styles.area}>
      {/* What the last action met says it already. */}
      {problem !== null && problem.title !== shownProblem?.title && (
        <ProblemNotice problem={problem}>
          <button type="button" className="button" disabled={tasks.isFetching} onClick={() => void tasks.refetch()}>
            {t("try_again")}
          </button>
        </ProblemNotice>
      )}
      {tasks.isPending && error === null && <Skeleton />}
      <p role="status" className="unseen">
        {tasks.data && !tasks.isPlaceholderData && filtersAnything(filters) && count("tasks.found", tasks.data.total)}
      </p>
      {chosen.length > 0 && <SelectionBar tasks={chosen} actions={actions} onClear={props.onClearSelection} />}
      {items.length > 0 && (
        <ul className={`card ${styles.list}`} data-old={tasks.isPlaceholderData} onFocus={onFocus}>
          {items.map((task) => (
            <TaskRow
              key={task.id}
              task={task}
              now={now}
              isSelected={selected.has(task.id)}
              onSelect={(on) => props.onSelect(task.id, on)}
              onComplete={(completed) => actions.complete(task, completed)}
              onEdit={() => props.onEdit(task)}
              onDelete={() => void actions.remove([task])}
            />
          ))}
        </ul>
      )}
      {tasks.data?.total === 0 && !tasks.isPlaceholderData && (
        <Empty
          filters={filters}
          onNew={props.onNew}
          onClear={() => props.onFilters({ ...noFilters, sortBy: filters.sortBy, order: filters.order })}
        />
      )}
    </div>
  );
}

/** A row that goes, completed under "Open" or deleted, leaves the focus to the one in its place. */
function useFocusOfRows(items: readonly Task[], onFocusLost: () => void) {
  const last = useRef<{ id: string | undefined; place: number } | null>(null);
  useEffect(() => {
    const { current } = last;
    if (current === null || items.some(({ id }) => id === current.id)) return;
    last.current = null;
    if (document.activeElement !== document.body && document.activeElement !== null) return;
    if (items.length === 0) onFocusLost();
    else focusRow(current.place);
  }, [items, onFocusLost]);
  return () => {
    const { all, current } = rows();
    last.current = { id: all[current]?.dataset.task, place: current };
  };
}

function Empty({ filters, onNew, onClear }: { filters: TaskFilters; onNew: () => void; onClear: () => void }) {
  const { t } = useTexts();
  const filtered = filtersAnything(filters);
  return (
    <div className={`card ${styles.empty}`}>
      <h2>{t(filtered ? "tasks.no_match" : "tasks.none")}</h2>
      <p>{t(isReversed(filters) ? "filters.reversed" : filtered ? "tasks.no_match.text" : "tasks.none.text")}</p>
      <button type="button" className={filtered ? "button" : "button primary"} onClick={filtered ? onClear : onNew}>
        {t(filtered ? "filters.clear" : "tasks.new")}
      </button>
    </div>
  );
}

function Skeleton() {
  const { t } = useTexts();
  return (
    <div className={`card ${styles.list}`}>
      <p className="unseen">{t("tasks.fetching")}</p>
      {["70%", "45%", "58%"].map((width) => (
        <div key={width} className={styles.skeleton} aria-hidden="true">
          <span style={{ width }} />
        </div>
      ))}
    </div>
  );
}
