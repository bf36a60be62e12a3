"""APIs in Python that doctor looks at: the example, and wrong_apis.py."""

from __future__ import annotations

import signal
from pathlib import Path

from better_auth import BetterAuth
from fastapi_backend import PYTHON, serve_command
from loopback import answers
from process import Program, free_port


class PythonApi:
    """uvicorn with one app, of that Better Auth and its database."""

    def __init__(
        self, folder: Path, issuer: BetterAuth, command: list[str | Path], port: int, settings: dict[str, str]
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        env = {"BETTER_AUTH_URL": issuer.url, "DATABASE_URL": issuer.database.serve_url} | settings
        # uvicorn shuts down in order, and then ends by the signal that it was sent.
        self.program = Program(f"api-{port}", command, env, folder, status_of_sigterm=-signal.SIGTERM)

    def start(self) -> PythonApi:
        self.program.start()
        self.program.wait_ready(lambda: answers(f"{self.url}/healthz"))
        return self

    def stop(self) -> None:
        self.program.stop()


def example(folder: Path, issuer: BetterAuth, settings: dict[str, str]) -> PythonApi:
    """examples/fastapi, with these variables in its environment."""
    port = free_port()
    return PythonApi(folder, issuer, serve_command(port), port, settings)


def wrong_apis(folder: Path, issuer: BetterAuth) -> PythonApi:
    """Each at its own path, for example `/any_path`."""
    port = free_port()
    app: list[str | Path] = ["--app-dir", Path(__file__).parent, "wrong_apis:app", "--no-date-header"]
    command = [PYTHON, "-m", "uvicorn", *app, "--host", "127.0.0.1", "--port", str(port)]
    return PythonApi(folder, issuer, command, port, {})
