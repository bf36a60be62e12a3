export type { DrawbridgeOptions } from "./options.js";
export { type DrawbridgeIdPlugin, type DrawbridgePlugin, drawbridge } from "./plugin.js";
export { type PragmaTarget, prepareSqlite } from "./sqlite.js";
