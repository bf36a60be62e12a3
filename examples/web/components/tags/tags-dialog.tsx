"use client";

import { useRef } from "react";

import { Dialog } from "@/components/dialog/dialog";
import { ProblemNotice } from "@/components/notices/problem-notice";
import type { ChangeFilters } from "@/components/tasks/use-task-filters";
import { useTexts } from "@/components/texts/texts";
import { describe } from "@/lib/problems";
import { type TaskFilters, withTag } from "@/lib/task-filters";
import { useLastError } from "@/lib/use-last-error";

import { TagForm } from "./tag-form";
import { useCreateTag, useTags } from "./tag-queries";
import { TagRow } from "./tag-row";
import styles from "./tags.module.css";

/** Makes, renames, colours and deletes tags. */
export function TagsDialog(props: { filters: TaskFilters; onFilters: ChangeFilters; onClose: () => void }) {
  const { filters, onFilters, onClose } = props;
  const { t } = useTexts();
  const tags = useTags();
  const error = useLastError(tags);
  const create = useCreateTag();
  const first = useRef<HTMLDivElement>(null);
  return (
    <Dialog title={t("tags.title")} onClose={onClose}>
      <div ref={first}>
        <TagForm
          labels={{
            name: t("tags.new"),
            withColor: t("tags.with_color"),
            color: t("tags.color"),
            save: t("tags.add"),
          }}
          start={{ name: "", color: null }}
          error={create.error}
          onEdit={create.reset}
          busy={create.isPending}
          onSave={(tag, saved) => create.mutate(tag, { onSuccess: saved })}
        />
      </div>
      {error !== null && create.error === null && <ProblemNotice problem={describe(t, error, "asked again")} />}
      {tags.data?.length === 0 && <p className="hint">{t("tags.none")}</p>}
      <ul className={styles.list}>
        {tags.data?.map((tag) => (
          <TagRow
            key={tag.id}
            tag={tag}
            onDeleted={() => {
              first.current?.querySelector("input")?.focus();
              // A box that is gone could not be unticked any more.
              if (filters.tags.includes(tag.id)) onFilters(withTag(filters, tag.id, false), "replace");
            }}
          />
        ))}
      </ul>
      <div className={styles.buttons}>
        <button type="button" className="button" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </Dialog>
  );
}
