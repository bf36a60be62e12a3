import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { SignUpForm } from "@/components/session/sign-up-form";
import { getAuth } from "@/lib/auth";
import { nextPath } from "@/lib/next-path";
import { pageTexts } from "@/lib/page-texts";
import { signedInUser } from "@/lib/session";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await pageTexts()).t("sign_up.page") };
}

export default async function SignUpPage({ searchParams }: PageProps<"/sign-up">) {
  const next = nextPath((await searchParams).next);
  if ((await signedInUser()) !== null) redirect(next);
  return <SignUpForm next={next} betterAuthUrl={getAuth().environment.baseUrl} />;
}
