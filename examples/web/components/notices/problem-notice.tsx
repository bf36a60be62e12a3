import type { ReactNode } from "react";

import { Rich } from "@/components/texts/rich";
import { useTexts } from "@/components/texts/texts";
import type { Problem } from "@/lib/problems";

import styles from "./notices.module.css";

/** What went wrong, why, and what to do, read out at once; its children are the buttons. */
export function ProblemNotice({ problem, children }: { problem: Problem; children?: ReactNode }) {
  const { t } = useTexts();
  return (
    <div role="alert" className={styles.problem}>
      <p className={styles.title}>{problem.title}</p>
      <p>{problem.detail}</p>
      {problem.requestId !== null && (
        <p className="hint">
          <Rich
            text={t("problem.request", { id: problem.requestId })}
            parts={{ code: (inner) => <code>{inner}</code> }}
          />
        </p>
      )}
      {children && <div className="row">{children}</div>}
    </div>
  );
}
