#!/usr/bin/env python3
"""Reads execution traces (.rvt); docs/trace-format.md says what is in them.

    rvt.py info FILE         header, ending and condition
    rvt.py chunks FILE       a line for each chunk, without what it touched
    rvt.py touches FILE K    a line for each word that chunk K touched first
    rvt.py chunk FILE K      all of chunk K, in one line
    rvt.py check FILE        all checksums, digests, links and totals

Prints JSON lines. Exits with 1, and a line with "error", if the file is no
trace, or what was asked for is not whole. Needs no package; files with zstd
blocks need Python 3.14, the module zstandard, or the command zstd.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

from blake3_plain import blake3
from rvt_content import (Input, TraceError, Truncated, need, read_chunk, read_ending,
                         read_header, read_index, summary)

MAGIC, END = b"\x89RVT\r\n\x1a\n", b"\x89RVTend\n"
MAX_CONTENT = 1 << 30


def unzstd(frame, length):
    """What is in a zstd frame, but no more than a byte beyond `length`."""
    try:
        from compression import zstd
        return zstd.ZstdDecompressor().decompress(frame, length + 1)
    except ImportError:
        pass
    try:
        import zstandard
        return zstandard.ZstdDecompressor().stream_reader(frame).read(length + 1)
    except ImportError:
        pass
    try:
        with tempfile.TemporaryFile() as file:
            file.write(frame)
            file.seek(0)
            command = ["zstd", "-dcqq"]
            with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE) as process:
                return process.stdout.read(length + 1)
    except FileNotFoundError:
        raise TraceError("the file has zstd blocks: Python 3.14, the module zstandard "
                         "or the command zstd is needed to read it") from None


class Trace:
    """A trace file. `condition` is "complete", "truncated" or "damaged"; `chunks` has the
    offset of each chunk's block, and `index` what the index says of it, if there is one."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.length = os.fstat(self.file.fileno()).st_size
        preamble = self.read(0, min(64, self.length))
        need(preamble[:8] == MAGIC[:len(preamble)], "not a trace")
        self.line(0, 64)
        version, elf = struct.unpack("<II", preamble[8:16])
        need(preamble[60:] == crc(preamble[:60]), "the preamble is damaged")
        need(version == 1, "version is", version, "expected 1")
        need(elf < 2 and not any(preamble[16:60]), "bytes that are to be zero are not")
        content, self.head, self.blocks = self.block(64, b"HEAD")
        self.header = read_header(Input(content))
        self.has_elf, self.first = bool(elf), self.blocks
        self.condition, self.offset, self.error = "complete", None, None
        self.chunks, self.index, self.ending, self.root, self.tail = [], None, None, None, None
        try:
            if elf:
                self.first = self.block_header(self.blocks)[-1]
            self.find_end() or self.scan(self.first)
        except Truncated:
            self.condition = "truncated"
        except TraceError as error:
            self.condition, self.error = "damaged", str(error)

    def read(self, offset, length):
        self.file.seek(offset)
        return self.file.read(length)

    def line(self, offset, length):
        """Bytes that a whole file has."""
        if offset + length > self.length:
            self.offset = offset
            raise Truncated(f"truncated: what should be at byte {offset} is not all there")
        return self.read(offset, length)

    def block_header(self, offset):
        line = self.line(offset, 64)
        tag, codec, stored, length = struct.unpack("<4sI2Q", line[:24])
        need(line[28:32] == crc(line[:28] + line[32:]), "block header at", offset, "is damaged")
        need(codec < 2 and length <= MAX_CONTENT, "block header at", offset, "makes no sense")
        need(stored < length if codec else stored == length, "lengths at", offset, "make no sense")
        end = offset + 64 + (stored + 63) // 64 * 64
        if end > self.length:
            self.line(offset, end - offset)
        return tag, codec, stored, length, line[24:28], line[32:], end

    def block(self, offset, expected):
        """Content, digest and end of the block at `offset`."""
        tag, codec, stored, length, crc32, digest, end = self.block_header(offset)
        need(tag == expected, "block", tag, "at", offset, "expected", expected)
        data = self.read(offset + 64, end - offset - 64)
        need(not any(data[stored:]), "padding at", offset, "is not zero")
        data = data[:stored]
        need(crc(data) == crc32, "checksum of", tag, "at", offset, "is wrong")
        content = unzstd(data, length) if codec else data
        need(len(content) == length, "length of", tag, "at", offset, "is wrong")
        need(blake3(content) == digest, "digest of", tag, "at", offset, "is wrong")
        return content, digest, end

    def find_end(self):
        line = self.read(self.length - 64, 64)
        if self.length % 64 or line[:8] != END:
            return False
        need(line[60:] == crc(line[:60]) and not any(line[56:60]), "the trailer is damaged")
        index, tail, root = struct.unpack("<2Q32s", line[8:56])
        self.index = read_index(Input(self.block(index, b"INDX")[0]))
        self.chunks = [entry["offset"] for entry in self.index]
        content, digest, _ = self.block(tail, b"TAIL")
        self.ending, self.tail, self.root = read_ending(Input(content)), tail, root.hex()
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
                self.ending = read_ending(Input(self.block(offset, tag)[0]))
            offset = end

    def elf(self):
        return self.block(self.blocks, b"ELF ")[0] if self.has_elf else None

    def chunk(self, number):
        return self.chunk_and_info(number)[0]

    def info(self, number):
        return self.index[number] if self.index else self.chunk_and_info(number)[1]

    def chunk_and_info(self, number):
        need(number < len(self.chunks), "there is no chunk", number)
        offset = self.chunks[number]
        content, digest, _ = self.block(offset, b"CHNK")
        chunk = read_chunk(Input(content, self.header["address_space"]))
        need(chunk["number"] == number, "chunk", number, "has number", chunk["number"])
        info = summary(chunk, offset, digest.hex())
        need(not self.index or self.index[number] == info, "chunk", number, "and index differ")
        return chunk, info

    def check(self):
        """Checks all that can be without running anything."""
        need(self.condition == "complete", self.error or f"truncated at byte {self.offset}")
        if self.has_elf:
            need(self.block(self.blocks, b"ELF ")[1].hex() == self.header["elf"], "another ELF")
        end, offset = {**self.header["start"], "accesses": 0, "ecalls": 0}, self.first
        totals = dict.fromkeys(("chunks", "insns", "accesses", "touches", "ecalls"), 0)
        for number in range(len(self.chunks)):
            need(self.chunks[number] == offset, "chunk", number, "is not at", offset)
            chunk, info = self.chunk_and_info(number)
            need(chunk["start"] == end, "chunk", number, "does not start where the last ended")
            end, offset = chunk["end"], self.block_header(offset)[-1]
            for name in totals:
                totals[name] += info.get(name, 1)
        need(totals == self.ending["totals"], "totals are", totals)
        need(self.tail == offset, "the ending is not at", offset)
        index = self.block_header(self.tail)[-1]
        need(self.block(index, b"INDX")[2] + 64 == self.length, "the trailer is not at the end")
        need(self.read(self.length - 56, 8) == struct.pack("<Q", index), "the index is elsewhere")


def crc(data):
    return struct.pack("<I", zlib.crc32(data))


def open_trace(path):
    return Trace(path)


def lines(trace, command, arguments):
    if command == "info":
        yield {"header": trace.header, "elf": trace.has_elf, "condition": trace.condition,
               "chunks": len(trace.chunks), "ending": trace.ending, "root": trace.root,
               "offset": trace.offset, "error": trace.error}
    elif command == "chunks":
        for number in range(len(trace.chunks)):
            yield {"number": number, **trace.info(number)}
    elif command in ("touches", "chunk"):
        chunk = trace.chunk(int(arguments[0]))
        yield from chunk["touches"] if command == "touches" else [chunk]
    elif command == "check":
        trace.check()
        yield {"root": trace.root, **trace.ending["totals"]}


def main(arguments):
    wanted = {"info": 2, "chunks": 2, "touches": 3, "chunk": 3, "check": 2}
    if not arguments or wanted.get(arguments[0]) != len(arguments):
        sys.exit(__doc__)
    try:
        for line in lines(open_trace(arguments[1]), arguments[0], arguments[2:]):
            print(json.dumps(line))
    except (TraceError, OSError, ValueError) as error:
        print(json.dumps({"error": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
