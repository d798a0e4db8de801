//! A unit: the code of a run of guest instructions that is entered at the first only.
//!
//! It goes along with unconditional jumps and past branches that are not
//! taken, until something ends it. Each stretch between branches is a
//! *segment*, paid for from the budget at its start.
#![forbid(unsafe_code)]

use dynasmrt::DynasmError;

use super::emitter::{Context, Emitter};
use super::exit::{ExitKind, Mode, Site};
use super::meter::Meter;
use crate::isa::{self, Inst};
use crate::machine::{Memory, PAGE_SIZE};

/// Instructions in a unit at most.
pub const MAX_INSNS: usize = 64;
/// As [`MAX_INSNS`], of another unit, which should get back to a fast one soon.
const MAX_CAREFUL: usize = 16;
/// Branches in a unit at most: few programs get past so many without taking one.
const MAX_BRANCHES: usize = 12;

/// What a unit is looked up by: its first instruction's address, and its mode.
pub(super) type Key = (u64, Mode);

/// A guest instruction of a unit.
#[derive(Clone, Copy, Debug)]
struct Fetched {
    pc: u64,
    inst: Inst,
    next: u64,
}

/// How a unit ends, after its last instruction.
#[derive(Clone, Copy, Debug)]
enum End {
    /// By an indirect jump.
    Indirect,
    /// By going on at the unit of this address.
    Goto(u64),
    /// By leaving before the instruction at this address.
    Leave(ExitKind, u64),
}

/// Where a guest instruction's code starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Offset in the code memory.
    pub(super) host: u32,
    /// The instruction's address.
    pub(super) pc: u64,
    /// What was paid for and has not retired when it is about to execute.
    pub(super) owed: u32,
}

/// The code of a unit, to be laid at the offset that it was emitted for.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) code: Vec<u8>,
    pub(super) sites: Vec<Site>,
    pub(super) marks: Vec<Mark>,
    /// Where the code starts that is not in the straight line.
    pub(super) cold: usize,
    /// The guest pages whose bytes it was made from.
    pub(super) pages: Vec<u64>,
}

/// Emits the unit of `pc`; nothing if the first instruction is not for the JIT.
pub(super) fn compile(
    memory: &mut Memory,
    pc: u64,
    mode: Mode,
    context: Context<'_>,
) -> Result<Option<Unit>, DynasmError> {
    let (insns, end) = gather(memory, pc, mode);
    if insns.is_empty() {
        return Ok(None);
    }
    let mut emitter = Emitter::new(context, mode);
    let mut marks = emit(&mut emitter, context.meter, &insns, end);
    let emitted = emitter.finish()?;
    marks.extend(emitted.cold_marks);
    let pages = pages_of(&insns, end);
    Ok(Some(Unit {
        code: emitted.code,
        sites: emitted.sites,
        cold: emitted.cold,
        marks,
        pages,
    }))
}

/// The pages that the unit depends on: what ended it was read, too.
fn pages_of(insns: &[Fetched], end: End) -> Vec<u64> {
    let last = match end {
        End::Leave(_, pc) => Some((pc, pc.saturating_add(4))),
        End::Indirect | End::Goto(_) => None,
    };
    let spans = insns.iter().map(|fetched| (fetched.pc, fetched.next));
    let mut pages: Vec<u64> = spans
        .chain(last)
        .flat_map(|(start, end)| [start / PAGE_SIZE, (end - 1) / PAGE_SIZE])
        .collect();
    pages.sort_unstable();
    pages.dedup();
    pages
}

/// The instructions that execution at `pc` goes through before it may branch.
pub(super) fn stretch(memory: &mut Memory, pc: u64) -> impl Iterator<Item = Inst> {
    let (insns, _) = gather(memory, pc, Mode::Fast);
    let branch = |inst: &Inst| matches!(inst, Inst::Branch { .. });
    let length = insns.iter().position(|fetched| branch(&fetched.inst));
    let length = length.map_or(insns.len(), |last| last + 1);
    insns.into_iter().take(length).map(|fetched| fetched.inst)
}

/// Fetches the unit's instructions.
fn gather(memory: &mut Memory, start: u64, mode: Mode) -> (Vec<Fetched>, End) {
    let most = match mode {
        Mode::Fast => MAX_INSNS,
        Mode::Apart | Mode::Careful => MAX_CAREFUL,
    };
    let mut insns: Vec<Fetched> = Vec::new();
    let mut branches = 0;
    let mut pc = start;
    loop {
        if insns.len() == most
            || branches == MAX_BRANCHES
            || !may_read_ahead(memory, start, pc, insns.is_empty())
        {
            return (insns, End::Goto(pc));
        }
        let Some(fetched) = fetch(memory, pc) else {
            return (insns, End::Leave(ExitKind::Step, pc));
        };
        match fetched.inst {
            Inst::Ecall => return (insns, End::Leave(ExitKind::Ecall, pc)),
            Inst::Ebreak | Inst::FenceI { .. } | Inst::Csr { .. } => {
                return (insns, End::Leave(ExitKind::Step, pc));
            }
            _ => insns.push(fetched),
        }
        branches += usize::from(matches!(fetched.inst, Inst::Branch { .. }));
        pc = match fetched.inst {
            Inst::Jalr { .. } => return (insns, End::Indirect),
            Inst::Jal { offset, .. } => fetched.pc.wrapping_add_signed(offset.into()),
            _ => fetched.next,
        };
        let jumped = pc != fetched.next;
        if jumped && insns.iter().any(|earlier| earlier.pc == pc) {
            return (insns, End::Goto(pc));
        }
    }
}

/// The instruction at `pc`, if there is one.
fn fetch(memory: &mut Memory, pc: u64) -> Option<Fetched> {
    let decoded = isa::decode(memory.fetch(pc).ok()?)?;
    let next = pc.checked_add(decoded.len.into())?;
    Some(Fetched {
        pc,
        inst: decoded.inst,
        next,
    })
}

/// Whether the code at `pc` may be read now: a page that the guest can write
/// must not be read before execution gets there (see [`Memory::fetch`]).
fn may_read_ahead(memory: &Memory, start: u64, pc: u64, first: bool) -> bool {
    let last = pc.wrapping_add(3);
    let settled =
        |addr: u64| addr / PAGE_SIZE == start / PAGE_SIZE || !memory.code_is_unsettled(addr);
    first || (settled(pc) && settled(last))
}

/// Emits instructions and end; returns where each instruction's code starts.
fn emit(emitter: &mut Emitter<'_>, meter: Meter, insns: &[Fetched], end: End) -> Vec<Mark> {
    let mut marks = Vec::with_capacity(insns.len());
    for segment in insns.split_inclusive(|fetched| matches!(fetched.inst, Inst::Branch { .. })) {
        for (index, fetched) in segment.iter().enumerate() {
            emitter.pc = fetched.pc;
            emitter.owed = price(meter, &segment[index..]);
            if index == 0 {
                emitter.start_segment(emitter.owed);
            }
            let (host, pc, owed) = (emitter.position() as u32, fetched.pc, emitter.owed);
            marks.push(Mark { host, pc, owed });
            emitter.ahead = ahead(&segment[index..]);
            emit_instruction(emitter, fetched);
        }
    }
    emitter.owed = 0;
    match end {
        End::Indirect => {}
        End::Goto(pc) => emitter.jump(pc),
        End::Leave(kind, pc) => {
            emitter.pc = pc;
            emitter.leave(kind);
        }
    }
    marks
}

/// The offsets of the loads and stores that surely follow on the first
/// instruction of a stretch, off the same base.
fn ahead(stretch: &[Fetched]) -> Vec<i32> {
    let based = |inst| match inst {
        Inst::Load { rs1, offset, .. } | Inst::Store { rs1, offset, .. } => Some((rs1, offset)),
        _ => None,
    };
    let Some((base, _)) = stretch.first().and_then(|fetched| based(fetched.inst)) else {
        return Vec::new();
    };
    let insns = stretch.iter().map(|fetched| fetched.inst);
    let unchanged = insns.clone().position(|inst| inst.rd() == Some(base));
    insns
        .take(unchanged.map_or(stretch.len(), |last| last + 1))
        .skip(1)
        .filter_map(based)
        .filter(|&(rs1, _)| rs1 == base)
        .map(|(_, offset)| offset)
        .collect()
}

/// What a stretch costs, an SC that fails included: that gives its access back.
fn price(meter: Meter, insns: &[Fetched]) -> u32 {
    let accesses = insns.iter().filter(|fetched| fetched.inst.is_access());
    meter.price(insns.len() as u32, accesses.count() as u32)
}

fn emit_instruction(emitter: &mut Emitter<'_>, fetched: &Fetched) {
    match fetched.inst {
        Inst::Jal { rd, .. } => emitter.write_constant(rd, fetched.next),
        Inst::Jalr { rd, rs1, offset } => emitter.jump_register(rd, rs1, offset, fetched.next),
        inst => emitter.lower(inst),
    }
}
