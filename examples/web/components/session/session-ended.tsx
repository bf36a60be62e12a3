"use client";

import { usePathname, useSearchParams } from "next/navigation";

import { useTexts } from "@/components/texts/texts";
import { signInPath } from "@/lib/next-path";

import { CredentialsPage } from "./credentials-page";

/** In place of a page whose user is no longer signed in. */
export function SessionEnded() {
  const { t } = useTexts();
  const query = useSearchParams().toString();
  const here = usePathname() + (query && `?${query}`);
  return (
    <CredentialsPage title={t("ended.title")} otherwise={t("ended.back")}>
      <p role="alert">{t("ended.text")}</p>
      {/* Not a client-side navigation: it would keep the page's memory. */}
      <a className="button primary" href={signInPath(here)}>
        {t("ended.action")}
      </a>
    </CredentialsPage>
  );
}
