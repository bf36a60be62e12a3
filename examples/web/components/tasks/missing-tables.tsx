import { ProblemPage } from "@/components/notices/problem-page";
import { pageTexts } from "@/lib/page-texts";

import styles from "./missing-tables.module.css";

/** In place of the tasks, where the database has no tables for them yet. */
export async function MissingTables({ command }: { command: string }) {
  const { t } = await pageTexts();
  return (
    <ProblemPage title={t("tables.title")}>
      <p>{t("tables.text")}</p>
      <pre className={styles.command}>
        <code>{command}</code>
      </pre>
      <a href="/tasks" className="button primary">
        {t("tables.again")}
      </a>
    </ProblemPage>
  );
}
