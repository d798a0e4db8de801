#!/usr/bin/env python3
"""Works out again, with Python's own means, what the guests are expected to print.

Guests that check themselves (selfmod, unaligned, atomics) are not here.
"""
import collections
import hashlib
import math
import pathlib
import re
import struct
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
MASK = (1 << 64) - 1
TEXT = (HERE / "inputs/text.txt").read_text()


def fib():
    a, b = 0, 1
    for _ in range(27):
        a, b = b, a + b
    return f"fib(27) = {a}"


def sieve():
    n = 1_000_000
    prime = bytearray([1]) * n
    prime[:2] = b"\0\0"
    for i in range(2, int(n**0.5) + 1):
        if prime[i]:
            prime[i * i :: i] = bytes(len(range(i * i, n, i)))
    return f"primes below {n}: {sum(prime)}"


def sha256():
    buffer = bytes((i ^ (i >> 8)) & 255 for i in range(64 << 10))
    digest = bytes(32)
    for _ in range(3):
        digest = hashlib.sha256(digest + buffer).digest()
    return f"sha256 x 3: {digest.hex()}"


def crc32():
    buffer = bytes((i * 167 + (i >> 8)) & 255 for i in range(64 << 10))
    return f"crc32 x 16: {zlib.crc32(buffer * 16):08x}"


def split_mix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def fnv(words):
    state = 0xCBF29CE484222325
    for word in words:
        state = ((state ^ word) * 0x100000001B3) & MASK
        state = (state << 23 | state >> 41) & MASK
    return f"{state:016x}"


def qsort():
    n = 100_000
    rng = split_mix(n)
    return f"{n} numbers, checksum {fnv(sorted(next(rng) for _ in range(n)))}, sorted"


def matmul():
    n = 128
    rng = split_mix(n)
    a, b = ([next(rng) for _ in range(n * n)] for _ in range(2))
    rows = [a[i * n : (i + 1) * n] for i in range(n)]
    columns = [b[j::n] for j in range(n)]
    entries = (sum(x * y for x, y in zip(row, column)) & MASK for row in rows for column in columns)
    return f"{n} x {n} product, checksum {fnv(entries)}"


def queens():
    n = 11

    def place(row, columns, left, right):
        if row == n:
            return 1
        return sum(
            place(row + 1, columns | {c}, left | {c - row}, right | {c + row})
            for c in range(n)
            if c not in columns and c - row not in left and c + row not in right
        )

    return f"{n} queens: {place(0, frozenset(), frozenset(), frozenset())} ways"


def bytecode():
    n = 120
    pairs = sum(math.gcd(a, b) == 1 for a in range(1, n + 1) for b in range(1, a + 1))
    return f"coprime pairs up to {n}: {pairs}"


def chase():
    steps, length = 2_000_000, 1 << 15
    rng = split_mix(length)
    following = list(range(length))
    for i in range(length - 1, 0, -1):
        j = next(rng) * i >> 64
        following[i], following[j] = following[j], following[i]
    node = total = 0
    for _ in range(steps):
        node = following[node]
        total += node
    return f"{steps} steps, at node {node}, sum {total}"


def memops():
    rounds, half = 10, 4099 + 16
    rng = split_mix(0)
    arena = bytearray(2 * half)
    for at in range(0, len(arena) - 7, 8):
        arena[at : at + 8] = next(rng).to_bytes(8, "little")

    def sum_words(data):
        words = len(data) // 8
        return sum(struct.unpack_from(f"<{words}Q", data)) & MASK

    def exercise(to, start, size):
        low, high = arena[:half], arena[half:]
        low[to : to + size] = high[start : start + size]
        equal = 1
        high[to : to + size] = high[start : start + size]
        high[start + 8 : start + 8 + size] = high[to : to + size]
        left, right = low[to : to + size], high[to : to + size]
        order = (left > right) - (left < right)
        high[start : start + size // 2] = bytes([(order ^ to) & 255]) * (size // 2)
        word = int.from_bytes(high[to : to + 8], "little") + size + 1
        high[to : to + 8] = (word & MASK).to_bytes(8, "little")
        arena[:half], arena[half:] = low, high
        total = sum_words(low[to : to + size + 8]) + sum_words(high[start : start + size + 8])
        turn = equal + (order < 0)
        return (total << turn | (total & MASK) >> (64 - turn)) & MASK

    sizes = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 64, 127, 256, 1000, 4099]
    words = [
        exercise(to, (to * 5 + turn) % 8, size)
        for turn in range(rounds)
        for size in sizes
        for to in range(8)
    ]
    return f"{rounds} rounds, checksum {fnv([*words, sum_words(arena)])}"


def whitespace():
    n = 500

    def steps(x):
        count = 0
        while x != 1:
            x = x // 2 if x % 2 == 0 else 3 * x + 1
            count += 1
        return count

    primes = sum(all(i % d for d in range(2, i)) for i in range(2, n))
    best = max(range(1, n), key=steps)
    return (
        f"primes below {n}: {primes}\n"
        f"longest Collatz run from below {n}: from {best} in {steps(best)} steps"
    )


def wordfreq():
    words = collections.Counter(re.findall("[a-z]+", TEXT.lower()))
    top = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:20]
    lines = [f"{count:6} {word}" for word, count in top]
    return "\n".join([*lines, f"{sum(words.values())} words, {len(words)} different"])


def matches(*patterns):
    return "\n".join(f"{p}: {len(re.findall(p, TEXT))}" for p in patterns)


def regex():
    return matches(r"[a-z]+ing", r"\b\w{5}\b", "the|and|of")


def regex_tiers():
    return matches(r"\b(\w)\w*\1\b", r"(?<=\bthe )\w+")


def regex_jit():
    return matches(r"[a-z]+ing", r"\b(\w)\w*\1\b", "the|and|of")


def main():
    right = True
    for work_out in (
        fib, sieve, sha256, qsort, matmul, memops, whitespace, wordfreq, regex,
        regex_tiers, regex_jit, bytecode, chase, crc32, queens,
    ):
        name = work_out.__name__
        expected = (HERE / f"expected/{name}.out").read_text()
        agrees = expected == work_out() + "\n"
        print(f"{name}: {'agrees' if agrees else 'DIFFERS: ' + work_out()}")
        right &= agrees
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
