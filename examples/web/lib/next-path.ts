const anyOrigin = "http://this.invalid";

/**
 * Where to go after signing in: `?next=` when it is a path of this site, else the tasks. `//elsewhere.example`,
 * `/\elsewhere.example` and the like are URLs of other sites to a browser; whoever made such a link must not decide where
 * a user lands who has just typed a password.
 */
export function nextPath(next: string | string[] | null | undefined): string {
  if (typeof next !== "string" || !next.startsWith("/") || !URL.canParse(next, anyOrigin)) return "/tasks";
  const url = new URL(next, anyOrigin);
  // Dots are resolved by now: `/..//elsewhere.example` has become `//elsewhere.example`.
  const path = url.pathname + url.search;
  return url.origin === anyOrigin && !path.startsWith("//") ? path : "/tasks";
}

/** The sign-in page that leads back to `path`. */
export function signInPath(path: string): string {
  return `/sign-in?next=${encodeURIComponent(path)}`;
}
