"use client";

import { ProblemPage } from "@/components/notices/problem-page";

/** A page that could not be made on the server, most often because the database is away; or one that failed in the browser. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <ProblemPage title="This page cannot be shown now">
      {error.digest ? (
        <>
          <p>The server could not make it; its database may be away. Try again in a moment.</p>
          <p className="hint">
            The server&apos;s log has the reason under <code>{error.digest}</code>.
          </p>
        </>
      ) : (
        <>
          <p>Something on the page itself has failed. What you saved is safe; load the page again.</p>
          <p className="hint">If that does not help, the browser&apos;s console has the reason.</p>
        </>
      )}
      <button type="button" className="button primary" onClick={() => window.location.reload()}>
        Try again
      </button>
    </ProblemPage>
  );
}
