import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { SignInForm } from "@/components/session/sign-in-form";
import { getAuth } from "@/lib/auth";
import { nextPath } from "@/lib/next-path";
import { pageTexts } from "@/lib/page-texts";
import { signedInUser } from "@/lib/session";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await pageTexts()).t("sign_in.page") };
}

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const next = nextPath((await searchParams).next);
  if ((await signedInUser()) !== null) redirect(next);
  return <SignInForm next={next} betterAuthUrl={getAuth().environment.baseUrl} />;
}
