import styles from "./bridge.module.css";
import { type Crossing, type Crossings, endOf } from "./record";
import type { BridgeText, Say } from "./texts";

interface Station {
  name: BridgeText;
  does?: BridgeText;
  state: "good" | "bad" | "moving" | "idle";
  says: string;
  /** Changes with each crossing, so that the way there is lit anew. */
  lit: string;
}

/** Browser, Better Auth, API and rows, each with what the latest request met there. */
export function Lane(props: { crossings: Crossings; now: number; bySession: boolean; holds: boolean; say: Say }) {
  const { say } = props;
  return (
    <ol className={styles.lane} aria-label={say("bridge.lane")}>
      {stationsOf(props).map(({ name, does, state, says, lit }) => (
        <li key={name} data-state={state}>
          <span key={lit} className={styles.way} aria-hidden="true" />
          <strong>
            {say(name)}
            {does !== undefined && <small> ({say(does)})</small>}
          </strong>
          <span>{says}</span>
        </li>
      ))}
    </ol>
  );
}

function stationsOf(props: {
  crossings: Crossings;
  now: number;
  bySession: boolean;
  holds: boolean;
  say: Say;
}): Station[] {
  const { crossings, bySession, holds, say } = props;
  const { token, request } = crossings.latest;
  const moving = (kind: Crossing["kind"]) => crossings.list.some((one) => one.kind === kind && one.end === null);
  const says = (one: Crossing | null) => (one === null ? say("bridge.idle") : outcomeWithAge(one, props.now, say));
  const status = request?.end?.status ?? null;
  // What was refused at the gate, or never answered, has not come to the rows.
  const crossed = request !== null && status !== null && status !== 401 && status !== 403 && status < 500;
  const stateOf = (isMoving: boolean, one: Crossing | null, good: boolean) =>
    isMoving ? "moving" : one === null ? "idle" : good ? "good" : "bad";
  return [
    {
      name: "bridge.browser",
      state: bySession || holds ? "good" : "idle",
      says: say(bySession ? "bridge.cookie" : holds ? "bridge.holds" : "bridge.holds.none"),
      lit: "",
    },
    {
      name: "bridge.auth",
      does: "bridge.auth.does",
      state: stateOf(moving("token"), token, token?.end?.code === null),
      says: bySession ? "" : says(token),
      lit: `${token?.id} ${moving("token")}`,
    },
    {
      name: "bridge.api",
      does: "bridge.api.does",
      state: stateOf(moving("request"), request, crossed),
      says: says(request),
      lit: `${request?.id} ${moving("request")}`,
    },
    {
      name: "bridge.rows",
      state: request === null ? "idle" : crossed && (status ?? 500) < 400 ? "good" : crossed ? "bad" : "idle",
      says: request === null ? "" : crossed ? String(status) : say("bridge.unreached"),
      lit: `${request?.id}`,
    },
  ];
}

/** "200 · 12 ms", "no answer", "401 token_expired · 3 ms" */
export function outcomeOf({ end }: Crossing, say: Say): string {
  if (end === null) return say("bridge.under_way");
  if (end.code === "aborted") return say("bridge.called_off");
  const what = end.status === null ? say("bridge.no_answer") : end.status;
  const code = end.status === null || end.code === null ? "" : ` ${end.code}`;
  return `${what}${code} · ${say("bridge.ms", { ms: Math.round(end.milliseconds) })}`;
}

function outcomeWithAge(one: Crossing, now: number, say: Say): string {
  const seconds = Math.floor((now - endOf(one)) / 1_000);
  const outcome = outcomeOf(one, say);
  if (seconds < 10) return outcome;
  const unit = seconds < 60 ? "bridge.seconds" : "bridge.minutes";
  const time = say(unit, { count: seconds < 60 ? seconds : Math.floor(seconds / 60) });
  return `${outcome} · ${say("bridge.ago", { time })}`;
}
