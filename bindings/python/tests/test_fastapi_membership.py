"""require_membership: whose organization a path or a query names, and how others are refused."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any

import httpx
import pytest
from asgi_calls import bearer, get
from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, Path, Query
from fastapi.testclient import TestClient
from pydantic import AliasChoices, BaseModel

from drawbridge import ERROR_CODES, AuthError, Identity, check_membership, knows_membership
from drawbridge.fastapi import BetterAuth, Refusal
from drawbridge.testing import Issuer

A, B = "org-a", "org-b"
DETAIL = "The user is not a member of this organization, or lacks the required role in it."


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def auth(issuer: Issuer) -> Iterator[BetterAuth]:
    auth = BetterAuth(issuer.url)
    yield auth
    auth.verifier.close()


def app_with(auth: BetterAuth, **asked: Any) -> FastAPI:
    """Routes of an organization that is named by the path and by the query."""
    app = FastAPI()

    @app.get("/orgs/{org_id}")
    async def of_path(
        org_id: str, user: Annotated[Identity, Depends(auth.require_membership("org_id", **asked))]
    ) -> str:
        return org_id

    of_query = auth.require_membership("org_id", place="query", **asked)
    app.get("/projects", dependencies=[Depends(of_query)])(lambda org_id: org_id)
    return app


def said(answer: httpx.Response) -> str:
    """`ok <organization>`, or the status and the code."""
    return f"ok {answer.json()}" if answer.status_code == 200 else f"{answer.status_code} {answer.json()['code']}"


def says(app: FastAPI, issuer: Issuer, path: str, **claims: object) -> str:
    return said(get(app, path, bearer(issuer.token(**claims))))  # type: ignore[arg-type]


REFUSED = "403 membership_missing"
MANY = {"orgs": {A: "member"}, "orgs_truncated": True}


def in_order(value: object) -> str:
    """The name of a case: a set's members come in another order in each process."""
    return str(sorted(value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(
    ("roles", "claims", "expected"),
    [
        (None, {"orgs": {A: "member"}}, f"ok {A}"),
        (None, {"orgs": {A: ""}}, f"ok {A}"),
        ({"owner", "admin"}, {"orgs": {A: "owner"}}, f"ok {A}"),
        ({"owner", "admin"}, {"orgs": {A: "member, admin"}}, f"ok {A}"),
        ({"owner", "admin"}, {"orgs": {A: "member"}}, REFUSED),
        ({"owner", "admin"}, {"orgs": {A: ""}}, REFUSED),
        ({"owner"}, {"orgs": {A: "member"}, "role": "owner"}, REFUSED),
        ({"owner"}, {"orgs": {A: "member", B: "owner"}}, REFUSED),
        (None, {"orgs": {B: "owner"}}, REFUSED),
        # The known mistake: whose organization is active says nothing of the one that is asked for.
        (None, {"orgs": {B: "owner"}, "active_org": A}, REFUSED),
        (None, {"orgs": {}, "active_org": A}, REFUSED),
        (None, {"active_org": A}, REFUSED),
        (None, {"orgs": {A.upper(): "owner"}}, REFUSED),
        (None, {"orgs": {f"{A} ": "owner"}}, REFUSED),
        (None, {}, REFUSED),
        (None, MANY, f"ok {A}"),
        (None, {"orgs": {B: "member"}, "orgs_truncated": True}, REFUSED),
        (None, {"orgs": {A: "member"}, "key": "k1"}, f"ok {A}"),
        (None, {"orgs": {A: "member"}, "expires_in": -60}, "401 token_expired"),
        (None, {"orgs": [A]}, "401 claim_invalid"),
        (None, {"orgs": {A: ["owner"]}}, "401 claim_invalid"),
        (None, {"orgs": {A: "owner"}, "orgs_truncated": "no"}, "401 claim_invalid"),
        (None, {"orgs": {f"o{n}": "member" for n in range(17)}}, "401 claim_invalid"),
    ],
    ids=in_order,
)
def test_only_a_member_with_one_of_the_roles_gets_in(
    auth: BetterAuth, issuer: Issuer, roles: set[str] | None, claims: dict[str, object], expected: str
) -> None:
    app = app_with(auth, roles=roles)
    assert says(app, issuer, f"/orgs/{A}", **claims) == expected
    assert says(app, issuer, f"/projects?org_id={A}", **claims) == expected


def test_a_member_of_one_asks_for_the_path_of_another(auth: BetterAuth, issuer: Issuer) -> None:
    app, of_a = app_with(auth), {"orgs": {A: "owner"}, "active_org": A}
    assert says(app, issuer, f"/orgs/{A}", **of_a) == f"ok {A}"
    for path in (f"/orgs/{B}", f"/projects?org_id={B}", f"/orgs/{B}?org_id={A}"):
        answer = get(app, path, bearer(issuer.token(**of_a)))  # type: ignore[arg-type]
        assert (said(answer), answer.json()["detail"]) == (REFUSED, DETAIL)


@pytest.mark.parametrize("query", ["", "?org_id=org-a&org_id=org-a", "?org_id=org-a&org_id=org-b", "?org=org-a"])
def test_a_query_names_one_organization(auth: BetterAuth, issuer: Issuer, query: str) -> None:
    app = app_with(auth)
    assert says(app, issuer, f"/projects{query}", orgs={A: "owner", B: "owner"}) == "422 validation_failed"
    assert said(get(app, f"/projects{query}")) == "401 token_missing"


def test_who_lacks_a_token_learns_nothing_of_organizations(auth: BetterAuth) -> None:
    app = app_with(auth, refusal=Refusal("not_found"))
    assert said(get(app, f"/orgs/{A}")) == "401 token_missing"


# --- what the token does not say


@pytest.mark.parametrize("kind", ["a coroutine function", "a plain function", "an object", "one that forgets to await"])
@pytest.mark.parametrize(
    ("found", "roles", "expected"),
    [
        ("admin,member", None, f"ok {A}"),
        ("member, admin", {"admin"}, f"ok {A}"),
        (["admin"], {"admin"}, f"ok {A}"),
        (("member",), {"admin"}, REFUSED),
        ("member", {"admin"}, REFUSED),
        (None, None, REFUSED),
        ("", None, REFUSED),
        (" , ", None, REFUSED),
        ([], None, REFUSED),
        ([""], {"admin"}, REFUSED),
    ],
    ids=in_order,
)
def test_the_fallback_says_the_roles(
    auth: BetterAuth, issuer: Issuer, kind: str, found: object, roles: set[str] | None, expected: str
) -> None:
    asked: list[tuple[str, str]] = []

    def plain(identity: Identity, organization: str) -> object:
        asked.append((identity.subject, organization))
        return found

    async def coroutine(identity: Identity, organization: str) -> object:
        return plain(identity, organization)

    class Lookup:
        __hash__ = None  # type: ignore[assignment]  # as of a dataclass

        async def __call__(self, identity: Identity, organization: str) -> object:
            return plain(identity, organization)

    def forgetful(identity: Identity, organization: str) -> Awaitable[object]:
        return coroutine(identity, organization)

    kinds: dict[str, Callable[[Identity, str], object]] = {
        "a coroutine function": coroutine,
        "a plain function": plain,
        "an object": Lookup(),
        "one that forgets to await": forgetful,
    }
    app = app_with(auth, roles=roles, fallback=kinds[kind])
    for claims in ({}, {"orgs": {B: "owner"}, "orgs_truncated": True}, {"orgs_truncated": True}):
        assert says(app, issuer, f"/orgs/{A}", sub="user-1", **claims) == expected
    assert asked == [("user-1", A)] * 3


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"orgs": {A: "member"}}, REFUSED),
        ({"orgs": {B: "owner"}}, REFUSED),
        ({"orgs": {}}, REFUSED),
        ({"orgs": {A: "owner"}}, f"ok {A}"),
        (MANY, REFUSED),
    ],
    ids=in_order,
)
def test_what_the_token_says_the_fallback_is_not_asked(
    auth: BetterAuth, issuer: Issuer, claims: dict[str, object], expected: str
) -> None:
    def fallback(identity: Identity, organization: str) -> str:
        raise AssertionError("the fallback was asked")

    app = app_with(auth, roles={"owner"}, fallback=fallback)
    assert says(app, issuer, f"/orgs/{A}", **claims) == expected


@pytest.mark.parametrize(
    "found",
    [True, 1, {"admin": True}, object(), [None], b"admin", iter(["admin"])],
    ids=lambda value: type(value).__name__,
)
def test_an_unclear_answer_of_the_fallback_lets_nobody_in(auth: BetterAuth, issuer: Issuer, found: object) -> None:
    app = app_with(auth, fallback=lambda identity, organization: found)
    assert get(app, f"/orgs/{A}", bearer(issuer.token())).status_code == 500


def test_a_fallback_that_yields_is_refused_when_it_is_given(auth: BetterAuth) -> None:
    def yields(identity: Identity, organization: str) -> Iterator[str]:
        yield "owner"

    with pytest.raises(TypeError, match="this one yields"):
        auth.require_membership("org_id", fallback=yields)


def test_a_plain_fallback_does_not_hold_up_the_loop(auth: BetterAuth, issuer: Issuer) -> None:
    threads: list[int] = []

    def fallback(identity: Identity, organization: str) -> str:
        threads.append(threading.get_ident())
        return "member"

    assert says(app_with(auth, fallback=fallback), issuer, f"/orgs/{A}") == f"ok {A}"
    assert threads != [threading.get_ident()]


# --- a refusal of the app's own


@pytest.mark.parametrize(
    ("refusal", "expected", "detail"),
    [
        (Refusal("no_such_project", "There is no such project.", status=404), "404 no_such_project", None),
        (Refusal("plan_too_small", "Your plan has no projects.", status=403), "403 plan_too_small", None),
        (Refusal("not_found"), "404 not_found", "There is nothing at this path."),
        (Refusal("role_missing", "Ask an owner."), "403 role_missing", None),
    ],
    ids=in_order,
)
def test_an_app_refuses_in_its_own_words(
    auth: BetterAuth, issuer: Issuer, refusal: Refusal, expected: str, detail: str | None
) -> None:
    for app in (app_with(auth, refusal=refusal), app_with(auth, refusal=refusal, fallback=lambda *_: None)):
        answer = get(app, f"/orgs/{A}", bearer(issuer.token()))
        assert (said(answer), answer.json()["detail"]) == (expected, detail or refusal.detail)
        assert says(app, issuer, f"/orgs/{A}", orgs={A: "member"}) == f"ok {A}"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("signed_out", 401),
        ("no_such_project", 410),
        ("no_such_project", None),
        ("token_expired", None),
        ("keys_unavailable", None),
        ("not_found", 404),
        ("No Such", 404),
    ],
)
def test_a_refusal_is_403_or_404(code: str, status: int | None) -> None:
    with pytest.raises(ValueError, match=code):
        Refusal(code, status=status)


# --- what cannot work


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"roles": set()}, "names no role"),
        ({"roles": "owner"}, "takes a set of roles"),
        ({"roles": {"owner,admin"}}, 'roles={"owner", "admin"}'),
        ({"roles": {" owner"}}, "have white space"),
        ({"roles": {1}}, "has a int"),
        ({"place": "header"}, "not from 'header'"),
    ],
    ids=in_order,
)
def test_what_no_token_could_have_is_refused_when_it_is_asked_for(
    auth: BetterAuth, asked: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        auth.require_membership("org_id", **asked)


def test_the_same_arguments_give_the_same_dependency(auth: BetterAuth) -> None:
    def fallback(identity: Identity, organization: str) -> None: ...

    made = auth.require_membership("org_id", roles=["owner", "admin"], fallback=fallback, refusal=Refusal("not_found"))
    again = auth.require_membership("org_id", roles={"admin", "owner"}, fallback=fallback, refusal=Refusal("not_found"))
    assert made is again
    others = [
        auth.require_membership("org_id"),
        auth.require_membership("org_id", roles=["owner"]),
        auth.require_membership("org_id", roles=["owner", "admin"], fallback=fallback),
        auth.require_membership("org_id", place="query"),
        auth.require_membership("organization_id"),
    ]
    assert len({id(made), *map(id, others)}) == 6


class Wanted(BaseModel):
    org_id: str = ""


def of_the_query(wanted: Annotated[str, Query(alias="org_id")] = "") -> None: ...
def of_a_model_of_the_query(wanted: Annotated[Wanted, Query()]) -> None: ...
def of_a_header(wanted: Annotated[str, Header(alias="org-id")] = "") -> None: ...
def of_a_cookie(wanted: Annotated[str, Cookie(alias="org_id")] = "") -> None: ...
def of_another_part_of_the_path(org_id: Annotated[str, Path(alias="other")]) -> None: ...


def starts(auth: BetterAuth, fill: Callable[[FastAPI], object]) -> str:
    """Why an app does not start; empty where it does."""
    app = FastAPI(lifespan=auth.lifespan)
    fill(app)
    try:
        with TestClient(app):
            return ""
    except RuntimeError as error:
        return str(error)


@pytest.mark.parametrize(
    "taken",
    [of_the_query, of_a_model_of_the_query, of_a_header, of_a_cookie, of_another_part_of_the_path],
    ids=lambda taken: str(taken.__name__),
)
def test_an_app_does_not_start_where_a_route_takes_the_organization_from_elsewhere_too(
    taken: Callable[..., None],
) -> None:
    auth = BetterAuth("http://localhost:3000")
    asked = [Depends(auth.require_membership("org_id")), Depends(taken)]
    why = starts(auth, lambda app: app.get("/{org_id}/{other}", dependencies=asked)(lambda: "never"))
    assert "The route /{org_id}/{other} depends on require_membership" in why
    assert "it also takes org_id from" in why
    assert "a different organization: rename that parameter." in why


def of_two_names(wanted: Annotated[str, Query(validation_alias=AliasChoices("org_id", "org"))]) -> None: ...
def of_another_name(org_id: Annotated[str, Query(alias="org")]) -> None: ...
def of_both(wanted: Annotated[str, Query(alias="org_id")], org_id: Annotated[str, Query(alias="org")] = "") -> None: ...
def of_the_header_too(org_id: str, wanted: Annotated[str, Header(alias="org-id")] = "") -> None: ...
def of_one_by_itself(org_id: str) -> None: ...
def of_one_of_another_name(wanted: Annotated[str, Query(alias="org_id")]) -> None: ...


@pytest.mark.parametrize(
    ("taken", "why"),
    [
        (of_one_by_itself, ""),
        (of_one_of_another_name, ""),
        (lambda: None, "does not take org_id from the query"),
        (of_a_model_of_the_query, "does not take org_id from the query"),
        (of_another_name, "does not take org_id from the query"),
        (of_two_names, "takes org_id from another part of the query"),
        (of_both, "takes org_id from another part of the query"),
        (of_the_header_too, "takes org_id from a header"),
    ],
)
def test_a_route_takes_the_organization_of_the_query_by_itself(taken: Callable[..., None], why: str) -> None:
    auth = BetterAuth("http://localhost:3000")
    asked = [Depends(auth.require_membership("org_id", place="query"))]
    found = starts(auth, lambda app: app.get("/projects", dependencies=asked)(taken))
    assert why in found
    assert bool(why) == bool(found)
    if not why:
        return
    with Issuer() as issuer:  # and where no lifespan ran
        late = BetterAuth(issuer.url)
        app = FastAPI()
        app.get("/projects", dependencies=[Depends(late.require_membership("org_id", place="query"))])(taken)
        assert get(app, f"/projects?org_id={A}&org={B}", bearer(issuer.token(orgs={A: "owner"}))).status_code == 500
        late.verifier.close()


def test_an_organization_of_the_query_is_named_by_nothing_else() -> None:
    auth = BetterAuth("http://localhost:3000")
    asked = [Depends(auth.require_membership("org_id", place="query"))]

    def in_the_path_too(app: FastAPI) -> None:
        app.get("/orgs/{org_id}", dependencies=asked)(of_one_of_another_name)

    def beside_a_mount(app: FastAPI) -> None:
        inner = FastAPI()
        inner.get("/notes")(of_one_by_itself)
        app.router.dependencies.extend(asked)
        app.mount("/api", inner)

    assert "it also takes org_id from the path" in starts(auth, in_the_path_too)
    assert "/api/notes names an organization by org_id of its query, but nothing compares it" in starts(
        auth, beside_a_mount
    )


def test_a_route_whose_path_names_no_organization_stops_the_start() -> None:
    auth = BetterAuth("http://localhost:3000")
    asked = [Depends(auth.require_membership("org_id"))]

    def below_a_mount(app: FastAPI) -> None:
        inner = FastAPI()
        inner.get("/notes", dependencies=asked)(lambda: "never")
        app.mount("/orgs/{org_id}", inner)

    def beside_a_mount(app: FastAPI) -> None:
        inner = FastAPI()
        inner.get("/orgs/{org_id}/notes")(lambda org_id: org_id)
        app.router.dependencies.extend(asked)
        app.mount("/api", inner)

    def of_a_router(app: FastAPI) -> None:
        router = APIRouter(prefix="/orgs/{org_id}", dependencies=asked)
        router.get("/notes")(lambda org_id: org_id)
        app.include_router(router)

    for fill, why in (
        (lambda app: app.get("/orgs/{id}", dependencies=asked)(lambda: "never"), "its path has no parameter {org_id}"),
        (below_a_mount, "depends on require_membership, but {org_id} is in the path or host of a mount"),
        (beside_a_mount, "names an organization by {org_id}, but nothing compares it: require_membership is"),
    ):
        assert why in starts(auth, fill)
    assert starts(auth, of_a_router) == ""


def test_openapi_says_how_it_refuses(auth: BetterAuth) -> None:
    app = FastAPI()
    asked = {
        "plain": auth.require_membership("org_id"),
        "hidden": auth.require_membership("org_id", refusal=Refusal("no_such_project", status=404)),
        "own": auth.require_membership("org_id", refusal=Refusal("plan_too_small", status=403)),
    }
    for name, dependency in asked.items():
        app.get(f"/{name}/{{org_id}}", dependencies=[Depends(dependency)])(lambda org_id: org_id)
    paths = auth.openapi(app)["paths"]
    found = {name: set(paths[f"/{name}/{{org_id}}"]["get"]["responses"]) - {"200", "422"} for name in asked}
    assert found == {"plain": {"401", "403", "503"}, "hidden": {"401", "404", "503"}, "own": {"401", "403", "503"}}
    problem = paths["/hidden/{org_id}"]["get"]["responses"]["404"]["content"]["application/problem+json"]
    assert problem["schema"] == {"$ref": "#/components/schemas/AuthProblem"}


# --- without FastAPI


def test_the_function_says_the_same_and_why(issuer: Issuer, auth: BetterAuth) -> None:
    assert ERROR_CODES["membership_missing"] == ("forbidden", 403)

    def hint(organization: str, roles: list[str] | None = None, **claims: object) -> str:
        identity = auth.verifier.verify(issuer.token(**claims))  # type: ignore[arg-type]
        with pytest.raises(AuthError) as refused:
            check_membership(identity, organization, roles)
        error = refused.value
        assert (error.code, error.status, error.detail) == ("membership_missing", 403, DETAIL)
        assert error.www_authenticate is None
        return error.hint

    assert "lacks the required role" in hint(A, ["owner"], orgs={A: "admin,member"})
    assert "lacks the required role" in hint(A, [], orgs={A: "admin,member"})
    assert "active organization does not count" in hint(B, orgs={A: "owner"}, active_org=B)
    assert "drawbridge({ organizations: true })" in hint(A)
    assert "in the database" in hint(B, **MANY)
    assert hint("org\ud800", orgs={"org?": "owner"})
    identity = auth.verifier.verify(issuer.token(orgs={A: "admin, member"}, orgs_truncated=True, active_org=B))
    assert (identity.organizations, identity.organizations_truncated) == ({A: ("admin", "member")}, True)
    assert identity.active_organization == B
    assert [knows_membership(identity, each) for each in (A, B)] == [True, False]
    check_membership(identity, A)
    check_membership(identity, A, {"owner", "member"})
    with pytest.raises(TypeError):
        check_membership(identity, A, "owner")


def test_many_requests_at_once_are_each_their_own(auth: BetterAuth, issuer: Issuer) -> None:
    app = app_with(auth)
    tokens = [issuer.token(orgs={f"org-{n}": "member"}) for n in range(8)]

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as client:
            calls = (
                client.get(f"/orgs/org-{m}", headers={"Authorization": bearer(token)})
                for token in tokens
                for m in range(8)
            )
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    assert asyncio.run(ask()) == [200 if n == m else 403 for n in range(8) for m in range(8)]
