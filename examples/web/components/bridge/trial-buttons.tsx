"use client";

import { useState } from "react";

import styles from "./bridge.module.css";
import { outcomeOf } from "./lane";
import type { Crossing } from "./record";
import type { Say } from "./texts";
import { attempt, type BridgeSettings, type Trial, trialsOf } from "./trials";

/** Ways across that the API refuses, and a rotation, which it takes: each button makes the real call. */
export function TrialButtons(props: { settings: BridgeSettings; say: Say; onCrossed: (crossing: Crossing) => void }) {
  const { settings, say } = props;
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ trial: Trial; crossing: Crossing } | { fault: string } | null>(null);

  async function run(trial: Trial) {
    setBusy(true);
    setOutcome(null);
    try {
      const crossing = await attempt(trial, settings);
      props.onCrossed(crossing);
      setOutcome({ trial, crossing });
    } catch (error) {
      setOutcome({ fault: error instanceof Error ? error.message : String(error) });
    }
    setBusy(false);
  }

  return (
    <section className={styles.trials} aria-labelledby="bridge-trials" aria-busy={busy}>
      <h3 id="bridge-trials">{say("bridge.trials")}</h3>
      <p className={styles.hint}>{say("bridge.trials.hint")}</p>
      <div className={styles.line}>
        {trialsOf(settings).map((trial) => (
          <button key={trial} type="button" className={styles.button} onClick={() => !busy && void run(trial)}>
            {say(`bridge.trial.${trial}`)}
          </button>
        ))}
      </div>
      <div role="status" className={styles.outcome}>
        {outcome !== null && "fault" in outcome && <p>{say("bridge.trial.failed", { why: outcome.fault })}</p>}
        {outcome !== null && "trial" in outcome && <Outcome {...outcome} url={settings.apiUrl} say={say} />}
      </div>
    </section>
  );
}

/** The code that each of them is to end with; of another the API's own words are shown. */
const expected: Record<Trial, string | null> = {
  none: "token_missing",
  flipped: "signature_invalid",
  expired: "token_expired",
  path: "user_mismatch",
  session: "token_malformed",
  rotate: null,
  elsewhere: "token_revoked",
};

function Outcome({ trial, crossing, url, say }: { trial: Trial; crossing: Crossing; url: string; say: Say }) {
  const { code = null, status = null, detail = null } = crossing.end ?? {};
  const kind = status === null ? "network" : code === expected[trial] ? trial : "other";
  return (
    <>
      <p className={code === null ? styles.good : styles.bad}>
        <strong>{outcomeOf(crossing, say)}</strong>
      </p>
      <p>{say(`bridge.outcome.${kind}`, { url, detail: detail ?? code ?? status ?? "" })}</p>
      <p>{say(`bridge.outcome.${kind}.remedy`)}</p>
    </>
  );
}
