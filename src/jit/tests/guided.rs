//! Where a path goes that follows what execution was seen to do, and what a unit
//! pays for it: `path`, `unit`.

use super::super::exit::{ExitKind, Mode, SiteId};
use super::super::path::{self, End, Floats, MAX_BESIDE, MAX_GUIDED, MAX_INSNS, Path, ROUNDS};
use super::super::profile::{HOT, Profile, WINDOWS};
use super::super::unit::{self, Unit};
use super::super::{emitter::Context, meter::Meter, stubs};
use super::gather::{STEP, across, foreign};
use super::shape::{CODE, branch, hart, jal, jalr};
use super::*;
use crate::isa::{Cond, Inst};
use crate::machine::{Access, Memory, PAGE_SIZE};

const RA: Reg = Reg::RA;

/// A branch, on anything, so many instructions on.
fn skip(insns: i32) -> Inst {
    branch(Cond::Eq, RBP, RSI, 4 * insns)
}

/// A jump, so many instructions on.
fn go(insns: i32) -> Inst {
    jal(ZERO, 4 * insns)
}

/// A call of what is so many instructions on.
fn call(insns: i32) -> Inst {
    jal(RA, 4 * insns)
}

const RETURN: Inst = Inst::Jalr {
    rd: ZERO,
    rs1: RA,
    offset: 0,
};

fn pc_of(index: usize) -> u64 {
    CODE + 4 * index as u64
}

/// Code, and what was seen of it. Instructions go by their numbers.
struct Seen {
    memory: Memory,
    profile: Profile,
}

impl Seen {
    fn code(insns: &[Inst]) -> Seen {
        Seen {
            memory: hart(insns).memory,
            profile: Profile::new(1),
        }
    }

    /// The jump or branch has gone on at each of these so often.
    fn went(mut self, from: usize, to: &[(usize, u32)]) -> Seen {
        let fetched = path::fetch(&mut self.memory, pc_of(from)).unwrap();
        for &(to, count) in to {
            (0..count).for_each(|_| self.profile.executed(&fetched, pc_of(to)));
        }
        self
    }

    /// The units at these are hot.
    fn hot(mut self, heads: &[usize]) -> Seen {
        for &head in heads {
            (0..HOT).for_each(|_| self.profile.entered(pc_of(head)));
        }
        (0..WINDOWS).for_each(|_| drop(self.profile.end_window(&Homes::usual())));
        self
    }

    fn path_in(&mut self, mode: Mode) -> Path {
        Path::guided(&mut self.memory, CODE, mode, Floats::None, &self.profile)
    }

    /// The path from the start: which instructions, and how it ends.
    fn goes(mut self) -> (Vec<usize>, End) {
        let path = self.path_in(Mode::Fast);
        let indices = path.insns.iter().map(|fetched| index_of(fetched.pc));
        // Each instruction is where the one before it goes on.
        for pair in path.insns.windows(2) {
            assert_eq!(pair[0].to, pair[1].pc);
        }
        (indices.collect(), path.end)
    }

    fn unit(&mut self, meter: Meter) -> Unit {
        let homes = homes();
        let context = Context {
            homes: &homes,
            stubs: stubs::emit(&homes, None, None).unwrap().1,
            window: self.memory.window_size(),
            offset: 0x1000,
            first_site: SiteId(0),
            host: super::super::host::Host::FULL,
            meter,
            touch: None,
            link: None,
            rules: crate::machine::Rules::default(),
            bank: super::super::side::Bank::Run,
        };
        let key = (CODE, Mode::Fast);
        let unit = unit::compile(&mut self.memory, key, Some(&self.profile), context);
        unit.unwrap().unwrap()
    }
}

fn index_of(pc: u64) -> usize {
    (pc.wrapping_sub(CODE) / 4) as usize
}

fn goto(index: usize) -> End {
    End::Goto(pc_of(index))
}

fn ecall(index: usize) -> End {
    End::Leave(ExitKind::Ecall, pc_of(index))
}

#[test]
fn a_path_goes_along_with_a_branch_or_past_it() {
    let code = [STEP, skip(3), STEP, Inst::Ecall, STEP, Inst::Ecall];
    let seen = |to: &[(usize, u32)]| Seen::code(&code).went(1, to).goes();
    assert_eq!(seen(&[(4, 3), (2, 1)]), (vec![0, 1, 4], ecall(5)));
    assert_eq!(seen(&[(4, 1), (2, 3)]), (vec![0, 1, 2], ecall(3)));
    assert_eq!(seen(&[(4, 1), (2, 1)]), (vec![0, 1, 2], ecall(3)));
    assert_eq!(seen(&[]), (vec![0, 1, 2], ecall(3)));
}

#[test]
fn a_branch_back_that_was_never_seen_is_taken() {
    let code = [STEP, go(2), STEP, skip(-1), Inst::Ecall];
    let (path, end) = Seen::code(&code).goes();
    assert_eq!((&path[..6], end), (&[0, 1, 3, 2, 3, 2][..], goto(2)));
}

#[test]
fn a_path_gets_no_further_than_execution_does() {
    // Of those who get to an instruction, one in so many goes elsewhere.
    for (passed, most) in [(1, 5), (3, 10), (15, 43)] {
        let seen = (0..60).fold(Seen::code(&[skip(20); 60]), |seen, index| {
            seen.went(index, &[(index + 1, passed), (index + 20, 1)])
        });
        let (path, end) = seen.goes();
        assert_eq!((path.len(), end), (most, goto(most)), "{passed}");
    }
}

#[test]
fn calls_and_their_returns_are_gone_along_with() {
    let code = [
        call(3),
        STEP,
        Inst::Ecall,
        STEP,
        call(3),
        STEP,
        RETURN,
        RETURN,
    ];
    // The inner call returns at once, the outer one behind it.
    let code = [&code[..5], &[RETURN, STEP, RETURN]].concat();
    let (path, end) = Seen::code(&code).goes();
    assert_eq!((path, end), (vec![0, 3, 4, 7, 5, 1], ecall(2)));
}

#[test]
fn a_return_without_a_call_ends_a_path() {
    let code = [STEP, RETURN, Inst::Ecall];
    assert_eq!(Seen::code(&code).goes(), (vec![0, 1], End::Indirect));
    // One return for one call.
    let code = [call(2), RETURN, RETURN];
    assert_eq!(Seen::code(&code).goes(), (vec![0, 2, 1], End::Indirect));
}

/// What was seen of it says more than nothing; a call that is known says more than that.
#[test]
fn a_return_goes_where_the_call_was() {
    let code = [call(4), STEP, Inst::Ecall, Inst::Ecall, RETURN];
    let seen = Seen::code(&code).went(4, &[(3, 9)]);
    assert_eq!(seen.goes(), (vec![0, 4, 1], ecall(2)));
    let code = [STEP, RETURN, Inst::Ecall, Inst::Ecall];
    let seen = Seen::code(&code).went(1, &[(3, 9)]);
    assert_eq!(seen.goes(), (vec![0, 1], ecall(3)));
}

#[test]
fn an_indirect_jump_goes_where_it_often_went() {
    let code = [
        STEP,
        jalr(ZERO, RDI, 0),
        STEP,
        Inst::Ecall,
        STEP,
        Inst::Ecall,
    ];
    let seen = |to: &[(usize, u32)]| Seen::code(&code).went(1, to).goes();
    assert_eq!(seen(&[(4, 3), (2, 1)]), (vec![0, 1, 4], ecall(5)));
    assert_eq!(seen(&[(4, 2), (2, 1)]), (vec![0, 1], End::Indirect));
    assert_eq!(seen(&[]), (vec![0, 1], End::Indirect));
}

#[test]
fn an_indirect_call_is_returned_from() {
    for rd in [RA, RDI] {
        let code = [jalr(rd, RDI, 0), STEP, Inst::Ecall, STEP, RETURN];
        let (path, end) = Seen::code(&code).went(0, &[(3, 9)]).goes();
        match rd {
            RA => assert_eq!((path, end), (vec![0, 3, 4, 1], ecall(2))),
            // That is no call by the ABI's words.
            _ => assert_eq!((path, end), (vec![0, 3, 4], End::Indirect)),
        }
    }
    // To jump by `ra` and link in it is another call, not a return.
    let code = [call(2), STEP, jalr(RA, RA, 0), Inst::Ecall];
    assert_eq!(Seen::code(&code).goes(), (vec![0, 2], End::Indirect));
}

#[test]
fn a_jump_to_itself_is_a_body_too() {
    let (path, end) = Seen::code(&[go(0)]).goes();
    assert_eq!((path, end), (vec![0; ROUNDS[0]], End::Repeat(1)));
}

#[test]
fn a_loop_is_repeated() {
    let code = [STEP, STEP, skip(-2), Inst::Ecall];
    let (path, end) = Seen::code(&code).went(2, &[(0, 9), (3, 1)]).goes();
    assert_eq!((path, end), ([0, 1, 2].repeat(ROUNDS[0]), End::Repeat(3)));
}

/// By a jump in its midst, a call, and an indirect jump.
#[test]
fn a_loop_may_close_by_any_jump() {
    let body = |code: &[Inst], seen: &[usize]| {
        let seen = seen
            .iter()
            .fold(Seen::code(code), |all, &from| all.went(from, &[(0, 9)]));
        let (path, end) = seen.goes();
        let End::Repeat(body) = end else {
            panic!("{end:?}");
        };
        assert_eq!(path, path[..body].repeat(ROUNDS[0]));
        path[..body].to_vec()
    };
    assert_eq!(body(&[go(2), Inst::Ecall, go(-2)], &[]), [0, 2]);
    assert_eq!(body(&[call(2), go(-1), RETURN], &[]), [0, 2, 1]);
    assert_eq!(body(&[STEP, jalr(ZERO, RDI, 0)], &[1]), [0, 1]);
    assert_eq!(body(&[call(2), Inst::Ecall, call(-2)], &[]), [0, 2]);
}

#[test]
fn a_long_body_is_repeated_less_often() {
    let path = |body: i32| {
        let mut code = vec![STEP; body as usize - 1];
        code.push(go(1 - body));
        let (path, end) = Seen::code(&code).goes();
        (path.len() / body as usize, path.len() % body as usize, end)
    };
    let rounds = |rounds, body| (rounds, 0, End::Repeat(body as usize));
    let most = MAX_GUIDED as i32;
    let mut longest = 0;
    for times in ROUNDS {
        let shortest = longest + 1;
        longest = most / times as i32;
        for body in [shortest, longest] {
            assert_eq!(path(body), rounds(times, body), "{body}");
        }
    }
    // Less often is not worth it: it goes on at its own start by a link.
    assert_eq!(path(longest + 1), (1, 0, goto(0)));
    assert_eq!(path(most), (1, 0, goto(0)));
    // Its end is out of reach.
    let (whole, more, end) = path(most + 1);
    assert_eq!((whole, more, end), (0, most as usize, goto(most as usize)));
}

#[test]
fn a_path_is_only_so_long() {
    let code = [STEP; MAX_GUIDED + 10];
    let (path, end) = Seen::code(&code).goes();
    assert_eq!((path.len(), end), (MAX_GUIDED, goto(MAX_GUIDED)));
}

#[test]
fn a_path_stops_where_it_jumps_to_the_head_of_another_loop() {
    let code = [STEP, go(3), STEP, skip(-1), STEP, skip(-1), Inst::Ecall];
    let looped = || Seen::code(&code).went(5, &[(4, 9), (6, 1)]);
    assert_eq!(looped().hot(&[4]).goes(), (vec![0, 1], goto(4)));
    // A loop that is not hot is gone around.
    let (path, _) = looped().goes();
    assert_eq!(path[..6], [0, 1, 4, 5, 4, 5]);
    // What is hot but no loop is gone through.
    let code = [STEP, go(2), STEP, STEP, Inst::Ecall];
    assert_eq!(
        Seen::code(&code).hot(&[3]).goes(),
        (vec![0, 1, 3], ecall(4))
    );
}

#[test]
fn a_path_goes_through_a_loop_that_it_falls_into_once() {
    let code = [STEP, STEP, skip(-1), Inst::Ecall];
    let seen = Seen::code(&code).went(2, &[(1, 9), (3, 1)]).hot(&[1]);
    assert_eq!(seen.goes(), (vec![0, 1, 2], goto(1)));
}

#[test]
fn a_path_ends_before_what_is_not_for_the_jit() {
    for inst in foreign() {
        let kind = match inst {
            Inst::Ecall => ExitKind::Ecall,
            _ => ExitKind::Step,
        };
        let (path, end) = Seen::code(&[STEP, go(2), STEP, inst, STEP]).goes();
        assert_eq!((path, end), (vec![0, 1], End::Leave(kind, pc_of(3))));
    }
}

#[test]
fn a_path_ends_where_nothing_can_be_fetched() {
    let (path, end) = Seen::code(&[STEP, go(-2000)]).goes();
    let away = (CODE + 4).wrapping_sub(8000);
    assert_eq!((path, end), (vec![0, 1], End::Leave(ExitKind::Step, away)));
    let (path, end) = Seen::code(&[STEP]).goes();
    assert_eq!((path, end), (vec![0], End::Leave(ExitKind::Step, pc_of(1))));
}

#[test]
fn beside_a_fast_unit_a_path_goes_on_to_a_loop_but_not_at_once() {
    // Past the first, second and third round of a loop of twelve.
    let mut code = [STEP; 12];
    code[11] = skip(-11);
    let seen = || Seen::code(&code).went(11, &[(0, 99), (12, 1)]).hot(&[0]);
    for mode in [Mode::Apart, Mode::Careful] {
        let path = seen().path_in(mode);
        let wanted = MAX_BESIDE.next_multiple_of(12);
        assert_eq!((path.insns.len(), path.end), (wanted, goto(0)));
        // Where there is no loop, it ends soon all the same.
        let path = Seen::code(&[STEP; 200]).path_in(mode);
        let most = 2 * MAX_BESIDE;
        assert_eq!((path.insns.len(), path.end), (most, goto(most)));
    }
    let path = seen().path_in(Mode::Fast);
    assert_eq!(path.end, End::Repeat(12));
}

/// The path from `start`, nothing having been seen.
fn unprofiled(memory: &mut Memory, start: u64) -> Path {
    Path::guided(memory, start, Mode::Fast, Floats::None, &Profile::new(1))
}

/// The path from `start`, and the pages that it depends on.
fn pages_of(insns: &[Inst], before: u64, access: Access) -> (usize, End, Vec<u64>) {
    let (mut hart, start) = across(insns, before, access);
    let path = unprofiled(&mut hart.memory, start);
    (path.insns.len(), path.end, path.pages())
}

#[test]
fn a_path_depends_on_all_pages_that_it_was_read_from() {
    let (first, second) = (CODE / PAGE_SIZE, CODE / PAGE_SIZE + 1);
    let border = CODE + PAGE_SIZE;
    let access = Access::READ_EXECUTE;
    // Over to the second page and back, again and again.
    let code = [go(2), STEP, go(-2)];
    let (len, end, pages) = pages_of(&code, 2, access);
    assert_eq!((len, end), (2 * ROUNDS[0], End::Repeat(2)));
    assert_eq!(pages, [first, second]);
    // The end lies on the second page alone.
    let (len, end, pages) = pages_of(&[STEP, Inst::Ecall], 1, access);
    assert_eq!((len, end), (1, End::Leave(ExitKind::Ecall, border)));
    assert_eq!(pages, [first, second]);
}

#[test]
fn a_writable_page_is_not_read_ahead() {
    let border = CODE + PAGE_SIZE;
    for code in [&[STEP, STEP][..], &[go(2), STEP, STEP], &[call(1), STEP]] {
        let before = code.len() as u64 - 1;
        let (len, end, pages) = pages_of(code, before, Access::ALL);
        let wanted = if code[0] == STEP || code[0] == call(1) {
            before
        } else {
            1
        };
        assert_eq!((len as u64, end), (wanted, End::Goto(border)));
        assert_eq!(pages, [CODE / PAGE_SIZE]);
    }
}

/// Where execution is about to go anyway may be read to the end of the page, and again.
#[test]
fn the_page_of_the_start_is_read_whatever_it_is() {
    let border = CODE + PAGE_SIZE;
    let (mut hart, _) = across(&[STEP, STEP, go(-1)], 0, Access::ALL);
    let start = border + 4;
    let path = unprofiled(&mut hart.memory, start);
    assert_eq!(
        (path.insns.len(), path.end),
        (2 * ROUNDS[0], End::Repeat(2))
    );
    assert_eq!(path.pages(), [border / PAGE_SIZE]);
}

/// Where segments start, and what each costs.
fn segments(unit: &Unit) -> Vec<(usize, u32)> {
    let budgets = unit.sites.iter();
    let budgets = budgets.filter(|site| site.kind == ExitKind::Budget);
    budgets.map(|site| (index_of(site.pc), site.owed)).collect()
}

fn owed(unit: &Unit) -> Vec<u32> {
    unit.marks.iter().map(|mark| mark.owed).collect()
}

#[test]
fn a_segment_goes_on_behind_branches() {
    let code = [STEP, skip(20), STEP, skip(20), Inst::Ecall];
    let mut seen = Seen::code(&code);
    let unit = seen.unit(Meter::Insns);
    assert_eq!(segments(&unit), [(0, 4)]);
    assert_eq!(owed(&unit), [4, 3, 2, 1]);
    assert!(!unit.repeats);
}

#[test]
fn a_segment_is_as_long_as_what_is_paid_for_at_once_may_be() {
    let unit = Seen::code(&[STEP; 150]).unit(Meter::Insns);
    let most = MAX_INSNS as u32;
    let wanted = [
        (0, most),
        (MAX_INSNS, most),
        (2 * MAX_INSNS, 150 - 2 * most),
    ];
    assert_eq!(segments(&unit), wanted);
    assert_eq!(owed(&unit)[MAX_INSNS - 1..][..2], [1, most]);
}

#[test]
fn the_first_round_is_paid_for_apart() {
    let code = [STEP, STEP, skip(-2), Inst::Ecall];
    let unit = Seen::code(&code).unit(Meter::Insns);
    let rest = 3 * (ROUNDS[0] as u32 - 1);
    assert_eq!(segments(&unit), [(0, 3), (0, rest)]);
    assert!(unit.repeats);
    // Of a body that does not divide what is paid at once, rounds are torn.
    let mut code = vec![STEP; 49];
    code.push(go(-49));
    let unit = Seen::code(&code).unit(Meter::Insns);
    assert_eq!(
        segments(&unit),
        [(0, 50), (0, 64), (14, 64), (28, 64), (42, 8)]
    );
}

#[test]
fn accesses_are_paid_for_too() {
    use super::shape::load;
    let access = load(crate::isa::LoadOp::Ld, RSI, RBX, 0);
    let code = [access, skip(20), access, STEP, Inst::Ecall];
    let unit = Seen::code(&code).unit(Meter::Accesses);
    let price = |insns, accesses| Meter::Accesses.price(insns, accesses);
    assert_eq!(
        owed(&unit),
        [price(4, 2), price(3, 1), price(2, 1), price(1, 0)]
    );
}

#[test]
fn marks_of_all_rounds_lie_in_the_code_in_order() {
    let code = [STEP, STEP, skip(-2), Inst::Ecall];
    let unit = Seen::code(&code).unit(Meter::Insns);
    assert_eq!(unit.marks.len(), 3 * ROUNDS[0]);
    assert!(unit.marks.is_sorted_by_key(|mark| mark.host));
    let code = 0x1000..0x1000 + unit.code.len();
    assert!(
        unit.marks
            .iter()
            .all(|mark| code.contains(&(mark.host as usize)))
    );
    assert!(
        unit.marks
            .iter()
            .all(|mark| (mark.host as usize) < unit.cold)
    );
}
