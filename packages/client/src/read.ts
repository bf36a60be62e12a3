import { isObject } from "./json.js";
import type { Identity, Page, Tag, Task } from "./model.js";

/**
 * What a body is, with what other backends leave out filled in; null when it is something else. A backend need not be
 * Drawbridge: many answer a plain array for a list, or leave out what is null.
 */
export type Read<T> = (body: unknown) => T | null;

export const readTag: Read<Tag> = (body) => {
  if (!isObject(body) || !isId(body.id) || typeof body.name !== "string" || !isTextOrNone(body.color)) return null;
  return { ...(body as Tag), color: (body as Partial<Tag>).color ?? null };
};

export const readTask: Read<Task> = (body) => {
  if (!isObject(body) || !isId(body.id) || typeof body.title !== "string") return null;
  const tags = readAll(body.tags ?? [], readTag);
  if (!tags || !texts.every((name) => isTextOrNone(body[name]))) return null;
  const task = body as Task;
  return {
    ...task,
    description: task.description ?? null,
    completed: task.completed ?? false,
    priority: task.priority ?? null,
    due_date: task.due_date ?? null,
    reminder_at: task.reminder_at ?? null,
    tags,
  };
};

export const readIdentity: Read<Identity> = (body) =>
  isObject(body) && typeof body.uuid === "string" ? (body as Identity) : null;

/**
 * Reads a page, or a plain array as the only page. Numbers that are missing or make no sense are put right from what
 * was asked for and what came, so that nobody ever sees `NaN`.
 */
export function readPage<Item>(
  readItem: Read<Item>,
  asked: { page?: number | undefined; limit?: number | undefined },
): Read<Page<Item>> {
  return (body) => {
    const isList = Array.isArray(body);
    const page = isList ? { items: body } : body;
    if (!isObject(page)) return null;
    const items = readAll(page.items, readItem);
    if (!items) return null;
    const limit = whole(page.limit, 1) ?? Math.max(whole(asked.limit, 1) ?? defaultLimit, items.length);
    const number = isList ? 1 : (whole(page.page, 1) ?? whole(asked.page, 1) ?? 1);
    const seen = items.length === 0 ? 0 : (number - 1) * limit + items.length;
    const total = Math.max(whole(page.total, 0) ?? 0, seen);
    return { items, total, page: number, limit, pages: Math.ceil(total / limit) };
  };
}

/** The contract's own, where neither side says one. */
const defaultLimit = 20;

function readAll<Item>(values: unknown, readItem: Read<Item>): Item[] | null {
  if (!Array.isArray(values)) return null;
  const items: Item[] = [];
  for (const value of values) {
    const item = readItem(value);
    if (item === null) return null;
    items.push(item);
  }
  return items;
}

/** Members of a task that a page shows or computes with; another type would break it far from here. */
const texts = ["description", "priority", "due_date", "reminder_at"];

const isTextOrNone = (value: unknown) => value === undefined || value === null || typeof value === "string";

const isId = (value: unknown) => typeof value === "string" || typeof value === "number";

const whole = (value: unknown, least: number): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least ? value : null;
