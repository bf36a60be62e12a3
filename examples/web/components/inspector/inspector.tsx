"use client";

import { useEffect, useEffectEvent, useRef } from "react";

import { useApi } from "@/lib/api";
import { useNow } from "@/lib/use-now";

import { AnswersPanel } from "./answers-panel";
import { CookiePanel } from "./cookie-panel";
import styles from "./inspector.module.css";
import { KeysPanel } from "./keys-panel";
import { TokenPanel } from "./token-panel";

/** A drawer for whoever is learning the bridge: the token, the keys it can be checked with, and what the API answered. */
export function Inspector({ onClose }: { onClose: () => void }) {
  const { client, settings } = useApi();
  useNow(1_000); // the countdown, and a token that was renewed in the meantime
  const token = client.unverifiedToken();
  const drawer = useRef<HTMLElement>(null);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    // Where a dialog is open, Esc is its own.
    if (event.key === "Escape" && document.querySelector("dialog[open]") === null) onClose();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    drawer.current?.focus();
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  return (
    <aside ref={drawer} className={styles.drawer} aria-label="Inspector" tabIndex={-1}>
      <div className={styles.head}>
        <h2>The bridge</h2>
        <button type="button" className="button plain" aria-label="Close inspector" onClick={onClose}>
          Close
        </button>
      </div>
      {settings.credentials === "session" ? <CookiePanel /> : <TokenPanel token={token} />}
      <KeysPanel signedBy={typeof token?.header.kid === "string" ? token.header.kid : null} />
      <AnswersPanel />
    </aside>
  );
}
