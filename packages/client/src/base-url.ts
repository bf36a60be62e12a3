/**
 * Checks a URL that paths are put behind, and gives it without the slash at its end.
 *
 * @throws TypeError when it is not an http(s) URL, or holds credentials, a query or a fragment. The message leaves the
 *   value out, since it may hold a password.
 */
export function parseBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      "baseUrl must be an absolute http or https URL, such as https://api.example.com, or a page's own path, such as /backend.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      "baseUrl must not contain a user name or password: the token or the cookie identifies the user.",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new TypeError("baseUrl must have no query and no fragment: paths are appended to it.");
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/**
 * The same, and a path such as `/backend` is on the page's own origin.
 *
 * @returns null for a path where there is no page, as when Next.js makes a page on the server
 */
export function parsePageUrl(baseUrl: string): string | null {
  if (!/^\/(?!\/)/.test(baseUrl)) return parseBaseUrl(baseUrl);
  const origin = (globalThis as { location?: { origin?: string } }).location?.origin;
  const isPage = origin !== undefined && /^https?:/.test(origin);
  const url = parseBaseUrl((isPage ? origin : "http://page.invalid") + baseUrl);
  return isPage ? url : null;
}

/**
 * The URL of a path behind the base URL, or of a URL below it, as WHATWG reads it: `..` and the like are resolved first.
 *
 * @param baseUrl  as `parseBaseUrl` gives it
 * @throws TypeError for what leads to another origin, or out of the base URL's path
 */
export function urlBelow(baseUrl: string, input: string | URL): URL {
  const text = String(input);
  // Behind the base URL even "//other.example" is a path: the origin ends before the first slash.
  const whole = text.startsWith("/") ? baseUrl + text : text;
  if (!URL.canParse(whole)) {
    throw new TypeError("Nothing was sent: give a path that starts with a slash, or a URL below baseUrl.");
  }
  const [url, base] = [new URL(whole), new URL(baseUrl)];
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(
      "Nothing was sent: the URL must not contain a user name or password; the token or the cookie identifies the user.",
    );
  }
  const isBelow = `${url.pathname}/`.startsWith(base.pathname.replace(/\/?$/, "/"));
  if (url.origin !== base.origin || !isBelow) {
    const where = url.origin === base.origin ? url.pathname : url.origin;
    throw new TypeError(
      `Nothing was sent: ${where} is not below ${baseUrl}, and the token or the cookie is only for that. Make ` +
        "another fetch for another API, or use the plain fetch where neither belongs.",
    );
  }
  return url;
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
