"use client";

import { ProblemPage } from "@/components/notices/problem-page";

/** A page that could not be made: the database is away, most often. The server's log has the reason. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <ProblemPage title="This page cannot be shown now">
      <p>The server could not make it; its database may be away. Try again in a moment.</p>
      {error.digest && (
        <p className="hint">
          The server&apos;s log has the reason under <code>{error.digest}</code>.
        </p>
      )}
      <button type="button" className="button primary" onClick={() => window.location.reload()}>
        Try again
      </button>
    </ProblemPage>
  );
}
