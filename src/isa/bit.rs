//! Bit manipulation and the management of cache blocks (ISA manual, chapters "B",
//! "Zicond" and "CMO").

/// What an R-type instruction of Zba, Zbb, Zbc, Zbs or Zicond does with its operands.
/// The `W` forms work on the low 32 bits and sign-extend the result, the `Uw` forms
/// take the low 32 bits of `rs1` without their sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum BitOp {
    AddUw,
    Sh1add,
    Sh1addUw,
    Sh2add,
    Sh2addUw,
    Sh3add,
    Sh3addUw,
    Andn,
    Orn,
    Xnor,
    Max,
    Maxu,
    Min,
    Minu,
    Rol,
    Rolw,
    Ror,
    Rorw,
    Bclr,
    Bext,
    Binv,
    Bset,
    Clmul,
    Clmulh,
    Clmulr,
    CzeroEqz,
    CzeroNez,
}

impl BitOp {
    /// Every operation.
    pub const ALL: [BitOp; 27] = [
        BitOp::AddUw,
        BitOp::Sh1add,
        BitOp::Sh1addUw,
        BitOp::Sh2add,
        BitOp::Sh2addUw,
        BitOp::Sh3add,
        BitOp::Sh3addUw,
        BitOp::Andn,
        BitOp::Orn,
        BitOp::Xnor,
        BitOp::Max,
        BitOp::Maxu,
        BitOp::Min,
        BitOp::Minu,
        BitOp::Rol,
        BitOp::Rolw,
        BitOp::Ror,
        BitOp::Rorw,
        BitOp::Bclr,
        BitOp::Bext,
        BitOp::Binv,
        BitOp::Bset,
        BitOp::Clmul,
        BitOp::Clmulh,
        BitOp::Clmulr,
        BitOp::CzeroEqz,
        BitOp::CzeroNez,
    ];

    /// Whether the operation works on 32 bits and sign-extends its result.
    pub const fn is_word(self) -> bool {
        matches!(self, BitOp::Rolw | BitOp::Rorw)
    }
}

/// What an instruction of Zba, Zbb or Zbs does with `rs1` and a shift amount or the
/// number of a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum BitImmOp {
    SlliUw,
    Rori,
    Roriw,
    Bclri,
    Bexti,
    Binvi,
    Bseti,
}

impl BitImmOp {
    /// Every operation.
    pub const ALL: [BitImmOp; 7] = [
        BitImmOp::SlliUw,
        BitImmOp::Rori,
        BitImmOp::Roriw,
        BitImmOp::Bclri,
        BitImmOp::Bexti,
        BitImmOp::Binvi,
        BitImmOp::Bseti,
    ];

    /// Whether the operation works on 32 bits and sign-extends its result.
    pub const fn is_word(self) -> bool {
        matches!(self, BitImmOp::Roriw)
    }
}

/// What an instruction of Zbb does with `rs1` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the ISA manual")]
pub enum BitUnaryOp {
    Clz,
    Clzw,
    Ctz,
    Ctzw,
    Cpop,
    Cpopw,
    SextB,
    SextH,
    ZextH,
    Rev8,
    OrcB,
}

impl BitUnaryOp {
    /// Every operation.
    pub const ALL: [BitUnaryOp; 11] = [
        BitUnaryOp::Clz,
        BitUnaryOp::Clzw,
        BitUnaryOp::Ctz,
        BitUnaryOp::Ctzw,
        BitUnaryOp::Cpop,
        BitUnaryOp::Cpopw,
        BitUnaryOp::SextB,
        BitUnaryOp::SextH,
        BitUnaryOp::ZextH,
        BitUnaryOp::Rev8,
        BitUnaryOp::OrcB,
    ];
}

/// What is done with a cache block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheBlockOp {
    /// `cbo.inval`: drops copies of it.
    Inval,
    /// `cbo.clean`: writes it back.
    Clean,
    /// `cbo.flush`: writes it back and drops copies of it.
    Flush,
    /// `cbo.zero`: fills it with zeros.
    Zero,
}

impl CacheBlockOp {
    /// Every operation.
    pub const ALL: [CacheBlockOp; 4] = [
        CacheBlockOp::Inval,
        CacheBlockOp::Clean,
        CacheBlockOp::Flush,
        CacheBlockOp::Zero,
    ];
}

/// Bytes in a cache block, which are aligned as many.
pub const CACHE_BLOCK: u64 = 64;
