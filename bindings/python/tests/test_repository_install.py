"""How ./dev puts the package into the repository's own .venv."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.repository

# What the shell functions are asked of here is when the installation runs, not what it does.
TWO_AT_ONCE = f"""
for part in setup build python; do source {ROOT}/scripts/$part.sh; done
setup_packages() {{ :; }}
setup_python() {{ :; }}
python_package_files() {{ echo source; }}
install_wheel_tools() {{ echo tools; }}
compile_wheel() {{ echo compiling; sleep 0.3; mkdir -p "$1/plain"; touch "$1/plain/a.whl"; echo compiled; }}
install_python_package() {{ echo installing; sleep 0.3; echo installed; }}
setup_python_package & first=$!
setup_python_package & wait $first
wait $!
"""

EACH_ONCE = "tools\ncompiling\ncompiled\ninstalling\ninstalled\n"


def test_of_two_who_need_the_package_one_installs_it_and_the_other_waits(tmp_path: Path) -> None:
    """Both at once would compile in one folder, and each could install what the other had half written."""
    for name in ("source", "bindings/python/wheel-tools.txt", "examples/fastapi/requirements.txt", ".venv/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    done = subprocess.run(
        ["bash", "-euc", TWO_AT_ONCE], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", EACH_ONCE)
