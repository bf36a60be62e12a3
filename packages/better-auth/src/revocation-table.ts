import { randomBytes } from "node:crypto";
import type { AuthContext, BetterAuthPlugin } from "better-auth";
import type { Place } from "./revocation-cursor.js";
import type { Revocation } from "./revocation-entries.js";

type Adapter = AuthContext["adapter"];
type Where = NonNullable<Parameters<Adapter["findMany"]>[0]["where"]>;

const model = "drawbridgeRevocation";
/** The entry of the row that names the table. */
export const generation = "generation";
/** Better Auth's own default is 100 rows. */
const rowsPerRead = 5_000;
const rowsPerCleanup = 1_000;

const time = { type: "number", bigint: true, required: true, input: false } as const;

/** Better Auth's migration makes the table from this, and the schema file of an ORM has a model of this name. */
export const revocationSchema = {
  [model]: {
    fields: {
      entry: { type: "string", required: true, unique: true, input: false },
      subject: { type: "string", required: true, index: true, input: false },
      before: time,
      until: { ...time, index: true },
      position: { ...time, index: true },
    },
  },
} as const satisfies NonNullable<BetterAuthPlugin["schema"]>;

/** Some rows, and the place from which to go on; none at the end. */
export interface TablePage {
  rows: Revocation[];
  next?: Place;
}

/** The rows, through Better Auth's adapter, so that it is the database of whichever ORM. Rejects where the database does. */
export class RevocationTable {
  readonly #adapter: Adapter;

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
  }

  async find(entry: string): Promise<Revocation | undefined> {
    const [row] = await this.#rows({ where: [{ field: "entry", value: entry }], limit: 1 });
    return row;
  }

  /** Some of the rows after this place, in order, and the place after which there may be more. */
  async after({ position, entry }: Place): Promise<TablePage> {
    if (entry !== undefined) return this.#afterEntry(position, entry);
    const where: Where = [{ field: "position", operator: "gt", value: position }];
    const rows = await this.#page(where, "position");
    const [first, last] = [rows[0]?.position ?? 0, rows.at(-1)?.position ?? 0];
    if (rows.length < rowsPerRead) return { rows };
    return { rows, next: last > first ? { position: last - 1 } : { position: last, entry: "" } };
  }

  /** Of one place, where more than a page are. */
  async #afterEntry(position: number, entry: string): Promise<TablePage> {
    const where: Where = [
      { field: "position", value: position },
      { field: "entry", operator: "gt", value: entry },
    ];
    const rows = await this.#page(where, "entry");
    return { rows, next: rows.length < rowsPerRead ? { position } : { position, entry: rows.at(-1)?.entry } };
  }

  /** 0 where there is none. */
  async newestPosition(): Promise<number> {
    const [row] = await this.#rows({ limit: 1, sortBy: { field: "position", direction: "desc" } });
    return row?.position ?? 0;
  }

  /** How many sessions of this user have a row that still counts. */
  async countOpen(subject: string, now: number): Promise<number> {
    return this.#adapter.count({
      model,
      where: [
        { field: "subject", value: subject },
        { field: "until", operator: "gt", value: now },
      ],
    });
  }

  /** False where somebody else has made a row of this entry. */
  async insert(row: Revocation): Promise<boolean> {
    try {
      await this.#adapter.create({ model, data: { ...row } });
      return true;
    } catch (error) {
      if (await this.find(row.entry)) return false;
      throw error;
    }
  }

  /** False where it is not there any more with this `before` and `until`: somebody else has changed it. */
  async replace(found: Revocation, changes: Partial<Revocation>): Promise<boolean> {
    const where: Where = (["entry", "before", "until"] as const).map((field) => ({ field, value: found[field] }));
    // Nothing is added. This call, and not `update`, promises to compare and to write at once.
    return (await this.#adapter.incrementOne({ model, where, increment: {}, set: { ...changes } })) !== null;
  }

  /** Deletes some of the rows that ended before this time; whether there may be more. */
  async deleteEnded(time: number): Promise<boolean> {
    const ended = { field: "until", operator: "lt", value: time } as const;
    const rows = await this.#rows({ where: [ended], limit: rowsPerCleanup });
    const entries = rows.map(({ entry }) => entry);
    if (entries.length > 0) {
      await this.#adapter.deleteMany({ model, where: [ended, { field: "entry", operator: "in", value: entries }] });
    }
    return rows.length === rowsPerCleanup;
  }

  /** What names this table, whichever process asks; a table that is made anew has another. */
  async generation(): Promise<string> {
    const subject = randomBytes(12).toString("base64url");
    const row = { entry: generation, subject, before: 0, until: Number.MAX_SAFE_INTEGER, position: 0 };
    const found = (await this.find(generation)) ?? ((await this.insert(row)) ? row : await this.find(generation));
    if (!found) throw new Error("The table of revocations lost its generation while it was being read");
    return found.subject;
  }

  #page(where: Where, field: "position" | "entry"): Promise<Revocation[]> {
    return this.#rows({ where, limit: rowsPerRead, sortBy: { field, direction: "asc" } });
  }

  async #rows(query: Omit<Parameters<Adapter["findMany"]>[0], "model">): Promise<Revocation[]> {
    const rows = await this.#adapter.findMany<Revocation>({ model, ...query });
    // PostgreSQL's driver gives a bigint as a text.
    return rows.map(({ entry, subject, before, until, position }) => ({
      entry,
      subject,
      before: Number(before),
      until: Number(until),
      position: Number(position),
    }));
  }
}
