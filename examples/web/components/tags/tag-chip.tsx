import type { Tag } from "@drawbridge/client";

import styles from "./tags.module.css";

/** A tag's name behind a dot of its colour, or behind a ring where it has none. */
export function TagChip({ tag }: { tag: Tag }) {
  return (
    <span className={styles.chip}>
      <TagDot color={tag.color} />
      <span dir="auto">{tag.name}</span>
    </span>
  );
}

export function TagDot({ color }: { color: string | null }) {
  return (
    <span className={styles.dot} style={color === null ? undefined : { backgroundColor: color }} aria-hidden="true" />
  );
}
