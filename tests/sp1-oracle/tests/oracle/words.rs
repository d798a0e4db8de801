//! What words of a text are taken for.

use std::panic::catch_unwind;

use rvjet::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width, encode};
use rvjet::machine::{Cause, Exit, Trap};
use rvjet::{EngineKind, Machine};
use sp1_core_executor::{Instruction, Opcode, Program};

use crate::builder::{Elf, Program as Segment, R, W, X};
use crate::dice::Dice;
use crate::ours::quiet;
use crate::variable;

const TEXT: u64 = 0x7800_0000;
const DATA: u64 = 0x7801_0000;
/// Words in the text before the one of interest: they give registers their values.
const BEFORE: usize = 62;

/// What their decoder makes of a word.
#[derive(Debug)]
enum Theirs {
    Rejected,
    /// It traps when it is executed.
    Trap,
    Executed(Inst),
}

/// Registers with odd values: some are addresses of data, some of text.
fn prologue() -> Vec<u32> {
    let mut words = Vec::new();
    for reg in Reg::all().skip(1) {
        let (page, low) = match reg.bits() % 4 {
            0 => (DATA, 0x80 * reg.bits() as i32 % 0x700),
            1 => (TEXT, 4 * reg.bits() as i32),
            2 => (0xffff_f000, -1 - reg.bits() as i32),
            _ => (0x8765_4000, 0x321),
        };
        let high = Inst::Lui {
            rd: reg,
            imm: page as u32 as i32,
        };
        words.extend([high, crate::inst::addi(reg, reg, low)].map(|inst| encode(inst).unwrap()));
    }
    assert_eq!(words.len(), BEFORE);
    words
}

fn elf(word: u32) -> Vec<u8> {
    let mut text = prologue();
    text.push(word);
    text.extend([0x13; 8]);
    let text: Vec<u8> = text.iter().flat_map(|word| word.to_le_bytes()).collect();
    let data: Vec<u8> = (0..0x1000u32).map(|at| ((at * 167) >> 3) as u8).collect();
    let elf = Elf {
        e_type: 2,
        entry: TEXT,
        programs: vec![
            Segment::load(TEXT, R | X, &text),
            Segment::load(DATA, R | W, &data),
        ],
        sections: Vec::new(),
    };
    elf.bytes()
}

fn theirs(word: u32) -> Theirs {
    match catch_unwind(|| Program::from(&elf(word)).unwrap()) {
        Err(_) => Theirs::Rejected,
        Ok(program) => inst(&program.instructions[BEFORE]).map_or(Theirs::Trap, Theirs::Executed),
    }
}

/// Their instruction as ours.
fn inst(insn: &Instruction) -> Option<Inst> {
    use Opcode as O;
    let reg = |bits: u64| Reg::new(bits as u32);
    let (a, b, c) = (reg(insn.op_a.into()), reg(insn.op_b), reg(insn.op_c));
    let (imm_b, imm) = (insn.op_b as i32, insn.op_c as i32);
    let alu = |op| match insn.imm_c {
        true => Inst::AluImm {
            op,
            rd: a,
            rs1: b,
            imm,
        },
        false => Inst::Alu {
            op,
            rd: a,
            rs1: b,
            rs2: c,
        },
    };
    let muldiv = |op| Inst::MulDiv {
        op,
        rd: a,
        rs1: b,
        rs2: c,
    };
    let load = |op| crate::inst::load(op, a, b, imm);
    let store = |width| crate::inst::store(width, a, b, imm);
    let branch = |cond| crate::inst::branch(cond, a, b, imm);
    Some(match insn.opcode {
        O::ADD | O::ADDI => alu(AluOp::Add),
        O::SUB => alu(AluOp::Sub),
        O::XOR => alu(AluOp::Xor),
        O::OR => alu(AluOp::Or),
        O::AND => alu(AluOp::And),
        O::SLL => alu(AluOp::Sll),
        O::SRL => alu(AluOp::Srl),
        O::SRA => alu(AluOp::Sra),
        O::SLT => alu(AluOp::Slt),
        O::SLTU => alu(AluOp::Sltu),
        O::ADDW => alu(AluOp::Addw),
        O::SUBW => alu(AluOp::Subw),
        O::SLLW => alu(AluOp::Sllw),
        O::SRLW => alu(AluOp::Srlw),
        O::SRAW => alu(AluOp::Sraw),
        O::MUL => muldiv(MulDivOp::Mul),
        O::MULH => muldiv(MulDivOp::Mulh),
        O::MULHU => muldiv(MulDivOp::Mulhu),
        O::MULHSU => muldiv(MulDivOp::Mulhsu),
        O::DIV => muldiv(MulDivOp::Div),
        O::DIVU => muldiv(MulDivOp::Divu),
        O::REM => muldiv(MulDivOp::Rem),
        O::REMU => muldiv(MulDivOp::Remu),
        O::MULW => muldiv(MulDivOp::Mulw),
        O::DIVW => muldiv(MulDivOp::Divw),
        O::DIVUW => muldiv(MulDivOp::Divuw),
        O::REMW => muldiv(MulDivOp::Remw),
        O::REMUW => muldiv(MulDivOp::Remuw),
        O::LB => load(LoadOp::Lb),
        O::LH => load(LoadOp::Lh),
        O::LW => load(LoadOp::Lw),
        O::LD => load(LoadOp::Ld),
        O::LBU => load(LoadOp::Lbu),
        O::LHU => load(LoadOp::Lhu),
        O::LWU => load(LoadOp::Lwu),
        O::SB => store(Width::Byte),
        O::SH => store(Width::Half),
        O::SW => store(Width::Word),
        O::SD => store(Width::Double),
        O::BEQ => branch(Cond::Eq),
        O::BNE => branch(Cond::Ne),
        O::BLT => branch(Cond::Lt),
        O::BGE => branch(Cond::Ge),
        O::BLTU => branch(Cond::Ltu),
        O::BGEU => branch(Cond::Geu),
        O::JAL => Inst::Jal {
            rd: a,
            offset: imm_b,
        },
        O::JALR => Inst::Jalr {
            rd: a,
            rs1: b,
            offset: imm,
        },
        O::LUI => Inst::Lui { rd: a, imm: imm_b },
        O::AUIPC => Inst::Auipc { rd: a, imm: imm_b },
        O::ECALL => Inst::Ecall,
        O::EBREAK | O::UNIMP => return None,
    })
}

/// What executing a word of the text comes to: registers, counters, and why no more
/// was executed.
fn run(word: u32, engine: EngineKind) -> (Option<Exit>, String) {
    let elf = elf(word);
    let builder = Machine::builder().elf(&elf).abi(quiet(&[])).engine(engine);
    let mut machine = builder.build().unwrap();
    let exit = machine.run_for(BEFORE as u64 + 1);
    let bytes = machine.memory().peek(DATA, 0x1000).unwrap();
    (exit, format!("{:x?} {bytes:x?}", machine.state()))
}

/// Words of all opcodes that there are without C, and others.
fn word(dice: &mut Dice) -> u32 {
    const OPCODES: [u32; 16] = [
        0x03, 0x0f, 0x13, 0x13, 0x17, 0x1b, 0x1b, 0x23, 0x33, 0x33, 0x37, 0x3b, 0x3b, 0x63, 0x67,
        0x73,
    ];
    let word = dice.roll() as u32;
    let opcode = match dice.below(16) {
        0 => 0x6f,
        1 => dice.below(128) as u32,
        _ => dice.pick(&OPCODES),
    };
    let word = word & !0x7f | opcode;
    match dice.below(4) {
        0 => word,
        // System instructions have few bits set.
        1 if opcode == 0x73 => word & 0x3020_007f,
        1 | 2 => word & 0x01ff_ffff | dice.pick(&[0, 1, 0x20, 0x21, 0x10, 0x40]) << 25,
        _ => word & 0x05ff_ffff,
    }
}

#[test]
fn words_are_taken_for_what_sp1_takes_them_for() {
    let mut dice = Dice::new(variable("ORACLE_SEED", 1));
    // What their decoder rejects it tells of by a panic; those of other tests count.
    let (here, hook) = (std::thread::current().id(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() != here {
            hook(info);
        }
    }));
    let cases = variable("ORACLE_CASES", 100).saturating_mul(100);
    let mut wrong = Vec::new();
    let (mut rejected, mut traps) = (0, 0);
    for number in 0..cases {
        let word = word(&mut dice);
        let theirs = theirs(word);
        let engine = [EngineKind::Interp, EngineKind::Jit][number as usize % 2];
        let (exit, state) = run(word, engine);
        let agrees = match theirs {
            Theirs::Executed(inst) => {
                let canonical = encode(inst).unwrap();
                run(canonical, engine) == (exit, state)
            }
            Theirs::Trap | Theirs::Rejected => {
                let pc = TEXT + 4 * BEFORE as u64;
                rejected += u64::from(matches!(theirs, Theirs::Rejected));
                traps += u64::from(matches!(theirs, Theirs::Trap));
                let trap = exit.and_then(|exit| match exit {
                    Exit::Trap(Trap { pc: at, cause }) => (at == pc).then_some(cause),
                    _ => None,
                });
                matches!(
                    trap,
                    Some(Cause::IllegalInstruction { .. } | Cause::Breakpoint)
                )
            }
        };
        if !agrees {
            wrong.push(format!("{word:#010x}: {theirs:x?}, ours {exit:x?}"));
        }
    }
    drop(std::panic::take_hook());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("of {cases} words SP1 rejects {rejected}, and {traps} trap");
    assert!(rejected > 0 && traps > 0 && rejected + traps < cases);
}
