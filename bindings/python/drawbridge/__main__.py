"""The console command: `drawbridge jwks`, `token verify`, `token inspect` and `doctor`."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence

from drawbridge import _command
from drawbridge.certificates import certificate_file

WRONG_USE = 2
"""The exit status, as the command's own of a setting that cannot work."""


def needs_none(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether the authorities of SSL_CERT_FILE do not count: others are named, or nothing is asked for."""
    options = {each.partition("=")[0] for each in arguments}
    return "DRAWBRIDGE_CA_FILE" in environment or not options.isdisjoint({"--ca-file", "--help", "-h", "--version"})


def main() -> int:
    """Runs what the command line says; the exit status."""
    # As with the program: Python would hear of Ctrl-C only afterwards, and would report a pipe that was closed.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    arguments = [os.fsencode(argument) for argument in ("drawbridge", *sys.argv[1:])]
    try:
        found = certificate_file()
    except ValueError as error:
        if not needs_none(sys.argv[1:], os.environ):
            print(f"drawbridge: {error}", file=sys.stderr)
            return WRONG_USE
        found = None
    return _command.main(arguments, found)


if __name__ == "__main__":
    sys.exit(main())
