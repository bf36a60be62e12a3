import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "better-auth/node";

/** Serves Better Auth over HTTP on a free port of this machine until `stop`. */
export async function serve(auth: Parameters<typeof toNodeHandler>[0]) {
  const server = createServer(toNodeHandler(auth)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
