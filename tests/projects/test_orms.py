"""Projects of the pages on ORMs, but older: their users have no UUID, or one in a text, or their tables have other names.
What `drawbridge migrate` says is followed to the letter, with the real ORM."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from better_auths import script
from conftest import NewSite
from database import PostgresDatabase
from examination import examine
from loopback import get
from migration import migrate, pending, plan, up
from on_sqlite import SECTION, column_of, write_files_on_sqlite
from pages import blocks_of, section_of, write_files
from site_of_project import Site

GIVEN = "a11ce000-0000-4000-8000-00000000000a"


@dataclass(frozen=True)
class Orm:
    document: str
    file: str  # its schema
    column: str  # there, to the end of the line
    text: str  # the same as `npx auth generate` writes it
    user: str
    line_end: str
    updated: str
    first: str  # commands: makes the tables
    change: str  # what is other in the schema file by now
    made: str  # a migration of that, which `run` then runs
    run: str
    push: str
    unchanged: str  # which says whether schema file and tables differ
    migrations: str
    changes_the_type: str  # part of what it writes for that by itself


ORMS = {
    "Drizzle": Orm(
        document="docs/drizzle.md",
        file="auth-schema.ts",
        column=r'uuid: uuid\("uuid"\)\S*,\n',
        text='uuid: text("uuid").notNull().unique(),\n',
        user='"users"',
        line_end=",\n",
        updated="updated_at",
        first="drizzle-kit generate; drizzle-kit migrate",
        change="drizzle-kit generate; drizzle-kit migrate",
        made="drizzle-kit generate",
        run="drizzle-kit migrate",
        push="drizzle-kit push",
        unchanged="drizzle-kit generate | grep --fixed-strings 'No schema changes'",
        migrations="drizzle/*.sql",
        changes_the_type='ALTER COLUMN "uuid" SET DATA TYPE uuid;',
    ),
    "Prisma": Orm(
        document="docs/prisma.md",
        file="prisma/schema.prisma",
        column=r"uuid +String +@unique.*\n",
        text="uuid String @unique\n",
        user='"user"',
        line_end="\n",
        updated='"updatedAt"',
        first="prisma migrate dev --name init",
        change="prisma migrate dev --name uuid",
        made="prisma migrate dev --create-only --name uuid",
        run="prisma migrate deploy",
        push="prisma db push",
        unchanged="prisma migrate diff --from-config-datasource --to-schema prisma/schema.prisma --exit-code",
        migrations="prisma/migrations/*/migration.sql",
        changes_the_type='DROP COLUMN "uuid"',
    ),
}


@pytest.fixture(params=ORMS)
def orm(request: pytest.FixtureRequest) -> Orm:
    return ORMS[request.param]


def change_schema(site: Site, orm: Orm, column: str, of: str = "") -> None:
    """Another column `uuid` in the place of what is there, or behind it."""
    file = site.folder / orm.file
    text, count = re.subn(of or orm.column, lambda found: column, file.read_text(), count=1)
    assert count == 1
    file.write_text(text)


def latest_migration(site: Site, orm: Orm) -> Path:
    return max(site.folder.glob(orm.migrations))


def test_users_of_before_get_their_uuids(new_site: NewSite, orm: Orm) -> None:
    site = new_site(f"{Path(orm.file).stem}-before")
    write_files(orm.document, site.folder)
    change_schema(site, orm, "// here\n")
    site.run_on_a_terminal(orm.first)
    site.database.execute(
        f"insert into {orm.user} (id, name, email, {orm.updated}) values ('old', 'Old', 'o@x', now())"
    )

    refused = migrate(site.database, "up", "--only", "user")
    assert refused.status == 1
    (column,) = re.findall(r"add (.+?) to it in ", refused.err)
    assert f"ALTER TABLE {orm.user} ADD COLUMN uuid" in plan(site.database, "--only", "user")
    change_schema(site, orm, column + orm.line_end, of="// here\n")
    site.run_on_a_terminal(orm.change)

    assert "nothing is pending" in up(site.database, "--only", "user").out
    ((uuid,),) = site.database.execute(f"select uuid from {orm.user}")
    assert isinstance(uuid, UUID)
    site.run(orm.unchanged)

    # The tables of the tasks API, in a schema that no ORM looks at.
    (make_schema,) = blocks_of(orm.document, "Tables of your API", "sql")
    (migrate_there,) = blocks_of(orm.document, "Tables of your API")
    script(site.database, make_schema)
    assert "nothing is pending" in site.run(migrate_there)
    both = PostgresDatabase(f"{site.database.url}?options=-csearch_path%3Dapp,public")
    assert pending(both) == []
    assert re.search(r"No changes detected|already in sync", site.run_on_a_terminal(orm.push))
    both.execute("insert into tags (user_id, name) values (?, 'home')", uuid)


def test_a_text_becomes_a_uuid_and_keeps_its_value(new_site: NewSite, orm: Orm) -> None:
    """As `npx auth generate` writes the column. What the ORM does by itself loses the values, or fails."""
    site = new_site(f"{Path(orm.file).stem}-text")
    write_files(orm.document, site.folder)
    change_schema(site, orm, orm.text)
    site.run_on_a_terminal(orm.first)
    columns = f"id, name, email, uuid, {orm.updated}"
    site.database.execute(f"insert into {orm.user} ({columns}) values ('old', 'Old', 'o@x', '{GIVEN}', now())")

    refused = migrate(site.database, "up", "--only", "user")
    assert refused.status == 1
    assert "whose column uuid has the type text" in refused.err
    (column,) = re.findall(r"put (.+?) in its place in ", refused.err)
    planned = [line for line in plan(site.database, "--only", "user").splitlines() if line.startswith("ALTER TABLE")]
    change_schema(site, orm, column + orm.line_end, of=re.escape(orm.text))
    before = latest_migration(site, orm)
    site.run_on_a_terminal(orm.made)
    migration = latest_migration(site, orm)
    assert migration != before
    assert orm.changes_the_type in migration.read_text()
    migration.write_text("\n".join(planned) + "\n")
    site.run_on_a_terminal(orm.run)

    assert "nothing is pending" in up(site.database, "--only", "user").out
    assert site.database.execute(f"select uuid from {orm.user}") == [(UUID(GIVEN),)]
    site.run(orm.unchanged)


def test_users_of_before_on_sqlite(new_site: NewSite, orm: Orm) -> None:
    """Where the tables of the tasks API stand beside the ORM's, which leaves them alone."""
    site = new_site(f"{Path(orm.file).stem}-before-on-sqlite")
    write_files_on_sqlite(orm.document, site)
    change_schema(site, orm, "// here\n", of=f"{re.escape(column_of(orm.document))},?\n")
    site.run_on_a_terminal(orm.first)
    site.database.execute(f"insert into {orm.user} (id, name, email, {orm.updated}) values ('old', 'Old', 'o@x', 0)")

    refused = migrate(site.database, "up")
    assert (refused.status, refused.out) == (1, "")
    (column,) = re.findall(r"add (.+?) to it in ", refused.err)
    assert f"`{column}`" in section_of(orm.document, SECTION)
    change_schema(site, orm, column + orm.line_end, of="// here\n")
    site.run_on_a_terminal(orm.change)

    assert "schema file" not in up(site.database).out
    ((uuid,),) = site.database.execute(f"select uuid from {orm.user}")
    assert str(UUID(uuid)) == uuid
    site.database.execute("insert into tags (user_id, name) values (?, 'home')", uuid)
    assert re.search(r"No changes detected|already in sync", site.run_on_a_terminal(orm.push))
    site.run(orm.unchanged)
    assert site.database.execute("select name from tags") == [("home",)]


def test_where_drizzle_pushes_without_migrations(new_site: NewSite) -> None:
    """Nothing shows that the tables are Drizzle's: the column is made, and the schema file can say the same."""
    orm = ORMS["Drizzle"]
    site = new_site("drizzle-push")
    write_files(orm.document, site.folder)
    change_schema(site, orm, "// here\n")
    site.run_on_a_terminal(orm.push)
    site.database.execute("insert into users (id, name, email) values ('old', 'Old', 'o@x')")
    (column,) = re.findall(r"Drizzle: (.+)\. Prisma: ", up(site.database, "--only", "user").out)
    change_schema(site, orm, f"{column},\n", of="// here\n")
    assert "No changes detected" in site.run_on_a_terminal(orm.push)
    assert pending(site.database, "--only", "user") == []


def test_prismas_own_names(new_site: NewSite) -> None:
    """Without @@map: "User" and so on."""
    site = new_site("prisma-names")
    write_files("docs/prisma.md", site.folder)
    file = site.folder / "prisma/schema.prisma"
    file.write_text(re.sub(r"\n  @@map\(.*\)\n", "\n", file.read_text()))
    site.run_on_a_terminal("prisma generate; prisma migrate dev --name init")
    assert "nothing is pending" in up(site.database, "--only", "user").out
    issuer = site.start_server()
    person = issuer.sign_up("alice")
    checks = examine(
        better_auth_url=issuer.url, database_url=site.database.url, token=person.token(), api_path="/own/{user_id}"
    )
    assert [check for check in checks.values() if check.status in ("warning", "fault")] == []
    assert '"User"' in checks["database.better_auth"].summary
    up(site.database)
    site.database.execute("insert into tags (user_id, name) values (?::uuid, 'home')", person.uuid)


@dataclass(frozen=True)
class OfRevocations:
    """What the page's section says to do, in commands."""

    language: str
    imports: tuple[str, str]
    migrate: str


REVOCATIONS = {
    "Drizzle": OfRevocations(
        "ts", ("import { boolean,", "import { bigint, boolean,"), "drizzle-kit generate; drizzle-kit migrate"
    ),
    "Prisma": OfRevocations("prisma", ("", ""), "prisma migrate dev --name revocations; prisma generate"),
}


@pytest.mark.parametrize("name", REVOCATIONS)
def test_the_table_of_revocations(new_site: NewSite, name: str) -> None:
    """Turned on as its page says in a project that has its tables; before the migration doctor names what is missing."""
    orm, of = ORMS[name], REVOCATIONS[name]
    site = new_site(f"{Path(orm.file).stem}-revocations")
    write_files(orm.document, site.folder)
    site.run_on_a_terminal(f"{orm.first}; prisma generate" if name == "Prisma" else orm.first)
    auth = site.folder / "auth.ts"
    auth.write_text(auth.read_text().replace("drawbridge()", "drawbridge({ revocations: true })"))
    (model,) = blocks_of(orm.document, "Sign-out within a second", of.language)
    schema = site.folder / orm.file
    schema.write_text(schema.read_text().replace(*of.imports, 1) + model)
    site.run_on_a_terminal("prisma generate") if name == "Prisma" else None

    issuer = site.start_server()
    checks = examine(better_auth_url=issuer.url, database_url=site.database.url)
    assert "tables.revocations" in checks.faults
    assert "ORM's migration" in (checks["tables.revocations"].remedy or "")
    issuer.sign_up("bob").sign_out()
    answer = get(f"{issuer.base}/drawbridge/revocations")
    assert (answer.status_code, answer.json()["code"]) == (503, "REVOCATIONS_UNAVAILABLE")
    issuer.stop()

    site.run_on_a_terminal(of.migrate)
    issuer = site.start_server()
    person = issuer.sign_up("alice")
    token = person.token()
    person.sign_out()
    feed = get(f"{issuer.base}/drawbridge/revocations").json()
    assert len(feed["entries"]) == 1
    checks = examine(better_auth_url=issuer.url, database_url=site.database.url, token=token)
    assert not {"revocations.feed", "tables.revocations", "token.fresh"} & (checks.faults | checks.warnings)
    assert pending(site.database, "--only", "user") == []
