//! The header.

use super::boundary::{decode_state, encode_state};
use super::flaw::Choice;
use super::{Column, Flaw, Input, Output};
use crate::trace::{ClockModel, Header, Initial, Part, Policy, TraceError};

/// Appends the content of the header's block.
pub(in crate::trace) fn encode_header(out: &mut Output, header: &Header) -> Result<(), TraceError> {
    encode(out, header).map_err(|flaw| TraceError::Unfit {
        part: Part::Head,
        flaw,
    })
}

fn encode(out: &mut Output, header: &Header) -> Result<(), Flaw> {
    out.bytes(header.isa.as_bytes());
    out.bytes(header.abi.as_bytes());
    let ClockModel {
        start,
        insn,
        ecall,
        access,
    } = header.clock;
    out.words([start, insn, ecall, access]);
    let (kind, number) = match header.policy {
        Policy::Insns(number) => (0, number),
        Policy::Accesses(number) => (1, number),
        Policy::Touches(number) => (2, number),
    };
    out.byte(kind);
    out.word(number);
    out.word(header.address_space);
    for digest in [&header.elf, &header.text, &header.inputs] {
        out.digest(digest);
    }
    encode_state(out, &header.start)?;
    out.varint(header.initial.len() as u64);
    for initial in &header.initial {
        check_inside(initial, header.address_space)?;
        out.varint(initial.addr);
        out.bytes(&initial.bytes);
    }
    Ok(())
}

/// The header in the content of its block.
pub(in crate::trace) fn decode_header(content: &[u8]) -> Result<Header, TraceError> {
    Input::all(Part::Head, content, decode)
}

fn decode(input: &mut Input<'_>) -> Result<Header, Flaw> {
    let mut header = Header {
        isa: decode_text(input)?,
        abi: decode_text(input)?,
        clock: decode_clock(input)?,
        policy: decode_policy(input)?,
        address_space: input.word()?,
        elf: input.digest()?,
        text: input.digest()?,
        inputs: input.digest()?,
        start: decode_state(input)?,
        initial: Vec::new(),
    };
    for _ in 0..input.count(Column::Initial, 2)? {
        let addr = input.varint()?;
        let bytes = input.bytes()?.to_vec();
        let initial = Initial { addr, bytes };
        check_inside(&initial, header.address_space)?;
        header.initial.push(initial);
    }
    Ok(header)
}

fn decode_text(input: &mut Input<'_>) -> Result<String, Flaw> {
    let bytes = input.bytes()?;
    str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| Flaw::Text)
}

fn decode_clock(input: &mut Input<'_>) -> Result<ClockModel, Flaw> {
    Ok(ClockModel {
        start: input.word()?,
        insn: input.word()?,
        ecall: input.word()?,
        access: input.word()?,
    })
}

fn decode_policy(input: &mut Input<'_>) -> Result<Policy, Flaw> {
    let kind = match input.byte()? {
        0 => Policy::Insns,
        1 => Policy::Accesses,
        2 => Policy::Touches,
        found => {
            return Err(Flaw::Kind {
                of: Choice::Policy,
                found,
            });
        }
    };
    input.word().map(kind)
}

fn check_inside(initial: &Initial, space: u64) -> Result<(), Flaw> {
    let (addr, bytes) = (initial.addr, initial.bytes.len() as u64);
    match addr.checked_add(bytes) {
        Some(end) if end <= space => Ok(()),
        _ => Err(Flaw::Outside { addr, bytes }),
    }
}
