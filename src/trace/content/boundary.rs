//! The hart at the start of a chunk, and what is different at its end.

use super::{Flaw, Input, Output, float};
use crate::isa::{Reg, Register};
use crate::machine::{MachineState, Reservation};
use crate::trace::Boundary;

/// The registers, pc and reservation as numbers that are small where they usually are,
/// the counts, then the floating-point registers that are not zero.
pub(super) fn encode_start(out: &mut Output, start: &Boundary) -> Result<(), Flaw> {
    encode_state(out, &start.state)?;
    out.varint(start.accesses);
    out.varint(start.ecalls);
    Ok(())
}

pub(super) fn decode_start(input: &mut Input<'_>) -> Result<Boundary, Flaw> {
    Ok(Boundary {
        state: decode_state(input)?,
        accesses: input.varint()?,
        ecalls: input.varint()?,
    })
}

pub(super) fn encode_state(out: &mut Output, state: &MachineState) -> Result<(), Flaw> {
    check_x0(state)?;
    for value in &state.x[1..] {
        out.varint(*value);
    }
    out.varint(state.pc);
    out.varint(state.reservation.bits().wrapping_add(1));
    out.varint(state.insns);
    out.varint(state.unaligned_loads);
    out.varint(state.unaligned_stores);
    let values = floating(state).filter(|(_, value)| *value != 0);
    float::encode(out, &values.collect::<Vec<_>>())
}

pub(super) fn decode_state(input: &mut Input<'_>) -> Result<MachineState, Flaw> {
    let mut state = MachineState::new(0);
    for value in &mut state.x[1..] {
        *value = input.varint()?;
    }
    state.pc = input.varint()?;
    state.reservation = Reservation::from_bits(input.varint()?.wrapping_sub(1));
    state.insns = input.varint()?;
    state.unaligned_loads = input.varint()?;
    state.unaligned_stores = input.varint()?;
    for (reg, value) in float::decode(input)? {
        if value == 0 {
            return Err(Flaw::Zero { reg });
        }
        state.set_register(reg, value);
    }
    Ok(state)
}

/// The registers that differ, then the others, all as differences.
pub(super) fn encode_end(out: &mut Output, start: &Boundary, end: &Boundary) -> Result<(), Flaw> {
    let (before, after) = (&start.state, &end.state);
    check_x0(after)?;
    let differs = |reg: &Reg| before.reg(*reg) != after.reg(*reg);
    let mask = Reg::all()
        .filter(differs)
        .fold(0, |mask, reg| mask | 1 << reg.index());
    out.varint(mask);
    for reg in Reg::all().filter(differs) {
        out.change(before.reg(reg), after.reg(reg));
    }
    let changed = floating(after).filter(|(reg, value)| before.register(*reg) != *value);
    float::encode(out, &changed.collect::<Vec<_>>())?;
    out.change(before.pc, after.pc);
    out.change(before.reservation.bits(), after.reservation.bits());
    for (before, after) in counts(start).into_iter().zip(counts(end)) {
        out.varint(after.checked_sub(before).ok_or(Flaw::Backwards)?);
    }
    Ok(())
}

pub(super) fn decode_end(input: &mut Input<'_>, start: &Boundary) -> Result<Boundary, Flaw> {
    let mut end = start.clone();
    for reg in decode_registers(input)? {
        let value = input.change(start.state.reg(reg))?;
        if value == start.state.reg(reg) {
            return Err(Flaw::Unchanged { reg: reg.into() });
        }
        end.state.set_reg(reg, value);
    }
    for (reg, value) in float::decode(input)? {
        if value == start.state.register(reg) {
            return Err(Flaw::Unchanged { reg });
        }
        end.state.set_register(reg, value);
    }
    end.state.pc = input.change(start.state.pc)?;
    end.state.reservation = Reservation::from_bits(input.change(start.state.reservation.bits())?);
    for count in [
        &mut end.state.insns,
        &mut end.state.unaligned_loads,
        &mut end.state.unaligned_stores,
        &mut end.accesses,
        &mut end.ecalls,
    ] {
        *count = count.checked_add(input.varint()?).ok_or(Flaw::Backwards)?;
    }
    Ok(end)
}

/// The floating-point registers and `fcsr`, with their values.
fn floating(state: &MachineState) -> impl Iterator<Item = (Register, u64)> {
    let registers = Register::all().filter(|reg| !matches!(reg, Register::X(_)));
    registers.map(|reg| (reg, state.register(reg)))
}

/// A set of registers, the lowest first: bit n for `xn`.
pub(super) fn decode_registers(
    input: &mut Input<'_>,
) -> Result<impl Iterator<Item = Reg> + use<>, Flaw> {
    let mask = input.varint()?;
    if mask & 1 != 0 || mask > u64::from(u32::MAX) {
        return Err(Flaw::RegisterSet { mask });
    }
    Ok(Reg::all().filter(move |reg| mask >> reg.index() & 1 != 0))
}

fn check_x0(state: &MachineState) -> Result<(), Flaw> {
    match state.x[0] {
        0 => Ok(()),
        value => Err(Flaw::X0 { value }),
    }
}

fn counts(boundary: &Boundary) -> [u64; 5] {
    let state = &boundary.state;
    let MachineState {
        insns,
        unaligned_loads,
        unaligned_stores,
        ..
    } = *state;
    [
        insns,
        unaligned_loads,
        unaligned_stores,
        boundary.accesses,
        boundary.ecalls,
    ]
}
