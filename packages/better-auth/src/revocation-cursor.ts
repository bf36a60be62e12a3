import { createHmac } from "node:crypto";

/**
 * The feed's cursors: the table's generation and a place in it, under a key of the issuer's. Who makes one up, to read the
 * whole without its limit, has none of ours.
 */
export class Cursors {
  readonly #secret: string;
  readonly generation: string;

  constructor(secret: string, generation: string) {
    this.#secret = secret;
    this.generation = generation;
  }

  write(position: number): string {
    const text = `${this.generation}.${position}`;
    const mac = createHmac("sha256", this.#secret).update(`drawbridge revocations ${text}`).digest("base64url");
    return `${text}.${mac.slice(0, 16)}`;
  }

  /** The place that it names; undefined for what is no cursor of this table. */
  read(cursor: string): number | undefined {
    const position = Number(/^[\w-]{1,32}\.(\d{1,16})\.[\w-]{16}$/.exec(cursor)?.[1]);
    return Number.isSafeInteger(position) && this.write(position) === cursor ? position : undefined;
  }
}
