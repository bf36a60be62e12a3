"use client";

import { createContext, type ReactNode, use, useMemo } from "react";

import { type Catalogue, type Texts, textsOf } from "@/lib/texts";

const TextsContext = createContext<Texts | null>(null);

/** Gives a page's texts to what runs in the browser; they come with the page, in one language. */
export function TextsProvider(props: { catalogue: Catalogue; locale: string; children: ReactNode }) {
  const { catalogue, locale } = props;
  const texts = useMemo(() => textsOf(catalogue, locale), [catalogue, locale]);
  return <TextsContext value={texts}>{props.children}</TextsContext>;
}

export function useTexts(): Texts {
  const texts = use(TextsContext);
  if (texts === null) throw new Error("useTexts is used outside of TextsProvider");
  return texts;
}
