"""The PostgreSQL server that the tests and `./dev run` start for themselves: where it can be reached, and its end."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from private_postgres import SCRIPT, PrivatePostgres
from process import Program, free_port, wait_until

Start = Callable[..., PrivatePostgres]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stopping:
        yield lambda **more: stopping.enter_context(PrivatePostgres(tmp_path, **more).running())


def ask(server: PrivatePostgres, question: str) -> object:
    ((answer,),) = server.superuser().execute(question)
    return answer


def cluster_of(server: PrivatePostgres) -> Path:
    return Path(str(ask(server, "show data_directory")))


def process_of(server: PrivatePostgres) -> int:
    return int((cluster_of(server) / "postmaster.pid").read_text().splitlines()[0])


def test_it_is_reached_by_the_loopback_address_alone(start: Start) -> None:
    server = start()
    assert server.url.startswith("postgresql://postgres@127.0.0.1:")
    assert ask(server, "show listen_addresses") == "127.0.0.1"
    assert ask(server, "show unix_socket_directories") == ""
    assert ask(server, "show server_encoding") == "UTF8"
    assert ask(server, "select current_setting('server_version_num')::int >= 150000") is True
    assert ask(server, "select usesuper from pg_user where usename = current_user") is True
    assert os.stat(f"/proc/{process_of(server)}").st_uid != 0
    assert cluster_of(server).stat().st_mode & 0o777 == 0o700


def test_two_at_once_have_nothing_in_common(start: Start) -> None:
    first, second = start(), start()
    assert first.url != second.url
    assert cluster_of(first) != cluster_of(second)


def end_of_input(program: Program) -> None:
    assert program.child and program.child.stdin
    program.child.stdin.close()


ENDS: dict[str, tuple[Callable[[Program], None], int]] = {
    "SIGTERM": (lambda program: program.signal(signal.SIGTERM), 0),
    "SIGINT": (lambda program: program.signal(signal.SIGINT), 0),
    "end of its input": (end_of_input, 0),
    "SIGKILL": (lambda program: program.signal(signal.SIGKILL), -signal.SIGKILL),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_server_ends_with_what_started_it(start: Start, name: str) -> None:
    server = start(kept=name == "SIGKILL")  # one that is killed deletes nothing
    process, cluster = process_of(server), cluster_of(server)
    end, status = ENDS[name]
    end(server.program)
    assert server.program.wait() == status
    wait_until(lambda: not Path(f"/proc/{process}").exists(), 20, "the server is gone")
    assert cluster.parent.exists() == (name == "SIGKILL")


def test_it_ends_with_its_server(start: Start) -> None:
    server = start()
    cluster = cluster_of(server)
    os.kill(process_of(server), signal.SIGKILL)
    assert server.program.wait() == 1
    assert server.program.log().endswith("private_postgres: the server has ended by itself\n")
    assert not cluster.parent.exists()


def test_a_kept_cluster_is_found_again_on_the_same_port(start: Start) -> None:
    server = start(kept=True)
    first = server.url
    server.superuser().execute("create table kept()")
    server.stop()
    server.start()
    assert server.url == first
    assert ask(server, "select count(*) from kept") == 0
    process = process_of(server)
    others = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    os.kill(process, signal.SIGKILL)  # postmaster.pid stays, and is not believed
    assert server.program.wait() == 1
    # While one of these has the memory of the cluster, PostgreSQL does not start there.
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in others), 20, "what it had started is gone")
    server.start()
    assert ask(server, "select count(*) from kept") == 0


def refusal(folder: Path, arguments: list[str | Path], port: str = "") -> tuple[int, str]:
    """The exit status, and the last line that is said."""
    env = {"FSYNC": "off", "PORT": port}
    program = Program("refused", [SCRIPT, *arguments], env, folder, ends_with_us=True)
    program.start()
    return program.wait(), program.log().splitlines()[-1]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    said = f"private_postgres: {tmp_path}/full is neither empty nor a cluster of PostgreSQL"
    assert refusal(tmp_path, [tmp_path / "full"]) == (1, said)
    assert os.listdir(tmp_path / "full") == ["file"]


def test_a_cluster_of_a_version_that_is_not_here(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/PG_VERSION").write_text("9\n")
    status, said = refusal(tmp_path, [tmp_path / "old"])
    assert (status, said.startswith("private_postgres: no PostgreSQL 9 in ")) == (1, True), said


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        status, said = refusal(tmp_path, [], str(taken.getsockname()[1]))
    assert (status, said) == (1, "private_postgres: the server ended at its start")


WRONG: dict[str, tuple[list[str | Path], str]] = {
    "two folders": (["a", "b"], "23456"),
    "an option": (["--port"], "23456"),
    "a port that is none": ([], "any"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage(tmp_path: Path, name: str) -> None:
    status, _ = refusal(tmp_path, *WRONG[name])
    assert status == 2
    assert os.listdir(tmp_path) == ["refused.log"]


if os.geteuid() == 0:  # anybody else's server runs as themselves

    def test_a_folder_that_the_servers_user_cannot_reach(tmp_path: Path) -> None:
        hidden = tmp_path / "hidden"
        hidden.mkdir(mode=0o700)
        status, said = refusal(tmp_path, [hidden / "cluster"])
        assert status == 1
        assert said.endswith(f"cannot reach {hidden}/cluster: give each folder above it o+x, or choose another")
        assert os.listdir(hidden) == []
