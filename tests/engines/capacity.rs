//! More code than the JIT has room for.

use rvjet::isa::{Cond, Inst, MulDivOp, Reg, Width};
use rvjet::machine::{Access, Exit};

use crate::asm::{Asm, addi, jalr, muldiv, sc, x};
use crate::lab::Region;
use crate::scenario::{CODE, DATA, ENGINES, Scenario};

/// Bytes of host code that the JIT holds at the most, or more.
const ENOUGH: u64 = 33 << 20;

/// Functions of a few dozen instructions that become much code, all called in
/// turn, twice, and each a few times at once.
#[test]
fn code_memory_is_filled_and_filled_again() {
    let functions: u64 = 9000;
    let size = 4 * 64;
    let first = CODE + 0x1000;
    let mut code = Asm::at(CODE);
    code.li(x(8), 2);
    let again = code.here_label();
    code.li(x(9), first);
    code.li(x(18), functions);
    let top = code.here_label();
    code.insts([
        jalr(Reg::RA, x(9), 0),
        addi(x(9), x(9), size / 2),
        addi(x(9), x(9), size / 2),
    ]);
    code.insts([addi(x(18), x(18), -1)]);
    code.branch(Cond::Ne, x(18), Reg::ZERO, top);
    code.inst(addi(x(8), x(8), -1));
    code.branch(Cond::Ne, x(8), Reg::ZERO, again);
    code.inst(Inst::Ecall);
    code.pad_to(first);
    for number in 0..functions {
        for index in 0..31 {
            let (a, b) = (x(20 + index % 10), x(20 + (index * 3 + 1) % 10));
            code.insts([
                sc(Width::Double, b, x(5), a),
                muldiv(MulDivOp::Rem, a, b, a),
            ]);
        }
        code.insts([
            addi(Reg::A0, Reg::A0, (number % 7) as i32),
            jalr(Reg::ZERO, Reg::RA, 0),
        ]);
    }
    let scenario = Scenario::new(code.finish())
        .reg(x(5), DATA * 16)
        .region(Region::fresh(DATA * 16, 4096, Access::READ_WRITE));
    let seen = scenario.check();
    let sum: u64 = (0..functions).map(|number| number % 7).sum();
    assert_eq!(
        seen.exit,
        Some(Exit::Exited {
            code: 2 * sum as i32
        })
    );
    let emitted = scenario.machine(ENGINES[1]).run().stats.code_bytes;
    assert!(
        emitted > ENOUGH,
        "{emitted} bytes do not fill the code memory"
    );
}
