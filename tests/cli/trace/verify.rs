//! `rvjet trace verify`.

use std::path::PathBuf;

use predicates::prelude::*;
use predicates::str::{contains, starts_with};
use rvjet::trace::{Chunk, Codec, Trace, Writer, encode_chunk};

use super::{Recorded, program, trace};
use crate::rvjet;

const LEVELS: [&str; 3] = ["--quick", "--chain", "--replay"];

#[test]
fn a_right_trace_is_right_at_any_level() {
    let recorded = Recorded::fib();
    let path = recorded.path.to_str().unwrap();
    for level in LEVELS {
        for engine in ["--engine=interp", "--engine=auto"] {
            let assert = trace(["verify", level, engine, "--threads=2", path]);
            assert.code(0).stderr("").stdout(starts_with(path));
        }
    }
    let mut command = rvjet();
    command.args(["trace", "verify", "-"]);
    command.write_stdin(recorded.bytes()).assert().code(0);
}

#[test]
fn the_program_may_come_from_elsewhere() {
    let recorded = Recorded::of(["--no-elf"], &program("fib"), &["10"]);
    let path = recorded.path.to_str().unwrap();
    trace(["verify", path]).code(64).stderr(contains("--elf"));
    let (right, wrong) = (program("fib"), program("sieve"));
    let verify = |elf: &PathBuf| trace(["verify", path, "--elf", elf.to_str().unwrap()]);
    verify(&right).code(0);
    verify(&wrong).code(65).stderr(contains("digest"));
}

/// The trace with a chunk altered, otherwise as a recording would have written it.
fn altered(recorded: &Recorded, number: u64, alter: impl Fn(&mut Chunk)) -> PathBuf {
    let trace = Trace::open(recorded.bytes()).unwrap();
    let elf = trace.elf().unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        Writer::create(&mut bytes, trace.header(), elf.as_deref(), Codec::None).unwrap();
    for index in 0..trace.len() {
        let mut chunk = trace.chunk(index).unwrap();
        if index == number {
            alter(&mut chunk);
        }
        writer
            .append(&encode_chunk(&chunk, Codec::None).unwrap())
            .unwrap();
    }
    writer.finish(trace.ending().unwrap()).unwrap();
    recorded.beside("altered.rvt", &bytes)
}

#[test]
fn a_wrong_word_is_named_with_its_instruction() {
    let recorded = Recorded::fib();
    let path = altered(&recorded, 2, |chunk| chunk.touches[0].value ^= 1);
    let path = path.to_str().unwrap();
    trace(["verify", "--quick", path]).code(0);
    for threads in ["--threads=1", "--threads=3"] {
        let assert = trace(["verify", threads, path]).code(1).stdout("");
        let text = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        insta::assert_snapshot!("wrong_word", text.replace(path, "TRACE"));
    }
}

#[test]
fn a_damaged_chunk_is_named() {
    let recorded = Recorded::fib();
    let trace_file = Trace::open(recorded.bytes()).unwrap();
    let offset = trace_file.chunk_info(3).unwrap().offset;
    let mut bytes = recorded.bytes();
    bytes[offset as usize + 70] ^= 4;
    let path = recorded.beside("damaged.rvt", &bytes);
    for level in LEVELS {
        let assert = trace(["verify", level, path.to_str().unwrap()]);
        let told = contains("chunk 3, at byte").and(contains("damaged"));
        assert.code(1).stdout("").stderr(told);
    }
}

#[test]
fn a_truncated_trace_is_right_and_not_whole() {
    let recorded = Recorded::fib();
    let bytes = recorded.bytes();
    let whole = Trace::open(bytes.clone()).unwrap().chunk_info(4).unwrap();
    for end in [whole.offset, whole.offset + 1, whole.offset + 100] {
        let path = recorded.beside("cut.rvt", &bytes[..end as usize]);
        let path = path.to_str().unwrap();
        let offset = whole.offset;
        for level in LEVELS {
            let told = format!("rvjet: {path}: truncated at byte {offset}, after 4 chunks\n");
            let assert = trace(["verify", level, path]).code(2).stderr(told);
            assert.stdout(contains("4 chunks, 4000 instructions"));
        }
    }
}
