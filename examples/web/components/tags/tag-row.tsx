"use client";

import type { Tag } from "@drawbridge/client";
import { useState } from "react";

import { ProblemNotice } from "@/components/notices/problem-notice";
import { describe } from "@/lib/problems";

import { TagDot } from "./tag-chip";
import { TagForm } from "./tag-form";
import { useDeleteTag, useUpdateTag } from "./tag-queries";
import styles from "./tags.module.css";

/** A tag in the list of them: as it is, being edited, or about to be deleted. */
export function TagRow({ tag, onDeleted }: { tag: Tag; onDeleted: () => void }) {
  const [mode, setMode] = useState<"show" | "edit" | "delete">("show");
  const show = () => setMode("show");
  return (
    <li>
      {mode === "show" && (
        <div className={styles.item}>
          <span className={styles.name}>
            <TagDot color={tag.color} />
            <span>{tag.name}</span>
          </span>
          <button
            type="button"
            className="button plain"
            aria-label={`Edit tag ${tag.name}`}
            onClick={() => setMode("edit")}
          >
            Edit
          </button>
          <button
            type="button"
            className="button plain"
            aria-label={`Delete tag ${tag.name}`}
            onClick={() => setMode("delete")}
          >
            Delete
          </button>
        </div>
      )}
      {mode === "edit" && <EditTag tag={tag} onDone={show} />}
      {mode === "delete" && <DeleteTag tag={tag} onKept={show} onDeleted={onDeleted} />}
    </li>
  );
}

function EditTag({ tag, onDone }: { tag: Tag; onDone: () => void }) {
  const update = useUpdateTag();
  return (
    <TagForm
      labels={{
        name: `Name of ${tag.name}`,
        withColor: `With a colour for ${tag.name}`,
        color: `Colour of ${tag.name}`,
        save: "Save tag",
      }}
      start={tag}
      error={update.error}
      busy={update.isPending}
      onSave={(change) => update.mutate({ id: tag.id, change }, { onSuccess: onDone })}
    >
      <button type="button" className="button plain" onClick={onDone}>
        Cancel
      </button>
    </TagForm>
  );
}

function DeleteTag({ tag, onKept, onDeleted }: { tag: Tag; onKept: () => void; onDeleted: () => void }) {
  const remove = useDeleteTag();
  return (
    <>
      <div className={styles.item}>
        <span className={styles.name}>Delete {tag.name}? Tasks lose it too.</span>
        <button type="button" className="button plain" onClick={onKept}>
          Keep
        </button>
        <button
          type="button"
          className="button destructive"
          disabled={remove.isPending}
          onClick={() => remove.mutate(tag.id, { onSuccess: onDeleted })}
        >
          Yes, delete
        </button>
      </div>
      {remove.isError && <ProblemNotice problem={describe(remove.error)} />}
    </>
  );
}
