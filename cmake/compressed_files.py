"""Compresses files for the program: compressed_files.py FOLDER FILE…, each as FOLDER/NAME.gz, always the same bytes."""

import gzip
import sys
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for file in map(Path, sys.argv[2:]):
    (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
