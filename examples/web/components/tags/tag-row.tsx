"use client";

import type { Tag } from "@drawbridge/client";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import { ProblemNotice } from "@/components/notices/problem-notice";
import { useTexts } from "@/components/texts/texts";
import { describe } from "@/lib/problems";

import { TagDot } from "./tag-chip";
import { TagForm } from "./tag-form";
import { useDeleteTag, useUpdateTag } from "./tag-queries";
import styles from "./tags.module.css";

/** A tag in the list of them: as it is, being edited, or about to be deleted. */
export function TagRow({ tag, onDeleted }: { tag: Tag; onDeleted: () => void }) {
  const { t } = useTexts();
  const [mode, setMode] = useState<"show" | "edit" | "delete">("show");
  const edit = useRef<HTMLButtonElement>(null);
  const { name } = tag;

  function show() {
    // What had the focus goes, so it is given to what comes in its place.
    flushSync(() => setMode("show"));
    edit.current?.focus();
  }

  return (
    <li>
      {mode === "show" && (
        <div className={styles.item}>
          <span className={styles.name}>
            <TagDot color={tag.color} />
            <span dir="auto">{name}</span>
          </span>
          <button
            ref={edit}
            type="button"
            className="button plain"
            aria-label={t("tags.edit", { name })}
            onClick={() => setMode("edit")}
          >
            {t("edit")}
          </button>
          <button
            type="button"
            className="button plain"
            aria-label={t("tags.delete", { name })}
            onClick={() => setMode("delete")}
          >
            {t("delete")}
          </button>
        </div>
      )}
      {mode === "edit" && <EditTag tag={tag} onDone={show} />}
      {mode === "delete" && <DeleteTag tag={tag} onKept={show} onDeleted={onDeleted} />}
    </li>
  );
}

function EditTag({ tag, onDone }: { tag: Tag; onDone: () => void }) {
  const { t } = useTexts();
  const update = useUpdateTag();
  const { name } = tag;
  return (
    <TagForm
      labels={{
        name: t("tags.name_of", { name }),
        withColor: t("tags.with_color_for", { name }),
        color: t("tags.color_of", { name }),
        save: t("tags.save"),
      }}
      start={tag}
      error={update.error}
      onEdit={update.reset}
      busy={update.isPending}
      onSave={(change) => update.mutate({ id: tag.id, change }, { onSuccess: onDone })}
    >
      <button type="button" className="button plain" onClick={onDone}>
        {t("cancel")}
      </button>
    </TagForm>
  );
}

/** Every task loses the tag, and no click brings it back, so this asks. What keeps it stands where "Delete" was: so a second
 * click at the same place, however quick, deletes nothing. */
function DeleteTag({ tag, onKept, onDeleted }: { tag: Tag; onKept: () => void; onDeleted: () => void }) {
  const { t } = useTexts();
  const remove = useDeleteTag();
  return (
    <>
      <div className={styles.item}>
        <span className={styles.name} dir="auto">
          {t("tags.delete.question", { name: tag.name })}
        </span>
        <button
          type="button"
          className="button destructive"
          disabled={remove.isPending}
          onClick={() => remove.mutate(tag.id, { onSuccess: onDeleted })}
        >
          {t("tags.delete.yes")}
        </button>
        <button type="button" className={`button plain ${styles.keep}`} onClick={onKept}>
          {t("tags.delete.no")}
        </button>
      </div>
      {remove.isError && <ProblemNotice problem={describe(t, remove.error)} />}
    </>
  );
}
