"""The console command: `drawbridge jwks`, `token verify`, `token inspect` and `doctor`."""

import os
import signal
import sys

from drawbridge import _command
from drawbridge.certificates import certificate_file


def main() -> int:
    """Runs what the command line says; the exit status."""
    # As with the program: Python would hear of Ctrl-C only afterwards, and would report a pipe that was closed.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    arguments = [os.fsencode(argument) for argument in ("drawbridge", *sys.argv[1:])]
    return _command.main(arguments, certificate_file())


if __name__ == "__main__":
    sys.exit(main())
