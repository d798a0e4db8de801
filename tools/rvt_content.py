"""What the blocks of a trace file contain; docs/trace-format.md says what that is."""
import struct

MAX_TOUCHES, PAGE = 1 << 26, 4096
MASK = (1 << 64) - 1
COUNTS = ("insns", "unaligned_loads", "unaligned_stores", "accesses", "ecalls")


class TraceError(Exception):
    """What is wrong with a trace."""


class Truncated(TraceError):
    """The file ends early."""


def need(condition, *what):
    if not condition:
        raise TraceError(" ".join(map(str, what)))


class Input:
    """The content of a block, read from its start to its end."""

    def __init__(self, content, space=MASK):
        self.content, self.at, self.space = content, 0, space

    def left(self):
        return len(self.content) - self.at

    def take(self, count):
        need(count <= self.left(), count, "bytes are needed,", self.left(), "are left")
        self.at += count
        return self.content[self.at - count:self.at]

    def u8(self):
        return self.take(1)[0]

    def u32(self):
        return int.from_bytes(self.take(4), "little")

    def u64(self):
        return int.from_bytes(self.take(8), "little")

    def digest(self):
        return self.take(32).hex()

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            need(value <= MASK, "a number does not fit 64 bits")
            if byte < 0x80:
                need(byte or not shift, "a number is written longer than it need be")
                return value
            shift += 7

    def change(self, start=0):
        number = self.varint()
        return (start + (number >> 1 ^ -(number & 1))) & MASK

    def later(self, at):
        at += self.varint()
        need(at <= MASK, "a number does not fit 64 bits")
        return at

    def count(self, least):
        count = self.varint()
        need(count * least <= self.left(), count, "of something, in", self.left(), "bytes")
        return count

    def bytes(self):
        return self.take(self.count(1))

    def text(self):
        return self.bytes().decode()

    def registers(self):
        mask = self.varint()
        need(mask & 1 == 0 and mask < 1 << 32, hex(mask), "is no set of registers")
        return [reg for reg in range(32) if mask >> reg & 1]

    def inside(self, addr, length):
        need(addr + length <= self.space, length, "bytes at", hex(addr), "are outside")

    def spans(self, unit, least):
        """Address and length of ranges, none touching another; bytes may follow each."""
        end = None
        for _ in range(self.count(least)):
            gap, length = self.varint() * unit, self.varint() * unit
            need(length and (gap or end is None), "ranges are empty, or touch")
            addr = (end or 0) + gap
            self.inside(addr, length)
            yield addr, length
            end = addr + length

    def end(self):
        need(not self.left(), self.left(), "bytes are left over")


def read_state(i):
    state = {"x": [0] + [i.varint() for _ in range(31)], "pc": i.varint()}
    state["reservation"] = (i.varint() - 1) & MASK
    state.update((name, i.varint()) for name in COUNTS[:3])
    return state


def read_header(i):
    header = {"isa": i.text(), "abi": i.text()}
    header["clock"] = {name: i.u64() for name in ("start", "insn", "ecall", "access")}
    kind = i.u8()
    need(kind < 3, kind, "is no chunk policy")
    header["policy"] = {("insns", "accesses", "touches")[kind]: i.u64()}
    header["address_space"] = i.space = i.u64()
    header.update((name, i.digest()) for name in ("elf", "text", "inputs"))
    header["start"] = read_state(i)
    header["initial"] = []
    for _ in range(i.count(2)):
        addr, data = i.varint(), i.bytes()
        i.inside(addr, len(data))
        header["initial"].append({"addr": addr, "bytes": data.hex()})
    i.end()
    return header


def read_exit(i):
    kind = i.u8()
    need(kind < 6, kind, "is no kind of exit")
    if kind == 0:
        return {"exited": struct.unpack("<i", i.take(4))[0]}
    if kind == 1:
        return {"trap": {"pc": i.u64(), **read_cause(i)}}
    if kind == 4:
        limit = {"secs": i.u64(), "nanos": i.u32()}
        need(limit["nanos"] < 10**9, limit["nanos"], "nanoseconds")
        return {"timeout": limit}
    if kind == 5:
        return {"broken_pipe": True}
    return {("insn_limit", "memory_limit")[kind - 2]: i.u64()}


def read_cause(i):
    kind = i.u8()
    need(kind < 7, kind, "is no trap cause")
    cause = {"cause": ("illegal_instruction", "breakpoint", "fetch_fault", "load_fault",
                       "store_fault", "load_misaligned", "store_misaligned")[kind]}
    if kind == 0:
        cause["word"] = i.u32()
    if kind >= 2:
        cause["addr"] = i.u64()
    if kind >= 3:
        width = i.u8()
        need(width < 4, width, "is no width")
        cause["bytes"] = 1 << width
    return cause


def read_ending(i):
    ending = {"exit": read_exit(i), "received": i.digest()}
    names = ("chunks", "insns", "accesses", "touches", "ecalls")
    ending["totals"] = {name: i.u64() for name in names}
    i.end()
    return ending


def read_index(i):
    names = ("offset", "start", "insns", "accesses", "touches", "ecalls")
    need(i.left() % 80 == 0, "the index is no whole number of entries")
    return [{**{name: i.u64() for name in names}, "digest": i.digest()}
            for _ in range(i.left() // 80)]


def read_end(i, start):
    end = {**start, "x": list(start["x"])}
    for reg in i.registers():
        end["x"][reg] = i.change(start["x"][reg])
        need(end["x"][reg] != start["x"][reg], f"x{reg} has not changed")
    for name in ("pc", "reservation"):
        end[name] = i.change(start[name])
    for name in COUNTS:
        end[name] = i.later(start[name])
    return end


def read_touches(i, count):
    need(count <= MAX_TOUCHES and count + (count + 1) // 2 <= i.left(), count, "words touched")
    addrs, word = [], 0
    for _ in range(count):
        word = i.change(word)
        i.inside(word * 8, 8)
        addrs.append(word * 8)
    need(len(set(addrs)) == count, "a word is touched first twice")
    lengths = [length for byte in i.take((count + 1) // 2) for length in (byte & 15, byte >> 4)]
    need(not any(lengths[count:]), "a length for no value")
    touches = []
    for addr, length in zip(addrs, lengths):
        need(length <= 8, "a value is", length, "bytes long")
        value = i.take(length)
        need(not value or value[-1], "a value is longer than it need be")
        touches.append({"addr": addr, "value": int.from_bytes(value, "little")})
    return touches


def read_calls(i, count):
    at = pc = 0
    for _ in range(count):
        call = {"at": (at := i.later(at)), "number": i.varint()}
        call["args"] = [i.change() for _ in range(7)]
        call["next_pc"] = pc = i.change(pc)
        call["results"] = [[reg, i.change()] for reg in i.registers()]
        call["reads"] = [{"addr": a, "bytes": length} for a, length in i.spans(8, 2)]
        call["writes"] = [{"addr": a, "bytes": i.take(length).hex()} for a, length in i.spans(1, 3)]
        yield call


def read_code(i, count):
    at, last = 0, (-1, 0)
    for _ in range(count):
        at, addr = i.later(at), i.varint() * PAGE
        i.inside(addr, PAGE)
        need(last < (at, addr), "code pages are out of order")
        last = (at, addr)
        yield {"at": at, "addr": addr, "bytes": i.take(PAGE).hex()}


def read_times(i, count):
    at = nanos = 0
    for _ in range(count):
        at, nanos = i.later(at), i.change(nanos)
        yield {"at": at, "nanos": nanos}


def read_chunk(i):
    chunk = {"number": i.varint()}
    start = read_state(i)
    start["accesses"], start["ecalls"] = i.varint(), i.varint()
    chunk["start"], chunk["end"] = start, (end := read_end(i, start))
    touches, calls, code, times = (i.count(least) for least in (1, 13, 2 + PAGE, 2))
    chunk["touches"] = read_touches(i, touches)
    chunk["ecalls"] = list(read_calls(i, calls))
    chunk["code"] = list(read_code(i, code))
    chunk["times"] = list(read_times(i, times))
    i.end()
    for name in ("ecalls", "code", "times"):
        last = chunk[name][-1]["at"] if chunk[name] else 0
        need(last <= end["insns"] - start["insns"], name, "after the chunk's end")
    return chunk


def summary(chunk, offset, digest):
    start, end = chunk["start"], chunk["end"]
    counts = {name: end[name] - start[name] for name in ("insns", "accesses", "ecalls")}
    return {"offset": offset, "start": start["insns"], **counts,
            "touches": len(chunk["touches"]), "digest": digest}
