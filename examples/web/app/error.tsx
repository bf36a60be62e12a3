"use client";

import { Logo } from "@/components/brand/logo";

import styles from "./problem.module.css";

/** A page that could not be made: the database is away, most often. The server's log has the reason. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={styles.main}>
        <h1>This page cannot be shown now</h1>
        <p>The server could not make it; its database may be away. Try again in a moment.</p>
        {error.digest && (
          <p className="hint">
            The server&apos;s log has the reason under <code>{error.digest}</code>.
          </p>
        )}
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Try again
        </button>
      </main>
    </div>
  );
}
