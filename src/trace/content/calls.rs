//! The calls of a chunk.

use std::ops::Range;

use super::boundary::decode_registers;
use super::cause::{decode_cause, encode_cause};
use super::flaw::Choice;
use super::span::Spans;
use super::touches::WORD;
use super::{Column, Flaw, Input, Output, float};
use crate::isa::{Reg, Register};
use crate::machine::Cause;
use crate::trace::{CallWrite, EcallRecord};

/// The least bytes of a call: of a trap by a breakpoint.
pub(super) const LEAST: u64 = 8;
/// Kinds of calls.
const ECALL: u8 = 0;
const TRAP: u8 = 1;

pub(super) fn encode(out: &mut Output, calls: &[EcallRecord]) -> Result<(), Flaw> {
    let (mut at, mut pc) = (0, 0);
    for call in calls {
        out.varint(call.at.checked_sub(at).ok_or(Flaw::Order {
            column: Column::Ecalls,
        })?);
        encode_kind(out, call)?;
        out.change(pc, call.next_pc);
        encode_results(out, &call.results)?;
        encode_reads(out, &call.reads)?;
        encode_writes(out, &call.writes)?;
        (at, pc) = (call.at, call.next_pc);
    }
    Ok(())
}

pub(super) fn decode(
    input: &mut Input<'_>,
    count: u64,
    space: u64,
) -> Result<Vec<EcallRecord>, Flaw> {
    input.fits(Column::Ecalls, count, LEAST)?;
    let (mut at, mut pc) = (0u64, 0);
    let mut calls = Vec::new();
    for _ in 0..count {
        let at_next = at.checked_add(input.varint()?).ok_or(Flaw::TooBig)?;
        let (trap, number, args) = decode_kind(input)?;
        let call = EcallRecord {
            at: at_next,
            trap,
            number,
            args,
            next_pc: input.change(pc)?,
            results: decode_results(input)?,
            reads: decode_reads(input, space)?,
            writes: decode_writes(input, space)?,
        };
        (at, pc) = (call.at, call.next_pc);
        calls.push(call);
    }
    Ok(calls)
}

/// What has been called: number and arguments, or why it is a trap, which has none.
fn encode_kind(out: &mut Output, call: &EcallRecord) -> Result<(), Flaw> {
    match call.trap {
        None => {
            out.byte(ECALL);
            out.varint(call.number);
            call.args.iter().for_each(|arg| out.signed(*arg));
        }
        Some(_) if (call.number, call.args) != (0, [0; 7]) => return Err(Flaw::TrapArguments),
        Some(cause) => {
            out.byte(TRAP);
            encode_cause(out, cause);
        }
    }
    Ok(())
}

fn decode_kind(input: &mut Input<'_>) -> Result<(Option<Cause>, u64, [u64; 7]), Flaw> {
    match input.byte()? {
        ECALL => Ok((None, input.varint()?, decode_args(input)?)),
        TRAP => Ok((Some(decode_cause(input)?), 0, [0; 7])),
        found => Err(Flaw::Kind {
            of: Choice::Call,
            found,
        }),
    }
}

fn decode_args(input: &mut Input<'_>) -> Result<[u64; 7], Flaw> {
    let mut args = [0; 7];
    for arg in &mut args {
        *arg = input.signed()?;
    }
    Ok(args)
}

/// The integer registers first.
fn encode_results(out: &mut Output, results: &[(Register, u64)]) -> Result<(), Flaw> {
    let mut last = Register::X(Reg::ZERO);
    for &(reg, _) in results {
        if reg <= last {
            return Err(Flaw::RegisterOrder { reg });
        }
        last = reg;
    }
    let is_integer = |(reg, _): &(Register, u64)| matches!(reg, Register::X(_));
    let (integer, floating) = results.split_at(results.partition_point(is_integer));
    let integer = integer.iter().filter_map(|&(reg, value)| match reg {
        Register::X(reg) => Some((reg, value)),
        Register::F(_) | Register::Fcsr => None,
    });
    let mask = integer
        .clone()
        .fold(0, |mask, (reg, _)| mask | 1 << reg.bits());
    out.varint(mask);
    integer.for_each(|(_, value)| out.signed(value));
    float::encode(out, floating)
}

fn decode_results(input: &mut Input<'_>) -> Result<Vec<(Register, u64)>, Flaw> {
    let mut results = Vec::new();
    for reg in decode_registers(input)? {
        results.push((reg.into(), input.signed()?));
    }
    results.extend(float::decode(input)?);
    Ok(results)
}

fn encode_reads(out: &mut Output, reads: &[Range<u64>]) -> Result<(), Flaw> {
    out.varint(reads.len() as u64);
    let mut spans = Spans::default();
    for read in reads {
        let bytes = read
            .end
            .checked_sub(read.start)
            .ok_or(Flaw::Empty { addr: read.start })?;
        spans.encode(out, read.start, bytes, WORD)?;
    }
    Ok(())
}

fn decode_reads(input: &mut Input<'_>, space: u64) -> Result<Vec<Range<u64>>, Flaw> {
    let count = input.count(Column::Reads, 2)?;
    let mut spans = Spans::default();
    (0..count)
        .map(|_| {
            let (addr, bytes) = spans.decode(input, WORD, space)?;
            Ok(addr..addr + bytes)
        })
        .collect()
}

fn encode_writes(out: &mut Output, writes: &[CallWrite]) -> Result<(), Flaw> {
    out.varint(writes.len() as u64);
    let mut spans = Spans::default();
    for write in writes {
        spans.encode(out, write.addr, write.bytes.len() as u64, 1)?;
        out.0.extend_from_slice(&write.bytes);
    }
    Ok(())
}

fn decode_writes(input: &mut Input<'_>, space: u64) -> Result<Vec<CallWrite>, Flaw> {
    let count = input.count(Column::Writes, 3)?;
    let mut spans = Spans::default();
    (0..count)
        .map(|_| {
            let (addr, bytes) = spans.decode(input, 1, space)?;
            let bytes = input.take(bytes)?.to_vec();
            Ok(CallWrite { addr, bytes })
        })
        .collect()
}
