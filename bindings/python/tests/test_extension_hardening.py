"""How the extension modules were compiled and linked, as readelf sees it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from drawbridge import _command, _core

MODULES = {"_core": _core.__file__, "_command": _command.__file__}


def readelf(option: str, module: str) -> str:
    program = shutil.which("readelf")
    assert program is not None, "readelf comes with the compiler that the repository needs"
    return subprocess.run([program, "-W", option, MODULES[module]], capture_output=True, text=True, check=True).stdout


@pytest.mark.repository
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    ("option", "text"),
    [
        pytest.param("--dynamic", "BIND_NOW", id="nothing is resolved later"),
        pytest.param("--program-headers", "GNU_RELRO", id="and what was resolved is read-only"),
        pytest.param("--dyn-syms", "__stack_chk_fail", id="a broken stack ends the process"),
        pytest.param("--dyn-syms", "__vsnprintf_chk", id="also in nanobind: so does a full buffer"),
    ],
)
def test_it_is_hardened(module: str, option: str, text: str) -> None:
    assert text in readelf(option, module)


@pytest.mark.repository
@pytest.mark.parametrize("module", MODULES)
def test_no_stack_can_be_executed(module: str) -> None:
    (stack,) = [line for line in readelf("--program-headers", module).splitlines() if "GNU_STACK" in line]
    assert " RW " in stack
