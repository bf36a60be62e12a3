import type { Task } from "@drawbridge/client";
import { describe, expect, it } from "vitest";

import { changeOf, checkDraft, draftOf, newTaskOf, sortErrors } from "@/components/tasks/task-draft";
import { textsOf } from "@/lib/texts";
import { en } from "@/texts/en";

const { t } = textsOf(en, "en");

const task: Task = {
  id: "0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11",
  user_id: "7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f",
  title: "Buy milk",
  description: "Two\nlitres",
  completed: true,
  priority: "high",
  due_date: "2027-01-15T17:30:42.500Z",
  reminder_at: "2027-01-15T04:15:00.000Z",
  tags: [
    { id: 1, name: "Home", color: "#1E90FF" },
    { id: 2, name: "Today", color: null },
  ],
  created_at: "2026-11-20T08:15:30.250Z",
  updated_at: "2026-11-20T08:15:30.250Z",
};
const draft = draftOf(task);
const none = draftOf(null);

it("fills in every field", () => {
  expect(draft).toEqual({
    title: "Buy milk",
    description: "Two\nlitres",
    priority: "high",
    due: "2027-01-15T12:30",
    reminder: "2027-01-14T23:15",
    tagIds: [1, 2],
  });
});

it("makes a task of all fields", () => {
  expect(newTaskOf({ ...draft, title: "  Buy milk " })).toEqual({
    title: "Buy milk",
    description: "Two\nlitres",
    priority: "high",
    due_date: "2027-01-15T17:30:00.000Z",
    reminder_at: "2027-01-15T04:15:00.000Z",
    tag_ids: [1, 2],
  });
  expect(newTaskOf({ ...none, title: "x" })).toEqual({
    title: "x",
    description: null,
    priority: null,
    due_date: null,
    reminder_at: null,
    tag_ids: [],
  });
});

describe("a change", () => {
  it.each([
    ["none, so that seconds which the form does not show stay", {}, {}],
    ["the title", { title: "Buy oat milk " }, { title: "Buy oat milk" }],
    ["no description", { description: "" }, { description: null }],
    ["no priority", { priority: "" as const }, { priority: null }],
    ["another day", { due: "2027-01-16T12:30" }, { due_date: "2027-01-16T17:30:00.000Z" }],
    ["no reminder", { reminder: "" }, { reminder_at: null }],
    ["fewer tags", { tagIds: [2] }, { tag_ids: [2] }],
    ["no tags", { tagIds: [] }, { tag_ids: [] }],
    ["the same tags in another order", { tagIds: [2, 1] }, {}],
  ])("%s", (_name, edited, change) => {
    expect(changeOf(draft, { ...draft, ...edited })).toEqual(change);
  });
});

describe("what is checked before the API is asked", () => {
  it.each([
    ["no title", { title: "" }, ["title"]],
    ["white space for a title", { title: " \t " }, ["title"]],
    ["255 characters, each of two code units", { title: "🌉".repeat(255) }, []],
    ["256 characters", { title: "x".repeat(256) }, ["title"]],
    ["a description that is too long", { description: "x".repeat(10_001) }, ["description"]],
    ["a reminder at the due time", { due: "2027-01-15T12:30", reminder: "2027-01-15T12:30" }, ["reminder"]],
    ["a reminder before it", { due: "2027-01-15T12:30", reminder: "2027-01-15T12:29" }, []],
    ["a reminder without due date", { due: "", reminder: "2027-01-15T12:30" }, []],
  ])("%s", (_name, edited, fields) => {
    expect(Object.keys(checkDraft(t, { ...draft, ...edited }))).toEqual(fields);
  });
});

it("puts the API's errors at their fields", () => {
  const sorted = sortErrors(t, [
    { pointer: "/title", message: "is required" },
    { pointer: "/title", message: "is second to that" },
    { pointer: "/reminder_at", message: "must be before due_date" },
    { pointer: "/tag_ids/0", message: "is not one of your tags" },
    { pointer: "/colour", message: "is not known" },
    { pointer: "", message: "must be an object" },
  ]);
  expect(sorted.fields).toEqual({
    title: "Title is required.",
    reminder: "Reminder must be before due_date.",
    tagIds: "One of the tags is not one of your tags.",
  });
  expect(sorted.others).toEqual(["/colour is not known", "must be an object"]);
});
