"""What `drawbridge doctor --json` says of a set-up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from process import DRAWBRIDGE

Status = Literal["ok", "warning", "fault", "not_checked"]


@dataclass(frozen=True)
class Check:
    id: str
    status: Status
    summary: str
    cause: str | None
    remedy: str | None

    def text(self) -> str:
        """All that it says, to look for a value in."""
        return " | ".join(filter(None, (self.summary, self.cause, self.remedy)))


class Examination(dict[str, Check]):
    """The checks by id, in their order."""

    def of(self, status: Status) -> set[str]:
        return {check.id for check in self.values() if check.status == status}

    @property
    def faults(self) -> set[str]:
        return self.of("fault")

    @property
    def warnings(self) -> set[str]:
        return self.of("warning")

    @property
    def not_checked(self) -> set[str]:
        return self.of("not_checked")


def arguments_of(options: Mapping[str, object]) -> list[str]:
    """`api_url="http://…"` is --api-url=http://…, `production=True` is --production; what is None is left out."""
    given = {f"--{name.replace('_', '-')}": value for name, value in options.items() if value is not None}
    return [name if value is True else f"{name}={value}" for name, value in given.items()]


def run_doctor(
    *arguments: str, env: Mapping[str, str] | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """As somebody runs it, with nothing in the environment but `env`; `text` is on its standard input."""
    command = [str(DRAWBRIDGE), "doctor", *arguments]
    return subprocess.run(
        command, input=text, text=True, capture_output=True, env=dict(env or {}), timeout=120, check=False
    )


def examine(*, env: Mapping[str, str] | None = None, **options: object) -> Examination:
    """`examine(better_auth_url=…, token=…)`: by the program, whose exit status must agree with what it found."""
    done = run_doctor("--json", *arguments_of(options), env=env)
    assert done.returncode in (0, 1), f"status {done.returncode}: {done.stderr or done.stdout}"
    assert done.stderr == ""
    told = json.loads(done.stdout)
    checks = Examination({check["id"]: Check(**check) for check in told["checks"]})
    assert len(checks) == len(told["checks"]), "a check is told twice"
    assert told["ok"] == (not checks.faults)
    assert done.returncode == (0 if told["ok"] else 1)
    for check in checks.values():
        explained = check.status in ("warning", "fault")
        assert bool(check.cause) == bool(check.remedy) == explained, check
        assert check.summary, check
        assert "\n" not in check.text(), check
    return checks


def examine_all_fetches(*, env: Mapping[str, str] | None = None, **options: object) -> Examination:
    """As examine(); looked at again where a busy machine answered too few fetches of the keys in doctor's time for that."""
    for _ in range(5):
        checks = examine(env=env, **options)
        limits = [checks.get(f"production.{name}") for name in ("key_fetch", "session_exchange", "key_exchange")]
        if not any(limit and "were answered within" in limit.summary for limit in limits):
            break
    return checks
