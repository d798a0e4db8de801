//! Which instructions an execution environment offers.

use std::fmt;
use std::str::FromStr;

use super::extension::csr_extension;
use super::{AluOp, Decoded, Extension, Format, FpInst, Inst, LoadOp, Width};

/// A set of instructions: RV64I with extensions, named by an ISA string (unprivileged
/// manual, "ISA Extension Naming Conventions").
///
/// ```
/// use rvjet::isa::{Extension, Isa};
///
/// let isa: Isa = "rv64gc_zba_zbb".parse()?;
/// assert!(isa.contains(Extension::Zba) && !isa.contains(Extension::Zbs));
/// assert_eq!(isa.name(), "rv64imafdc_zicsr_zifencei_zba_zbb");
/// # Ok::<(), rvjet::isa::IsaError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isa(u32);

/// Why text names no set of instructions that this machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IsaError {
    /// It is not of a 64-bit base.
    Base {
        /// All of the text.
        text: String,
    },
    /// It names an extension that is not known.
    Unknown {
        /// The extension.
        name: String,
    },
}

impl fmt::Display for IsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IsaError::Base { text } => {
                write!(f, "{text:?} does not start with \"rv64i\" or \"rv64g\"")
            }
            IsaError::Unknown { name } => write!(f, "unknown extension {name:?}"),
        }
    }
}

impl std::error::Error for IsaError {}

impl Default for Isa {
    /// All that [`decode`](super::decode()) knows.
    fn default() -> Isa {
        Isa::ALL
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Debug for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Isa {
    /// The base alone: `rv64i`.
    pub const RV64I: Isa = Isa(0);
    /// The base and multiplication: `rv64im`.
    pub const RV64IM: Isa = Isa::RV64I.with(Extension::M);
    /// All that [`decode`](super::decode()) knows.
    pub const ALL: Isa = {
        let (mut isa, mut index) = (Isa::RV64I, 0);
        while index < Extension::ALL.len() {
            isa = isa.with(Extension::ALL[index]);
            index += 1;
        }
        isa
    };

    /// This and an extension, with what that depends on.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Isa {
        let isa = Isa(self.0 | 1 << extension as u8);
        match extension.implied() {
            Some(implied) => isa.with(implied),
            None => isa,
        }
    }

    /// Whether it has an extension.
    pub const fn contains(self, extension: Extension) -> bool {
        self.0 >> extension as u8 & 1 != 0
    }

    /// What both have.
    #[must_use]
    pub const fn intersection(self, other: Isa) -> Isa {
        Isa(self.0 & other.0)
    }

    /// The ISA string in its canonical order, without abbreviations.
    pub fn name(self) -> String {
        let mut name = String::from("rv64i");
        for extension in Extension::ALL.into_iter().filter(|one| self.contains(*one)) {
            if extension.name().len() > 1 {
                name.push('_');
            }
            name.push_str(extension.name());
        }
        name
    }

    /// What instructions' addresses are multiples of (`IALIGN`, in bytes).
    pub const fn alignment(self) -> u64 {
        match self.contains(Extension::C) {
            true => 2,
            false => 4,
        }
    }

    /// Whether it has this instruction.
    #[inline]
    pub fn has(self, decoded: &Decoded) -> bool {
        // Nothing is left out where nothing can be.
        self == Isa::ALL || self.has_inst(decoded.inst) && self.has_form(decoded)
    }

    /// Whether it has this instruction, in whatever form.
    fn has_inst(self, inst: Inst) -> bool {
        let needed = match inst {
            Inst::MulDiv { .. } => Extension::M,
            Inst::LoadReserved { .. } | Inst::StoreConditional { .. } | Inst::Amo { .. } => {
                Extension::A
            }
            Inst::FenceI { .. } => Extension::Zifencei,
            Inst::Csr { csr, .. } => csr_extension(csr),
            Inst::Bit { op, .. } => op.extension(),
            Inst::BitImm { op, .. } => op.extension(),
            Inst::BitUnary { op, .. } => op.extension(),
            Inst::CacheBlock { op, .. } => op.extension(),
            Inst::Fp(inst) => match fp_format(inst) {
                Format::Single => Extension::F,
                Format::Double => Extension::D,
            },
            // Fences, hints among them, are of the base: what it does not know of their
            // fields it ignores.
            _ => return true,
        };
        self.contains(needed)
    }

    /// Whether it has the form of this instruction, if that is compressed.
    fn has_form(self, decoded: &Decoded) -> bool {
        decoded.len == 4
            || self.contains(match decoded.inst {
                Inst::Load {
                    op: LoadOp::Lbu | LoadOp::Lhu | LoadOp::Lh,
                    ..
                } => Extension::Zcb,
                Inst::Store { width, .. } if width < Width::Word => Extension::Zcb,
                Inst::MulDiv { .. } | Inst::Bit { .. } | Inst::BitUnary { .. } => Extension::Zcb,
                // `c.not`, and `c.zext.b`, whose immediate `c.andi` cannot have.
                Inst::AluImm { op: AluOp::Xor, .. } => Extension::Zcb,
                Inst::AluImm {
                    op: AluOp::And,
                    imm: 0xff,
                    ..
                } => Extension::Zcb,
                _ => Extension::C,
            })
    }
}

/// The widest format that a floating-point instruction has to do with.
fn fp_format(inst: FpInst) -> Format {
    match inst {
        FpInst::Load { format, .. }
        | FpInst::Store { format, .. }
        | FpInst::Alu { format, .. }
        | FpInst::Fused { format, .. }
        | FpInst::Sqrt { format, .. }
        | FpInst::Pick { format, .. }
        | FpInst::Compare { format, .. }
        | FpInst::Class { format, .. }
        | FpInst::ToBits { format, .. }
        | FpInst::FromBits { format, .. } => format,
        FpInst::ToInt { from, .. } => from,
        FpInst::FromInt { to, .. } => to,
        // One of the two.
        FpInst::Convert { .. } => Format::Double,
    }
}

impl FromStr for Isa {
    type Err = IsaError;

    /// From an ISA string, in whatever order and case. Versions, such as `2p1`, are
    /// passed over: there is one of each extension. `g` and `b` stand for what they
    /// abbreviate.
    fn from_str(text: &str) -> Result<Isa, IsaError> {
        let lower = text.to_ascii_lowercase();
        let base = || IsaError::Base {
            text: text.to_owned(),
        };
        let rest = lower.strip_prefix("rv64").ok_or_else(base)?;
        if !rest.starts_with(['i', 'g']) {
            return Err(base());
        }
        let mut isa = Isa::RV64I;
        for (index, part) in rest.split('_').enumerate() {
            isa = match part.as_bytes() {
                [b'z' | b's' | b'x', _, ..] => isa.with_named(without_version(part))?,
                _ => isa.with_letters(part, index == 0)?,
            };
        }
        Ok(isa)
    }
}

impl Isa {
    fn with_named(self, name: &str) -> Result<Isa, IsaError> {
        let unknown = || IsaError::Unknown {
            name: name.to_owned(),
        };
        Extension::of(name)
            .map(|extension| self.with(extension))
            .ok_or_else(unknown)
    }

    /// `letters` are extensions, and may have versions; they may be those of a base if
    /// they are the `first` of an ISA string. A name of several letters ends them.
    fn with_letters(mut self, letters: &str, first: bool) -> Result<Isa, IsaError> {
        let mut rest = letters;
        let mut at_base = first;
        while let Some(letter) = rest.get(..1) {
            match letter {
                "i" if at_base => {}
                "g" if at_base => {
                    for extension in ["m", "a", "d", "zifencei"] {
                        self = self.with_named(extension)?;
                    }
                }
                "b" => {
                    for extension in ["zba", "zbb", "zbs"] {
                        self = self.with_named(extension)?;
                    }
                }
                "z" | "s" | "x" => return self.with_named(without_version(rest)),
                letter => self = self.with_named(letter)?,
            }
            at_base = false;
            rest = after_version(&rest[1..]);
        }
        match rest {
            "" if !letters.is_empty() => Ok(self),
            _ => self.with_named(rest),
        }
    }
}

/// `text` behind a version in front of it, if there is one: digits, and after a `p`
/// the minor ones.
fn after_version(text: &str) -> &str {
    let minor = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match minor.strip_prefix('p') {
        Some(rest)
            if minor.len() < text.len() && rest.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            rest.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => minor,
    }
}

/// A name without the version at its end.
fn without_version(name: &str) -> &str {
    let is_digit = |c: char| c.is_ascii_digit();
    let major = name.trim_end_matches(is_digit);
    match major.strip_suffix('p') {
        Some(rest) if major.len() < name.len() && rest.ends_with(is_digit) => {
            rest.trim_end_matches(is_digit)
        }
        _ => major,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::decode;

    fn isa(text: &str) -> Isa {
        text.parse().unwrap()
    }

    #[test]
    fn names_come_back_in_the_canonical_order() {
        let all = "rv64imafdc_zicbom_zicboz_zicntr_zicond_zicsr_zifencei_zihintntl_zihintpause_\
                   zcb_zba_zbb_zbc_zbs";
        let rows = [
            ("rv64i", "rv64i"),
            ("rv64im", "rv64im"),
            ("RV64IMAC", "rv64imac"),
            ("rv64gc", "rv64imafdc_zicsr_zifencei"),
            ("rv64g_c", "rv64imafdc_zicsr_zifencei"),
            ("rv64gcb", "rv64imafdc_zicsr_zifencei_zba_zbb_zbs"),
            ("rv64i_zbs_zbb_zcb", "rv64ic_zcb_zbb_zbs"),
            ("rv64izicsr", "rv64i_zicsr"),
            ("rv64id", "rv64ifd_zicsr"),
            ("rv64i_zicntr", "rv64i_zicntr_zicsr"),
            ("rv64i2p1_m2p0_a2p1_zba1p0", "rv64ima_zba"),
            ("rv64i2m2a_zbb1", "rv64ima_zbb"),
            (
                "rv64imac_zicntr_zicsr_zifencei",
                "rv64imac_zicntr_zicsr_zifencei",
            ),
            (all, all),
        ];
        for (text, name) in rows {
            assert_eq!(isa(text).name(), name, "{text}");
            assert_eq!(isa(name), isa(text));
        }
        assert_eq!(isa(all), Isa::ALL);
        assert_eq!(isa("rv64im"), Isa::RV64IM);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let base = |text: &str| IsaError::Base { text: text.into() };
        for text in [
            "",
            "rv32i",
            "rv64",
            "rv64e",
            "rv64m",
            "riscv",
            "64gc",
            "rv6\u{e9}",
        ] {
            assert_eq!(text.parse::<Isa>(), Err(base(text)));
        }
        let rows = [
            ("rv64gcv", "v"),
            ("rv64imq_zba", "q"),
            ("rv64gc_zfh", "zfh"),
            ("rv64gc_zve32x1p0", "zve32x"),
            ("rv64gc_xthead", "xthead"),
            ("rv64gc_svinval_zba", "svinval"),
            ("rv64gc__zba", ""),
            ("rv64gc_", ""),
            ("rv64igc", "g"),
            ("rv64i_i", "i"),
            ("rv64ic2p", "p"),
            ("rv64i\u{e9}", "\u{e9}"),
            ("rv64gc zba", " "),
        ];
        for (text, name) in rows {
            let name = name.into();
            assert_eq!(
                text.parse::<Isa>(),
                Err(IsaError::Unknown { name }),
                "{text}"
            );
        }
    }

    /// The word is in each of the sets, and in none without the last extension.
    fn assert_needs(word: u32, with: &str, without: &str) {
        let decoded = decode(word).unwrap();
        assert!(Isa::ALL.has(&decoded));
        assert!(isa(with).has(&decoded), "{word:#x} {with}");
        assert!(!isa(without).has(&decoded), "{word:#x} {without}");
    }

    #[test]
    fn the_base_has_neither_compressed_nor_atomic_instructions() {
        let has = |word| Isa::RV64IM.has(&decode(word).unwrap());
        // addi, mul, ld, ecall, ebreak, fence, pause, ntl.p1, prefetch.r
        for word in [
            0x0010_0093,
            0x0220_80b3,
            0x0000_b083,
            0x73,
            0x0010_0073,
            0x0ff0_000f,
            0x0100_000f,
            0x0020_0033,
            0x0010_e013,
        ] {
            assert!(has(word), "{word:#x}");
        }
        // c.li, amoadd.w, lr.w, fence.i, csrr
        for word in [0x4085, 0x0020_a0af, 0x1000_a0af, 0x100f, 0xc000_20f3] {
            assert!(!has(word), "{word:#x}");
        }
        assert_eq!([Isa::RV64IM.alignment(), Isa::ALL.alignment()], [4, 2]);
    }

    #[test]
    fn each_extension_has_its_instructions() {
        let rows = [
            (0x0220_80b3, "rv64im", "rv64iafdc_zba"),       // mul
            (0x0020_a0af, "rv64ia", "rv64im_zcb"),          // amoadd.w
            (0x0000_100f, "rv64i_zifencei", "rv64imafdc"),  // fence.i
            (0xc000_20f3, "rv64i_zicntr", "rv64gc"),        // rdcycle
            (0x0010_20f3, "rv64if", "rv64imac_zicntr"),     // frflags
            (0x3400_20f3, "rv64i_zicsr", "rv64imac"),       // csrr mscratch
            (0x0031_70d3, "rv64if", "rv64imac"),            // fadd.s
            (0x0231_70d3, "rv64id", "rv64if"),              // fadd.d
            (0x4011_70d3, "rv64id", "rv64if"),              // fcvt.s.d
            (0x0001_3087, "rv64id", "rv64if"),              // fld
            (0x2031_20b3, "rv64i_zba", "rv64gc_zbb"),       // sh1add
            (0x0bf1_109b, "rv64i_zba", "rv64gc_zbb"),       // slli.uw
            (0x6011_1093, "rv64i_zbb", "rv64gc_zba"),       // ctz
            (0x6031_10b3, "rv64i_zbb", "rv64gc_zba"),       // rol
            (0x0a31_10b3, "rv64i_zbc", "rv64gcb"),          // clmul
            (0x4831_10b3, "rv64i_zbs", "rv64gc_zbb"),       // bclr
            (0x0e31_50b3, "rv64i_zicond", "rv64gcb"),       // czero.eqz
            (0x0022_a00f, "rv64i_zicbom", "rv64gc_zicboz"), // cbo.flush
            (0x0044_200f, "rv64i_zicboz", "rv64gc_zicbom"), // cbo.zero
        ];
        for (word, with, without) in rows {
            assert_needs(word, with, without);
        }
    }

    #[test]
    fn a_compressed_form_needs_what_its_instruction_does_too() {
        let rows = [
            (0x4085, "rv64ic", "rv64g"),                // c.li
            (0x8bfd, "rv64ic", "rv64g"),                // c.andi
            (0x8001, "rv64ic", "rv64g"),                // c.srli64
            (0x8000, "rv64i_zcb", "rv64gcb"),           // c.lbu
            (0x8440, "rv64i_zcb", "rv64gcb"),           // c.lh
            (0x8800, "rv64i_zcb", "rv64gcb"),           // c.sb
            (0x9c61, "rv64i_zcb", "rv64gcb"),           // c.zext.b
            (0x9c75, "rv64i_zcb", "rv64gcb"),           // c.not
            (0x9c65, "rv64i_zcb_zbb", "rv64i_zcb"),     // c.sext.b
            (0x9c69, "rv64i_zcb_zbb", "rv64gcb"),       // c.zext.h
            (0x9c71, "rv64i_zcb_zba", "rv64i_zcb_zbb"), // c.zext.w
            (0x9c41, "rv64im_zcb", "rv64i_zcb"),        // c.mul
            (0x9c41, "rv64im_zcb", "rv64gcb"),
        ];
        for (parcel, with, without) in rows {
            assert_needs(parcel, with, without);
        }
    }
}
