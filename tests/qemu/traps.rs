//! Programs that trap end as the kernel's signal would end them.
//!
//! Not here: misaligned atomics, which qemu 7.2 carries out, what a signal
//! handler would see, and signals that stop a process.

use rvjet::isa::{AmoOp, Inst, LoadOp, Ordering, Reg, Width, encode};

use crate::inst::{addi, jalr, load, sd, store};
use crate::opinion::{agreed, is_installed};
use crate::program::{DATA, Program, TEXT};

const SIGILL: i32 = 4;
const SIGTRAP: i32 = 5;
const SIGSEGV: i32 = 11;

/// A program whose output is lost if it traps late: it writes nothing before.
fn program(build: impl FnOnce(&mut Program)) -> Vec<u8> {
    let mut program = Program::new(vec![0; 0x1000]);
    build(&mut program);
    program.write_and_exit(DATA, 8);
    program.elf()
}

/// What qemu and we must both end with.
fn assert_signal(name: &str, signal: i32, elf: &[u8]) {
    let run = agreed(name, elf);
    assert_eq!(run.code, 128 + signal, "{name}");
    assert!(run.stdout.is_empty(), "{name}");
}

#[test]
fn illegal_words() {
    if !is_installed() {
        return;
    }
    // Zeros, ones, a reserved AMO, a shift by 64, a write to a counter, c.lwsp x0, mret.
    let words = [
        0,
        0xffff_ffff,
        0xb800_a02f,
        0x4200_1013,
        0xc000_1073,
        0x4002_4002,
        0x3020_0073,
    ];
    for word in words {
        let elf = program(|program| program.code.word(word));
        assert_signal(&format!("illegal-{word:08x}"), SIGILL, &elf);
    }
}

#[test]
fn breakpoints() {
    if !is_installed() {
        return;
    }
    let elf = program(|program| program.code.emit(Inst::Ebreak));
    assert_signal("ebreak", SIGTRAP, &elf);
}

/// Addresses that nobody may access: null, below the code, behind the data,
/// at the ends of the address space.
const NOWHERE: [u64; 7] = [
    0,
    8,
    TEXT - 8,
    DATA + 0x1000,
    0x7fff_f000,
    1 << 40,
    0xffff_ffff_ffff_fff8,
];

#[test]
fn accesses_to_nowhere() {
    if !is_installed() {
        return;
    }
    let (rd, rs1) = (Reg::A0, Reg::A1);
    for addr in NOWHERE {
        let accesses = [
            load(LoadOp::Ld, rd, rs1, 0),
            load(LoadOp::Lbu, Reg::ZERO, rs1, 0),
            sd(rd, rs1, 0),
            store(Width::Byte, rd, rs1, 0),
            amo(rd, rs1),
        ];
        for (index, inst) in accesses.into_iter().enumerate() {
            let elf = program(|program| {
                program.code.li(rs1, addr);
                program.code.emit(inst);
            });
            assert_signal(&format!("access-{addr:x}-{index}"), SIGSEGV, &elf);
        }
    }
}

fn amo(rd: Reg, rs1: Reg) -> Inst {
    Inst::Amo {
        op: AmoOp::Add,
        width: Width::Double,
        rd,
        rs1,
        rs2: Reg::ZERO,
        order: Ordering::default(),
    }
}

#[test]
fn accesses_that_leave_the_data() {
    if !is_installed() {
        return;
    }
    let (rd, rs1) = (Reg::A0, Reg::A1);
    let end = DATA + 0x1000;
    for op in LoadOp::ALL {
        let elf = program(|program| {
            program.code.li(rs1, end);
            program
                .code
                .emit(load(op, rd, rs1, 1 - op.width().bytes() as i32));
        });
        assert_signal(&format!("crosses-{op:?}"), SIGSEGV, &elf);
    }
    for width in Width::ALL {
        let elf = program(|program| {
            program.code.li(rs1, end);
            program
                .code
                .emit(store(width, rd, rs1, 1 - width.bytes() as i32));
        });
        assert_signal(&format!("crosses-{width:?}"), SIGSEGV, &elf);
    }
}

#[test]
fn code_is_not_written() {
    if !is_installed() {
        return;
    }
    let (rd, rs1) = (Reg::A0, Reg::A1);
    for inst in [sd(rd, rs1, 8), store(Width::Byte, rd, rs1, 1), amo(rd, rs1)] {
        let elf = program(|program| {
            program.code.li(rs1, TEXT);
            program.code.emit(inst);
        });
        assert_signal("writes-code", SIGSEGV, &elf);
    }
}

#[test]
fn jumps_to_nowhere() {
    if !is_installed() {
        return;
    }
    let nop = encode(addi(Reg::ZERO, Reg::ZERO, 0));
    for addr in NOWHERE.into_iter().chain([DATA]) {
        let mut guest = Program::new(nop.unwrap().to_le_bytes().repeat(0x400));
        guest.code.li(Reg::A1, addr);
        guest.code.emit(jalr(Reg::RA, Reg::A1, 0));
        assert_signal(&format!("jump-{addr:x}"), SIGSEGV, &guest.elf());
    }
}

/// A program that sends itself a signal.
fn kills_itself(signal: i32) -> Vec<u8> {
    const GETPID: i32 = 172;
    const KILL: i32 = 129;
    program(|program| {
        let code = &mut program.code;
        code.emit(addi(Reg::A7, Reg::ZERO, GETPID));
        code.emit(Inst::Ecall);
        code.emit(addi(Reg::A1, Reg::ZERO, signal));
        code.emit(addi(Reg::A7, Reg::ZERO, KILL));
        code.emit(Inst::Ecall);
    })
}

#[test]
fn signals_that_end_a_process() {
    if !is_installed() {
        return;
    }
    for signal in [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 31,
    ] {
        assert_signal(&format!("signal-{signal}"), signal, &kills_itself(signal));
    }
}

#[test]
fn signals_that_do_nothing() {
    if !is_installed() {
        return;
    }
    for signal in [0, 17, 18, 23, 28] {
        let run = agreed(&format!("signal-{signal}"), &kills_itself(signal));
        assert_eq!(run.code, 0, "signal {signal}");
    }
}
