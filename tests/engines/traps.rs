//! Everything that the guest may not do, and that the process survives it.

use rvjet::isa::{AmoOp, Compressed, Cond, Inst, LoadOp, Reg, Width};
use rvjet::machine::{Access, Cause, Exit, PAGE_SIZE, Trap};

use crate::asm::{Asm, addi, amo, branch, jalr, load, lr, nop, store, word_of, x};
use crate::lab::Region;
use crate::operands::KINDS;
use crate::scenario::{CODE, DATA, Observed, Scenario};

const WINDOW: u64 = 1 << 32;
/// The last page of the address space, writable.
const LAST: u64 = WINDOW - PAGE_SIZE;
/// Page by page: writable, read-only, nothing, no access, writable, nothing.
const READ_ONLY: u64 = DATA + PAGE_SIZE;
const HOLE: u64 = DATA + 2 * PAGE_SIZE;
const NO_ACCESS: u64 = DATA + 3 * PAGE_SIZE;
const UPPER: u64 = DATA + 4 * PAGE_SIZE;

fn memory(scenario: Scenario) -> Scenario {
    scenario
        .data(DATA, Access::READ_WRITE, [0xa5; 4096])
        .data(READ_ONLY, Access::READ, [0x5a; 4096])
        .data(NO_ACCESS, Access::NONE, [0x66; 4096])
        .data(UPPER, Access::READ_WRITE, [0x77; 4096])
        .region(Region::fresh(LAST, PAGE_SIZE, Access::READ_WRITE))
}

/// What the map above permits at `addr`.
fn permits(addr: u64, write: bool) -> bool {
    match addr & !(PAGE_SIZE - 1) {
        CODE | READ_ONLY => !write,
        DATA | UPPER | LAST => true,
        _ => false,
    }
}

/// `inst` with a few instructions around it, which are not to be lost or done twice.
fn around(inst: Inst) -> (Vec<u8>, u64) {
    let mut code = Asm::at(CODE);
    code.insts([
        addi(x(20), x(20), 1),
        addi(x(21), x(21), 2),
        addi(x(6), x(6), 3),
    ]);
    let at = code.here();
    code.insts([
        inst,
        addi(x(20), x(20), 16),
        addi(x(7), x(7), 5),
        Inst::Ecall,
    ]);
    (code.finish(), at)
}

fn trap(seen: &Observed) -> Option<Trap> {
    match seen.exit {
        Some(Exit::Trap(trap)) => Some(trap),
        _ => None,
    }
}

/// Addresses at which accesses start to fail, or to succeed again.
fn addresses() -> Vec<u64> {
    let borders = [
        0,
        CODE,
        DATA,
        READ_ONLY,
        HOLE,
        NO_ACCESS,
        UPPER,
        UPPER + PAGE_SIZE,
        LAST,
        WINDOW,
    ];
    let far = [
        1 << 31,
        1 << 33,
        1 << 47,
        1 << 48,
        1 << 62,
        1 << 63,
        u64::MAX - 0x800,
    ];
    let around = |border: u64| (-9..10i64).map(move |by| border.wrapping_add_signed(by));
    borders.into_iter().chain(far).flat_map(around).collect()
}

/// The access that `inst` makes at `addr` ends as the map says, on both engines.
fn check_access(inst: Inst, base: (Reg, u64), addr: u64, width: Width, write: bool) {
    let (code, at) = around(inst);
    let seen = memory(Scenario::new(code)).reg(base.0, base.1).check();
    let bytes = (0..width.bytes()).map(|n| addr.checked_add(n));
    let fine = bytes
        .into_iter()
        .all(|addr| addr.is_some_and(|addr| permits(addr, write)));
    let cause = match write {
        true => Cause::StoreFault { addr, width },
        false => Cause::LoadFault { addr, width },
    };
    let want = (!fine).then_some(Trap { pc: at, cause });
    assert_eq!(trap(&seen), want, "{inst:?} {base:x?}");
    if want.is_some() {
        assert_eq!((seen.state.insns, seen.state.pc), (3, at));
        assert_eq!(
            (seen.state.unaligned_loads, seen.state.unaligned_stores),
            (0, 0)
        );
        assert_eq!((seen.reg(x(20)), seen.reg(x(21))), (1, 2));
    }
}

#[test]
fn loads() {
    for (turn, addr) in addresses().into_iter().enumerate() {
        for op in LoadOp::ALL {
            let rs1 = x(KINDS[1 + turn % 4][turn % 3]);
            for offset in [0, -2048, 2040] {
                let base = addr.wrapping_add_signed(-i64::from(offset));
                let inst = load(op, x(9), rs1, offset);
                check_access(inst, (rs1, base), addr, op.width(), false);
            }
        }
    }
}

#[test]
fn stores() {
    for (turn, addr) in addresses().into_iter().enumerate() {
        for width in Width::ALL {
            let rs1 = x(KINDS[1 + turn % 4][turn % 3]);
            for offset in [0, -2048, 2040] {
                let base = addr.wrapping_add_signed(-i64::from(offset));
                let inst = store(width, x(9), rs1, offset);
                check_access(inst, (rs1, base), addr, width, true);
            }
        }
    }
}

#[test]
fn atomics() {
    for (turn, addr) in addresses().into_iter().enumerate() {
        for width in [Width::Word, Width::Double] {
            if width.is_aligned(addr) {
                let rs1 = x(KINDS[1 + turn % 4][turn % 3]);
                check_access(lr(width, x(9), rs1), (rs1, addr), addr, width, false);
                let amo = amo(AmoOp::Maxu, width, x(9), rs1, x(12));
                check_access(amo, (rs1, addr), addr, width, true);
            }
        }
    }
}

/// An address that the compiler knows, and that is wrong.
#[test]
fn known_addresses() {
    for addr in addresses() {
        for is_store in [false, true] {
            let mut code = Asm::at(CODE);
            code.li(x(8), addr);
            let at = code.here();
            code.inst(match is_store {
                true => store(Width::Word, x(9), x(8), 0),
                false => load(LoadOp::Lw, x(9), x(8), 0),
            });
            code.inst(Inst::Ecall);
            let seen = memory(Scenario::new(code.finish())).check();
            let fine = (0..4).all(|n| {
                addr.checked_add(n)
                    .is_some_and(|addr| permits(addr, is_store))
            });
            assert_eq!(
                trap(&seen).map(|trap| trap.pc),
                (!fine).then_some(at),
                "{addr:#x}"
            );
        }
    }
}

/// Where execution may not go.
fn bad_targets() -> Vec<u64> {
    let mut targets = vec![
        0,
        2,
        HOLE,
        NO_ACCESS,
        DATA,
        READ_ONLY + 0xffe,
        UPPER,
        LAST,
        WINDOW - 2,
    ];
    targets.extend([
        WINDOW,
        WINDOW + 0x1_0000,
        1 << 47,
        1 << 63,
        u64::MAX - 1,
        CODE - 2,
        CODE + PAGE_SIZE,
    ]);
    targets
}

fn fetch_fault(addr: u64) -> Option<Trap> {
    let cause = Cause::FetchFault { addr };
    Some(Trap { pc: addr, cause })
}

#[test]
fn jumps_to_where_nothing_can_be_executed() {
    for target in bad_targets() {
        for known in [true, false] {
            for (rd, odd) in [(x(0), 0), (x(1), 1), (x(10), 1), (x(4), 0)] {
                let mut code = Asm::at(CODE);
                code.inst(addi(x(20), x(20), 1));
                if known {
                    code.li(x(9), target | odd);
                }
                code.inst(jalr(rd, x(9), 0));
                let link = code.here();
                let scenario = memory(Scenario::new(code.finish())).reg(x(9), target | odd);
                let seen = scenario.check();
                assert_eq!(trap(&seen), fetch_fault(target));
                assert_eq!(seen.reg(rd), if rd.is_zero() { 0 } else { link });
            }
        }
    }
}

#[test]
fn direct_jumps_and_branches_to_where_nothing_can_be_executed() {
    for offset in [-4096, -2, -4] {
        let target = CODE.wrapping_add_signed(offset.into());
        let jal = Inst::Jal { rd: x(1), offset };
        let branch = branch(Cond::Eq, x(5), x(6), offset);
        for inst in [jal, branch] {
            let seen = Scenario::new(word_of(inst).to_le_bytes()).check();
            assert_eq!(trap(&seen), fetch_fault(target), "{inst:?}");
            assert_eq!(seen.state.insns, 1);
        }
    }
}

#[test]
fn running_off_the_end_of_code() {
    for (start, next) in [
        (CODE, None),
        (CODE, Some(Access::NONE)),
        (CODE, Some(Access::READ_WRITE)),
        (LAST, None),
    ] {
        let mut code = Asm::at(start);
        code.pad_to(start + PAGE_SIZE - 6);
        let entry = code.here();
        code.inst(addi(x(10), x(10), 1));
        code.short(Compressed::Li { rd: x(11), imm: 3 });
        let mut scenario = Scenario::at(start, Access::READ_EXECUTE, code.finish()).entry(entry);
        if let Some(access) = next {
            scenario = scenario.data(start + PAGE_SIZE, access, [0x13; 64]);
        }
        let seen = scenario.check();
        assert_eq!(trap(&seen), fetch_fault(start + PAGE_SIZE));
        assert_eq!(seen.state.insns, 2);
    }
}

#[test]
fn an_instruction_that_reaches_into_a_page_that_is_not_executable() {
    for next in [
        None,
        Some(Access::NONE),
        Some(Access::READ),
        Some(Access::READ_WRITE),
    ] {
        let mut code = Asm::at(CODE);
        code.pad_to(CODE + PAGE_SIZE - 2);
        code.parcel(word_of(addi(x(10), x(10), 1)) as u16);
        let entry = CODE + PAGE_SIZE - 6;
        let mut scenario = Scenario::new(code.finish()).entry(entry);
        if let Some(access) = next {
            scenario = scenario.data(CODE + PAGE_SIZE, access, [0x15, 0]);
        }
        let seen = scenario.check();
        let cause = Cause::FetchFault {
            addr: CODE + PAGE_SIZE,
        };
        let pc = CODE + PAGE_SIZE - 2;
        assert_eq!(trap(&seen), Some(Trap { pc, cause }));
        assert_eq!((seen.state.pc, seen.state.insns), (pc, 2));
    }
}

#[test]
fn an_instruction_on_the_border_of_two_executable_pages() {
    let accesses = [Access::READ_EXECUTE, Access::ALL];
    for (first, second) in accesses.into_iter().flat_map(|a| accesses.map(|b| (a, b))) {
        let word = word_of(addi(x(10), x(10), 42));
        let mut code = Asm::at(CODE);
        code.pad_to(CODE + PAGE_SIZE - 2);
        code.parcel(word as u16);
        let rest = [
            (word >> 16).to_le_bytes()[..2].to_vec(),
            word_of(Inst::Ecall).to_le_bytes().to_vec(),
        ]
        .concat();
        let seen = Scenario::at(CODE, first, code.finish())
            .data(CODE + PAGE_SIZE, second, rest)
            .check();
        assert_eq!(seen.exit, Some(Exit::Exited { code: 42 }));
    }
}

#[test]
fn illegal_words() {
    let words = [
        0x0000_0000,
        0xffff_ffff,
        0x0000_707f, // nothing
        0x0000_4007,
        0x0000_4027,
        0x0000_5053,
        0x0400_7053,
        0x0400_7043,
        0x5810_7053, // flq, fsq, rounding mode 5, halves, fsqrt of two
        0x3020_0073,
        0x1020_0073,
        0x1050_0073,
        0x1200_0073, // mret, sret, wfi, sfence.vma
        0x3000_1073,
        0x3000_2073,
        0x0040_2073,
        0xc000_1073,
        0xc000_a073,
        0xc020_d073, // CSRs
        0x0400_5013,
        0x4200_101b,
        0x0000_400b,
        0x1000_302b,
        0x1010_a52f,
        0x0000_852f, // gaps
        0x0000_8000,
        0x0000_4002,
        0x0000_9c41, // parcels
    ];
    for word in words {
        let mut code = Asm::at(CODE);
        code.insts([addi(x(10), x(10), 1), nop()]);
        let at = code.here();
        code.word(word);
        code.inst(Inst::Ecall);
        let seen = Scenario::new(code.finish()).check();
        let word = if word & 3 == 3 { word } else { word & 0xffff };
        let cause = Cause::IllegalInstruction { word };
        assert_eq!(trap(&seen), Some(Trap { pc: at, cause }), "{word:#x}");
        assert_eq!((seen.state.insns, seen.state.pc), (2, at));
    }
}

#[test]
fn breakpoints() {
    let mut full = Asm::at(CODE);
    full.insts([nop(), Inst::Ebreak]);
    let mut short = Asm::at(CODE);
    short.inst(nop());
    short.short(Compressed::Ebreak);
    for code in [full, short] {
        let seen = Scenario::new(code.finish()).check();
        let cause = Cause::Breakpoint;
        assert_eq!(
            trap(&seen),
            Some(Trap {
                pc: CODE + 4,
                cause
            })
        );
        assert_eq!(seen.state.insns, 1);
    }
}

/// In loops, so that the access is one of linked units: the pointer walks off the page.
#[test]
fn pointers_that_walk_off_their_page() {
    for (step, op) in [
        (1, LoadOp::Lbu),
        (2, LoadOp::Lh),
        (3, LoadOp::Lw),
        (4, LoadOp::Lwu),
        (8, LoadOp::Ld),
        (7, LoadOp::Ld),
    ] {
        for down in [false, true] {
            let mut code = Asm::at(CODE);
            let top = code.here_label();
            code.insts([load(op, x(9), x(8), 0), store(op.width(), x(9), x(8), 0)]);
            code.insts([
                addi(x(8), x(8), if down { -step } else { step }),
                addi(x(10), x(10), 1),
            ]);
            code.jump(top);
            let seen = memory(Scenario::new(code.finish()))
                .reg(x(8), UPPER + 2000)
                .check();
            let addr = seen.reg(x(8));
            let width = op.width();
            let cause = Cause::LoadFault { addr, width };
            assert_eq!(trap(&seen), Some(Trap { pc: CODE, cause }));
            let end = addr + width.bytes() > UPPER + PAGE_SIZE;
            assert!(if down { addr < UPPER } else { end }, "{addr:#x}");
        }
    }
}

#[test]
fn a_trapped_machine_stays_trapped() {
    for engine in crate::scenario::ENGINES {
        let mut machine = Scenario::new([0; 4]).machine(engine);
        let first = machine.run().exit;
        assert!(matches!(first, Exit::Trap(_)));
        assert_eq!(machine.run().exit, first);
        assert_eq!(machine.run_for(10), Some(first));
        assert_eq!(machine.state().insns, 0);
        assert_eq!(machine.state().reg(Reg::ZERO), 0);
    }
}
