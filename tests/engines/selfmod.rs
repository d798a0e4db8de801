//! Code that changes: `fence.i` shows it, nothing else does, and both engines
//! agree on what still runs before.

use rvjet::isa::{AluOp, Compressed, Cond, Inst, Reg, Width};
use rvjet::machine::{Access, Cause, Exit, PAGE_SIZE, Trap};

use crate::asm::{Asm, Label, addi, alu, fence_i, jalr, sd, store, word_of, x};
use crate::lab::{Region, call};
use crate::scenario::{CODE, DATA, Scenario};

const A0: Reg = Reg::A0;
const RA: Reg = Reg::RA;
/// Temporaries of the assembling functions below.
const AT: Reg = x(5);
const VALUE: Reg = x(6);

/// `a0 += by`
fn count(by: i32) -> Inst {
    addi(A0, A0, by)
}

/// `mem[to] = the word of inst`
fn patch(code: &mut Asm, to: Label, inst: Inst) {
    code.la(AT, to);
    code.li(VALUE, word_of(inst) as i32 as u64);
    code.inst(store(Width::Word, VALUE, AT, 0));
}

fn ret(code: &mut Asm) {
    code.short(Compressed::Jr { rs1: RA });
}

fn exit(code: &mut Asm) {
    code.li(Reg::A7, 0);
    code.inst(Inst::Ecall);
}

fn run_writable(code: Asm) -> i32 {
    Scenario::at(CODE, Access::ALL, code.finish())
        .check_recorded()
        .exit_code()
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Direct,
    Indirect,
}

/// A loop of `rounds` calls of a function that adds 1; after each call number
/// `at` it is made to add 100, with `fence.i` or without.
fn patched_in_a_loop(call: Call, function_at: u64, rounds: u64, at: u64, synchronize: bool) -> Asm {
    let mut code = Asm::at(CODE);
    let (function, round, done) = (code.label(), code.label(), code.label());
    code.la(x(9), function);
    code.bind(round);
    match call {
        Call::Direct => code.jal(RA, function),
        Call::Indirect => code.inst(jalr(RA, x(9), 0)),
    }
    code.inst(addi(x(8), x(8), 1));
    let unchanged = code.label();
    code.li(x(7), at);
    code.branch(Cond::Ne, x(8), x(7), unchanged);
    patch(&mut code, function, count(100));
    if synchronize {
        code.inst(fence_i());
    }
    code.bind(unchanged);
    code.li(x(7), rounds);
    code.branch(Cond::Ne, x(8), x(7), round);
    code.bind(done);
    exit(&mut code);
    code.pad_to(CODE + function_at);
    code.bind(function);
    code.inst(count(1));
    ret(&mut code);
    code
}

#[test]
fn code_that_was_linked_to_or_cached_before_the_change() {
    for call in [Call::Direct, Call::Indirect] {
        // In the same page, in another, and on the border of two.
        for function_at in [0x800, 0x1800, 0xffe, 0x1ffe] {
            for at in [1, 2, 3, 40] {
                let code = patched_in_a_loop(call, function_at, 50, at, true);
                let want = at as i32 + (50 - at as i32) * 100;
                assert_eq!(run_writable(code), want, "{call:?} {function_at:#x} {at}");
                let code = patched_in_a_loop(call, function_at, 50, at, false);
                assert_eq!(run_writable(code), 50, "{call:?} {function_at:#x} {at}");
            }
        }
    }
}

/// A stretch without branches that overwrites what it is about to execute.
#[test]
fn an_instruction_just_ahead() {
    for (synchronize, want) in [(true, 100), (false, 1)] {
        for distance in [0, 1, 10, 100] {
            for target_at in [0x600, 0xffe, 0x1000] {
                let mut code = Asm::at(CODE);
                let target = code.label();
                code.pad_to(CODE + target_at - 2 * distance - 20 - 4 * u64::from(synchronize));
                let entry = code.here();
                patch(&mut code, target, count(100));
                if synchronize {
                    code.inst(fence_i());
                }
                code.pad_to(CODE + target_at);
                code.bind(target);
                code.inst(count(1));
                exit(&mut code);
                let seen = Scenario::at(CODE, Access::ALL, code.finish())
                    .entry(entry)
                    .check_recorded();
                // A page is seen as it is when it is entered; the immediate is in
                // the instruction's upper half.
                let fresh = !synchronize && target_at >= 0xffe;
                let want = if fresh { 100 } else { want };
                assert_eq!(
                    seen.exit_code(),
                    want,
                    "{synchronize} {distance} {target_at:#x}"
                );
            }
        }
    }
}

/// Read-only code that goes on in a writable page must not have read that page ahead.
#[test]
fn from_read_only_code_into_a_writable_page() {
    for by_jump in [true, false] {
        for (straddles, size) in [(false, 4096), (true, 4094)] {
            let mut code = Asm::at(CODE);
            let target = code.label();
            code.pad_to(CODE + size - if by_jump { 24 } else { 20 });
            let entry = code.here();
            patch(&mut code, target, count(100));
            code.pad_to(CODE + size - if by_jump { 4 } else { 0 });
            if by_jump {
                code.jump(target);
            }
            code.bind(target);
            let mut next = Asm::at(CODE + size);
            next.inst(count(1));
            exit(&mut next);
            let (mut code, next) = (code.finish(), next.finish());
            if straddles {
                // The page's last parcel is read-only, so only the upper half changes.
                let stub = word_of(count(1)).to_le_bytes();
                code.extend(&stub[..2]);
            }
            let rest = next[(4096 - size) as usize..].to_vec();
            let scenario = Scenario::at(CODE, Access::READ_EXECUTE, code)
                .entry(entry)
                .data(CODE + PAGE_SIZE, Access::ALL, rest);
            let seen = scenario.check_recorded();
            if straddles {
                assert!(matches!(seen.exit, Some(Exit::Trap(_))), "{:?}", seen.exit);
            } else {
                assert_eq!(seen.exit_code(), 100);
            }
        }
    }
}

/// As above, the instruction on the border being changed in its upper half alone.
#[test]
fn the_upper_half_of_an_instruction_on_the_border() {
    for (first, synchronize) in [
        (Access::READ_EXECUTE, false),
        (Access::READ_EXECUTE, true),
        (Access::ALL, true),
    ] {
        let border = CODE + PAGE_SIZE;
        let mut code = Asm::at(CODE);
        let (target, round, done) = (code.label(), code.label(), code.label());
        code.bind(round);
        code.jal(RA, target);
        code.li(AT, border);
        code.li(VALUE, u64::from(word_of(count(100)) >> 16));
        code.inst(store(Width::Half, VALUE, AT, 0));
        if synchronize {
            code.inst(fence_i());
        }
        code.branch(Cond::Ne, x(8), Reg::ZERO, done);
        code.inst(addi(x(8), x(8), 1));
        code.jump(round);
        code.bind(done);
        exit(&mut code);
        code.pad_to(border - 2);
        code.bind(target);
        let word = word_of(count(1));
        code.parcel(word as u16);
        let ret = Compressed::Jr { rs1: RA }.encode().unwrap();
        let next = [(word >> 16) as u16, ret].map(u16::to_le_bytes).concat();
        let seen = Scenario::at(CODE, first, code.finish())
            .data(border, Access::ALL, next)
            .check_recorded();
        assert_eq!(seen.exit_code(), if synchronize { 101 } else { 2 });
    }
}

/// Old code runs until a `fence.i`, however it is reached, and then the newest does.
#[test]
fn changes_pile_up_until_the_fence() {
    let mut code = Asm::at(CODE);
    let function = code.label();
    code.jal(RA, function);
    for by in [2, 3, 4] {
        patch(&mut code, function, count(by));
        code.jal(RA, function);
        code.li(Reg::A7, call::NOTHING);
        code.inst(alu(AluOp::Add, x(20), A0, Reg::ZERO));
        code.inst(Inst::Ecall);
        code.inst(alu(AluOp::Add, A0, x(20), Reg::ZERO));
        code.la(x(9), function);
        code.inst(jalr(RA, x(9), 0));
    }
    code.inst(fence_i());
    code.jal(RA, function);
    exit(&mut code);
    code.align(4);
    code.bind(function);
    code.inst(count(1));
    ret(&mut code);
    assert_eq!(run_writable(code), 7 + 4);
}

#[test]
fn a_change_that_is_undone_before_the_fence() {
    let mut code = Asm::at(CODE);
    let function = code.label();
    code.jal(RA, function);
    patch(&mut code, function, count(50));
    patch(&mut code, function, count(1));
    code.inst(fence_i());
    code.jal(RA, function);
    exit(&mut code);
    code.align(4);
    code.bind(function);
    code.inst(count(1));
    ret(&mut code);
    assert_eq!(run_writable(code), 2);
}

/// A compiler at work: a new function each round, at the same place or the next.
#[test]
fn code_written_again_and_again() {
    for (stride, synchronize_each) in [
        (0, true),
        (8, true),
        (8, false),
        (0x1000, true),
        (0x1000, false),
    ] {
        let rounds = 200;
        let mut code = Asm::at(CODE);
        let ret = u64::from(Compressed::Jr { rs1: RA }.encode().unwrap());
        code.li(x(8), DATA);
        code.li(x(18), rounds);
        code.li(x(19), u64::from(word_of(count(0))) | ret << 32);
        code.li(x(21), stride);
        code.li(x(22), 1 << 20);
        let top = code.here_label();
        code.insts([sd(x(19), x(8), 0)]);
        if synchronize_each {
            code.inst(fence_i());
        }
        code.insts([jalr(RA, x(8), 0), alu(AluOp::Add, x(8), x(8), x(21))]);
        code.insts([alu(AluOp::Add, x(19), x(19), x(22)), addi(x(18), x(18), -1)]);
        code.branch(Cond::Ne, x(18), Reg::ZERO, top);
        exit(&mut code);
        let seen = Scenario::new(code.finish())
            .region(Region::fresh(DATA, rounds * 0x1000, Access::ALL))
            .check_recorded();
        if synchronize_each || stride == 0x1000 {
            let sum: i32 = (0..rounds as i32).sum();
            assert_eq!(seen.exit_code(), sum, "{stride}");
        } else {
            // Of a page that has been entered, what was not there yet is zero: illegal.
            let cause = Cause::IllegalInstruction { word: 0 };
            assert_eq!(
                seen.exit,
                Some(Exit::Trap(Trap {
                    pc: DATA + stride,
                    cause
                }))
            );
        }
    }
}

/// `a7` asks the environment for new access to the page of the function.
fn ask(code: &mut Asm, number: u64, at: u64, access: u64) {
    code.inst(alu(AluOp::Add, x(20), A0, Reg::ZERO));
    code.li(Reg::A0, at);
    code.li(Reg::A1, PAGE_SIZE);
    code.li(Reg::A2, access);
    code.li(Reg::A7, number);
    code.inst(Inst::Ecall);
    code.inst(alu(AluOp::Add, A0, x(20), Reg::ZERO));
}

const RW: u64 = 3;
const RX: u64 = 5;

/// `code` before `page`, and in that page alone `function`, which counts `by`.
fn with_function(mut code: Asm, page: u64, function: Label, by: i32) -> Scenario {
    code.pad_to(page);
    code.bind(function);
    let mut body = Asm::at(page);
    body.inst(count(by));
    ret(&mut body);
    Scenario::new(code.finish()).data(page, Access::READ_EXECUTE, body.finish())
}

/// A call of `function`, through a register or not.
fn call_function(code: &mut Asm, function: Label, indirect: bool) {
    if indirect {
        code.la(x(9), function);
        code.inst(jalr(RA, x(9), 0));
    } else {
        code.jal(RA, function);
    }
}

/// Writable, then executable, again and again, without `fence.i`: the call is enough.
#[test]
fn pages_that_change_between_writable_and_executable() {
    for indirect in [false, true] {
        let page = CODE + 0x2000;
        let mut code = Asm::at(CODE);
        let function = code.label();
        for by in 1..20 {
            ask(&mut code, call::PROTECT, page, RW);
            patch(&mut code, function, count(by));
            ask(&mut code, call::PROTECT, page, RX);
            for _ in 0..3 {
                call_function(&mut code, function, indirect);
            }
        }
        exit(&mut code);
        let seen = with_function(code, page, function, 0).check_recorded();
        assert_eq!(seen.exit_code(), 3 * (1..20).sum::<i32>());
    }
}

/// Code that was run, linked and cached, and then is taken away.
#[test]
fn code_that_goes_away() {
    let page = CODE + 0x2000;
    for (number, access) in [
        (call::PROTECT, 1),
        (call::PROTECT, RW),
        (call::PROTECT, 0),
        (call::UNMAP, 0),
        (call::MAP, RX),
    ] {
        for indirect in [false, true] {
            let mut code = Asm::at(CODE);
            let (function, again) = (code.label(), code.label());
            code.li(x(8), 10);
            let top = code.here_label();
            code.bind(again);
            call_function(&mut code, function, indirect);
            code.inst(addi(x(8), x(8), -1));
            code.branch(Cond::Ne, x(8), Reg::ZERO, top);
            ask(&mut code, number, page, access);
            code.jump(again);
            let seen = with_function(code, page, function, 1).check_recorded();
            let cause = match number {
                call::MAP => Cause::IllegalInstruction { word: 0 },
                _ => Cause::FetchFault { addr: page },
            };
            assert_eq!(
                seen.exit,
                Some(Exit::Trap(Trap { pc: page, cause })),
                "{number:x} {access}"
            );
            assert_eq!(seen.reg(A0), 10);
        }
    }
}

/// The page behind code that was compiled when execution could not go on there.
#[test]
fn a_page_that_becomes_executable() {
    let page = CODE + PAGE_SIZE;
    let mut code = Asm::at(CODE);
    let (tail, skip) = (code.label(), code.label());
    // The tail is run once and leaves before the page; then the page is there.
    code.la(x(9), skip);
    code.jal(Reg::ZERO, tail);
    code.bind(skip);
    ask(&mut code, call::PROTECT, page, RX);
    code.li(x(9), 0);
    code.jump(tail);
    code.pad_to(page - 10);
    code.bind(tail);
    code.inst(count(1));
    let over = code.label();
    code.branch(Cond::Eq, x(9), Reg::ZERO, over);
    code.short(Compressed::Jr { rs1: x(9) });
    code.bind(over);
    let mut next = Asm::at(page);
    next.inst(count(40));
    exit(&mut next);
    let seen = Scenario::new(code.finish())
        .data(page, Access::READ_WRITE, next.finish())
        .check_recorded();
    assert_eq!(seen.exit_code(), 42);
}

/// An `ecall` that is the first of its page, and then is none any more.
#[test]
fn a_call_on_the_next_page_that_goes_away() {
    let page = CODE + PAGE_SIZE;
    let mut code = Asm::at(CODE);
    let (tail, patch_it) = (code.label(), code.label());
    // Both times by an indirect jump, so that it is the same unit.
    code.la(x(21), tail);
    code.la(x(22), patch_it);
    code.li(Reg::A7, call::NOTHING);
    code.inst(jalr(Reg::ZERO, x(21), 0));
    code.bind(patch_it);
    ask(&mut code, call::PROTECT, page, RW);
    code.li(AT, page);
    code.li(VALUE, word_of(count(100)) as i32 as u64);
    code.inst(store(Width::Word, VALUE, AT, 0));
    ask(&mut code, call::PROTECT, page, RX);
    code.li(Reg::A7, 0);
    code.inst(jalr(Reg::ZERO, x(21), 0));
    code.pad_to(page - 4);
    code.bind(tail);
    code.inst(addi(x(8), x(8), 1));
    let mut next = Asm::at(page);
    next.inst(Inst::Ecall);
    let done = next.label();
    next.inst(addi(x(9), Reg::ZERO, 2));
    next.branch(Cond::Eq, x(8), x(9), done);
    next.inst(jalr(Reg::ZERO, x(22), 0));
    next.bind(done);
    next.inst(Inst::Ecall);
    let seen = Scenario::new(code.finish())
        .data(page, Access::READ_EXECUTE, next.finish())
        .check_recorded();
    assert_eq!(seen.exit_code(), 100);
}

/// What the host does to memory between runs, the engines get to know.
#[test]
fn code_that_the_host_changes() {
    for engine in crate::scenario::ENGINES {
        let mut code = Asm::at(CODE);
        code.li(x(8), 20);
        let top = code.here_label();
        let target = code.here();
        code.inst(count(1));
        code.inst(addi(x(8), x(8), -1));
        code.branch(Cond::Ne, x(8), Reg::ZERO, top);
        exit(&mut code);
        let mut machine = Scenario::new(code.finish()).machine(engine);
        assert_eq!(machine.run_for(1 + 3 * 10), None);
        let word = word_of(count(100)).to_le_bytes();
        machine.memory_mut().initialize(target, &word).unwrap();
        assert_eq!(
            machine.run().exit,
            Exit::Exited { code: 10 + 1000 },
            "{engine:?}"
        );
    }
}
