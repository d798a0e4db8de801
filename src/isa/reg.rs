//! The 32 integer registers (ISA manual, "RV32I Base Integer Instruction Set").

use std::fmt;

/// An integer register `x0`–`x31`; the number is always below 32.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(u8);

impl Reg {
    /// `x0`: reads as zero, ignores writes.
    pub const ZERO: Reg = Reg(0);
    /// `x1`: the return address of the standard calling convention.
    pub const RA: Reg = Reg(1);
    /// `x2`: the stack pointer.
    pub const SP: Reg = Reg(2);
    /// `x5`: a temporary, in which some environments take the number of a call.
    pub const T0: Reg = Reg(5);
    /// `x10`: first argument and result.
    pub const A0: Reg = Reg(10);
    /// `x11`: second argument and result.
    pub const A1: Reg = Reg(11);
    /// `x12`: third argument.
    pub const A2: Reg = Reg(12);
    /// `x13`: fourth argument.
    pub const A3: Reg = Reg(13);
    /// `x14`: fifth argument.
    pub const A4: Reg = Reg(14);
    /// `x17`: the system call number.
    pub const A7: Reg = Reg(17);

    /// The register of number `n`; the bits above the low five are ignored,
    /// as in an instruction's register field.
    pub const fn new(n: u32) -> Reg {
        Reg((n & 31) as u8)
    }

    /// One of `x8`–`x15`, from a three-bit field of a compressed instruction.
    pub const fn compressed(n: u32) -> Reg {
        Reg(8 + (n & 7) as u8)
    }

    /// The number, 0 to 31, as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The number, 0 to 31, as an instruction field.
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// Whether this is `x0`.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// All registers, `x0` first.
    pub fn all() -> impl DoubleEndedIterator<Item = Reg> {
        (0..32).map(Reg)
    }

    /// The name in the psABI: `zero`, `ra`, `sp`, .. (psABI, "Register Convention").
    pub const fn abi_name(self) -> &'static str {
        const NAMES: [&str; 32] = [
            "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3",
            "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
            "t3", "t4", "t5", "t6",
        ];
        NAMES[self.index()]
    }
}

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "x{}", self.0)
    }
}

impl fmt::Debug for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
