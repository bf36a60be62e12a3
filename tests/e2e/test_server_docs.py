"""What nobody needs a token for: slow readers of it cost little."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

from backend import Backend
from process import wait_until
from raw_http import RawConnection, head

LARGEST = "/openapi.json"
REQUESTS = 64  # of each, one after another without reading: 4 MB of answers
SLOW_READERS = 100
MEMORY_FOR_EACH = 64 * 1024  # bytes in the program
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
    document = backend.call("GET", LARGEST).content
    assert len(document) * REQUESTS > 4 * QUEUED_FOR_EACH
    before = resident_memory(backend)
    with ExitStack() as stack:
        slow = [stack.enter_context(RawConnection(backend.port)) for _ in range(SLOW_READERS)]
        for connection in slow:
            connection.send(head("GET", LARGEST) * REQUESTS)
        wait_until(lambda: all(connection.is_readable() for connection in slow), 10, "all answers have begun")
        queues = send_queues(backend.port)
        assert len(queues) >= SLOW_READERS
        assert max(queues) < QUEUED_FOR_EACH
        assert resident_memory(backend) - before < SLOW_READERS * MEMORY_FOR_EACH
        # Whoever goes on reading gets all of it.
        assert all(slow[0].receive().body == document for _ in range(REQUESTS))
