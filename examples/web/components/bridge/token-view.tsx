"use client";

import { useState } from "react";

import styles from "./bridge.module.css";
import { clock } from "./check-list";
import { type BridgeText, bridgeClaims, type Say } from "./texts";
import { partsOf } from "./token";

/** The token in three colours, and what each of its members means. */
export function TokenView(props: {
  token: string | null;
  /** Milliseconds since 1970, of the token that the page holds; null for another. */
  renewsAt: number | null;
  bySession: boolean;
  docsUrl: string;
  now: number;
  locale: string;
  say: Say;
}) {
  const { token, renewsAt, now, locale, say } = props;
  const parts = token === null ? null : partsOf(token);
  return (
    <section className={styles.part} aria-labelledby="bridge-token">
      <h3 id="bridge-token">{say("bridge.token")}</h3>
      {parts === null && <p>{say(props.bySession ? "bridge.token.cookie" : "bridge.token.none")}</p>}
      {parts !== null && (
        <>
          {renewsAt !== null && (
            <p role="timer" className={styles.timer}>
              {say("bridge.renewed", { time: clock(Math.max(0, (renewsAt - now) / 1_000)) })}
            </p>
          )}
          <p className={styles.token}>
            <code data-part="header">{parts.segments[0]}</code>.<code data-part="claims">{parts.segments[1]}</code>.
            <code data-part="signature">{parts.segments[2].slice(0, 8)}…</code>
          </p>
          <p className={styles.hint}>{say("bridge.token.hint")}</p>
          <Members part="header" title={say("bridge.header")} members={parts.header} locale={locale} say={say} />
          <Members part="claims" title={say("bridge.claims")} members={parts.claims} locale={locale} say={say} />
          <Copy token={token ?? ""} exp={parts.claims.exp} docsUrl={props.docsUrl} locale={locale} say={say} />
        </>
      )}
    </section>
  );
}

/** Members that hold a time, in seconds since 1970. */
const times = ["exp", "iat", "nbf"];

function Members(props: { part: string; title: string; members: Record<string, unknown>; locale: string; say: Say }) {
  const { say, locale } = props;
  const meaning = (name: string) =>
    say(bridgeClaims.includes(name) ? (`bridge.claim.${name}` as BridgeText) : "bridge.claim.other");
  return (
    <>
      <h4 data-part={props.part}>{props.title}</h4>
      <dl className={styles.members}>
        {Object.entries(props.members).map(([name, value]) => (
          <div key={name} data-path={name === "uuid"}>
            <dt>{name}</dt>
            <dd>
              <code dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</code>
              {times.includes(name) && typeof value === "number" && <> {timeOf(value, locale)}</>}
              <span className={styles.hint}>{meaning(name)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function timeOf(seconds: number, locale: string): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString(locale);
}

function Copy(props: { token: string; exp: unknown; docsUrl: string; locale: string; say: Say }) {
  const { say } = props;
  const [outcome, setOutcome] = useState("");

  async function copy() {
    try {
      await navigator.clipboard.writeText(props.token);
      setOutcome(say("bridge.copied", { time: typeof props.exp === "number" ? timeOf(props.exp, props.locale) : "" }));
    } catch {
      setOutcome(say("bridge.copy.refused"));
    }
  }

  return (
    <div className={styles.line}>
      <button type="button" className={styles.button} onClick={() => void copy()}>
        {say("bridge.copy")}
      </button>
      <a href={props.docsUrl} target="_blank" rel="noreferrer">
        {say("bridge.docs")}
      </a>
      <span role="status">{outcome}</span>
    </div>
  );
}
