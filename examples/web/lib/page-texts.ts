import { headers } from "next/headers";

import { chooseLanguage } from "@/lib/language";
import { type Catalogue, type Texts, textsOf } from "@/lib/texts";
import { en } from "@/texts/en";
import { ja } from "@/texts/ja";

const catalogues: Record<string, Catalogue> = { en, ja };

/** The texts in the language that the browser of this request asks for. */
export async function pageTexts(): Promise<Texts & { catalogue: Catalogue }> {
  const { language, locale } = chooseLanguage((await headers()).get("accept-language"));
  const catalogue = catalogues[language] ?? en;
  return { ...textsOf(catalogue, locale), catalogue };
}
