//! The table `ecalls`.

use crate::export::column::Value;
use crate::export::group::Row;
use crate::machine::Cause;
use crate::trace::{Chunk, ClockModel, EcallRecord};

/// The call of this place among those of a chunk, which is at the address `pc`.
pub(in crate::export) fn ecall(
    mut row: Row<'_>,
    chunk: &Chunk,
    call: usize,
    pc: u64,
    model: &ClockModel,
) {
    let ecall = &chunk.ecalls[call];
    let insn = chunk.start.state.insns.wrapping_add(ecall.at);
    let before = chunk.start.ecalls.wrapping_add(call as u64);
    row.put(chunk.number);
    row.put(insn);
    row.put(model.at(insn, before));
    row.put(pc);
    effects(row, ecall);
}

fn effects(mut row: Row<'_>, ecall: &EcallRecord) {
    row.put_optional(ecall.trap.map(Cause::number));
    row.put(ecall.number);
    for arg in ecall.args {
        row.put(arg);
    }
    row.put(ecall.next_pc);
    let results = ecall.results.iter();
    row.put_list(results.map(|&(reg, value)| [reg.number().into(), value.into()]));
    let reads = ecall.reads.iter();
    row.put_list(reads.map(|words| [words.start.into(), (words.end - words.start).into()]));
    let writes = ecall.writes.iter();
    row.put_list(writes.map(|write| [write.addr.into(), Value::from(&write.bytes[..])]));
}
