import Link from "next/link";

import { ProblemPage } from "@/components/notices/problem-page";

export default function NotFoundPage() {
  return (
    <ProblemPage title="There is no such page">
      <p>The address may be old, or have a typing error.</p>
      <Link href="/" className="button primary">
        To the first page
      </Link>
    </ProblemPage>
  );
}
