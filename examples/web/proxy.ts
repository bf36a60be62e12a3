import { randomBytes } from "node:crypto";

import { type NextRequest, NextResponse } from "next/server";

import { type ApiSettings, readEnvironment } from "@/lib/environment";
import { passedOn } from "@/lib/request-address";
import { contentSecurityPolicy, strictTransportSecurity } from "@/lib/security-headers";

/**
 * Before each page: the headers that need a request, or the settings, which are not known during the build. For the same
 * reason requests of the API are passed on from here, where it is on this origin, and not by `rewrites` in next.config.ts.
 */
export function proxy(request: NextRequest): NextResponse {
  const { api, baseUrl, trustedProxies } = readEnvironment();
  const target = behindPath(request.nextUrl, api);
  const response =
    target === null
      ? withPolicy(request, api.url)
      : NextResponse.rewrite(target, { request: { headers: passedOn(request.headers, trustedProxies) } });
  const transport = strictTransportSecurity(baseUrl);
  if (transport !== null) response.headers.set("Strict-Transport-Security", transport);
  return response;
}

/** What of the API is behind a path of this origin; null for what is no path of the API. */
function behindPath({ pathname, search }: NextRequest["nextUrl"], { url, behind }: ApiSettings): URL | null {
  if (behind === null || !pathname.startsWith(`${url}/`)) return null;
  return new URL(behind + pathname.slice(url.length) + search);
}

function withPolicy(request: NextRequest, apiUrl: string): NextResponse {
  const nonce = randomBytes(18).toString("base64");
  const policy = contentSecurityPolicy({ nonce, apiUrl, development: process.env.NODE_ENV === "development" });
  // Next.js takes the nonce for its scripts from the policy in the request's headers.
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

export const config = { matcher: "/((?!_next/static/).*)" };
