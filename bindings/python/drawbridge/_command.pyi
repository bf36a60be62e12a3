"""The commands of the C++ program that need no server and no database."""

from collections.abc import Sequence

def main(arguments: Sequence[bytes], ca_file: str | None) -> int: ...
