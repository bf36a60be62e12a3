import { SharedWork } from "./abort.js";
import type { ApiError } from "./api-error.js";
import type { Attempted, AttemptInfo } from "./attempts.js";
import type { Clock } from "./clock.js";
import type { Credential, Pass } from "./credential.js";
import { type Deadline, seconds, within } from "./deadline.js";
import { TokenUnavailableError, UserChangedError } from "./errors.js";
import { decodeUnverified, type ReadableToken, type UserClaim } from "./unverified-token.js";

/** Gives a fresh JWT at each call, or rejects. The signal is aborted when nobody waits for the token any more, or in vain. */
export type GetToken = (options: { signal: AbortSignal }) => Promise<string>;

/** A token in memory. */
export interface KeptToken extends ReadableToken {
  /** When it was asked for, in milliseconds on this machine's clock. */
  askedAt: number;
  /** From when on another one is to be fetched, on the same clock. */
  renewsAt: number;
}

/** How long before its end a token is renewed at the latest: longer than a request takes. */
const renewalMargin = 30_000;
/**
 * By chance up to so much earlier. Pages that got their tokens at the same moment, after an outage or a deployment, would
 * otherwise renew them at the same moment ever after.
 */
const renewalSpread = 30_000;

/** How the fetch of a token ends that can be used. */
const given = { status: 200, code: null, detail: null, requestId: null };

export interface TokenSourceOptions {
  getToken: GetToken;
  /** Of each fetch. */
  deadline: Deadline;
  random: () => number;
  /** The claim `sub` that every token must have; undefined for that of the first. */
  subject: string | undefined;
  /** The claim that names the user. */
  userClaim: UserClaim;
  attempted: Attempted;
}

/**
 * Fetches, keeps and renews the token of one user, in memory only.
 *
 * How old a token is, is counted from the moment it was asked for, on this machine's clock, and compared with its
 * lifetime `exp - iat`, which is a difference on the issuer's clock. The two clocks are never compared, so one that is
 * minutes off does no harm. A clock that is set while the page is open makes the token seem too old, and it is renewed,
 * or too young, and the API's `token_expired` has it renewed.
 */
export class TokenSource implements Credential {
  readonly renewable = true;
  readonly #getToken: GetToken;
  readonly #deadline: Deadline;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #subject: string | undefined;
  readonly #userClaim: UserClaim;
  readonly #attempted: Attempted;
  #kept: KeptToken | null = null;
  #fetch: SharedWork<KeptToken> | null = null;
  /** The last token that the API refused, and what was fetched in its place. */
  #renewal: { of: string; fetch: SharedWork<KeptToken> } | null = null;
  #userId: string | null = null;

  constructor({ getToken, deadline, random, subject, userClaim, attempted }: TokenSourceOptions) {
    this.#getToken = getToken;
    this.#deadline = deadline;
    this.#clock = deadline.clock;
    this.#random = random;
    this.#subject = subject;
    this.#userClaim = userClaim;
    this.#attempted = attempted;
  }

  /** The token that is kept, fresh or not, or null. */
  get kept(): KeptToken | null {
    return this.#kept;
  }

  /**
   * A token to send: the one kept while it is fresh, else a new one, fetched once for all who wait. All whose requests were
   * refused with the same token get what the first of them got, a failure too, however late they learn of it.
   *
   * @param refused  the token that the request was refused with
   * @throws UserChangedError when the new token is another user's; nothing is kept then
   */
  async get(signal: AbortSignal, refused?: string): Promise<KeptToken> {
    signal.throwIfAborted();
    if (refused !== undefined) this.refuse(refused);
    if (this.#kept && this.#isFresh(this.#kept)) return this.#kept;
    if (this.#renewal && this.#renewal.of === refused && !this.#renewal.fetch.abandoned) {
      return this.#renewal.fetch.wait(signal);
    }
    if (!this.#fetch || this.#fetch.abandoned) {
      this.#fetch = this.#beginFetch(refused === undefined ? "call" : "renewal");
      this.#renewal = null; // what it brings is later than that
    }
    if (refused !== undefined) this.#renewal = { of: refused, fetch: this.#fetch };
    return this.#fetch.wait(signal);
  }

  async pass(signal: AbortSignal, refused?: string): Promise<Pass> {
    const { token, userId } = await this.get(signal, refused);
    return { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", token, userId };
  }

  failureOf(error: ApiError): Error {
    return error;
  }

  /** Forgets a token that the API did not take, so that it is not given again. */
  refuse(token: string): void {
    if (this.#kept?.token === token) this.#kept = null;
  }

  /** Forgets token and user; a token that is being fetched will not be kept. */
  clear(): void {
    this.#kept = null;
    this.#fetch = null;
    this.#renewal = null;
    this.#userId = null;
  }

  #isFresh({ askedAt, renewsAt }: KeptToken): boolean {
    const now = this.#clock.now();
    return askedAt <= now && now < renewsAt;
  }

  #beginFetch(why: AttemptInfo["why"]): SharedWork<KeptToken> {
    const fetch: SharedWork<KeptToken> = new SharedWork(async (signal) => {
      // Nothing is kept of a fetch that was given up or begun before clear(): `#fetch` is another one then, or none.
      const isCurrent = () => this.#fetch === fetch && !signal.aborted;
      const askedAt = this.#clock.now();
      try {
        const attempt = { kind: "token", method: "", path: "", why, token: null } as const;
        const token = await this.#attempted.watch(
          attempt,
          async () => this.#accept(await this.#ask(signal), askedAt),
          () => given,
        );
        if (isCurrent()) {
          if (this.#userId !== null && this.#userId !== token.userId) throw new UserChangedError();
          this.#userId = token.userId;
          this.#kept = token;
        }
        return token;
      } catch (error) {
        if (isCurrent() && error instanceof UserChangedError) this.#kept = null;
        throw error;
      } finally {
        if (isCurrent()) this.#fetch = null;
      }
    });
    return fetch;
  }

  #ask(signal: AbortSignal): Promise<unknown> {
    return within(
      this.#deadline,
      signal,
      async (ended) => this.#getToken({ signal: ended }),
      (milliseconds) =>
        new TokenUnavailableError(`it did not answer within ${seconds(milliseconds)}; try again later.`, null),
    );
  }

  #accept(token: unknown, askedAt: number): KeptToken {
    const readable = decodeUnverified(token, this.#userClaim);
    if (this.#subject !== undefined && readable.claims.sub !== this.#subject) throw new UserChangedError();
    const { expiresAt, issuedAt } = readable;
    // Without `iat` the local clock is all there is. Where it is ahead, each call fetches a token, and works.
    const lifetime = Math.max(0, expiresAt * 1_000 - (issuedAt === null ? this.#clock.now() : issuedAt * 1_000));
    const margin = Math.min(renewalMargin + Math.floor(renewalSpread * this.#random()), lifetime / 2);
    return { ...readable, askedAt, renewsAt: askedAt + lifetime - margin };
  }
}
