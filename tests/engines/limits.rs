//! Limits: of instructions and memory to the point, of time at all.

use std::time::Duration;

use rvjet::Limits;
use rvjet::isa::{AmoOp, Cond, CsrOp, CsrSource, Inst, LoadOp, Reg, Width};
use rvjet::machine::{Access, Exit, PAGE_SIZE};

use crate::asm::{Asm, addi, amo, fence_i, jalr, load, lr, muldiv, sc, sd, store, x};
use crate::lab::{Region, call};
use crate::scenario::{CODE, DATA, ENGINES, Scenario};

/// Branches, calls, accesses misaligned and not, an AMO, a call, counters: some
/// hundred instructions and then for ever.
fn busy() -> Scenario {
    let mut code = Asm::at(CODE);
    let (top, function, skip) = (code.label(), code.label(), code.label());
    code.li(Reg::A7, call::NOTHING);
    code.bind(top);
    code.insts([
        load(LoadOp::Lw, x(9), x(8), 1),
        store(Width::Half, x(9), x(8), 3),
    ]);
    code.insts([
        addi(x(8), x(8), 1),
        muldiv(rvjet::isa::MulDivOp::Mul, x(4), x(9), x(8)),
    ]);
    code.insts([
        amo(AmoOp::Add, Width::Double, x(3), x(28), x(9)),
        load(LoadOp::Ld, x(5), x(28), 8),
    ]);
    code.branch(Cond::Lt, x(9), Reg::ZERO, skip);
    code.jal(Reg::RA, function);
    code.bind(skip);
    code.inst(Inst::Ecall);
    code.insts([
        lr(Width::Word, x(9), x(28)),
        addi(x(9), x(9), 1),
        sc(Width::Word, x(10), x(28), x(9)),
    ]);
    let (op, source) = (CsrOp::Set, CsrSource::Reg(Reg::ZERO));
    code.inst(Inst::Csr {
        op,
        rd: x(11),
        csr: 0xc02,
        source,
    });
    code.inst(fence_i());
    code.jump(top);
    code.bind(function);
    code.insts([
        addi(x(20), x(20), 1),
        sd(x(20), x(8), 5),
        jalr(Reg::ZERO, Reg::RA, 0),
    ]);
    Scenario::new(code.finish())
        .reg(x(8), DATA + 0xf80)
        .reg(x(28), DATA)
        .data(
            DATA,
            Access::READ_WRITE,
            (0..=255).cycle().take(0x4000).collect::<Vec<u8>>(),
        )
}

#[test]
fn the_instruction_limit_is_exact() {
    for limit in 0..200 {
        let seen = busy().max_insns(limit).check();
        assert_eq!(seen.exit, Some(Exit::InsnLimit { limit }));
        assert_eq!(seen.state.insns, limit);
    }
}

#[test]
fn pieces_are_exact() {
    for insns in 0..200 {
        let seen = busy().check_for(insns);
        assert_eq!((seen.exit, seen.state.insns), (None, insns));
    }
}

/// However a run is cut, and wherever the JIT's units are warm already.
#[test]
fn pieces_add_up() {
    for pieces in [
        &[1][..],
        &[2, 3],
        &[1000, 1, 1, 1, 7],
        &[127, 128, 129],
        &[17],
    ] {
        let whole = busy().max_insns(5000);
        let want = whole.check();
        for engine in ENGINES {
            assert_eq!(
                whole.run_pieces(engine, pieces),
                want,
                "{engine:?} {pieces:?}"
            );
        }
    }
}

#[test]
fn a_machine_goes_on_after_each_piece() {
    for engine in ENGINES {
        let mut machine = busy().max_insns(777).machine(engine);
        for insns in 0..39 {
            assert_eq!(machine.run_for(insns), None);
        }
        assert_eq!(machine.state().insns, (0..39).sum::<u64>());
        assert_eq!(machine.run().exit, Exit::InsnLimit { limit: 777 });
        assert_eq!(machine.run_for(1), Some(Exit::InsnLimit { limit: 777 }));
        assert_eq!(machine.state().insns, 777);
    }
}

/// Stores from `DATA` on; and where the store is.
fn touch(stride: u64) -> (Vec<u8>, u64) {
    let mut code = Asm::at(CODE);
    code.li(x(8), DATA);
    code.li(x(9), stride);
    let (top, store) = (code.here_label(), code.here());
    code.insts([sd(x(8), x(8), 0), addi(x(10), x(10), 1)]);
    code.inst(crate::asm::alu(rvjet::isa::AluOp::Add, x(8), x(8), x(9)));
    code.jump(top);
    (code.finish(), store)
}

#[test]
fn the_memory_limit_stops_at_the_instruction_that_touches() {
    for stride in [PAGE_SIZE, 3 * PAGE_SIZE, 1 << 17, 1 << 20, 4088] {
        for limit in [0x2_0000, 0x2_1000, 0x5_0000, 0x10_0000, 0x10_1000] {
            let (code, store) = touch(stride);
            let seen = Scenario::new(code)
                .region(Region::fresh(DATA, 64 << 20, Access::READ_WRITE))
                .max_memory(limit)
                .check();
            assert_eq!(seen.exit, Some(Exit::MemoryLimit { limit }), "{stride:#x}");
            assert_eq!(seen.state.pc, store, "{stride:#x}");
            assert!(seen.peak <= limit);
            assert_eq!(seen.reg(x(8)), DATA + seen.reg(x(10)) * stride);
        }
    }
}

/// By every kind of access, and in the second of two pages.
#[test]
fn every_access_meets_the_memory_limit() {
    let rw = Access::READ_WRITE;
    let insts = [
        load(LoadOp::Lb, x(9), x(8), 0),
        load(LoadOp::Ld, x(9), x(8), -4),
        store(Width::Byte, x(9), x(8), 0),
        store(Width::Double, x(9), x(8), -4),
        store(Width::Half, x(9), x(8), -1),
        amo(AmoOp::Swap, Width::Word, x(9), x(8), x(10)),
        lr(Width::Double, x(9), x(8)),
    ];
    for inst in insts {
        let mut code = Asm::at(CODE);
        code.insts([addi(x(20), x(20), 1), inst, Inst::Ecall]);
        // The first pages are committed, the next are not.
        let scenario = Scenario::new(code.finish())
            .data(0x20_0000 - 0x1000, rw, [1; 4096])
            .region(Region::fresh(0x20_0000, 0x2_0000, rw))
            .reg(x(8), 0x20_0000);
        let seen = scenario.clone().max_memory(0x2000).check();
        assert_eq!(
            seen.exit,
            Some(Exit::MemoryLimit { limit: 0x2000 }),
            "{inst:?}"
        );
        assert_eq!((seen.state.pc, seen.state.insns), (CODE + 4, 1));
        assert_eq!(seen.peak, 0x2000);
        let seen = scenario.max_memory(0x2_2000).check();
        assert!(matches!(seen.exit, Some(Exit::Exited { .. })), "{inst:?}");
        assert_eq!(seen.peak, 0x2_2000);
    }
}

#[test]
fn a_loop_without_end_times_out() {
    let mut empty = Asm::at(CODE);
    let top = empty.here_label();
    empty.jump(top);
    let mut long = Asm::at(CODE);
    let top = long.here_label();
    long.insts((0..300).map(|n| addi(x(n % 32), x((n + 7) % 32), 3)));
    long.jump(top);
    for code in [empty, long] {
        let limit = Duration::from_millis(30);
        let scenario = Scenario::new(code.finish()).timeout(limit);
        for engine in ENGINES {
            let mut machine = scenario.machine(engine);
            let outcome = machine.run();
            assert_eq!(outcome.exit, Exit::Timeout { limit });
            assert_eq!(machine.run().exit, Exit::Timeout { limit });
            assert_eq!(outcome.state.x[0], 0);
        }
    }
    let zero = busy().timeout(Duration::ZERO);
    for engine in ENGINES {
        let exit = zero.machine(engine).run().exit;
        assert_eq!(
            exit,
            Exit::Timeout {
                limit: Duration::ZERO
            }
        );
    }
}

#[test]
fn a_loop_without_end_meets_its_instruction_limit_before_a_far_timeout() {
    let limits = Limits {
        max_insns: Some(20_000_000),
        timeout: Some(Duration::from_secs(600)),
        ..Limits::default()
    };
    let mut scenario = busy();
    scenario.limits = limits;
    let seen = scenario.check();
    assert!(seen.exit.is_some());
}
