"""A user deleted in Better Auth, seen in the database that the backend shares with it."""

from backend import Backend
from better_auth import BetterAuth, Person
from contract import assert_refused
from owned_api import OwnedApi


def rows_of(issuer: BetterAuth, person: Person) -> list[int]:
    """How many tasks, tags, and tags on tasks."""
    return [len(rows) for rows in issuer.database.rows_of(person.uuid).values()]


def test_the_rows_go_with_the_user(issuer: BetterAuth, backend: Backend, alice: Person, bob: Person) -> None:
    token = alice.token()
    tasks = f"/api/v1/{alice.uuid}/tasks"
    for owner in (OwnedApi(backend, bob, bob.token()), OwnedApi(backend, alice, token)):
        task = owner.make_task("tagged", tag_ids=[owner.make_tag("home")])["id"]
    backend.make_task(alice.uuid, token, "without tag")
    assert rows_of(issuer, alice) == [2, 1, 1]

    alice.delete_account()
    assert rows_of(issuer, alice) == [0, 0, 0]
    assert rows_of(issuer, bob) == [1, 1, 1]
    # The token is good until it expires; its user is not there to own a row.
    assert backend.call("GET", "/api/v1/me", token).status_code == 200
    assert backend.call("GET", tasks, token).json()["total"] == 0
    assert_refused(backend.call("GET", f"{tasks}/{task}", token), "not_found")
    assert_refused(backend.call("POST", tasks, token, json={"title": "from beyond"}), "user_unknown")
    assert_refused(backend.call("PATCH", f"{tasks}/{task}", token, json={"title": "x"}), "user_unknown")
    assert_refused(backend.call("DELETE", f"{tasks}/{task}", token), "user_unknown")
    assert rows_of(issuer, alice) == [0, 0, 0]
