"""The page at /docs: all of it comes from the backend, nothing of it from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from backend import KIND, Backend
from contract import assert_common_headers, assert_refused
from process import ROOT

# What the C++ program lets a client keep, and ask for again.
KEPT = {"Cache-Control": "no-cache", "Vary": "Origin, Accept-Encoding"}

PAGE = ROOT / "src/api/docs/page"

# target: (where its bytes are from, its media type)
FILES = {
    "/docs": (PAGE / "docs.html", "text/html"),
    "/docs/docs.css": (PAGE / "docs.css", "text/css"),
    "/docs/docs.js": (PAGE / "docs.js", "text/javascript"),
}


@pytest.mark.parametrize("target", FILES)
def test_a_file_is_served_without_a_token_and_byte_by_byte(backend: Backend, target: str) -> None:
    source, media_type = FILES[target]
    answer = backend.call("GET", target)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{media_type}; charset=utf-8")
    assert_common_headers(answer, KEPT if KIND == "cpp" else {})
    assert answer.content == source.read_bytes()
    looked = backend.call("HEAD", target)
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["Content-Length"] == answer.headers["Content-Length"]


@pytest.mark.parametrize(
    "target", ["/docs/", "/docs/docs.html", "/docs/nothing.js", "/docs/docs.js/", "/docs//docs.js"]
)
def test_there_is_nothing_else(backend: Backend, target: str) -> None:
    assert_refused(backend.call("GET", target), "not_found")


# ---- nothing from elsewhere ----------------------------------------------------------------------------


class Addresses(HTMLParser):
    """All that a page loads or leads to, and what it would run that stands in the page itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.found += [given[name] for name in ("href", "src", "action", "srcset", "data") if name in given]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


def test_the_page_names_this_server_alone(backend: Backend) -> None:
    url = f"{backend.url}/docs"
    page = Addresses(backend.call("GET", "/docs").text)
    addresses = [urljoin(url, address) for address in page.found if address != "data:,"]  # that is no icon
    assert {urlsplit(address).netloc for address in addresses} == {urlsplit(backend.url).netloc}
    paths = {urlsplit(address).path for address in addresses}
    assert paths == set(FILES) | {"/openapi.json"}
    assert page.inline == []


@pytest.mark.parametrize("target", ["/docs", "/docs/docs.css", "/docs/docs.js"])
def test_what_is_ours_of_the_page_has_no_absolute_address(backend: Backend, target: str) -> None:
    assert re.findall(r"\w+://|[\"'(]//", backend.call("GET", target).text) == []


def test_a_browser_is_told_to_load_and_call_nothing_else(backend: Backend) -> None:
    policy = backend.call("GET", "/docs").headers["Content-Security-Policy"]
    directives = dict(directive.strip().split(" ", 1) for directive in policy.split(";"))
    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
    }
