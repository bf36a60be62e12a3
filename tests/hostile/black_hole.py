"""A network of its own with a loopback and nothing else, whose name server takes every question and answers none.

`unshare --net --mount python black_hole.py COMMAND…` becomes that command there. It takes root, as making a network does.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

# Longer than anything here may take: whoever waits for the resolver is told from who does not.
RESOLVER_SECONDS = 30


def command_inside(*command: str | Path) -> list[str | Path]:
    return ["unshare", "--net", "--mount", sys.executable, __file__, *command]


def inside(pid: int, call: Callable[[], Found]) -> Found:
    """What the call returns, made in the network of that process. Its sockets stay there."""

    def enter() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{pid}/ns/net") as network:
            if libc.setns(network.fileno(), 0) != 0:  # of this thread alone
                raise OSError(ctypes.get_errno(), "setns")

    def enter_and_call() -> Found:
        enter()
        return call()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(enter_and_call).result()


def become(command: list[str]) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w", suffix=".resolv.conf") as file:
        file.write(f"nameserver 127.0.0.1\noptions timeout:{RESOLVER_SECONDS} attempts:1\n")
        file.flush()
        subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)
    name_server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    name_server.bind(("127.0.0.1", 53))
    name_server.set_inheritable(True)  # else its port would answer that nobody is there
    os.execvp(command[0], command)


if __name__ == "__main__":
    become(sys.argv[1:])
