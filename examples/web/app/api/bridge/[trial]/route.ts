import { getAuth } from "@/lib/auth";
import { isFromThisMachine } from "@/lib/request-address";

type Auth = ReturnType<typeof getAuth>["auth"];

/** Milliseconds between two keys, so that nobody fills the key set. */
const rotateEvery = 10_000;

/**
 * What the bridge panel cannot do from the page: an expired token, a second session, another signing key. It answers where
 * this front end runs on one's own machine (`environment.trials`), to a browser there, to its own page, and to who is signed in.
 */
export async function POST(request: Request, { params }: RouteContext<"/api/bridge/[trial]">): Promise<Response> {
  const { auth, environment } = getAuth();
  const { trial } = await params;
  const { headers } = request;
  const answer = Object.hasOwn(trials, trial) ? trials[trial] : undefined;
  // BETTER_AUTH_URL alone does not say it: `next start` listens at every address of the machine.
  if (answer === undefined || !environment.trials || !isFromThisMachine(headers)) {
    return new Response(null, { status: 404 });
  }
  if (headers.get("origin") !== environment.baseUrl) return new Response(null, { status: 403 });
  const session = await auth.api.getSession({ headers, query: { disableRefresh: true } });
  if (session === null) return new Response(null, { status: 401 });
  const result = await answer(auth, headers, session.user.id);
  if (result instanceof Response) return result;
  return Response.json(result, { headers: { "Cache-Control": "no-store" } });
}

const trials: Record<string, (auth: Auth, headers: Headers, userId: string) => Promise<object | Response>> = {
  /** The user's own token, signed by the real key, whose time was over five minutes ago. */
  expired: async (auth, headers) => {
    const now = Math.floor(Date.now() / 1_000);
    return sign(auth, { ...(await claimsOf(auth, headers)), iat: now - 1_200, exp: now - 300 });
  },
  "second-session": async (auth, headers, userId) => {
    const second = await (await auth.$context).internalAdapter.createSession(userId);
    return { ...(await sign(auth, { ...(await claimsOf(auth, headers)), sid: second.id })), session: second.token };
  },
  /** The key of now signs no more, and is published on; the next token is signed by a new one. */
  rotate: async (auth) => {
    const { adapter } = await auth.$context;
    const sortBy = { field: "createdAt", direction: "desc" } as const;
    const [newest, older] = await adapter.findMany<{ createdAt: Date }>({ model: "jwks", sortBy, limit: 2 });
    const wait = newest && older ? newest.createdAt.getTime() + rotateEvery - Date.now() : 0;
    if (wait > 0) return tooSoon(Math.ceil(wait / 1_000));
    const where = [{ field: "expiresAt", value: null }];
    await adapter.updateMany({ model: "jwks", where, update: { expiresAt: new Date(Date.now() - 1) } });
    return {};
  },
};

function tooSoon(seconds: number): Response {
  const detail = `The keys were just rotated. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
  const headers = { "Cache-Control": "no-store", "Retry-After": String(seconds) };
  return Response.json({ code: "rotated_just_now", detail }, { status: 429, headers });
}

async function claimsOf(auth: Auth, headers: Headers): Promise<Record<string, unknown>> {
  const { token } = await auth.api.getToken({ headers });
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

const sign = (auth: Auth, payload: Record<string, unknown>) => auth.api.signJWT({ body: { payload } });
