//! Address spaces of other sizes, and code at their ends.

use rvjet::isa::{AluOp, AmoOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::machine::{Access, Cause, Exit, PAGE_SIZE, Trap};

use crate::asm::{Asm, addi, alu, alu_imm, amo, branch, jalr, load, muldiv, store, word_of, x};
use crate::lab::Region;
use crate::scenario::{CODE, DATA, Scenario};

const SIZES: [u64; 7] = [
    1 << 17,
    3 << 17,
    1 << 20,
    1 << 31,
    1 << 32,
    3 << 32,
    1 << 40,
];

fn trap(scenario: &Scenario) -> Option<Trap> {
    match scenario.check().exit {
        Some(Exit::Trap(trap)) => Some(trap),
        _ => None,
    }
}

#[test]
fn accesses_around_the_end() {
    for window in SIZES {
        for by in -10..10i64 {
            let addr = window.wrapping_add_signed(by);
            for (op, width) in [
                (LoadOp::Lb, Width::Byte),
                (LoadOp::Lhu, Width::Half),
                (LoadOp::Lw, Width::Word),
                (LoadOp::Ld, Width::Double),
            ] {
                for offset in [0, -2000, 2000] {
                    let mut code = Asm::at(CODE);
                    code.insts([
                        store(width, x(9), x(8), offset),
                        load(op, x(9), x(8), offset),
                    ]);
                    code.insts([
                        addi(x(8), x(8), 8),
                        addi(x(8), x(8), -8),
                        load(op, x(9), x(8), offset),
                        Inst::Ecall,
                    ]);
                    let scenario = Scenario::new(code.finish())
                        .window(window)
                        .region(Region::fresh(
                            window - PAGE_SIZE,
                            PAGE_SIZE,
                            Access::READ_WRITE,
                        ))
                        .reg(x(8), addr.wrapping_add_signed(-i64::from(offset)));
                    let fine = addr + width.bytes() <= window;
                    let cause = Cause::StoreFault { addr, width };
                    let want = (!fine).then_some(Trap { pc: CODE, cause });
                    assert_eq!(trap(&scenario), want, "{window:#x} {addr:#x} {op:?}");
                }
            }
        }
    }
}

/// A base that was checked, and then moved out of the window and back, by small steps.
#[test]
fn bases_that_drift() {
    for window in [1 << 17, 1 << 32] {
        for (steps, step) in [
            (1, 2047),
            (10, 2047),
            (20, 2047),
            (40, 2047),
            (17, 2040),
            (20, -2048),
            (16, -2048),
            (8, -2048),
        ] {
            for from_end in [8, 16, 2048] {
                let mut code = Asm::at(CODE);
                let base = if step > 0 {
                    window - from_end
                } else {
                    0x1_0000 - from_end
                };
                code.inst(load(LoadOp::Lbu, x(9), x(8), 0));
                for turn in 0..steps {
                    code.inst(addi(x(8), x(8), step));
                    if turn % 3 == 0 {
                        code.inst(addi(x(18), x(8), 0));
                    }
                }
                let at = code.here();
                code.insts([load(LoadOp::Lw, x(9), x(8), 1), Inst::Ecall]);
                let scenario = Scenario::at(0x1_0000, Access::READ_EXECUTE, code.finish())
                    .window(window)
                    .region(Region::fresh(
                        window - PAGE_SIZE,
                        PAGE_SIZE,
                        Access::READ_WRITE,
                    ))
                    .region(Region::fresh(0xf000, PAGE_SIZE, Access::READ_WRITE))
                    .reg(x(8), base);
                let addr = base.wrapping_add_signed(i64::from(step) * steps + 1);
                let mapped = |addr: u64| {
                    (0xf000..0x1_1000).contains(&addr)
                        || (window - PAGE_SIZE..window).contains(&addr)
                };
                let fine = mapped(addr) && mapped(addr + 3);
                let cause = Cause::LoadFault {
                    addr,
                    width: Width::Word,
                };
                assert_eq!(trap(&scenario), (!fine).then_some(Trap { pc: at, cause }));
            }
        }
    }
}

/// What was checked of a base does not hold of what overwrites it.
#[test]
fn a_base_that_is_overwritten() {
    let base = x(8);
    let writers = [
        addi(base, x(9), 0),
        load(LoadOp::Ld, base, x(18), 0),
        alu(AluOp::Or, base, x(9), x(9)),
        muldiv(MulDivOp::Mul, base, x(9), x(20)),
        amo(AmoOp::Or, Width::Double, base, x(18), x(0)),
        alu_imm(AluOp::Xor, base, x(9), 0),
        alu(AluOp::Add, base, x(9), x(0)),
    ];
    for writer in writers {
        for value in [
            DATA + 8,
            DATA + 9,
            DATA + 12,
            1 << 32,
            1 << 50,
            1 << 63,
            u64::MAX,
        ] {
            let mut code = Asm::at(CODE);
            code.insts([load(LoadOp::Ld, x(10), base, 0), writer]);
            let at = code.here();
            code.insts([load(LoadOp::Ld, x(10), base, 0), Inst::Ecall]);
            let scenario = Scenario::new(code.finish())
                .data(DATA, Access::READ_WRITE, [1; 64])
                .data(DATA + PAGE_SIZE, Access::READ_WRITE, value.to_le_bytes())
                .reg(base, DATA)
                .reg(x(9), value)
                .reg(x(18), DATA + PAGE_SIZE)
                .reg(x(20), 1);
            let (addr, width) = (value, Width::Double);
            let cause = Cause::LoadFault { addr, width };
            let bad = value >= 1 << 32;
            assert_eq!(
                trap(&scenario),
                bad.then_some(Trap { pc: at, cause }),
                "{writer:?}"
            );
            let unaligned = scenario.check().state.unaligned_loads;
            assert_eq!(unaligned, u64::from(!bad && value % 8 != 0), "{writer:?}");
        }
    }
}

/// A base that was a multiple of eight, and is moved by less.
#[test]
fn bases_that_lose_their_alignment() {
    for step in [1, 2, 3, 4, 6, 8, -1, -2, -4, -12] {
        for op in LoadOp::ALL {
            for to in [x(8), x(18)] {
                let mut code = Asm::at(CODE);
                code.insts([load(LoadOp::Ld, x(9), x(8), 0), addi(to, x(8), step)]);
                code.insts([
                    load(op, x(9), to, 0),
                    store(op.width(), x(9), to, 8),
                    Inst::Ecall,
                ]);
                let seen = Scenario::new(code.finish())
                    .data(DATA, Access::READ_WRITE, [0x5a; 64])
                    .reg(x(8), DATA + 16)
                    .check();
                let odd = u64::from(!op.width().is_aligned(step as u64));
                let counts = (seen.state.unaligned_loads, seen.state.unaligned_stores);
                assert_eq!(counts, (odd, odd), "{op:?} {step}");
            }
        }
    }
}

/// Below zero, the address wraps, and so does the sum of base and offset.
#[test]
fn addresses_wrap_at_zero() {
    for (base, offset, fine) in [
        (u64::MAX - 7, 8, true),
        (u64::MAX - 7, 7, false),
        (u64::MAX, 1, true),
        (0, -1, false),
        (u64::MAX - 2047, 2047, false),
        (8, -8, true),
    ] {
        for known in [true, false] {
            for op in [LoadOp::Lbu, LoadOp::Ld] {
                let mut code = Asm::at(CODE);
                if known {
                    code.li(x(8), base);
                }
                code.insts([load(op, x(10), x(8), offset), Inst::Ecall]);
                let seen = Scenario::new(code.finish())
                    .reg(x(8), base)
                    .data(0, Access::READ_WRITE, [3; 16])
                    .check();
                assert_eq!(
                    matches!(seen.exit, Some(Exit::Exited { .. })),
                    fine,
                    "{base:x} {offset} {op:?}"
                );
            }
        }
    }
}

#[test]
fn code_in_the_first_page() {
    let mut code = Asm::at(0);
    let done = code.label();
    code.insts([
        addi(x(10), x(10), 1),
        Inst::Auipc {
            rd: x(11),
            imm: -4096,
        },
    ]);
    code.branch(Cond::Ne, x(11), Reg::ZERO, done);
    code.word(0);
    code.bind(done);
    code.insts([load(LoadOp::Lw, x(12), Reg::ZERO, 0), Inst::Ecall]);
    let seen = Scenario::at(0, Access::READ_EXECUTE, code.finish()).check();
    assert_eq!(seen.exit, Some(Exit::Exited { code: 1 }));
    assert_eq!(seen.reg(x(11)), 4u64.wrapping_sub(4096));
    assert_eq!(seen.reg(x(12)), u64::from(word_of(addi(x(10), x(10), 1))));
}

#[test]
fn jumps_that_wrap_below_zero() {
    for inst in [
        Inst::Jal {
            rd: x(1),
            offset: -8,
        },
        branch(Cond::Eq, x(3), x(3), -8),
        jalr(x(1), Reg::ZERO, -8),
    ] {
        let scenario = Scenario::at(0, Access::READ_EXECUTE, word_of(inst).to_le_bytes());
        let addr = 0u64.wrapping_sub(8);
        let cause = Cause::FetchFault { addr };
        assert_eq!(trap(&scenario), Some(Trap { pc: addr, cause }), "{inst:?}");
    }
}

#[test]
fn code_in_the_last_page() {
    for window in SIZES {
        let start = window - PAGE_SIZE;
        let mut code = Asm::at(start);
        code.inst(Inst::Ecall);
        code.pad_to(window - 12);
        let entry = code.here();
        code.insts([
            addi(x(10), x(10), 7),
            Inst::Auipc {
                rd: x(11),
                imm: 0x7fff_f000,
            },
        ]);
        code.inst(Inst::Jal {
            rd: x(1),
            offset: 4 - PAGE_SIZE as i32,
        });
        let seen = Scenario::at(start, Access::READ_EXECUTE, code.finish())
            .window(window)
            .entry(entry)
            .check();
        assert_eq!(seen.exit, Some(Exit::Exited { code: 7 }));
        assert_eq!(seen.reg(x(1)), window);
        assert_eq!(seen.reg(x(11)), window - 8 + 0x7fff_f000);
    }
}
