import { ProblemPage } from "@/components/notices/problem-page";

import styles from "./missing-tables.module.css";

/** In place of the tasks, where the database has no tables for them yet. */
export function MissingTables({ command }: { command: string }) {
  return (
    <ProblemPage title="The API's tables are missing">
      <p>
        Signing in works: Better Auth has its tables. Those for tasks and tags are made by the API&apos;s own migration,
        and that has not been run on this database yet. Run this once, then check again:
      </p>
      <pre className={styles.command}>
        <code>{command}</code>
      </pre>
      <a href="/tasks" className="button primary">
        Check again
      </a>
    </ProblemPage>
  );
}
