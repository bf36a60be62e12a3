import Link from "next/link";
import { redirect } from "next/navigation";

import { BridgePicture } from "@/components/brand/bridge-picture";
import { Logo } from "@/components/brand/logo";
import { signedInUser } from "@/lib/session";

import styles from "./page.module.css";

const steps = [
  { name: "Sign in", text: "Better Auth, here in Next.js, knows who you are and keeps the session in a cookie." },
  {
    name: "Cross the bridge",
    text: "It makes a token that is good for 15 minutes, signed with a key that anyone can check.",
  },
  {
    name: "Reach your tasks",
    text: "The API in C++ checks the signature with the public key and opens your rows alone.",
  },
];

export default async function LandingPage() {
  if ((await signedInUser()) !== null) redirect("/tasks");
  return (
    <div className={styles.page}>
      <header>
        <Logo />
      </header>
      <main className={styles.main}>
        <div className={styles.first}>
          <div className={styles.hero}>
            <h1>
              <span>Your users sign in here.</span> <span>Your API trusts them there.</span>
            </h1>
            <p>
              A small task list that shows Drawbridge at work: Better Auth signs people in, an API in C++ verifies the
              tokens. “Inspect the bridge”, beside your tasks, shows what crosses it.
            </p>
            <div className="row">
              <Link href="/sign-up" className="button primary">
                Create an account
              </Link>
              <Link href="/sign-in" className="button">
                Sign in
              </Link>
            </div>
          </div>
          <BridgePicture />
        </div>
        <ol className={styles.steps}>
          {steps.map((step, index) => (
            <li key={step.name} className="card">
              <span className={styles.number} aria-hidden="true">
                {index + 1}
              </span>
              <h2>{step.name}</h2>
              <p>{step.text}</p>
            </li>
          ))}
        </ol>
      </main>
    </div>
  );
}
