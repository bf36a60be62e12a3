"use client";

import { ApiError, type NewTag } from "@drawbridge/client";
import { type FormEvent, type ReactNode, useId, useState } from "react";

import { ProblemNotice } from "@/components/notices/problem-notice";
import { useTexts } from "@/components/texts/texts";
import { describe, fieldErrorsOf } from "@/lib/problems";
import type { Texts } from "@/lib/texts";

import styles from "./tags.module.css";

/** The contract's bound, in Unicode code points. */
const longestName = 50;
const firstColor = "#1c6dd0";

/** Name and colour of a tag, new or not; without a colour is a choice like any other. */
export function TagForm(props: {
  labels: { name: string; withColor: string; color: string; save: string };
  start: { name: string; color: string | null };
  /** Calls back when the API has it; the form is then as at the start again. */
  onSave: (tag: Required<NewTag>, saved: () => void) => void;
  error: Error | null;
  /** The name is another one now, so what was wrong with the one before is so no more. */
  onEdit: () => void;
  busy: boolean;
  children?: ReactNode;
}) {
  const { labels, start, error } = props;
  const { t } = useTexts();
  const id = useId();
  const [name, setName] = useState(start.name);
  const [color, setColor] = useState(start.color);
  const [fault, setFault] = useState<string | null>(null);
  const refusal = fault ?? nameRefusal(t, error);

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = checkName(t, name);
    setFault(found);
    if (found !== null) return;
    props.onSave({ name: name.trim(), color }, () => {
      setName(start.name);
      setColor(start.color);
    });
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-busy={props.busy}>
      <div className="field">
        <label htmlFor={id}>{labels.name}</label>
        <input
          id={id}
          className="input"
          dir="auto"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            setFault(null);
            props.onEdit();
          }}
          aria-invalid={refusal !== null}
          aria-describedby={refusal === null ? undefined : `${id}-fault`}
        />
        {refusal !== null && (
          <p id={`${id}-fault`} className="fault">
            {refusal}
          </p>
        )}
      </div>
      <div className={styles.line}>
        <label className={styles.color}>
          <input
            type="checkbox"
            aria-label={labels.withColor}
            checked={color !== null}
            onChange={(event) => setColor(event.target.checked ? (start.color ?? firstColor) : null)}
          />
          {t("tags.with_color")}
        </label>
        {color !== null && (
          <span className={styles.color}>
            <input
              type="color"
              aria-label={labels.color}
              value={color}
              onChange={(event) => setColor(event.target.value)}
            />
          </span>
        )}
        <button type="submit" className="button" disabled={props.busy}>
          {labels.save}
        </button>
        {props.children}
      </div>
      {error !== null && refusal === null && <ProblemNotice problem={describe(t, error)} />}
    </form>
  );
}

function checkName(t: Texts["t"], name: string): string | null {
  const count = [...name.trim()].length;
  if (count === 0) return t("tags.name.missing");
  return count > longestName ? t("tags.name.long", { most: longestName, count }) : null;
}

/** What the API has against the name, where it is that. */
function nameRefusal(t: Texts["t"], error: Error | null): string | null {
  if (error instanceof ApiError && error.code === "conflict") return t("tags.name.taken");
  const named = fieldErrorsOf(error).find(({ pointer }) => pointer === "/name");
  return named === undefined ? null : t("tags.name.refused", { message: named.message });
}
