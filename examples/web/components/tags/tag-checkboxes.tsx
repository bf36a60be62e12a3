"use client";

import type { Tag } from "@drawbridge/client";
import { useId } from "react";

import { parseTagId } from "@/lib/task-filters";

import { TagDot } from "./tag-chip";
import styles from "./tags.module.css";

/** A box for each tag. Ids are numbers outside of here; the page's own texts are turned back at once. */
export function TagCheckboxes(props: {
  legend: string;
  tags: readonly Tag[];
  chosen: readonly number[];
  error?: string | undefined;
  /** Said where there are no tags at all. */
  whenNone?: string;
  onChange: (id: number, on: boolean) => void;
}) {
  const { tags, chosen, error } = props;
  const id = useId();
  return (
    <fieldset className={styles.group} aria-describedby={error === undefined ? undefined : `${id}-fault`}>
      <legend className="legend">{props.legend}</legend>
      <div className={styles.boxes}>
        {tags.map((tag) => (
          <label key={tag.id} className={styles.box}>
            <input
              type="checkbox"
              value={String(tag.id)}
              checked={chosen.includes(tag.id)}
              onChange={(event) => {
                const changed = parseTagId(event.target.value);
                if (changed !== null) props.onChange(changed, event.target.checked);
              }}
            />
            <TagDot color={tag.color} />
            <span dir="auto">{tag.name}</span>
          </label>
        ))}
        {tags.length === 0 && props.whenNone !== undefined && <p className="hint">{props.whenNone}</p>}
      </div>
      {error !== undefined && (
        <p id={`${id}-fault`} className="fault">
          {error}
        </p>
      )}
    </fieldset>
  );
}
