"""Commands on a terminal, where some programs ask whether they may."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

QUESTION = b"(y/N)"


def run_on_a_terminal(script: str, folder: Path, environment: dict[str, str], seconds: float = 120) -> tuple[int, str]:
    """The exit status, and what was shown. Each question is answered with yes."""
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown, answered, end = b"", 0, time.monotonic() + seconds
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        while select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                piece = terminal.read(4096)
            except OSError:  # the other side is closed
                break
            shown += piece
            if shown.count(QUESTION) > answered:
                answered = shown.count(QUESTION)
                terminal.write(b"y\r")
        else:
            shell.kill()
    return shell.wait(), shown.decode(errors="replace").replace("\r\n", "\n")
