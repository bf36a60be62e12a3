import Link from "next/link";

import styles from "./brand.module.css";

/** A gatehouse with its bridge half let down, and the name; leads home. The same drawing is `app/icon.svg`. */
export function Logo() {
  return (
    <Link href="/" className={styles.logo} prefetch={false}>
      <svg viewBox="0 0 48 48" width="38" height="38" aria-hidden="true">
        <rect width="48" height="48" rx="11" className={styles.ground} />
        <path d="M8 36V10h4v3h3v-3h4v3h3v-3h2v26h-4v-7a4 4 0 0 0-8 0v7z" className={styles.gate} />
        <path d="m24 35 17-7" className={styles.deck} />
        <path d="m24 15 15 12.5" className={styles.chain} />
        <path d="M7 41c2.8-1.7 5.6-1.7 8.5 0s5.7 1.7 8.5 0 5.7-1.7 8.5 0 5.7 1.7 8.5 0" className={styles.water} />
      </svg>
      Drawbridge
    </Link>
  );
}
