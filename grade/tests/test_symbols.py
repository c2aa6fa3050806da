# SPDX-License-Identifier: BSD-2-Clause
"""Names of addresses, out of files that may be made to be slow."""

import subprocess

import pytest

from kernels import GCC
from lintel.symbols import Symbols


def built(folder, code):
    """An ELF file out of C, which may hold assembly."""
    (folder / "file.c").write_text(code)
    words = f"{GCC} -m32 -g -ffreestanding -fno-pic -static -nostdlib -Wl,-e,0 file.c -o file.elf"
    subprocess.run(words.split(), cwd=folder, check=True, timeout=60)
    return folder / "file.elf"


def test_place(tmp_path):
    symbols = Symbols(built(tmp_path, "int f(int a)\n{\n    return a + 1;\n}\n"))
    assert symbols.locate(symbols.address("f")) == "f+0x0 (file.c:2)"


def test_too_many_lines(tmp_path):
    symbols = Symbols(built(tmp_path, 'void f(void) { __asm__(".rept 300000\\n.loc 1 1\\nnop\\n.endr"); }\n'))
    assert symbols.locate(symbols.address("f")) == "f+0x0"


@pytest.mark.parametrize("section", [".debug_info", ".debug_abbrev"])
def test_too_much_of_something_else(tmp_path, section):
    more = f'__asm__(".section {section}\\n.zero 2000000\\n.text");\n'
    symbols = Symbols(built(tmp_path, "void f(void) { }\n" + more))
    assert symbols.locate(symbols.address("f")) == "f+0x0"


def test_too_many_symbols(tmp_path):
    labels = "".join(f"x{n}:\\n" for n in range(70000))
    symbols = Symbols(built(tmp_path, f'__asm__("{labels}"); void f(void) {{ }}\n'))
    with pytest.raises(KeyError):
        symbols.address("f")


STRUCTS = "struct s { char c, d[3]; struct { int a, b; } in; union { int x; char y; }; struct s *next; } one;\nstruct told *other;\n"


def test_members(tmp_path):
    symbols = Symbols(built(tmp_path, STRUCTS))
    assert symbols.members("s") == {"c": 0, "d": 1, "in": 4, "next": 16}
    for name in ("told", "none", "in"):
        with pytest.raises(KeyError):
            symbols.members(name)


@pytest.mark.parametrize("section, size", [(".debug_info", 600_000), (".debug_abbrev", 2_000_000)])
def test_too_many_types(tmp_path, section, size):
    symbols = Symbols(built(tmp_path, f'{STRUCTS}__asm__(".section {section}\\n.zero {size}\\n.text");\n'))
    with pytest.raises(KeyError):
        symbols.members("s")


def test_contains(tmp_path):
    symbols = Symbols(built(tmp_path, "int f(void)\n{\n    return 1;\n}\n"))
    assert "f" in symbols and "g" not in symbols
