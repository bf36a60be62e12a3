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

PAGE, VIEWER = ROOT / "src/api/docs/page", ROOT / "node_modules/swagger-ui-dist"
FILES = {
    "docs.css": PAGE / "docs.css",
    "docs.js": PAGE / "docs.js",
    "swagger-ui.css": VIEWER / "swagger-ui.css",
    "swagger-ui-bundle.js": VIEWER / "swagger-ui-bundle.js",
    "swagger-ui-LICENSE.txt": VIEWER / "LICENSE",
    "swagger-ui-NOTICE.txt": VIEWER / "NOTICE",
    "swagger-ui-bundle.js.LICENSE.txt": VIEWER / "swagger-ui-bundle.js.LICENSE.txt",
}
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "txt": "text/plain"}
# Whoever pastes a token into the page can rely on it: scripts, styles and calls are this server's own. FastAPI's page
# would take Swagger UI from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
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
    if name not in FILES:
        raise not_found()
    return FileResponse(FILES[name], media_type=MEDIA_TYPES[name.rpartition(".")[2]])
