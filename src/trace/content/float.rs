//! Floating-point registers and `fcsr`: which are there, then their values.

use super::{Flaw, Input, Output};
use crate::isa::{FReg, Register};
use crate::machine::MachineState;

/// The bit of `fcsr` in a set; that of `fn` is bit n.
const FCSR: u32 = 32;

/// Appends registers, in ascending order.
pub(super) fn encode(out: &mut Output, values: &[(Register, u64)]) -> Result<(), Flaw> {
    out.varint(values.iter().fold(0, |mask, (reg, _)| mask | bit(*reg)));
    for &(reg, value) in values {
        match reg {
            Register::Fcsr => out.varint(checked(value)?),
            Register::X(_) | Register::F(_) => out.word(value),
        }
    }
    Ok(())
}

pub(super) fn decode(input: &mut Input<'_>) -> Result<Vec<(Register, u64)>, Flaw> {
    let mask = input.varint()?;
    if mask >= 1 << (FCSR + 1) {
        return Err(Flaw::FpRegisterSet { mask });
    }
    let floating = FReg::all().map(Register::F).chain([Register::Fcsr]);
    floating
        .filter(|reg| mask & bit(*reg) != 0)
        .map(|reg| {
            let value = match reg {
                Register::Fcsr => checked(input.varint()?)?,
                Register::X(_) | Register::F(_) => input.word()?,
            };
            Ok((reg, value))
        })
        .collect()
}

const fn bit(reg: Register) -> u64 {
    match reg {
        Register::X(_) => 0,
        Register::F(reg) => 1 << reg.bits(),
        Register::Fcsr => 1 << FCSR,
    }
}

fn checked(value: u64) -> Result<u64, Flaw> {
    match value {
        ..=MachineState::MAX_FCSR => Ok(value),
        _ => Err(Flaw::Fcsr { value }),
    }
}
