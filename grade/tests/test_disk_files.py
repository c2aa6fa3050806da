# SPDX-License-Identifier: BSD-2-Clause
"""Files on a disk, on the machine: somebody types, the machine is switched off, and e2fsprogs look at what is on the disk."""

import contextlib
import re
import subprocess
import tarfile
import time

import pytest

from ext2_play import an_image, check, content_of, repair
from lintel import archive
from lintel.machine import Disk
from test_programs import BUILD, SHOWN, System, machine

MIB = 1 << 20
TIME = "-icount", "shift=3,sleep=on", "-rtc", "base=2026-02-28T23:59:50,clock=vm"


class WithDisk(System):
    """The image is written to; none: there is no disk."""

    def __init__(self, folder, image, *more):  # pylint: disable=super-init-not-called
        with tarfile.open(BUILD / "initrd.tar") as tar:
            files = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
        files["bin/mapfile"] = (BUILD / "os/bin/mapfile").read_bytes()
        images = f"{BUILD / 'pm.elf'},{archive.make(folder / 'initrd.tar', files)}"
        disk = ["-drive", f"file={image},format=raw,if=ide,index=0,media=disk"] if image else []
        command = machine.command(BUILD / "kernel.elf", images, "", *TIME, *SHOWN, *disk, *more)
        self._qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                      preexec_fn=machine.die_with_parent)
        self.boot = self.until()


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "disk.img"
    path.write_bytes((BUILD / "disk.img").read_bytes())
    return path


def partition(image, folder, name="part"):
    """The file system on the disk, in a file of its own."""
    path = folder / name
    path.write_bytes(image.read_bytes()[MIB:49 * MIB])
    return path


def on_disk(image, folder):
    path = partition(image, folder)
    check(path)
    return content_of(path, folder / "content")


def at(folder, image, *lines, more=()):
    """What each line brings; then the power goes."""
    with contextlib.closing(WithDisk(folder, image, *more)) as system:
        return [system(line) for line in lines]


def test_files(tmp_path, image):
    lines = ["ls /disk", "mkdir /disk/d /disk/e", "cp /bin/sh /disk/d/sh", "/disk/d/sh -c 'echo it runs'", "mv /disk/d/sh /disk/e/shell",
             "rmdir /disk/d", "cd /disk/e; pwd; mv shell ../moved; cd /", "echo one >/disk/new; echo two >>/disk/new", "cat /disk/new",
             "rm -r /disk/docs/model", "ls /disk/e /disk/d", "mapfile /disk/map", "sync"]
    said = dict(zip(lines, at(tmp_path, image, *lines)))
    assert said["ls /disk"].split() == ["docs/", "lost+found/", "readme.txt"]
    assert said["/disk/d/sh -c 'echo it runs'"] == "it runs\n"
    assert said["cat /disk/new"] == "one\ntwo\n" and "no such file" in said["ls /disk/e /disk/d"]
    assert said["mapfile /disk/map"] == "mapfile: all is well\n" and said["sync"] == ""
    content = on_disk(image, tmp_path)
    assert content[b"moved"] == (BUILD / "os/bin/sh").read_bytes() and content[b"new"] == b"one\ntwo\n"
    assert b"docs/model" not in content and b"d" not in content and content[b"e"] is None
    want = bytearray(300 * 4096 - 50)
    for i in range(300):
        want[i * 4096 + 7], want[i * 4096 + 8] = i * 3 % 256, i * 5 % 256
    assert content[b"map"] == want
    assert at(tmp_path, image, "cat /disk/new")[0] == "one\ntwo\n"


def test_move_between_file_systems(tmp_path, image):
    """There and back; over what is there; relative and absolute; and what cannot be says so, and changes nothing."""
    sessions = [
        ("seq 3000 >f; mv f /disk/g; wc -l /disk/g; cat f", "    3000  /disk/g\ncat: f: no such file or directory\n"),
        ("echo old >/disk/old; echo new >n; mv n /disk/old; cat /disk/old", "new\n"),
        ("mv /disk/readme.txt r; cat r | head -n 1; ls /disk", None),
        ("cd /disk; echo one >/home/one; mv /home/one two; mv two /three; cat /three; cd /", "one\n"),
        ("echo here >/tmp/x; cd /tmp; mv x /disk/here; mv /disk/here ../tmp/y; cat y; cd /", "here\n"),
        ("mkdir d; mv d /disk; ls -l d; rmdir d",
         "mv: d: a directory stays in its file system: make one in the other, and move the files\n"),
        ("mv nothing /disk; mv /disk/nothing .",
         "mv: nothing: no such file or directory\nmv: /disk/nothing: no such file or directory\n"),
        ("mkdir /disk/x /disk/x/k; echo k >k; mv k /disk/x; cat k; ls /disk/x", "mv: /disk/x/k: is a directory\nk\nk/\n"),
        ("mv k " + "/." * 60 + "/disk" + "/." * 80 + "/k; cat k", None),
        ("mv k /disk/no/k; cat k", "mv: /disk/no/k: no such file or directory\nk\n")]
    said = at(tmp_path, image, "mkdir /tmp", *(line for line, _ in sessions), "sync")[1:]
    assert [s for s, (_, wanted) in zip(said, sessions) if wanted] == [wanted for _, wanted in sessions if wanted]
    assert "readme.txt" not in said[2] and len(said[2].splitlines()) == 2
    assert said[8].endswith("bad file name\nk\n")
    content = on_disk(image, tmp_path)
    assert content[b"g"] == b"".join(b"%d\n" % i for i in range(1, 3001)) and content[b"old"] == b"new\n"
    assert not {b"readme.txt", b"two", b"here"} & set(content) and not any(b".mv" in name for name in content)


def test_what_has_moved_is_on_the_disk(tmp_path, image):
    """Before it goes from where it was."""
    at(tmp_path, image, "seq 3000 >f; mv f /disk/g")
    assert on_disk(image, tmp_path)[b"g"] == b"".join(b"%d\n" % i for i in range(1, 3001))


def with_small(image, folder):
    """The disk with a file system of 1 MiB."""
    content = image.read_bytes()
    image.write_bytes(content[:MIB] + an_image(folder / "small", "1M", 1024).read_bytes() + content[2 * MIB:])
    return image


def test_move_to_a_full_disk(tmp_path, image):
    """What was there stays there, and what was to come stays where it was."""
    said = at(tmp_path, with_small(image, tmp_path), "echo old >/disk/old; seq 5000 >f", "yes >/disk/full",
              "mv f /disk/old; cat /disk/old; wc -l f", "ls /disk", "rm /disk/full; mv f /disk/old; wc -l /disk/old; ls f")
    assert said[2] == "mv: /disk/old: no space left\nold\n    5000  f\n" and said[3].split() == ["full", "lost+found/", "old"]
    assert said[4] == "    5000  /disk/old\nls: f: no such file or directory\n"


def test_copy_of_a_file_with_the_same_number(tmp_path, image):
    """The servers of / and /disk number their files each for itself: these are never the same."""
    lines = [f"cp /bin/{path.name} /disk/readme.txt" for path in sorted((BUILD / "os/bin").iterdir())]
    assert all(said == "" or "no such file" in said for said in at(tmp_path, image, *lines))


def test_what_nobody_has_synced_is_written_soon(tmp_path, image):
    at(tmp_path, image, "echo soon >/disk/soon", "sleep 12")
    assert on_disk(image, tmp_path)[b"soon"] == b"soon\n"


@pytest.mark.timeout(300)
def test_more_than_memory(tmp_path, image):
    """Files of more bytes than the machine has for them."""
    lines = ["seq 200000 >/disk/a", "cat /disk/a /disk/a /disk/a >/disk/b", "cat /disk/b /disk/b >/disk/c", "wc -l /disk/c", "sync", "vmstat"]
    said = at(tmp_path, image, *lines, more=["-m", "12"])
    a = b"".join(b"%d\n" % i for i in range(1, 200_001))
    assert "1200000" in said[3] and said[4] == ""
    content = on_disk(image, tmp_path)
    assert content[b"a"] == a and content[b"b"] == a * 3 and content[b"c"] == a * 6


def test_power_goes(tmp_path, image):
    """In the middle of writing: what was synced before is there."""
    with contextlib.closing(WithDisk(tmp_path, image)) as system:
        system("mkdir /disk/kept; cp /bin/fm /bin/init /bin/wm /disk/kept; sync")
        system("echo 'cp /bin/sh /disk/a; mv /disk/a /disk/b; rm /disk/docs/swap.md; sync; mv /disk/b b; mv b /disk/docs/swap.md; echo again' >l")
        system("cat l l l l l l l l >k; cat k k k k k k k k >l; cat l l l l l l l l >k")
        system.type("sh <k")
        system.until(re.compile(r"(again\n){5}"))
        time.sleep(0.2)
    path = partition(image, tmp_path)
    repair(path)
    content = content_of(path, tmp_path / "content")
    for name in ("fm", "init", "wm"):
        assert content[b"kept/" + name.encode()] == (BUILD / "os/bin" / name).read_bytes()


@pytest.mark.parametrize("what", ["none", "empty", "other", "damaged", "unclean"])
def test_disks_that_cannot_be_used(tmp_path, image, what):
    """The system boots, and says so in one line."""
    if what == "none":
        image = None
    elif what == "empty":
        image.write_bytes(bytes(MIB))
    else:
        content = bytearray(image.read_bytes())
        byte = {"other": MIB + 1024 + 56, "damaged": MIB + 4096 + 8, "unclean": MIB + 1024 + 58}[what]
        content[byte] = 0 if what == "unclean" else content[byte] ^ 0xff
        image.write_bytes(content)
    with contextlib.closing(WithDisk(tmp_path, image)) as system:
        lines = [line for line in system.boot.splitlines() if line.startswith("ext2: disk0p1")]
        assert len(lines) == 1, system.boot
        if what == "unclean":
            assert "can only be read" in lines[0] and "readme.txt" in system("ls /disk")
            assert "permission denied" in system("echo x >/disk/x")
        else:
            assert "ls: /disk" in system("ls /disk")
        assert system("echo still here") == "still here\n"
        assert "ended" not in system.boot


def test_other_block_sizes(tmp_path, image):
    for block in (1024, 2048):
        part = an_image(tmp_path / "other", "48M", block)
        content = image.read_bytes()
        image.write_bytes(content[:MIB] + part.read_bytes() + content[49 * MIB:])
        (said, _none) = at(tmp_path, image, "cp /bin/sh /disk/sh; ls /disk; mapfile /disk/map", "sync")
        assert said.split() == ["lost+found/", "sh", "mapfile:", "all", "is", "well"]
        path = partition(image, tmp_path, f"part{block}")
        check(path)
        assert content_of(path, tmp_path / f"content{block}")[b"sh"] == (BUILD / "os/bin/sh").read_bytes()


def number_in(part, command, pattern):
    """Of what debugfs says."""
    done = subprocess.run(["debugfs", "-R", command, part], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return int(re.search(pattern, done.stdout)[1])


def test_only_the_page_that_fails(tmp_path, image, monkeypatch):
    """What is read together with it, because somebody reads in order, does not fail."""
    monkeypatch.chdir(tmp_path)
    at(tmp_path, image, "seq 20000 >/disk/f; sync")
    part = partition(image, tmp_path)
    bad = number_in(part, "bmap f 11", r"(\d+)")
    errors = {"iotype": "read", "sector": (MIB + bad * number_in(part, "stats", r"Block size: +(\d+)")) // 512},
    with contextlib.closing(WithDisk(tmp_path, None, *Disk(image, errors=errors).nodes(0, tmp_path))) as system:
        assert system("head -n 1 /disk/f") == "1\n"
        assert 40_000 < int(system("cat /disk/f 2>said | wc -c")) <= 11 * 4096
        assert system("tail -n 1 /disk/f").endswith("tail: /disk/f: the disk failed\n")


def test_sectors_that_fail(tmp_path, image, monkeypatch):
    """One of a file cannot be read, one of the inodes cannot be written: who needs it is told, and what was there before is there."""
    monkeypatch.chdir(tmp_path)  # QEMU's names of files are relative
    part = partition(image, tmp_path)
    before, block = content_of(part, tmp_path / "before"), number_in(part, "stats", r"Block size: +(\d+)")
    bad = {"read": number_in(part, "blocks readme.txt", r"(\d+)"), "write": number_in(part, "imap <2>", r"at block (\d+)")}
    errors = tuple({"iotype": kind, "sector": (MIB + number * block) // 512} for kind, number in bad.items())
    lines = ["cat /disk/readme.txt", "ls /disk", "echo new >/disk/new", "sync", "cat /disk/new", "echo all is well"]
    with contextlib.closing(WithDisk(tmp_path, None, *Disk(image, errors=errors).nodes(0, tmp_path))) as system:
        said = [system(line) for line in lines]
    assert said[0] == "cat: /disk/readme.txt: the disk failed\n" and said[3] == "sync: /disk: the disk failed\n"
    assert said[1].split() == ["docs/", "lost+found/", "readme.txt"] and said[4:] == ["new\n", "all is well\n"]
    part = partition(tmp_path / "disk0", tmp_path, "after")
    repair(part)
    assert before.items() <= content_of(part, tmp_path / "content").items()
