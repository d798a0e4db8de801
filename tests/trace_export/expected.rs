//! The rows that tables should have, by the library's other ways to look at a chunk.

use std::convert::Infallible;

use rvjet::EngineKind;
use rvjet::export::Table;
use rvjet::isa::disassemble;
use rvjet::machine::{AccessKind, Cause};
use rvjet::replay::{Access, Expand, Step};
use rvjet::trace::{Chunk, ChunkInfo, EcallRecord};
use serde_json::{Value, json};

use crate::trace::Trace;

/// The rows of a table; `infos` is what the file's index says of the chunks.
pub fn rows(trace: &Trace, infos: &[ChunkInfo], table: Table) -> Vec<Value> {
    match table {
        Table::Chunks => {
            let chunks = trace.chunks.iter().zip(infos);
            chunks.map(|(it, info)| chunk(trace, it, info)).collect()
        }
        Table::Insns => {
            let steps = steps(trace);
            let steps = steps.iter();
            steps.map(|(chunk, step)| insn(chunk, step)).collect()
        }
        Table::Accesses => accesses(trace),
        Table::Ecalls => {
            let steps = steps(trace);
            let calls = steps.iter().filter_map(|(chunk, step)| {
                let record = step.record(chunk)?;
                Some(ecall(chunk, step, record))
            });
            calls.collect()
        }
    }
}

fn steps(trace: &Trace) -> Vec<(&Chunk, Step)> {
    let mut replayer = trace.replayer(EngineKind::Interp);
    let mut all = Vec::new();
    for chunk in &trace.chunks {
        let steps = replayer.steps(chunk).unwrap();
        all.extend(steps.map(|step| (chunk, step.unwrap())));
    }
    all
}

fn chunk(trace: &Trace, chunk: &Chunk, info: &ChunkInfo) -> Value {
    let (start, end) = (&chunk.start.state, &chunk.end.state);
    let clock = &trace.header.clock;
    json!({
        "number": chunk.number, "first_insn": info.start, "insns": info.insns,
        "accesses": info.accesses, "touches": info.touches, "ecalls": info.ecalls,
        "code_pages": chunk.code.len(), "time_reads": chunk.times.len(),
        "pc_start": start.pc, "pc_end": end.pc,
        "clock_start": clock.at(start.insns, chunk.start.ecalls),
        "clock_end": clock.at(end.insns, chunk.end.ecalls),
        "unaligned_loads": end.unaligned_loads - start.unaligned_loads,
        "unaligned_stores": end.unaligned_stores - start.unaligned_stores,
        "offset": info.offset, "digest": info.digest.to_string(),
    })
}

fn insn(chunk: &Chunk, step: &Step) -> Value {
    let text = disassemble(step.pc, step.word).to_string();
    let (mnemonic, operands) = text.split_once('\t').unwrap_or((&text, ""));
    let written = step.writes().find(|(reg, _)| reg.number() < 64);
    json!({
        "chunk": chunk.number, "insn": step.insn, "clock": step.clock, "pc": step.pc,
        "word": step.word, "len": step.len, "mnemonic": mnemonic, "operands": operands,
        "rd": written.map(|(rd, _)| rd.number()), "rd_value": written.map(|(_, value)| value),
        "next_pc": step.next_pc,
    })
}

fn accesses(trace: &Trace) -> Vec<Value> {
    let mut rows = Vec::new();
    let expand = Expand {
        header: &trace.header,
        elf: &trace.elf,
        threads: 1,
    };
    let get = |number: u64| Ok::<_, Infallible>(trace.chunks[number as usize].clone());
    let expanded = expand.run(trace.chunks.len() as u64, get, |chunk, expanded| {
        let accesses = expanded.accesses.iter();
        rows.extend(accesses.map(|it| access(chunk, it)));
        Ok(())
    });
    expanded.unwrap();
    rows
}

fn access(chunk: &Chunk, access: &Access) -> Value {
    let kind = match access.kind {
        AccessKind::Load => "load",
        AccessKind::Store => "store",
        AccessKind::Modify => "modify",
        AccessKind::CallRead => "call_read",
        AccessKind::CallWrite => "call_write",
    };
    json!({
        "chunk": chunk.number, "insn": access.insn, "clock": access.clock,
        "previous": access.previous, "addr": access.addr, "width": access.width.bytes(),
        "kind": kind, "word": access.word, "before": access.before, "after": access.after,
    })
}

fn ecall(chunk: &Chunk, step: &Step, record: &EcallRecord) -> Value {
    let results = record.results.iter();
    let results = results.map(|(reg, value)| json!({"reg": reg.number(), "value": value}));
    let reads = record.reads.iter();
    let reads = reads.map(|read| json!({"addr": read.start, "bytes": read.end - read.start}));
    let writes = record.writes.iter();
    let writes = writes.map(|write| json!({"addr": write.addr, "bytes": write.bytes}));
    let [a0, a1, a2, a3, a4, a5, a6] = record.args;
    json!({
        "chunk": chunk.number, "insn": step.insn, "clock": step.clock, "pc": step.pc,
        "trap": record.trap.map(Cause::number), "number": record.number, "a0": a0, "a1": a1, "a2": a2, "a3": a3, "a4": a4, "a5": a5,
        "a6": a6, "next_pc": record.next_pc, "results": results.collect::<Vec<_>>(),
        "reads": reads.collect::<Vec<_>>(), "writes": writes.collect::<Vec<_>>(),
    })
}
