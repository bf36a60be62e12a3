"use client";

import { useEffect, useEffectEvent, useId, useState } from "react";

import { useTexts } from "@/components/texts/texts";
import { useReady } from "@/lib/use-ready";

/** Long enough that one word is one request, short enough that it is not noticed. */
const pause = 250;

/** A search that is made when typing pauses, and not while an input method composes a word. */
export function SearchField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const { t } = useTexts();
  const isReady = useReady();
  const id = useId();
  const [text, setText] = useState(value);
  const [asked, setAsked] = useState(value);
  const [composing, setComposing] = useState(false);

  if (value !== asked) {
    // It was changed from outside: "Clear filters", or "back".
    setAsked(value);
    setText(value);
  }

  const search = useEffectEvent(() => {
    if (text === asked) return;
    setAsked(text);
    onSearch(text);
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the text begins the pause again.
  useEffect(() => {
    if (composing) return;
    const timer = setTimeout(search, pause);
    return () => clearTimeout(timer);
  }, [text, composing]);

  return (
    <div>
      <label htmlFor={id} className="unseen">
        {t("filters.search")}
      </label>
      <input
        id={id}
        className="input"
        type="search"
        dir="auto"
        maxLength={255}
        placeholder={t("filters.search.placeholder")}
        readOnly={!isReady}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
      />
    </div>
  );
}
