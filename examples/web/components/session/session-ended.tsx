"use client";

import { usePathname, useSearchParams } from "next/navigation";

import { signInPath } from "@/lib/next-path";

import { CredentialsPage } from "./credentials-page";

/** In place of a page whose user is no longer signed in. */
export function SessionEnded() {
  const query = useSearchParams().toString();
  const here = usePathname() + (query && `?${query}`);
  return (
    <CredentialsPage title="Your session has ended" otherwise="You come back to where you are now.">
      <p role="alert">
        You were signed out, perhaps in another tab or another browser, or the session was too old. Nothing of yours is
        shown any more.
      </p>
      {/* Not a client-side navigation: it would keep the page's memory. */}
      <a className="button primary" href={signInPath(here)}>
        Sign in again
      </a>
    </CredentialsPage>
  );
}
