import type { FieldError, NewTask, Priority, Task, TaskChange } from "@drawbridge/client";

import { fromLocalField, toApiTime, toLocalField } from "@/lib/dates";
import type { Texts } from "@/lib/texts";

/** A task as its form has it: texts of fields, times in local time. */
export interface TaskDraft {
  title: string;
  description: string;
  priority: NonNullable<Priority> | "";
  due: string;
  reminder: string;
  tagIds: readonly number[];
}

/** The texts that name them. */
export const draftFields = {
  title: "form.title",
  description: "form.description",
  priority: "form.priority",
  due: "form.due",
  reminder: "form.reminder",
  tagIds: "form.tags",
} as const satisfies Record<keyof TaskDraft, string>;

/** What is wrong, by field. */
export type DraftErrors = Partial<Record<keyof TaskDraft, string>>;

/** The contract's bounds, in Unicode code points. */
export const longestTitle = 255;
const longestDescription = 10_000;

export function draftOf(task: Task | null): TaskDraft {
  return {
    title: task?.title ?? "",
    description: task?.description ?? "",
    priority: task?.priority ?? "",
    due: toLocalField(task?.due_date),
    reminder: toLocalField(task?.reminder_at),
    tagIds: task?.tags.map((tag) => tag.id) ?? [],
  };
}

/** What the API would refuse, found before it is asked. */
export function checkDraft(t: Texts["t"], draft: TaskDraft): DraftErrors {
  const errors: DraftErrors = {};
  const title = length(draft.title.trim());
  if (title === 0) errors.title = t("form.title.missing");
  if (title > longestTitle) errors.title = t("form.title.long", { most: longestTitle, count: title });
  const description = length(draft.description);
  if (description > longestDescription) {
    errors.description = t("form.description.long", { most: longestDescription, count: description });
  }
  const due = fromLocalField(draft.due);
  const reminder = fromLocalField(draft.reminder);
  if (due !== null && reminder !== null && reminder >= due) errors.reminder = t("form.reminder.late");
  return errors;
}

/** Everything that the API is told of a new task. */
export function newTaskOf(draft: TaskDraft): NewTask {
  return {
    title: draft.title.trim(),
    description: draft.description || null,
    priority: draft.priority || null,
    due_date: apiTime(draft.due),
    reminder_at: apiTime(draft.reminder),
    tag_ids: [...draft.tagIds],
  };
}

/**
 * Only what was changed in the form. What was not may be finer than the form shows (seconds of a time), or may have been
 * changed elsewhere in the meantime.
 */
export function changeOf(before: TaskDraft, after: TaskDraft): TaskChange {
  const all = newTaskOf(after);
  const change: TaskChange = {};
  if (all.title !== before.title) change.title = all.title;
  if (after.description !== before.description) change.description = all.description ?? null;
  if (after.priority !== before.priority) change.priority = all.priority ?? null;
  if (after.due !== before.due) change.due_date = all.due_date ?? null;
  if (after.reminder !== before.reminder) change.reminder_at = all.reminder_at ?? null;
  if (!sameIds(after.tagIds, before.tagIds)) change.tag_ids = [...after.tagIds];
  return change;
}

const fieldOfMember: Readonly<Record<string, keyof TaskDraft>> = {
  title: "title",
  description: "description",
  priority: "priority",
  due_date: "due",
  reminder_at: "reminder",
  tag_ids: "tagIds",
};

/** The API's errors at the form's fields, and those that belong to none. */
export function sortErrors(t: Texts["t"], errors: readonly FieldError[]): { fields: DraftErrors; others: string[] } {
  const fields: DraftErrors = {};
  const others: string[] = [];
  for (const { pointer, message } of errors) {
    const field = fieldOfMember[pointer.split("/")[1] ?? ""];
    if (field === undefined) others.push(`${pointer} ${message}`.trim());
    else fields[field] ??= `${t(pointer.startsWith("/tag_ids/") ? "form.one_tag" : draftFields[field])} ${message}.`;
  }
  return { fields, others };
}

function apiTime(field: string): string | null {
  const date = fromLocalField(field);
  return date === null ? null : toApiTime(date);
}

function length(text: string): number {
  return [...text].length;
}

function sameIds(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id));
}
