"use client";

import { useState } from "react";

/**
 * The error of what is asked for again and again, until there is an answer: TanStack Query forgets it at each new try where
 * there is no data yet, and the page would show a skeleton and the error in turn.
 */
export function useLastError({ error, isSuccess }: { error: Error | null; isSuccess: boolean }): Error | null {
  const [last, setLast] = useState<Error | null>(null);
  const now = error ?? (isSuccess ? null : last);
  if (now !== last) setLast(now);
  return now;
}
