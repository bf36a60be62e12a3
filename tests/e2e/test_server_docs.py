"""The page at /docs: all of it comes from the program, nothing of it from elsewhere, and slow readers cost little."""

from __future__ import annotations

import re
from contextlib import ExitStack
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from backend import Backend
from contract import assert_common_headers, assert_refused
from process import ROOT, wait_until
from raw_http import RawConnection, head

VIEWER = ROOT / "node_modules/swagger-ui-dist"
PAGE = ROOT / "src/http/docs_page"

# target: (where its bytes are from, its media type)
FILES = {
    "/docs": (PAGE / "docs.html", "text/html"),
    "/docs/docs.css": (PAGE / "docs.css", "text/css"),
    "/docs/docs.js": (PAGE / "docs.js", "text/javascript"),
    "/docs/swagger-ui.css": (VIEWER / "swagger-ui.css", "text/css"),
    "/docs/swagger-ui-bundle.js": (VIEWER / "swagger-ui-bundle.js", "text/javascript"),
    "/docs/swagger-ui-LICENSE.txt": (VIEWER / "LICENSE", "text/plain"),
    "/docs/swagger-ui-NOTICE.txt": (VIEWER / "NOTICE", "text/plain"),
    "/docs/swagger-ui-bundle.js.LICENSE.txt": (VIEWER / "swagger-ui-bundle.js.LICENSE.txt", "text/plain"),
}
BUNDLE = "/docs/swagger-ui-bundle.js"


@pytest.mark.parametrize("target", FILES)
def test_a_file_is_served_without_a_token_and_byte_by_byte(backend: Backend, target: str) -> None:
    source, media_type = FILES[target]
    answer = backend.call("GET", target)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{media_type}; charset=utf-8")
    assert_common_headers(answer)
    assert answer.content == source.read_bytes()
    looked = backend.call("HEAD", target)
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["Content-Length"] == answer.headers["Content-Length"]


@pytest.mark.parametrize("target", ["/docs/", "/docs/docs.html", "/docs/nothing.js", "/docs/docs.js/", "/docs//docs.js"])
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
    assert paths == set(FILES) - {"/docs"} | {"/openapi.json"}
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
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


# ---- slow readers --------------------------------------------------------------------------------------

SLOW_READERS = 100
MEMORY_FOR_EACH = 64 * 1024  # bytes in the program; the file has 1.7 MB
QUEUED_FOR_EACH = 512 * 1024  # bytes in the kernel, most of which the first round trip takes


def resident_memory(backend: Backend) -> int:
    """In bytes."""
    assert backend.program.child is not None
    status = Path(f"/proc/{backend.program.child.pid}/status").read_text()
    (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) * 1024


def send_queues(port: int) -> list[int]:
    """Bytes that the kernel holds for each open connection to this port (proc(5), /proc/net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = "01"
    mine = [row for row in rows if row[1].endswith(f":{port:04X}") and row[3] == established]
    return [int(row[4].partition(":")[0], 16) for row in mine]


def test_who_reads_slowly_holds_no_memory(backend: Backend) -> None:
    """Nobody needs a token for this, so nobody may fill the memory with it."""
    assert backend.call("GET", BUNDLE).status_code == 200
    before = resident_memory(backend)
    with ExitStack() as stack:
        slow = [stack.enter_context(RawConnection(backend.port)) for _ in range(SLOW_READERS)]
        for connection in slow:
            connection.send(head("GET", BUNDLE))
        wait_until(lambda: all(connection.is_readable() for connection in slow), 10, "all answers have begun")
        queues = send_queues(backend.port)
        assert len(queues) >= SLOW_READERS
        assert max(queues) < QUEUED_FOR_EACH
        assert resident_memory(backend) - before < SLOW_READERS * MEMORY_FOR_EACH
        # Whoever goes on reading gets all of it.
        assert slow[0].receive().body == (VIEWER / "swagger-ui-bundle.js").read_bytes()
