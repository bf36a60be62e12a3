"""A key snapshot that others could have put there is not believed: whoever chooses the keys signs in as anyone."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from conftest import StartBackend, StartIssuer
from contract import assert_refused
from process import wait_until
from token_forgery import header_of


def test_an_old_one_with_a_withdrawn_key_cannot_be_put_back(
    start_issuer: StartIssuer, start_backend: StartBackend, tmp_path: Path
) -> None:
    snapshot, old_snapshot = tmp_path / "keys.json", tmp_path / "old.json"
    issuer = start_issuer(rotate_every=1, grace_period=1)
    person = issuer.sign_up("alice")
    first = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    old = person.token()
    assert first.call("GET", "/api/v1/me", old).status_code == 200
    kid_of_old = header_of(old)["kid"]
    wait_until(lambda: lists(snapshot, kid_of_old), 10, "the snapshot is written")
    shutil.copy2(snapshot, old_snapshot)
    time.sleep(2.2)  # its key's second of signing and second of grace
    new = person.token()
    assert first.call("GET", "/api/v1/me", new).status_code == 200
    wait_until(lambda: lists(snapshot, header_of(new)["kid"]), 10, "it is written anew")
    first.stop()
    issuer.stop()

    old_snapshot.rename(snapshot)
    second = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    assert_refused(second.call("GET", "/api/v1/me", old), "keys_unavailable")
    wait_until(lambda: "is older than the latest" in second.program.log(), 10, "its log says why")


@pytest.mark.parametrize("open_to_others", ["the folder", "the folder above"])
def test_one_in_a_folder_that_others_can_write_is_not_read(
    start_issuer: StartIssuer,
    start_backend: StartBackend,
    tmp_path: Path,
    open_to_others: str,
) -> None:
    folder = tmp_path / "above" / "folder"
    folder.mkdir(parents=True)
    snapshot = folder / "keys.json"
    issuer = start_issuer()
    token = issuer.sign_up("alice").token()
    first = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    assert first.call("GET", "/api/v1/me", token).status_code == 200
    wait_until(snapshot.exists, 10, "the snapshot is written")
    first.stop()
    issuer.stop()

    opened = folder if open_to_others == "the folder" else folder.parent
    opened.chmod(0o777)
    second = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    assert_refused(second.call("GET", "/api/v1/me", token), "keys_unavailable")
    said = f"{opened}, which other users can write to: chmod go-w"
    wait_until(lambda: said in second.program.log(), 10, "its log says why")
    second.stop()

    opened.chmod(0o755)
    third = start_backend(issuer, drawbridge_keys_snapshot=snapshot)
    assert third.call("GET", "/api/v1/me", token).status_code == 200


def lists(snapshot: Path, kid: str) -> bool:
    return snapshot.exists() and kid in snapshot.read_text()
