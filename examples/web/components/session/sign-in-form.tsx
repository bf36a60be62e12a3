"use client";

import Link from "next/link";

import { Rich } from "@/components/texts/rich";
import { useTexts } from "@/components/texts/texts";
import { authClient } from "@/lib/auth-client";

import { CredentialsForm } from "./credentials-form";
import { CredentialsPage } from "./credentials-page";
import { TextField } from "./text-field";

export function SignInForm({ next, betterAuthUrl }: { next: string; betterAuthUrl: string }) {
  const { t } = useTexts();
  const other = `/sign-up?next=${encodeURIComponent(next)}`;
  return (
    <CredentialsPage
      title={t("sign_in.title")}
      otherwise={<Rich text={t("sign_in.other")} parts={{ link: (inner) => <Link href={other}>{inner}</Link> }} />}
    >
      <CredentialsForm
        next={next}
        betterAuthUrl={betterAuthUrl}
        action={t("sign_in.action")}
        submit={(fields) =>
          authClient.signIn.email({ email: String(fields.get("email")), password: String(fields.get("password")) })
        }
      >
        <TextField label={t("field.email")} name="email" type="email" autoComplete="email" />
        <TextField label={t("field.password")} name="password" type="password" autoComplete="current-password" />
      </CredentialsForm>
    </CredentialsPage>
  );
}
