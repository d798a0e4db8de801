//! The A extension: every operation, width and home; what a reservation survives.

use rvjet::isa::{AmoOp, Cond, Inst, LoadOp, Reg, Width};
use rvjet::machine::{Access, Cause, Exit, Trap};

use crate::asm::{Asm, addi, amo, ld, load, lr, sc, sd, store, x};
use crate::homes::beginnings;
use crate::lab::{Region, call};
use crate::model;
use crate::operands::{Triple, few_values, triples};
use crate::scenario::{CODE, DATA, Scenario};
use crate::table::{self, OUT};

/// Where the AMOs work.
const CELL: u64 = 0x40_0000;
const WIDE: [Width; 2] = [Width::Word, Width::Double];

fn bits(width: Width) -> u32 {
    8 * width.bytes() as u32
}

#[test]
fn amos() {
    let values = few_values();
    let with = |&a: &u64| values.iter().map(move |&b| (a, b));
    let pairs: Vec<(u64, u64)> = values.iter().flat_map(with).collect();
    let ops = AmoOp::ALL
        .into_iter()
        .flat_map(|op| WIDE.map(|width| (op, width)));
    let cases = ops.flat_map(|op| beginnings().map(|code| (op, code)));
    for ((op, width), mut code) in cases {
        let mut want = Vec::new();
        for (turn, triple) in triples().into_iter().enumerate() {
            let cell = if triple.rs1.is_zero() { 0 } else { CELL };
            amo_loop(
                &mut code,
                op,
                width,
                triple,
                turn,
                8 * want.len() as u64,
                pairs.len(),
            );
            for &(old, operand) in &pairs {
                let operand = match triple.rs2 {
                    same if same == triple.rs1 => cell,
                    _ => operand,
                };
                let operand = if triple.rs2.is_zero() { 0 } else { operand };
                let low = u64::MAX >> (64 - bits(width));
                let read = model::extend(old, bits(width), true);
                let written = model::amo(op, bits(width), old, operand);
                want.push(if triple.rd.is_zero() { 0 } else { read });
                want.push(old & !low | written);
            }
        }
        let input = pairs.iter().flat_map(|&(a, b)| [a, b]);
        let seen = table::scenario(code, input, want.len())
            .data(CELL, Access::READ_WRITE, [0])
            .data(0, Access::READ_WRITE, [0])
            .check();
        let wrong = table::first_wrong(&seen, &want);
        let pair = wrong.map(|(index, ..)| pairs[index / 2 % pairs.len()]);
        assert_eq!(wrong, None, "{op:?} {width:?} of {pair:x?}");
    }
}

/// Of each pair: the first into the cell, the AMO with the second, its result
/// and the cell to [`OUT`].
fn amo_loop(
    code: &mut Asm,
    op: AmoOp,
    width: Width,
    triple: Triple,
    turn: usize,
    out: u64,
    count: usize,
) {
    let Triple { rd, rs1, rs2 } = triple;
    let [from, to, left, cell, old] = triple.others(turn);
    code.li(from, DATA);
    code.li(to, OUT + out);
    code.li(left, count as u64);
    let top = code.here_label();
    code.li(cell, if rs1.is_zero() { 0 } else { CELL });
    code.insts([ld(old, from, 0), sd(old, cell, 0)]);
    // The address last, so that rs1 holds it where it is rs2, too.
    code.insts([
        ld(rs2, from, 8),
        addi(rs1, cell, 0),
        amo(op, width, rd, rs1, rs2),
    ]);
    code.insts([sd(rd, to, 0), ld(cell, cell, 0), sd(cell, to, 8)]);
    code.insts([addi(from, from, 16), addi(to, to, 16), addi(left, left, -1)]);
    code.branch(Cond::Ne, left, Reg::ZERO, top);
}

/// A step of a program about reservations; addresses are offsets from [`CELL`].
#[derive(Clone, Copy, Debug)]
enum Step {
    Reserve(Width, i32),
    /// Whether it is to succeed.
    Conditional(Width, i32, bool),
    Store(i32),
    Load(i32),
    Amo(i32),
    Call,
    Fence,
}

use Step::{Conditional, Reserve};
use Width::{Double, Word};

/// Every SC does what its step says; and stores exactly if it does.
fn check_steps(steps: &[Step], Triple { rd, rs1, rs2 }: Triple) {
    let mut code = Asm::at(CODE);
    let [out, value] = Triple { rd, rs1, rs2 }.others(3);
    let (mut want, mut memory) = (Vec::new(), vec![0x11; 4096]);
    code.li(out, OUT);
    for (number, step) in steps.iter().enumerate() {
        let operand = 0x0101_0101_0101_0101 * (number as u64 + 1);
        let at = |code: &mut Asm, offset: i32| {
            code.li(rs2, operand);
            code.li(rs1, CELL + offset as u64);
            offset as usize
        };
        match *step {
            Reserve(width, offset) => {
                at(&mut code, offset);
                code.inst(lr(width, rd, rs1));
            }
            Conditional(width, offset, succeeds) => {
                let at = at(&mut code, offset);
                code.insts([sc(width, rd, rs1, rs2), sd(rd, out, 0), addi(out, out, 8)]);
                want.push(u64::from(!succeeds && !rd.is_zero()));
                if succeeds {
                    let size = width.bytes() as usize;
                    let operand = if rs2.is_zero() { 0 } else { operand };
                    memory[at..at + size].copy_from_slice(&operand.to_le_bytes()[..size]);
                }
            }
            Step::Store(offset) => {
                at(&mut code, offset);
                code.insts([addi(value, Reg::ZERO, 0x22), store(Word, value, rs1, 0)]);
                memory[offset as usize..][..4].copy_from_slice(&[0x22, 0, 0, 0]);
            }
            Step::Load(offset) => {
                at(&mut code, offset);
                code.inst(load(LoadOp::Lw, value, rs1, 0));
            }
            Step::Amo(offset) => {
                at(&mut code, offset);
                code.inst(amo(AmoOp::Add, Word, value, rs1, Reg::ZERO));
            }
            Step::Call => {
                code.li(Reg::A7, call::NOTHING);
                code.inst(Inst::Ecall);
            }
            Step::Fence => code.inst(crate::asm::fence_i()),
        }
    }
    code.li(Reg::A7, 0);
    code.inst(Inst::Ecall);
    let seen = Scenario::new(code.finish())
        .region(Region::fresh(OUT, 4096, Access::READ_WRITE))
        .data(CELL, Access::READ_WRITE, vec![0x11; 4096])
        .check_recorded();
    seen.exit_code();
    assert_eq!(seen.doubles(1)[..want.len()], want, "{steps:?}");
    assert_eq!(seen.memory[2].as_ref(), Some(&memory), "{steps:?}");
}

#[test]
fn what_a_reservation_survives() {
    let programs: &[&[Step]] = &[
        &[Conditional(Word, 0, false), Conditional(Double, 8, false)],
        &[
            Reserve(Word, 0),
            Conditional(Word, 0, true),
            Conditional(Word, 0, false),
        ],
        &[
            Reserve(Double, 8),
            Conditional(Double, 8, true),
            Conditional(Double, 8, false),
        ],
        &[
            Reserve(Word, 0),
            Conditional(Double, 0, false),
            Conditional(Word, 0, false),
        ],
        &[
            Reserve(Double, 0),
            Conditional(Word, 0, false),
            Conditional(Double, 0, false),
        ],
        &[
            Reserve(Word, 4),
            Conditional(Word, 0, false),
            Conditional(Word, 4, false),
        ],
        &[
            Reserve(Word, 0),
            Reserve(Word, 4),
            Conditional(Word, 0, false),
        ],
        &[
            Reserve(Word, 0),
            Reserve(Word, 4),
            Conditional(Word, 4, true),
        ],
        &[
            Reserve(Word, 0),
            Reserve(Double, 0),
            Conditional(Double, 0, true),
        ],
        &[Reserve(Word, 0), Step::Store(0), Conditional(Word, 0, true)],
        &[
            Reserve(Word, 0),
            Step::Load(0),
            Step::Amo(0),
            Conditional(Word, 0, true),
        ],
        &[Reserve(Word, 0), Step::Fence, Conditional(Word, 0, true)],
        &[Reserve(Word, 0), Step::Call, Conditional(Word, 0, false)],
        &[
            Reserve(Double, 0),
            Conditional(Double, 0, true),
            Reserve(Double, 0),
            Conditional(Double, 0, true),
        ],
    ];
    // The calls use a0, a7; so must no triple.
    let homes = [
        (28, 3, 4),
        (15, 28, 3),
        (4, 15, 28),
        (3, 4, 15),
        (14, 14, 27),
        (30, 31, 30),
    ];
    for (rd, rs1, rs2) in homes {
        for steps in programs {
            let (rd, rs1, rs2) = (x(rd), x(rs1), x(rs2));
            check_steps(steps, Triple { rd, rs1, rs2 });
        }
    }
}

#[test]
fn a_failing_sc_touches_nothing() {
    for (width, addr) in [
        (Word, 0x7000_0000),
        (Double, 1 << 40),
        (Double, u64::MAX - 7),
    ] {
        let mut code = Asm::at(CODE);
        code.insts([sc(width, x(10), x(11), x(12)), Inst::Ecall]);
        let seen = Scenario::new(code.finish()).reg(x(11), addr).check();
        assert_eq!(seen.exit, Some(Exit::Exited { code: 1 }));
    }
}

#[test]
fn misaligned_and_forbidden_atomics_trap() {
    let all = |width: Width| {
        let amos = AmoOp::ALL.map(|op| amo(op, width, x(10), x(11), x(12)));
        [
            &[lr(width, x(10), x(11)), sc(width, x(10), x(11), x(12))],
            &amos[..],
        ]
        .concat()
    };
    for width in WIDE {
        for (index, inst) in all(width).into_iter().enumerate() {
            let is_lr = index == 0;
            let is_sc = index == 1;
            for skew in 0..width.bytes() {
                for (base, readable, writable) in
                    [(DATA, true, true), (CELL, true, false), (OUT, false, false)]
                {
                    let addr = base + skew;
                    let seen = Scenario::new(crate::asm::word_of(inst).to_le_bytes())
                        .reg(x(11), addr)
                        .data(DATA, Access::READ_WRITE, [1; 64])
                        .data(CELL, Access::READ, [1; 64])
                        .check();
                    let cause = match (is_lr, skew == 0) {
                        (true, false) => Some(Cause::LoadMisaligned { addr, width }),
                        (false, false) => Some(Cause::StoreMisaligned { addr, width }),
                        (true, true) => (!readable).then_some(Cause::LoadFault { addr, width }),
                        (false, true) => {
                            (!writable && !is_sc).then_some(Cause::StoreFault { addr, width })
                        }
                    };
                    // Where nothing traps, the zero that follows does.
                    let illegal = Trap {
                        pc: CODE + 4,
                        cause: Cause::IllegalInstruction { word: 0 },
                    };
                    let trap = cause.map_or(illegal, |cause| Trap { pc: CODE, cause });
                    assert_eq!(seen.exit, Some(Exit::Trap(trap)), "{inst:?} {addr:#x}");
                }
            }
        }
    }
}

#[test]
fn an_sc_to_memory_that_may_only_be_read_traps() {
    let mut code = Asm::at(CODE);
    code.insts([lr(Double, x(10), x(11)), sc(Double, x(10), x(11), x(12))]);
    let seen = Scenario::new(code.finish())
        .reg(x(11), DATA)
        .data(DATA, Access::READ, [7; 8])
        .check_recorded();
    let (addr, width) = (DATA, Double);
    let trap = Trap {
        pc: CODE + 4,
        cause: Cause::StoreFault { addr, width },
    };
    assert_eq!(seen.exit, Some(Exit::Trap(trap)));
    assert_eq!(seen.reg(x(10)), 0x0707_0707_0707_0707);
}
