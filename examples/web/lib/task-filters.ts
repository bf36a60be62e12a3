import type { TaskQuery } from "@drawbridge/client";

import { startOfDay, toApiTime } from "@/lib/dates";

export const statuses = ["all", "open", "completed"] as const;
export const priorities = ["low", "medium", "high"] as const;
export const sortings = ["created_at", "due_date", "priority", "title"] as const;
export const orders = ["desc", "asc"] as const;
/** Each with its order, as people choose: the usual one first. */
export const sortChoices = [
  ["created_at", "desc"],
  ["created_at", "asc"],
  ["due_date", "asc"],
  ["due_date", "desc"],
  ["priority", "desc"],
  ["priority", "asc"],
  ["title", "asc"],
  ["title", "desc"],
] as const;

/**
 * Which tasks are shown. Tag ids are numbers here and in the API, texts in the URL and in the page; `parseTagId` is the
 * only way from one to the other.
 */
export interface TaskFilters {
  status: (typeof statuses)[number];
  /** Empty for any. */
  priority: (typeof priorities)[number] | "";
  /** Any of these; ascending. */
  tags: readonly number[];
  /** Local days, both included, or empty. */
  dueFrom: string;
  dueUntil: string;
  search: string;
  sortBy: (typeof sortings)[number];
  order: (typeof orders)[number];
  page: number;
}

export const noFilters: TaskFilters = {
  status: "all",
  priority: "",
  tags: [],
  dueFrom: "",
  dueUntil: "",
  search: "",
  sortBy: "created_at",
  order: "desc",
  page: 1,
};

/** Tasks on a page; the API's default, named because the page counts with it. */
export const tasksPerPage = 20;

const longestSearch = 255;
const mostTags = 100;

/** The id of a tag, from a text; null for what can be none. */
export function parseTagId(text: string): number | null {
  const id = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(id) ? id : null;
}

/** Reads a URL's query. What makes no sense is left out, since people edit URLs and keep old ones. */
export function parseFilters(query: URLSearchParams): TaskFilters {
  const dueDay = (name: string) => {
    const value = query.get(name) ?? "";
    return startOfDay(value) === null ? "" : value;
  };
  return {
    status: oneOf(statuses, query.get("status")) ?? noFilters.status,
    priority: oneOf(priorities, query.get("priority")) ?? "",
    tags: tagIds(query.getAll("tag")),
    dueFrom: dueDay("due_from"),
    dueUntil: dueDay("due_until"),
    search: [...(query.get("search") ?? "").replaceAll("\0", "")].slice(0, longestSearch).join(""),
    sortBy: oneOf(sortings, query.get("sort_by")) ?? noFilters.sortBy,
    order: oneOf(orders, query.get("order")) ?? noFilters.order,
    page: parsePage(query.get("page")),
  };
}

/** The URL's query for these filters, without `?`; what is as usual is left out. */
export function writeFilters(filters: TaskFilters): string {
  const query = new URLSearchParams();
  if (filters.status !== noFilters.status) query.set("status", filters.status);
  if (filters.priority) query.set("priority", filters.priority);
  for (const tag of filters.tags) query.append("tag", String(tag));
  if (filters.dueFrom) query.set("due_from", filters.dueFrom);
  if (filters.dueUntil) query.set("due_until", filters.dueUntil);
  if (filters.search) query.set("search", filters.search);
  if (filters.sortBy !== noFilters.sortBy) query.set("sort_by", filters.sortBy);
  if (filters.order !== noFilters.order) query.set("order", filters.order);
  if (filters.page !== 1) query.set("page", String(filters.page));
  return query.toString();
}

/** What the API is asked. A due day is from its local midnight to the next. */
export function toTaskQuery(filters: TaskFilters): TaskQuery {
  const from = startOfDay(filters.dueFrom);
  const until = startOfDay(filters.dueUntil, 1);
  return {
    status: filters.status,
    priority: filters.priority || undefined,
    tag: filters.tags.length > 0 ? [...filters.tags] : undefined,
    due_after: from === null ? undefined : toApiTime(from),
    due_before: until === null ? undefined : toApiTime(until),
    search: filters.search || undefined,
    sort_by: filters.sortBy,
    order: filters.order,
    page: filters.page,
    limit: tasksPerPage,
  };
}

/** Are tasks left out? The order and the page leave none out. */
export function filtersAnything(filters: TaskFilters): boolean {
  const order = { sortBy: noFilters.sortBy, order: noFilters.order, page: 1 };
  return writeFilters({ ...filters, ...order }) !== "";
}

/** How many filters beside the search leave tasks out; the tags are one. */
export function countFilters({ status, priority, tags, dueFrom, dueUntil }: TaskFilters): number {
  return [status !== noFilters.status, priority, tags.length > 0, dueFrom, dueUntil].filter(Boolean).length;
}

/** Does the range of due days end before it begins? Then no task can be in it. */
export function isReversed({ dueFrom, dueUntil }: TaskFilters): boolean {
  return dueFrom !== "" && dueUntil !== "" && dueUntil < dueFrom;
}

/** The same filters with this tag among those asked for, or without it. */
export function withTag(filters: TaskFilters, id: number, on: boolean): TaskFilters {
  const others = filters.tags.filter((tag) => tag !== id);
  return { ...filters, tags: (on ? [...others, id] : others).sort((a, b) => a - b), page: 1 };
}

function tagIds(texts: string[]): number[] {
  const ids = texts.map(parseTagId).filter((id) => id !== null);
  return [...new Set(ids)].sort((a, b) => a - b).slice(0, mostTags);
}

function parsePage(text: string | null): number {
  const page = text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1;
  return page;
}

function oneOf<const Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value === text) ?? null;
}
