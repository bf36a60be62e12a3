import { randomBytes } from "node:crypto";

import { type NextRequest, NextResponse } from "next/server";

import { readEnvironment } from "@/lib/environment";
import { contentSecurityPolicy, strictTransportSecurity } from "@/lib/security-headers";

/** Before each page: the headers that need a request, or the settings, which are not known during the build. */
export function proxy(request: NextRequest): NextResponse {
  const { apiUrl, baseUrl } = readEnvironment();
  const nonce = randomBytes(18).toString("base64");
  const policy = contentSecurityPolicy({ nonce, apiUrl, development: process.env.NODE_ENV === "development" });
  // Next.js takes the nonce for its scripts from the policy in the request's headers.
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  const transport = strictTransportSecurity(baseUrl);
  if (transport !== null) response.headers.set("Strict-Transport-Security", transport);
  return response;
}

export const config = { matcher: "/((?!_next/static/).*)" };
