"use client";

import type { Task } from "@drawbridge/client";
import { type FormEvent, useId, useRef, useState } from "react";

import { Dialog } from "@/components/dialog/dialog";
import { useNotify } from "@/components/notices/notices";
import { ProblemNotice } from "@/components/notices/problem-notice";
import { TagCheckboxes } from "@/components/tags/tag-checkboxes";
import { useTags } from "@/components/tags/tag-queries";
import { useTexts } from "@/components/texts/texts";
import { describe, fieldErrorsOf } from "@/lib/problems";
import { priorities } from "@/lib/task-filters";
import type { Texts } from "@/lib/texts";
import { useSlow } from "@/lib/use-slow";

import styles from "./task-dialog.module.css";
import { changeOf, checkDraft, type DraftErrors, draftOf, newTaskOf, sortErrors, type TaskDraft } from "./task-draft";
import { TaskField } from "./task-field";
import { useCreateTask, useUpdateTask } from "./task-queries";

/** The one form for tasks: a new one for null, else that one, with every field as it is. */
export function TaskDialog(props: {
  task: Task | null;
  /** What was typed and neither saved nor cancelled, by the task's id, or `new`: Esc leaves it there. */
  drafts: Map<string, TaskDraft>;
  onClose: () => void;
}) {
  const { task, drafts, onClose } = props;
  const { t } = useTexts();
  const notify = useNotify();
  const kept = task?.id ?? "new";
  const [before] = useState(() => draftOf(task));
  const [draft, setDraft] = useState(() => drafts.get(kept) ?? before);
  const [errors, setErrors] = useState<DraftErrors>({});
  const saved = () => {
    drafts.delete(kept);
    onClose();
  };
  const save = useSaveTask(task, before, saved, setErrors);
  const isSlow = useSlow(save.busy);
  const form = useId();

  function cancel() {
    save.stop();
    saved();
  }

  function leave() {
    save.stop();
    if (JSON.stringify(draft) === JSON.stringify(before)) return saved();
    drafts.set(kept, draft);
    notify.done(t("tasks.kept"));
    onClose();
  }

  function set<Field extends keyof TaskDraft>(field: Field, value: TaskDraft[Field]) {
    setDraft({ ...draft, [field]: value });
    setErrors({ ...errors, [field]: undefined });
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const found = { ...checkDraft(t, draft), ...halfTypedTimes(t, event.currentTarget) };
    setErrors(found);
    if (Object.keys(found).length === 0) return save.start(draft);
    focusFirst(event.currentTarget, found);
  }

  return (
    <Dialog title={t(task === null ? "form.new" : "form.edit")} onEscape={leave} onClose={cancel}>
      <form id={form} className={styles.form} onSubmit={submit} noValidate aria-busy={save.busy}>
        <TaskFields draft={draft} errors={errors} set={set} />
        <div className={styles.foot}>
          {save.error !== null && <SaveProblem error={save.error} />}
          <p role="status" className={isSlow ? "hint" : "unseen"}>
            {isSlow && t("waiting.cancel")}
          </p>
          <div className={styles.buttons}>
            <button type="button" className="button" onClick={cancel}>
              {t("cancel")}
            </button>
            <button type="submit" className="button primary" disabled={save.busy}>
              {t("save")}
            </button>
          </div>
        </div>
      </form>
    </Dialog>
  );
}

type SetField = <Field extends keyof TaskDraft>(field: Field, value: TaskDraft[Field]) => void;

function TaskFields({ draft, errors, set }: { draft: TaskDraft; errors: DraftErrors; set: SetField }) {
  const { t } = useTexts();
  const tags = useTags();
  return (
    <>
      <TaskField name="title" error={errors.title}>
        {(field) => (
          <input {...field} value={draft.title} onChange={(event) => set("title", event.target.value)} required />
        )}
      </TaskField>
      <TaskField name="description" error={errors.description}>
        {(field) => (
          <textarea
            {...field}
            rows={3}
            value={draft.description}
            onChange={(event) => set("description", event.target.value)}
          />
        )}
      </TaskField>
      <TaskField name="priority" error={errors.priority}>
        {(field) => (
          <select
            {...field}
            value={draft.priority}
            onChange={(event) => set("priority", event.target.value as TaskDraft["priority"])}
          >
            <option value="">{t("priority.none")}</option>
            {priorities.map((priority) => (
              <option key={priority} value={priority}>
                {t(`priority.${priority}`)}
              </option>
            ))}
          </select>
        )}
      </TaskField>
      <div className={styles.columns}>
        <TaskField name="due" error={errors.due}>
          {(field) => (
            <input {...field} {...localTime} value={draft.due} onChange={(event) => set("due", event.target.value)} />
          )}
        </TaskField>
        <TaskField name="reminder" error={errors.reminder} hint={t("form.reminder.hint")}>
          {(field) => (
            <input
              {...field}
              {...localTime}
              value={draft.reminder}
              onChange={(event) => set("reminder", event.target.value)}
            />
          )}
        </TaskField>
      </div>
      <TagCheckboxes
        legend={t("form.tags")}
        tags={tags.data ?? []}
        chosen={draft.tagIds}
        error={errors.tagIds}
        whenNone={tags.isPending && tags.failureCount === 0 ? "" : t(tags.data ? "form.tags.none" : "form.tags.failed")}
        onChange={(id, on) => set("tagIds", on ? [...draft.tagIds, id] : draft.tagIds.filter((other) => other !== id))}
      />
    </>
  );
}

/** Five digits of a year, which the control would take, are none to the API. */
const localTime = { type: "datetime-local", max: "9999-12-31T23:59" } as const;

/** Saves, and closes when that is done. Errors of fields go to the fields, the rest is `error`. */
function useSaveTask(
  task: Task | null,
  before: TaskDraft,
  onClose: () => void,
  onErrors: (errors: DraftErrors) => void,
) {
  const create = useCreateTask();
  const update = useUpdateTask();
  const { t } = useTexts();
  const notify = useNotify();
  const [error, setError] = useState<unknown>(null);
  const underway = useRef<AbortController>(null);

  function start(draft: TaskDraft) {
    // Asked of the reference, since `busy` is only known to the next rendering: a second submit may come before that.
    if (underway.current !== null) return;
    setError(null);
    underway.current = new AbortController();
    const { signal } = underway.current;
    const outcome = {
      onSuccess: () => {
        notify.done(t(task === null ? "tasks.created" : "tasks.saved"));
        onClose();
      },
      onError: (failure: Error) => {
        const { fields, others } = sortErrors(t, fieldErrorsOf(failure));
        onErrors(fields);
        if (Object.keys(fields).length === 0 || others.length > 0) setError(failure);
      },
      onSettled: () => {
        underway.current = null;
      },
    };
    if (task === null) create.mutate({ task: newTaskOf(draft), signal }, outcome);
    else update.mutate({ id: task.id, change: changeOf(before, draft), signal }, outcome);
  }

  /** What waits to be sent, again perhaps, is not. What has reached the API is done; the list, asked for again, shows it. */
  function stop() {
    underway.current?.abort();
  }

  return { start, stop, error, busy: create.isPending || update.isPending };
}

function SaveProblem({ error }: { error: unknown }) {
  const { t } = useTexts();
  const problem = describe(t, error);
  const { others } = sortErrors(t, fieldErrorsOf(error));
  return <ProblemNotice problem={{ ...problem, detail: [problem.detail, ...others].join(" ") }} />;
}

/** A control for times says nothing at all when only a part of one was typed; that must not pass for "none". */
function halfTypedTimes(t: Texts["t"], form: HTMLFormElement): DraftErrors {
  const errors: DraftErrors = {};
  for (const name of ["due", "reminder"] as const) {
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLInputElement && !control.validity.valid) errors[name] = t("form.half_typed");
  }
  return errors;
}

function focusFirst(form: HTMLFormElement, errors: DraftErrors): void {
  const [name] = Object.keys(errors);
  const control = name === undefined ? null : form.elements.namedItem(name);
  if (control instanceof HTMLElement) control.focus();
}
