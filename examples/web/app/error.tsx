"use client";

import { ProblemPage } from "@/components/notices/problem-page";
import { Rich } from "@/components/texts/rich";
import { useTexts } from "@/components/texts/texts";

/** A page that could not be made on the server, most often because the database is away; or one that failed in the browser. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  const { t } = useTexts();
  const { digest } = error;
  return (
    <ProblemPage title={t("error.title")}>
      <p>{t(digest ? "error.server" : "error.page")}</p>
      <p className="hint">
        {digest ? (
          <Rich text={t("error.server.log", { digest })} parts={{ code: (inner) => <code>{inner}</code> }} />
        ) : (
          t("error.page.console")
        )}
      </p>
      <button type="button" className="button primary" onClick={() => window.location.reload()}>
        {t("try_again")}
      </button>
    </ProblemPage>
  );
}
