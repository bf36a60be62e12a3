import type { Metadata, Viewport } from "next";
import { connection } from "next/server";
import type { ReactNode } from "react";

import { TextsProvider } from "@/components/texts/texts";
import { pageTexts } from "@/lib/page-texts";

import "./globals.css";

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await pageTexts();
  return { title: { default: "Drawbridge", template: "%s · Drawbridge" }, description: t("app.description") };
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f5f3ee" },
    { media: "(prefers-color-scheme: dark)", color: "#0e1424" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is made for its request, also one that there is not: scripts carry that request's nonce (proxy.ts).
  await connection();
  const { catalogue, locale } = await pageTexts();
  return (
    <html lang={locale}>
      <body>
        <TextsProvider catalogue={catalogue} locale={locale}>
          {children}
        </TextsProvider>
      </body>
    </html>
  );
}
