"""What a newcomer types first: ./dev, its usage, and `./dev run` with the walk-through that it prints."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from process import DRAWBRIDGE, ROOT, accepts, free_port, wait_until


def dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "dev", *arguments], text=True, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["test", "unti"], "unknown suite unti; there are: web python fastapi e2e "),
        (["build", "debug"], "unknown preset debug; there are: release packages asan tsan bench"),
        (["lint", "--some"], "lint takes --all or nothing, not --some"),
        (["fuzz", "soon"], "fuzz takes a number of seconds"),
        (["contract", "0"], "contract takes a number of seconds"),
        (["run", "--web-port", "0"], "--web-port takes a port from 1 to 65535, not 0"),
        (["run", "--api-port", "65536"], "--api-port takes a port from 1 to 65535, not 65536"),
        (["run", "--port", "1"], "unknown option --port"),
        (["run", "--web-port"], "takes a value"),
        (["run", "--backend", "django"], "--backend takes cpp or fastapi, not django"),
        (["run", "--database", "mysql"], "--database takes sqlite or postgres, not mysql"),
        (["run", "--credentials", "cookie"], "--credentials takes token or session, not cookie"),
        (["run", "--web-port", "4000", "--api-port", "4000"], "are the same"),
        (["tset"], "usage: ./dev VERB"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(arguments, said):
    done = dev(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_help_names_every_verb():
    done = dev()
    assert done.returncode == 0
    verbs = "run test build fuzz contract bench skill wheel format lint release version lock setup"
    assert re.findall(r"^  (\w+)", done.stdout, re.MULTILINE) == verbs.split()


def test_port_in_use_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = dev("run", "--api-port", str(port), "--web-port", str(free_port()))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"dev: port {port} is in use; choose another with --api-port\n"


def shell_functions(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script that knows the functions of scripts/."""
    begin = f"for part in setup build python run; do source {ROOT}/scripts/$part.sh; done\n"
    return subprocess.run(
        ["bash", "-euc", begin + script], cwd=folder, text=True, capture_output=True, timeout=60, check=False
    )


def test_a_step_that_fails_shows_what_it_printed_and_ends_the_run(tmp_path):
    script = "broken() { echo why; false; echo on; }; run_steps=2; step one true; step two broken; echo after"
    done = shell_functions(script, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    end = "dev: this step failed; all that it printed is in build/run-logs/2"
    assert done.stderr.splitlines() == ["==> 1 of 2: one", "==> 2 of 2: two", "why", end]


def test_a_slow_step_shows_its_last_line(tmp_path):
    done = shell_functions("slow() { echo begins; sleep 3.5; }; run_steps=1; step one slow", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"==> 1 of 1: one\n    +[2-6] s  begins\n", done.stderr)  # 2 or 3, but on a busy machine


def test_a_run_installs_nothing_that_only_tests_need():
    script = 'for part in program python postgresql tests bench; do echo "$part" $(wanted_packages $part); done'
    done = shell_functions(script, ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    parts = {part: names for part, *names in (line.split() for line in done.stdout.splitlines())}
    assert all(parts.values())
    assert {"g++", "cmake", "libboost1.81-dev|libboost1.83-dev"} <= set(parts["program"])
    assert {"chromium-headless-shell", "clang-19", "shellcheck", "libgtest-dev", "ccache"} <= set(parts["tests"])
    assert {"wrk", "nginx"} <= set(parts["bench"])
    names = sum(parts.values(), [])
    assert len(names) == len(set(names))


@pytest.mark.parametrize("fails, status", [("", 0), ("docs", 1), ("unit", 1)])
def test_the_status_of_the_tests_is_that_of_their_suites(tmp_path, fails, status):
    """With suites next to each other, some alone, and a build meanwhile that has ended before them."""
    (tmp_path / "dev").write_text("#!/bin/sh\n")
    (tmp_path / "dev").chmod(0o755)
    script = f"""
        for part in suites test; do source {ROOT}/scripts/$part.sh; done
        setup_packages() {{ :; }}; setup_node() {{ :; }}; setup_python() {{ :; }}
        one() {{ if [[ $1 == "{fails}" ]]; then broken "$1"; else count "$1" 1 0 0; fi; }}
        suite_docs() {{ sleep 0.5; one docs; }}; suite_e2e() {{ one e2e; }}; alone_e2e() {{ one e2e; }}
        suite_unit() {{ one unit; }}
        test_verb docs e2e unit"""
    done = shell_functions(script, tmp_path)
    assert (done.returncode, done.stderr) == (status, "==> compiling asan meanwhile\n")
    failed = [f"  FAILED  {fails}"] if fails else []
    assert done.stdout.splitlines()[-1 - len(failed) :] == [f"{4 - status} passed, {status} failed, 0 skipped", *failed]


class Run:
    """`./dev run` until its walk-through is printed."""

    def __init__(self, data: Path, database: str, backend: str = "cpp", credentials: str = "token") -> None:
        self.web_port, self.api_port = free_port(), free_port()
        self.log = data.parent / f"{self.web_port}.log"
        strange = {"BETTER_AUTH_ISSUER": "http://of.another.project", "DATABASE_URL": "mysql://another", "PORT": "1"}
        environment = os.environ | {"DRAWBRIDGE_DATA_DIR": str(data)} | strange
        more = [] if database == "sqlite" else ["--database", database]
        more += [] if backend == "cpp" else ["--backend", backend]
        more += [] if credentials == "token" else ["--credentials", credentials]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [ROOT / "dev", "run", "--web-port", str(self.web_port), "--api-port", str(self.api_port), *more],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def walk_through(self) -> list[str]:
        """The lines to paste."""

        def printed() -> bool:
            text = self.log.read_text()
            assert self.process.poll() is None, text
            return bool(re.search(r"user's path:\n\n.*\n\n", text, re.DOTALL))

        wait_until(printed, 600, "the walk-through")  # it may have to build first
        return re.findall(r"^  (.*)$", self.log.read_text().partition("to paste:")[2], re.MULTILINE)

    def stop(self, number: signal.Signals) -> int:
        """As a terminal does it: to the whole group."""
        os.killpg(self.process.pid, number)
        return self.process.wait(60)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)


def shell(lines: list[str]) -> list[str]:
    done = subprocess.run(["bash", "-eu"], input="\n".join(lines), text=True, capture_output=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def data():
    """A folder that is not there yet. pytest's own folders could not be reached by root's PostgreSQL server."""
    with TemporaryDirectory(prefix="drawbridge-run-") as home:
        Path(home).chmod(0o711)
        yield Path(home) / "data"


def children_of(run: Run) -> dict[str, int]:
    """The process ids of the programs that `./dev run` started, by name."""
    found = {}
    for pid in Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):  # a short command of the script, which has ended by now
            command = {Path(part).name for part in re.split("[\\0 ]", Path(f"/proc/{pid}/cmdline").read_text())}
            for name in command & {"next-server", "drawbridge", "uvicorn", "private_postgres"}:
                found[name] = int(pid)
    return found


def postgres_in(data: Path) -> int:
    """The process id of the server whose data are there."""
    return int((data / "postgres/postmaster.pid").read_text().splitlines()[0])


def all_is_healthy(run: Run, token: str, cookie: str) -> None:
    """As doctor finds it, in less than 3 seconds; the best time of three, as others may keep the machine busy."""
    given = {
        "better-auth-url": f"http://localhost:{run.web_port}",
        "api-url": f"http://localhost:{run.api_port}",
        "database-url": re.search(r"the database (\S+)\. Ctrl-C", run.log.read_text())[1],
        "token": token,
        "session": cookie,
    }
    command = [DRAWBRIDGE, "doctor", "--json", *(f"--{name}={value}" for name, value in given.items())]
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = subprocess.run(command, env={}, text=True, capture_output=True, timeout=60)
        times.append(time.monotonic() - began)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        checks = json.loads(done.stdout)["checks"]
        assert len(checks) > 40
        assert [check for check in checks if check["status"] != "ok"] == []
    assert min(times) < 3


@pytest.mark.parametrize(
    "database, backend, program",
    [
        ("sqlite", "cpp", "drawbridge"),
        ("postgres", "fastapi", "uvicorn"),
        pytest.param("postgres", "cpp", "drawbridge", marks=pytest.mark.long),
        pytest.param("sqlite", "fastapi", "uvicorn", marks=pytest.mark.long),
    ],
)
def test_walk_through_works_as_printed_and_the_data_stays(data, database, backend, program):
    with Run(data, database, backend) as run:
        lines = run.walk_through()
        assert set(children_of(run)) - {"private_postgres"} == {"next-server", program}
        cookie = "$(awk '/session_token/ { print $7 }' \"$JAR\")"
        said = shell([*lines, f'echo "$MAIL $ME $TOKEN {cookie}"'])
        signed_up, created, listed = (json.loads(line) for line in said[:3])
        assert created["title"] == "Lower the bridge"
        assert created["user_id"] == signed_up["user"]["uuid"]
        assert listed["items"] == [created]
        assert said[3].startswith("valid")
        assert json.loads(said[-2])["code"] == "user_mismatch"
        mail, me, token, cookie = said[-1].split()
        all_is_healthy(run, token, cookie)
        assert run.stop(signal.SIGINT) == 0
        assert not accepts(run.web_port) and not accepts(run.api_port)

    assert data.joinpath("better-auth-secret").stat().st_mode & 0o777 == 0o600
    assert data.joinpath("drawbridge.db").exists() == (database == "sqlite")
    assert data.joinpath("postgres/PG_VERSION").exists() == (database == "postgres")
    assert not data.joinpath("postgres/postmaster.pid").exists()
    with Run(data, database, backend) as again:
        sign_in = [
            line.replace("/sign-up/", "/sign-in/").replace("$MAIL", mail).replace("$(date +%s)", "x")
            for line in again.walk_through()
            if "Lower the bridge" not in line
        ]
        said = shell([*sign_in, 'echo "$ME"'])
        assert said[-1] == me
        assert json.loads(said[1])["items"] == [created]
        assert again.stop(signal.SIGTERM) == 0
        assert not accepts(again.web_port) and not accepts(again.api_port)


@pytest.mark.parametrize("backend", ["cpp", pytest.param("fastapi", marks=pytest.mark.long)])
def test_walk_through_by_the_session_s_cookie(data, backend):
    with Run(data, "sqlite", backend, "session") as run:
        signed_up, created, listed, forged, another = (json.loads(line) for line in shell(run.walk_through()))
        assert created["user_id"] == signed_up["user"]["uuid"]
        assert listed["items"] == [created]
        assert (forged["code"], another["code"]) == ("origin_not_allowed", "user_mismatch")


@pytest.mark.parametrize(
    "database, backend, ends",
    [
        ("sqlite", "cpp", "next-server"),
        ("postgres", "cpp", "private_postgres"),
        pytest.param("sqlite", "cpp", "drawbridge", marks=pytest.mark.long),
        pytest.param("sqlite", "fastapi", "uvicorn", marks=pytest.mark.long),
    ],
)
def test_one_that_ends_by_itself_ends_the_others(data, database, backend, ends):
    with Run(data, database, backend) as run:
        run.walk_through()
        os.kill(children_of(run)[ends], signal.SIGKILL)
        assert run.process.wait(60) == 1
        assert "has ended by itself" in run.log.read_text()
        assert not accepts(run.api_port) and not accepts(run.web_port)


@pytest.mark.parametrize(
    "database, backend", [("postgres", "cpp"), pytest.param("sqlite", "fastapi", marks=pytest.mark.long)]
)
def test_all_ends_with_a_run_that_is_killed(data, database, backend):
    with Run(data, database, backend) as run:
        run.walk_through()
        left = [*children_of(run).values()]
        if database == "postgres":
            left.append(postgres_in(data))
        run.process.kill()
        run.process.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), 20, "the programs are gone")
        assert not accepts(run.api_port) and not accepts(run.web_port)


def full(data: Path) -> str:
    data.joinpath("postgres").mkdir(parents=True)
    data.joinpath("postgres/file").touch()
    return f"private_postgres: {data}/postgres is neither empty nor a cluster of PostgreSQL"


def closed(data: Path) -> str:
    data.mkdir(mode=0o700)
    advice = "give each folder above it o+x, or choose another"
    return f"private_postgres: the user postgres cannot reach {data}/postgres: {advice}"


# Only root's server runs as another user, to whom a folder can be closed.
@pytest.mark.parametrize("prepare", [full, closed] if os.geteuid() == 0 else [full])
def test_postgres_that_cannot_start_is_a_few_clear_lines(data, prepare):
    said = prepare(data)
    mode = data.stat().st_mode
    with Run(data, "postgres") as run:
        assert run.process.wait(600) == 1
        assert run.log.read_text().splitlines()[-2:] == [said, "dev: PostgreSQL ended at its start"]
    assert data.stat().st_mode == mode
