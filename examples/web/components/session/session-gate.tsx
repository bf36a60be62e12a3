"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useState } from "react";

import { ApiProvider } from "@/lib/api";
import { authClient } from "@/lib/auth-client";
import type { ApiOfPages } from "@/lib/environment";
import type { SignedInUser } from "@/lib/session";
import { SessionWatch } from "@/lib/session-watch";

import { SessionEnded } from "./session-ended";

interface Session {
  user: SignedInUser;
  /** Ends the session and leaves the page. Resolves to false where Better Auth did not answer: still signed in. */
  signOut: () => Promise<boolean>;
}

const SessionContext = createContext<Session | null>(null);

/** The signed-in user and the way out. */
export function useSignedIn(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSignedIn is used outside of SessionGate");
  return session;
}

/**
 * Shows its children to the user whom the server found, and to no one else: it watches the session, also for what other
 * tabs and other browsers do with it. Only "nobody is signed in" as an answer ends it; an outage of Better Auth, which leaves `data` as it was
 * or null beside an `error`, does not.
 */
export function SessionGate(props: { user: SignedInUser; api: ApiOfPages; children: ReactNode }) {
  const { user, api, children } = props;
  const { data, error, isPending, refetch } = authClient.useSession();
  const [leaving, setLeaving] = useState(false);
  const ended = !isPending && !error && data === null;
  const changed = data !== null && data.user.id !== user.id;
  useReloadWhen(changed);

  const signOut = useCallback(async () => {
    setLeaving(true);
    const { error } = await authClient.signOut().catch(() => ({ error: true }));
    if (!error) {
      // A full load: the page's memory, and with it the token and all data, is gone.
      window.location.assign("/sign-in");
      return true;
    }
    setLeaving(false);
    return false;
  }, []);

  if (changed || (ended && leaving)) return <main aria-busy="true" />;
  if (ended) return <SessionEnded />;
  return (
    <SessionContext value={{ user, signOut }}>
      <ApiProvider key={user.id} settings={api} userId={user.id} onSessionDoubt={() => void refetch()}>
        <SessionWatch />
        {children}
      </ApiProvider>
    </SessionContext>
  );
}

/** Loads the page again for another user, and when a browser shows it from its memory ("back" after sign-out). */
function useReloadWhen(changed: boolean): void {
  useEffect(() => {
    if (changed) window.location.reload();
  }, [changed]);
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener("pageshow", onShow);
    return () => window.removeEventListener("pageshow", onShow);
  }, []);
}
