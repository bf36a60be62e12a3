import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

import { describe, expect, it } from "vitest";

import { checksOf } from "@/components/bridge/checks";
import { BridgeRecord, type Crossing, type CrossingInfo } from "@/components/bridge/record";
import { isSignedBy, type PublicKey, partsOf, withOneBitFlipped } from "@/components/bridge/token";

const uuid = "7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f";
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(alg: string, key: KeyObject): string {
  const text = `${encode({ alg, kid: "k" })}.${encode({ uuid, sub: "s", name: "日本" })}`;
  const digest = alg === "EdDSA" ? null : "sha256";
  return `${text}.${sign(digest, Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

const pairs = {
  EdDSA: generateKeyPairSync("ed25519"),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
};
const token = signed("EdDSA", pairs.EdDSA.privateKey);

const crossing = (some: Partial<Omit<Crossing, "end">> & { status?: number | null; code?: string | null } = {}) => {
  const { status = 200, code = null, ...rest } = some;
  const end = { milliseconds: 5, status, code, detail: null, requestId: null };
  const path = `/api/v1/${uuid}/tasks`;
  return {
    id: 1,
    kind: "request",
    method: "GET",
    path,
    why: "call",
    token,
    beganAt: 0,
    end,
    times: 1,
    ...rest,
  } as Crossing;
};

describe("verify here", () => {
  it.each(Object.entries(pairs))("%s: by WebCrypto", async (alg, { publicKey, privateKey }) => {
    const key = { ...publicKey.export({ format: "jwk" }), kid: "k", alg } as PublicKey;
    const one = signed(alg, privateKey);
    expect(await isSignedBy(one, key)).toBe(true);
    expect(await isSignedBy(withOneBitFlipped(one), key)).toBe(false);
  });

  it("says nothing of an algorithm that it does not know", async () => {
    const none = `${encode({ alg: "none" })}.${encode({})}.AA`;
    expect(
      await isSignedBy(none, { ...pairs.EdDSA.publicKey.export({ format: "jwk" }), kid: "k" } as PublicKey),
    ).toBeNull();
  });

  it("flips one bit of the signature, and nothing else", () => {
    const [before, after] = [token, withOneBitFlipped(token)].map((one) => one.split("."));
    expect(after?.slice(0, 2)).toEqual(before?.slice(0, 2));
    const bits = (text = "") =>
      [...Buffer.from(text, "base64url")].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const [one, other] = [bits(before?.[2]), bits(after?.[2])];
    expect([...one].filter((bit, place) => bit !== other[place])).toHaveLength(1);
  });

  it("takes nothing apart that is not a JWT", () => {
    for (const text of ["", "opaque", "a.b", "a.b.c", `${token}.more`]) expect(partsOf(text)).toBeNull();
    expect(partsOf(token)?.claims.name).toBe("日本");
  });
});

describe("the checks of a request", () => {
  const passedBefore = (code: string, status = 401) => {
    const checks = checksOf(crossing({ status, code }), false);
    return [checks.findIndex(({ verdict }) => verdict === "refused"), checks.map(({ verdict }) => verdict[2]).join("")];
  };
  // passed "s", refused "f", unreached "r", unknown "k"
  it.each([
    { code: "token_missing", place: 0, verdicts: "frrrrrrrr" },
    { code: "algorithm_not_allowed", place: 1, verdicts: "sfrrrrrrr" },
    { code: "key_unknown", place: 2, verdicts: "ssfrrrrrr" },
    { code: "signature_invalid", place: 3, verdicts: "sssfrrrrr" },
    { code: "token_expired", place: 4, verdicts: "ssssfrrrr" },
    { code: "issuer_mismatch", place: 5, verdicts: "sssssfrrr" },
    { code: "audience_mismatch", place: 6, verdicts: "ssssssfrr" },
    { code: "token_revoked", place: 7, verdicts: "sssssssfr" },
  ])("$code", ({ code, place, verdicts }) => {
    expect(passedBefore(code)).toEqual([place, verdicts]);
  });

  it.each([
    { name: "a success", status: 200, code: null, verdicts: "sssssssss" },
    { name: "a path of another user", status: 403, code: "user_mismatch", verdicts: "ssssssssf" },
    { name: "a fault of the request itself", status: 422, code: "validation_failed", verdicts: "sssssssss" },
    { name: "no answer", status: null, code: "network", verdicts: "kkkkkkkkk" },
    { name: "an outage", status: 503, code: "keys_unavailable", verdicts: "kkkkkkkkk" },
  ])("$name", ({ status, code, verdicts }) => {
    const checks = checksOf(crossing({ status, code }), false);
    expect(checks.map(({ verdict }) => verdict[2]).join("")).toBe(verdicts);
  });

  it("of a session's cookie", () => {
    const verdicts = (status: number, code: string | null) =>
      checksOf(crossing({ token: null, status, code }), true).map(({ name, verdict }) => `${name} ${verdict}`);
    expect(verdicts(401, "token_missing")).toEqual(["cookie refused", "origin unreached", "path unreached"]);
    expect(verdicts(403, "origin_not_allowed")).toEqual(["cookie passed", "origin refused", "path unreached"]);
    expect(verdicts(200, null)).toEqual(["cookie passed", "origin passed", "path passed"]);
  });
});

describe("the record", () => {
  const me = (id: number, status: number | null = 200, code: string | null = null) =>
    crossing({ id, path: "/api/v1/me", beganAt: id, status, code });
  const recordOf = (...infos: CrossingInfo[]) => {
    const record = new BridgeRecord(({ path }) => path === "/api/v1/me");
    for (const info of infos) record.add(info);
    return record.current();
  };

  it("has the last 20, the latest first, each once", () => {
    const { list } = recordOf(
      ...Array.from({ length: 25 }, (_, id) => [{ ...crossing({ id }), end: null }, crossing({ id })]).flat(),
    );
    expect(list.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, place) => 24 - place));
    expect(list.every(({ end }) => end !== null)).toBe(true);
  });

  it("leaves a repeated question out while its answer is good, and shows each time that it failed", () => {
    const { list, watch } = recordOf(me(1), me(2), crossing({ id: 3 }), me(4, null, "network"), me(5, null, "network"));
    expect(watch).toMatchObject({ id: 2, times: 2 });
    expect(list.map(({ id, times }) => [id, times])).toEqual([
      [5, 2],
      [3, 1],
    ]);
  });

  it("has the failure for the latest while the API is away, and heals", () => {
    expect(recordOf(crossing({ id: 1 }), me(2), me(3, null, "network")).latest.request?.end?.code).toBe("network");
    expect(recordOf(me(2), me(3, null, "network"), me(4)).latest.request?.end?.code).toBeNull();
  });

  it("knows the last token still when the list has no room for it", () => {
    const others = Array.from({ length: 25 }, (_, id) => crossing({ id: id + 2 }));
    expect(recordOf(crossing({ id: 1, kind: "token" }), ...others).latest.token?.id).toBe(1);
  });
});
