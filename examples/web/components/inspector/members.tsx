import { showUnixTime } from "@/lib/dates";

import styles from "./inspector.module.css";

/** Members that hold a time, in seconds since 1970. */
const times = new Set(["exp", "iat", "nbf"]);

/** The members of a JSON object, one a line. */
export function Members({ members }: { members: Record<string, unknown> }) {
  return (
    <dl className={styles.members}>
      {Object.entries(members).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
            {times.has(name) && typeof value === "number" && <span className="hint"> {showUnixTime(value)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
