"use client";

import { useEffect, useEffectEvent } from "react";

const stored = "shortcuts";

/** Some people's speech input types letters: they can turn the shortcuts off (WCAG 2.1.4). */
export const shortcutsAreOn = (): boolean => localStorage.getItem(stored) !== "off";
export const setShortcuts = (on: boolean): void => localStorage.setItem(stored, on ? "on" : "off");

/** Calls the function of a key, except where it is typed into something, or a dialog is open. */
export function useShortcuts(actions: Record<string, () => void>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    const isModified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (action === undefined || isModified || isTypedInto(event.target) || !shortcutsAreOn()) return;
    if (document.querySelector("dialog:modal") !== null) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function isTypedInto(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('textarea, select, input:not([type="checkbox"])'))
  );
}

/** The tasks of the list, in their order, and which of them has the focus. */
export function rows(): { all: HTMLElement[]; current: number } {
  const all = [...document.querySelectorAll<HTMLElement>("[data-task]")];
  return { all, current: all.findIndex((row) => row.contains(document.activeElement)) };
}

/** Gives the focus to a row's title; to the nearest there is. */
export function focusRow(place: number): void {
  const { all } = rows();
  const row = all[Math.min(Math.max(place, 0), all.length - 1)];
  row?.querySelector<HTMLElement>("[data-title]")?.focus();
}
