//! How runs end that the guest does not end itself: one line, and an exit status.

use rvjet::isa::{AluOp, AmoOp, Inst, LoadOp, Ordering, Reg, Width};

use crate::guest::{A0, CODE, DATA, Guest, SPIN, exit, li, load, lui, store};
use crate::{one_line, run};

/// Runs `guest` with `options`: its exit status and all that it says.
#[track_caller]
fn ends(guest: &Guest, options: &[&str], code: i32, line: &str) {
    let args = options.iter().map(Into::into);
    run(args.chain([guest.path.clone().into_os_string()]))
        .code(code)
        .stdout("")
        .stderr(one_line(line));
}

#[test]
fn illegal_instruction() {
    let guest = Guest::of_words(&[0x0000_0013, 0, 0]);
    let line = "rvjet: illegal instruction 0x00000000 at pc 0x10004 (main+0x4)";
    ends(&guest, &[], 132, line);
}

#[test]
fn without_symbols_the_pc_stands_alone() {
    let guest = Guest::stripped(&[0x0000_0013, 0, 0]);
    let line = "rvjet: illegal instruction 0x00000000 at pc 0x10004";
    ends(&guest, &[], 132, line);
}

#[test]
fn breakpoint() {
    let guest = Guest::new(&[li(A0, 0), li(A0, 0), li(A0, 0), Inst::Ebreak]);
    ends(
        &guest,
        &[],
        133,
        "rvjet: breakpoint at pc 0x1000c (tail+0x4)",
    );
}

#[test]
fn load_from_nowhere() {
    let guest = Guest::new(&[li(A0, 16), load(8)]);
    let line = "rvjet: load of 8 bytes at 0x18 (not readable) at pc 0x10004 (main+0x4)";
    ends(&guest, &[], 139, line);
}

#[test]
fn store_to_code() {
    let guest = Guest::new(&[lui(A0, CODE), store(0)]);
    let line = "rvjet: store of 8 bytes at 0x10000 (not writable) at pc 0x10004 (main+0x4)";
    ends(&guest, &[], 139, line);
}

#[test]
fn jump_to_data() {
    let (rd, rs1, offset) = (Reg::ZERO, A0, 0);
    let guest = Guest::new(&[lui(A0, DATA), Inst::Jalr { rd, rs1, offset }]);
    let line = "rvjet: jump to 0x20000 (not executable), ra 0x0";
    ends(&guest, &[], 139, line);
}

#[test]
fn call_of_null() {
    let (rd, rs1, offset) = (Reg::RA, Reg::ZERO, 0);
    let guest = Guest::new(&[li(A0, 0), Inst::Jalr { rd, rs1, offset }]);
    let line = "rvjet: jump to 0x0 (not executable), ra 0x10008 (tail+0x0)";
    ends(&guest, &[], 139, line);
}

#[test]
fn misaligned_atomic() {
    let amo = Inst::Amo {
        op: AmoOp::Add,
        width: Width::Word,
        rd: Reg::ZERO,
        rs1: A0,
        rs2: A0,
        order: Ordering::default(),
    };
    let guest = Guest::new(&[li(A0, 2), amo]);
    let line = "rvjet: misaligned store of 4 bytes at 0x2 at pc 0x10004 (main+0x4)";
    ends(&guest, &[], 139, line);
}

#[test]
fn instruction_limit() {
    let guest = Guest::new(&[SPIN]);
    let line = "rvjet: instruction limit of 1000000 reached at pc 0x10000 (main+0x0)";
    ends(&guest, &["--max-insns", "1_000_000"], 152, line);
}

#[test]
fn instruction_limit_of_zero() {
    let guest = Guest::new(&exit(0));
    let line = "rvjet: instruction limit of 0 reached at pc 0x10000 (main+0x0)";
    ends(&guest, &["--max-insns=0"], 152, line);
}

#[test]
fn a_guest_that_needs_all_its_instructions_gets_them() {
    let guest = Guest::new(&exit(3));
    let path = guest.path.as_os_str();
    run(["--max-insns=3".as_ref(), path]).code(3).stderr("");
    run(["--max-insns=2".as_ref(), path]).code(152);
}

#[test]
fn memory_limit_in_the_run() {
    // Stores to all the pages of a stack, downwards.
    let down = Inst::Alu {
        op: rvjet::isa::AluOp::Sub,
        rd: Reg::SP,
        rs1: Reg::SP,
        rs2: Reg::A1,
    };
    let push = Inst::Store {
        width: Width::Double,
        rs1: Reg::SP,
        rs2: A0,
        offset: 0,
    };
    let back = Inst::Jal {
        rd: Reg::ZERO,
        offset: -8,
    };
    let guest = Guest::new(&[lui(Reg::A1, 0x1000), down, push, back]);
    let line = "rvjet: memory limit of 1048576 bytes reached at pc 0x10008 (tail+0x0)";
    ends(&guest, &["--max-mem", "1M"], 137, line);
}

#[test]
fn memory_limit_at_the_start() {
    let guest = Guest::new(&exit(0));
    let path = guest.path.display();
    let line = format!(
        "rvjet: {path}: cannot load the program: \
         the program's segments exceed the memory limit of 1 bytes"
    );
    ends(&guest, &["--max-mem", "1"], 137, &line);
}

#[test]
fn a_memory_limit_above_the_usual_address_space_raises_that() {
    // Pushes what it then pops, and exits with the upper half of the stack pointer.
    let sp = |op, rd| {
        let (rs1, imm) = (Reg::SP, 32);
        Inst::AluImm { op, rd, rs1, imm }
    };
    let (rd, rs1, rs2, offset) = (A0, Reg::SP, A0, -8);
    let (op, width) = (LoadOp::Ld, Width::Double);
    let push = Inst::Store {
        width,
        rs1,
        rs2,
        offset,
    };
    let pop = Inst::Load {
        op,
        rd,
        rs1,
        offset,
    };
    let [_, a, b] = exit(0);
    let guest = Guest::new(&[sp(AluOp::Srl, A0), push, li(A0, 9), pop, a, b]);
    let path = guest.path.to_str().unwrap();
    for (limit, upper) in [("8G", 1), ("8193M", 3), ("4G", 0), ("1M", 0)] {
        for engine in ["auto", "interp"] {
            run(["--engine", engine, "--max-mem", limit, path])
                .code(upper)
                .stderr("");
        }
    }
}

#[test]
fn a_memory_limit_that_no_host_has_is_refused() {
    let guest = Guest::new(&exit(0));
    let path = guest.path.display();
    for (limit, window) in [("1000T", 1u64 << 50), ("16777215T", u64::MAX)] {
        let line = format!(
            "rvjet: {path}: cannot reserve {window:#x} bytes of address space for the guest: \
             the host refused: Cannot allocate memory (os error 12)"
        );
        ends(&guest, &["--max-mem", limit], 70, &line);
    }
}

#[test]
fn time_limit() {
    let guest = Guest::new(&[SPIN]);
    let line = "rvjet: time limit of 20ms reached at pc 0x10000 (main+0x0)";
    ends(&guest, &["--timeout", "20ms"], 124, line);
}
