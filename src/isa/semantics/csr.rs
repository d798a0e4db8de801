//! The control and status registers: counters, which are read (chapter "Zicntr"), and
//! the parts of `fcsr` (chapter "F", "Floating-Point Control and Status Register").

use crate::isa::{CsrOp, CsrSource};

/// A read-only counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counter {
    /// `cycle`: clock cycles.
    Cycle,
    /// `time`: ticks of the wall clock.
    Time,
    /// `instret`: instructions retired.
    Instret,
}

/// A CSR that shows `fcsr` or a field of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FpCsr {
    /// The accrued exceptions: bits 0–4.
    Fflags,
    /// The dynamic rounding mode: bits 5–7.
    Frm,
    /// Both; the bits above are zero.
    Fcsr,
}

impl FpCsr {
    /// Which bits of `fcsr` it shows, and how far up they are.
    const fn field(self) -> (u64, u32) {
        match self {
            FpCsr::Fflags => (0x1f, 0),
            FpCsr::Frm => (0xe0, 5),
            FpCsr::Fcsr => (0xff, 0),
        }
    }

    /// What an instruction reads while `fcsr` is this.
    pub const fn read(self, fcsr: u64) -> u64 {
        let (mask, shift) = self.field();
        (fcsr & mask) >> shift
    }

    /// `fcsr` after `value` is written; bits of it that have no place are ignored.
    pub const fn written(self, fcsr: u64, value: u64) -> u64 {
        let (mask, shift) = self.field();
        fcsr & !mask | value << shift & mask
    }
}

/// What a CSR instruction accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Csr {
    /// A counter, which it reads.
    Counter(Counter),
    /// A floating-point CSR, which it may write.
    Fp(FpCsr),
}

/// Whether an instruction writes its CSR: `csrrs` and `csrrc` of `x0` or of immediate
/// zero do not (chapter "Zicsr").
pub const fn csr_writes(op: CsrOp, source: CsrSource) -> bool {
    match (op, source) {
        (CsrOp::Write, _) => true,
        (CsrOp::Set | CsrOp::Clear, CsrSource::Reg(rs1)) => !rs1.is_zero(),
        (CsrOp::Set | CsrOp::Clear, CsrSource::Imm(imm)) => imm != 0,
    }
}

/// The CSR that an instruction accesses, or `None` if the instruction is illegal: no
/// such CSR, or a write to a counter, which those do not take.
pub const fn csr_access(op: CsrOp, csr: u16, source: CsrSource) -> Option<Csr> {
    let reads_only = !csr_writes(op, source);
    match csr {
        0x001 => Some(Csr::Fp(FpCsr::Fflags)),
        0x002 => Some(Csr::Fp(FpCsr::Frm)),
        0x003 => Some(Csr::Fp(FpCsr::Fcsr)),
        0xc00 if reads_only => Some(Csr::Counter(Counter::Cycle)),
        0xc01 if reads_only => Some(Csr::Counter(Counter::Time)),
        0xc02 if reads_only => Some(Csr::Counter(Counter::Instret)),
        _ => None,
    }
}

/// What an instruction writes to a CSR that was `old`.
pub const fn csr_value(op: CsrOp, old: u64, operand: u64) -> u64 {
    match op {
        CsrOp::Write => operand,
        CsrOp::Set => old | operand,
        CsrOp::Clear => old & !operand,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Reg;

    const READS: [(CsrOp, CsrSource); 4] = [
        (CsrOp::Set, CsrSource::Reg(Reg::ZERO)),
        (CsrOp::Clear, CsrSource::Reg(Reg::ZERO)),
        (CsrOp::Set, CsrSource::Imm(0)),
        (CsrOp::Clear, CsrSource::Imm(0)),
    ];
    const WRITES: [(CsrOp, CsrSource); 6] = [
        (CsrOp::Write, CsrSource::Reg(Reg::ZERO)),
        (CsrOp::Write, CsrSource::Imm(0)),
        (CsrOp::Set, CsrSource::Reg(Reg::A0)),
        (CsrOp::Clear, CsrSource::Reg(Reg::A0)),
        (CsrOp::Set, CsrSource::Imm(1)),
        (CsrOp::Clear, CsrSource::Imm(31)),
    ];

    #[test]
    fn the_three_counters_are_read() {
        let counters = [
            (0xc00, Counter::Cycle),
            (0xc01, Counter::Time),
            (0xc02, Counter::Instret),
        ];
        for (csr, counter) in counters {
            for (op, source) in READS {
                assert_eq!(csr_access(op, csr, source), Some(Csr::Counter(counter)));
            }
        }
    }

    #[test]
    fn writes_to_counters_and_other_registers_are_illegal() {
        for csr in 0..4096 {
            let floating = (1..=3).contains(&csr);
            for (op, source) in WRITES {
                assert_eq!(csr_access(op, csr, source).is_some(), floating, "{csr:#x}");
            }
            for (op, source) in READS {
                let counter = (0xc00..=0xc02).contains(&csr);
                let legal = counter || floating;
                assert_eq!(csr_access(op, csr, source).is_some(), legal, "{csr:#x}");
            }
        }
    }

    #[test]
    fn the_parts_of_fcsr() {
        let rows = [
            (FpCsr::Fflags, 0x0a, 0xbf),
            (FpCsr::Frm, 0x05, 0xea),
            (FpCsr::Fcsr, 0xaa, 0xff),
        ];
        for (csr, read, written) in rows {
            assert_eq!(csr.read(0xaa), read, "{csr:?}");
            assert_eq!(csr.written(0xaa, u64::MAX), written, "{csr:?}");
            assert_eq!(csr.written(0xaa, read), 0xaa, "{csr:?}");
        }
    }

    #[test]
    fn bits_are_replaced_set_and_cleared() {
        assert_eq!(csr_value(CsrOp::Write, 0b1100, 0b1010), 0b1010);
        assert_eq!(csr_value(CsrOp::Set, 0b1100, 0b1010), 0b1110);
        assert_eq!(csr_value(CsrOp::Clear, 0b1100, 0b1010), 0b0100);
    }
}
