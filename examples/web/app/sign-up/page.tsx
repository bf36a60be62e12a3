import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { SignUpForm } from "@/components/session/sign-up-form";
import { getAuth } from "@/lib/auth";
import { nextPath } from "@/lib/next-path";
import { signedInUser } from "@/lib/session";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUpPage({ searchParams }: PageProps<"/sign-up">) {
  const next = nextPath((await searchParams).next);
  if ((await signedInUser()) !== null) redirect(next);
  return <SignUpForm next={next} betterAuthUrl={getAuth().environment.baseUrl} />;
}
