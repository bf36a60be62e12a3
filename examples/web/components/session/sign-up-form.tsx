"use client";

import Link from "next/link";
import { authClient } from "@/lib/auth-client";
import { signInPath } from "@/lib/next-path";

import { CredentialsForm } from "./credentials-form";
import { CredentialsPage } from "./credentials-page";
import { TextField } from "./text-field";

export function SignUpForm({ next, betterAuthUrl }: { next: string; betterAuthUrl: string }) {
  return (
    <CredentialsPage
      title="Create an account"
      otherwise={
        <>
          Have an account already? <Link href={signInPath(next)}>Sign in</Link>.
        </>
      }
    >
      <CredentialsForm
        next={next}
        betterAuthUrl={betterAuthUrl}
        action="Sign up"
        submit={(fields) =>
          authClient.signUp.email({
            name: String(fields.get("name")).trim(),
            email: String(fields.get("email")),
            password: String(fields.get("password")),
          })
        }
      >
        <TextField label="Name" name="name" type="text" autoComplete="name" />
        <TextField label="Email" name="email" type="email" autoComplete="email" />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint="At least 8 characters."
        />
      </CredentialsForm>
    </CredentialsPage>
  );
}
