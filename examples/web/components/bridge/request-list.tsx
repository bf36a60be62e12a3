import styles from "./bridge.module.css";
import { outcomeOf } from "./lane";
import type { Crossing, Crossings } from "./record";
import type { Say } from "./texts";

/** The last requests, each to be looked at. */
export function RequestList(props: {
  crossings: Crossings;
  chosen: Crossing | null;
  locale: string;
  say: Say;
  onChoose: (id: number) => void;
}) {
  const { crossings, chosen, locale, say } = props;
  const { list, watch } = crossings;
  return (
    <section className={styles.part} aria-labelledby="bridge-requests">
      <h3 id="bridge-requests">{say("bridge.requests")}</h3>
      <p className={styles.hint}>{say(list.length === 0 ? "bridge.requests.none" : "bridge.requests.hint")}</p>
      <ol className={styles.requests}>
        {list.map((one) => (
          <li key={one.id}>
            <button type="button" aria-pressed={one === chosen} onClick={() => props.onChoose(one.id)}>
              <code>{one.kind === "token" ? say("bridge.token.request") : `${one.method} ${shortened(one.path)}`}</code>
              <span className={styles.hint}>
                {[say(`bridge.why.${one.why}`), one.times > 1 ? say("bridge.times", { count: one.times }) : ""]
                  .concat(new Date(one.beganAt).toLocaleTimeString(locale))
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              <span className={isGood(one) ? styles.good : one.end === null ? styles.hint : styles.bad}>
                {outcomeOf(one, say)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      {watch?.end && (
        <p className={styles.hint}>
          {say("bridge.watch", { status: watch.end.status ?? "", count: watch.times })}{" "}
          {new Date(watch.beganAt).toLocaleTimeString(locale)}
        </p>
      )}
    </section>
  );
}

const isGood = ({ end }: Crossing) => end !== null && end.code === null;

/** Ids are long, and alike. */
const shortened = (path: string) => path.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/gi, "$1…");
