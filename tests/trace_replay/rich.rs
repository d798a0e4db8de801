//! A guest that does in little what a trace has to keep: calls of every kind, maps
//! that come and go, code that it writes, time, atomics, accesses at odd places, traps
//! that it handles.

use rvjet::abi::Linux;
use rvjet::isa::{
    AluOp, AmoOp, Cond, CsrOp, CsrSource, FReg, Format, FpCompare, FpInst, FpOp, Inst, IntFormat,
    LoadOp, Reg, Rounding, Width,
};
use rvjet::trace::Policy;

use crate::asm::{
    Asm, Label, addi, alu, amo, fence_i, jalr, ld, load, lr, sc, sd, store, word_of, x,
};
use crate::builder::{Elf, Program, R, W, X, executable};
use crate::trace::{Plan, Trace};

const CODE: u64 = 0x1_0000;
const DATA: u64 = 0x2_0000;
/// Code and data in one page.
const BOTH: u64 = 0x3_0000;

mod nr {
    pub const READ: u64 = 63;
    pub const WRITE: u64 = 64;
    pub const READV: u64 = 65;
    pub const EXIT: u64 = 93;
    pub const KILL: u64 = 129;
    pub const SIGACTION: u64 = 134;
    pub const CLOCK_GETTIME: u64 = 113;
    pub const BRK: u64 = 214;
    pub const MUNMAP: u64 = 215;
    pub const MREMAP: u64 = 216;
    pub const MMAP: u64 = 222;
    pub const MPROTECT: u64 = 226;
    pub const MADVISE: u64 = 233;
    pub const GETRANDOM: u64 = 278;
}

const DONTNEED: u64 = 4;
const RWX: u64 = 7;
const RX: u64 = 5;
const RW: u64 = 3;
/// Private and anonymous.
const FRESH: u64 = 0x22;
const MAYMOVE: u64 = 1;

const A0: Reg = Reg::A0;
const S0: Reg = x(8);
const S1: Reg = x(9);
const T0: Reg = x(5);
const T1: Reg = x(6);
const T2: Reg = x(7);

fn call(asm: &mut Asm, number: u64, args: &[u64]) {
    for (index, arg) in args.iter().enumerate() {
        asm.li(x(10 + index as u32), *arg);
    }
    asm.li(Reg::A7, number);
    asm.inst(Inst::Ecall);
}

/// As [`call`], but for `a0`, which is in a register.
fn call_on(asm: &mut Asm, number: u64, a0: Reg, args: &[u64]) {
    for (index, arg) in args.iter().enumerate() {
        asm.li(x(11 + index as u32), *arg);
    }
    asm.inst(addi(A0, a0, 0));
    asm.li(Reg::A7, number);
    asm.inst(Inst::Ecall);
}

fn rdtime(rd: Reg) -> Inst {
    let source = CsrSource::Reg(Reg::ZERO);
    Inst::Csr {
        op: CsrOp::Set,
        rd,
        csr: 0xc01,
        source,
    }
}

/// The code, which leaves what it sees in registers and in memory.
pub fn code() -> Vec<u8> {
    let mut asm = Asm::at(CODE);
    memory(&mut asm);
    calls(&mut asm);
    maps(&mut asm);
    atomics(&mut asm);
    floating(&mut asm);
    own_code(&mut asm);
    signals(&mut asm);
    time(&mut asm);
    call(&mut asm, nr::EXIT, &[7]);
    asm.finish()
}

/// Words, parts of words, and what lies across words and pages, over and over.
fn memory(asm: &mut Asm) {
    asm.li(S0, DATA);
    asm.li(S1, 40);
    let again = asm.here_label();
    asm.insts([
        ld(T0, S0, 0),
        sd(S1, S0, 8),
        store(Width::Byte, S1, S0, 19),
        load(LoadOp::Lh, T1, S0, 19),
        store(Width::Double, T1, S0, 29),
        load(LoadOp::Lw, T2, S0, 0x1e),
        alu(AluOp::Add, T0, T0, T2),
        sd(T0, S0, 0),
    ]);
    asm.li(T2, DATA + 0xffc);
    asm.insts([sd(T0, T2, 0), load(LoadOp::Lwu, T1, T2, 2)]);
    asm.inst(addi(S1, S1, -1));
    asm.branch(Cond::Ne, S1, Reg::ZERO, again);
}

fn calls(asm: &mut Asm) {
    call(asm, nr::READ, &[0, DATA + 0x103, 5]);
    call(asm, nr::READ, &[0, DATA + 0x200, 0x800]);
    asm.li(T0, DATA + 0x40);
    asm.li(T1, DATA + 0x301);
    asm.insts([sd(T1, T0, 0), addi(T2, Reg::ZERO, 3), sd(T2, T0, 8)]);
    asm.insts([addi(T1, T1, 11), sd(T1, T0, 16), sd(T2, T0, 24)]);
    call(asm, nr::READV, &[0, DATA + 0x40, 2]);
    call(asm, nr::WRITE, &[1, DATA + 0x1fe, 0x41]);
    call(asm, nr::GETRANDOM, &[DATA + 0x77, 9, 0]);
    call(asm, nr::READ, &[0, 0x10, 5]);
    asm.li(T0, DATA + 0x301);
    asm.inst(load(LoadOp::Ld, T1, T0, 0));
}

fn maps(asm: &mut Asm) {
    call(asm, nr::MMAP, &[0, 0x3000, RW, FRESH, u64::MAX, 0]);
    asm.insts([addi(S0, A0, 0), sd(S0, S0, 8), sd(S0, S0, 0x700)]);
    call_on(asm, nr::MREMAP, S0, &[0x3000, 0x8000, MAYMOVE, 0]);
    asm.insts([addi(S0, A0, 0), ld(T0, S0, 8), sd(T0, S0, 16)]);
    call_on(asm, nr::MADVISE, S0, &[0x1000, DONTNEED]);
    asm.insts([ld(T0, S0, 16), sd(S0, S0, 24)]);
    call_on(asm, nr::MUNMAP, S0, &[0x8000]);
    call(asm, nr::MMAP, &[0, 0x8000, RW, FRESH, u64::MAX, 0]);
    asm.insts([ld(T0, A0, 8), ld(T1, A0, 24)]);
    call(asm, nr::BRK, &[0]);
    asm.insts([addi(S1, A0, 0), addi(A0, A0, 0x7f0)]);
    asm.li(Reg::A7, nr::BRK);
    asm.insts([Inst::Ecall, sd(S1, S1, 0x100), ld(T0, S1, 0x108)]);
    call_on(asm, nr::BRK, S1, &[]);
    asm.insts([addi(A0, S1, 0x7f0)]);
    asm.li(Reg::A7, nr::BRK);
    asm.insts([Inst::Ecall, ld(T0, S1, 0x100)]);
}

fn atomics(asm: &mut Asm) {
    asm.li(S0, DATA + 0x480);
    asm.li(T0, 0x1_2345);
    asm.insts([
        lr(Width::Double, T1, S0),
        sc(Width::Double, T2, S0, T0),
        sc(Width::Double, T1, S0, T1),
        lr(Width::Word, T1, S0),
        sc(Width::Double, T2, S0, T2),
        amo(AmoOp::Add, Width::Word, T1, S0, T0),
        amo(AmoOp::Max, Width::Double, T2, S0, T1),
        lr(Width::Word, T1, S0),
    ]);
    asm.li(Reg::A7, 9999);
    asm.insts([Inst::Ecall, sc(Width::Word, T2, S0, T0)]);
}

/// Loads and stores of both formats, across words too, and what raises flags.
fn floating(asm: &mut Asm) {
    let [f1, f2, f3] = [1, 2, 31].map(FReg::new);
    let (format, single) = (Format::Double, Format::Single);
    let fld = |format, rd, offset| {
        Inst::Fp(FpInst::Load {
            format,
            rd,
            rs1: S0,
            offset,
        })
    };
    let fsd = |format, rs2, offset| {
        Inst::Fp(FpInst::Store {
            format,
            rs1: S0,
            rs2,
            offset,
        })
    };
    let alu = |op, format, rd, rs1, rs2| {
        Inst::Fp(FpInst::Alu {
            op,
            format,
            rd,
            rs1,
            rs2,
            rounding: Rounding::Dyn,
        })
    };
    let convert = |to, rd, rs1| {
        Inst::Fp(FpInst::FromInt {
            to,
            from: IntFormat::L,
            rd,
            rs1,
            rounding: Rounding::Rup,
        })
    };
    let frm = Inst::Csr {
        op: CsrOp::Write,
        rd: Reg::ZERO,
        csr: 2,
        source: CsrSource::Imm(3),
    };
    asm.li(S0, DATA + 0x600);
    asm.li(S1, 0x1234_5678_9abc);
    asm.insts([
        convert(format, f1, S1),
        convert(single, f2, S1),
        fsd(format, f1, 0),
        fsd(single, f2, 12),
        fsd(format, f1, 0x15),
        fld(format, f3, 0x16),
        fld(single, f2, 12),
        frm,
        alu(FpOp::Div, format, f3, f1, f3),
        alu(FpOp::Div, single, f2, f2, f1),
        fsd(format, f3, 0x30),
        Inst::Fp(FpInst::Compare {
            op: FpCompare::Lt,
            format: single,
            rd: T0,
            rs1: f1,
            rs2: f2,
        }),
    ]);
}

/// Writes a function to where a register points to, and calls it.
fn write_and_call(asm: &mut Asm, to: Reg, result: i32) {
    for (index, inst) in [addi(A0, Reg::ZERO, result), jalr(Reg::ZERO, Reg::RA, 0)]
        .into_iter()
        .enumerate()
    {
        asm.li(T0, u64::from(word_of(inst)));
        asm.inst(store(Width::Word, T0, to, 4 * index as i32));
    }
    asm.insts([fence_i(), jalr(Reg::RA, to, 0), addi(S1, A0, 0)]);
}

fn own_code(asm: &mut Asm) {
    // A page that is both from the start, written twice; the second time seen
    // only after the fence.
    asm.li(S0, BOTH);
    asm.insts([jalr(Reg::RA, S0, 0)]);
    write_and_call(asm, S0, 11);
    asm.li(T0, u64::from(word_of(addi(A0, Reg::ZERO, 12))));
    asm.insts([
        store(Width::Word, T0, S0, 0),
        jalr(Reg::RA, S0, 0),
        fence_i(),
        jalr(Reg::RA, S0, 0),
    ]);
    // One that is written first and executed then.
    call(asm, nr::MMAP, &[0, 0x1000, RW, FRESH, u64::MAX, 0]);
    asm.inst(addi(S0, A0, 0));
    asm.li(T0, u64::from(word_of(jalr(Reg::ZERO, Reg::RA, 0))));
    asm.inst(store(Width::Word, T0, S0, 0));
    call_on(asm, nr::MPROTECT, S0, &[0x1000, RX]);
    asm.insts([jalr(Reg::RA, S0, 0)]);
    call_on(asm, nr::MPROTECT, S0, &[0x1000, RWX]);
    write_and_call(asm, S0, 13);
}

/// Where a handler's frame has what is in `pc`, and in `ra`.
const SAVED_PC: i32 = 128 + 176;
const SAVED_RA: i32 = SAVED_PC + 8;
/// Where the guest keeps an action.
const ACTION: u64 = DATA + 0x500;

/// Has a handler called for these signals.
fn handle(asm: &mut Asm, handler: Label, signals: &[u64]) {
    asm.la(T0, handler);
    asm.li(S0, ACTION);
    asm.inst(sd(T0, S0, 0));
    for signal in signals {
        call(asm, nr::SIGACTION, &[*signal, ACTION, 0, 8]);
    }
}

fn signals(asm: &mut Asm) {
    let (over, step_over, go_back) = (asm.label(), asm.label(), asm.label());
    asm.jump(over);
    asm.bind(step_over);
    asm.insts([ld(T0, Reg::SP, SAVED_PC), addi(T0, T0, 4)]);
    asm.insts([sd(T0, Reg::SP, SAVED_PC), jalr(Reg::ZERO, Reg::RA, 0)]);
    asm.bind(go_back);
    asm.insts([ld(T0, Reg::SP, SAVED_RA), sd(T0, Reg::SP, SAVED_PC)]);
    asm.inst(jalr(Reg::ZERO, Reg::RA, 0));
    asm.bind(over);
    asm.li(S0, ACTION);
    asm.insts([sd(Reg::ZERO, S0, 8), sd(Reg::ZERO, S0, 16)]);
    handle(asm, step_over, &[4, 5, 7, 11]);
    traps(asm);
    // In a page of code of its own.
    asm.li(S0, BOTH);
    for (at, inst) in [(0x100, Inst::Ebreak), (0x104, jalr(Reg::ZERO, Reg::RA, 0))] {
        asm.li(T0, u64::from(word_of(inst)));
        asm.inst(store(Width::Word, T0, S0, at));
    }
    asm.insts([fence_i(), jalr(Reg::RA, S0, 0x100)]);
    handle(asm, go_back, &[11]);
    for nowhere in [DATA + 0x600, 0x400, 1 << 50] {
        asm.li(T1, nowhere);
        asm.inst(jalr(Reg::RA, T1, 0));
    }
    // Sent: the handler goes on behind the call, but for what it does to `pc`.
    let sent = asm.label();
    asm.la(Reg::RA, sent);
    handle(asm, go_back, &[10]);
    call(asm, nr::KILL, &[0, 10]);
    asm.insts([addi(T2, Reg::ZERO, 1)]);
    asm.bind(sent);
}

/// Instructions that trap, and are stepped over.
fn traps(asm: &mut Asm) {
    asm.li(T1, 0x10);
    asm.insts([ld(T2, T1, 0), sd(S0, T1, 8), load(LoadOp::Lb, T2, T1, 3)]);
    asm.li(T1, CODE);
    asm.insts([
        store(Width::Half, T2, T1, 2),
        amo(AmoOp::Add, Width::Word, T2, T1, T2),
    ]);
    asm.li(T1, 1 << 40);
    asm.insts([ld(T2, T1, -8), sd(T2, T1, 8)]);
    asm.li(T1, DATA + 1);
    asm.insts([
        amo(AmoOp::Or, Width::Word, T2, T1, T2),
        lr(Width::Double, T2, T1),
    ]);
    asm.li(T1, DATA + 0x1ffc);
    asm.insts([ld(T2, T1, 0), sd(T2, T1, 1)]);
    asm.word(0xffff_ffff);
    asm.inst(Inst::Ebreak);
}

fn time(asm: &mut Asm) {
    asm.li(S0, DATA);
    asm.insts([rdtime(S1), rdtime(T1), sd(T1, S0, 0x490), rdtime(T2)]);
    call(asm, nr::CLOCK_GETTIME, &[1, DATA + 0x4a0]);
    asm.insts([ld(T1, S0, 0x4a0), rdtime(T0)]);
}

pub fn elf() -> Vec<u8> {
    let own = [addi(A0, Reg::ZERO, 10), jalr(Reg::ZERO, Reg::RA, 0)];
    let own: Vec<u8> = own
        .iter()
        .flat_map(|inst| word_of(*inst).to_le_bytes())
        .collect();
    let data: Vec<u8> = (0..0x900u32).map(|n| (n * 7) as u8).collect();
    let elf = Elf {
        entry: CODE,
        programs: vec![
            Program::load(CODE, R | X, &code()),
            Program::load(DATA, R | W, &data).size(0x2000),
            Program::load(BOTH, R | W | X, &own),
        ],
        ..executable()
    };
    elf.bytes()
}

pub fn linux() -> Linux {
    let input: Vec<u8> = (0..64u8).collect();
    Linux::new()
        .args(["rich", "guest"])
        .stdin(std::io::Cursor::new(input))
        .stdout(std::io::sink())
}

pub fn trace(policy: Policy) -> Trace {
    Trace::record(&elf(), linux().host_time(), Plan::new(policy, 100_000))
}
