"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useEffect, useState } from "react";

import { parseFilters, type TaskFilters, writeFilters } from "@/lib/task-filters";

/** How a change is kept: as a step that "back" takes back, or in place of the last one (while one types). */
export type Step = "push" | "replace";

export type ChangeFilters = (change: Partial<TaskFilters>, step?: Step) => void;

/**
 * The filters, kept in the URL so that reload and "back" bring them again. They are state of the page first, because a
 * checkbox must show what was clicked at once, and Next.js tells of a new URL only some time later.
 */
export function useTaskFilters(): [TaskFilters, ChangeFilters] {
  const query = useSearchParams();
  const [filters, setFilters] = useState(() => parseFilters(new URLSearchParams(query.toString())));

  useEffect(() => {
    const onBack = () => setFilters(parseFilters(new URLSearchParams(window.location.search)));
    window.addEventListener("popstate", onBack);
    return () => window.removeEventListener("popstate", onBack);
  }, []);

  const change = useCallback<ChangeFilters>(
    (some, step = "push") => {
      // Other filters begin at their first page.
      const next = { ...filters, page: 1, ...some };
      setFilters(next);
      const text = writeFilters(next);
      const url = window.location.pathname + (text && `?${text}`);
      if (step === "push") window.history.pushState(null, "", url);
      else window.history.replaceState(null, "", url);
    },
    [filters],
  );
  return [filters, change];
}
