"""The npm tarballs in dist/, installed by npm into an empty folder next to Better Auth, and imported by Node and by TypeScript."""

from __future__ import annotations

import json
import os
import re
import tarfile
from pathlib import Path

import pytest

from dist import DIST, ROOT, VERSION, run

PACKAGES = ("better-auth", "client")
BETTER_AUTH = json.loads((ROOT / "packages/better-auth/package.json").read_text(encoding="utf-8"))["devDependencies"]["better-auth"]

# Better Auth in memory: a sign-up, its token, and the key that it is signed with.
SIGNS_IN = """
import { createFetch } from "@drawbridge/client";
import { drawbridge } from "@drawbridge/better-auth";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";

const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
const baseURL = "http://localhost:3000";
const auth = betterAuth({
  baseURL,
  secret: "a secret of at least thirty-two bytes",
  database: memoryAdapter(tables),
  emailAndPassword: { enabled: true },
  plugins: [drawbridge()],
});
const body = JSON.stringify({ name: "Ada", email: "ada@example.com", password: "correct horse battery staple" });
const headers = { "content-type": "application/json", origin: baseURL };
const signedUp = await auth.handler(new Request(`${baseURL}/api/auth/sign-up/email`, { method: "POST", headers, body }));
const cookie = signedUp.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
const ask = async (path) => (await auth.handler(new Request(`${baseURL}/api/auth${path}`, { headers: { cookie } }))).json();
const { token } = await ask("/token");
const [head, payload] = token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
const { keys } = await ask("/jwks");

let sent;
globalThis.fetch = async (input, init) => {
  sent = new Request(input, init);
  return Response.json({});
};
await createFetch({ baseUrl: "http://localhost:8000", getToken: async () => token })("/api/v1/me");
console.log(JSON.stringify({
  alg: head.alg,
  signed_by_a_published_key: keys.some((key) => key.kid === head.kid),
  uuid_of_the_user: payload.uuid === tables.user[0].uuid && /^[0-9a-f-]{36}$/.test(payload.uuid),
  asked: sent.url,
  with_the_token: sent.headers.get("authorization") === `Bearer ${token}`,
}));
"""

TYPES = """
import { drawbridge } from "@drawbridge/better-auth";
import { createClient } from "@drawbridge/client";
import { betterAuth } from "better-auth";

export const auth = betterAuth({ plugins: [drawbridge({ revocations: true })] });
export const uuid = async (headers: Headers): Promise<string | null | undefined> =>
  (await auth.api.getSession({ headers }))?.user.uuid;
export const client = createClient({ baseUrl: "http://localhost:8000", getToken: async () => "" });
// @ts-expect-error: the tarball has types, so that a wrong option is one
drawbridge({ revocation: true });
"""


def tarball(name: str) -> Path:
    return DIST / f"drawbridge-{name}-{VERSION}.tgz"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    quietly = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    run(["npm", "install", *quietly, *(tarball(name) for name in PACKAGES), f"better-auth@{BETTER_AUTH}"], cwd=folder)
    return folder


def test_there_is_one_of_each_package_and_no_other() -> None:
    assert sorted(DIST.glob("*.tgz")) == sorted(tarball(name) for name in PACKAGES)


@pytest.mark.parametrize("name", PACKAGES)
def test_it_holds_what_it_names_and_nothing_of_the_tests(name: str) -> None:
    with tarfile.open(tarball(name)) as tar:
        names = {entry.name.removeprefix("package/") for entry in tar}
        manifest = json.load(tar.extractfile("package/package.json"))
    assert (manifest["name"], manifest["version"]) == (f"@drawbridge/{name}", VERSION)
    assert {path.removeprefix("./") for path in manifest["exports"]["."].values()} <= names
    assert [file for file in names if not re.fullmatch(r"(package\.json|README\.md|LICENSE|dist/.+)", file)] == []


def test_node_runs_both(project: Path) -> None:
    (project / "signs_in.js").write_text(SIGNS_IN)
    said = run(["node", "signs_in.js"], cwd=project, env={"PATH": os.environ["PATH"]})
    assert json.loads(said.splitlines()[-1]) == {
        "alg": "EdDSA",
        "signed_by_a_published_key": True,
        "uuid_of_the_user": True,
        "asked": "http://localhost:8000/api/v1/me",
        "with_the_token": True,
    }


def test_typescript_knows_their_types(project: Path) -> None:
    (project / "types.ts").write_text(TYPES)
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck"]
    run(["node", ROOT / "node_modules/typescript/bin/tsc", *options, "types.ts"], cwd=project)
