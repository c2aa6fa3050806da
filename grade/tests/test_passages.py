# SPDX-License-Identifier: BSD-2-Clause
"""What the handouts print of debugger sessions is what the debuggers print."""

import contextlib

import pytest

import passages
import states

PRINTED = [one for path in sorted(passages.ROOT.glob("labs/*/handout.md")) for one in passages.read(path)]

SESSION = """# A heading

```gdb
$ make gdb PROGRAM=crash BREAK=trap
(gdb) print 1 + 1
$1 = 2
(gdb) idt
vector ...
...
```

```c
(gdb) no session
```

```bochs
<bochs:1> info idt 8
...Task Gate target=0x0030:0x00000000, DPL=0
```
"""


@pytest.fixture
def read(tmp_path):
    def of(text):
        (tmp_path / "handout.md").write_text(text)
        return passages.read(tmp_path / "handout.md")
    return of


@pytest.mark.parametrize("passage", PRINTED, ids=[f"{one.path.parent.name}-{one.line}" for one in PRINTED])
def test_printed(passage, tmp_path_factory):
    passages.check(passage, states.of_this_run(tmp_path_factory, passage.path.parent.name).base)


def test_blocks_are_found(read):
    first, second = read(SESSION)
    assert (first.target, first.options, first.line) == ("gdb", {"PROGRAM": "crash", "BREAK": "trap"}, 3)
    assert [(step.command, step.line) for step in first.steps] == [("print 1 + 1", 5), ("idt", 7)]
    assert first.steps[1].printed == ["vector ...", "..."]
    assert (second.target, second.options, second.steps[0].line) == ("bochs", {}, 17)


def test_a_command_that_is_typed(read):
    one, = read("```gdb\n$ make gdb PROGRAM=pm TYPE='larger 40'\n(gdb) p 1\n$1 = 1\n```\n")
    assert (one.target, one.options) == ("gdb", {"PROGRAM": "pm", "TYPE": "larger 40"})


def test_a_trace_is_one_step(read):
    one, = read("```trace\n$ make trace PROGRAM=talk\n...\na --> b\n```\n")
    assert (one.target, one.options) == ("trace", {"PROGRAM": "talk"})
    assert [(step.command, step.line, step.printed) for step in one.steps] == [("$ make trace PROGRAM=talk", 2, ["...", "a --> b"])]


def test_a_session_in_the_shell(read, monkeypatch):
    passage, = read("```shell\n$ make run\n/ $ false\n/ $ echo $?\n1\n```\n")
    assert passage.target == "run"
    said = []
    monkeypatch.setattr(passages, "front", lambda *_, typed: said.append(typed) or "x\n/ $ false\n/ $ echo $?\n1\n/ $ ")
    monkeypatch.setattr(passages, "workplace", lambda tree: contextlib.nullcontext(tree))
    passages.check(passage)
    assert said == ["false\necho $?\n"]


def test_a_wrong_trace_is_shown_with_its_line(read, monkeypatch):
    monkeypatch.setattr(passages, "trace", lambda one, tree: "a --> b\n")
    passage, = read("```trace\n$ make trace\na --> c\n```\n")
    with pytest.raises(passages.Mismatch, match=r"handout.md:2: \$ make trace"):
        passages.check(passage)
    passage.steps[0].printed[0] = "a --> b"
    passages.check(passage)


def test_text_before_the_first_prompt(read):
    with pytest.raises(passages.Mismatch, match="handout.md:2"):
        read("```gdb\nidt\n```\n")


def test_a_block_without_end(read):
    with pytest.raises(passages.Mismatch, match="handout.md:1"):
        read("```gdb\n(gdb) idt\n")


@pytest.mark.parametrize("wanted, seen", [
    ("a\nb", "a\nb"),
    ("a...c", "abc"),
    ("a...c", "ac"),
    ("...", ""),
    ("a\n...\nd", "a\nb\nc\nd"),
    ("a\n...\nd", "a\nd"),
    ("a  b", "a  b  "),
    ("a       b", "a\tb"),
    ("a", "\na\n\n"),
    ("(x+) [1] .*", "(x+) [1] .*"),
])
def test_same(wanted, seen):
    assert passages.matches(wanted.split("\n"), seen.split("\n"))


@pytest.mark.parametrize("wanted, seen", [
    ("a", "b"),
    ("a", "a\nb"),
    ("a\nb", "a"),
    ("", "a"),
    ("a...c", "ab\nc"),
    ("a...", "ba"),
    ("a\n...\nd", "a\nb"),
    ("a.c", "abc"),
    ("a b", "a  b"),
    ("a\n\nb", "a\nb"),
])
def test_different(wanted, seen):
    assert not passages.matches(wanted.split("\n"), seen.split("\n"))


def test_answers_belong_to_their_commands():
    text = "opening\n(gdb) p 1\n$1 = 1\n(gdb) delete\n(gdb) c\n\nhere\n"
    assert passages.answers(["p 1", "delete", "c"], text) == [["$1 = 1"], [], ["", "here"]]


def test_answers_of_bochs():
    text = "<bochs:1> s\nNext at t=2\n<bochs:2> \n<bochs:3> q\n"
    assert passages.answers(["s"], text)[0][0] == "Next at t=2"


def session(read, monkeypatch, printed):
    monkeypatch.setattr(passages, "run", lambda passage, tree: printed)
    passages.check(read("```gdb\n(gdb) one\n1\n(gdb) two\n2\n```\n")[0])


def test_a_right_session(read, monkeypatch):
    session(read, monkeypatch, "(gdb) one\n1\n(gdb) two\n2\n")


def test_a_wrong_answer_is_shown_with_its_line(read, monkeypatch):
    with pytest.raises(passages.Mismatch) as wrong:
        session(read, monkeypatch, "(gdb) one\n1\n(gdb) two\n3\n")
    assert "handout.md:4: two" in str(wrong.value)
    assert "expected\n    2" in str(wrong.value) and "seen\n    3" in str(wrong.value)


def test_a_session_that_ends_too_early(read, monkeypatch):
    with pytest.raises(passages.Mismatch, match="the session has ended"):
        session(read, monkeypatch, "(gdb) one\n1\n")


EARLY = """```gdb
$ make gdb
(gdb) threads
there are no threads yet
(gdb) trapframe
no thread has run yet: TSS.esp0 is 0 until the first thread_switch
(gdb) idt
the processor has no IDT yet: idt_init has not run
(gdb) idt 1 2
...
(gdb) kill
...
(gdb) gdt
no machine is running: start it with `make gdb`
```
"""


def test_commands_before_there_is_anything_to_see(read):
    passages.check(read(EARLY)[0])


LATE = """```gdb
$ make gdb BREAK=call
(gdb) trapframe 1
thread 1
  vector 256 SYSENTER
...
(gdb) trapframe 77
there is no thread 77: `threads` lists them
(gdb) trapframe nonsense
No symbol "nonsense" in current context.
(gdb) idt 64
vector   type       DPL  selector  goes to
64       interrupt  3    0x0008    trap_stubs + 16 * vector
(gdb) idt 256
the table has no such vector
(gdb) gdt
selector  type           DPL  base      limit
0x0000    absent         0    00000000  00000000
0x0008    code           0    00000000  ffffffff
0x0010    data writable  0    00000000  ffffffff
0x0018    code           3    00000000  ffffffff
0x0020    data writable  3    00000000  ffffffff
0x0028    task, busy     0    c...  0000206b
0x0030    task           0    c...  00000067
0x0038    task           0    c...  00000067
(gdb) lintel
Commands for the Lintel kernel.
...
```
"""


def test_commands_in_a_kernel_call(read):
    passages.check(read(LATE)[0])
