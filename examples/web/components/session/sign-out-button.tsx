"use client";

import { useState } from "react";

import { useNotify } from "@/components/notices/notices";

import { useSignedIn } from "./session-gate";

export function SignOutButton() {
  const { signOut } = useSignedIn();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);

  async function leave() {
    setBusy(true);
    if (await signOut()) return;
    setBusy(false);
    notify.problem({
      title: "You are still signed in",
      detail: "Better Auth did not answer, so the session could not be ended. Try again in a moment.",
      requestId: null,
    });
  }

  return (
    <button type="button" className="button plain" onClick={leave} disabled={busy}>
      Sign out
    </button>
  );
}
