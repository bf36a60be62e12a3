"""What is in the wheels for macOS, where nobody of us can run them: what their names promise, by LLVM's reader of such files."""

from __future__ import annotations

import re
from pathlib import Path

from dist import MADE, run
from wheels import MACOS, each_of, modules_of

each_wheel = each_of(MACOS)


def shown(option: str, module: Path) -> str:
    return run(["llvm-objdump", "--macho", option, module])


def names(module: Path) -> list[str]:
    return run(["llvm-nm", "-m", module]).splitlines()


@each_wheel
def test_it_is_for_the_system_of_its_name(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        commands = " ".join(shown("--private-headers", module).split())
        assert re.search(r"MH_MAGIC_64 ARM64 ALL 0x00 DYLIB ", commands), module.name
        assert re.search(r"cmd LC_BUILD_VERSION cmdsize \d+ platform macos sdk \S+ minos 11\.0 ", commands), module.name


@each_wheel
def test_it_is_signed(wheel: Path, tmp_path: Path) -> None:
    """Apple's processors run nothing else; by nobody, as Apple's own linker signs what nobody is named for."""
    for module in modules_of(wheel, tmp_path):
        assert "LC_CODE_SIGNATURE" in shown("--private-headers", module), module.name


@each_wheel
def test_it_needs_the_systems_library_alone(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        needed = [line.split()[0] for line in shown("--dylibs-used", module).splitlines()[1:]]
        assert [name for name in needed if not name.endswith(module.name)] == ["/usr/lib/libSystem.B.dylib"]


@each_wheel
def test_all_else_is_pythons(wheel: Path, tmp_path: Path) -> None:
    """By the list that Apple's linker would have. A name that is not there would be missed when it is called, and not before."""
    (known,) = (MADE / "tools").glob("lib/python3*/site-packages/nanobind/cmake/darwin-ld-cpython.sym")
    pythons = {line.split()[1] for line in known.read_text().splitlines()}
    for module in modules_of(wheel, tmp_path):
        asked = {line.split()[2] for line in names(module) if "(undefined)" in line and "(from libSystem)" not in line}
        assert len(asked) > 50
        assert asked <= pythons


@each_wheel
def test_what_another_extension_could_replace_is_known(wheel: Path, tmp_path: Path) -> None:
    """A weak name is shared by all that is loaded. The memory of `new` is malloc's in all of them; Boost's are its numbers of errors."""
    for module in modules_of(wheel, tmp_path):
        weak = {line.split()[-1] for line in names(module) if "weak external" in line and "(undefined)" not in line}
        assert {name for name in weak if not re.match(r"__Z(n[wa]|d[la])|__ZN5boost6system6detail\d+\w+_cat_holder", name)} == set()


@each_wheel
def test_it_shows_its_entry(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        shown_names = [line.split()[-1] for line in names(module) if " external " in line and "(undefined)" not in line]
        assert f"_PyInit_{module.name.split('.')[0]}" in shown_names


@each_wheel
def test_the_stack_is_protected(wheel: Path, tmp_path: Path) -> None:
    for module in modules_of(wheel, tmp_path):
        assert any("(undefined) external ___stack_chk_fail (from libSystem)" in line for line in names(module))
