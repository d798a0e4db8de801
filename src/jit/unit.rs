//! A unit: the code of a path of guest instructions that is entered at the first only.
//!
//! Each stretch of a path, a *segment*, is paid for from the budget at its start.
//! Without a guide it ends at a branch: whoever takes that owes nothing. With one,
//! a branch that leaves the path is rare, and its cold code gives back what was
//! paid for the rest.
#![forbid(unsafe_code)]

use std::ops::Range;

use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi};

use super::asm::x64;
use super::emitter::{Context, Emitter};
use super::exit::{Mode, Site};
use super::meter::Meter;
use super::path::{End, Fetched, MAX_INSNS, Path};
use super::plan::{self, Repairs, Step};
use super::profile::Profile;
use crate::isa::{AluOp, FpInst, Inst, Width};
use crate::machine::Memory;

/// Instructions that are searched for accesses that can be looked at together.
const LOOK_AHEAD: usize = 64;

/// What a unit is looked up by: its first instruction's address, and its mode.
pub(super) type Key = (u64, Mode);

/// Where a guest instruction's code starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Offset in the code memory.
    pub(super) host: u32,
    /// The instruction's address.
    pub(super) pc: u64,
    /// What was paid for and has not retired when it is about to execute.
    pub(super) owed: u32,
    /// What its registers lack then.
    pub(super) repairs: Repairs,
}

/// The code of a unit, to be laid at the offset that it was emitted for.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) code: Vec<u8>,
    pub(super) sites: Vec<Site>,
    pub(super) marks: Vec<Mark>,
    /// What the repairs of marks number.
    pub(super) repair_steps: Vec<Step>,
    /// Where the code starts that is not in the straight line.
    pub(super) cold: usize,
    /// The guest pages whose bytes it was made from.
    pub(super) pages: Vec<u64>,
    /// It gets back to its start by itself.
    pub(super) repeats: bool,
    /// It goes where execution has been seen to go.
    pub(super) guided: bool,
}

/// Emits the unit of `pc`, which goes where `guide` has seen execution go; nothing
/// if the first instruction is not for the JIT.
pub(super) fn compile(
    memory: &mut Memory,
    (pc, mode): Key,
    guide: Option<&Profile>,
    context: Context<'_>,
) -> Result<Option<Unit>, DynasmError> {
    let floats = context.floats();
    let path = match guide {
        Some(profile) => Path::guided(memory, pc, mode, floats, profile),
        None => Path::straight(memory, pc, mode, floats),
    };
    if path.insns.is_empty() {
        return Ok(None);
    }
    let segments = match guide {
        Some(_) => equal_segments(&path),
        None => segments_to_branches(&path),
    };
    let mut emitter = Emitter::new(context, mode);
    let mut marks = emit(
        &mut emitter,
        context.meter,
        &path,
        segments,
        guide.is_some(),
    );
    let emitted = emitter.finish()?;
    marks.extend(emitted.cold_marks);
    Ok(Some(Unit {
        code: emitted.code,
        sites: emitted.sites,
        cold: emitted.cold,
        marks,
        repair_steps: emitted.repair_steps,
        pages: path.pages(),
        repeats: matches!(path.end, End::Repeat(_)),
        guided: guide.is_some(),
    }))
}

/// The segments of a path of which every branch ends one.
fn segments_to_branches(path: &Path) -> Vec<Range<usize>> {
    let is_branch = |fetched: &Fetched| matches!(fetched.inst, Inst::Branch { .. });
    let mut start = 0;
    let mut segments = Vec::new();
    for segment in path.insns.split_inclusive(is_branch) {
        segments.push(start..start + segment.len());
        start += segment.len();
    }
    segments
}

/// Segments that are as long as they may be. One starts where a loop goes on.
fn equal_segments(path: &Path) -> Vec<Range<usize>> {
    let (first, all) = match path.end {
        End::Repeat(index) => (index, path.insns.len()),
        _ => (0, path.insns.len()),
    };
    let parts = [0..first, first..all];
    let split = |part: Range<usize>| {
        let end = part.end;
        part.step_by(MAX_INSNS)
            .map(move |start| start..end.min(start + MAX_INSNS))
    };
    parts.into_iter().flat_map(split).collect()
}

/// Emits a path in segments; returns where each instruction's code starts.
fn emit(
    emitter: &mut Emitter<'_>,
    meter: Meter,
    path: &Path,
    segments: Vec<Range<usize>>,
    likely: bool,
) -> Vec<Mark> {
    let mut marks = Vec::with_capacity(path.insns.len());
    let again = emitter.asm.new_dynamic_label();
    let last = path.insns.last().filter(|_| path.end == End::Indirect);
    let plan = plan::plan(path, &segments, likely, emitter.host.bmi);
    emitter.repair_steps = plan.repairs;
    let mut kept = None;
    for segment in segments {
        if path.end == End::Repeat(segment.start) {
            let body = &path.insns[..segment.start];
            emitter.keep_unwritten(body.iter().filter_map(|fetched| fetched.inst.rd()));
            kept = cfg!(debug_assertions).then(|| emitter.facts.clone());
            x64!(emitter ; .align 16 ; =>again);
        }
        let insns = &path.insns[segment.clone()];
        emitter.rest = price(meter, insns);
        for (index, (fetched, planned)) in
            insns.iter().zip(&plan.steps[segment.clone()]).enumerate()
        {
            emitter.pc = fetched.pc;
            emitter.repairs = planned.repairs;
            emitter.owed = emitter.rest;
            emitter.rest -= price(meter, std::slice::from_ref(fetched));
            if index == 0 {
                emitter.start_segment(emitter.owed);
            }
            let (host, pc, owed) = (emitter.position() as u32, fetched.pc, emitter.owed);
            marks.push(Mark {
                host,
                pc,
                owed,
                repairs: planned.repairs,
            });
            if emitter.shadow().is_some() {
                emitter.ahead = ahead(&path.insns[segment.start + index..]);
            }
            match last.is_some_and(|last| std::ptr::eq(last, fetched)) {
                true => emitter.jump_register(fetched),
                false => emitter.lower_planned(fetched, *planned),
            }
        }
    }
    (emitter.owed, emitter.rest) = (0, 0);
    emitter.repairs = Repairs::default();
    match path.end {
        End::Indirect => {}
        End::Goto(pc) => emitter.goto(pc),
        End::Leave(kind, pc) => {
            emitter.pc = pc;
            emitter.leave(kind);
        }
        End::Repeat(_) => {
            debug_assert!(kept.is_none_or(|kept| emitter.facts.box_all_of(&kept)));
            x64!(emitter ; jmp =>again);
        }
    }
    marks
}

/// The loads and stores off the base of the first instruction of a path that
/// follow on it, counted from what the base holds now. Execution may leave the
/// path before it gets to them.
fn ahead(insns: &[Fetched]) -> Vec<(Width, i32)> {
    let based = |fetched: &Fetched| match fetched.inst {
        Inst::Load {
            op, rs1, offset, ..
        } => Some((rs1, op.width(), offset)),
        Inst::Store {
            width, rs1, offset, ..
        } => Some((rs1, width, offset)),
        Inst::Fp(FpInst::Load {
            format,
            rs1,
            offset,
            ..
        })
        | Inst::Fp(FpInst::Store {
            format,
            rs1,
            offset,
            ..
        }) => Some((rs1, format.width(), offset)),
        _ => None,
    };
    let Some((base, ..)) = insns.first().and_then(based) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut moved = 0_i32;
    for (index, fetched) in insns.iter().take(LOOK_AHEAD).enumerate() {
        match based(fetched) {
            Some((rs1, width, offset)) if rs1 == base && index > 0 => {
                found.push((width, offset + moved));
            }
            _ => {}
        }
        match fetched.inst {
            Inst::AluImm {
                op: AluOp::Add,
                rd,
                rs1,
                imm,
            } if (rd, rs1) == (base, base) => moved += imm,
            inst if inst.rd() == Some(base) => break,
            _ => {}
        }
    }
    found
}

/// What a stretch costs, an SC that fails included: that gives its access back.
fn price(meter: Meter, insns: &[Fetched]) -> u32 {
    let accesses = insns.iter().filter(|fetched| fetched.inst.is_access());
    meter.price(insns.len() as u32, accesses.count() as u32)
}
