"use client";

import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";

import type { Problem } from "@/lib/problems";

import styles from "./notices.module.css";
import { ProblemNotice } from "./problem-notice";

interface Notify {
  /** Something was done; shown for some seconds. */
  done: (text: string) => void;
  /** Something went wrong; shown until it is dismissed or something is done. */
  problem: (problem: Problem) => void;
  dismiss: () => void;
}

type Notice = { text: string } | { problem: Problem } | null;

const NotifyContext = createContext<Notify | null>(null);
const NoticeContext = createContext<Notice>(null);

const shownFor = 5_000;

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
      done: (text) => setNotice({ text }),
      problem: (problem) => setNotice({ problem }),
      dismiss: () => setNotice(null),
    }),
    [],
  );
  useEffect(() => {
    if (notice === null || "problem" in notice) return;
    const timer = setTimeout(notify.dismiss, shownFor);
    return () => clearTimeout(timer);
  }, [notice, notify]);
  return (
    <NotifyContext value={notify}>
      <NoticeContext value={notice}>{children}</NoticeContext>
    </NotifyContext>
  );
}

/** Where the notices are. The region for what was done is always there: a screen reader only reads out changes of it. */
export function Notices() {
  const notice = use(NoticeContext);
  const notify = useNotify();
  return (
    <div className={styles.notices}>
      <p role="status" className={notice !== null && "text" in notice ? styles.done : "unseen"}>
        {notice !== null && "text" in notice ? notice.text : ""}
      </p>
      {notice !== null && "problem" in notice && (
        <ProblemNotice problem={notice.problem}>
          <button type="button" className="button" onClick={notify.dismiss}>
            Dismiss
          </button>
        </ProblemNotice>
      )}
    </div>
  );
}
