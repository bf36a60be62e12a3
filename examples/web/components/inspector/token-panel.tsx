"use client";

import type { HeldToken } from "@drawbridge/client";
import { useState } from "react";

import { useApi } from "@/lib/api";
import { countdown } from "@/lib/dates";

import styles from "./inspector.module.css";
import { Members } from "./members";

/** The JWT that this page holds, decoded. Its signature is left out: with it, what is shown here could be used. */
export function TokenPanel({ token }: { token: HeldToken | null }) {
  if (token === null) {
    return (
      <section className={styles.panel}>
        <h3>Token</h3>
        <p className="hint">This page holds no token now. The next request to the API fetches one.</p>
      </section>
    );
  }
  const [header = "", claims = "", signature = ""] = token.token.split(".");
  return (
    <section className={styles.panel}>
      <h3>Token</h3>
      <p role="timer" className={styles.timer}>
        Renewed in {countdown(token.renewsAt - Date.now())}
      </p>
      <p className={styles.parts}>
        <code>{header.slice(0, 10)}…</code>.<code>{claims.slice(0, 10)}…</code>.
        <code>({signature.length} characters)</code>
      </p>
      <p className="hint">Header, claims and signature. Decoded, and not verified here: only the API does that.</p>
      <h4>Header</h4>
      <Members members={token.header} />
      <h4>Claims</h4>
      <Members members={token.claims} />
      <CopyToken token={token.token} />
    </section>
  );
}

function CopyToken({ token }: { token: string }) {
  const { url } = useApi().settings;
  const [outcome, setOutcome] = useState("");

  async function copy() {
    try {
      await navigator.clipboard.writeText(token);
      setOutcome("Copied. Until it ends, whoever has it is you to the API.");
    } catch {
      setOutcome("The browser does not let this page copy. It does on https and on localhost.");
    }
  }

  return (
    <div className={styles.copy}>
      <button type="button" className="button" onClick={copy}>
        Copy token
      </button>
      <p className="hint">
        For “Authorize” in the API’s{" "}
        <a href={`${url}/docs`} target="_blank" rel="noreferrer">
          /docs
        </a>
        .
      </p>
      <p role="status" className="hint">
        {outcome}
      </p>
    </div>
  );
}
