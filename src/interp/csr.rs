//! What the CSR instructions do to the hart.

use super::execute::illegal;
use crate::isa::semantics::{self, Counter, Csr, FpCsr};
use crate::isa::{CsrOp, CsrSource, Reg};
use crate::machine::{Hart, Stop};

/// `t = csr; csr = csr op source; rd = t`
pub(super) fn access(
    hart: &mut Hart,
    op: CsrOp,
    rd: Reg,
    csr: u16,
    source: CsrSource,
) -> Result<(), Stop> {
    let value = match semantics::csr_access(op, csr, source) {
        Some(Csr::Counter(Counter::Cycle | Counter::Instret)) => hart.state.insns,
        Some(Csr::Counter(Counter::Time)) => hart.read_time(),
        Some(Csr::Fp(csr)) => exchange(hart, op, csr, source),
        None => return Err(illegal(hart)),
    };
    hart.state.set_reg(rd, value);
    Ok(())
}

/// `t = csr; csr = csr op source; t`
fn exchange(hart: &mut Hart, op: CsrOp, csr: FpCsr, source: CsrSource) -> u64 {
    let operand = match source {
        CsrSource::Reg(rs1) => hart.state.reg(rs1),
        CsrSource::Imm(imm) => imm.into(),
    };
    let old = csr.read(hart.state.fcsr);
    let new = semantics::csr_value(op, old, operand);
    hart.state.fcsr = csr.written(hart.state.fcsr, new);
    old
}
