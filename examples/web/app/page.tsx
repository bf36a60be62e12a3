import Link from "next/link";
import { redirect } from "next/navigation";

import { BridgePicture } from "@/components/brand/bridge-picture";
import { Logo } from "@/components/brand/logo";
import { pageTexts } from "@/lib/page-texts";
import { signedInUser } from "@/lib/session";

import styles from "./page.module.css";

const steps = ["landing.step1", "landing.step2", "landing.step3"] as const;

export default async function LandingPage() {
  if ((await signedInUser()) !== null) redirect("/tasks");
  const { t } = await pageTexts();
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={styles.main}>
        <div className={styles.first}>
          <div className={styles.hero}>
            <h1>
              <span>{t("landing.title.first")}</span> <span>{t("landing.title.second")}</span>
            </h1>
            <p>{t("landing.text")}</p>
            <div className="row">
              <Link href="/sign-up" className="button primary">
                {t("landing.sign_up")}
              </Link>
              <Link href="/sign-in" className="button">
                {t("landing.sign_in")}
              </Link>
            </div>
          </div>
          <BridgePicture />
        </div>
        <ol className={styles.steps}>
          {steps.map((step, index) => (
            <li key={step} className="card">
              <span className={styles.number} aria-hidden="true">
                {index + 1}
              </span>
              <h2>{t(step)}</h2>
              <p>{t(`${step}.text`)}</p>
            </li>
          ))}
        </ol>
      </main>
    </div>
  );
}
