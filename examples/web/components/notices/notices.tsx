"use client";

import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";

import { useTexts } from "@/components/texts/texts";
import type { Problem } from "@/lib/problems";

import styles from "./notices.module.css";
import { ProblemNotice } from "./problem-notice";

interface Notify {
  /** Something was done; shown for some seconds, longer where it can be undone. */
  done: (text: string, undo?: () => void) => void;
  /** Something went wrong; shown until it is dismissed or something is done. */
  problem: (problem: Problem) => void;
  dismiss: () => void;
}

type Notice = { text: string; undo?: (() => void) | undefined } | { problem: Problem } | null;

const NotifyContext = createContext<Notify | null>(null);
const NoticeContext = createContext<Notice>(null);

/** Milliseconds. */
const shownFor = 5_000;
const undoFor = 12_000;

/** Tells what the last action led to, in <Notices>. */
export function useNotify(): Notify {
  const notify = use(NotifyContext);
  if (notify === null) throw new Error("useNotify is used outside of NoticesProvider");
  return notify;
}

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice>(null);
  const notify = useMemo<Notify>(
    () => ({
      done: (text, undo) => setNotice({ text, undo }),
      problem: (problem) => setNotice({ problem }),
      dismiss: () => setNotice(null),
    }),
    [],
  );
  useEffect(() => {
    if (notice === null || "problem" in notice) return;
    const timer = setTimeout(notify.dismiss, notice.undo === undefined ? shownFor : undoFor);
    return () => clearTimeout(timer);
  }, [notice, notify]);
  return (
    <NotifyContext value={notify}>
      <NoticeContext value={notice}>{children}</NoticeContext>
    </NotifyContext>
  );
}

/** The problem that is shown now, so that what says the same elsewhere can be silent. */
export function useShownProblem(): Problem | null {
  const notice = use(NoticeContext);
  return notice !== null && "problem" in notice ? notice.problem : null;
}

/** Where the notices are. The region for what was done is always there: a screen reader only reads out changes of it. */
export function Notices() {
  const { t } = useTexts();
  const notice = use(NoticeContext);
  const notify = useNotify();
  const done = notice !== null && "text" in notice ? notice : null;
  const undo = done?.undo;
  return (
    <div className={styles.notices}>
      <div className={done === null ? "unseen" : styles.done}>
        <p role="status">{done?.text ?? ""}</p>
        {undo !== undefined && (
          <button
            type="button"
            onClick={() => {
              notify.dismiss();
              undo();
            }}
          >
            {t("undo")}
          </button>
        )}
      </div>
      {notice !== null && "problem" in notice && (
        <ProblemNotice problem={notice.problem}>
          <button type="button" className="button" onClick={notify.dismiss}>
            {t("dismiss")}
          </button>
        </ProblemNotice>
      )}
    </div>
  );
}
