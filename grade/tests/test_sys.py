# SPDX-License-Identifier: BSD-2-Clause
"""The library of the programs under the process manager, and the first program: on the host, under sanitizers, what
reads what others wrote; on the machine all of it.

LINTEL_LONG=1 goes on for minutes.
"""

import contextlib
import os

import pytest

import states
from lintel import archive
from lintel.boot import Booted, Booter
from lintel.machine import Machine
from test_host import FLAGS, HOST, KERNEL, LONG, ROOT, run

FLAGS = [*FLAGS, "-no-pie", "-fno-pie", "-Wno-builtin-declaration-mismatch"]
OF_HOST = [f"-I{HOST}", f"-I{KERNEL}"]
OF_USER = [f"-I{KERNEL}", f"-I{ROOT / 'pm'}", "-iquote", ROOT / "user", "-iquote", ROOT / "user/lib"]
NAMES = [f"-D{name}=tried_{name}" for name in "memmove strncmp strchr strlcpy".split()]  # the host has them
STRING = ROOT / "user/lib/string.c"

# What is tried by which file: its folder, all of them, and how many inputs.
TRIED = {
    "sys": (ROOT / "user/sys", ["image.c", "symbols.c", "path.c"], 2000),
    "boot": (ROOT / "user/init", ["boot.c"], 1000),
}

# file, what it does wrong, the text that stands there once, the text instead
BUGS = [
    ("image.c", "file that wraps", "offset <= image->size && size <= image->size - offset", "offset + size <= image->size"),
    ("image.c", "memory behind the file", "    if (!has(image, offset, size))\n        return (struct result){-1, ERR_CUT_SHORT};\n", ""),
    ("image.c", "one read is enough", "        size -= r.value;\n", "        size = 0;\n"),
    ("image.c", "ELF of any machine", " && h->machine == ELF_386", ""),
    ("image.c", "segments of any size", "h->program_header_size == sizeof(struct elf_segment) && ", ""),
    ("image.c", "page that two segments share", "    return (s->address + s->memory_size + PAGE - 1) & -PAGE;", "    return s->address + s->memory_size;"),
    ("image.c", "too many segments", "program->segments == SEGMENTS_MAX || ", ""),
    ("image.c", "more in the file than in memory", "s->file_size > s->memory_size || ", ""),
    ("image.c", "below all programs", ": PROGRAM_BASE", ": 0"),
    ("image.c", "above all programs", "s->address > PROGRAM_LIMIT || ", ""),
    ("image.c", "too large", "s->memory_size > PROGRAM_LIMIT - s->address", "0"),
    ("image.c", "segment behind the file", "    if (!has(image, s->offset, s->file_size))\n        return ERR_CUT_SHORT;\n", ""),
    ("image.c", "starts in data", "s->flags & SEGMENT_EXECUTABLE && ", ""),
    ("image.c", "starts in zeros", "program->entry - s->address < s->file_size", "program->entry - s->address < s->memory_size"),
    ("image.c", "starts anywhere", "if (!r.error && !entry_is_text(program))", "if (0)"),
    ("image.c", "segment that is not loaded", "s.type == ELF_LOAD && ", ""),
    ("symbols.c", "names of another section", "read_section(image, &h, t->symbols.link, &t->names)", "read_section(image, &h, 0, &t->names)"),
    ("symbols.c", "symbol of any size", "address - symbol->value < (symbol->size ? symbol->size : FAR)", "1"),
    ("symbols.c", "label of no size", "(symbol->size ? symbol->size : FAR)", "symbol->size"),
    ("symbols.c", "first symbol before it", "symbol->value >= best->value", "!best->name"),
    ("symbols.c", "no address in it", "address - symbol.value", "address"),
    ("symbols.c", "control characters in a name", "    make_printable(name);\n", ""),
    ("symbols.c", "name without an end", "    memset(to, 0, NAME_MAX);\n", "    memset(to, 'x', NAME_MAX);\n"),
    ("path.c", "two dots are a name", "        if (is(path, part, \"..\"))\n            length = without_last(to, length);\n", ""),
    ("path.c", "one dot is a name", "is(path, part, \".\") || is(path, part, \"..\")", "is(path, part, \"..\")"),
    ("path.c", "all that begins with a dot", "length == strlen(text) && memcmp", "memcmp"),
    ("path.c", "behind the room", "part + 1 >= size - length", "part > size - length"),
    ("path.c", "absolute is relative", "path[0] == '/' ? 0 : walk", "walk"),
    ("path.c", "top has no name", "    if (length == 0)\n        to[length++] = '/';\n", ""),
    ("path.c", "no room for the top", "size < 2 || ", ""),
    ("path.c", "leaves and comes back", "            return true;\n        if (is(path, part, \"..\"))", "            depth++;\n        if (is(path, part, \"..\"))"),
    ("path.c", "never up again", "            depth--;\n", "            ;\n"),
    ("boot.c", "text larger than its copy", "        size = BOOT_FILE_MAX;\n", ""),
    ("boot.c", "text without an end", "    copy[size] = 0;\n", ""),
    ("boot.c", "too many services", "service_count < SERVICES_MAX ? ", "1 ? "),
    ("boot.c", "too many arguments", "        if (count == ARGUMENTS_MAX)\n            return \"too many arguments\";\n", ""),
    ("boot.c", "path is relative", "s->argv[0][0] == '/' ? NULL", "1 ? NULL"),
    ("boot.c", "name is none", "if (!s->name || s->name[0] != '/')", "if (!s->name)"),
    ("boot.c", "after anybody", " || !is_server(s->after)", ""),
    ("boot.c", "after nobody", "!s->after || ", ""),
    ("boot.c", "after who is no server", "services[i].kind == SERVER && strcmp", "strcmp"),
    ("boot.c", "after the first", "strcmp(services[i].name, name) == 0)", "services[i].name)"),
    ("boot.c", "after is a domain", "if (s->domain && strcmp(s->domain, \"after\") == 0)", "if (0)"),
    ("boot.c", "any window", " || s->window > WINDOWS", ""),
    ("boot.c", "letters behind a number", "!end || *end ||", "!end ||"),
    ("boot.c", "tab is a letter", "while (**line && **line != ' ' && **line != '\\t')", "while (**line && **line != ' ')"),
    ("boot.c", "comment is read", "    if (comment)\n        *comment = 0;\n", ""),
    ("boot.c", "line is not counted", "line = end, number++", "line = end"),
    ("boot.c", "bad line is kept", "    else\n        service_count++;\n", "    service_count++;\n"),
]


def compiled(source, target, *words):
    done = run("gcc", *FLAGS, *words, "-c", source, "-o", target, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="session")
def objects(tmp_path_factory):
    """All that is not tried, as objects; made once by each worker."""
    made = {}

    def of(which):
        if which not in made:
            made[which] = folder = tmp_path_factory.mktemp("objects")
            for name in ("expect", "input", "replay"):
                compiled(HOST / f"{name}.c", folder / f"{name}.o", *OF_HOST)
            compiled(HOST / f"fuzz_{which}.c", folder / "fuzz.o", *OF_USER)
            compiled(STRING, folder / "string.o", *OF_USER, *NAMES)
        return sorted(made[which].glob("*.o"))
    return of


@pytest.fixture
def replay(objects, tmp_path):
    """Tries the files; one of them may be in another folder."""
    def done(which, other=None, times=1):
        folder, files, runs = TRIED[which]
        for file in files:
            source = other if other and other.name == file else folder / file
            compiled(source, tmp_path / f"{file}.o", *OF_USER, *NAMES, "-iquote", folder)
        tried = [tmp_path / f"{file}.o" for file in files]
        linked = run("gcc", *FLAGS, *objects(which), *tried, "-o", tmp_path / "program", timeout=120)
        assert linked.returncode == 0, linked.stdout
        return run(tmp_path / "program", 1, runs * times, timeout=1800)
    return done


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("which", TRIED)
def test_replay(which, replay):
    done = replay(which, times=100 if LONG else 1)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file, old, new", [pytest.param(f, *c, id=f"{f}: {why}") for f, why, *c in BUGS])
def test_bug_is_found(file, old, new, replay, tmp_path):
    which = next(name for name, (_, files, _) in TRIED.items() if file in files)
    text = (TRIED[which][0] / file).read_text()
    assert text.count(old) == 1
    (tmp_path / "changed").mkdir()
    changed = tmp_path / "changed" / file
    changed.write_text(text.replace(old, new))
    done = replay(which, changed)
    assert done.returncode != 0
    assert any(words in done.stdout for words in ("wrong: ", "ERROR: AddressSanitizer", "runtime error")), done.stdout


# --- On the machine

POLICY = """
domain init files driver test
type files up system
limit init  processes 64 pages 1024 names 0 threads 1 descriptors 256
limit files processes 0 pages 4096 names 1 threads 1 descriptors 4096
limit driver processes 0 pages 256 names 1 threads 4 descriptors 256
limit test  processes 32 pages 4096 names 8 threads 8 descriptors 1024
is / files
is /dev/clock files
processes init system
processes files system
processes driver system
processes test up
may init processes archive console halt doors
made init up
enter init files driver test
allow init files read write delete copy
may files doors archive pager
name files /
may driver doors system
name driver /dev/clock
ports driver 0x70 2
may test doors processes report halt
made test up
allow test files read write delete copy
allow test up read write start stop delete copy
allow test system read delete
"""

MAY_REPORT = "domain init\ntype up\nmade init up\nprocesses init up\nmay init doors processes report halt\n" \
             "limit init processes 8 pages 1024 names 8 threads 8 descriptors 1024\n"


@pytest.fixture
def booter():
    with contextlib.ExitStack() as stack:
        yield Booter(states.ROOT, 0, "sys", stack)


def under_init(booter, program, lines, others=(), **options):
    """`program` is started by init as this /etc/boot says, and reports; it and others are in /bin."""
    key, params = os.urandom(32), [booter._random.getrandbits(32) for _ in range(16)]
    patched = booter._patched(booter._built(f"build/os/bin/{program}"), key, params)
    files = {"etc/policy": POLICY.encode(), "etc/boot": lines.encode(), f"bin/{program}": patched.read_bytes(),
             **{f"bin/{name}": booter._contents(name) for name in ("init", "fm", *others)}}
    boot = [(booter._built("build/pm.elf"), ""), (archive.make(patched.with_suffix(".tar"), files), "")]
    machine = Machine(booter._built("build/kernel.elf"), boot, "", **options)
    booter._machines.append(booter._stack.enter_context(machine))
    return Booted(machine, key, 0, params)


def check(report, expected):
    """expected: a line each, NAME=VALUE, in the order of the reports; and nothing else is reported."""
    wanted = [line.strip() for line in expected.strip().splitlines()]
    seen = [f"{name}={value}".strip() for name, value in report.lines if name != "end"]
    assert seen == wanted


def test_steps(booter):
    """A process made by hand."""
    booted = booter.under_manager("steps", MAY_REPORT)
    data, register = booted.params[:2]
    report = booted.go().report
    assert int(report.get("code").split()[0], 16) > 20
    check(report, f"""
        create=0
        code={report.get('code').split()[0]} 0
        data=4 0
        region=8002000 0
        region_taken=123
        read=4 0
        word={data:x}
        registers=0 0
        esi={register:x}
        clist=6 0
        clist_again=122
        first=0
        first_kind=1
        behind_last=107
        new=0
        start=0 0
        late=122
        wait=0
        ended=1 {(data + register) & 0xffffffff:x}
        stale=121""")


def test_boxes(booter):
    booted = booter.under_manager("boxes", MAY_REPORT)
    params = booted.params
    check(booted.go().report, f"""
        new=0 0
        sent=8
        full=120
        ready=0
        in_order=8
        empty=1
        sender_takes=ff06
        taker_sends=ff06
        time=ff10
        waited=1
        wait_time=ff10
        no_room=ff0b
        still_there={params[1]:x} 0
        give=0
        got=0
        count=1
        through=0
        which=1 0
        arrived={params[2]:x} 0
        later={params[3]:x} 0
        delete=0
        stale=121
        stale_taker=121
        room_for=15""")


def test_pipes(booter):
    booted = under_init(booter, "pipes", "server / files /bin/fm\nprogram test /bin/pipes\n", ["pipe"])
    check(booted.go(8).report, """
        new=0
        read=30000 0
        right=30000
        end_again=0 0
        finish=0 1 0
        second=0
        read_of_write_end=ff06
        write_of_read_end=ff06
        nothing=0
        no_room=0 0
        reader=0 0
        write=1 0
        gets=1 0
        byte=1
        no_reader=220
        finish_second=0 1 0
        third=0
        kind=4
        holds=1
        full_then_no_reader=220
        finish_third=0 1 0""")


def test_library(booter):
    booted = under_init(booter, "library", "server / files /bin/fm\nprogram test /bin/library\n")
    text = f"{booted.params[0]} one|" + "".join(chr(ord("a") + i % 26) for i in range(3000))
    check(booted.go(8).report, f"""
        path=/bin
        make=0
        make_again=202
        relative=0 first
        dots=0 first
        slashes=0 first
        nowhere=201
        here=0 first
        above=0 first
        rename=0
        renamed=0 first
        rename_mixed=0
        moved=0 first
        remove=0
        remove_directory=0
        door=0
        listed=1 1
        behind=201
        flush=0
        line=1 other
        cut=1
        length={min(63, len(text))}
        empty=1
        empty_length=0
        rest=4 l
        at_end=0
        good=0
        no_magic=230
        tiny=230
        cut=231
        headers=231
        below=232
        above=232
        wraps=232
        large=232
        overlaps=232
        offset=231
        entry=233
        entry_data=233
        nothing=201
        directory=203
        child=0 ff
        name=library
        too_long=234
        symbol_error=0
        symbol=symbols + 0x3
        no_symbol=107
        no_heap=1
        heap=0
        apart=1
        no_more=1""")


def test_servers_come_again(booter):
    """Those that the file says so of; who used one that died finds the next by its name."""
    lines = """server restart / files /bin/fm
server /dev/clock driver /bin/clock
program after / test /bin/crash null
program after /dev/clock test /bin/crash divide
program test /bin/again
"""
    booted = under_init(booter, "again", lines, ["clock", "crash"]).go(12)
    check(booted.report, """
        kill=0
        again=1
        relative=ff0e
        absolute=0
        kill=0
        again=1
        kill=0
        again=1
        once=1
        kill_once=0
        not_again=0
        kill=0
        again=1""")
    assert booted.run.console.count(b"init: fm was ended") == 4
    after_files = booted.run.console.count(b"init: crash ended: exception 14") + booted.run.console.count(b"init: /bin/crash cannot be started")
    assert after_files in (4, 5) and booted.run.console.count(b"init: crash ended: exception 0") == 1  # the machine ends with the last of them


def test_boot_says_what_is_wrong(booter):
    lines = """server restart / files /bin/fm
nonsense
server restart /none driver /bin/false
program test /bin/crash null
program nobody /bin/true
program test /bin/none
server restart /gone driver /bin/gone
program test /bin/gone
program after /files test /bin/true
"""
    booted = under_init(booter, "library", lines, ["false", "true", "crash"]).go(20, expect_end=False)
    said = booted.run.console.decode().replace("\r", "").splitlines()
    assert [line for line in said if line.startswith("init: ") and "false" not in line] == [
        "init: /etc/boot:2: it is none of server, shell, program",
        "init: /etc/boot:9: no server above has the name that it comes after",
        "init: /bin/true cannot be started: not found",
        "init: /bin/none cannot be started: no such file or directory",
        "init: /bin/gone cannot be started: no such file or directory",
        *[line for line in said if line.startswith("init: crash ended: exception 14 at 0800")]]
    assert [line for line in said if "false" in line] == [
        *["init: false ended with status 1"] * 7, "init: /bin/false ends again and again: from now on it is tried in silence"]
    assert sum("crash ended" in line for line in said) == 1
