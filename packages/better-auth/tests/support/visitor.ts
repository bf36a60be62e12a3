import { randomBytes } from "node:crypto";

export const baseURL = "http://127.0.0.1:3001";

type Handler = (request: Request) => Promise<Response>;
type Json = Record<string, unknown>;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** One browser: it asks Better Auth's handler, and keeps and sends its cookies. */
export class Visitor {
  #handler: Handler;
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(auth: { handler: Handler }, origin = baseURL) {
    this.#handler = auth.handler;
    this.#origin = origin;
  }

  /** The same browser at another Better Auth, such as the same one after a restart with other options. */
  moveTo(auth: { handler: Handler }): void {
    this.#handler = auth.handler;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#ask(path, { method: "GET", headers });
  }

  post(path: string, body: Json): Promise<Answer> {
    return this.#ask(path, { method: "POST", body: JSON.stringify(body) });
  }

  /** Signs up as somebody new; `more` goes into the body as it is. */
  async signUp(more: Json = {}): Promise<Answer> {
    return this.post("/sign-up/email", { ...newAccount(), ...more });
  }

  async token(): Promise<string> {
    const { status, body } = await this.get("/token");
    if (status !== 200) throw new Error(`GET /token: ${status} ${JSON.stringify(body)}`);
    return body.token as string;
  }

  /** The value of a cookie, empty where there is none of that name. */
  cookie(name: string): string {
    return this.#cookies.get(name) ?? "";
  }

  /** All of them, as the browser sends them. */
  cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** As if somebody had kept this cookie, or made it up. */
  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  async #ask(path: string, init: { method: string; body?: string; headers?: Record<string, string> }): Promise<Answer> {
    const own = { "content-type": "application/json", origin: this.#origin, cookie: this.cookies() };
    const headers = { ...own, ...init.headers };
    const response = await this.#handler(new Request(`${this.#origin}/api/auth${path}`, { ...init, headers }));
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  }
}

export function newAccount(): { email: string; password: string; name: string } {
  const name = randomBytes(6).toString("hex");
  return { email: `${name}@example.com`, password: "correct horse battery staple", name: 'Zoë "Q" 日本' };
}
