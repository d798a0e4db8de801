//! The counters, which are all the CSRs there are (chapter "Zicntr").

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

/// The counter that a CSR instruction reads, or `None` if the instruction is
/// illegal: no such CSR, or a write, which the counters do not take.
///
/// `csrrs` and `csrrc` of `x0` or of immediate zero do not write (chapter "Zicsr").
pub const fn csr_counter(op: CsrOp, csr: u16, source: CsrSource) -> Option<Counter> {
    let reads_only = match (op, source) {
        (CsrOp::Write, _) => false,
        (CsrOp::Set | CsrOp::Clear, CsrSource::Reg(rs1)) => rs1.is_zero(),
        (CsrOp::Set | CsrOp::Clear, CsrSource::Imm(imm)) => imm == 0,
    };
    match csr {
        0xc00 if reads_only => Some(Counter::Cycle),
        0xc01 if reads_only => Some(Counter::Time),
        0xc02 if reads_only => Some(Counter::Instret),
        _ => None,
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
                assert_eq!(csr_counter(op, csr, source), Some(counter));
            }
        }
    }

    #[test]
    fn writes_and_other_registers_are_illegal() {
        for csr in 0..4096 {
            for (op, source) in WRITES {
                assert_eq!(csr_counter(op, csr, source), None);
            }
            for (op, source) in READS {
                let counter = (0xc00..=0xc02).contains(&csr);
                assert_eq!(csr_counter(op, csr, source).is_some(), counter);
            }
        }
    }
}
