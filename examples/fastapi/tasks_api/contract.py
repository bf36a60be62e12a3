"""The contract that this API keeps, which is written by hand and shared with every other backend of the page."""

from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse

from .query import NoParameters

FILE = Path(__file__).resolve().parents[3] / "api/openapi.yaml"
CONTRACT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
# FastAPI's page takes Swagger UI from there, and has its start in a script of its own.
SOURCES = "https://cdn.jsdelivr.net 'unsafe-inline'"
POLICY = f"default-src 'self'; script-src {SOURCES}; style-src {SOURCES}; img-src * data:; frame-ancestors 'none'"

router = APIRouter()


@router.get("/openapi.json")
async def get_openapi(_: NoParameters) -> JSONResponse:
    return JSONResponse(CONTRACT)


@router.get("/docs")
async def get_docs(_: NoParameters) -> HTMLResponse:
    page = get_swagger_ui_html(openapi_url="/openapi.json", title=CONTRACT["info"]["title"])
    page.headers["Content-Security-Policy"] = POLICY
    return page
