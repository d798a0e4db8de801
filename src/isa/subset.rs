//! Which instructions an execution environment offers.

use super::{Decoded, Inst};

/// A set of instructions, named by its ISA string (unprivileged manual, "ISA
/// Extension Naming Conventions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Isa {
    /// All that [`decode`](super::decode()) knows.
    #[default]
    Rv64imac,
    /// The base and multiplication alone: neither fences nor control and status
    /// registers.
    Rv64im,
}

impl Isa {
    /// The ISA string.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::Rv64imac => "rv64imac_zicntr_zicsr_zifencei",
            Isa::Rv64im => "rv64im",
        }
    }

    /// What instructions' addresses are multiples of (`IALIGN`, in bytes).
    pub const fn alignment(self) -> u64 {
        match self {
            Isa::Rv64imac => 2,
            Isa::Rv64im => 4,
        }
    }

    /// Whether it has this instruction.
    pub const fn has(self, decoded: &Decoded) -> bool {
        match self {
            Isa::Rv64imac => true,
            Isa::Rv64im => {
                decoded.len == 4
                    && matches!(
                        decoded.inst,
                        Inst::Lui { .. }
                            | Inst::Auipc { .. }
                            | Inst::AluImm { .. }
                            | Inst::Alu { .. }
                            | Inst::MulDiv { .. }
                            | Inst::Load { .. }
                            | Inst::Store { .. }
                            | Inst::Branch { .. }
                            | Inst::Jal { .. }
                            | Inst::Jalr { .. }
                            | Inst::Ecall
                            | Inst::Ebreak
                    )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::decode;

    #[test]
    fn the_base_has_neither_compressed_nor_atomic_instructions() {
        let has = |word| Isa::Rv64im.has(&decode(word).unwrap());
        // addi, mul, ld, ecall, ebreak
        for word in [0x0010_0093, 0x0220_80b3, 0x0000_b083, 0x73, 0x0010_0073] {
            assert!(has(word), "{word:#x}");
        }
        // c.li, amoadd.w, lr.w, fence, fence.i, csrr
        for word in [
            0x4085,
            0x0020_a0af,
            0x1000_a0af,
            0x0ff0_000f,
            0x100f,
            0xc000_20f3,
        ] {
            assert!(!has(word), "{word:#x}");
            assert!(Isa::Rv64imac.has(&decode(word).unwrap()));
        }
    }
}
