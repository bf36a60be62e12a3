import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import { chooseLanguage } from "@/lib/language";
import { textsOf } from "@/lib/texts";
import { en } from "@/texts/en";
import { ja } from "@/texts/ja";

const root = join(import.meta.dirname, "..");
/** Names, and what is the same in every language. */
const nobodysWords = new Set(["Drawbridge", "%s · Drawbridge"]);
/** Attributes that people read or hear. */
const readAttributes = new Set([
  "aria-label",
  "title",
  "placeholder",
  "alt",
  "label",
  "hint",
  "legend",
  "action",
  "otherwise",
]);

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (path.endsWith(".tsx")) yield path;
  }
}

const isWords = (text: string) => /\p{L}{2}/u.test(text) && !nobodysWords.has(text.trim());

/** What a file writes into its page that is not of the catalogue. */
function textsIn(path: string): string[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(root, path), "utf8"),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && isWords(node.text)) found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && readAttributes.has(node.name.getText())) collect(node);
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) collect(node);
    ts.forEachChild(node, visit);
  };
  // A text of its own, or one of two that are chosen between; what a function is given is that function's matter.
  const collect = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isJsxOpeningLikeElement(node) || ts.isArrowFunction(node)) return;
    if (ts.isBinaryExpression(node) && !["??", "||", "&&", "+"].includes(node.operatorToken.getText())) return;
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) && isWords(node.text)) found.push(node.text);
    if (ts.isConditionalExpression(node)) for (const one of [node.whenTrue, node.whenFalse]) collect(one);
    else ts.forEachChild(node, collect);
  };
  visit(source);
  return found;
}

describe("no text stands outside of the catalogue", () => {
  it.each([...filesBelow("app"), ...filesBelow("components")])("%s", (path) => {
    expect(textsIn(path)).toEqual([]);
  });
});

const placesIn = (text: string) => [...text.matchAll(/\{\w+\}|<\/?\w+>/g)].map(([place]) => place).sort();

describe("Japanese", () => {
  it.each(Object.keys(en) as (keyof typeof en)[])("%s", (key) => {
    expect(placesIn(ja[key])).toEqual(placesIn(en[key]));
    if (en[key] !== "") expect(ja[key]).not.toBe("");
  });

  it("has nothing that English has not", () => {
    expect(Object.keys(ja).filter((key) => !(key in en))).toEqual([]);
  });
});

describe("the language is the browser's", () => {
  it.each([
    [null, "en", "en"],
    ["", "en", "en"],
    ["ja", "ja", "ja"],
    ["ja-JP,ja;q=0.9,en;q=0.8", "ja", "ja-JP"],
    ["en-GB,en;q=0.9,ja;q=0.8", "en", "en-GB"],
    ["de-DE,de;q=0.9,ja;q=0.7,en;q=0.8", "en", "en"],
    ["fr, ja;q=0.5", "ja", "ja"],
    ["ja;q=0, en", "en", "en"],
    ["jam", "en", "en"],
    ["ja<script>, en-\u0000", "en", "en"],
    ["*", "en", "en"],
  ])("%j: %s, dates by %s", (accepted, language, locale) => {
    expect(chooseLanguage(accepted)).toEqual({ language, locale });
  });
});

describe("texts", () => {
  it("are filled in and counted as the language has it", () => {
    const english = textsOf(en, "en-GB");
    expect(english.t("tasks.edit", { title: "{title} $& x" })).toBe("Edit {title} $& x");
    expect([0, 1, 2].map((count) => english.count("tasks.count", count))).toEqual(["0 tasks", "1 task", "2 tasks"]);
    expect(textsOf(ja, "ja").count("tasks.count", 1)).toBe("1 件のタスク");
  });
});
