//! Where units without a guide end, and which bytes they were made from: `path`, `unit`.

use super::super::emitter::Context;
use super::super::exit::{ExitKind, Mode, SiteId};
use super::super::unit::{self, Unit};
use super::super::{Jit, stubs};
use super::shape::{CODE, addi, branch, bytes, hart, jal, jalr};
use super::*;
use crate::isa::{AluOp, Cond, CsrOp, CsrSource, Inst};
use crate::machine::{Access, Engine, Hart, Memory, PAGE_SIZE, Stop};

/// Any instruction that goes on at the next.
pub(super) const STEP: Inst = Inst::AluImm {
    op: AluOp::Add,
    rd: RBX,
    rs1: RBX,
    imm: 1,
};

/// A page of code and, behind it, one with this access, holding `insns` across their border:
/// `before` of them lie on the first page.
pub(super) fn across(insns: &[Inst], before: u64, access: Access) -> (Hart, u64) {
    let mut hart = hart(&[]);
    let border = CODE + PAGE_SIZE;
    let second = border..border + PAGE_SIZE;
    hart.memory.map(second, access).unwrap();
    let start = border - 4 * before;
    hart.memory.initialize(start, &bytes(insns)).unwrap();
    hart.memory.take_stale_code();
    (hart, start)
}

fn unit_of(memory: &mut Memory, pc: u64, mode: Mode) -> Option<Unit> {
    let homes = homes();
    let context = Context {
        homes: &homes,
        stubs: stubs::emit(&homes, None, None).unwrap().1,
        window: memory.window_size(),
        offset: 0x1000,
        first_site: SiteId(0),
        host: super::super::host::Host::FULL,
        meter: super::super::meter::Meter::Insns,
        touch: None,
        link: None,
        rules: crate::machine::Rules::default(),
        bank: super::super::side::Bank::Run,
    };
    unit::compile(memory, (pc, mode), None, context).unwrap()
}

fn unit(insns: &[Inst]) -> Unit {
    unit_of(&mut hart(insns).memory, CODE, Mode::Fast).unwrap()
}

/// The instructions of a unit, counted from the start of the code.
fn indices(unit: &Unit) -> Vec<u64> {
    unit.marks.iter().map(|mark| (mark.pc - CODE) / 4).collect()
}

/// Why and where the unit is left at its end.
fn end(unit: &Unit) -> (ExitKind, u64) {
    let site = unit.sites.last().unwrap();
    (site.kind, site.pc)
}

/// What the interpreter or the environment executes.
pub(super) fn foreign() -> [Inst; 4] {
    [
        Inst::Ecall,
        Inst::Ebreak,
        Inst::FenceI {
            rd: ZERO,
            rs1: ZERO,
            imm: 0,
        },
        Inst::Csr {
            op: CsrOp::Write,
            rd: RBX,
            csr: 0x300,
            source: CsrSource::Imm(1),
        },
    ]
}

#[test]
fn a_unit_ends_before_what_is_not_for_the_jit() {
    for inst in foreign() {
        let kind = match inst {
            Inst::Ecall => ExitKind::Ecall,
            _ => ExitKind::Step,
        };
        let unit = unit(&[STEP, inst, STEP]);
        assert_eq!(indices(&unit), [0], "{inst:?}");
        assert_eq!(end(&unit), (kind, CODE + 4), "{inst:?}");
    }
}

#[test]
fn there_is_no_unit_of_what_is_not_for_the_jit() {
    for inst in foreign() {
        assert!(unit_of(&mut hart(&[inst]).memory, CODE, Mode::Fast).is_none());
    }
    for pc in [CODE + 0x100, CODE - 4, CODE + PAGE_SIZE, u64::MAX - 1, 0] {
        let unit = unit_of(&mut hart(&[STEP]).memory, pc, Mode::Fast);
        assert!(unit.is_none(), "{pc:#x}");
    }
}

#[test]
fn a_unit_ends_where_nothing_can_be_fetched() {
    for access in [Access::NONE, Access::READ_WRITE] {
        let (mut hart, start) = across(&[STEP; 4], 2, access);
        let unit = unit_of(&mut hart.memory, start, Mode::Fast).unwrap();
        // Of a page that is writable nothing is read, so it may well be code.
        let kind = match access {
            Access::NONE => ExitKind::Step,
            _ => ExitKind::Link(Mode::Fast),
        };
        assert_eq!(end(&unit), (kind, CODE + PAGE_SIZE));
        let both = [CODE / PAGE_SIZE, CODE / PAGE_SIZE + 1];
        let depends_on_both = kind == ExitKind::Step;
        assert_eq!(unit.pages, both[..1 + usize::from(depends_on_both)]);
    }
}

#[test]
fn a_unit_ends_when_it_is_long() {
    for (mode, most) in [(Mode::Fast, 64), (Mode::Careful, 16)] {
        let unit = unit_of(&mut hart(&[STEP; 100]).memory, CODE, mode).unwrap();
        assert_eq!(unit.marks.len(), most);
        let next = CODE + 4 * most as u64;
        assert_eq!(end(&unit), (ExitKind::Link(Mode::Fast), next));
    }
}

#[test]
fn a_unit_goes_along_with_jumps() {
    let unit = unit(&[jal(RBP, 12), STEP, jal(ZERO, 8), jal(ZERO, -8), Inst::Ecall]);
    assert_eq!(indices(&unit), [0, 3, 1, 2]);
    assert_eq!(end(&unit), (ExitKind::Ecall, CODE + 16));
}

#[test]
fn a_unit_ends_where_it_would_be_in_a_loop() {
    let whole = unit(&[STEP, STEP, jal(ZERO, -4)]);
    assert_eq!(indices(&whole), [0, 1, 2]);
    assert_eq!(end(&whole), (ExitKind::Link(Mode::Fast), CODE + 4));
    let itself = unit(&[jal(ZERO, 0)]);
    assert_eq!(indices(&itself), [0]);
    assert_eq!(end(&itself), (ExitKind::Link(Mode::Fast), CODE));
}

#[test]
fn a_unit_that_falls_into_its_start_ends_at_the_second_jump() {
    let mut hart = hart(&[STEP, STEP, jal(ZERO, -8)]);
    let unit = unit_of(&mut hart.memory, CODE + 8, Mode::Fast).unwrap();
    assert_eq!(indices(&unit), [2, 0, 1, 2]);
    assert_eq!(end(&unit), (ExitKind::Link(Mode::Fast), CODE));
}

#[test]
fn an_indirect_jump_ends_a_unit_without_an_exit_of_its_own() {
    let unit = unit(&[STEP, jalr(ZERO, RBX, 0), STEP]);
    assert_eq!(indices(&unit), [0, 1]);
    assert_eq!(unit.sites.len(), 1);
    assert_eq!(unit.sites[0].kind, ExitKind::Budget);
}

#[test]
fn each_segment_is_paid_for_at_its_start() {
    let skip = branch(Cond::Eq, RBX, RBP, 64);
    let unit = unit(&[STEP, STEP, skip, STEP, skip, skip, STEP]);
    let owed: Vec<u32> = unit.marks.iter().map(|mark| mark.owed).collect();
    assert_eq!(owed, [3, 2, 1, 2, 1, 1, 1]);
    let budgets = unit.sites.iter();
    let budgets = budgets.filter(|site| site.kind == ExitKind::Budget);
    let budgets: Vec<(u64, u32)> = budgets
        .map(|site| ((site.pc - CODE) / 4, site.owed))
        .collect();
    assert_eq!(budgets, [(0, 3), (3, 2), (5, 1), (6, 1)]);
}

#[test]
fn marks_and_exits_lie_in_the_code_in_order() {
    let skip = branch(Cond::Eq, RBX, RBP, 64);
    let unit = unit(&[STEP, skip, STEP, jal(ZERO, 0)]);
    let code = 0x1000..0x1000 + unit.code.len();
    let mut marks = unit.marks.iter().map(|mark| mark.host as usize);
    assert!(unit.marks.is_sorted_by_key(|mark| mark.host));
    assert!(unit.sites.is_sorted_by_key(|site| site.thunk));
    assert!(marks.all(|host| code.contains(&host)));
    assert!(code.contains(&unit.cold));
    for site in &unit.sites {
        assert!(site.thunk >= unit.cold && code.contains(&site.thunk));
        // A link's displacement is that to its exit, until it is linked.
        let Some(at) = site.jump else { continue };
        let field = &unit.code[at - code.start..][..4];
        let displacement = i32::from_le_bytes(field.try_into().unwrap());
        assert_eq!(at as i64 + 4 + i64::from(displacement), site.thunk as i64);
    }
}

#[test]
fn writable_code_is_read_when_execution_gets_there() {
    let border = CODE + PAGE_SIZE;
    for (access, length) in [(Access::READ_EXECUTE, 4), (Access::ALL, 2)] {
        let (mut hart, start) = across(&[STEP, STEP, STEP, STEP, Inst::Ecall], 2, access);
        let unit = unit_of(&mut hart.memory, start, Mode::Fast).unwrap();
        assert_eq!(unit.marks.len(), length);
        if access == Access::ALL {
            assert_eq!(end(&unit), (ExitKind::Link(Mode::Fast), border));
            // What it starts on may be read to the end of the page.
            let unit = unit_of(&mut hart.memory, border, Mode::Fast).unwrap();
            assert_eq!(unit.marks.len(), 2);
            assert_eq!(unit.pages, [border / PAGE_SIZE]);
        } else {
            assert_eq!(unit.pages, [CODE / PAGE_SIZE, border / PAGE_SIZE]);
        }
    }
}

#[test]
fn an_instruction_across_pages_needs_both() {
    let border = CODE + PAGE_SIZE;
    for access in [Access::READ_EXECUTE, Access::ALL] {
        let (mut hart, _) = across(&[], 0, access);
        let code = [bytes(&[STEP, STEP]), vec![0; 2]].concat();
        hart.memory.initialize(border - 6, &code).unwrap();
        let whole = unit_of(&mut hart.memory, border - 6, Mode::Fast).unwrap();
        if access == Access::ALL {
            assert_eq!(whole.marks.len(), 1);
            assert_eq!(end(&whole), (ExitKind::Link(Mode::Fast), border - 2));
            assert_eq!(whole.pages, [CODE / PAGE_SIZE]);
        } else {
            assert_eq!(whole.marks.len(), 2);
            assert_eq!(whole.pages, [CODE / PAGE_SIZE, border / PAGE_SIZE]);
        }
        // The first one is about to execute, so it is read whatever its pages are.
        let first = unit_of(&mut hart.memory, border - 2, Mode::Fast).unwrap();
        assert_eq!(first.pages, [CODE / PAGE_SIZE, border / PAGE_SIZE]);
    }
}

#[test]
fn a_compressed_instruction_takes_two_bytes() {
    // c.addi x1, 1; c.jr x1
    let mut hart = hart(&[]);
    hart.memory
        .initialize(CODE, &[0x85, 0x00, 0x82, 0x80])
        .unwrap();
    let unit = unit_of(&mut hart.memory, CODE, Mode::Fast).unwrap();
    let pcs: Vec<u64> = unit.marks.iter().map(|mark| mark.pc).collect();
    assert_eq!(pcs, [CODE, CODE + 2]);
}

/// Lays `insns` at `at`, on a page that cannot be written otherwise, and tells the JIT.
fn rewrite(jit: &mut Jit, hart: &mut Hart, at: u64, insns: &[Inst]) {
    hart.memory.initialize(at, &bytes(insns)).unwrap();
    let stale = hart.memory.take_stale_code();
    assert!(!stale.is_empty());
    jit.forget(&mut hart.memory, &stale);
}

#[test]
fn changed_code_is_compiled_anew() {
    let (mut hart, start) = across(&[STEP, STEP, Inst::Ecall], 1, Access::READ_EXECUTE);
    let mut jit = Jit::new(&mut hart.memory).unwrap();
    hart.state.pc = start;
    assert_eq!(jit.run(&mut hart, 100), Stop::Ecall);
    assert_eq!(hart.state.reg(RBX), 2);
    rewrite(&mut jit, &mut hart, start + 4, &[addi(RBX, RBX, 10)]);
    hart.state.pc = start;
    assert_eq!(jit.run(&mut hart, 100), Stop::Ecall);
    assert_eq!(hart.state.reg(RBX), 13);
}

#[test]
fn a_changed_end_is_compiled_anew() {
    let (mut hart, start) = across(&[STEP, Inst::Ecall, Inst::Ecall], 1, Access::READ_EXECUTE);
    let mut jit = Jit::new(&mut hart.memory).unwrap();
    hart.state.pc = start;
    assert_eq!(jit.run(&mut hart, 100), Stop::Ecall);
    rewrite(&mut jit, &mut hart, start + 4, &[addi(RBX, RBX, 10)]);
    hart.state.pc = start;
    assert_eq!(jit.run(&mut hart, 100), Stop::Ecall);
    assert_eq!((hart.state.reg(RBX), hart.state.pc), (12, start + 8));
}
