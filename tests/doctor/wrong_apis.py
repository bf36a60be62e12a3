"""APIs with FastAPI as people write them, each wrong in the way of its name, and `right`, which is not.

They are served together, each below its name. What code does not do by itself, a proxy or a host with a wrong clock, is
simulated below /simulated.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Annotated, Any
from uuid import UUID

from drawbridge import Identity
from drawbridge.fastapi import BetterAuth
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

auth = BetterAuth()
app = FastAPI(lifespan=auth.lifespan, openapi_url=None)

PAGE = os.environ["BETTER_AUTH_URL"]
CORS: dict[str, Any] = {
    "allow_origins": [PAGE],
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": ["authorization", "content-type"],
    "expose_headers": ["WWW-Authenticate", "Retry-After"],
}
Owner = Annotated[Identity, Depends(auth.verify_user_access)]
User = Annotated[Identity, Depends(auth.get_current_user)]
Route = Callable[..., Any]


async def of_owner(user_id: UUID, user: Owner) -> list[str]:
    return [user.name or ""]


def api(name: str, route: Route = of_owner, cors: dict[str, Any] | None = CORS, **more: Any) -> FastAPI:
    made = FastAPI(openapi_url=None, **more)
    made.add_api_route("/api/v1/{user_id}/tasks", route)
    if cors is not None:
        made.add_middleware(CORSMiddleware, **cors)
    app.mount(f"/{name}", made)
    return made


api("right")


# ---- who may do what ------------------------------------------------------------------------------------


async def of_anybody(user_id: str) -> list[str]:
    return []


async def of_unverified(user_id: str, authorization: Annotated[str | None, Header()] = None) -> list[str]:
    if authorization is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    payload = authorization.removeprefix("Bearer ").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    if claims["uuid"].lower() != user_id.lower():
        raise HTTPException(403)
    return []


async def of_any_signed_in(user_id: str, user: User) -> list[str]:
    return []


async def of_subject(user_id: str, user: User) -> list[str]:
    if user_id != user.subject:
        raise HTTPException(403)
    return []


async def of_text_that_is_a_uuid(user_id: UUID, user: User) -> list[str]:
    if user_id != user.claims["uuid"]:  # a UUID and a text
        raise HTTPException(403)
    return []


async def of_text(user_id: str, user: User) -> list[str]:
    if user_id != user.claims["uuid"]:
        raise HTTPException(403)
    return []


async def as_older_http_bearer(user_id: str, request: Request) -> list[str]:
    if "authorization" not in request.headers:
        raise HTTPException(403, "Not authenticated")
    user = await auth.get_current_user(request)
    if UUID(user_id) != user.uuid:
        raise HTTPException(403)
    return []


api("open_to_all", of_anybody)
api("unverified_tokens", of_unverified)
api("any_path", of_any_signed_in)
api("subject_in_path", of_subject)
api("uuid_beside_text", of_text_that_is_a_uuid)
api("compared_as_text", of_text)
api("forbidden_without_token", as_older_http_bearer)


# ---- errors that leak -----------------------------------------------------------------------------------


async def of_careless(user_id: str, user: User) -> list[str]:
    if UUID(user_id) != user.uuid:  # ValueError for what is no UUID
        raise HTTPException(403)
    return []


async def of_careless_sql(user_id: str, user: User) -> list[str]:
    statement = f"SELECT id FROM tasks WHERE user_id = '{user_id}'"
    try:
        sqlite3.connect(":memory:").execute(statement)
    except sqlite3.Error as error:
        if user_id.lower() != str(user.uuid):
            raise HTTPException(403, f"{error}: {statement}") from None
    return []


async def of_one_who_quotes(user_id: UUID, user: User, request: Request) -> list[str]:
    if user_id != user.uuid:
        raise HTTPException(403, f"not allowed for {request.headers['authorization']}")
    return []


api("debug_mode", of_careless, debug=True)
api("sql_in_errors", of_careless_sql)
api("token_in_errors", of_one_who_quotes)


# ---- CORS -----------------------------------------------------------------------------------------------


class Gate:
    """Refuses in a middleware what comes without a token."""

    def __init__(self, app: ASGIApp, lets_options_pass: bool) -> None:
        self.app = app
        self.lets_options_pass = lets_options_pass

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        passes = scope["type"] != "http" or (self.lets_options_pass and scope["method"] == "OPTIONS")
        if passes or any(name == b"authorization" for name, _ in scope["headers"]):
            await self.app(scope, receive, send)
        else:
            await JSONResponse({"detail": "no token"}, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)


api("no_cors", cors=None)
api("another_origin", cors=CORS | {"allow_origins": ["https://app.example.com"]})
api("other_name", cors=CORS | {"allow_origins": [PAGE.replace("127.0.0.1", "localhost")]})
api("slash_at_the_end", cors=CORS | {"allow_origins": [PAGE + "/"]})
api("get_alone", cors=CORS | {"allow_methods": ["GET"]})
api("no_authorization", cors=CORS | {"allow_headers": ["content-type"]})
api("not_exposed", cors=CORS | {"expose_headers": []})
api("any_origin", cors=CORS | {"allow_origins": ["*"]})
api("reflected_origin", cors=CORS | {"allow_origin_regex": ".*", "allow_credentials": True})
api("beginning_of_origin", cors=CORS | {"allow_origins": [], "allow_origin_regex": re.escape(PAGE) + ".*"})
SCHEME, HOST = PAGE.split("//")
api("end_of_origin", cors=CORS | {"allow_origins": [], "allow_origin_regex": f"{SCHEME}//.*{re.escape(HOST)}"})
api("gate_before_cors").add_middleware(Gate, lets_options_pass=True)
api("gate_before_preflight").add_middleware(Gate, lets_options_pass=False)


api("other_routes").router.routes.clear()
api("other_routes_to_read", cors=CORS | {"allow_methods": ["GET"]}).router.routes.clear()
other_path = api("other_path")
other_path.router.routes.clear()
other_path.add_api_route("/me/{user_id}/greeting", of_owner)


# ---- what no app of a person does, simulated ----------------------------------------------------------------

simulated = FastAPI(openapi_url=None)
app.mount("/simulated", simulated)


@simulated.get("/late_clock/{rest:path}")
async def late_clock(rest: str) -> Response:
    """Of a host whose clock is wrong."""
    return Response(status_code=404, headers={"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})


@simulated.get("/moved/{rest:path}")
async def moved(rest: str) -> Response:
    return Response(status_code=308, headers={"Location": f"https://api.example.com/{rest}"})


@simulated.get("/bad_gateway/{rest:path}")
async def bad_gateway(rest: str) -> Response:
    """Of a proxy whose backend is down."""
    return Response(status_code=502)


@app.middleware("http")
async def tell_the_time(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers.setdefault("Date", formatdate(usegmt=True))
    return response


@app.get("/healthz")
async def get_health() -> str:
    return "ok"
