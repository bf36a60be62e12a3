"""The contract that this API keeps and the page that shows it: the repository's, shared with the C++ server."""

from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse

from .errors import not_found
from .query import NoParameters

ROOT = Path(__file__).resolve().parents[3]
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "api/openapi.yaml").read_text(encoding="utf-8"))

PAGE = ROOT / "src/api/docs/page"
MEDIA_TYPES = {"docs.css": "text/css", "docs.js": "text/javascript"}
# Anyone who pastes a token into the page can rely on it: scripts, styles and calls are this server's own, and no text
# becomes HTML. FastAPI's page would take Swagger UI from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)

router = APIRouter()


@router.get("/openapi.json")
async def get_openapi(_: NoParameters) -> JSONResponse:
    return JSONResponse(CONTRACT)


@router.get("/docs")
async def get_docs(_: NoParameters) -> FileResponse:
    return FileResponse(PAGE / "docs.html", headers={"Content-Security-Policy": POLICY})


@router.get("/docs/{name}")
async def get_docs_file(name: str, _: NoParameters) -> FileResponse:
    if name not in MEDIA_TYPES:
        raise not_found()
    return FileResponse(PAGE / name, media_type=MEDIA_TYPES[name])
