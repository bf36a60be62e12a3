import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";

const folder = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(folder, "README.md"), "utf8");

/**
 * The README's files, by path: blocks of TypeScript that begin with their name. The first of a name is in folder `1`, the
 * next, which is another way to write the same file, in folder `2`. The one line at the top of the README has no name.
 */
const files = new Map<string, string>();
for (const [, text = "", name = ""] of readme.matchAll(/^```ts\n(\/\/ (\S+)\n[\s\S]*?)^```$/gm)) {
  let version = 1;
  while (files.has(`${version}/${name}`)) version++;
  files.set(`${version}/${name}`, text);
}

/** What a project that the README is for has in its tsconfig.json, strict throughout. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
};

/** What the compiler says of the files, which are not on the disk. */
function typeErrors(): string[] {
  const root = join(folder, "readme");
  const sources = new Map([...files].map(([path, text]) => [join(root, path), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  // Otherwise the compiler does not look for files in folders that are not on the disk.
  host.directoryExists = () => true;
  const program = ts.createProgram([...sources.keys()], { ...options, paths: { "@/*": [`${root}/1/*`] } }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file?.fileName.slice(root.length + 1) ?? "options";
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

describe("README.md", () => {
  // The blocks are checked against what users get, not against the sources.
  beforeAll(() => {
    execFileSync("npm", ["run", "build", "--silent"], { cwd: folder, stdio: "inherit" });
  }, 120_000);

  test("has a block for each file that a project needs", () => {
    expect([...files.keys()].filter((path) => path.startsWith("1/")).sort()).toEqual([
      "1/app/api/auth/[...all]/route.ts",
      "1/instrumentation.ts",
      "1/lib/api.ts",
      "1/lib/auth-client.ts",
      "1/lib/auth.ts",
      "1/next.config.ts",
    ]);
    expect(readme.match(/^```ts$/gm)).toHaveLength(files.size + 1);
  });

  test("every block is complete and type-checks", () => {
    expect(typeErrors()).toEqual([]);
  }, 120_000);
});
