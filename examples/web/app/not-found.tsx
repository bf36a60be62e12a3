import Link from "next/link";

import { Logo } from "@/components/brand/logo";

import styles from "./problem.module.css";

export default function NotFoundPage() {
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={styles.main}>
        <h1>There is no such page</h1>
        <p>The address may be old, or have a typing error.</p>
        <Link href="/" className="button primary">
          To the first page
        </Link>
      </main>
    </div>
  );
}
