//! Floating-point registers and operations (ISA manual, chapters "F" and "D").

use std::fmt;

/// A floating-point register `f0`–`f31`; the number is always below 32.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FReg(u8);

impl FReg {
    /// The register of number `n`; the bits above the low five are ignored,
    /// as in an instruction's register field.
    pub const fn new(n: u32) -> FReg {
        FReg((n & 31) as u8)
    }

    /// One of `f8`–`f15`, from a three-bit field of a compressed instruction.
    pub const fn compressed(n: u32) -> FReg {
        FReg(8 + (n & 7) as u8)
    }

    /// The number, 0 to 31, as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The number, 0 to 31, as an instruction field.
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// All registers, `f0` first.
    pub fn all() -> impl DoubleEndedIterator<Item = FReg> {
        (0..32).map(FReg)
    }

    /// The name in the psABI: `ft0`, `fs0`, `fa0`, .. (psABI, "Register Convention").
    pub const fn abi_name(self) -> &'static str {
        const NAMES: [&str; 32] = [
            "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1",
            "fa2", "fa3", "fa4", "fa5", "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7",
            "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
        ];
        NAMES[self.index()]
    }
}

impl fmt::Display for FReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f{}", self.0)
    }
}

impl fmt::Debug for FReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The format of a floating-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// binary32, of the F extension. In a register all bits above it are ones (NaN boxing).
    Single,
    /// binary64, of the D extension.
    Double,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 2] = [Format::Single, Format::Double];

    /// How much of memory one takes.
    pub const fn width(self) -> super::Width {
        match self {
            Format::Single => super::Width::Word,
            Format::Double => super::Width::Double,
        }
    }
}

/// The format of an integer that is converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those in the mnemonics")]
pub enum IntFormat {
    W,
    Wu,
    L,
    Lu,
}

impl IntFormat {
    /// Every format.
    pub const ALL: [IntFormat; 4] = [IntFormat::W, IntFormat::Wu, IntFormat::L, IntFormat::Lu];
}

/// How a result is rounded: an instruction's `rm` field (chapter "F", "Floating-Point
/// Control and Status Register").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// To the nearest, ties to even.
    #[default]
    Rne,
    /// Towards zero.
    Rtz,
    /// Down.
    Rdn,
    /// Up.
    Rup,
    /// To the nearest, ties to the greater magnitude.
    Rmm,
    /// As `frm` says.
    Dyn,
}

impl Rounding {
    /// Every `rm` that is not reserved.
    pub const ALL: [Rounding; 6] = [
        Rounding::Rne,
        Rounding::Rtz,
        Rounding::Rdn,
        Rounding::Rup,
        Rounding::Rmm,
        Rounding::Dyn,
    ];

    /// The mode of an `rm` field, if that is not reserved.
    pub const fn of(rm: u32) -> Option<Rounding> {
        match rm {
            0 => Some(Rounding::Rne),
            1 => Some(Rounding::Rtz),
            2 => Some(Rounding::Rdn),
            3 => Some(Rounding::Rup),
            4 => Some(Rounding::Rmm),
            7 => Some(Rounding::Dyn),
            _ => None,
        }
    }

    /// The `rm` field.
    pub const fn bits(self) -> u32 {
        match self {
            Rounding::Rne => 0,
            Rounding::Rtz => 1,
            Rounding::Rdn => 2,
            Rounding::Rup => 3,
            Rounding::Rmm => 4,
            Rounding::Dyn => 7,
        }
    }
}

/// Arithmetic on two numbers, rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum FpOp {
    Add,
    Sub,
    Mul,
    Div,
}

impl FpOp {
    /// Every operation.
    pub const ALL: [FpOp; 4] = [FpOp::Add, FpOp::Sub, FpOp::Mul, FpOp::Div];
}

/// A product and a sum, rounded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FusedOp {
    /// `rs1 × rs2 + rs3`
    Madd,
    /// `rs1 × rs2 - rs3`
    Msub,
    /// `-(rs1 × rs2) + rs3`
    Nmsub,
    /// `-(rs1 × rs2) - rs3`
    Nmadd,
}

impl FusedOp {
    /// Every operation.
    pub const ALL: [FusedOp; 4] = [FusedOp::Madd, FusedOp::Msub, FusedOp::Nmsub, FusedOp::Nmadd];
}

/// What takes one of two numbers, or the sign of one: nothing is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FpPick {
    /// `rs1` with the sign of `rs2`.
    Sgnj,
    /// `rs1` with the opposite sign of `rs2`.
    Sgnjn,
    /// `rs1`, its sign xored with that of `rs2`.
    Sgnjx,
    /// The smaller number (`minimumNumber` of IEEE 754-2019).
    Min,
    /// The larger number (`maximumNumber` of IEEE 754-2019).
    Max,
}

impl FpPick {
    /// Every operation.
    pub const ALL: [FpPick; 5] = [
        FpPick::Sgnj,
        FpPick::Sgnjn,
        FpPick::Sgnjx,
        FpPick::Min,
        FpPick::Max,
    ];
}

/// A comparison, whose result is 0 or 1 in an integer register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FpCompare {
    /// Quiet: only a signalling NaN is invalid.
    Eq,
    /// Signalling: any NaN is invalid.
    Lt,
    /// Signalling: any NaN is invalid.
    Le,
}

impl FpCompare {
    /// Every comparison.
    pub const ALL: [FpCompare; 3] = [FpCompare::Eq, FpCompare::Lt, FpCompare::Le];
}
