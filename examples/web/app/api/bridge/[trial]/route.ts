import { getAuth } from "@/lib/auth";

type Auth = ReturnType<typeof getAuth>["auth"];

/**
 * What the bridge panel cannot do from the page: an expired token, a second session, another signing key. It answers where
 * this front end runs on one's own machine (`environment.trials`), to its own page, and to who is signed in.
 */
export async function POST(request: Request, { params }: RouteContext<"/api/bridge/[trial]">): Promise<Response> {
  const { auth, environment } = getAuth();
  const { trial } = await params;
  const answer = Object.hasOwn(trials, trial) ? trials[trial] : undefined;
  if (answer === undefined || !environment.trials) return new Response(null, { status: 404 });
  if (request.headers.get("origin") !== environment.baseUrl) return new Response(null, { status: 403 });
  const { headers } = request;
  const session = await auth.api.getSession({ headers, query: { disableRefresh: true } });
  if (session === null) return new Response(null, { status: 401 });
  return Response.json(await answer(auth, headers, session.user.id), { headers: { "Cache-Control": "no-store" } });
}

const trials: Record<string, (auth: Auth, headers: Headers, userId: string) => Promise<object>> = {
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
    await adapter.updateMany({ model: "jwks", where: [], update: { expiresAt: new Date(Date.now() - 1) } });
    return {};
  },
};

async function claimsOf(auth: Auth, headers: Headers): Promise<Record<string, unknown>> {
  const { token } = await auth.api.getToken({ headers });
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

const sign = (auth: Auth, payload: Record<string, unknown>) => auth.api.signJWT({ body: { payload } });
