"use client";

import Link from "next/link";
import { Rich } from "@/components/texts/rich";
import { useTexts } from "@/components/texts/texts";
import { authClient } from "@/lib/auth-client";
import { signInPath } from "@/lib/next-path";

import { CredentialsForm } from "./credentials-form";
import { CredentialsPage } from "./credentials-page";
import { TextField } from "./text-field";

export function SignUpForm({ next, betterAuthUrl }: { next: string; betterAuthUrl: string }) {
  const { t } = useTexts();
  const other = signInPath(next);
  return (
    <CredentialsPage
      title={t("sign_up.title")}
      otherwise={<Rich text={t("sign_up.other")} parts={{ link: (inner) => <Link href={other}>{inner}</Link> }} />}
    >
      <CredentialsForm
        next={next}
        betterAuthUrl={betterAuthUrl}
        action={t("sign_up.action")}
        submit={(fields) =>
          authClient.signUp.email({
            name: String(fields.get("name")).trim(),
            email: String(fields.get("email")),
            password: String(fields.get("password")),
          })
        }
      >
        <TextField label={t("field.name")} name="name" type="text" autoComplete="name" />
        <TextField label={t("field.email")} name="email" type="email" autoComplete="email" />
        <TextField
          label={t("field.password")}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint={t("field.password.hint")}
        />
      </CredentialsForm>
    </CredentialsPage>
  );
}
