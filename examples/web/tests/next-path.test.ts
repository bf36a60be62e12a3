import { expect, it } from "vitest";

import { nextPath, signInPath } from "@/lib/next-path";

it.each([
  ["a path", "/tasks", "/tasks"],
  ["with its query", "/tasks?status=open&tag=1", "/tasks?status=open&tag=1"],
  ["nothing", undefined, "/tasks"],
  ["two of them", ["/a", "/b"], "/tasks"],
  ["another site", "https://elsewhere.example/", "/tasks"],
  ["another site, without scheme", "//elsewhere.example/", "/tasks"],
  ["another site, by a backslash", "/\\elsewhere.example/", "/tasks"],
  ["another site, by a tab that browsers drop", "/\t/elsewhere.example/", "/tasks"],
  ["a script", "javascript:alert(1)", "/tasks"],
  ["another site behind dots", "/..//elsewhere.example/", "/tasks"],
])("after sign-in, %s", (_name, next, path) => {
  expect(nextPath(next)).toBe(path);
});

it("leads back through the sign-in page", () => {
  const path = "/tasks?tag=1&tag=2";
  expect(signInPath(path)).toBe("/sign-in?next=%2Ftasks%3Ftag%3D1%26tag%3D2");
  expect(nextPath(new URL(signInPath(path), "http://localhost").searchParams.get("next"))).toBe(path);
});
