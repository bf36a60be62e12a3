"""A user deleted in Better Auth, seen in the database that the C++ server shares with it."""

import sqlite3

from backend import Backend
from better_auth import BetterAuth, Person
from contract import assert_refused


def rows_of(issuer: BetterAuth, table: str, person: Person) -> int:
    with sqlite3.connect(issuer.database) as database:
        (count,) = database.execute(f"select count(*) from {table} where user_id = ?", [person.uuid]).fetchone()
    return int(count)


def test_the_rows_go_with_the_user(issuer: BetterAuth, backend: Backend, alice: Person, bob: Person) -> None:
    token = alice.token()
    tasks = f"/api/v1/{alice.uuid}/tasks"
    task = backend.make_task(alice.uuid, token, "soon gone")
    backend.make_task(alice.uuid, token, "soon gone too")
    backend.make_task(bob.uuid, bob.token(), "stays")
    assert (rows_of(issuer, "tasks", alice), rows_of(issuer, "tasks", bob)) == (2, 1)

    alice.delete_account()
    assert (rows_of(issuer, "tasks", alice), rows_of(issuer, "tasks", bob)) == (0, 1)
    # The token is good until it expires; its user is not there to own a row.
    assert backend.call("GET", "/api/v1/me", token).status_code == 200
    assert backend.call("GET", tasks, token).json()["total"] == 0
    assert_refused(backend.call("GET", f"{tasks}/{task}", token), "not_found")
    assert_refused(backend.call("POST", tasks, token, json={"title": "from beyond"}), "user_unknown")
    assert_refused(backend.call("PATCH", f"{tasks}/{task}", token, json={"title": "x"}), "user_unknown")
    assert_refused(backend.call("DELETE", f"{tasks}/{task}", token), "user_unknown")
    assert rows_of(issuer, "tasks", alice) == 0
