//! The instructions that a unit is made from, in the order in which it goes through them.
//!
//! Without a guide a path goes along with unconditional jumps and past branches,
//! as if they were never taken. With one it goes where execution has been seen to
//! go: along branches, into calls and back out of them, and around loops, whose
//! body it repeats.
//!
//! PERF: with guided units for what is hot the kernels matmul and copy take half of
//! the time, sieve eight tenths, fib nine, none takes more (`benches/peers`).
#![forbid(unsafe_code)]

use super::exit::{ExitKind, Mode};
use super::lower;
use super::profile::Profile;
use crate::isa::{Inst, Reg};
use crate::machine::{Memory, PAGE_SIZE};

/// Instructions in a unit without a guide at most, and in a stretch that is paid
/// for at once.
pub const MAX_INSNS: usize = 64;
/// As [`MAX_INSNS`], of another unit than a fast one, which should get back to one soon.
const MAX_CAREFUL: usize = 16;
/// Branches in a unit without a guide at most: few programs get past so many
/// without taking one.
const MAX_BRANCHES: usize = 12;
/// Instructions in a guided path at most.
pub(super) const MAX_GUIDED: usize = 256;
/// Instructions in a guided path beside a fast one, if they end at the head of a loop.
pub(super) const MAX_BESIDE: usize = 32;
/// How often the body of a loop is repeated, if there is room: once, and then as
/// many times as there are words that can be looked at together.
pub(super) const ROUNDS: [usize; 4] = [9, 5, 3, 2];
/// A guided path ends where execution gets less often than once in so many times
/// that it is entered.
const RARE: f64 = 1.0 / 16.0;

/// Which floating-point instructions a path may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Floats {
    /// None: their registers have no homes.
    None,
    /// Those that are not left to the interpreter, where the host has FMA3 or not.
    All { fma: bool },
}

/// A guest instruction of a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fetched {
    pub(super) pc: u64,
    pub(super) inst: Inst,
    /// The address of the instruction behind it.
    pub(super) next: u64,
    /// Where the path goes on: nowhere else, unless it is a branch or an indirect jump.
    pub(super) to: u64,
}

impl Fetched {
    /// It is a branch, and the path goes along with it.
    pub(super) fn is_taken(&self) -> bool {
        self.to != self.next
    }

    /// `rd`, `rs1` and offset of an indirect jump.
    pub(super) fn jump_operands(&self) -> (Reg, Reg, i32) {
        match self.inst {
            Inst::Jalr { rd, rs1, offset } => (rd, rs1, offset),
            _ => unreachable!("an indirect jump"),
        }
    }
}

/// How a unit ends, after its last instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By an indirect jump.
    Indirect,
    /// By going on at the unit of this address.
    Goto(u64),
    /// By leaving before the instruction at this address.
    Leave(ExitKind, u64),
    /// By going on at its own instruction of this index, which is at the address
    /// of its first.
    Repeat(usize),
}

/// A path, and how it ends.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) insns: Vec<Fetched>,
    pub(super) end: End,
}

impl Path {
    /// From `start` on, past branches.
    pub(super) fn straight(memory: &mut Memory, start: u64, mode: Mode, floats: Floats) -> Path {
        let most = match mode {
            Mode::Fast => MAX_INSNS,
            Mode::Apart | Mode::Careful => MAX_CAREFUL,
        };
        Gathering::new(memory, start, most, floats).straight()
    }

    /// From `start` on, where `profile` has seen execution go.
    pub(super) fn guided(
        memory: &mut Memory,
        start: u64,
        mode: Mode,
        floats: Floats,
        profile: &Profile,
    ) -> Path {
        match mode {
            Mode::Fast => {
                let path = Gathering::new(memory, start, MAX_GUIDED, floats).guided(profile, 0);
                match path.end {
                    End::Goto(pc) if pc == start => path.repeated(),
                    _ => path,
                }
            }
            Mode::Apart | Mode::Careful => {
                let gathering = Gathering::new(memory, start, 2 * MAX_BESIDE, floats);
                gathering.guided(profile, MAX_BESIDE)
            }
        }
    }

    /// Of a path that gets back to its start: the body again and again.
    ///
    /// The first round is apart, so that what it finds out about registers which
    /// the body never writes need not be found out in the others.
    fn repeated(mut self) -> Path {
        let body = self.insns.len();
        let fits = |rounds: &usize| rounds * body <= MAX_GUIDED;
        if let Some(rounds) = ROUNDS.into_iter().find(fits) {
            self.insns = self.insns.repeat(rounds);
            self.end = End::Repeat(body);
        }
        self
    }

    /// The pages that it depends on: what ended it was read, too.
    pub(super) fn pages(&self) -> Vec<u64> {
        let last = match self.end {
            End::Leave(_, pc) => Some((pc, pc.saturating_add(4))),
            End::Indirect | End::Goto(_) | End::Repeat(_) => None,
        };
        let spans = self.insns.iter().map(|fetched| (fetched.pc, fetched.next));
        let mut pages: Vec<u64> = spans
            .chain(last)
            .flat_map(|(start, end)| [start / PAGE_SIZE, (end - 1) / PAGE_SIZE])
            .collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    }
}

/// A path that is being gathered.
struct Gathering<'a> {
    memory: &'a mut Memory,
    start: u64,
    most: usize,
    floats: Floats,
    insns: Vec<Fetched>,
}

impl<'a> Gathering<'a> {
    fn new(memory: &'a mut Memory, start: u64, most: usize, floats: Floats) -> Gathering<'a> {
        Gathering {
            memory,
            start,
            most,
            floats,
            insns: Vec::new(),
        }
    }

    fn ended(self, end: End) -> Path {
        Path {
            insns: self.insns,
            end,
        }
    }

    fn straight(mut self) -> Path {
        let mut branches = 0;
        let mut pc = self.start;
        loop {
            let mut fetched = match self.next(pc) {
                Ok(fetched) => fetched,
                Err(end) => return self.ended(end),
            };
            match fetched.inst {
                Inst::Branch { .. } => branches += 1,
                Inst::Jal { offset, .. } => fetched.to = pc.wrapping_add_signed(offset.into()),
                _ => {}
            }
            self.insns.push(fetched);
            pc = fetched.to;
            if matches!(fetched.inst, Inst::Jalr { .. }) {
                return self.ended(End::Indirect);
            }
            // Else the units of a long loop might never start where it does.
            let back = pc <= fetched.pc && self.insns.len() >= MAX_INSNS / 2;
            let met = pc != fetched.next && self.insns.iter().any(|earlier| earlier.pc == pc);
            if back || met || branches == MAX_BRANCHES {
                return self.ended(End::Goto(pc));
            }
        }
    }

    /// Ends at the head of a loop, but not before there are `least` instructions.
    fn guided(mut self, profile: &Profile, least: usize) -> Path {
        let mut returns = Vec::new();
        let mut share = 1.0;
        let mut pc = self.start;
        loop {
            let mut fetched = match self.next(pc) {
                Ok(fetched) => fetched,
                Err(end) => return self.ended(end),
            };
            match fetched.inst {
                Inst::Branch { offset, .. } => {
                    let (taken, likely) = profile.branch(pc, offset);
                    share *= likely;
                    if taken {
                        fetched.to = pc.wrapping_add_signed(offset.into());
                    }
                }
                Inst::Jal { rd, offset } => {
                    fetched.to = pc.wrapping_add_signed(offset.into());
                    if rd == Reg::RA {
                        returns.push(fetched.next);
                    }
                }
                Inst::Jalr { rd, rs1, .. } => {
                    let back = (rs1 == Reg::RA && rd.is_zero()).then(|| returns.pop());
                    let (to, likely) = match (back.flatten(), profile.target(pc)) {
                        (Some(to), _) => (to, 1.0),
                        (None, Some(seen)) => seen,
                        (None, None) => {
                            self.insns.push(fetched);
                            return self.ended(End::Indirect);
                        }
                    };
                    share *= likely;
                    fetched.to = to;
                    if rd == Reg::RA {
                        returns.push(fetched.next);
                    }
                }
                _ => {}
            }
            self.insns.push(fetched);
            pc = fetched.to;
            let at_head = pc == self.start || (fetched.is_taken() && profile.is_loop(pc));
            if share < RARE || (at_head && self.insns.len() >= least) {
                return self.ended(End::Goto(pc));
            }
        }
    }

    /// The instruction at `pc`, if the path may go on with it.
    fn next(&mut self, pc: u64) -> Result<Fetched, End> {
        if self.insns.len() == self.most || !self.may_read_ahead(pc) {
            return Err(End::Goto(pc));
        }
        let fetched = fetch(self.memory, pc).ok_or(End::Leave(ExitKind::Step, pc))?;
        let has_floats = matches!(self.floats, Floats::All { .. });
        match fetched.inst {
            inst if has_floats && lower::csr_of(inst).is_some() => Ok(fetched),
            Inst::Ecall => Err(End::Leave(ExitKind::Ecall, pc)),
            Inst::Ebreak | Inst::FenceI { .. } | Inst::Csr { .. } => {
                Err(End::Leave(ExitKind::Step, pc))
            }
            Inst::CacheBlock { .. } => Err(End::Leave(ExitKind::Step, pc)),
            Inst::Fp(inst) => match self.floats {
                Floats::None => Err(End::Goto(pc)),
                Floats::All { fma } if lower::is_foreign(inst, fma) => {
                    Err(End::Leave(ExitKind::Step, pc))
                }
                Floats::All { .. } => Ok(fetched),
            },
            _ => Ok(fetched),
        }
    }

    /// Whether the code at `pc` may be read now: a page that the guest can write
    /// must not be read before execution gets there (see [`Memory::fetch`]).
    fn may_read_ahead(&self, pc: u64) -> bool {
        let last = pc.wrapping_add(3);
        let settled = |addr: u64| {
            addr / PAGE_SIZE == self.start / PAGE_SIZE || !self.memory.code_is_unsettled(addr)
        };
        self.insns.is_empty() || (settled(pc) && settled(last))
    }
}

/// The instruction at `pc`, if there is one.
pub(super) fn fetch(memory: &mut Memory, pc: u64) -> Option<Fetched> {
    let decoded = memory.instruction(pc).ok()?;
    let next = pc.checked_add(decoded.len.into())?;
    Some(Fetched {
        pc,
        inst: decoded.inst,
        next,
        to: next,
    })
}
