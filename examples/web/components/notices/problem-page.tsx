import type { ReactNode } from "react";

import { Logo } from "@/components/brand/logo";

import styles from "./problem-page.module.css";

/** In place of a page that cannot be shown: what happened, why, and what to do. */
export function ProblemPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={styles.main}>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
