import { Logo } from "@/components/brand/logo";

import styles from "./missing-tables.module.css";

/** In place of the tasks, where the database has no tables for them yet. */
export function MissingTables({ command }: { command: string }) {
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={`card ${styles.main}`}>
        <h1>The API&apos;s tables are missing</h1>
        <p>
          Signing in works: Better Auth has its tables. Those for tasks and tags are made by the API&apos;s own
          migration, and that has not been run on this database yet. Run this once, then check again:
        </p>
        <pre className={styles.command}>
          <code>{command}</code>
        </pre>
        <a href="/tasks" className="button primary">
          Check again
        </a>
      </main>
    </div>
  );
}
