//! Extensions of RV64I that this machine knows, by their names.

use super::{BitImmOp, BitOp, BitUnaryOp, CacheBlockOp};

/// An extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are those of the ISA manual")]
pub enum Extension {
    M,
    A,
    F,
    D,
    C,
    Zicbom,
    Zicboz,
    Zicntr,
    Zicond,
    Zicsr,
    Zifencei,
    Zihintntl,
    Zihintpause,
    Zcb,
    Zba,
    Zbb,
    Zbc,
    Zbs,
}

impl Extension {
    /// Every extension, in the order of an ISA string (chapter "ISA Extension Naming
    /// Conventions"): letters first, then by the letter that the second one is of, of
    /// which `c` comes before `b`.
    pub const ALL: [Extension; 18] = [
        Extension::M,
        Extension::A,
        Extension::F,
        Extension::D,
        Extension::C,
        Extension::Zicbom,
        Extension::Zicboz,
        Extension::Zicntr,
        Extension::Zicond,
        Extension::Zicsr,
        Extension::Zifencei,
        Extension::Zihintntl,
        Extension::Zihintpause,
        Extension::Zcb,
        Extension::Zba,
        Extension::Zbb,
        Extension::Zbc,
        Extension::Zbs,
    ];

    /// The name in an ISA string.
    pub const fn name(self) -> &'static str {
        match self {
            Extension::M => "m",
            Extension::A => "a",
            Extension::F => "f",
            Extension::D => "d",
            Extension::C => "c",
            Extension::Zicbom => "zicbom",
            Extension::Zicboz => "zicboz",
            Extension::Zicntr => "zicntr",
            Extension::Zicond => "zicond",
            Extension::Zicsr => "zicsr",
            Extension::Zifencei => "zifencei",
            Extension::Zihintntl => "zihintntl",
            Extension::Zihintpause => "zihintpause",
            Extension::Zcb => "zcb",
            Extension::Zba => "zba",
            Extension::Zbb => "zbb",
            Extension::Zbc => "zbc",
            Extension::Zbs => "zbs",
        }
    }

    /// The extension of this name, in lower case.
    pub(super) fn of(name: &str) -> Option<Extension> {
        Extension::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What it depends on, and brings with it.
    pub(super) const fn implied(self) -> Option<Extension> {
        match self {
            Extension::D => Some(Extension::F),
            Extension::F | Extension::Zicntr => Some(Extension::Zicsr),
            Extension::Zcb => Some(Extension::C),
            _ => None,
        }
    }
}

impl BitOp {
    /// The extension that has the operation.
    pub const fn extension(self) -> Extension {
        match self {
            BitOp::AddUw
            | BitOp::Sh1add
            | BitOp::Sh1addUw
            | BitOp::Sh2add
            | BitOp::Sh2addUw
            | BitOp::Sh3add
            | BitOp::Sh3addUw => Extension::Zba,
            BitOp::Andn
            | BitOp::Orn
            | BitOp::Xnor
            | BitOp::Max
            | BitOp::Maxu
            | BitOp::Min
            | BitOp::Minu
            | BitOp::Rol
            | BitOp::Rolw
            | BitOp::Ror
            | BitOp::Rorw => Extension::Zbb,
            BitOp::Bclr | BitOp::Bext | BitOp::Binv | BitOp::Bset => Extension::Zbs,
            BitOp::Clmul | BitOp::Clmulh | BitOp::Clmulr => Extension::Zbc,
            BitOp::CzeroEqz | BitOp::CzeroNez => Extension::Zicond,
        }
    }
}

impl BitImmOp {
    /// The extension that has the operation.
    pub const fn extension(self) -> Extension {
        match self {
            BitImmOp::SlliUw => Extension::Zba,
            BitImmOp::Rori | BitImmOp::Roriw => Extension::Zbb,
            BitImmOp::Bclri | BitImmOp::Bexti | BitImmOp::Binvi | BitImmOp::Bseti => Extension::Zbs,
        }
    }
}

impl BitUnaryOp {
    /// The extension that has the operation.
    pub const fn extension(self) -> Extension {
        Extension::Zbb
    }
}

impl CacheBlockOp {
    /// The extension that has the operation.
    pub const fn extension(self) -> Extension {
        match self {
            CacheBlockOp::Inval | CacheBlockOp::Clean | CacheBlockOp::Flush => Extension::Zicbom,
            CacheBlockOp::Zero => Extension::Zicboz,
        }
    }
}

/// The extension that the instructions need which access this register.
pub(super) const fn csr_extension(csr: u16) -> Extension {
    match csr {
        0x001..=0x003 => Extension::F,
        0xc00..=0xc02 => Extension::Zicntr,
        _ => Extension::Zicsr,
    }
}
