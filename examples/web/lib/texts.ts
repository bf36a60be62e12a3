import type { TextKey } from "@/texts/en";

export type Catalogue = Readonly<Record<TextKey, string>>;
export type Values = Record<string, string | number>;
/** The keys that there are for one and for more. */
export type CountedKey = TextKey extends infer Key ? (Key extends `${infer Base}.one` ? Base : never) : never;

/** The texts of one language, and how its readers write dates. */
export interface Texts {
  locale: string;
  /** A text with its values filled in. */
  t: (key: TextKey, values?: Values) => string;
  /** The text for so many. */
  count: (key: CountedKey, count: number) => string;
}

export function textsOf(catalogue: Catalogue, locale: string): Texts {
  const plural = new Intl.PluralRules(locale);
  const t: Texts["t"] = (key, values = {}) => fill(catalogue[key], values);
  return {
    locale,
    t,
    count: (key, count) => {
      const chosen = `${key}.${plural.select(count)}`;
      return t((chosen in catalogue ? chosen : `${key}.one`) as TextKey, { count });
    },
  };
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
