import Link from "next/link";

import { ProblemPage } from "@/components/notices/problem-page";
import { pageTexts } from "@/lib/page-texts";

export default async function NotFoundPage() {
  const { t } = await pageTexts();
  return (
    <ProblemPage title={t("not_found.title")}>
      <p>{t("not_found.text")}</p>
      <Link href="/" className="button primary">
        {t("not_found.home")}
      </Link>
    </ProblemPage>
  );
}
