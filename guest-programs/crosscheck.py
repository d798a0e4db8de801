#!/usr/bin/env python3
"""Works out again, with Python's own means, what the guests are expected to print.

Guests that check themselves (selfmod, unaligned, atomics) are not here.
"""
import hashlib
import pathlib
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
MASK = (1 << 64) - 1


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


def main():
    right = True
    for work_out in (fib, sieve, sha256, crc32, qsort, matmul, queens):
        name = work_out.__name__
        expected = (HERE / f"expected/{name}.out").read_text()
        agrees = expected == work_out() + "\n"
        print(f"{name}: {'agrees' if agrees else 'DIFFERS: ' + work_out()}")
        right &= agrees
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
