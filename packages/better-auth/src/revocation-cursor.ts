import { createHmac } from "node:crypto";

/** A place in the feed. */
export interface Place {
  position: number;
  /** Between the pages of one answer: the place to go back to after the last. */
  back?: number | undefined;
  /** Where all rows were given: how many of the entries without rows were, too. */
  given?: number | undefined;
  /** The last row that was given of this position; without it all of them were. */
  entry?: string | undefined;
}

/**
 * The feed's cursors: the table's generation and a place in it, under a key of the issuer's, so that no other text is one.
 */
export class Cursors {
  readonly #secret: string;
  readonly generation: string;

  constructor(secret: string, generation: string) {
    this.#secret = secret;
    this.generation = generation;
  }

  write({ position, back, given, entry }: Place): string {
    const numbers = [position, back, given].filter((number) => number !== undefined).join("-");
    const text = [this.generation, numbers, ...(entry === undefined ? [] : [entry.replace(":", "_")])].join(".");
    const mac = createHmac("sha256", this.#secret).update(`drawbridge revocations ${text}`).digest("base64url");
    return `${text}.${mac.slice(0, 16)}`;
  }

  /** The place that it names; undefined for what is no cursor of this table. */
  read(cursor: string): Place | undefined {
    const found = /^[\w-]{1,32}\.(\d{1,16})(?:-(\d{1,16}))?(?:-(\d{1,16}))?(?:\.([su]_[\w-]{1,32}))?\.[\w-]{16}$/.exec(
      cursor,
    );
    if (!found) return undefined;
    const [position = 0, back, given] = found.slice(1, 4).map((number) => (number ? Number(number) : undefined));
    const place: Place = { position, back, given, entry: found[4]?.replace("_", ":") };
    return this.write(place) === cursor ? place : undefined;
  }
}
