#!/usr/bin/env python3
"""The regex workload as benchmarks of rebar, https://github.com/BurntSushi/rebar.

    rebar.py write DIR                     make DIR for `rebar measure -d DIR`
    rebar.py test [-e ENGINE] [-f NAME]    do without rebar what `rebar measure -t` does

The benchmarks are those of models.toml, and each entry of ../corpus.json by the models
that it has counts for. `test` asks the engines of engines.toml for their versions, hands
them each benchmark in rebar's KLV format, reads samples, and compares the counts. -e and
-f are regular expressions that are found in the names to be run. rebar, and this, want
to be run in the root of the repository.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
INPUTS = HERE.parents[1] / "inputs"

# What no automaton does: backreferences, looking around, atomic groups.
NOT_REGULAR = re.compile(r"\\[1-9]|\\k|\(\?<?[=!]|\(\?>|[*+?}]\+")
NOT_LITERAL = re.compile(r"^$|[\\^$.|?*+()\[\]{}]")
AUTOMATA = ["linear", "pike", "regex-automata", "regex-automata-hybrid", "regex-automata-pikevm"]
CORPUS_MODELS = {
    "compile": "matches",
    "count": "matches",
    "count-spans": "bytes_matched",
    "count-captures": "groups_matched",
}
NO_GROUPS = "regex-automata-hybrid"
# These do not find Unicode's word boundaries beside what is not ASCII.
ASCII_WORDS = "regex-automata-hybrid"


def able(bench):
    """Names of the engines that can do a benchmark, wherever they run."""
    pattern, model = bench["regex"], bench["model"]
    names = ["auto", "backtrack", "jit", "fancy-regex"]
    if not NOT_REGULAR.search(pattern):
        names += AUTOMATA
        if len(str(bench["haystack"])) < 100 and "path" not in bench["haystack"]:
            names.append("regex-automata-backtrack")
        if not NOT_LITERAL.search(pattern) and not bench.get("case-insensitive"):
            names.append("atom")
    if model.endswith("captures"):
        names = [name for name in names if name != NO_GROUPS]
    if re.search(r"\\[bB]", pattern) and bench.get("unicode"):
        names = [name for name in names if name != ASCII_WORDS]
    return names


def corpus():
    """The corpus as definitions of benchmarks, by group."""
    groups = {}
    for entry in json.loads((HERE.parent / "corpus.json").read_text()):
        group, _, name = entry["name"].partition("/")
        haystack = {"contents": entry["text"] * entry.get("repeat", 1)} if "text" in entry else {
            "path": entry["haystack"] + ".txt"
        }
        for model, count in CORPUS_MODELS.items():
            if count in entry:
                groups.setdefault(group, []).append({
                    "model": model,
                    "name": f"{name}-{model}",
                    "regex": entry["pattern"],
                    "case-insensitive": entry.get("ignore_case", False),
                    "unicode": not entry.get("bytes", False),
                    "haystack": haystack,
                    "count": entry[count],
                })
    return groups


def benchmarks():
    """All definitions by group, each with its engines."""
    groups = {"models": tomllib.loads((HERE / "models.toml").read_text())["bench"]} | corpus()
    engines = tomllib.loads((HERE / "engines.toml").read_text())["engine"]
    for bench in (bench for group in groups.values() for bench in group):
        names = able(bench)
        bench["engines"] = [e["name"] for e in engines if e["name"].partition("/")[2] in names]
    return groups, engines


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write(folder):
    groups, _ = benchmarks()
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "haystacks").mkdir(exist_ok=True)
    shutil.copy(HERE / "engines.toml", folder)
    for text in INPUTS.glob("*.txt"):
        shutil.copy(text, folder / "haystacks")
    for group, benches in groups.items():
        tables = ["\n".join(["[[bench]]", *(f"{k} = {toml(v)}" for k, v in bench.items())]) for bench in benches]
        (folder / f"definitions/{group}.toml").write_text("\n\n".join(tables) + "\n")
    return 0


def klv(name, bench):
    """A benchmark as rebar writes it for a runner, with one iteration to be timed."""
    haystack = bench["haystack"]
    if isinstance(haystack, dict) and "path" in haystack:
        haystack = (INPUTS / haystack["path"]).read_bytes()
    else:
        haystack = (haystack["contents"] if isinstance(haystack, dict) else haystack).encode()
    items = [
        ("name", name), ("model", bench["model"]), ("pattern", bench["regex"]),
        ("case-insensitive", str(bench.get("case-insensitive", False)).lower()),
        ("unicode", str(bench.get("unicode", False)).lower()),
        ("haystack", haystack), ("max-iters", "1"), ("max-warmup-iters", "0"),
        ("max-time", "0"), ("max-warmup-time", "0"),
    ]
    encoded = ((k, v.encode() if isinstance(v, str) else v) for k, v in items)
    return b"".join(b"%s:%d:%s\n" % (k.encode(), len(v), v) for k, v in encoded)


def command(config):
    return [config["bin"], *config.get("args", [])]


def version(engine):
    """By the rule of rebar's engine definitions; None where it does not start."""
    try:
        done = subprocess.run(command(engine["version"]), cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    found = re.search(engine["version"]["regex"], done.stdout)
    return found and found["version"]


def measure(engine, name, bench):
    """What is wrong, or OK."""
    done = subprocess.run(
        command(engine["run"]), cwd=ROOT, input=klv(name, bench), capture_output=True
    )
    if done.returncode:
        complaint = done.stderr.decode(errors="replace").splitlines()[-1:] or [""]
        return f"exit code {done.returncode}: {complaint[0]}"
    samples = re.findall(r"^(\d+),(\d+)$", done.stdout.decode(), re.M)
    if len(samples) != 1:
        return f"not a sample: {done.stdout!r}"
    count = int(samples[0][1])
    return "OK" if count == bench["count"] else f"{count}, not {bench['count']}"


def test(engine_filter, name_filter):
    groups, engines = benchmarks()
    chosen = {e["name"]: e for e in engines if re.search(engine_filter, e["name"])}
    versions = {name: version(engine) for name, engine in chosen.items()}
    failed = ran = 0
    for group, bench in ((group, bench) for group, list_ in groups.items() for bench in list_):
        name = f"{group}/{bench['name']}"
        for its in (its for its in bench["engines"] if its in chosen and re.search(name_filter, name)):
            if versions[its] is None:
                verdict = "does not start"
            else:
                verdict = measure(chosen[its], name, bench)
            print(f"{name},{bench['model']},{its},{versions[its]},{verdict}", flush=True)
            ran += 1
            failed += verdict != "OK"
    print(f"{ran - failed} of {ran} as expected")
    return 1 if failed or not ran else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tasks = parser.add_subparsers(dest="task", required=True)
    tasks.add_parser("write").add_argument("folder", type=pathlib.Path)
    tester = tasks.add_parser("test")
    tester.add_argument("-e", "--engine", default="")
    tester.add_argument("-f", "--filter", default="")
    options = parser.parse_args()
    if options.task == "write":
        return write(options.folder)
    return test(options.engine, options.filter)


if __name__ == "__main__":
    sys.exit(main())
