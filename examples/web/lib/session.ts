import { headers } from "next/headers";

import { getAuth } from "@/lib/auth";

/** Who is signed in, as the pages need it. */
export interface SignedInUser {
  id: string;
  name: string;
  email: string;
}

/** The user of the request that is being answered, or null. Asks the database, so it is not fooled by an old cookie. */
export async function signedInUser(): Promise<SignedInUser | null> {
  // First of all: it tells Next.js that the page is one request's, and not to be made at the build.
  const request = await headers();
  // A page cannot set cookies, so it does not prolong the session: Better Auth would take it that the browser has a newer
  // cookie, and the old one would end. The browser's own /get-session prolongs both.
  const session = await getAuth().auth.api.getSession({ headers: request, query: { disableRefresh: true } });
  if (session === null) return null;
  const { id, name, email } = session.user;
  return { id, name, email };
}
