"use client";

import type { Task } from "@drawbridge/client";
import { useState } from "react";

import { useNotify } from "@/components/notices/notices";
import { describe } from "@/lib/problems";

import { useCompleteTask } from "./task-queries";
import styles from "./task-row.module.css";

/**
 * Completes a task, or takes that back. What was clicked is state of the box itself: the cache tells of a change only
 * some moments later, and until then React would put the box back.
 */
export function CompleteCheckbox({ task }: { task: Task }) {
  const complete = useCompleteTask();
  const notify = useNotify();
  const [shown, setShown] = useState(task.completed);
  const [known, setKnown] = useState(task.completed);
  if (task.completed !== known) {
    setKnown(task.completed);
    setShown(task.completed);
  }

  function change(completed: boolean) {
    setShown(completed);
    complete.mutate(
      { id: task.id, completed },
      {
        onError: (error) => {
          setShown(!completed);
          notify.problem(describe(error));
        },
      },
    );
  }

  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        aria-label={`Complete ${task.title}`}
        checked={shown}
        onChange={(event) => change(event.target.checked)}
      />
    </label>
  );
}
