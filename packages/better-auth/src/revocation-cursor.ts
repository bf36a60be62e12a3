import { createHmac } from "node:crypto";

/**
 * A place in the feed; between the pages of one answer also the place to go back to after the last, and how many of the
 * entries without rows were given.
 */
export type Place = [position: number, back?: number, given?: number];

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

  write(...place: Place): string {
    const text = `${this.generation}.${place.join("-")}`;
    const mac = createHmac("sha256", this.#secret).update(`drawbridge revocations ${text}`).digest("base64url");
    return `${text}.${mac.slice(0, 16)}`;
  }

  /** The place that it names; undefined for what is no cursor of this table. */
  read(cursor: string): Place | undefined {
    const numbers = /^[\w-]{1,32}\.(\d{1,16}(?:-\d{1,16}){0,2})\.[\w-]{16}$/.exec(cursor)?.[1];
    const place = numbers?.split("-").map(Number) as Place | undefined;
    return place && this.write(...place) === cursor ? place : undefined;
  }
}
