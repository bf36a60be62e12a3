/** Next.js calls this once, when a server starts and before it answers anything. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { prepareServer } = await import("@/lib/prepare-server");
    await prepareServer();
  }
}
