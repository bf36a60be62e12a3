"use client";

import { useEffect, useState } from "react";

/** Milliseconds in which an answer is there as a rule. */
const usual = 2_000;

/** Whether something has been under way for longer than usual, so that the page says so. */
export function useSlow(isUnderWay: boolean): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setTimeout(() => setSlow(true), usual);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [isUnderWay]);
  return isSlow;
}
