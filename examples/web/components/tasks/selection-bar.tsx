"use client";

import type { Task } from "@drawbridge/client";
import { useState } from "react";

import { Dialog } from "@/components/dialog/dialog";
import { TagCheckboxes } from "@/components/tags/tag-checkboxes";
import { useTags } from "@/components/tags/tag-queries";
import { useTexts } from "@/components/texts/texts";

import styles from "./task-list.module.css";
import type { TaskActions } from "./use-task-actions";

/** What can be done with the rows that are selected, together. */
export function SelectionBar(props: { tasks: readonly Task[]; actions: TaskActions; onClear: () => void }) {
  const { tasks, actions, onClear } = props;
  const { t, count } = useTexts();
  const [tagging, setTagging] = useState(false);

  function act(done: Promise<void>) {
    onClear();
    void done;
  }

  return (
    <section className={styles.selection} aria-label={t("selection")}>
      <p role="status">{count("selection.count", tasks.length)}</p>
      <button type="button" className="button" onClick={() => act(actions.completeAll(tasks))}>
        {t("selection.complete")}
      </button>
      <button type="button" className="button" onClick={() => setTagging(true)}>
        {t("selection.tag")}
      </button>
      <button type="button" className="button destructive" onClick={() => act(actions.remove(tasks))}>
        {t("selection.delete")}
      </button>
      <button type="button" className="button plain" onClick={onClear}>
        {t("selection.clear")}
      </button>
      {tagging && (
        <TagSelected
          onClose={() => setTagging(false)}
          onTag={(ids) => {
            setTagging(false);
            act(actions.tagAll(tasks, ids));
          }}
        />
      )}
    </section>
  );
}

function TagSelected({ onTag, onClose }: { onTag: (ids: readonly number[]) => void; onClose: () => void }) {
  const { t } = useTexts();
  const tags = useTags();
  const [ids, setIds] = useState<readonly number[]>([]);
  return (
    <Dialog title={t("selection.tag.title")} onClose={onClose}>
      <TagCheckboxes
        legend={t("selection.tag.legend")}
        tags={tags.data ?? []}
        chosen={ids}
        whenNone={t(tags.isSuccess ? "selection.tag.none" : "form.tags.failed")}
        onChange={(id, on) => setIds(on ? [...ids, id] : ids.filter((other) => other !== id))}
      />
      <div className="row">
        <button type="button" className="button" onClick={onClose}>
          {t("cancel")}
        </button>
        <button type="button" className="button primary" disabled={ids.length === 0} onClick={() => onTag(ids)}>
          {t("save")}
        </button>
      </div>
    </Dialog>
  );
}
