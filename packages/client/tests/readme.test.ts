import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
/** Within the package, so that react, next and Better Auth are found as in an application. */
const application = join(folder, "node_modules/.readme");
const installed = join(application, "node_modules/@drawbridge/client");

const tsc = async (...options: string[]) => {
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, ...options]).catch((error) => error);
  return stdout as string;
};

/** As `create-next-app` sets TypeScript up. */
const tsconfig = {
  compilerOptions: {
    target: "ES2017",
    lib: ["dom", "dom.iterable", "esnext"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: "esnext",
    moduleResolution: "bundler",
    isolatedModules: true,
    jsx: "preserve",
    types: ["node"],
    paths: { "@/*": ["./*"] },
  },
  include: ["**/*.ts", "**/*.tsx"],
};

it("README's code compiles against the built package", { timeout: 120_000 }, async () => {
  const readme = await readFile(join(folder, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```tsx?\n\/\/ (\S+)\n(.*?)^```$/gms)];
  expect(blocks).toHaveLength(readme.match(/^```tsx?$/gm)?.length ?? 0);
  expect(blocks.length).toBeGreaterThan(5);

  await rm(application, { recursive: true, force: true });
  for (const [, path = "", code = ""] of blocks) {
    await mkdir(dirname(join(application, path)), { recursive: true });
    await writeFile(join(application, path), code);
  }
  await writeFile(join(application, "tsconfig.json"), JSON.stringify(tsconfig));
  await mkdir(installed, { recursive: true });
  await cp(join(folder, "package.json"), join(installed, "package.json"));

  expect(await tsc("-p", join(folder, "tsconfig.build.json"), "--outDir", join(installed, "dist"))).toBe("");
  expect(await tsc("-p", application)).toBe("");
  await rm(application, { recursive: true });
});
