import type { components, operations } from "./generated/api.js";

type Schemas = components["schemas"];

/** What a user has to do. Times are RFC 3339 in UTC, such as `2026-11-23T10:00:00.000Z`. */
export type Task = Schemas["Task"];

/** A task to be stored: `title` is needed, the rest has defaults. A time without offset is taken as UTC. */
export type NewTask = Schemas["NewTask"];

/** A change of a task: what is absent stays, null clears, `tag_ids` replaces the whole list. */
export type TaskChange = Schemas["TaskChange"];

/** How much a task matters; null where nobody said. */
export type Priority = Schemas["Priority"];

/** A name that a user gives to tasks; `color` is `#RRGGBB` or null. */
export type Tag = Schemas["Tag"];

/** A tag to be stored: `name` is needed and is the only one of the user. */
export type NewTag = Schemas["NewTag"];

/** A change of a tag: what is absent stays, null clears `color`. */
export type TagChange = Schemas["TagChange"];

/** Whom the API takes the token to speak for. */
export type Identity = Schemas["Identity"];

/** One page of a list. All four numbers are whole, `page` and `limit` at least 1. */
export interface Page<Item> {
  items: Item[];
  /** Items on all pages. */
  total: number;
  /** Which page this is, from 1. */
  page: number;
  /** Items that a page may have. */
  limit: number;
  /** Pages that have items: `total` / `limit`, rounded up. */
  pages: number;
}

/** Members may be undefined, so that a form's state can be given as it is. */
type Query<Parameters> = { [Name in keyof Parameters]?: Parameters[Name] | undefined };

/** Which tasks to list, in which order: `status`, `priority`, `tag` (ids, any of), `due_after`, `search`, `page`, … */
export type TaskQuery = Query<NonNullable<operations["listTasks"]["parameters"]["query"]>>;

/** Which page of the tags to list. */
export type TagQuery = Query<NonNullable<operations["listTags"]["parameters"]["query"]>>;

type Answers = components["responses"];
type CodeOf<Answer> = Answer extends { content: { "application/problem+json": { code: infer Code } } } ? Code : never;

/** The codes that the contract lists; docs/errors.md says what each means and what to do. */
export type ContractCode = Extract<CodeOf<Answers[keyof Answers]>, string>;
