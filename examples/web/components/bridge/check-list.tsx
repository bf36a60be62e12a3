"use client";

import { useState } from "react";

import styles from "./bridge.module.css";
import { checksOf } from "./checks";
import { outcomeOf } from "./lane";
import type { Crossing } from "./record";
import type { Say } from "./texts";
import { isSignedBy, type PublicKey, partsOf } from "./token";

const marks = { passed: "✓", refused: "✗", unreached: "–", unknown: "?" } as const;

/** One line for each check of the request that is looked at. */
export function CheckList(props: {
  crossing: Crossing;
  keys: readonly PublicKey[] | null;
  bySession: boolean;
  now: number;
  say: Say;
}) {
  const { crossing, keys, bySession, now, say } = props;
  const { token, end } = crossing;
  const exp = token === null ? null : partsOf(token)?.claims.exp;
  if (crossing.kind === "token") {
    return (
      <Part crossing={crossing} say={say}>
        <p>{say("bridge.checks.token")}</p>
      </Part>
    );
  }
  const checks = checksOf(crossing, bySession);
  const names = {
    passed: say("bridge.passed"),
    refused: say("bridge.refused"),
    unreached: say("bridge.unreached.check"),
    unknown: say("bridge.unknown"),
  };
  return (
    <Part crossing={crossing} say={say}>
      {end !== null && checks.every(({ verdict }) => verdict === "unknown") && <p>{say("bridge.checks.outage")}</p>}
      <ul className={styles.checks}>
        {checks.map(({ name, verdict, value }) => (
          <li key={name} data-verdict={verdict}>
            <span aria-hidden="true">{marks[verdict]}</span>
            <span>
              {say(`bridge.check.${name}`)} <span className={styles.verdict}>{names[verdict]}</span>
            </span>
            <code>{name === "times" ? (typeof exp === "number" ? timeLeft(exp, now, say) : "—") : value}</code>
          </li>
        ))}
      </ul>
      {token !== null && partsOf(token) !== null && <Verify key={token} token={token} keys={keys ?? []} say={say} />}
    </Part>
  );
}

function Part({ crossing, say, children }: { crossing: Crossing; say: Say; children: React.ReactNode }) {
  const { method, path, end } = crossing;
  return (
    <section className={styles.part} aria-labelledby="bridge-checks">
      <h3 id="bridge-checks">{say("bridge.checks")}</h3>
      <p>
        <code>{crossing.kind === "token" ? say("bridge.token.request") : `${method} ${path}`}</code>{" "}
        {outcomeOf(crossing, say)}
      </p>
      {end?.detail && <p className={styles.bad}>{end.detail}</p>}
      {children}
      {end?.requestId && <p className={styles.hint}>{say("bridge.request_id", { id: end.requestId })}</p>}
    </section>
  );
}

/** Checks the signature in this page. */
function Verify({ token, keys, say }: { token: string; keys: readonly PublicKey[]; say: Say }) {
  const [outcome, setOutcome] = useState<"good" | "bad" | "cannot" | null>(null);

  async function verify() {
    const kid = partsOf(token)?.header.kid;
    const key = keys.find((one) => one.kid === kid);
    const isGood = key === undefined ? null : await isSignedBy(token, key);
    setOutcome(isGood === null ? "cannot" : isGood ? "good" : "bad");
  }

  return (
    <p className={styles.line}>
      <button type="button" className={styles.button} onClick={() => void verify()}>
        {say("bridge.verify")}
      </button>
      <span role="status" className={outcome === "good" ? styles.good : styles.bad}>
        {outcome !== null && say(`bridge.verify.${outcome}`)}
      </span>
    </p>
  );
}

function timeLeft(exp: number, now: number, say: Say): string {
  const seconds = Math.floor(exp - now / 1_000);
  return say(seconds > 0 ? "bridge.expires" : "bridge.expired", { time: clock(Math.abs(seconds)) });
}

/** Minutes and seconds: `14:05`. */
export const clock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
