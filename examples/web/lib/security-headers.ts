/**
 * What the page may load and ask. Scripts run by the nonce of their request and by nothing else, so that what somebody
 * smuggles into a page stays text: a script could read the token and act as the user.
 */
export function contentSecurityPolicy(page: { nonce: string; apiUrl: string; development: boolean }): string {
  const { nonce, apiUrl, development } = page;
  // A path is of this page's own origin.
  const api = apiUrl.startsWith("/") ? [] : [new URL(apiUrl).origin];
  const directives = {
    "default-src": ["'self'"],
    // Scripts with the nonce load the other parts of the page. `'self'` is for browsers that do not know that rule. While one
    // develops, React evaluates code for its messages.
    "script-src": ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...(development ? ["'unsafe-eval'"] : [])],
    // While one develops, styles are put into the page.
    "style-src": ["'self'", development ? "'unsafe-inline'" : `'nonce-${nonce}'`],
    // Colours of tags, widths of placeholders: React's `style`. Nothing in them can run.
    "style-src-attr": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    // While one develops, the page is told of changes.
    "connect-src": ["'self'", ...api, ...(development ? ["ws:", "wss:"] : [])],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}

const aYear = 365 * 24 * 60 * 60;

/**
 * Has browsers come over https alone from now on; null where the front end is reached over http, as on one's own machine.
 * Without `includeSubDomains`: what else is under the domain is not this front end's to decide.
 */
export function strictTransportSecurity(baseUrl: string): string | null {
  return baseUrl.startsWith("https://") ? `max-age=${aYear}` : null;
}
