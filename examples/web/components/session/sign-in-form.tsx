"use client";

import Link from "next/link";

import { authClient } from "@/lib/auth-client";

import { CredentialsForm } from "./credentials-form";
import { CredentialsPage } from "./credentials-page";
import { TextField } from "./text-field";

export function SignInForm({ next, betterAuthUrl }: { next: string; betterAuthUrl: string }) {
  const other = `/sign-up?next=${encodeURIComponent(next)}`;
  return (
    <CredentialsPage
      title="Welcome back"
      otherwise={
        <>
          No account yet? <Link href={other}>Create one</Link>.
        </>
      }
    >
      <CredentialsForm
        next={next}
        betterAuthUrl={betterAuthUrl}
        action="Sign in"
        submit={(fields) =>
          authClient.signIn.email({ email: String(fields.get("email")), password: String(fields.get("password")) })
        }
      >
        <TextField label="Email" name="email" type="email" autoComplete="email" />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" />
      </CredentialsForm>
    </CredentialsPage>
  );
}
