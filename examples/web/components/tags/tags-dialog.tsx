"use client";

import { Dialog } from "@/components/dialog/dialog";
import { ProblemNotice } from "@/components/notices/problem-notice";
import type { ChangeFilters } from "@/components/tasks/use-task-filters";
import { describe } from "@/lib/problems";
import { type TaskFilters, withTag } from "@/lib/task-filters";

import { TagForm } from "./tag-form";
import { useCreateTag, useTags } from "./tag-queries";
import { TagRow } from "./tag-row";
import styles from "./tags.module.css";

const labels = { name: "New tag", withColor: "With a colour", color: "Colour", save: "Add tag" };

/** Makes, renames, colours and deletes tags. */
export function TagsDialog(props: { filters: TaskFilters; onFilters: ChangeFilters; onClose: () => void }) {
  const { filters, onFilters, onClose } = props;
  const tags = useTags();
  const create = useCreateTag();
  return (
    <Dialog title="Tags" onClose={onClose}>
      <TagForm
        labels={labels}
        start={{ name: "", color: null }}
        error={create.error}
        busy={create.isPending}
        onSave={(tag, saved) => create.mutate(tag, { onSuccess: saved })}
      />
      {tags.isError && <ProblemNotice problem={describe(tags.error, "asked again")} />}
      {tags.data?.length === 0 && <p className="hint">No tags yet. A tag is a name, with a colour if you like.</p>}
      <ul className={styles.list}>
        {tags.data?.map((tag) => (
          <TagRow
            key={tag.id}
            tag={tag}
            onDeleted={() => {
              // A box that is gone could not be unticked any more.
              if (filters.tags.includes(tag.id)) onFilters(withTag(filters, tag.id, false), "replace");
            }}
          />
        ))}
      </ul>
      <div className={styles.buttons}>
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
