"""A project with users that turns to the bridge: Better Auth by itself refuses, `drawbridge migrate up` cures it."""

from __future__ import annotations

from better_auths import NOTHING, get_migrations, planned, run_migrations, sign_in, uuids
from conftest import StartBackend, StartIssuer
from database import Database
from migration import up
from schema import contents_of


REFUSAL = 'BetterAuthError: Cannot add required column "uuid" to populated table "user"'


def test_it_refuses_a_required_column_and_we_cure_it(
    database: Database, start_issuer: StartIssuer, start_backend: StartBackend
) -> None:
    run_migrations(database, uuid=False, jwt=False)
    before = start_issuer(database, uuid="off", jwt="off")
    people = [before.sign_up(name) for name in ("alice", "bob")]
    before.stop()

    untouched = contents_of(database)
    refused = get_migrations(database.url, "--run")
    assert refused.status == 1
    assert refused.err.startswith(REFUSAL), refused.err
    assert contents_of(database) == untouched

    up(database)
    assert planned(database) == NOTHING
    given = uuids(database)
    assert set(given) == {person.id for person in people}

    after = start_issuer(database)
    backend = start_backend(after)
    for person in people:
        ((email,),) = database.execute('select email from "user" where id = ?', person.id)
        token = sign_in(after, email).get("/token").json()["token"]
        uuid = given[person.id]
        me = backend.call("GET", "/api/v1/me", token)
        assert (me.status_code, me.json()["uuid"]) == (200, uuid)
        task = backend.make_task(uuid, token, "First")
        listed = backend.call("GET", f"/api/v1/{uuid}/tasks", token)
        assert [item["id"] for item in listed.json()["items"]] == [task]
