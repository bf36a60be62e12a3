"use client";

import { useState } from "react";

import { Dialog } from "@/components/dialog/dialog";
import { useTexts } from "@/components/texts/texts";

import styles from "./task-dialog.module.css";
import { setShortcuts, shortcutsAreOn } from "./use-shortcuts";

const keys = { n: "keys.n", j: "keys.j", k: "keys.k", e: "keys.e", x: "keys.x", "?": "keys.help" } as const;

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const [on, setOn] = useState(shortcutsAreOn);
  return (
    <Dialog title={t("keys")} onClose={onClose}>
      <dl className={styles.keys}>
        {Object.entries(keys).map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
      <label className="row">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setShortcuts(event.target.checked);
            setOn(event.target.checked);
          }}
        />
        {t("keys.on")}
      </label>
      <div className={styles.buttons}>
        <button type="button" className="button" onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </Dialog>
  );
}
