import { toNextJsHandler } from "better-auth/next-js";

import { getAuth } from "@/lib/auth";

// By a function, because Better Auth is made at the first request and not while Next.js builds.
export const { GET, POST } = toNextJsHandler((request) => getAuth().auth.handler(request));
