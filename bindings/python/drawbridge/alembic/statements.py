"""The SQL that makes and repairs Better Auth 1.7's tables, as its own migration and `drawbridge migrate` have it."""

from __future__ import annotations

from dataclasses import dataclass

# A version 4 UUID in lower case (RFC 9562 §5.4); each row gets another.
SQLITE_RANDOM_UUID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||\n"
    "    substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)


@dataclass(frozen=True)
class Statements:
    """How one database product says it."""

    create: dict[str, tuple[str, ...]]  # by table
    add_session_token: tuple[str, ...]  # to an empty `session`
    date: str  # the type of a time


POSTGRES = Statements(
    create={
        "user": (
            """CREATE TABLE "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" boolean not null, "image" text,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz default CURRENT_TIMESTAMP not null,
  uuid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE)""",
        ),
        "session": (
            """CREATE TABLE "session" ("id" text not null primary key, "expiresAt" timestamptz not null,
  "token" text not null unique, "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text,
  "userId" text not null references "user" ("id") on delete cascade)""",
            'CREATE INDEX "session_userId_idx" ON "session" ("userId")',
        ),
        "account": (
            """CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null,
  "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz, "scope" text, "password" text,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null, "updatedAt" timestamptz not null)""",
            'CREATE INDEX "account_userId_idx" ON "account" ("userId")',
        ),
        "verification": (
            """CREATE TABLE "verification" ("id" text not null primary key,
  "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz default CURRENT_TIMESTAMP not null)""",
            'CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier")',
        ),
        "jwks": (
            """CREATE TABLE "jwks" ("id" text not null primary key, "publicKey" text not null,
  "privateKey" text not null, "createdAt" timestamptz not null, "expiresAt" timestamptz, "alg" text, "crv" text)""",
        ),
    },
    add_session_token=('ALTER TABLE "session" ADD COLUMN "token" text not null unique',),
    date="timestamptz",
)

SQLITE = Statements(
    create={
        "user": (
            f"""CREATE TABLE "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null,
  "updatedAt" date not null, "uuid" text not null unique DEFAULT (
    {SQLITE_RANDOM_UUID}))""",
        ),
        "session": (
            """CREATE TABLE "session" ("id" text not null primary key, "expiresAt" date not null,
  "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text,
  "userAgent" text, "userId" text not null references "user" ("id") on delete cascade)""",
            'CREATE INDEX "session_userId_idx" ON "session" ("userId")',
        ),
        "account": (
            """CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null,
  "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date,
  "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null,
  "updatedAt" date not null)""",
            'CREATE INDEX "account_userId_idx" ON "account" ("userId")',
        ),
        "verification": (
            """CREATE TABLE "verification" ("id" text not null primary key,
  "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null,
  "updatedAt" date not null)""",
            'CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier")',
        ),
        "jwks": (
            """CREATE TABLE "jwks" ("id" text not null primary key, "publicKey" text not null,
  "privateKey" text not null, "createdAt" date not null, "expiresAt" date, "alg" text, "crv" text)""",
        ),
    },
    add_session_token=(
        'ALTER TABLE "session" ADD COLUMN "token" text not null',
        'CREATE UNIQUE INDEX drawbridge_session_token ON "session" ("token")',
    ),
    date="date",
)
