"use client";

import { type Answer, useAnswers } from "@/lib/api";

import styles from "./inspector.module.css";

/** What the API answered to the last request, and to those before it. */
export function AnswersPanel() {
  const [last, ...earlier] = useAnswers();
  return (
    <section className={styles.panel}>
      <h3>Last answer</h3>
      {last === undefined ? <p className="hint">Nothing was asked yet.</p> : <AnswerLines answer={last} />}
      {earlier.length > 0 && (
        <>
          <h4>Before it</h4>
          <ol className={styles.earlier}>
            {earlier.map((answer) => (
              <li key={`${answer.requestId}-${answer.at.getTime()}`}>
                <AnswerLines answer={answer} />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function AnswerLines({ answer }: { answer: Answer }) {
  return (
    <div className={styles.answer}>
      <p>
        <strong className={answer.status < 400 ? styles.good : styles.bad}>{answer.status}</strong>
        {answer.code !== null && (
          <>
            {" "}
            <code>{answer.code}</code>
          </>
        )}{" "}
        <span className="hint">{answer.at.toLocaleTimeString()}</span>
      </p>
      <p>
        <code>
          {answer.method} {answer.path}
        </code>
      </p>
      {answer.requestId !== null && (
        <p className="hint">
          Request <code>{answer.requestId}</code>
        </p>
      )}
    </div>
  );
}
