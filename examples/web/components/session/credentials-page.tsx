import type { ReactNode } from "react";

import { Logo } from "@/components/brand/logo";

import styles from "./credentials-page.module.css";

/** The frame of the pages to sign in and to sign up. */
export function CredentialsPage(props: { title: string; children: ReactNode; otherwise: ReactNode }) {
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={`card ${styles.card}`}>
        <h1>{props.title}</h1>
        {props.children}
        <p className="hint">{props.otherwise}</p>
      </main>
    </div>
  );
}
