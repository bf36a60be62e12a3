import { randomUUID } from "node:crypto";
import type { BetterAuthOptions } from "better-auth";
import { admin, emailOTP, phoneNumber } from "better-auth/plugins";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawbridge } from "../src/index.js";
import { startAuth } from "./support/auth.js";
import { databases, type TestDatabase } from "./support/databases.js";
import { newAccount, Visitor } from "./support/visitor.js";

type Fields = Record<string, unknown>;
type Auth = Awaited<ReturnType<typeof startAuth>>;

const uuid = randomUUID();

const refused: [string, Fields, string][] = [
  ["a UUID", { uuid }, "uuid"],
  ["an empty UUID", { uuid: "" }, "uuid"],
  ["null as UUID", { uuid: null }, "uuid"],
  ["a role", { role: "admin" }, "role"],
  ["the role that one has anyway", { role: "user" }, "role"],
  ["no role", { role: null }, "role"],
];

/** Ways in which an application can have roles. */
const applications: [string, () => BetterAuthOptions][] = [
  ["without roles", () => ({})],
  ["with the admin plugin", () => ({ plugins: [admin()] })],
  ["with a field of its own that users may set", () => roleField(true)],
  ["with a field of its own that users may not set", () => roleField(false)],
];

function roleField(input: boolean): BetterAuthOptions {
  return { user: { additionalFields: { role: { type: "string", required: false, defaultValue: "user", input } } } };
}

describe.each(databases)("fields that nobody sets for themselves, on %s", (_, open) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());

  const start = (options: BetterAuthOptions = {}) =>
    startAuth(database, { ...options, plugins: [drawbridge(), ...(options.plugins ?? [])] });
  const users = () => database.query('SELECT * FROM "user"');

  async function signedUp(auth: Auth): Promise<Visitor> {
    const visitor = new Visitor(auth);
    expect((await visitor.signUp()).status).toBe(200);
    return visitor;
  }

  describe.each(applications)("an application %s", (_, options) => {
    test("refuses a sign-up that brings them, and makes no user", async () => {
      const auth = await start(options());
      for (const [name, fields, field] of refused) {
        const { status, body } = await new Visitor(auth).signUp(fields);
        expect([name, status, body.code]).toEqual([name, 400, "FIELD_NOT_ALLOWED"]);
        expect(body.message).toContain(`\`${field}\``);
      }
      expect(await users()).toEqual([]);
    });

    test("refuses an update that brings them, and changes nothing", async () => {
      const visitor = await signedUp(await start(options()));
      const before = await users();
      for (const [name, fields] of refused) {
        const { status, body } = await visitor.post("/update-user", { name: "Mallory", ...fields });
        expect([name, status, body.code]).toEqual([name, 400, "FIELD_NOT_ALLOWED"]);
      }
      expect(await users()).toEqual(before);
    });

    test("lets an ordinary update through, and the UUID stays", async () => {
      const visitor = await signedUp(await start(options()));
      const [before] = await users();
      expect((await visitor.post("/update-user", { name: "Zoe" })).status).toBe(200);
      const [after] = await users();
      expect([after?.name, after?.uuid]).toEqual(["Zoe", before?.uuid]);
    });
  });

  test("a sign-up by e-mailed or texted code refuses them too", async () => {
    const codes: Record<string, string> = {};
    const send = async (to: { email?: string; phoneNumber?: string; otp?: string; code?: string }) => {
      codes[to.email ?? to.phoneNumber ?? ""] = to.otp ?? to.code ?? "";
    };
    const signUpOnVerification = { getTempEmail: (number: string) => `${number}@example.com` };
    const auth = await start({
      plugins: [emailOTP({ sendVerificationOTP: send }), phoneNumber({ sendOTP: send, signUpOnVerification })],
    });
    const visitor = new Visitor(auth);
    const { email } = newAccount();
    await visitor.post("/email-otp/send-verification-otp", { email, type: "sign-in" });
    await visitor.post("/phone-number/send-otp", { phoneNumber: "+15550100" });
    const signUps: [string, Fields][] = [
      ["/sign-in/email-otp", { email, otp: codes[email] }],
      ["/phone-number/verify", { phoneNumber: "+15550100", code: codes["+15550100"] }],
    ];
    for (const [path, proof] of signUps) {
      for (const [name, fields] of refused) {
        const { status, body } = await visitor.post(path, { ...proof, ...fields });
        expect([path, name, status, body.code]).toEqual([path, name, 400, "FIELD_NOT_ALLOWED"]);
      }
      expect([path, (await visitor.post(path, proof)).status]).toEqual([path, 200]);
    }
    expect(await users()).toHaveLength(2);
  });

  describe("an administrator", () => {
    async function administrator(): Promise<[Visitor, Fields]> {
      const visitor = await signedUp(await start({ plugins: [admin()] }));
      await database.query(`UPDATE "user" SET role = 'admin'`);
      const [self] = await users();
      return [visitor, self as Fields];
    }

    test("makes users with a role and gives roles", async () => {
      const [visitor] = await administrator();
      const created = await visitor.post("/admin/create-user", { ...newAccount(), role: "admin" });
      expect([created.status, created.body]).toMatchObject([200, { user: { role: "admin" } }]);
      const userId = (created.body.user as Fields).id;
      expect((await visitor.post("/admin/set-role", { userId, role: "user" })).body).toMatchObject({
        user: { role: "user" },
      });
      const updated = await visitor.post("/admin/update-user", { userId, data: { role: "admin" } });
      expect([updated.status, updated.body.role]).toEqual([200, "admin"]);
    });

    test("neither chooses nor changes a UUID", async () => {
      const [visitor, { id }] = await administrator();
      const before = await users();
      const requests: [string, Fields][] = [
        ["/admin/create-user", { ...newAccount(), data: { uuid } }],
        ["/admin/update-user", { userId: id, data: { uuid } }],
        ["/admin/update-user", { userId: id, data: { uuid: null } }],
      ];
      for (const [path, body] of requests) {
        const answer = await visitor.post(path, body);
        expect([path, answer.status, answer.body.code]).toEqual([path, 400, "FIELD_NOT_ALLOWED"]);
      }
      expect(await users()).toEqual(before);
    });
  });

  test("the application's own hooks run as well", async () => {
    const seen: unknown[] = [];
    const hook = async (user: Fields) => void seen.push(user.name);
    const auth = await start({ databaseHooks: { user: { update: { before: hook } } } });
    await (await signedUp(auth)).post("/update-user", { name: "Zoe" });
    expect(seen).toEqual(["Zoe"]);
  });
});
