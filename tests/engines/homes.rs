//! Other homes: the JIT keeps registers where the program's first million
//! instructions make it think they belong.

use rvjet::isa::{AluOp, Cond, Inst, Reg};

use crate::asm::{Asm, addi, alu, x};
use crate::scenario::{CODE, ENGINES, Scenario};

/// Instructions after which the JIT has changed homes, if it does at all.
pub const WARM_INSNS: u64 = 1_800_000;

/// The registers that usually have the dearest homes.
const DEAR: [u32; 10] = [3, 4, 27, 26, 25, 24, 23, 22, 31, 30];

/// A loop of [`WARM_INSNS`] instructions, more or less, that uses these registers alone.
pub fn warm_up(code: &mut Asm, counter: Reg, registers: &[u32]) {
    let body = 2 * registers.len() as u64 + 2;
    code.li(counter, WARM_INSNS / body);
    let top = code.here_label();
    for (&rd, &rs2) in registers.iter().zip(registers.iter().rev()) {
        code.inst(addi(x(rd), x(rs2), 3));
        code.inst(alu(AluOp::Xor, x(rd), x(rd), x(rs2)));
    }
    code.inst(addi(counter, counter, -1));
    code.branch(Cond::Ne, counter, Reg::ZERO, top);
}

/// Code to append to: no instruction yet, and a loop after which homes are others.
pub fn beginnings() -> [Asm; 2] {
    let mut warm = Asm::at(CODE);
    warm_up(&mut warm, x(29), &DEAR);
    [Asm::at(CODE), warm]
}

/// Else the tests that use [`beginnings`] would try the usual homes twice.
#[test]
fn homes_do_change() {
    let mut code = Asm::at(CODE);
    warm_up(&mut code, x(29), &DEAR);
    let after = code.here();
    code.insts([alu(AluOp::Add, x(3), x(4), x(27)), Inst::Ecall]);
    let scenario = Scenario::new(code.finish());
    for (entry, in_frame) in [(after, true), (CODE, false)] {
        let mut machine = scenario.clone().entry(entry).machine(ENGINES[1]);
        machine.run();
        let mut listing = Vec::new();
        machine.write_listing(&mut listing, 0..u64::MAX).unwrap();
        let listing = String::from_utf8(listing).unwrap();
        let (_, host) = listing.rsplit_once("add x3,x4,x27").unwrap();
        let first = host.lines().nth(1).unwrap();
        assert_eq!(first.contains("rsp"), in_frame, "{first}");
    }
}
