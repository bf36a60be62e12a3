/**
 * Times, by these rules:
 *
 * 1. An API time is an instant. One without a zone is UTC, by the contract; `new Date("2026-11-23T10:00:00")` alone would
 *    take it for local time.
 * 2. People see and type local time, to the minute.
 * 3. What is sent is RFC 3339 in UTC, with `Z`.
 * 4. Instants are compared as instants, never as text: `…T10:00:00+05:30` is before `…T05:00:00Z`.
 */

const day = /^\d{4}-\d{2}-\d{2}$/;
const withZone = /(?:[Zz]|[+-]\d{2}:?\d{2})$/;

/** The instant of an API time, in any form of RFC 3339, with or without zone. Null for null and for what is no time. */
export function parseApiTime(text: string | null | undefined): Date | null {
  if (!text) return null;
  const iso = text.trim().replace(" ", "T");
  // A day alone is midnight in UTC, as JavaScript has it already.
  const date = new Date(day.test(iso) || withZone.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** How an instant is written for the API: `2026-11-23T10:00:00.000Z`. */
export function toApiTime(date: Date): string {
  return date.toISOString();
}

/** The value of a `datetime-local` field: `2026-11-23T10:00` in local time, or empty. */
export function toLocalField(text: string | null | undefined): string {
  const date = parseApiTime(text);
  if (date === null) return "";
  const month = pad(date.getMonth() + 1);
  return `${pad(date.getFullYear(), 4)}-${month}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/**
 * The instant that a `datetime-local` field says, or null where it is empty. A time that the clocks skip in spring is
 * taken an hour later, one that they go through twice in autumn is the first, as JavaScript does.
 */
export function fromLocalField(value: string): Date | null {
  if (!value) return null;
  const date = new Date(value); // without a zone: local time, and that is what it is here
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * When a local day (`2026-11-23`) begins, or null for what is no day. `days` later: 1 is its end. The first and the last
 * year are left out, since in UTC they may be others, and the API takes 0001 to 9999.
 */
export function startOfDay(value: string, days = 0): Date | null {
  if (!day.test(value) || value < "0002" || value > "9999") return null;
  const date = new Date(`${value}T00:00`);
  if (Number.isNaN(date.getTime())) return null;
  date.setDate(date.getDate() + days); // not by 24 hours: days on which clocks change are longer or shorter
  return date;
}

/** Is the time before now? False for null. */
export function isOver(text: string | null | undefined, now: number): boolean {
  const date = parseApiTime(text);
  return date !== null && date.getTime() < now;
}

/** In full, for people: `23 Nov 2026, 10:00`, as their language has it. Empty for null. */
export function showTime(text: string | null | undefined, locale: string): string {
  const date = parseApiTime(text);
  return date === null ? "" : date.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}

const farDays = 6;

/** As people say it today: `tomorrow 10:00`, `in 3 days`, and further away `23 Nov 2026`. Empty for null. */
export function showRelative(text: string | null | undefined, now: number, locale: string): string {
  const date = parseApiTime(text);
  if (date === null) return "";
  const days = Math.round((midnight(date) - midnight(new Date(now))) / 86_400_000); // a day of 23 hours is one, too
  if (Math.abs(days) > farDays) return date.toLocaleDateString(locale, { dateStyle: "medium" });
  const day = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
  if (Math.abs(days) > 1) return day;
  return `${day} ${date.toLocaleTimeString(locale, { timeStyle: "short" })}`;
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function pad(value: number, length = 2): string {
  return String(value).padStart(length, "0");
}
