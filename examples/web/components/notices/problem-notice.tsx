import type { ReactNode } from "react";

import type { Problem } from "@/lib/problems";

import styles from "./notices.module.css";

/** What went wrong, why, and what to do, read out at once; its children are the buttons. */
export function ProblemNotice({ problem, children }: { problem: Problem; children?: ReactNode }) {
  return (
    <div role="alert" className={styles.problem}>
      <p className={styles.title}>{problem.title}</p>
      <p>{problem.detail}</p>
      {problem.requestId !== null && (
        <p className="hint">
          Request <code>{problem.requestId}</code>
        </p>
      )}
      {children && <div className="row">{children}</div>}
    </div>
  );
}
