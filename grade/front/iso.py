# SPDX-License-Identifier: BSD-2-Clause
"""Make an image that GRUB boots: the kernel and its modules on a CD or a stick.

Only the modules of GRUB that booting takes are on it, which makes it small. The
first word of each command line is a file's name, as under QEMU's -kernel.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tree

GRUB_MODULES = "normal multiboot serial iso9660 biosdisk terminal"


def menu(kernel, append, modules):
    lines = ["set timeout=0", "menuentry lintel {", f"multiboot /boot/{kernel} {kernel} {append}"]
    lines += [f"module /boot/{path.name} {path.name} {' '.join(args)}" for path, args in modules]
    return "\n".join([*lines, "}", ""])


def lay_out(folder, kernel, append, modules):
    """Everything that is to be on the disc."""
    boot = folder / "boot"
    (boot / "grub").mkdir(parents=True)
    for path in [kernel, *(path for path, _ in modules)]:
        shutil.copyfile(path, boot / path.name)
    (boot / "grub" / "grub.cfg").write_text(menu(kernel.name, append, modules))


def master(folder, output):
    done = subprocess.run(
        ["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "--locales=", "--themes=", "--fonts=",
         f"--install-modules={GRUB_MODULES}", "-o", str(output), str(folder)],
        capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    tree.add_boot_options(parser)
    parser.add_argument("--kernel", type=Path, default=tree.KERNEL)
    parser.add_argument("--output", type=Path, default=tree.BUILD / "lintel.iso")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), options.kernel, options.append, tree.modules(options.modules))
        master(folder, options.output)


if __name__ == "__main__":
    main()
