"use client";

import type { Task } from "@drawbridge/client";
import { useState } from "react";

import { useTexts } from "@/components/texts/texts";
import { useSlow } from "@/lib/use-slow";

import styles from "./task-row.module.css";

/**
 * Completes a task, or takes that back. What was clicked is state of the box itself: the cache tells of a change only
 * some moments later, and until then React would put the box back.
 */
export function CompleteCheckbox(props: {
  task: Task;
  /** Resolves to whether it was done. */
  onComplete: (completed: boolean) => Promise<boolean>;
}) {
  const { task } = props;
  const { t } = useTexts();
  const [busy, setBusy] = useState(0);
  const isSlow = useSlow(busy > 0);
  const [shown, setShown] = useState(task.completed);
  const [known, setKnown] = useState(task.completed);
  if (task.completed !== known) {
    setKnown(task.completed);
    setShown(task.completed);
  }

  async function change(completed: boolean) {
    setShown(completed);
    setBusy((count) => count + 1);
    if (!(await props.onComplete(completed))) setShown(!completed);
    setBusy((count) => count - 1);
  }

  return (
    <>
      <label className={styles.check}>
        <input
          type="checkbox"
          aria-label={t("tasks.complete", { title: task.title })}
          checked={shown}
          onChange={(event) => void change(event.target.checked)}
        />
      </label>
      {isSlow && (
        <span role="status" className={styles.waiting}>
          {t("waiting")}
        </span>
      )}
    </>
  );
}
