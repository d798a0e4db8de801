//! A few guest instructions, emitted one way: as text to look at, and run
//! beside the interpreter on values that matter.

use std::collections::BTreeMap;

use super::super::exit::Mode;
use super::super::float_regs::FloatHomes;
use super::super::host::Host;
use super::super::profile::{HOT, Profile, WINDOWS};
use super::super::unit::Key;
use super::super::{Departure, Jit, path};
use crate::interp::Interp;
use crate::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width, encode};
use crate::machine::{Access, Clock, Engine, Hart, MachineState, Memory, PAGE_SIZE, Stop};

/// Where the guest's instructions are.
pub(super) const CODE: u64 = 0x1_0000;
/// Where its data is: two pages, of which the second is read-only.
pub(super) const DATA: u64 = 0x2_0000;
/// Bytes of its address space.
pub(super) const WINDOW: u64 = 1 << 24;
/// Where in the code memory a listed unit lies: behind the stubs, whatever their size.
const UNIT_AT: usize = 0x1000;

/// Instructions that a unit may execute when it is compared, and a hot one.
const BUDGET: u64 = 40;
const HOT_BUDGET: u64 = 400;

/// Values at which operations are known to differ.
const EDGES: [u64; 14] = [
    0,
    1,
    2,
    7,
    31,
    63,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1234_5678_9abc_def0,
    i64::MAX as u64,
    i64::MIN as u64,
    0xffff_ffff_8000_0000,
    u64::MAX,
];

/// Addresses around everything that an access can meet.
const BASES: [u64; 14] = [
    DATA + 0x808,
    DATA + 0x80c,
    DATA + 0x809,
    DATA,
    DATA + 0x80f,
    DATA + PAGE_SIZE - 4,
    DATA + PAGE_SIZE,
    DATA + 2 * PAGE_SIZE - 4,
    DATA + 2 * PAGE_SIZE,
    0,
    WINDOW - 8,
    WINDOW,
    u64::MAX - 7,
    1 << 63,
];

/// What emitted code notes of accesses.
#[derive(Clone, Copy)]
enum Notes {
    None,
    Touches,
    Links,
}

/// How instructions are emitted.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    mode: Mode,
    /// BMI1, BMI2 and FMA3.
    host: Host,
    notes: Notes,
    /// Floating-point registers have homes.
    floats: bool,
    /// Where execution has gone on behind jumps and branches: the numbers of both
    /// instructions. Then the unit is hot.
    seen: Option<&'static [(usize, usize)]>,
}

pub(super) const FAST: Shape = Shape {
    mode: Mode::Fast,
    host: Host::FULL,
    notes: Notes::None,
    floats: false,
    seen: None,
};
pub(super) const CAREFUL: Shape = Shape {
    mode: Mode::Careful,
    host: Host::FULL,
    notes: Notes::None,
    floats: false,
    seen: None,
};
pub(super) const WITHOUT_BMI2: Shape = Shape {
    mode: Mode::Fast,
    host: Host::BARE,
    notes: Notes::None,
    floats: false,
    seen: None,
};

impl Shape {
    /// As this one, touches being recorded.
    pub(super) const fn recorded(self) -> Shape {
        Shape {
            notes: Notes::Touches,
            ..self
        }
    }

    /// As this one, accesses being linked.
    pub(super) const fn linked(self) -> Shape {
        Shape {
            notes: Notes::Links,
            ..self
        }
    }

    /// As this one, floating-point registers having homes, in the order of their numbers.
    pub(super) const fn floating(self) -> Shape {
        Shape {
            floats: true,
            ..self
        }
    }

    /// As this one, of a unit that is hot, this having been seen.
    pub(super) const fn hot(self, seen: &'static [(usize, usize)]) -> Shape {
        Shape {
            seen: Some(seen),
            ..self
        }
    }

    /// As [`FAST`], where the words of several accesses are looked at apart.
    pub(super) const fn apart(self) -> Shape {
        Shape {
            mode: Mode::Apart,
            ..self
        }
    }

    fn key(self) -> Key {
        (CODE, self.mode)
    }

    fn jit(self, memory: &mut Memory) -> Jit {
        let mut jit = Jit::new(memory).unwrap();
        jit.homes = jit.homes.reranked(&[]);
        if self.floats {
            jit.homes = jit.homes.with_floats(FloatHomes::ranked(&[]));
        }
        jit.host = self.host;
        jit.clear(memory).unwrap();
        assert!(jit.free <= UNIT_AT, "the stubs have outgrown their place");
        jit.free = UNIT_AT;
        if let Some(seen) = self.seen {
            heat(&mut jit.profile, memory, seen);
        }
        jit
    }

    /// The whole listing of the unit that starts with `insns`.
    pub(super) fn whole(self, insns: &[Inst]) -> String {
        self.emitted(insns).1
    }

    /// The listing of `insns` alone: no offsets, neither the budget of the
    /// first segment nor the exits, and no way out behind the last.
    pub(super) fn listing(self, insns: &[Inst]) -> String {
        let (jit, whole) = self.emitted(insns);
        trimmed(&jit, &whole, CODE + 4 * insns.len() as u64)
    }

    /// [`Shape::listing`] of each of `cases`.
    pub(super) fn listings<'a>(self, cases: impl IntoIterator<Item = &'a [Inst]>) -> String {
        let listings: Vec<String> = cases.into_iter().map(|case| self.listing(case)).collect();
        listings.join("\n")
    }

    fn emitted(self, insns: &[Inst]) -> (Jit, String) {
        let memory = match self.notes {
            Notes::None => Memory::new(WINDOW, WINDOW),
            Notes::Touches => Memory::recording(WINDOW, WINDOW),
            Notes::Links => Memory::linking(WINDOW, WINDOW, 8),
        };
        let mut hart = hart_in(memory.unwrap(), insns);
        let mut jit = self.jit(&mut hart.memory);
        assert_eq!(jit.unit(&mut hart.memory, self.key()), Some(UNIT_AT));
        let mut text = Vec::new();
        jit.write_listing(&mut text, &hart.memory, CODE..CODE + 1)
            .unwrap();
        (jit, String::from_utf8(text).unwrap())
    }

    /// Runs `insns` with all edge values in the registers they name, and checks
    /// that the interpreter gets to the same state in as many instructions,
    /// and to their end at least once.
    pub(super) fn check(self, insns: &[Inst]) {
        let most = self.compare(insns);
        assert!(most >= insns.len() as u64, "{insns:x?} are never done");
    }

    /// As [`Shape::check`], with addresses in `base`.
    pub(super) fn check_at(self, base: Reg, insns: &[Inst]) {
        let most = self.compare_at(base, insns);
        assert!(most >= insns.len() as u64, "{insns:x?} are never done");
    }

    /// As [`Shape::check`], for what need not get to the end; returns how far it gets.
    pub(super) fn compare(self, insns: &[Inst]) -> u64 {
        let runs = EDGES.len() * EDGES.len();
        self.compare_values(insns, runs, |reg, operand, run| {
            let digit = match operand {
                0 => run,
                1 => run / EDGES.len(),
                _ => reg.index(),
            };
            EDGES[digit % EDGES.len()]
        })
    }

    /// As [`Shape::compare`], with addresses in `base`.
    pub(super) fn compare_at(self, base: Reg, insns: &[Inst]) -> u64 {
        let runs = BASES.len() * EDGES.len();
        self.compare_values(insns, runs, |reg, operand, run| {
            if reg == base {
                BASES[run % BASES.len()]
            } else {
                EDGES[(run / BASES.len() + operand) % EDGES.len()]
            }
        })
    }

    /// `value` is given a register, its number among those that `insns` name, and the run's.
    fn compare_values(
        self,
        insns: &[Inst],
        runs: usize,
        value: impl Fn(Reg, usize, usize) -> u64,
    ) -> u64 {
        let mut sources: Vec<Reg> = insns.iter().flat_map(|inst| sources(*inst)).collect();
        sources.dedup();
        self.compare_states(insns, runs, |run| {
            let mut state = MachineState::new(CODE);
            for reg in Reg::all().skip(1) {
                let operand = sources.iter().position(|&source| source == reg);
                state.set_reg(reg, value(reg, operand.unwrap_or(2), run));
            }
            state
        })
    }

    /// As [`Shape::compare`], from the state of each run.
    pub(super) fn compare_states(
        self,
        insns: &[Inst],
        runs: usize,
        state_of: impl Fn(usize) -> MachineState,
    ) -> u64 {
        if ![Host::BARE, Host::detect()].contains(&self.host) {
            return insns.len() as u64;
        }
        let mut most = 0;
        let (mut ours, mut theirs) = (hart(insns), hart(insns));
        let (mut jit, mut interp) = (self.jit(&mut ours.memory), Interp::new());
        let mut stepper = Interp::new();
        let offset = jit.unit(&mut ours.memory, self.key()).unwrap();
        for run in 0..runs {
            let state = state_of(run);
            for hart in [&mut ours, &mut theirs] {
                hart.state = state.clone();
                fill(&mut hart.memory);
            }
            let given = self.seen.map_or(BUDGET, |_| HOT_BUDGET);
            let mut budget = given;
            let departure = jit.enter(&mut ours, offset, &mut budget);
            assert_eq!(ours.state.insns, given - budget);
            interp.run(&mut theirs, ours.state.insns);
            if self.floats && matches!(departure, Departure::Stop(Stop::Step)) {
                // Exceptions may have been raised that the instruction raises.
                stepper.run(&mut ours, 1);
                interp.run(&mut theirs, 1);
            }
            assert_eq!(ours.state, theirs.state, "{insns:x?} from {state:x?}");
            let [got, wanted] = [&mut ours, &mut theirs].map(|hart| data(&mut hart.memory));
            assert!(got == wanted, "{insns:x?} from {state:x?}");
            most = most.max(ours.state.insns);
        }
        most
    }
}

/// Lets `profile` see execution go on so, and the unit at the start be entered.
fn heat(profile: &mut Profile, memory: &mut Memory, seen: &[(usize, usize)]) {
    let pc_of = |index: usize| CODE + 4 * index as u64;
    for &(from, to) in seen {
        let fetched = path::fetch(memory, pc_of(from)).unwrap();
        profile.executed(&fetched, pc_of(to));
    }
    (0..HOT).for_each(|_| profile.entered(CODE));
    let homes = super::homes();
    (0..WINDOWS).for_each(|_| drop(profile.end_window(&homes)));
    assert!(profile.is_hot(CODE));
}

/// The registers that `inst` reads, in order.
fn sources(inst: Inst) -> Vec<Reg> {
    let reads_only = matches!(inst, Inst::Branch { .. } | Inst::Store { .. });
    inst.operands().skip(usize::from(!reads_only)).collect()
}

/// A hart that is about to execute `insns`, which are followed by no instruction.
pub(super) fn hart(insns: &[Inst]) -> Hart {
    hart_in(Memory::new(WINDOW, WINDOW).unwrap(), insns)
}

fn hart_in(mut memory: Memory, insns: &[Inst]) -> Hart {
    memory
        .map(CODE..CODE + PAGE_SIZE, Access::READ_EXECUTE)
        .unwrap();
    memory
        .map(DATA..DATA + PAGE_SIZE, Access::READ_WRITE)
        .unwrap();
    memory
        .map(DATA + PAGE_SIZE..DATA + 2 * PAGE_SIZE, Access::READ)
        .unwrap();
    memory.initialize(CODE, &bytes(insns)).unwrap();
    fill(&mut memory);
    memory.initialize(DATA + PAGE_SIZE, &[0xa5; 64]).unwrap();
    Hart {
        state: MachineState::new(CODE),
        memory,
        clock: Clock::Instructions,
    }
}

/// The bytes of `insns`.
pub(super) fn bytes(insns: &[Inst]) -> Vec<u8> {
    insns
        .iter()
        .flat_map(|&inst| encode(inst).unwrap().to_le_bytes())
        .collect()
}

/// What a guest can have stored.
fn data(memory: &mut Memory) -> &[u8] {
    memory.slice(DATA, PAGE_SIZE).unwrap()
}

/// Lays bytes of either sign where the data is.
fn fill(memory: &mut Memory) {
    const BYTES: [u8; PAGE_SIZE as usize] = {
        let mut bytes = [0; PAGE_SIZE as usize];
        let mut at = 0;
        while at < bytes.len() {
            bytes[at] = (at * 37) as u8;
            at += 1;
        }
        bytes
    };
    memory.write(DATA, &BYTES).unwrap();
}

/// What [`Shape::listing`] keeps of a whole listing of a unit that ends at `end`.
fn trimmed(jit: &Jit, whole: &str, end: u64) -> String {
    let mut places = BTreeMap::from([
        (jit.stubs.exit, "the exit stub".to_owned()),
        (jit.stubs.miss, "the miss stub".to_owned()),
        (UNIT_AT, "the start of the unit".to_owned()),
    ]);
    if jit.touch.is_some() {
        places.insert(jit.stubs.touch, "the touch stub".to_owned());
    }
    let lines: Vec<&str> = whole.lines().skip(1).collect();
    for pair in lines.windows(2) {
        if let [exit, first] = pair
            && let (Some(exit), Some((at, _))) = (exit.strip_prefix("  exit: "), host(first))
        {
            places.insert(at, exit.to_owned());
        }
    }
    let exits = lines.iter().position(|line| line.starts_with("  exit: "));
    let first = lines.iter().position(|line| line.starts_with("  0x"));
    let kept = &lines[first.unwrap()..exits.unwrap_or(lines.len())];
    let kept = match kept {
        [kept @ .., "  out of line"] => kept,
        kept => kept,
    };
    let targets = kept
        .iter()
        .filter_map(|line| jump_target(host(line)?.1))
        .collect::<std::collections::BTreeSet<usize>>();
    for (index, at) in targets.into_iter().enumerate() {
        places.entry(at).or_insert(format!("L{index}"));
    }
    let mut text = String::new();
    for line in kept {
        let Some((at, instruction)) = host(line) else {
            let guest = line.trim_start().split_once("  ");
            text += guest.map_or(*line, |(_, guest)| guest);
            text += "\n";
            continue;
        };
        if let Some(label) = places.get(&at) {
            text += &format!("  {label}:\n");
        }
        match jump_target(instruction) {
            Some(to) => {
                let (mnemonic, place) = (instruction.split(' ').next().unwrap(), &places[&to]);
                // The way out behind the last instruction says nothing.
                if place != &format!("to the interpreter at {end:#x}, 0 owed") {
                    text += &format!("    {mnemonic} -> {place}\n");
                }
            }
            None => text += &format!("    {instruction}\n"),
        }
    }
    text
}

/// The offset and the text of a line with a host instruction.
fn host(line: &str) -> Option<(usize, &str)> {
    let (at, instruction) = line.strip_prefix("    ")?.trim_start().split_once("  ")?;
    Some((usize::from_str_radix(at, 16).ok()?, instruction))
}

/// Where a direct jump or call goes.
fn jump_target(instruction: &str) -> Option<usize> {
    let (mnemonic, target) = instruction.split_once(' ')?;
    let jumps = mnemonic.starts_with('j') || mnemonic == "call";
    let target = jumps.then_some(target)?;
    match target.strip_prefix("0x") {
        Some(digits) => usize::from_str_radix(digits, 16).ok(),
        None => target.strip_suffix('h').unwrap_or(target).parse().ok(),
    }
}

pub(super) fn alu(op: AluOp, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::Alu { op, rd, rs1, rs2 }
}

pub(super) fn alu_imm(op: AluOp, rd: Reg, rs1: Reg, imm: i32) -> Inst {
    Inst::AluImm { op, rd, rs1, imm }
}

pub(super) fn addi(rd: Reg, rs1: Reg, imm: i32) -> Inst {
    alu_imm(AluOp::Add, rd, rs1, imm)
}

pub(super) fn lui(rd: Reg, imm: i32) -> Inst {
    Inst::Lui { rd, imm }
}

pub(super) fn muldiv(op: MulDivOp, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::MulDiv { op, rd, rs1, rs2 }
}

pub(super) fn load(op: LoadOp, rd: Reg, rs1: Reg, offset: i32) -> Inst {
    Inst::Load {
        op,
        rd,
        rs1,
        offset,
    }
}

pub(super) fn store(width: Width, rs2: Reg, rs1: Reg, offset: i32) -> Inst {
    Inst::Store {
        width,
        rs1,
        rs2,
        offset,
    }
}

pub(super) fn branch(cond: Cond, rs1: Reg, rs2: Reg, offset: i32) -> Inst {
    Inst::Branch {
        cond,
        rs1,
        rs2,
        offset,
    }
}

pub(super) fn jal(rd: Reg, offset: i32) -> Inst {
    Inst::Jal { rd, offset }
}

pub(super) fn jalr(rd: Reg, rs1: Reg, offset: i32) -> Inst {
    Inst::Jalr { rd, rs1, offset }
}
