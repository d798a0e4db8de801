//! The reader in Python says the same as the one in Rust.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::arbitrary::{self, Content};
use crate::round_trip::written;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rvjet::machine::{Cause, Exit, MachineState, Trap};
use rvjet::trace::{
    Boundary, Chunk, ChunkInfo, Codec, Condition, Ending, Header, Policy, Trace, TraceError,
};
use serde_json::{Value, json};

/// What the reader prints; `None` if there is no Python.
fn run(arguments: &[&str], file: &Path, number: Option<u64>) -> Option<Output> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/rvt.py");
    let mut command = Command::new("python3");
    command.arg("-B").arg(script).args(arguments).arg(file);
    command.args(number.map(|number| number.to_string()));
    match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: there is no python3");
            None
        }
        output => Some(output.unwrap()),
    }
}

fn lines(command: &str, file: &Path, number: Option<u64>) -> Option<Vec<Value>> {
    let output = run(&[command], file, number)?;
    let text = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.is_empty(), "{error}");
    Some(
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn state(state: &MachineState) -> Value {
    json!({
        "x": state.x, "f": state.f, "fcsr": state.fcsr, "pc": state.pc, "reservation": state.reservation.bits(),
        "insns": state.insns, "unaligned_loads": state.unaligned_loads,
        "unaligned_stores": state.unaligned_stores,
    })
}

fn boundary(boundary: &Boundary) -> Value {
    let mut value = state(&boundary.state);
    value["accesses"] = boundary.accesses.into();
    value["ecalls"] = boundary.ecalls.into();
    value
}

fn header(header: &Header) -> Value {
    let clock = &header.clock;
    let initial = header
        .initial
        .iter()
        .map(|initial| json!({"addr": initial.addr, "bytes": hex(&initial.bytes)}));
    let policy = match header.policy {
        Policy::Insns(number) => json!({ "insns": number }),
        Policy::Accesses(number) => json!({ "accesses": number }),
        Policy::Touches(number) => json!({ "touches": number }),
    };
    json!({
        "isa": header.isa, "abi": header.abi, "policy": policy,
        "clock": {"start": clock.start, "insn": clock.insn, "ecall": clock.ecall, "access": clock.access},
        "address_space": header.address_space, "elf": header.elf.to_string(),
        "text": header.text.to_string(), "inputs": header.inputs.to_string(),
        "start": state(&header.start), "initial": initial.collect::<Vec<_>>(),
    })
}

fn cause(cause: Cause) -> Value {
    let access = |name, addr, width: rvjet::isa::Width| json!({"cause": name, "addr": addr, "bytes": width.bytes()});
    match cause {
        Cause::IllegalInstruction { word } => json!({"cause": "illegal_instruction", "word": word}),
        Cause::Breakpoint => json!({"cause": "breakpoint"}),
        Cause::FetchFault { addr } => json!({"cause": "fetch_fault", "addr": addr}),
        Cause::FetchMisaligned { addr } => json!({"cause": "fetch_misaligned", "addr": addr}),
        Cause::LoadFault { addr, width } => access("load_fault", addr, width),
        Cause::StoreFault { addr, width } => access("store_fault", addr, width),
        Cause::LoadMisaligned { addr, width } => access("load_misaligned", addr, width),
        Cause::StoreMisaligned { addr, width } => access("store_misaligned", addr, width),
    }
}

fn exit(exit: Exit) -> Value {
    match exit {
        Exit::Exited { code } => json!({ "exited": code }),
        Exit::Trap(Trap { pc, cause: why }) => {
            let mut trap = cause(why);
            trap["pc"] = pc.into();
            json!({ "trap": trap })
        }
        Exit::InsnLimit { limit } => json!({ "insn_limit": limit }),
        Exit::MemoryLimit { limit } => json!({ "memory_limit": limit }),
        Exit::Timeout { limit } => {
            json!({"timeout": {"secs": limit.as_secs(), "nanos": limit.subsec_nanos()}})
        }
        Exit::BrokenPipe => json!({"broken_pipe": true}),
        Exit::Refused(refusal) => json!({"refused": {
            "pc": refusal.pc, "number": refusal.number, "args": refusal.args,
            "reason": refusal.reason as u8,
        }}),
    }
}

fn ending<S: rvjet::trace::Source>(trace: &Trace<S>) -> Option<Value> {
    let (
        Ending {
            exit: why,
            received,
        },
        totals,
    ) = (trace.ending()?, trace.totals()?);
    Some(json!({
        "exit": exit(*why), "received": received.to_string(),
        "totals": {"chunks": totals.chunks, "insns": totals.insns, "accesses": totals.accesses,
                   "touches": totals.touches, "ecalls": totals.ecalls},
    }))
}

fn info(number: u64, info: &ChunkInfo) -> Value {
    json!({
        "number": number, "offset": info.offset, "start": info.start, "insns": info.insns,
        "accesses": info.accesses, "touches": info.touches, "ecalls": info.ecalls,
        "digest": info.digest.to_string(),
    })
}

fn touches(chunk: &Chunk) -> Vec<Value> {
    let touch = |touch: &rvjet::trace::Touch| json!({"addr": touch.addr, "value": touch.value});
    chunk.touches.iter().map(touch).collect()
}

fn chunk(chunk: &Chunk) -> Value {
    let ecalls = chunk.ecalls.iter().map(|call| {
        let results = call
            .results
            .iter()
            .map(|(reg, value)| json!([reg.number(), value]));
        let reads = call
            .reads
            .iter()
            .map(|read| json!({"addr": read.start, "bytes": read.end - read.start}));
        let writes = call
            .writes
            .iter()
            .map(|write| json!({"addr": write.addr, "bytes": hex(&write.bytes)}));
        json!({
            "at": call.at, "trap": call.trap.map(cause), "number": call.number, "args": call.args, "next_pc": call.next_pc,
            "results": results.collect::<Vec<_>>(), "reads": reads.collect::<Vec<_>>(),
            "writes": writes.collect::<Vec<_>>(),
        })
    });
    let code = chunk
        .code
        .iter()
        .map(|page| json!({"at": page.at, "addr": page.addr, "bytes": hex(&page.bytes)}));
    let times = chunk
        .times
        .iter()
        .map(|time| json!({"at": time.at, "nanos": time.nanos}));
    json!({
        "number": chunk.number, "start": boundary(&chunk.start), "end": boundary(&chunk.end),
        "touches": touches(chunk), "ecalls": ecalls.collect::<Vec<_>>(),
        "code": code.collect::<Vec<_>>(), "times": times.collect::<Vec<_>>(),
    })
}

/// Compares everything both readers say of a file.
fn compare(path: &PathBuf, bytes: &[u8]) -> Option<()> {
    std::fs::write(path, bytes).unwrap();
    let trace = Trace::open(std::fs::File::open(path).unwrap()).unwrap();
    let found = lines("info", path, None)?;
    assert_eq!(found[0]["header"], header(trace.header()));
    assert_eq!(found[0]["chunks"], trace.len());
    assert_eq!(found[0]["ending"], ending(&trace).unwrap_or_default());
    assert_eq!(
        found[0]["root"],
        trace
            .root()
            .map_or(Value::Null, |root| root.to_string().into())
    );
    let condition = match trace.condition() {
        Condition::Complete => json!(["complete", null]),
        Condition::Truncated { offset } => json!(["truncated", offset]),
        Condition::Damaged(_) => json!(["damaged", null]),
    };
    assert_eq!(
        json!([found[0]["condition"], found[0]["offset"]]),
        condition
    );
    let infos = (0..trace.len()).map(|number| info(number, &trace.chunk_info(number).unwrap()));
    assert_eq!(lines("chunks", path, None)?, infos.collect::<Vec<_>>());
    for number in 0..trace.len() {
        let read = trace.chunk(number).unwrap();
        assert_eq!(lines("chunk", path, Some(number))?, [chunk(&read)]);
        assert_eq!(lines("touches", path, Some(number))?, touches(&read));
    }
    let check = lines("check", path, None)?;
    match trace.check() {
        Ok(summary) => assert_eq!(check[0]["root"], summary.root.to_string()),
        Err(error) => assert!(check[0]["error"].is_string(), "{error}"),
    }
    Some(())
}

/// Traces that are the same in every run of the tests.
pub fn samples(count: usize) -> Vec<Content> {
    let mut runner = TestRunner::deterministic();
    let sample = |_| {
        arbitrary::content(3)
            .new_tree(&mut runner)
            .unwrap()
            .current()
    };
    (0..count).map(sample).collect()
}

#[test]
fn python_reads_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sample.rvt");
    let with_command = Command::new("zstd").arg("--version").output().is_ok();
    for content in samples(3) {
        for codec in [Codec::None, Codec::Zstd] {
            if codec == Codec::Zstd && !with_command {
                println!("skipped: there may be no zstd for Python");
                continue;
            }
            let (file, _) = written(&content, codec);
            if compare(&path, &file).is_none() {
                return;
            }
        }
    }
}

#[test]
fn python_reads_truncated_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sample.rvt");
    let content = samples(8)
        .into_iter()
        .max_by_key(|content| content.chunks.len())
        .unwrap();
    let (file, _) = written(&content, Codec::None);
    for eighth in [0, 1, 3, 6] {
        let cut = file.len() - 1 - eighth * file.len() / 8;
        match Trace::open(file[..cut].to_vec()) {
            Ok(_) if compare(&path, &file[..cut]).is_none() => return,
            Ok(_) => {}
            Err(error) => assert!(matches!(error, TraceError::Truncated { .. }), "{error}"),
        }
    }
}

#[test]
fn python_finds_words_touched_twice() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sample.rvt");
    for addrs in [&[8, 16, 8][..], &[24, 16, 8]] {
        let (_, file) = crate::reject::touching(addrs);
        if compare(&path, &file).is_none() {
            return;
        }
    }
}
