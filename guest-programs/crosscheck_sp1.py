#!/usr/bin/env python3
"""Works out again, with Python's own means, what the guests for SP1 commit and print.

    crosscheck_sp1.py [--write]

The inputs are those of sp1-guests.json. With --write the expected files are made
rather than compared.
"""
import collections
import hashlib
import json
import pathlib
import re
import sys

from crosscheck import MASK, split_mix

HERE = pathlib.Path(__file__).resolve().parent


def little(number, words):
    return number.to_bytes(8 * words, "little")


def draw(rng, words):
    return sum(next(rng) << (64 * at) for at in range(words))


# Curves, in affine coordinates: (prime, a, generator) of y^2 = x^3 + ax + b.

SECP256K1 = (
    2**256 - 2**32 - 977,
    0,
    (
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    ),
)
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SECP256R1 = (
    2**256 - 2**224 + 2**192 + 2**96 - 1,
    -3,
    (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
SECP256R1_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BN254 = (
    21888242871839275222246405745257275088696311157297823662689037894645226208583,
    0,
    (1, 2),
)
BLS12381 = (
    0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB,
    0,
    (
        0x17F1D3A73197D7942695638C4FA9AC0FC3688C4F9774B905A14E3A3F171BAC586C55E83FF97A1AEFFB3AF00ADB22C6BB,
        0x08B3F481E3AAA0F1A09E30ED741D8AE4FCF5E095D5D00AF600DB18CB2C04B3EDD03CC744A2888AE40CAA232946C5E7E1,
    ),
)
ED_PRIME = 2**255 - 19
ED_D = -121665 * pow(121666, -1, ED_PRIME) % ED_PRIME


def weierstrass_add(curve, p, q):
    prime, a, _ = curve
    if p is None or q is None:
        return p or q
    if p[0] != q[0]:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, prime)
    elif p == q:
        slope = (3 * p[0] ** 2 + a) * pow(2 * p[1], -1, prime)
    else:
        return None
    x = (slope**2 - p[0] - q[0]) % prime
    return x, (slope * (p[0] - x) - p[1]) % prime


def edwards_add(_, p, q):
    cross = ED_D * p[0] * q[0] * p[1] * q[1]
    x = (p[0] * q[1] + p[1] * q[0]) * pow(1 + cross, -1, ED_PRIME)
    y = (p[1] * q[1] + p[0] * q[0]) * pow(1 - cross, -1, ED_PRIME)
    return x % ED_PRIME, y % ED_PRIME


def multiple(add, curve, scalar, point):
    total = None
    while scalar:
        if scalar & 1:
            total = point if total is None else add(curve, total, point)
        point = add(curve, point, point)
        scalar >>= 1
    return total


def square_root(number, prime):
    """A root modulo a prime that is not 1 modulo 8, or None."""
    if prime % 4 == 3:
        root = pow(number, (prime + 1) // 4, prime)
    else:
        root = pow(number, (prime + 3) // 8, prime)
        if root * root % prime != number:
            root = root * pow(2, (prime - 1) // 4, prime) % prime
    return root if root * root % prime == number else None


def even(root, prime):
    return prime - root if root & 1 else root


# Permutations.


def rotate(lane, by):
    by %= 64
    return (lane << by | lane >> (64 - by)) & MASK


def keccak_permute(lanes):
    """FIPS 202, 3.2, as five rows of five lanes."""
    state = [[lanes[x + 5 * y] for y in range(5)] for x in range(5)]
    register = 1
    for _ in range(24):
        column = [a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] for a in state]
        mixed = [column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1) for x in range(5)]
        state = [[lane ^ mixed[x] for lane in state[x]] for x in range(5)]
        x, y, lane = 1, 0, state[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            lane, state[x][y] = state[x][y], rotate(lane, (step + 1) * (step + 2) // 2)
        state = [
            [state[x][y] ^ (~state[(x + 1) % 5][y] & state[(x + 2) % 5][y]) for y in range(5)]
            for x in range(5)
        ]
        for j in range(7):
            state[0][0] ^= (register & 1) << ((1 << j) - 1)
            register = register << 1 ^ (register >> 7) * 0x171
    return [state[at % 5][at // 5] for at in range(25)]


def keccak256(data):
    padded = bytearray(data + bytes(136 - len(data) % 136))
    padded[len(data)] |= 1
    padded[-1] |= 0x80
    state = [0] * 25
    for block in range(0, len(padded), 136):
        for at in range(17):
            start = block + 8 * at
            state[at] ^= int.from_bytes(padded[start : start + 8], "little")
        state = keccak_permute(state)
    return b"".join(little(lane, 1) for lane in state[:4])


def sha_constants():
    primes = [n for n in range(2, 312) if all(n % d for d in range(2, n))]

    def cube_root_of_scaled(n):
        low, high = 0, 1 << 40
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**3 <= n << 96 else (low, middle - 1)
        return low & 0xFFFFFFFF

    return [cube_root_of_scaled(n) for n in primes[:64]]


def turn(word, *by):
    result = 0
    for b in by:
        result ^= word >> b | word << (32 - b)
    return result & 0xFFFFFFFF


def sha_extend(w):
    w = list(w)
    for i in range(16, 64):
        s0 = turn(w[i - 15], 7, 18) ^ w[i - 15] >> 3
        s1 = turn(w[i - 2], 17, 19) ^ w[i - 2] >> 10
        w.append((w[i - 16] + s0 + w[i - 7] + s1) & 0xFFFFFFFF)
    return w


def sha_compress(w, state):
    a, b, c, d, e, f, g, h = state
    for k, word in zip(sha_constants(), w):
        one = h + turn(e, 6, 11, 25) + (e & f ^ ~e & g) + k + word
        two = turn(a, 2, 13, 22) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = one + two & 0xFFFFFFFF, a, b, c, d + one & 0xFFFFFFFF, e, f, g
    return [x + y & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d, e, f, g, h))]


KOALA = 2**31 - 2**24 + 1
WIDTH, FULL_ROUNDS, PARTIAL_ROUNDS = 16, 8, 20


def grain():
    """Poseidon2's constants: a Grain shift register that starts with what they are for."""
    start = [(1, 2), (0, 4), (31, 12), (WIDTH, 12), (FULL_ROUNDS, 10), (PARTIAL_ROUNDS, 10)]
    start = "".join(f"{value:0{width}b}" for value, width in [*start, (2**30 - 1, 30)])
    bits = collections.deque(map(int, start))

    def step():
        bits.append(bits[62] ^ bits[51] ^ bits[38] ^ bits[23] ^ bits[13] ^ bits[0])
        bits.popleft()
        return bits[-1]

    def kept():
        while True:
            keep, bit = step(), step()
            if keep:
                return bit

    for _ in range(160):
        step()
    while True:
        number = 0
        for _ in range(31):
            number = number << 1 | kept()
        if number < KOALA:
            yield number


def poseidon2(state):
    constants = grain()
    four = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]
    # The inner matrix is that of Montgomery forms, so a power of 2 divides it.
    diagonal = [-2, *(1 << at for at in range(14)), 1 << 15]
    unit = pow(2**32, -1, KOALA)

    def outer(state):
        parts = [
            sum(f * state[start + at] for at, f in enumerate(row))
            for start in range(0, WIDTH, 4)
            for row in four
        ]
        sums = [sum(parts[at::4]) for at in range(4)]
        return [(part + sums[at % 4]) % KOALA for at, part in enumerate(parts)]

    def full(state):
        return outer([pow(x + next(constants), 3, KOALA) for x in state])

    state = outer(state)
    for _ in range(FULL_ROUNDS // 2):
        state = full(state)
    for _ in range(PARTIAL_ROUNDS):
        state = [pow(state[0] + next(constants), 3, KOALA), *state[1:]]
        total = sum(state)
        state = [(total + d * x) * unit % KOALA for d, x in zip(diagonal, state)]
    for _ in range(FULL_ROUNDS // 2):
        state = full(state)
    return state


# The guests: what they commit, and what they print.


def merkle(rounds, item):
    root, leaves = bytes(32), range(0, len(item), 64)
    for _ in range(rounds):
        level = [keccak256(root + item[at : at + 64].ljust(64, b"\0")) for at in leaves]
        while len(level) > 1:
            level = [
                keccak256(b"".join(pair)) if len(pair) == 2 else pair[0]
                for pair in (level[at : at + 2] for at in range(0, len(level), 2))
            ]
        root = level[0]
    return root + little(len(leaves), 1), f"{rounds} rounds over {len(leaves)} leaves\n"


def ec(seed, count):
    rng, prime = split_mix(seed), SECP256K1[0]
    total, slopes = 0, 1
    for _ in range(count):
        scalar = 0
        while not 0 < scalar < SECP256K1_ORDER:
            scalar = draw(rng, 4)
        x, y = multiple(weierstrass_add, SECP256K1, scalar, SECP256K1[2])
        slopes = slopes * y * pow(x, -1, prime) % prime
        total += scalar
    x, y = multiple(weierstrass_add, SECP256K1, total % SECP256K1_ORDER, SECP256K1[2]) or (0, 0)
    return little(x, 4) + little(y, 4) + little(slopes, 4), f"{count} points\n"


def words(rounds, text):
    found = re.findall("[a-z]+", text.decode().lower())
    counts = collections.Counter(found)
    order = sorted(counts.items())
    prime, checksum = 2**127 - 1, 0
    for turn in range(rounds):
        start = turn % len(found)
        data = "".join(found[start:] + found[:start]).encode()
        data += b"".join(word.encode() + little(count, 1) for word, count in order)
        for byte in data:
            checksum = (checksum * 0x9E3779B97F4A7C15 + byte + 1) % prime
    top = sorted(order, key=lambda item: -item[1])[:10]
    public = little(len(found), 1) + little(len(counts), 1) + little(checksum, 2)
    public += b"".join(little(count, 1) + word.encode() for word, count in top)
    lines = [f"{count:6} {word}" for word, count in top]
    lines += [f"{len(found)} words, {len(counts)} different", f"checksum {checksum:032x}"]
    return public, "".join(line + "\n" for line in lines)


def precompiles(seed):
    rng, everything, lines = split_mix(seed), hashlib.sha256(), []

    def report(name, data):
        everything.update(data)
        lines.append(f"{name}: {hashlib.sha256(data).hexdigest()[:8]}\n")

    hashes(rng, report)
    points = groups(rng, report)
    numbers(rng, report)
    fields(rng, report)
    blocks(rng, report, lines)
    hooks(points, rng, report)
    return everything.digest(), "".join(lines)


def hashes(rng, report):
    schedule = sha_extend([next(rng) >> 32 for _ in range(16)])
    report("sha extend", b"".join(little(word, 1) for word in schedule))
    state = sha_compress(schedule, [next(rng) >> 32 for _ in range(8)])
    report("sha compress", b"".join(little(word, 1) for word in state))
    state = keccak_permute([next(rng) for _ in range(25)])
    report("keccak permute", b"".join(little(lane, 1) for lane in state))
    state = [next(rng) & 0x3FFFFFFF3FFFFFFF for _ in range(8)]
    state = poseidon2(poseidon2([half for word in state for half in (word % 2**32, word >> 32)]))
    report("poseidon2", b"".join(element.to_bytes(4, "little") for element in state))


def groups(rng, report):
    def walk(add, curve, generator):
        bits, factor = next(rng), 3
        for at in range(16):
            factor = 2 * factor + 2 * (bits >> at & 1)
        return multiple(add, curve, factor, generator)

    points = {}
    for name, curve, size in (
        ("secp256k1", SECP256K1, 4),
        ("secp256r1", SECP256R1, 4),
        ("bn254", BN254, 4),
        ("bls12381", BLS12381, 6),
    ):
        x, y = points[name] = walk(weierstrass_add, curve, curve[2])
        report(f"{name} add, double", little(x, size) + little(y, size))
    y = 4 * pow(5, -1, ED_PRIME) % ED_PRIME
    root = square_root((y * y - 1) * pow(ED_D * y * y + 1, -1, ED_PRIME) % ED_PRIME, ED_PRIME)
    x, y = points["ed25519"] = walk(edwards_add, None, (even(root, ED_PRIME), y))
    report("ed add", little(x, 4) + little(y, 4))
    report("ed decompress", little(ED_PRIME - x, 4) + little(y, 4))
    return points


def numbers(rng, report):
    x, y, z = (draw(rng, 4) for _ in range(3))
    report("uint256 mul", little(x * y % z, 4))
    report("uint256 mul, 2^256", little(x * y % 2**256, 4))
    report("uint256 add carry", little((x + y + z) % 2**256, 4))
    report("uint256 add carry, carry", little((x + y + z) >> 256, 4))
    report("uint256 mul carry, high", little(x * y >> 256, 4))


def fields(rng, report):
    operations = (
        ("add", lambda x, y: x + y),
        ("sub", lambda x, y: x - y),
        ("mul", lambda x, y: x * y),
    )

    def complex_mul(x, y):
        return x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]

    for name, prime, size, bits in (("bls12381", BLS12381[0], 6, 380), ("bn254", BN254[0], 4, 253)):
        x, y = (draw(rng, size) % 2**bits for _ in range(2))
        for operation, of in operations:
            report(f"{name} fp {operation}", little(of(y, of(x, y)) % prime, size))
        x, y = (tuple(draw(rng, size) % 2**bits for _ in range(2)) for _ in range(2))
        for operation, of in operations:
            both = complex_mul
            if operation != "mul":
                both = lambda x, y: tuple(map(of, x, y))
            real, other = both(y, both(x, y))
            data = little(real % prime, size) + little(other % prime, size)
            report(f"{name} fp2 {operation}", data)


def blocks(rng, report, lines):
    near = [next(rng) for _ in range(8)]
    far = [next(rng) for _ in range(64)]
    # What the block sees: the high half of a word is ones, or the high quarter.
    seen = (near[1] | 0xFFFFFFFF << 32) ^ (far[2] | 0xFFFF << 48) ^ MASK
    lines.append(f"within a block: {seen:016x}\n")
    report("stores are undone", b"".join(little(word, 1) for word in far + near))
    size = 12
    left, right = ([[next(rng) for _ in range(size)] for _ in range(size)] for _ in range(2))
    entries = (sum(x * y for x, y in zip(row, column)) for row in left for column in zip(*right))
    report("nested loops", b"".join(little(entry & MASK, 1) for entry in entries))
    next(rng)
    report("items", b"thirteen byte")
    report("recursion", little(2 * (next(rng) * 5 >> 64) + 3, 1))


def hooks(points, rng, report):
    for name, curve, order in (
        ("secp256k1", SECP256K1, SECP256K1_ORDER),
        ("secp256r1", SECP256R1, SECP256R1_ORDER),
    ):
        (x, y), prime = points[name], curve[0]
        report(f"ecrecover, {name}", little(pow(x, -1, order), 4))
        # The root that is a square itself, as the usual exponent gives it.
        report("ecrecover, no root", little(square_root(9 * y * y % prime, prime), 4))
    root = None
    while root is None:
        y = draw(rng, 4) & (2**254 - 1)
        inverse = pow(ED_D * y * y + 1, -1, ED_PRIME)
        square = (y * y - 1) * inverse % ED_PRIME
        if square_root(square, ED_PRIME) is None:
            root = even(square_root(2 * square % ED_PRIME, ED_PRIME), ED_PRIME)
    report("ed decompress hook, inverse", little(inverse, 4))
    report("ed decompress hook, root", little(root, 4))
    product = draw(rng, 64)
    product = product % 2 ** (63 * 64) | (product >> (63 * 64 + 2)) << (63 * 64)
    modulus = draw(rng, 32) | 1 << 2047
    report("rsa, remainder", little(product % modulus, 32))
    report("rsa, quotient", little(product // modulus, 32))
    prime = BLS12381[0]
    x = draw(rng, 6) % 2**380
    report("bls12381 sqrt", little(square_root(x * x % prime, prime), 6))
    report("bls12381 sqrt, no root", little(square_root(4 * x * x % prime, prime), 6))
    report("bls12381 inverse", little(pow(x, -1, prime), 6))
    x = draw(rng, 4) % ED_PRIME
    report("fp sqrt", little(tonelli_shanks(x * x % ED_PRIME), 4))
    report("fp sqrt, no root", little(tonelli_shanks(4 * x * x % ED_PRIME), 4))
    report("fp inverse", little(pow(x, -1, ED_PRIME), 4))


def tonelli_shanks(number):
    """Which of the roots modulo 2^255 - 19 that algorithm finds, by way of 2."""
    odd = (ED_PRIME - 1) // 4
    root, rest = pow(number, (odd + 1) // 2, ED_PRIME), pow(number, odd, ED_PRIME)
    return root if rest == 1 else root * pow(2, odd, ED_PRIME) % ED_PRIME


def read(given):
    (kind, value), = given.items()
    if kind == "file":
        return (HERE / value).read_bytes()
    return bytes.fromhex(value) if kind == "hex" else value


def main():
    write, right = "--write" in sys.argv[1:], True
    work_out = {"merkle": merkle, "ec": ec, "precompiles": precompiles, "words": words}
    for guest in json.loads((HERE / "sp1-guests.json").read_text()):
        name = guest["name"]
        public, printed = work_out[name.removeprefix("sp1-")](*map(read, guest["inputs"]))
        made = {guest["public_values"]: public.hex() + "\n", guest["stdout"]: printed}
        for path, text in made.items():
            if write:
                (HERE / path).write_text(text)
        agrees = all((HERE / path).read_text() == text for path, text in made.items())
        print(f"{name}: {'agrees' if agrees else f'DIFFERS: {made}'}")
        right &= agrees
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
