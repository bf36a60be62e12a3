import { jwtClient } from "better-auth/client/plugins";
import { createAuthClient } from "better-auth/react";

/**
 * Better Auth in the browser, on the page's own origin. `authClient.useSession()` is the session of this React tree;
 * `betterAuthToken(authClient)` asks it for the JWT (`session.token` is not a JWT, and no business of the API).
 */
export const authClient = createAuthClient({ plugins: [jwtClient()] });
