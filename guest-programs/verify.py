#!/usr/bin/env python3
"""Runs the guests of guests.json and compares what they print and return.

    verify.py [--bench] [--only NAME] [runner ...]

The runner is a command that takes an ELF and its arguments, qemu-riscv64 unless
given. With --bench the longer runs are timed; their output is only shown.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent


def run(runner, guest, arguments):
    """Starts the guest from elf/, so that it sees the same argv[0] everywhere."""
    elf = HERE / guest["elf"]
    stdin = (HERE / guest["stdin"]).read_bytes() if guest["stdin"] else b""
    environment = dict(entry.split("=", 1) for entry in guest["env"])
    command = [shutil.which(runner[0]) or runner[0], *runner[1:], f"./{elf.name}", *arguments]
    start = time.perf_counter()
    done = subprocess.run(
        command, input=stdin, capture_output=True, cwd=elf.parent, env=environment
    )
    return done, time.perf_counter() - start


def check(runner, guest):
    done, _ = run(runner, guest, guest["args"])
    faults = []
    if done.returncode != guest["exit_code"]:
        faults.append(f"exit code {done.returncode}, not {guest['exit_code']}")
    if done.stdout != (HERE / guest["expected"]).read_bytes():
        faults.append(f"it printed {done.stdout!r}")
    if done.stderr:
        faults.append(f"it complained: {done.stderr!r}")
    print(f"{guest['name']}: {'; '.join(faults) or 'ok'}")
    return not faults


def bench(runner, guest):
    done, seconds = run(runner, guest, guest["bench_args"])
    last = done.stdout.decode(errors="replace").splitlines()[-1:]
    print(f"{guest['name']} {' '.join(guest['bench_args'])}: {seconds:.2f} s, {''.join(last)}")
    return done.returncode == guest["exit_code"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", action="store_true")
    parser.add_argument("--only", metavar="NAME")
    parser.add_argument("runner", nargs="*", default=["qemu-riscv64"])
    options = parser.parse_args()
    guests = json.loads((HERE / "guests.json").read_text())
    chosen = [g for g in guests if options.only in (None, g["name"])]
    if options.bench:
        chosen = [g for g in chosen if g["bench_args"] is not None]
    action = bench if options.bench else check
    results = [action(options.runner, guest) for guest in chosen]
    print(f"{sum(results)} of {len(results)} guests as expected")
    return 0 if all(results) and results else 1


if __name__ == "__main__":
    sys.exit(main())
