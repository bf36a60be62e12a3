"use client";

import type { Task } from "@drawbridge/client";

import { Dialog } from "@/components/dialog/dialog";
import { useNotify } from "@/components/notices/notices";
import { ProblemNotice } from "@/components/notices/problem-notice";
import { describe } from "@/lib/problems";

import styles from "./task-dialog.module.css";
import { useDeleteTask } from "./task-queries";

/** Asks first, since the API has no way to take a deletion back. */
export function DeleteTaskDialog({
  task,
  onClose,
  onDeleted,
}: {
  task: Task;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const remove = useDeleteTask();
  const notify = useNotify();

  function confirm() {
    remove.mutate(task.id, {
      onSuccess: () => {
        notify.done("Task deleted");
        onDeleted();
      },
    });
  }

  return (
    <Dialog title="Delete this task?" role="alertdialog" onClose={onClose}>
      <p className={styles.subject}>“{task.title}” will be gone for good.</p>
      {remove.isError && <ProblemNotice problem={describe(remove.error)} />}
      <div className={styles.buttons}>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button destructive" disabled={remove.isPending} onClick={confirm}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
