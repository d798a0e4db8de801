//! The text: fetched from the file as it is, and memory like any other besides.

use rvjet::isa::{AluOp, Cond, CsrOp, CsrSource, Inst, LoadOp, MulDivOp, Reg, Width};
use rvjet::machine::Cause;

use crate::asm::{addi, alu, amo, fence_i, ld, load, lr, sc, sd, word_of, x};
use crate::builder::{Program, R, W, X};
use crate::scenario::{
    A0, A1, A2, CODE, DATA, ENGINES, S0, S1, Scenario, T0, T1, T2, call, halt, nr, repeat, text,
};

#[test]
fn loads_from_the_text_find_the_file() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, CODE);
        repeat(asm, 40, |asm| {
            asm.insts([load(LoadOp::Lwu, T1, S0, 0), ld(T2, S0, 8), ld(A1, S0, -8)]);
            asm.insts([alu(AluOp::Add, A2, A2, T1), alu(AluOp::Xor, A2, A2, T2)]);
        });
        halt(asm, 3);
    });
    let seen = scenario.check();
    seen.halted(3);
    let text = &scenario.elf.programs[0].bytes;
    let first = u32::from_le_bytes(text[..4].try_into().unwrap());
    assert_eq!(seen.state.reg(T1), u64::from(first));
    assert_eq!(seen.state.reg(A1), 0, "in front of the text");
}

#[test]
fn stores_to_the_text_change_memory_alone() {
    // The loop overwrites itself, with what would trap, and reads that.
    let scenario = Scenario::new(|asm| {
        asm.li(S0, CODE);
        repeat(asm, 60, |asm| {
            for offset in (0..160).step_by(8) {
                asm.insts([sd(S1, S0, offset), ld(T1, S0, offset)]);
                asm.inst(alu(AluOp::Add, A0, A0, T1));
            }
        });
        asm.insts([addi(T0, Reg::ZERO, 0), Inst::Ecall]);
    });
    scenario.check().halted(20 * 60 * 61 / 2);
}

#[test]
fn input_into_the_text_changes_memory_alone() {
    let scenario = Scenario::new(|asm| {
        call(asm, nr::HINT_READ, &[CODE & !7, 96]);
        asm.li(S0, CODE);
        asm.insts([ld(T1, S0, 0), load(LoadOp::Lbu, A0, S0, 5)]);
        call(asm, nr::HALT, &[]);
    });
    scenario.input([0x5a; 96]).check().halted(0x5a);
}

#[test]
fn what_is_illegal_traps_when_it_is_executed() {
    let csr = |csr| Inst::Csr {
        op: CsrOp::Set,
        rd: T1,
        csr,
        source: CsrSource::Reg(Reg::ZERO),
    };
    let illegal = [
        0,
        u32::MAX,
        0x0001_0001,
        0x0000_4595,
        0x0000_0007,
        0x1234_5677,
        0x0000_0053,
        // mret, wfi, sret
        0x3020_0073,
        0x1050_0073,
        0x1020_0073,
        word_of(amo(rvjet::isa::AmoOp::Add, Width::Word, T1, S0, T1)),
        word_of(lr(Width::Double, T1, S0)),
        word_of(sc(Width::Double, T1, S0, T1)),
        word_of(fence_i()),
        0x0ff0_000f,
        word_of(csr(0xc00)),
        word_of(csr(0xc01)),
        word_of(csr(0xc02)),
        word_of(csr(0x001)),
    ];
    for word in illegal {
        for executed in [true, false] {
            let mut at = 0;
            let scenario = Scenario::new(|asm| {
                asm.li(S0, DATA);
                let over = asm.label();
                repeat(asm, 40, |asm| asm.inst(addi(A0, A0, 1)));
                if !executed {
                    asm.jump(over);
                }
                at = asm.here();
                asm.word(word);
                asm.bind(over);
                halt(asm, 5);
            });
            let seen = scenario.check();
            match executed {
                true => assert!(
                    matches!(seen.exit, rvjet::machine::Exit::Trap(trap)
                        if trap.pc == at && matches!(trap.cause, Cause::IllegalInstruction { .. })),
                    "{word:#010x}: {:x?}",
                    seen.exit
                ),
                false => seen.halted(5),
            }
        }
    }
}

#[test]
fn an_ebreak_traps() {
    let scenario = Scenario::new(|asm| asm.insts([addi(A0, A0, 1), Inst::Ebreak]));
    scenario.check().trapped(CODE + 4, Cause::Breakpoint);
}

#[test]
fn nothing_of_the_text_may_be_an_instruction() {
    let mut words = vec![0u8; 4 * 5000];
    words[..4].copy_from_slice(&word_of(addi(A0, A0, 7)).to_le_bytes());
    let seen = Scenario::of(&words).check();
    seen.trapped(CODE + 4, Cause::IllegalInstruction { word: 0 });
}

#[test]
fn bits_that_the_executor_does_not_look_at_do_not_count() {
    let word = |inst| word_of(inst);
    let alu_imm = |op, imm| {
        word(Inst::AluImm {
            op,
            rd: A0,
            rs1: A1,
            imm,
        })
    };
    let words = [
        alu_imm(AluOp::Sll, 33) | 1 << 30,
        alu_imm(AluOp::Sllw, 5) | 1 << 31,
        word(alu(AluOp::Sllw, A0, A1, A2)) | 0x7e << 25,
        word(Inst::MulDiv {
            op: MulDivOp::Remuw,
            rd: A0,
            rs1: A1,
            rs2: A2,
        }) | 0x40 << 25,
    ];
    let run = |words: &[u32]| {
        let scenario = Scenario::new(|asm| {
            asm.li(A1, 0x1234_5678_9abc_def1);
            asm.li(A2, 7);
            repeat(asm, 40, |asm| {
                for word in words {
                    asm.word(*word);
                    asm.insts([alu(AluOp::Add, S0, S0, A0), addi(S0, S0, 1)]);
                }
            });
            halt(asm, 0);
        });
        ENGINES.map(|engine| {
            let (seen, _) = scenario.run(engine);
            seen.halted(0);
            seen.state.reg(S0)
        })
    };
    let clean = [
        alu_imm(AluOp::Sll, 33),
        alu_imm(AluOp::Sllw, 5),
        word(alu(AluOp::Sllw, A0, A1, A2)),
        word(Inst::MulDiv {
            op: MulDivOp::Remuw,
            rd: A0,
            rs1: A1,
            rs2: A2,
        }),
    ];
    assert_eq!(run(&words), run(&clean));
}

#[test]
fn text_may_lie_in_two_segments() {
    let code = text(|asm| {
        repeat(asm, 40, |asm| {
            asm.insts([addi(A0, A0, 1), ld(T1, A1, 8), addi(A1, A1, 8)])
        });
        halt(asm, 9);
    });
    for cut in (4..code.len() - 4).step_by(12) {
        let mut scenario = Scenario::of(&code);
        scenario.elf.programs = vec![
            Program::load(CODE, R | X, &code[..cut]),
            Program::load(CODE + cut as u64, R | X, &code[cut..]),
            Program::load(DATA, R | W, &[1]).size(0x1000),
        ];
        for engine in ENGINES {
            scenario.run(engine).0.halted(9);
        }
    }
}

#[test]
fn the_end_of_the_text_may_lack_bytes() {
    // The last word is filled up with zeroes: an lb whose highest byte is missing.
    let mut code = text(|asm| asm.li(A0, DATA));
    let last = word_of(load(LoadOp::Lb, T1, A0, 0)).to_le_bytes();
    assert_eq!(last[3], 0);
    code.extend(&last[..3]);
    let scenario = Scenario::of(&code);
    let end = CODE + (code.len() as u64).next_multiple_of(4);
    for engine in ENGINES {
        let (seen, _) = scenario.run(engine);
        seen.trapped(end, Cause::FetchFault { addr: end });
        assert_eq!(seen.state.reg(T1), 1);
    }
}

#[test]
fn a_table_in_the_text_may_be_jumped_by() {
    let scenario = Scenario::new(|asm| {
        let (table, one, two) = (asm.label(), asm.label(), asm.label());
        asm.la(S0, table);
        repeat(asm, 80, |asm| {
            let back = asm.label();
            asm.la(Reg::RA, back);
            asm.insts([
                Inst::AluImm {
                    op: AluOp::And,
                    rd: T1,
                    rs1: S1,
                    imm: 4,
                },
                alu(AluOp::Add, T1, T1, S0),
                load(LoadOp::Lw, T1, T1, 0),
                alu(AluOp::Add, T1, T1, S0),
                Inst::Jalr {
                    rd: x(20),
                    rs1: T1,
                    offset: 0,
                },
            ]);
            asm.bind(back);
        });
        call(asm, nr::HALT, &[]);
        asm.bind(table);
        let at = asm.here();
        asm.word(8);
        asm.word(16);
        asm.bind(one);
        asm.insts([addi(A0, A0, 1), crate::asm::jalr(Reg::ZERO, Reg::RA, 0)]);
        asm.bind(two);
        asm.insts([addi(A0, A0, 3), crate::asm::jalr(Reg::ZERO, Reg::RA, 0)]);
        assert_eq!(at % 4, 0);
        asm.branch(Cond::Eq, Reg::ZERO, Reg::ZERO, one);
    });
    scenario.check().halted(160);
}
