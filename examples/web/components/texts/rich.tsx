import { Fragment, type ReactNode } from "react";

/** A text in which what stands in `<name>…</name>` is made by the function of that name. */
export function Rich({ text, parts }: { text: string; parts: Record<string, (inner: string) => ReactNode> }) {
  return text.split(/(<(\w+)>.*?<\/\2>)/).map((piece, place, all) => {
    if (place % 3 === 2) return null; // the name alone
    const name = all[place + 1] ?? "";
    const inner = /^<\w+>(.*)<\/\w+>$/.exec(piece)?.[1];
    // biome-ignore lint/suspicious/noArrayIndexKey: a text's pieces have no other name.
    return <Fragment key={place}>{place % 3 === 1 && inner !== undefined ? parts[name]?.(inner) : piece}</Fragment>;
  });
}
