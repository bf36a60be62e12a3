"use client";

import { type FormEvent, type Ref, useId, useState } from "react";

import { useTexts } from "@/components/texts/texts";
import { useReady } from "@/lib/use-ready";
import { useSlow } from "@/lib/use-slow";

import { longestTitle } from "./task-draft";
import styles from "./tasks-screen.module.css";

/** A task of a title alone: typed, Enter, and the next. */
export function QuickAdd(props: { field: Ref<HTMLInputElement>; onAdd: (title: string) => Promise<boolean> }) {
  const { t } = useTexts();
  const id = useId();
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);
  const isSlow = useSlow(busy);
  const isReady = useReady();

  async function add(event: FormEvent) {
    event.preventDefault();
    if (busy || title.trim() === "") return;
    setBusy(true);
    // What failed stays, to be sent again.
    if (await props.onAdd(title.trim())) setTitle("");
    setBusy(false);
  }

  return (
    <form className={styles.quick} onSubmit={(event) => void add(event)} aria-busy={busy}>
      <label htmlFor={id} className="unseen">
        {t("tasks.quick")}
      </label>
      <input
        ref={props.field}
        id={id}
        className="input"
        dir="auto"
        maxLength={longestTitle}
        autoComplete="off"
        placeholder={t("tasks.quick.placeholder")}
        readOnly={!isReady}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <p role="status" className={isSlow ? "hint" : "unseen"}>
        {isSlow && t("waiting")}
      </p>
    </form>
  );
}
