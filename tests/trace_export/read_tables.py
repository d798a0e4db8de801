#!/usr/bin/env python3
"""Reads tables that `rvjet trace export` has made with pyarrow, a reader that is
not this project's, and checks them against each other and `rvjet trace info`.

    read_tables.py RVJET    the command, built with the feature parquet

Records guest programs and exports them into a directory of its own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

GUESTS = Path(__file__).parents[2] / "guest-programs"
# Guest, arguments, standard input, chunks: calls that read and write memory,
# code that the guest writes itself, chunks both larger and smaller than a row group.
RUNS = [
    ("echoargs", ["one", "two"], None, "insns=100"),
    ("wordfreq", [], "text.txt", "insns=100_000"),
    ("regex", ["[a-z]+ing"], "text.txt", "touches=1000"),
    ("selfmod", ["50"], None, "accesses=200"),
    ("memops", [], None, "insns=2^22"),
]
TABLES = ["chunks", "insns", "accesses", "ecalls"]
MAX_INSNS = 700_000


def rvjet(command, *args, stdin=None):
    """What the command prints; 152 is the status of a run that reached its limit."""
    done = subprocess.run([command, *map(str, args)], stdin=stdin, stdout=subprocess.PIPE)
    assert done.returncode in (0, 152), f"rvjet {args}: exit status {done.returncode}"
    return done.stdout


def record(command, run, trace):
    guest, args, text, chunk = run
    options = ["--max-insns", MAX_INSNS, "--chunk", chunk, "-o", trace]
    elf = GUESTS / "elf" / f"{guest}.elf"
    stdin = open(GUESTS / "inputs" / text) if text else subprocess.DEVNULL
    rvjet(command, "record", *options, elf, *args, stdin=stdin)


def check_types(tables):
    """Numbers are unsigned and as wide as documented; what may be missing is known."""
    byte = pa.uint8()
    wide = {"rd": byte, "word": pa.uint32(), "len": byte, "width": byte, "trap": byte}
    missing = ("rd", "rd_value", "previous", "trap")
    text = {"digest", "mnemonic", "operands", "kind"}
    for name, table in tables.items():
        for field in table.schema:
            if pa.types.is_list(field.type):
                continue
            if field.name in text:
                expected = pa.string()
            elif field.name == "word" and name == "accesses":
                expected = pa.uint64()
            else:
                expected = wide.get(field.name, pa.uint64())
            assert field.type == expected, f"{name}.{field.name}: {field.type}"
            assert field.nullable == (field.name in missing), field


def check_counts(tables, info):
    """Each table has as many rows as the trace says, and so does each chunk of it."""
    chunks = tables["chunks"]
    assert chunks.num_rows == info["chunks"]
    for column, key in {"insns": "instructions", "accesses": "accesses", "ecalls": "ecalls"}.items():
        total = pc.sum(chunks[column]).as_py()
        assert total == info[key] == tables[column].num_rows, column
        counted = tables[column].group_by("chunk").aggregate([([], "count_all")])
        counted = dict(zip(*(counted[name].to_pylist() for name in ("chunk", "count_all"))))
        said = zip(chunks["number"].to_pylist(), chunks[column].to_pylist())
        assert counted == {number: count for number, count in said if count}, column
    assert pc.sum(chunks["touches"]).as_py() == info["touches"]
    for row, said in zip(chunks.to_pylist(), info["chunk_list"], strict=True):
        assert (row["number"], row["first_insn"]) == (said["chunk"], said["first_instruction"])
        assert (row["digest"], row["pc_start"]) == (said["digest"], said["pc"])


def check_insns(tables, info):
    """Instructions follow each other, as clocks do; chunks start where they say."""
    insns = tables["insns"]
    assert insns["insn"].to_pylist() == list(range(insns.num_rows))
    assert insns["next_pc"][:-1].equals(insns["pc"][1:])
    calls = pc.cast(pc.equal(insns["mnemonic"], "ecall"), pa.uint64())
    model = info["clock"]
    before = pc.subtract(pc.cumulative_sum(calls), calls)
    ticks = pc.multiply(insns["insn"], pa.scalar(model["instruction"], pa.uint64()))
    waits = pc.multiply(before, pa.scalar(model["ecall"], pa.uint64()))
    clocks = pc.add(pc.add(ticks, waits), pa.scalar(model["start"], pa.uint64()))
    assert clocks.equals(insns["clock"])
    chunks = tables["chunks"]
    first = insns.take(chunks["first_insn"])
    assert first["pc"].equals(chunks["pc_start"])
    assert first["clock"].equals(chunks["clock_start"])
    assert pc.is_null(insns["rd"]).equals(pc.is_null(insns["rd_value"]))


def check_accesses(tables, info):
    """Accesses are of instructions that there are, and each leads to the one before:
    what that left in the word, this finds there."""
    accesses = tables["accesses"]
    of = accesses.select(["insn", "clock"]).join(tables["insns"], "insn", right_suffix="_insn")
    late = pc.subtract(of["clock"], of["clock_insn"])
    assert pc.all(pc.equal(late, info["clock"]["access"])).as_py() in (True, None)
    words = {}
    columns = [accesses[name].to_pylist() for name in "word clock previous before after".split()]
    for word, clock, previous, before, after in zip(*columns):
        last, value = words.get(word, (None, before))
        assert (previous, before) == (last, value), f"word {word:#x} at clock {clock}"
        words[word] = (clock, after)
    touched = accesses.group_by("chunk").aggregate([("word", "count_distinct")])
    said = dict(zip(*(tables["chunks"][name].to_pylist() for name in ("number", "touches"))))
    for chunk, count in zip(*(touched[name].to_pylist() for name in ("chunk", "word_count_distinct"))):
        assert said[chunk] == count, f"chunk {chunk} touches {count} words"


def check_ecalls(tables):
    """Calls are where there is an `ecall`, and read and write what is accessed there.
    None of these guests traps."""
    ecalls = tables["ecalls"]
    assert ecalls["trap"].null_count == ecalls.num_rows
    at = tables["insns"].take(ecalls["insn"])
    assert pc.all(pc.equal(at["mnemonic"], "ecall")).as_py() in (True, None)
    for column in ("insn", "clock", "pc", "next_pc"):
        assert at[column].equals(ecalls[column]), column
    of_calls = pc.is_in(tables["accesses"]["kind"], pa.array(["call_read", "call_write"]))
    accessed = tables["accesses"].filter(of_calls)
    found = {}
    for insn, kind, word in zip(*(accessed[name].to_pylist() for name in ("insn", "kind", "word"))):
        found.setdefault((insn, kind), set()).add(word)
    for call in ecalls.to_pylist():
        for kind, column, size in (("call_read", "reads", int), ("call_write", "writes", len)):
            spans = [(span["addr"], size(span["bytes"])) for span in call[column]]
            words = {at for addr, count in spans for at in range(addr & ~7, addr + count, 8)}
            assert found.pop((call["insn"], kind), set()) == words, (call, kind)
    assert not found, "accesses of calls that are not there"


def check(command, run, dir):
    trace, out = dir / "trace.rvt", dir / "tables"
    record(command, run, trace)
    info = json.loads(rvjet(command, "trace", "info", "--json", "--chunks", trace))
    rvjet(command, "trace", "export", "--format", "parquet", trace, out)
    tables = {name: pq.read_table(out / f"{name}.parquet") for name in TABLES}
    for table in tables.values():
        assert table.schema.metadata[b"rvjet.root"].decode() == info["root"]
    check_types(tables)
    check_counts(tables, info)
    check_insns(tables, info)
    check_accesses(tables, info)
    check_ecalls(tables)
    counts = ", ".join(f"{table.num_rows} {name}" for name, table in tables.items())
    print(f"{run[0]}: {counts}: right")


def main():
    (command,) = sys.argv[1:]
    print(f"pyarrow {pa.__version__}")
    for run in RUNS:
        with tempfile.TemporaryDirectory() as dir:
            check(Path(command).resolve(), run, Path(dir))


if __name__ == "__main__":
    main()
