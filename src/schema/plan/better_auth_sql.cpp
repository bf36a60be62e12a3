#include "schema/plan/better_auth_sql.h"

#include <map>

#include <fmt/format.h>

namespace drawbridge::schema::plan {
namespace {

using CreateTables = std::map<std::string, std::vector<std::string>>;

CreateTables sqlite_tables() {
  return {
      {"user",
       {fmt::format(
           R"sql(CREATE TABLE "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null,
  "updatedAt" date not null, "uuid" text not null unique DEFAULT (
    {})))sql",
           random_uuid(Product::sqlite))}},
      {"session",
       {R"sql(CREATE TABLE "session" ("id" text not null primary key, "expiresAt" date not null,
  "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text,
  "userAgent" text, "userId" text not null references "user" ("id") on delete cascade))sql",
        R"sql(CREATE INDEX "session_userId_idx" ON "session" ("userId"))sql"}},
      {"account",
       {R"sql(CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null,
  "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date,
  "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null,
  "updatedAt" date not null))sql",
        R"sql(CREATE INDEX "account_userId_idx" ON "account" ("userId"))sql"}},
      {"verification",
       {R"sql(CREATE TABLE "verification" ("id" text not null primary key,
  "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null,
  "updatedAt" date not null))sql",
        R"sql(CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier"))sql"}},
      {"jwks", {R"sql(CREATE TABLE "jwks" ("id" text not null primary key, "publicKey" text not null,
  "privateKey" text not null, "createdAt" date not null, "expiresAt" date, "alg" text, "crv" text))sql"}},
  };
}

CreateTables postgres_tables() {
  return {
      {"user", {R"sql(CREATE TABLE "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" boolean not null, "image" text,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz default CURRENT_TIMESTAMP not null,
  uuid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE))sql"}},
      {"session",
       {R"sql(CREATE TABLE "session" ("id" text not null primary key, "expiresAt" timestamptz not null,
  "token" text not null unique, "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text,
  "userId" text not null references "user" ("id") on delete cascade))sql",
        R"sql(CREATE INDEX "session_userId_idx" ON "session" ("userId"))sql"}},
      {"account",
       {R"sql(CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null,
  "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz, "scope" text, "password" text,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null, "updatedAt" timestamptz not null))sql",
        R"sql(CREATE INDEX "account_userId_idx" ON "account" ("userId"))sql"}},
      {"verification",
       {R"sql(CREATE TABLE "verification" ("id" text not null primary key,
  "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz default CURRENT_TIMESTAMP not null))sql",
        R"sql(CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier"))sql"}},
      {"jwks", {R"sql(CREATE TABLE "jwks" ("id" text not null primary key, "publicKey" text not null,
  "privateKey" text not null, "createdAt" timestamptz not null, "expiresAt" timestamptz, "alg" text, "crv" text))sql"}},
  };
}

}  // namespace

std::vector<std::string> create_sql(Product product, const std::string& table) {
  return (product == Product::sqlite ? sqlite_tables() : postgres_tables()).at(table);
}

std::vector<std::string> add_session_token_sql(Product product) {
  if (product == Product::postgresql) {
    return {R"(ALTER TABLE "session" ADD COLUMN "token" text not null unique)"};
  }
  return {R"(ALTER TABLE "session" ADD COLUMN "token" text not null)",
          R"(CREATE UNIQUE INDEX drawbridge_session_token ON "session" ("token"))"};
}

std::vector<std::string> forget_session_token_sql(Product product) {
  if (product == Product::postgresql) return {};
  return {"DROP INDEX IF EXISTS drawbridge_session_token"};
}

const char* type_of_time(Product product) {
  return product == Product::sqlite ? "date" : "timestamptz";
}

std::string columns_expression(Product product, const std::string& table) {
  if (product == Product::sqlite) {
    return fmt::format("(SELECT group_concat(name, ',') FROM pragma_table_info('{}'))", table);
  }
  return fmt::format(
      R"((SELECT string_agg(attname::text, ',' ORDER BY attnum) FROM pg_attribute
  WHERE attrelid = to_regclass('"{}"') AND attnum > 0 AND NOT attisdropped))",
      table);
}

const char* random_uuid(Product product) {
  if (product == Product::postgresql) return "gen_random_uuid()";
  return "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || "
         "'-' ||\n"
         "    substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || "
         "hex(randomblob(6)))";
}

}  // namespace drawbridge::schema::plan
