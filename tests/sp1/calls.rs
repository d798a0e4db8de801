//! Calls: what they do, and each way in which one is refused.

use rvjet::abi::sp1::call_name;
use rvjet::isa::{AluOp, Inst, Reg};
use rvjet::machine::{Exit, Reason};

use crate::asm::{addi, alu, ld, sd, x};
use crate::scenario::{A0, A1, CODE, DATA, S0, S1, Scenario, T0, T1, T2, call, halt, nr, repeat};

const SPACE: u64 = 1 << 40;

/// A run that a call ends, with the state before it.
#[track_caller]
fn refused(scenario: &Scenario, reason: Reason) {
    let seen = scenario.check_once();
    seen.refused(reason);
    let Exit::Refused(refusal) = seen.exit else {
        return;
    };
    if seen.detoured == 0 {
        assert_eq!(seen.state.pc, refusal.pc);
        assert_eq!(seen.state.reg(T0), refusal.number);
        assert_eq!(seen.state.reg(A0), refusal.args[0]);
    }
}

/// A call of a guest that has done a little before, and in a loop.
fn one(number: u64, args: &[u64]) -> Scenario {
    Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 40, |asm| asm.insts([ld(T1, S0, 0), sd(T1, S0, 8)]));
        call(asm, number, args);
        halt(asm, 0);
    })
}

#[test]
fn calls_that_there_are_not() {
    for number in [
        1,
        5,
        0xf,
        0x11,
        0xf2,
        0xfe,
        0x100,
        0x1_0105,
        0xffff_ffff,
        u64::MAX,
    ] {
        assert_eq!(call_name(number), None);
        refused(&one(number, &[1, 2, 3]), Reason::Unknown);
    }
}

#[test]
fn calls_that_there_were() {
    for number in [0x10c, 0x11c, 0x12e, 0x1_012f, 0x132, 0x134, 0x35] {
        assert!(call_name(number).is_some());
        refused(&one(number, &[DATA, DATA]), Reason::Unsupported);
    }
}

#[test]
fn the_high_half_of_a_number_does_not_count_and_goes() {
    let scenario = Scenario::new(|asm| {
        call(asm, nr::COMMIT | 0xdead_beef << 32, &[3, 77]);
        asm.inst(addi(S0, T0, 0));
        call(asm, nr::HALT | 1 << 63, &[]);
    });
    let seen = scenario.check();
    seen.halted(3);
    assert_eq!(seen.state.reg(S0), nr::COMMIT);
    assert_eq!(seen.digest, [0, 0, 0, 77, 0, 0, 0, 0]);
}

#[test]
fn an_exit_code_has_32_bits() {
    for (code, shown) in [
        (0, 0),
        (1, 1),
        (0xffff_ffff, -1),
        (0x1_0000_0007, 7),
        (u64::MAX, -1),
    ] {
        one(nr::HALT, &[code]).check().halted(shown);
    }
}

#[test]
fn words_of_the_digest() {
    let args = [
        (8, 0),
        (u64::MAX, 0),
        (1 << 32, 0),
        (0, 1 << 32),
        (7, u64::MAX),
    ];
    for (index, word) in args {
        refused(&one(nr::COMMIT, &[index, word]), Reason::Argument);
    }
    let scenario = Scenario::new(|asm| {
        for index in 0..8 {
            call(asm, nr::COMMIT, &[index, 0xffff_fff0 + index]);
        }
        call(asm, nr::COMMIT, &[0, 5]);
        call(asm, 0x1a, &[u64::MAX; 5]);
        call(asm, 0x1b, &[u64::MAX; 5]);
        halt(asm, 0);
    });
    let seen = scenario.check();
    let mut digest = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| 0xffff_fff0 + index);
    digest[0] = 5;
    assert_eq!(seen.digest, digest);
    assert_eq!(seen.calls["COMMIT"], 9);
}

#[test]
fn input_that_is_not_there() {
    refused(&one(nr::HINT_READ, &[DATA, 0]), Reason::NoInput);
    refused(
        &one(nr::HINT_READ, &[DATA, 5]).input([]),
        Reason::InputLength,
    );
    for len in [0, 3, 5, u64::MAX, 1 << 40] {
        let scenario = one(nr::HINT_READ, &[DATA, len]).input([1; 4]);
        refused(&scenario, Reason::InputLength);
    }
}

#[test]
fn input_that_has_no_place() {
    for addr in [DATA + 1, DATA + 4, u64::MAX, SPACE + 1] {
        let scenario = one(nr::HINT_READ, &[addr, 4]).input([1; 4]);
        refused(&scenario, Reason::Misaligned);
    }
    for addr in [SPACE, SPACE - 8, 1 << 63, u64::MAX - 7] {
        let scenario = one(nr::HINT_READ, &[addr, 8]).input([1; 8]);
        refused(&scenario, Reason::Outside);
    }
    let scenario = one(nr::HINT_READ, &[SPACE - 16, 8]).input([1; 8]);
    scenario.check().halted(0);
}

#[test]
fn input_of_whole_words_zeroes_one_more() {
    for len in [0, 1, 7, 8, 9, 16, 23, 24, 4096] {
        let scenario = Scenario::new(|asm| {
            asm.li(S0, DATA + 0x800);
            asm.li(T1, u64::MAX);
            let words = len / 8 + 2;
            for word in 0..words.min(16) {
                asm.inst(sd(T1, S0, 8 * word as i32));
            }
            asm.li(A1, DATA + 0x800 + len / 8 * 8);
            asm.insts([
                sd(T1, A1, 0),
                sd(T1, A1, 8),
                ld(T2, A1, 0),
                addi(x(20), A1, 0),
            ]);
            call(asm, nr::HINT_LEN, &[]);
            asm.inst(addi(x(21), T0, 0));
            call(asm, nr::HINT_READ, &[DATA + 0x800, len]);
            asm.insts([ld(x(22), x(20), 0), ld(x(23), x(20), 8), sd(T1, x(20), 0)]);
            // The clocks of words that are input begin anew.
            repeat(asm, 20, |asm| asm.insts([ld(T2, S0, 0), sd(T2, S0, 8)]));
            call(asm, nr::HINT_LEN, &[]);
            asm.inst(addi(x(24), T0, 0));
            halt(asm, 0);
        });
        let item: Vec<u8> = (0..len).map(|n| 0x80 | n as u8).collect();
        let seen = scenario.input(item.clone()).check();
        seen.halted(0);
        let mut last = [0; 8];
        let rest = &item[(len / 8 * 8) as usize..];
        last[..rest.len()].copy_from_slice(rest);
        assert_eq!(seen.state.reg(x(21)), len);
        assert_eq!(seen.state.reg(x(22)), u64::from_le_bytes(last));
        assert_eq!(seen.state.reg(x(23)), u64::MAX, "beyond");
        assert_eq!(seen.state.reg(x(24)), u64::MAX, "no more input");
        assert_eq!(seen.input_read, len);
    }
}

#[test]
fn a_length_that_is_the_number_of_its_call() {
    let scenario = Scenario::new(|asm| {
        call(asm, nr::HINT_LEN, &[]);
        asm.insts([addi(A0, T0, 0), addi(T0, Reg::ZERO, 0), Inst::Ecall]);
    });
    scenario.input([3; 0xf0]).check().halted(0xf0);
}

#[test]
fn precompiles_look_at_their_pointers() {
    // Of each the number, and how many of its arguments are pointers.
    let words = [
        (nr::SHA_EXTEND, 1),
        (0x1_0106, 2),
        (nr::KECCAK, 1),
        (0x1_010a, 2),
        (0x1_010e, 2),
        (0x1_012c, 2),
        (0x1_011e, 2),
        (0x1_0107, 2),
        (0x10b, 1),
        (0x10f, 1),
        (0x12d, 1),
        (0x11f, 1),
        (0x108, 1),
        (0x1_011d, 2),
        (nr::ADD_CARRY, 5),
        (0x1_0131, 5),
        (0x133, 1),
    ];
    let fields = (0x1_0120..=0x1_012b).map(|number| (number, 2));
    for (number, pointers) in words.into_iter().chain(fields) {
        for wrong in 0..pointers {
            for (bad, reason) in [
                (DATA + 0x304, Reason::Misaligned),
                (u64::MAX, Reason::Misaligned),
                (SPACE - 8, Reason::Outside),
                (u64::MAX - 7, Reason::Outside),
                (1 << 63, Reason::Outside),
            ] {
                let mut args: Vec<u64> = (0..pointers).map(|n| DATA + 0x400 * n).collect();
                args[wrong as usize] = bad;
                let (seen, _) = one(number, &args).run(crate::scenario::ENGINES[0]);
                match seen.exit {
                    // Points that are none are found first.
                    Exit::Refused(refusal) => assert!(
                        [reason, Reason::Operands].contains(&refusal.reason),
                        "{number:#x} {args:x?}: {refusal}"
                    ),
                    other => panic!("{number:#x} {args:x?}: {other:?}"),
                }
            }
        }
    }
    refused(&one(nr::KECCAK, &[DATA + 4, 0]), Reason::Misaligned);
    refused(&one(nr::KECCAK, &[SPACE - 192, 0]), Reason::Outside);
    refused(&one(nr::KECCAK, &[DATA, 8]), Reason::Argument);
    refused(&one(nr::SHA_EXTEND, &[DATA, 1]), Reason::Argument);
    one(nr::KECCAK, &[SPACE - 200, 0]).check().halted(0);
}

#[test]
fn points_that_are_none() {
    // What lies at DATA is on no curve.
    for number in [0x1_010a, 0x1_010e, 0x1_012c, 0x1_011e] {
        refused(&one(number, &[DATA, DATA]), Reason::Operands);
    }
    refused(&one(0x108, &[DATA, 2]), Reason::Operands);
}

#[test]
fn results_may_overlap_operands_and_one_another() {
    let at = |word: u64| DATA + 8 * word;
    let args = [
        [at(0), at(4), at(8), at(12), at(16)],
        [at(0), at(0), at(0), at(0), at(4)],
        [at(0), at(1), at(2), at(3), at(3)],
        [at(3), at(2), at(1), at(2), at(0)],
        [at(8), at(8), at(9), at(5), at(8)],
        [at(0), at(0), at(0), at(0), at(0)],
    ];
    for args in args {
        let scenario = Scenario::new(|asm| {
            asm.li(S0, DATA);
            repeat(asm, 9, |asm| {
                call(asm, nr::ADD_CARRY, &args);
                asm.insts([ld(T1, S0, 8), sd(T1, S0, 0x60)]);
            });
            halt(asm, 0);
        });
        scenario.check().halted(0);
    }
}

#[test]
fn precompiles_among_loads_and_stores() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 12, |asm| {
            asm.insts([
                ld(T1, S0, 0x10),
                alu(AluOp::Add, T1, T1, S1),
                sd(T1, S0, 0x18),
            ]);
            call(asm, nr::SHA_EXTEND, &[DATA, 0]);
            asm.insts([ld(T1, S0, 0x1f8), sd(T1, S0, 0x40)]);
            call(asm, nr::KECCAK, &[DATA + 0x38, 0]);
            asm.insts([ld(T1, S0, 0x38), sd(T1, S0, 0)]);
        });
        halt(asm, 0);
    });
    scenario.sizes(&[1, 74, 75, 76, 1000]).check().halted(0);
}

#[test]
fn words_that_a_call_looks_at_twice() {
    // Of a chunk, more first accesses by calls than words, and then by emitted code.
    let scenario = Scenario::new(|asm| {
        asm.li(S0, 1 << 33);
        repeat(asm, 20_000, |asm| {
            asm.li(A0, 1 << 33);
            asm.insts([alu(AluOp::Add, S0, S0, Reg::ZERO), addi(S0, S0, 64)]);
            asm.insts([addi(A0, S0, 0), addi(A1, S0, 16)]);
            asm.li(T0, nr::BN254_FP_ADD);
            asm.inst(Inst::Ecall);
            asm.insts([
                ld(T1, S0, 1000),
                sd(S1, S0, 1032),
                sd(S1, S0, 24),
                sd(S1, S0, 56),
            ]);
        });
        halt(asm, 0);
    });
    scenario.sizes(&[10_000]).check().halted(0);
}

#[test]
fn words_that_a_call_has_touched_are_accessed_by_emitted_code() {
    // All that the loop accesses has been touched: by input, or by what was written.
    let size = 1 << 20;
    for number in [nr::HINT_READ, nr::WRITE] {
        let scenario = Scenario::new(|asm| {
            asm.li(S0, 1 << 33);
            match number {
                nr::WRITE => call(asm, nr::WRITE, &[99, 1 << 33, size]),
                _ => call(asm, nr::HINT_READ, &[1 << 33, size]),
            }
            repeat(asm, size / 8, |asm| {
                asm.insts([ld(T1, S0, 0), addi(S0, S0, 8)])
            });
            // Once more, after all of it has become input again.
            call(asm, nr::WRITE, &[14, 1 << 33, size]);
            call(asm, nr::HINT_READ, &[1 << 33, size]);
            asm.li(S0, 1 << 33);
            repeat(asm, size / 8, |asm| {
                asm.insts([sd(S1, S0, 0), addi(S0, S0, 8)])
            });
            halt(asm, 0);
        });
        let item: Vec<u8> = (0..size).map(|n| (n / 3) as u8).collect();
        let scenario = match number {
            nr::HINT_READ => scenario.input(item),
            _ => scenario,
        };
        scenario.sizes(&[1 << 17]).check_once().halted(0);
    }
}

#[test]
fn calls_that_a_block_may_not_make() {
    let free = [nr::WRITE, nr::EXIT];
    let calls = [nr::HALT, nr::ENTER, nr::COMMIT, nr::HINT_LEN, nr::HINT_READ];
    let more = [0x1a, 0x1b, 0x40, nr::KECCAK, 0x133, 0x132];
    for number in calls.into_iter().chain(more) {
        assert!(!free.contains(&number));
        let mut enter = 0;
        let scenario = Scenario::new(|asm| {
            asm.li(S0, DATA);
            asm.li(T0, nr::ENTER);
            enter = asm.here();
            asm.insts([Inst::Ecall, sd(S0, S0, 0)]);
            call(asm, number, &[DATA, 4]);
            halt(asm, 0);
        });
        let seen = scenario.input([1; 4]).check();
        seen.refused(Reason::Unconstrained);
        assert_eq!(seen.state.pc, enter);
    }
    let mut scenario = Scenario::new(|asm| {
        asm.insts([addi(T0, Reg::ZERO, nr::ENTER as i32), Inst::Ecall]);
        call(asm, 0x77, &[]);
    });
    scenario.check().refused(Reason::Unknown);
    scenario = one(nr::EXIT, &[]);
    refused(&scenario, Reason::Constrained);
    scenario = Scenario::new(|asm| {
        call(asm, nr::ENTER, &[]);
        let out = asm.label();
        asm.branch(rvjet::isa::Cond::Eq, T0, Reg::ZERO, out);
        call(asm, nr::EXIT, &[]);
        asm.bind(out);
        call(asm, nr::EXIT, &[9]);
    });
    refused(&scenario, Reason::Constrained);
}

#[test]
fn what_is_written_goes_where_its_descriptor_says() {
    let scenario = Scenario::new(|asm| {
        for (fd, len) in [(1, 3), (2, 4), (13, 5), (0, 7), (3, 8), (99, 1)] {
            call(asm, nr::WRITE, &[fd, DATA + fd % 7, len]);
        }
        // Of all but the first two the low half counts.
        call(asm, nr::WRITE, &[13 | 1 << 32, DATA + 20, 2]);
        call(asm, nr::WRITE, &[1 | 1 << 32, DATA + 20, 2]);
        call(asm, nr::WRITE, &[13, u64::MAX, 0]);
        halt(asm, 0);
    });
    let seen = scenario.check();
    seen.halted(0);
    assert_eq!(seen.output, [2, 3, 4, 3, 4, 5, 6]);
    assert_eq!(seen.public, [7, 8, 9, 10, 11, 21, 22]);
}

#[test]
fn what_is_written_lies_in_memory() {
    for (addr, len) in [
        (SPACE - 4, 5),
        (SPACE, 1),
        (u64::MAX, 1),
        (u64::MAX, u64::MAX),
        (DATA, u64::MAX - DATA + 2),
        (0, SPACE + 1),
        (1 << 63, 1 << 63),
    ] {
        for fd in [1, 13, 14, 15, 99] {
            let scenario = one(nr::WRITE, &[fd, addr, len]);
            let (seen, _) = scenario.run(crate::scenario::ENGINES[1]);
            seen.refused(Reason::Outside);
        }
        refused(&one(nr::WRITE, &[14, addr, len]), Reason::Outside);
    }
    one(nr::WRITE, &[13, SPACE - 4, 4]).check().halted(0);
}

#[test]
fn a_guest_writes_input_for_itself() {
    let scenario = Scenario::new(|asm| {
        call(asm, nr::WRITE, &[14, DATA, 9]);
        call(asm, nr::WRITE, &[14, DATA + 9, 8]);
        call(asm, nr::WRITE, &[14, DATA, 0]);
        for len in [0, 8, 9, 4] {
            call(asm, nr::HINT_LEN, &[]);
            asm.inst(alu(AluOp::Add, S1, S1, T0));
            call(asm, nr::HINT_READ, &[DATA + 0x100, len]);
        }
        asm.li(S0, DATA + 0x100);
        asm.inst(ld(S0, S0, 0));
        halt(asm, 0);
    });
    let seen = scenario.input(*b"last").check();
    seen.halted(0);
    assert_eq!(seen.state.reg(S1), 21);
    assert_eq!(seen.state.reg(S0), u64::from(u32::from_le_bytes(*b"last")));
}

#[test]
fn only_so_much_is_kept() {
    for fd in [13, 14] {
        let scenario = Scenario::new(|asm| {
            asm.li(S0, DATA);
            repeat(asm, 1000, |asm| call(asm, nr::WRITE, &[fd, DATA, 100]));
            halt(asm, 0);
        });
        let scenario = scenario.most_kept(2000);
        let seen = scenario.check();
        seen.refused(Reason::TooMuch);
        assert!((10..=21).contains(&seen.calls["WRITE"]), "{:?}", seen.calls);
    }
    // Items without a byte take room, too; descriptors that keep nothing do not.
    let scenario = |fd| {
        Scenario::new(|asm| {
            repeat(asm, 1000, |asm| call(asm, nr::WRITE, &[fd, DATA, 0]));
            halt(asm, 0);
        })
    };
    scenario(14)
        .most_kept(2000)
        .check()
        .refused(Reason::TooMuch);
    scenario(99).most_kept(0).check().halted(0);
    // What has been read does not count any more.
    let scenario = Scenario::new(|asm| {
        repeat(asm, 100, |asm| {
            call(asm, nr::WRITE, &[14, DATA, 100]);
            call(asm, nr::HINT_READ, &[DATA, 100]);
        });
        halt(asm, 0);
    });
    scenario.most_kept(200).check().halted(0);
}

#[test]
fn input_of_the_host_does_not_count_as_kept() {
    let scenario = one(nr::WRITE, &[13, DATA, 10]).input([0; 1000]);
    scenario.most_kept(500).check().halted(0);
}

#[test]
fn hooks_answer_or_refuse() {
    for fd in 15..=21 {
        let scenario = one(nr::WRITE, &[fd, DATA, 3]);
        let (seen, _) = scenario.run(crate::scenario::ENGINES[0]);
        match seen.exit {
            Exit::Refused(refusal) => {
                assert!([Reason::Hook, Reason::Absent].contains(&refusal.reason));
            }
            other => panic!("{fd}: {other:?}"),
        }
    }
}

#[test]
fn a_call_may_be_the_first_and_the_last_instruction() {
    let seen = Scenario::of(&0x0000_0073u32.to_le_bytes()).check();
    seen.halted(0);
    assert_eq!(seen.state.insns, 1);
    assert_eq!(seen.state.pc, CODE);
}
