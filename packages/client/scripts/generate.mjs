// Writes src/generated/api.ts, the types of api/openapi.yaml. With `--check` nothing is written: the exit status is 1
// when the file is not what would be written.

import { readFile, writeFile } from "node:fs/promises";

import openapiTS, { astToString } from "openapi-typescript";

const contract = new URL("../../../api/openapi.yaml", import.meta.url);
const generated = new URL("../src/generated/api.ts", import.meta.url);

const types = astToString(await openapiTS(contract, { defaultNonNullable: false }));
const text = `// Made from api/openapi.yaml by \`npm run generate\`. Do not edit.\n\n${types}`;

if (!process.argv.includes("--check")) {
  await writeFile(generated, text);
} else if ((await readFile(generated, "utf8").catch(() => "")) !== text) {
  console.error(
    "src/generated/api.ts is not what api/openapi.yaml says: the contract was changed. Run `npm run generate`.",
  );
  process.exitCode = 1;
}
