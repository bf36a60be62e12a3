"use client";

import { useState } from "react";

import { useNotify } from "@/components/notices/notices";
import { useTexts } from "@/components/texts/texts";

import { useSignedIn } from "./session-gate";

export function SignOutButton() {
  const { signOut } = useSignedIn();
  const { t } = useTexts();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);

  async function leave() {
    setBusy(true);
    if (await signOut()) return;
    setBusy(false);
    notify.problem({
      title: t("sign_out.failed"),
      detail: t("sign_out.failed.text"),
      requestId: null,
    });
  }

  return (
    <button type="button" className="button plain" onClick={leave} disabled={busy}>
      {t("sign_out")}
    </button>
  );
}
