//! What the JIT finds out about code that is executed often, and what happens
//! then that it has not seen: each loop here is hot long before it ends.

use rvjet::EngineKind;
use rvjet::isa::{AluOp, AmoOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::machine::{Access, Cause, Exit, PAGE_SIZE};

use crate::asm::{Asm, addi, alu, alu_imm, amo, fence_i, jalr, ld, load, lr, muldiv, nop};
use crate::asm::{sc, sd, store, word_of, x};
use crate::scenario::{CODE, DATA, Observed, Scenario};

/// Rounds after which loops are hot.
const WARM: u64 = 2000;
/// Looks of the JIT are so far apart, at first.
const EVERY: u64 = 60;
const COUNTER: Reg = x(9);

/// `body` so often, with the numbers of rounds still to go in [`COUNTER`]; and the end.
fn around(code: &mut Asm, rounds: u64, body: impl FnOnce(&mut Asm)) {
    code.li(COUNTER, rounds);
    let top = code.here_label();
    body(code);
    code.inst(addi(COUNTER, COUNTER, -1));
    let out = code.label();
    code.branch(Cond::Eq, COUNTER, Reg::ZERO, out);
    code.jump(top);
    code.bind(out);
    code.inst(Inst::Ecall);
}

/// When so many rounds are left, `then`.
fn at(code: &mut Asm, round: u64, then: impl FnOnce(&mut Asm)) {
    let past = code.label();
    code.li(x(5), round);
    code.branch(Cond::Ne, COUNTER, x(5), past);
    then(code);
    code.bind(past);
}

fn scenario(code: Asm) -> Scenario {
    let bytes = |len: u32| -> Vec<u8> { (0..len).map(|n| (n * 37) as u8).collect() };
    Scenario::new(code.finish())
        .reg(x(8), DATA)
        .reg(x(18), DATA + 0x800)
        .data(DATA, Access::READ_WRITE, bytes(0x4000))
        .data(DATA + 0x4000, Access::READ, bytes(0x1000))
        .observe_every(EVERY)
}

/// The same under the interpreter and the JIT, recorded as well.
fn check(scenario: &Scenario) -> Observed {
    scenario.check_recorded()
}

/// A call, a load and a store, a branch by chance, one that is seldom taken.
fn busy(rounds: u64) -> Scenario {
    let mut code = Asm::at(CODE);
    let leaf = code.label();
    around(&mut code, rounds, |code| {
        code.insts([
            ld(x(10), x(8), 16),
            addi(x(10), x(10), 3),
            sd(x(10), x(8), 16),
        ]);
        code.jal(Reg::RA, leaf);
        let (odd, past) = (code.label(), code.label());
        code.inst(alu_imm(AluOp::Srl, x(11), x(12), 13));
        code.inst(alu_imm(AluOp::And, x(11), x(11), 1));
        code.branch(Cond::Ne, x(11), Reg::ZERO, odd);
        code.inst(store(Width::Byte, x(12), x(18), 5));
        code.bind(odd);
        code.inst(alu_imm(AluOp::And, x(11), COUNTER, 63));
        code.branch(Cond::Ne, x(11), Reg::ZERO, past);
        code.inst(addi(x(13), x(13), 1));
        code.bind(past);
    });
    code.bind(leaf);
    code.insts([
        muldiv(MulDivOp::Mul, x(12), x(12), x(14)),
        addi(x(12), x(12), 77),
        jalr(Reg::ZERO, Reg::RA, 0),
    ]);
    scenario(code).reg(x(14), 0x5851_f42d_4c95_7f2d)
}

/// Else these tests would say little: the listing shows the loop's head many times.
#[test]
fn loops_do_become_hot() {
    let mut machine = busy(WARM).machine(EngineKind::Jit);
    machine.run();
    let mut listing = Vec::new();
    machine.write_listing(&mut listing, 0..u64::MAX).unwrap();
    let listing = String::from_utf8(listing).unwrap();
    let times = listing.matches("ld x10,16(x8)").count();
    assert!(times > 3, "{times}");
}

#[test]
fn any_budget_is_kept_in_any_round() {
    let busy = busy(WARM);
    busy.check();
    for insns in (12_000..12_120).chain((20_000..24_000).step_by(97)) {
        let seen = busy.check_for(insns);
        assert_eq!((seen.exit, seen.state.insns), (None, insns));
    }
}

#[test]
fn any_limit_is_met_in_any_round() {
    for limit in (14_000..14_200).step_by(3) {
        let seen = busy(WARM).max_insns(limit).check();
        assert_eq!(seen.exit, Some(Exit::InsnLimit { limit }));
        assert_eq!(seen.state.insns, limit);
    }
}

#[test]
fn pieces_of_any_size_are_the_whole() {
    let busy = busy(500);
    let whole = busy.run(EngineKind::Interp);
    for piece in (1..80).chain([255, 256, 257, 600, 3000]) {
        let pieces = [6000, piece];
        assert_eq!(busy.run_pieces(EngineKind::Jit, &pieces), whole, "{piece}");
        assert_eq!(busy.run_pieces(EngineKind::Jit, &[piece]), whole, "{piece}");
    }
}

#[test]
fn what_is_hot_is_recorded_as_it_is() {
    check(&busy(WARM));
}

/// A base that was a multiple of eight for long; and one that leaves its memory.
#[test]
fn a_base_turns_bad_late() {
    for (op, width) in [(LoadOp::Ld, Width::Double), (LoadOp::Lhu, Width::Half)] {
        for round in 1..20 {
            let mut code = Asm::at(CODE);
            around(&mut code, WARM, |code| {
                code.insts([load(op, x(10), x(8), 8), store(width, x(10), x(18), 16)]);
                at(code, round, |code| code.inst(addi(x(8), x(8), 1)));
            });
            let seen = check(&scenario(code));
            let odd = u64::from(width != Width::Byte) * (round - 1);
            assert_eq!(seen.state.unaligned_loads, odd, "{op:?} {round}");
        }
    }
}

#[test]
fn a_store_faults_in_a_late_round() {
    for (step, width) in [(8, Width::Double), (1, Width::Byte), (4, Width::Word)] {
        for short in 0..12 {
            let mut code = Asm::at(CODE);
            // What the fault must not see: it is overwritten in each round.
            around(&mut code, 1 << 20, |code| {
                code.insts([
                    addi(x(11), x(10), 5),
                    alu_imm(AluOp::Sll, x(12), x(11), 3),
                    store(width, x(12), x(8), 0),
                    addi(x(8), x(8), step),
                    alu(AluOp::Add, x(10), x(10), x(12)),
                    addi(x(12), Reg::ZERO, 1),
                    addi(x(11), Reg::ZERO, 2),
                ]);
            });
            let end = DATA + 0x4000;
            let start = end - (WARM + short) * step as u64;
            let seen = check(&scenario(code).reg(x(8), start));
            let Some(Exit::Trap(trap)) = seen.exit else {
                panic!("{:?}", seen.exit);
            };
            assert_eq!(trap.cause, Cause::StoreFault { addr: end, width });
            assert_eq!(seen.reg(x(8)), end);
        }
    }
}

#[test]
fn atomics_go_around() {
    for round in [1, 2, 3, 700] {
        let mut code = Asm::at(CODE);
        around(&mut code, WARM, |code| {
            code.insts([lr(Width::Double, x(10), x(8)), addi(x(10), x(10), 1)]);
            // Another store to the word: what is conditional on it may fail.
            at(code, round, |code| code.inst(sd(x(10), x(8), 0)));
            code.insts([
                sc(Width::Double, x(11), x(8), x(10)),
                alu(AluOp::Add, x(12), x(12), x(11)),
                amo(AmoOp::Add, Width::Word, x(13), x(18), x(10)),
                amo(AmoOp::Maxu, Width::Double, Reg::ZERO, x(18), x(13)),
            ]);
        });
        check(&scenario(code));
    }
}

/// A loop of which an instruction changes in its midst, and the next reads it at
/// once, or when it is told to.
#[test]
fn hot_code_changes() {
    for round in [1, 2, 900, 1000] {
        for synchronize in [false, true] {
            let mut code = Asm::at(CODE);
            let slot = code.label();
            around(&mut code, WARM, |code| {
                at(code, round, |code| {
                    code.li(x(6), word_of(addi(x(10), x(10), 100)).into());
                    code.la(x(7), slot);
                    code.inst(store(Width::Word, x(6), x(7), 0));
                    if synchronize {
                        code.inst(fence_i());
                    }
                });
                code.bind(slot);
                code.inst(addi(x(10), x(10), 1));
            });
            let mut scenario = scenario(code);
            scenario.lab.regions[0].access = Access::ALL;
            let seen = scenario.check();
            let changed = if synchronize { round } else { 0 };
            assert_eq!(seen.reg(x(10)), WARM + 99 * changed);
        }
    }
}

/// A pointer to a function changes, when its call was expected to go to another.
#[test]
fn an_expected_target_is_another() {
    for (link, through) in [
        (Reg::RA, x(19)),
        (Reg::RA, Reg::RA),
        (x(5), x(19)),
        (x(6), x(6)),
    ] {
        for round in [1, 5, 1500] {
            let mut code = Asm::at(CODE);
            let leaves = [code.label(), code.label()];
            code.la(x(20), leaves[0]);
            around(&mut code, WARM, |code| {
                at(code, round, |code| code.la(x(20), leaves[1]));
                code.insts([addi(through, x(20), -4), jalr(link, through, 5)]);
                code.inst(addi(x(12), x(12), 1));
            });
            for (label, by) in leaves.into_iter().zip([1, 1000]) {
                code.bind(label);
                code.insts([addi(x(10), x(10), by), jalr(Reg::ZERO, link, 0)]);
            }
            let seen = check(&scenario(code));
            assert_eq!(seen.reg(x(10)), WARM - round + 1000 * round);
            assert_eq!(seen.reg(x(12)), WARM);
        }
    }
}

/// A return that is not where the call was, once or always.
#[test]
fn returns_to_others_than_the_caller() {
    for round in [0, 1, 7, 1500] {
        let mut code = Asm::at(CODE);
        let leaf = code.label();
        around(&mut code, WARM, |code| {
            code.jal(Reg::RA, leaf);
            code.inst(addi(x(10), x(10), 1));
            code.inst(addi(x(11), x(11), 1));
        });
        code.bind(leaf);
        match round {
            0 => code.inst(addi(Reg::RA, Reg::RA, 4)),
            round => at(&mut code, round, |code| {
                code.inst(addi(Reg::RA, Reg::RA, 4))
            }),
        }
        code.inst(jalr(Reg::ZERO, Reg::RA, 0));
        let seen = check(&scenario(code));
        let skipped = if round == 0 { WARM } else { 1 };
        assert_eq!((seen.reg(x(10)), seen.reg(x(11))), (WARM - skipped, WARM));
    }
}

/// It is known before the loop, and its second round knows better.
#[test]
fn a_constant_before_a_loop_changes_inside() {
    let mut code = Asm::at(CODE);
    code.li(x(10), 3);
    code.li(x(8), DATA);
    around(&mut code, WARM, |code| {
        code.insts([
            alu(AluOp::Add, x(11), x(11), x(10)),
            load(LoadOp::Lbu, x(12), x(8), 0),
            alu(AluOp::Add, x(13), x(13), x(12)),
            addi(x(10), Reg::ZERO, 4),
        ]);
        at(code, 600, |code| code.inst(addi(x(8), x(8), 1)));
        at(code, 500, |code| code.inst(addi(x(10), Reg::ZERO, 5)));
    });
    let seen = check(&scenario(code));
    assert_eq!(seen.reg(x(11)), 4 * WARM);
}

#[test]
fn recursion_is_followed_and_left() {
    let mut code = Asm::at(CODE);
    let (down, bottom) = (code.label(), code.label());
    code.li(Reg::SP, DATA + 0x3000);
    around(&mut code, 300, |code| {
        code.inst(alu_imm(AluOp::And, x(10), COUNTER, 31));
        code.jal(Reg::RA, down);
    });
    code.bind(down);
    code.insts([addi(Reg::SP, Reg::SP, -16), sd(Reg::RA, Reg::SP, 8)]);
    code.branch(Cond::Eq, x(10), Reg::ZERO, bottom);
    code.inst(addi(x(10), x(10), -1));
    code.jal(Reg::RA, down);
    code.inst(addi(x(11), x(11), 1));
    code.bind(bottom);
    code.insts([
        ld(Reg::RA, Reg::SP, 8),
        addi(Reg::SP, Reg::SP, 16),
        jalr(Reg::ZERO, Reg::RA, 0),
    ]);
    check(&scenario(code));
}

/// Hot code that goes over to a page which is taken away, and comes back.
#[test]
fn hot_code_on_two_pages() {
    let mut code = Asm::at(CODE);
    let far = code.label();
    around(&mut code, WARM, |code| {
        code.jal(Reg::RA, far);
        at(code, 40, |code| {
            code.li(Reg::A0, CODE + PAGE_SIZE);
            code.li(Reg::A1, PAGE_SIZE);
            code.li(Reg::A2, 1);
            code.li(Reg::A7, crate::lab::call::PROTECT);
            code.inst(Inst::Ecall);
            code.li(Reg::A7, 0);
        });
    });
    code.pad_to(CODE + PAGE_SIZE);
    code.bind(far);
    code.insts([addi(x(20), x(20), 1), nop(), jalr(Reg::ZERO, Reg::RA, 0)]);
    let seen = scenario(code).check();
    assert_eq!(seen.reg(x(20)), WARM - 39);
    let addr = CODE + PAGE_SIZE;
    let cause = Cause::FetchFault { addr };
    assert!(matches!(seen.exit, Some(Exit::Trap(trap)) if trap.cause == cause));
}
