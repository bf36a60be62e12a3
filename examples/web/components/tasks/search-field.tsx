"use client";

import { useEffect, useEffectEvent, useId, useState } from "react";

/** Long enough that one word is one request, short enough that it is not noticed. */
const pause = 250;

/** A search that is made when typing pauses. */
export function SearchField({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const id = useId();
  const [text, setText] = useState(value);
  const [asked, setAsked] = useState(value);

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
    const timer = setTimeout(search, pause);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div className="field">
      <label htmlFor={id}>Search</label>
      <input
        id={id}
        className="input"
        type="search"
        maxLength={255}
        placeholder="Title or description"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
