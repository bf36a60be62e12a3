/**
 * Checks a URL that paths are put behind, and gives it without the slash at its end.
 *
 * @throws TypeError when it is not an http(s) URL, or holds credentials, a query or a fragment. The message leaves the
 *   value out, since it may hold a password.
 */
export function parseBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError("baseUrl must be an absolute http or https URL, such as https://api.example.com.");
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("baseUrl must hold no user name or password: the token says who asks.");
  }
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError("baseUrl must have no query and no fragment: paths are put behind it.");
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/**
 * A value as one segment of a path.
 *
 * @throws TypeError for what would be another path: nothing, `.` and `..`, which no escape protects (WHATWG URL).
 */
export function pathSegment(value: string | number): string {
  const text = String(value);
  if (text === "" || text === "." || text === "..") throw new TypeError("An id must not be empty, `.` or `..`.");
  return encodeURIComponent(text);
}
