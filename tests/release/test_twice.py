"""The same commit gives the same bytes: made again from another clone, by another account's habits, and compared."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dist import DIST, ROOT, run
from members import differences

# What is made in minutes. The wheels take twenty: decision 0026 says how they were compared.
STEPS = ("sdist", "npm", "debs", "image", "portable")
KINDS = ("*.deb", "*.tgz", "*.tar.gz", "*.oci.tar", "*.image.cdx.json")


def made_in(folder: Path) -> dict[str, Path]:
    return {file.name: file for kind in KINDS for file in folder.glob(kind)}


def clone_of_the_tree(folder: Path, umask: int) -> None:
    """With what is not committed yet, but none of its files' modes."""
    run(["git", "clone", "--quiet", ROOT, folder], umask=umask)
    changed = run(["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"], cwd=ROOT)
    for name in filter(None, changed.split("\0")):
        if (ROOT / name).is_file():
            run(["mkdir", "-p", (folder / name).parent], umask=umask)
            run(["cp", "--no-preserve=mode", ROOT / name, folder / name], umask=umask)
        else:
            (folder / name).unlink(missing_ok=True)


@pytest.mark.long
def test_another_folder_umask_and_time_zone_give_the_same_bytes(tmp_path: Path) -> None:
    umask = 0o077
    folder = tmp_path / "a folder whose name is longer than that of the first one".replace(" ", "-") / "repository"
    folder.parent.mkdir()
    clone_of_the_tree(folder, umask)
    try:
        env = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
        run(["./dev", "release", *STEPS], cwd=folder, env=env, umask=umask, seconds=3000)
        first, second = made_in(DIST), made_in(folder / "dist")
        assert sorted(first) == sorted(second)
        found = [line for name in first for line in differences(first[name], second[name])]
        assert not found, "\n".join(found)  # pytest would shorten a list
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tar_of(**changes: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=int(changes.pop("compresslevel", 9))) as tar:
        for name in ("same", "usr/bin/program"):
            entry = tarfile.TarInfo(name)
            content = bytes(changes.get("content", b"content")) if name != "same" else b""
            entry.mode, entry.mtime, entry.size = 0o755, 0, len(content)
            if name != "same":
                entry.mode, entry.mtime = int(changes.get("mode", 0o755)), int(changes.get("mtime", 0))
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def image_of(layer: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo(f"blobs/sha256/{len(layer):064x}")
        entry.size = len(layer)
        tar.addfile(entry, io.BytesIO(layer))
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"mode": 0o700}, ["mode 755", "mode 700"], id="a mode"),
        pytest.param({"mtime": 9}, ["time 0", "time 9"], id="a time"),
        pytest.param({"content": b"another"}, ["SHA-256 ed7002b4", "SHA-256 "], id="a content"),
    ],
)
@pytest.mark.parametrize(("packed", "name"), [(bytes, "usr/bin/program"), (image_of, "layer: usr/bin/program")], ids=["a tar", "a layer"])
def test_a_difference_is_named(
    tmp_path: Path, packed: Callable[[bytes], bytes], name: str, change: dict[str, object], said: list[str]
) -> None:
    (tmp_path / "one").write_bytes(packed(tar_of()))
    (tmp_path / "other").write_bytes(packed(tar_of(**change)))
    (line,) = differences(tmp_path / "one", tmp_path / "other")
    assert line.startswith(f"one: {name}: mode ")
    assert all(part in line for part in said)
    assert differences(tmp_path / "one", tmp_path / "one") == []


def test_another_compression_is_a_difference(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(tar_of())
    (tmp_path / "other").write_bytes(tar_of(compresslevel=0))
    assert differences(tmp_path / "one", tmp_path / "other") == [
        "one: the members are the same, but not their order or compression"
    ]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        pytest.param(b"a\nb\n", b"a\nc\n", "one: line 2: b'b\\n'; b'c\\n'", id="a line"),
        pytest.param(b"a\nb\n", b"a\n", "one: line 2: b'b\\n'; None", id="a line that is missing"),
        pytest.param(b"a\n", b"a", "one: line 1: b'a\\n'; b'a'", id="its end"),
    ],
)
def test_of_a_text_the_line_is_named(tmp_path: Path, one: bytes, other: bytes, said: str) -> None:
    (tmp_path / "one").write_bytes(one)
    (tmp_path / "other").write_bytes(other)
    assert differences(tmp_path / "one", tmp_path / "other") == [said]
