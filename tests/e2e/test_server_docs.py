"""The files of the page at /docs: nobody needs a token for them, and slow readers of theirs cost little."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

from backend import Backend
from process import ROOT, wait_until
from raw_http import RawConnection, head

BUNDLE = "/docs/swagger-ui-bundle.js"
BUNDLE_FILE = ROOT / "node_modules/swagger-ui-dist/swagger-ui-bundle.js"
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
        assert slow[0].receive().body == BUNDLE_FILE.read_bytes()
