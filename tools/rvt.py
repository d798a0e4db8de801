#!/usr/bin/env python3
"""Reads execution traces (.rvt); docs/trace-format.md says what is in them.

    rvt.py info FILE         header, ending and condition
    rvt.py chunks FILE       a line for each chunk, without what it touched
    rvt.py touches FILE K    a line for each word that chunk K touched first
    rvt.py chunk FILE K      all of chunk K, in one line
    rvt.py check FILE        all checksums, digests, links and totals

Prints JSON lines. Exits with 1, and a line with "error", if the file is no trace, or what
was asked for is not whole. Needs no package, but for zstd blocks the command zstd.
"""
import json
import struct
import subprocess
import sys
import tempfile
import zlib

MASK, PAGE, GROUP = (1 << 64) - 1, 4096, 64
MAX_CONTENT, MAX_TOUCHES, MAX_PAGES = 1 << 30, 1 << 26, 1 << 18
MAGIC, END = b"\x89RVT\r\n\x1a\n", b"\x89RVTend\n"
COUNTS = ("insns", "unaligned_loads", "unaligned_stores", "accesses", "ecalls")
EXITS = {"exited": "<i", "trap": "<Q", "insn_limit": "<Q", "memory_limit": "<Q",
         "timeout": "<QI", "broken_pipe": "", "refused": "<7Q"}
TOTALS = ("chunks", "insns", "accesses", "touches", "ecalls")


class TraceError(Exception):
    """What is wrong with a trace."""


def need(condition, *what):
    if not condition:
        raise TraceError(" ".join(map(str, what)))


def unzstd(frame, length):
    """What is in a zstd frame, but no more than a byte beyond `length`."""
    with tempfile.TemporaryFile() as file:
        file.write(frame)
        file.seek(0)
        with subprocess.Popen(["zstd", "-dcqq"], stdin=file, stdout=subprocess.PIPE) as process:
            return process.stdout.read(length + 1)


# BLAKE3 as its paper has it: the hash mode, 32 bytes of output. Slow, and all here.
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
      0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
MIXES = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
START, LAST, PARENT, ROOT = 1, 2, 4, 8
KEY, ROTATE = struct.pack("<8I", *IV), 1 << 32 | 1


def compress(cv, block, counter, length, flags):
    v = [*struct.unpack("<8I", cv), *IV[:4], counter & 0xFFFFFFFF, counter >> 32, length, flags]
    words = struct.unpack("<16I", block.ljust(64, b"\0"))
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(MIXES):
            for word, left, right in ((words[2 * i], 16, 12), (words[2 * i + 1], 8, 7)):
                v[a] = (v[a] + v[b] + word) & 0xFFFFFFFF
                v[d] = (v[d] ^ v[a]) * ROTATE >> left & 0xFFFFFFFF
                v[c] = (v[c] + v[d]) & 0xFFFFFFFF
                v[b] = (v[b] ^ v[c]) * ROTATE >> right & 0xFFFFFFFF
        words = [words[i] for i in ORDER]
    return struct.pack("<8I", *(v[i] ^ v[i + 8] for i in range(8)))


def blake3(data, counter=0, root=ROOT):
    if len(data) > 1024:
        left = 1 << (len(data) - 1).bit_length() - 1
        right = blake3(data[left:], counter + left // 1024, 0)
        return compress(KEY, blake3(data[:left], counter, 0) + right, 0, 64, PARENT | root)
    cv = KEY
    for at in range(0, max(len(data), 1), 64):
        block = data[at:at + 64]
        flags = START * (at == 0) | (LAST | root) * (at + 64 >= len(data))
        cv = compress(cv, block, counter, len(block), flags)
    return cv


class Content:
    """The content of a block, read from its start to its end."""

    def __init__(self, data, space=MASK):
        self.data, self.at, self.space = data, 0, space

    def whole(self, value):
        need(self.at == len(self.data), len(self.data) - self.at, "bytes are left over")
        return value

    def take(self, count):
        self.at += count
        need(self.at <= len(self.data), "the content ends too early")
        return self.data[self.at - count:self.at]

    def number(self, length):
        return int.from_bytes(self.take(length), "little")

    def u64s(self, *names):
        return {name: self.number(8) for name in names}

    def varint(self, start=0):
        """A number, added to another."""
        value, shift, byte = 0, 0, 0x80
        while byte >= 0x80 and shift < 70:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            shift += 7
        need(byte or shift == 7, "a number is written longer than it need be")
        need(byte < 0x80 and start + value <= MASK, "a number beyond 64 bits")
        return start + value

    def change(self, start=0, number=None):
        number = self.varint() if number is None else number
        return (start + (number >> 1 ^ -(number & 1))) & MASK

    def count(self, least):
        count = self.varint()
        need(count * least <= len(self.data) - self.at, count, "of something do not fit")
        return count

    def choice(self, *names):
        kind = self.number(1)
        need(kind < len(names), kind, "is none of", names)
        return names[kind]

    def registers(self):
        mask = self.varint()
        need(mask & 1 == 0 and mask < 1 << 32, hex(mask), "is no set of registers")
        return [reg for reg in range(32) if mask >> reg & 1]

    def spans(self, unit, least, space):
        """Address and length of ranges, none touching another; bytes may follow each."""
        end = None
        for _ in range(self.count(least)):
            gap, length = self.varint() * unit, self.varint() * unit
            need(length and (gap or end is None), "ranges are empty, or touch")
            addr = (end or 0) + gap
            end = addr + length
            need(end <= space, length, "bytes at", hex(addr), "are outside")
            yield addr, length

    def packed(self, count, widths):
        """Numbers in groups, each as wide as its greatest needs."""
        for at, width in zip(range(0, count, GROUP), widths):
            group = [self.number(width) for _ in range(min(GROUP, count - at))]
            need((max(group).bit_length() + 7) // 8 == width, "a group is too wide")
            yield from group

    def floating(self):
        """Registers by their numbers, from 32; fcsr is 64."""
        mask = self.varint()
        need(mask < 1 << 33, hex(mask), "is no set of floating-point registers")
        for reg in (reg for reg in range(33) if mask >> reg & 1):
            value = self.varint() if reg == 32 else self.number(8)
            need(reg < 32 or value < 256, "fcsr is", hex(value))
            yield 32 + reg, value

    def set_floating(self, state, before):
        for reg, value in self.floating():
            old = before["fcsr"] if reg == 64 else before["f"][reg - 32]
            need(value != old, "floating-point register", reg, "has not changed")
            if reg == 64:
                state["fcsr"] = value
            else:
                state["f"][reg - 32] = value

    def state(self, counts=()):
        state = {"x": [0] + [self.varint() for _ in range(31)], "pc": self.varint()}
        state["reservation"] = (self.varint() - 1) & MASK
        state.update((name, self.varint()) for name in COUNTS[:3])
        state.update(f=[0] * 32, fcsr=0)
        self.set_floating(state, state)
        return state | {name: self.varint() for name in counts}

    def header(self):
        header = {name: self.take(self.count(1)).decode() for name in ("isa", "abi")}
        header["clock"] = self.u64s("start", "insn", "ecall", "access")
        header["policy"] = self.u64s(self.choice("insns", "accesses", "touches"))
        header["address_space"] = self.number(8)
        header.update((name, self.take(32).hex()) for name in ("elf", "text", "inputs"))
        header["start"], header["initial"] = self.state(), []
        for _ in range(self.count(2)):
            addr, data = self.varint(), self.take(self.count(1))
            need(addr + len(data) <= header["address_space"], "initial memory is outside")
            header["initial"].append({"addr": addr, "bytes": data.hex()})
        return self.whole(header)

    def exit(self):
        kind = self.choice(*EXITS)
        values = struct.unpack(EXITS[kind], self.take(struct.calcsize(EXITS[kind])))
        if kind == "trap":
            return {kind: {"pc": values[0], **self.cause()}}
        if kind == "refused":
            return {kind: {"pc": values[0], "number": values[1], "args": list(values[2:]),
                           "reason": self.choice(*range(14))}}
        if kind == "timeout":
            need(values[1] < 10**9, values[1], "nanoseconds")
            return {kind: {"secs": values[0], "nanos": values[1]}}
        return {kind: values[0] if values else True}

    def cause(self):
        kind = self.choice("illegal_instruction", "breakpoint", "fetch_fault", "load_fault",
                           "store_fault", "load_misaligned", "store_misaligned",
                           "fetch_misaligned")
        if kind == "illegal_instruction":
            return {"cause": kind, "word": self.number(4)}
        cause = {"cause": kind, **self.u64s(*(["addr"] if kind != "breakpoint" else []))}
        if kind not in ("breakpoint", "fetch_fault", "fetch_misaligned"):
            cause["bytes"] = self.choice(1, 2, 4, 8)
        return cause

    def ending(self):
        return self.whole({"exit": self.exit(), "received": self.take(32).hex(),
                           "totals": self.u64s(*TOTALS)})

    def index(self):
        return self.whole([self.u64s("offset", "start", *TOTALS[1:])
                           | {"digest": self.take(32).hex()} for _ in range(len(self.data) // 80)])

    def chunk(self):
        number, start = self.varint(), self.state(COUNTS[3:])
        end = {**start, "x": list(start["x"]), "f": list(start["f"])}
        for reg in self.registers():
            end["x"][reg] = self.change(start["x"][reg])
            need(end["x"][reg] != start["x"][reg], f"x{reg} has not changed")
        self.set_floating(end, start)
        end.update((name, self.change(start[name])) for name in ("pc", "reservation"))
        end.update((name, self.varint(start[name])) for name in COUNTS)
        touches, calls, code, times = (self.count(least) for least in (1 / GROUP, 8, 3, 2))
        chunk = {"number": number, "start": start, "end": end,
                 "touches": list(self.touches(touches)), "ecalls": list(self.calls(calls)),
                 "code": list(self.code(code)), "times": list(self.times(times))}
        events = (event["at"] for name in ("ecalls", "code", "times") for event in chunk[name])
        need(max(events, default=0) <= end["insns"] - start["insns"], "events after the end")
        return self.whole(chunk)

    def touches(self, count):
        need(count <= MAX_TOUCHES, count, "words touched")
        widths = self.take((count + GROUP - 1) // GROUP)
        need(all(byte & 15 <= 8 and byte >> 4 <= 8 for byte in widths), "a width is above 8")
        places, word = list(self.packed(count, (byte & 15 for byte in widths))), -1
        values = self.packed(count, (byte >> 4 for byte in widths))
        for place, value in zip(places, values):
            word = self.change(word + 1, place)
            need(word < self.space // 8, "word", hex(word), "is outside")
            yield {"addr": word * 8, "value": value}

    def calls(self, count):
        at, pc, space = 0, 0, self.space
        for _ in range(count):
            call = {"at": (at := self.varint(at)), "trap": None, "number": 0, "args": [0] * 7}
            if self.choice("ecall", "trap") == "trap":
                call["trap"] = self.cause()
            else:
                call["number"] = self.varint()
                call["args"] = [self.change() for _ in range(7)]
            call["next_pc"] = pc = self.change(pc)
            call["results"] = [[reg, self.change()] for reg in self.registers()]
            call["results"] += map(list, self.floating())
            call["reads"] = [{"addr": a, "bytes": n} for a, n in self.spans(8, 2, space)]
            call["writes"] = [{"addr": a, "bytes": self.take(n).hex()}
                              for a, n in self.spans(1, 3, space)]
            yield call

    def code(self, count):
        need(count <= MAX_PAGES, count, "pages of code")
        at, last, pages = 0, (-1, 0), {}
        for _ in range(count):
            at, addr = self.varint(at), self.varint() * PAGE
            need(addr + PAGE <= self.space, "a code page at", hex(addr), "is outside")
            need(last < (at, addr), "code pages are out of order")
            last, page = (at, addr), pages.setdefault(addr, bytearray(PAGE))
            for start, length in self.spans(8, 10, PAGE):
                for word in range(start, start + length, 8):
                    new = self.take(8)
                    need(new != page[word:word + 8], "a word of code has not changed")
                    page[word:word + 8] = new
            yield {"at": at, "addr": addr, "bytes": page.hex()}

    def times(self, count):
        at = nanos = 0
        for _ in range(count):
            at, nanos = self.varint(at), self.change(nanos)
            yield {"at": at, "nanos": nanos}


class Trace:
    """A trace file. `condition` is "complete", "truncated" or "damaged"; `chunks` has the
    offset of each chunk's block, and `index` what the index says of it, if there is one."""

    def __init__(self, path):
        self.offset = self.error = self.index = self.ending = self.tail = self.root = None
        self.condition, self.chunks, self.file = "complete", [], open(path, "rb")
        need(MAGIC.startswith(self.file.read(8)), "not a trace")
        self.length = self.file.seek(0, 2)
        preamble = self.read(0, 64)
        version, elf, zeros, crc = struct.unpack("<8xII44sI", preamble)
        need(crc == zlib.crc32(preamble[:60]), "the preamble is damaged")
        need(version == 2, "version is", version, "expected 2")
        need(elf < 2 and not any(zeros), "bytes that are to be zero are not")
        content, self.head, self.blocks = self.block(64, b"HEAD")
        self.header, self.elf = Content(content).header(), bool(elf)
        try:
            self.first = self.block_header(self.blocks)[-1] if elf else self.blocks
            self.find_end() or self.scan(self.first)
        except TraceError as error:
            self.condition, self.error = "truncated" if self.offset else "damaged", str(error)

    def read(self, offset, length, block=None):
        """Bytes at `offset`; if they are not there, what starts at `block` is not whole."""
        if offset + length > self.length:
            self.offset = offset if block is None else block
            raise TraceError(f"truncated at byte {self.offset}")
        self.file.seek(offset)
        return self.file.read(length)

    def block_header(self, offset):
        line = self.read(offset, 64)
        tag, codec, stored, length, data_crc, crc, digest = struct.unpack("<4sI2Q2I32s", line)
        need(crc == zlib.crc32(line[:28] + line[32:]), "block header at", offset, "is damaged")
        need(codec < 2 and length <= MAX_CONTENT, "block header at", offset, "makes no sense")
        need(stored < length if codec else stored == length, "lengths at", offset, "make no sense")
        end = offset + 64 + (stored + 63) // 64 * 64
        self.read(end, 0, offset)
        return tag, codec, stored, length, data_crc, digest, end

    def block(self, offset, expected):
        """Content, digest and end of the block at `offset`."""
        tag, codec, stored, length, crc, digest, end = self.block_header(offset)
        need(tag == expected, "block", tag, "at", offset, "expected", expected)
        data, start = self.read(offset + 64, stored), offset + 64 + stored
        need(not any(self.read(start, end - start)), "padding at", start, "is not zero")
        need(zlib.crc32(data) == crc, "checksum of", tag, "at", offset, "is wrong")
        content = unzstd(data, length) if codec else data
        need(len(content) == length, "length of", tag, "at", offset, "is wrong")
        need(blake3(content) == digest, "digest of", tag, "at", offset, "is wrong")
        return content, digest, end

    def find_end(self):
        line = self.read(self.length - 64, 64)
        if self.length % 64 or line[:8] != END:
            return False
        index, tail, root, zeros, crc = struct.unpack("<8x2Q32s2I", line)
        need(crc == zlib.crc32(line[:60]) and zeros == 0, "the trailer is damaged")
        self.index = Content(self.block(index, b"INDX")[0]).index()
        self.chunks = [entry["offset"] for entry in self.index]
        content, digest, _ = self.block(tail, b"TAIL")
        self.ending, self.tail, self.root = Content(content).ending(), tail, root.hex()
        digests = [bytes.fromhex(entry["digest"]) for entry in self.index]
        found = blake3(b"".join((b"rvt root 1\n", self.head, *digests, digest)))
        need(found == root, "root digest is", found.hex(), "expected", root.hex())
        return True

    def scan(self, offset):
        while True:
            tag, *_, end = self.block_header(offset)
            if tag == b"CHNK":
                self.chunks.append(offset)
            elif tag == b"TAIL":
                self.ending = Content(self.block(offset, tag)[0]).ending()
            offset = end

    def chunk(self, number):
        """A chunk, and what the index says of it."""
        need(number < len(self.chunks), "there is no chunk", number)
        content, digest, _ = self.block(self.chunks[number], b"CHNK")
        chunk = Content(content, self.header["address_space"]).chunk()
        need(chunk["number"] == number, "chunk", number, "has number", chunk["number"])
        start, end = chunk["start"], chunk["end"]
        info = {name: end[name] - start[name] for name in ("insns", "accesses", "ecalls")}
        info |= {"offset": self.chunks[number], "start": start["insns"], "digest": digest.hex(),
                 "touches": len(chunk["touches"])}
        need(not self.index or self.index[number] == info, "chunk", number, "and index differ")
        return chunk, info

    def check(self):
        """Checks all that can be without running anything."""
        need(self.condition == "complete", self.error)
        if self.elf:
            need(self.block(self.blocks, b"ELF ")[1].hex() == self.header["elf"], "another ELF")
        end, offset = {**self.header["start"], "accesses": 0, "ecalls": 0}, self.first
        totals = dict.fromkeys(TOTALS, 0)
        for number, found in enumerate(self.chunks):
            need(found == offset, "chunk", number, "is not at", offset)
            chunk, info = self.chunk(number)
            need(chunk["start"] == end, "chunk", number, "does not start where the last ended")
            words = {touch["addr"] for touch in chunk["touches"]}
            need(len(words) == info["touches"], "chunk", number, "touches a word first twice")
            end, offset = chunk["end"], self.block_header(offset)[-1]
            totals = {name: total + info.get(name, 1) for name, total in totals.items()}
        need(totals == self.ending["totals"], "totals are", totals)
        need(self.tail == offset, "the ending is not at", offset)
        index = self.block_header(self.tail)[-1]
        need(self.block(index, b"INDX")[2] + 64 == self.length, "the trailer is not at the end")
        need(self.read(self.length - 56, 8) == struct.pack("<Q", index), "the index is elsewhere")

    def lines(self, command, number=None):
        if command == "info":
            names = ("header", "elf", "condition", "offset", "error", "ending", "root")
            yield {name: getattr(self, name) for name in names} | {"chunks": len(self.chunks)}
        elif command == "chunks":
            for k in range(len(self.chunks)):
                yield {"number": k, **(self.index[k] if self.index else self.chunk(k)[1])}
        elif command == "check":
            self.check()
            yield {"root": self.root, **self.ending["totals"]}
        else:
            chunk, _ = self.chunk(int(number))
            yield from chunk["touches"] if command == "touches" else [chunk]


def main(command=None, path=None, *number):
    wanted = {"info": 0, "chunks": 0, "touches": 1, "chunk": 1, "check": 0}
    if path is None or wanted.get(command) != len(number):
        sys.exit(__doc__)
    try:
        for line in Trace(path).lines(command, *number):
            print(json.dumps(line))
    except (TraceError, OSError, ValueError) as error:
        print(json.dumps({"error": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
