//! All registers that instructions name, and the one that floating-point instructions
//! do not.

use std::fmt;

use super::{FReg, Reg};

/// A register of the hart; `pc` is apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Register {
    /// An integer register.
    X(Reg),
    /// A floating-point register.
    F(FReg),
    /// The floating-point control and status register.
    Fcsr,
}

impl Register {
    /// All registers: `x0` to `x31`, `f0` to `f31`, `fcsr`.
    pub fn all() -> impl Iterator<Item = Register> {
        let integer = Reg::all().map(Register::X);
        let floating = FReg::all().map(Register::F);
        integer.chain(floating).chain([Register::Fcsr])
    }

    /// The number: that of the psABI ("DWARF Register Numbers") of integer registers, from
    /// 0, and floating-point registers, from 32; that after them for `fcsr`.
    pub const fn number(self) -> u32 {
        match self {
            Register::X(reg) => reg.bits(),
            Register::F(reg) => 32 + reg.bits(),
            Register::Fcsr => 64,
        }
    }

    /// The name in the psABI.
    pub const fn abi_name(self) -> &'static str {
        match self {
            Register::X(reg) => reg.abi_name(),
            Register::F(reg) => reg.abi_name(),
            Register::Fcsr => "fcsr",
        }
    }
}

impl From<Reg> for Register {
    fn from(reg: Reg) -> Register {
        Register::X(reg)
    }
}

impl From<FReg> for Register {
    fn from(reg: FReg) -> Register {
        Register::F(reg)
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Register::X(reg) => reg.fmt(f),
            Register::F(reg) => reg.fmt(f),
            Register::Fcsr => f.write_str("fcsr"),
        }
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
