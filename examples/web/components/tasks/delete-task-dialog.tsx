"use client";

import { ApiError, type Task } from "@drawbridge/client";

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
  onGone,
}: {
  task: Task;
  onClose: () => void;
  /** In place of `onClose` where the task, and with it its row, is gone. */
  onGone: () => void;
}) {
  const remove = useDeleteTask();
  const notify = useNotify();
  const wasGone = remove.error instanceof ApiError && remove.error.code === "not_found";
  const close = wasGone ? onGone : onClose;

  function confirm() {
    remove.mutate(task.id, {
      onSuccess: () => {
        notify.done("Task deleted");
        onGone();
      },
    });
  }

  return (
    <Dialog title={wasGone ? "Nothing to delete" : "Delete this task?"} role="alertdialog" onClose={close}>
      <p className={styles.subject}>{wasGone ? `“${task.title}”` : `“${task.title}” will be gone for good.`}</p>
      {remove.isError && <ProblemNotice problem={describe(remove.error)} />}
      <div className={styles.buttons}>
        <button type="button" className="button" onClick={close}>
          {wasGone ? "Close" : "Cancel"}
        </button>
        {!wasGone && (
          <button type="button" className="button destructive" disabled={remove.isPending} onClick={confirm}>
            Delete
          </button>
        )}
      </div>
    </Dialog>
  );
}
