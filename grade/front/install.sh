#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# install.sh GROUP...: see that the tools of these groups are here. What is
# missing is installed on Debian and Ubuntu by root or through sudo; anyone
# else is told the exact command, and the status is 1. Nothing is ever
# removed: gcc-multilib and gcc-i686-linux-gnu exclude each other, so a
# compiler that already makes 32-bit code is taken as it is.

python=${PYTHON:-/usr/bin/python3}
missing=

have() { command -v "$1" >/dev/null 2>&1; }
file() { [ -e "$1" ]; }
want() { missing="$missing $*"; }
modules() { "$python" -c "import $1" 2>/dev/null; }

# gcc without its 32-bit half names the library of the 64-bit one.
compiler() {
    [ -n "$CC" ] && { have "${CC%% *}"; return; }
    have i686-linux-gnu-gcc && return
    have gcc || return
    case $(gcc -m32 -print-libgcc-file-name) in */32/*) return ;; esac
    case $(uname -m) in i?86) return ;; esac
    false
}

group_build() {
    have nasm || want nasm
    case $CC in
    *clang*) have clang || want clang; have ld.lld || want lld ;;
    *) compiler || want gcc-i686-linux-gnu ;;
    esac
}

group_run() {
    have qemu-system-i386 || want qemu-system-x86
    file "$python" || want python3
}

group_window() {
    file /usr/lib/*/qemu/ui-gtk.so || want qemu-system-gui
}

group_gdb() {
    case $(uname -m) in
    x86_64 | i?86) have gdb || want gdb ;;
    *) have gdb-multiarch || want gdb-multiarch ;;
    esac
}

group_iso() {
    have grub-mkrescue || want grub-common
    file /usr/lib/grub/i386-pc || want grub-pc-bin
    have xorriso || want xorriso
    have mformat || want mtools
}

group_bochs() {
    have bochs-bin || want bochs
    file /usr/lib/*/bochs/plugins/libbx_term_gui.so || want bochs-term
    file /usr/share/bochs/BIOS-bochs-latest || want bochsbios
    file /usr/share/vgabios/vgabios.bin || want vgabios
}

group_replay() {
    have qemu-img || want qemu-utils
}

group_test() {
    have git || want git
    have bwrap || want bubblewrap
    have spin || want spin
    modules "pytest, xdist, pytest_timeout, elftools, rich, hypothesis" ||
        want python3-pytest python3-pytest-xdist python3-pytest-timeout \
            python3-pyelftools python3-rich python3-hypothesis
}

group_docs() {
    modules "sphinx, myst_parser, furo, clang.cindex" ||
        want python3-sphinx python3-myst-parser furo python3-clang
}

fuzzer() { have clang && file "$(clang -print-resource-dir)"/lib/*/libclang_rt.fuzzer*.a; }

# What makes programs for the host itself: gcc comes without the C library's headers.
group_native() {
    have gcc || want gcc
    file /usr/include/stdio.h || want libc6-dev
}

# What tries files of the kernel on the host: no student needs it to be graded.
group_host() {
    group_native
    have clang || want clang
    fuzzer || want libclang-rt-dev
    have ccache || want ccache
}

# SINCE swap
# What makes file systems, and looks at them.
group_disk() {
    file /usr/sbin/debugfs || file /sbin/debugfs || want e2fsprogs
}

# END swap
# How this user becomes root: `env` when they are, nothing when they can't.
root() {
    if [ "$(id -u)" = 0 ]; then echo env
    elif have sudo && { [ -t 2 ] || sudo -n true 2>/dev/null; }; then echo sudo env
    fi
}

refuse() {
    printf '%s\n\n    sudo %s\n\n' "$1" "$command"
    exit 1
}

install() {
    log=$(mktemp) && trap 'rm -f "$log"' EXIT
    echo "Installing$missing"
    $1 DEBIAN_FRONTEND=noninteractive apt-get update >"$log" 2>&1
    $1 DEBIAN_FRONTEND=noninteractive $command >"$log" 2>&1 && return
    tail -n 5 "$log"
    refuse "That did not work. By hand it is:"
}

for group in "$@"; do "group_$group"; done
[ -z "$missing" ] && exit 0

command="apt-get install -y --no-install-recommends --no-remove$missing"
become=$(root)
have apt-get && [ -n "$become" ] || refuse "Some tools are missing. On Debian or Ubuntu this installs them:"
install "$become"
