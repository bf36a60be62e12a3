"""Puts the app together: `uvicorn tasks_api.main:app --http h11 --loop uvloop --backlog 64`.

The contract is a document of its own, so FastAPI makes none. A path with a slash at its end is another path.
"""

from typing import Any

from drawbridge import IdentityRecord
from drawbridge.metrics import RequestMetrics
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from . import contract, errors, metrics, tags, tasks
from .auth import User, auth
from .database import is_ready
from .query import NoParameters
from .readiness import Readiness
from .request_rules import CommonHeaders, Framing, RequestRules
from .settings import settings

app = FastAPI(lifespan=metrics.lifespan, openapi_url=None, redirect_slashes=False)
app.include_router(tasks.router)
app.include_router(tags.router)
if settings.docs:
    app.include_router(contract.router)
errors.install(app)

# The last one is the outermost. Those that give the routes a scope of their own are around what counts by route.
if settings.metrics:
    app.add_middleware(RequestMetrics, registry=metrics.registry)
app.add_middleware(RequestRules)
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.allowed_origins,
    allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allow_credentials=settings.takes_sessions,
    allow_headers=["authorization", "content-type", "x-api-key"],
    expose_headers=["X-Request-Id", "Retry-After", "WWW-Authenticate", "Location"],
)
app.add_middleware(Framing)
app.add_middleware(CommonHeaders)


@app.get("/api/v1/me")
async def get_me(user: User, _: NoParameters) -> dict[str, Any]:
    return IdentityRecord.of(user).to_dict()


@app.get("/healthz")
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


readiness = Readiness(is_ready)


@app.get("/readyz")
async def get_readiness() -> JSONResponse:
    keys, database = auth.verifier.key_status().state, await readiness.get()
    revocations = auth.verifier.revocation_status()
    ready = database and keys != "absent" and (revocations.state == "current" or not revocations.required)
    states = {"keys": keys, "database": "ready" if database else "not_ready"}
    if revocations.state != "off":
        states["revocations"] = revocations.state
    return JSONResponse({"status": "ready" if ready else "not_ready"} | states, 200 if ready else 503)
