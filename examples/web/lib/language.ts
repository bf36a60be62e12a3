export const languages = ["en", "ja"] as const;
export type Language = (typeof languages)[number];

const tag = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i;

/**
 * The language that the browser asks for first among those that there are texts in, and its tag, by which dates are written:
 * `en-GB`. English where there is none.
 *
 * @param accepted  the header `Accept-Language`
 */
export function chooseLanguage(accepted: string | null): { language: Language; locale: string } {
  const wanted = (accepted ?? "")
    .split(",")
    .map((part) => {
      const [name = "", ...parameters] = part.trim().split(";");
      const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((text) => text !== undefined);
      return { name, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ name, weight }) => tag.test(name) && weight > 0)
    .sort((one, other) => other.weight - one.weight);
  for (const { name } of wanted) {
    const language = languages.find((known) => name.toLowerCase().split("-")[0] === known);
    if (language !== undefined) return { language, locale: name };
  }
  return { language: "en", locale: "en" };
}
