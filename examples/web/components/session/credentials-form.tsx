"use client";

import { type FormEvent, type ReactNode, useState } from "react";

import { useTexts } from "@/components/texts/texts";
import type { Texts } from "@/lib/texts";
import { useReady } from "@/lib/use-ready";

import styles from "./credentials-page.module.css";

/** Better Auth's answer, as far as a form needs it. */
interface Outcome {
  error: { code?: string | undefined; message?: string | undefined; status: number } | null;
}

/** Sends what was typed, and goes to `next` when Better Auth agrees. */
export function CredentialsForm(props: {
  next: string;
  /** Where Better Auth says that it is: BETTER_AUTH_URL. */
  betterAuthUrl: string;
  action: string;
  submit: (fields: FormData) => Promise<Outcome>;
  children: ReactNode;
}) {
  const { t } = useTexts();
  const isReady = useReady();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    const { error } = await props.submit(new FormData(event.currentTarget)).catch(noAnswer);
    if (error === null) {
      // A full load and no client-side navigation: nothing that was kept for a former user stays in the page's memory.
      window.location.assign(props.next);
      return;
    }
    setFault(explain(t, error, props.betterAuthUrl));
    setBusy(false);
  }

  return (
    // Sent before the script is there, a form without a method would put the password into the address.
    <form method="post" className={styles.form} onSubmit={submit} aria-busy={busy || !isReady}>
      {props.children}
      {fault !== null && (
        <p role="alert" className={styles.alert}>
          {fault}
        </p>
      )}
      <button type="submit" className="button primary" disabled={busy}>
        {props.action}
      </button>
    </form>
  );
}

function noAnswer(): Outcome {
  return { error: { status: 0 } };
}

function explain(t: Texts["t"], error: NonNullable<Outcome["error"]>, betterAuthUrl: string): string {
  if (error.code === "INVALID_ORIGIN") {
    return t("credentials.origin", { here: window.location.origin, there: betterAuthUrl });
  }
  if (error.status === 0) return t("credentials.no_answer");
  if (error.status === 401) return t("credentials.wrong");
  if (error.status === 429) return t("credentials.too_many");
  if (error.status >= 500) return t("credentials.server");
  return error.message ?? t("credentials.refused");
}
