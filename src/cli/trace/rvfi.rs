//! An instruction as a JSON object with the names of the RISC-V Formal Interface
//! (riscv-formal, `docs/rvfi.md`).
//!
//! Words of 64 bits and instructions are strings of hexadecimal digits, since not
//! every reader of JSON has such numbers. A memory access has the address of its
//! first byte, however aligned: masks count from there. What is not accessed, or
//! no register, is 0. Floating-point registers have no names there: their values are not
//! shown. An `ecall` has `ecall` besides: what the call got and did.

use std::io::{self, Write};

use rvjet::isa::Reg;
use rvjet::replay::Step;
use rvjet::trace::EcallRecord;

use super::effect::Effect;

pub fn step(
    out: &mut impl Write,
    step: &Step,
    record: Option<&EcallRecord>,
    halts: bool,
) -> io::Result<()> {
    let halts = u8::from(halts);
    start(out, step.insn, step.word, 0, halts)?;
    let (rs1, rs1_value) = step.rs1.unwrap_or((Reg::ZERO, 0));
    let (rs2, rs2_value) = step.rs2.unwrap_or((Reg::ZERO, 0));
    let (rd, rd_value) = step.rd.unwrap_or((Reg::ZERO, 0));
    write!(
        out,
        ",\"rvfi_rs1_addr\":{},\"rvfi_rs2_addr\":{},\"rvfi_rs1_rdata\":\"{rs1_value:#x}\",\"rvfi_rs2_rdata\":\"{rs2_value:#x}\"",
        rs1.index(),
        rs2.index(),
    )?;
    write!(
        out,
        ",\"rvfi_rd_addr\":{},\"rvfi_rd_wdata\":\"{rd_value:#x}\"",
        rd.index()
    )?;
    program_counter(out, step.pc, step.next_pc)?;
    memory(out, Effect::of(step))?;
    if let Some(record) = record {
        call(out, record)?;
    }
    writeln!(out, "}}")
}

/// An instruction that traps, by which the run ends: nothing but its place is told.
pub fn trap(out: &mut impl Write, insn: u64, pc: u64, word: u32) -> io::Result<()> {
    start(out, insn, word, 1, 1)?;
    write!(
        out,
        ",\"rvfi_rs1_addr\":0,\"rvfi_rs2_addr\":0,\"rvfi_rs1_rdata\":\"0x0\",\"rvfi_rs2_rdata\":\"0x0\",\"rvfi_rd_addr\":0,\"rvfi_rd_wdata\":\"0x0\""
    )?;
    program_counter(out, pc, pc)?;
    memory(out, None)?;
    writeln!(out, "}}")
}

/// Privilege 0 is user mode, and length 2 is 64 bits.
fn start(out: &mut impl Write, insn: u64, word: u32, trap: u8, halt: u8) -> io::Result<()> {
    write!(
        out,
        "{{\"rvfi_order\":{insn},\"rvfi_insn\":\"{word:#x}\",\"rvfi_trap\":{trap},\"rvfi_halt\":{halt},\"rvfi_intr\":0,\"rvfi_mode\":0,\"rvfi_ixl\":2"
    )
}

fn program_counter(out: &mut impl Write, pc: u64, next: u64) -> io::Result<()> {
    write!(
        out,
        ",\"rvfi_pc_rdata\":\"{pc:#x}\",\"rvfi_pc_wdata\":\"{next:#x}\""
    )
}

fn memory(out: &mut impl Write, effect: Option<Effect>) -> io::Result<()> {
    let (addr, size) = effect.map_or((0, 0), |effect| (effect.addr, effect.size));
    let all = (1u32 << size) - 1;
    let masked = |value: Option<u64>| value.map_or((0, 0), |value| (all, value));
    let (rmask, read) = masked(effect.and_then(|effect| effect.read));
    let (wmask, written) = masked(effect.and_then(|effect| effect.written));
    write!(
        out,
        ",\"rvfi_mem_addr\":\"{addr:#x}\",\"rvfi_mem_rmask\":{rmask},\"rvfi_mem_wmask\":{wmask},\"rvfi_mem_rdata\":\"{read:#x}\",\"rvfi_mem_wdata\":\"{written:#x}\""
    )
}

fn call(out: &mut impl Write, record: &EcallRecord) -> io::Result<()> {
    write!(out, ",\"ecall\":{{\"number\":{},\"args\":", record.number)?;
    list(out, &record.args, |out, arg| write!(out, "\"{arg:#x}\""))?;
    write!(out, ",\"results\":")?;
    list(out, &record.results, |out, (reg, value)| {
        write!(out, "[{},\"{value:#x}\"]", reg.number())
    })?;
    write!(out, ",\"reads\":")?;
    list(out, &record.reads, |out, read| {
        write!(out, "[\"{:#x}\",\"{:#x}\"]", read.start, read.end)
    })?;
    write!(out, ",\"writes\":")?;
    list(out, &record.writes, |out, write| {
        write!(out, "[\"{:#x}\",\"", write.addr)?;
        write
            .bytes
            .iter()
            .try_for_each(|byte| write!(out, "{byte:02x}"))?;
        write!(out, "\"]")
    })?;
    write!(out, "}}")
}

/// `[item,item]`
fn list<W: Write, T>(
    out: &mut W,
    items: &[T],
    mut item: impl FnMut(&mut W, &T) -> io::Result<()>,
) -> io::Result<()> {
    write!(out, "[")?;
    for (index, each) in items.iter().enumerate() {
        if index > 0 {
            write!(out, ",")?;
        }
        item(out, each)?;
    }
    write!(out, "]")
}
