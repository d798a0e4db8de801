//! From a program to machine code, an op at a time.
//!
//! The code, in this order: the entry; what fails and what puts old values back; the loop
//! over start positions (`start`); the ops; what is cold; shared routines (`shared`). To
//! fail is to take the top entry off the stack and to go to the address in it. Below all
//! others is an entry that leads back to the loop over start positions.
//!
//! What makes the code short:
//!
//! - `covering`: attempts that would fail at once are not made;
//! - `prefix`: until the first choice, what is written need not be put back, for a failed
//!   attempt writes it anew;
//! - `facts`: what is known of the bytes around the position need not be looked at;
//! - `bytes`: whether a byte is in a set, by the shortest code;
//! - `scan`: over bytes of a set, several at a time.

mod around;
mod backreference;
mod bytes;
mod choice;
mod covering;
mod facts;
mod fixed;
mod item;
mod listing;
mod longer;
mod look;
mod places;
mod prefix;
mod run;
mod scan;
mod shared;
mod shorter;
mod slots;
mod start;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::NoCode;
use super::asm::encode::{Cond, Reg};
use super::asm::{self, Asm, Label};
use super::pool::{self, Pool};
use super::regs::STEPS;
use crate::backtrack::program::{NextSet, Op, Pc, Program, SetId};
use crate::hir::Class;
use crate::set::ByteSet;
use facts::Facts;
pub use listing::Listing;
use places::{Place, places};
use prefix::Prefix;
use shared::Shared;
use start::Ends;
pub use start::Window;

/// Code that is emitted behind all ops.
type Cold<'p> = Box<dyn FnOnce(&mut Emitter<'p>) + 'p>;

struct Emitter<'p> {
    asm: Asm,
    pool: Pool,
    program: &'p Program,
    /// What members of each class begin with.
    first_bytes: Vec<ByteSet>,
    places: Vec<Place>,
    /// The op that comes next.
    next: Pc,
    /// What failing is, where code is emitted.
    fail: Label,
    prefix: Prefix,
    facts: Facts,
    cold: Vec<Cold<'p>>,
    /// Shared routines that are used.
    shared: BTreeMap<Shared, Label>,
    /// Those of them that are yet to be emitted.
    missing: Vec<Shared>,
    ends: Ends,
}

impl<'p> Emitter<'p> {
    fn new(program: &'p Program) -> Self {
        let mut asm = Asm::default();
        let places = places(program, &mut asm);
        let prefix = Prefix::of(program, |pc| places[pc].joins);
        let first_bytes: Vec<ByteSet> = program.classes.iter().map(Class::first_bytes).collect();
        let ends = Ends::new(program, &first_bytes, prefix.ops, &mut asm);
        Self {
            fail: ends.failed,
            asm,
            pool: Pool::default(),
            program,
            first_bytes,
            places,
            next: 0,
            prefix,
            facts: Facts::UNKNOWN,
            cold: Vec::new(),
            shared: BTreeMap::new(),
            missing: Vec::new(),
            ends,
        }
    }

    fn program(&mut self) -> Result<(), NoCode> {
        self.start();
        let program = self.program;
        let mut falls = true;
        for (pc, op) in program.ops.iter().enumerate() {
            self.place(pc, falls);
            self.op(pc as Pc, op);
            falls = self.falls(op);
            self.check_size()?;
        }
        while let Some(cold) = self.cold.pop() {
            self.facts = Facts::UNKNOWN;
            cold(self);
            self.check_size()?;
        }
        self.shared_routines();
        self.check_size()
    }

    /// Whether the code of `op` may go on behind its end.
    fn falls(&self, op: &Op) -> bool {
        match op {
            Op::Match | Op::Fail | Op::Reject(_) => false,
            Op::Jump(target) | Op::Again(target) => *target == self.next,
            Op::Split { first, second, .. } => [*first, *second].contains(&self.next),
            _ => true,
        }
    }

    fn check_size(&self) -> Result<(), NoCode> {
        match self.asm.len() > asm::MOST_BYTES || self.pool.len() > pool::MOST_BYTES {
            true => Err(NoCode::TooLarge),
            false => Ok(()),
        }
    }

    /// Binds the labels of the op at `pc`, into which the op before it falls or not.
    fn place(&mut self, pc: usize, falls: bool) {
        let Place {
            label,
            resume,
            joins,
        } = self.places[pc];
        self.next = pc as Pc + 1;
        if pc == self.prefix.ops {
            self.leave_prefix();
        }
        if joins {
            self.facts = Facts::UNKNOWN;
        }
        let own = self.is_resumed_only(pc);
        match resume {
            Some(resume) if !own && !falls => self.resume(resume),
            Some(resume) if !own => self.cold(move |e| {
                e.resume(resume);
                e.asm.jump(label);
            }),
            _ => {}
        }
        if !own {
            self.asm.bind(label);
        }
    }

    /// Whether the op at `pc` is one that is gone back to and otherwise skipped.
    fn is_resumed_only(&self, pc: usize) -> bool {
        let op = &self.program.ops[pc];
        matches!(
            op,
            Op::Shorter { .. } | Op::Longer { .. } | Op::Further { .. }
        )
    }

    /// Begins what is gone back to: charges the step.
    fn resume(&mut self, label: Label) {
        self.asm.bind(label);
        self.charge_one();
    }

    fn op(&mut self, pc: Pc, op: &'p Op) {
        let leads = self.ends.leading_look.is_some_and(|(at, _)| at == pc);
        if leads && self.in_prefix() {
            return;
        }
        if !matches!(op, Op::Save(_) | Op::Set(..) | Op::Fence(_)) {
            self.settle();
        }
        if self.in_prefix() {
            self.write_in_prefix(op);
        }
        match *op {
            Op::Match => self.matched(),
            Op::Fail => self.asm.jump(self.fail),
            Op::Jump(target) => self.goto(target),
            Op::Again(target) => {
                self.charge_one();
                self.goto(target);
            }
            Op::Need(count) => self.need(count),
            Op::Compare {
                offset,
                width,
                mask,
                value,
            } => self.compare(offset, width, mask, value),
            Op::Member { offset, set } => self.member(offset, set),
            Op::Advance(count) => self.advance(pc, count),
            Op::Class(class) => self.one_of_class(class),
            Op::Split {
                first,
                second,
                first_next,
                second_next,
            } => {
                self.split((first, first_next), (second, second_next));
            }
            Op::Save(slot) => self.save(slot),
            Op::Set(slot, value) => self.set(slot, value),
            Op::Count(slot) => self.count(slot),
            Op::Copy { from, to } => self.copy(from, to),
            Op::Rounds { .. } => self.rounds(op),
            Op::Progress(slot) => self.progress(slot),
            Op::Run {
                items,
                min,
                max,
                possessive,
            } => self.run(items, min, max, possessive),
            Op::Shorter { items, next } => self.shorter(pc, items, next),
            Op::RunLazy { items, min, max } => self.run_lazy(items, min, max),
            Op::Longer { items, max, next } => self.longer(pc, items, max, next),
            Op::Look(look) => self.look(look),
            Op::Backreference { group, fold } => self.backreference(group, fold),
            Op::Fence(slot) => self.fence(slot),
            Op::Commit(slot) => self.commit(slot),
            Op::Reject(slot) => self.reject(slot),
            Op::Return(slot) => self.return_to(slot),
            Op::Behind { min, max } => self.behind(min, max),
            Op::Further { max } => self.further(pc, max),
            Op::Arrive(slot) => self.arrive(slot),
            Op::Memo(_) => unreachable!("programs that remember were refused"),
        }
    }

    /// Lets `code` be emitted behind all ops. Failing there is what it is here.
    fn cold(&mut self, code: impl FnOnce(&mut Self) + 'p) {
        let (fail, next) = (self.fail, self.next);
        self.cold.push(Box::new(move |e| {
            (e.fail, e.next) = (fail, next);
            code(e);
        }));
    }

    /// Goes on at the op at `pc`.
    fn goto(&mut self, pc: Pc) {
        if pc != self.next {
            self.asm.jump(self.places[pc as usize].label);
        }
    }

    /// Goes on at the op at `pc`, from cold code.
    fn go_back_to(&mut self, pc: Pc) {
        self.asm.jump(self.places[pc as usize].label);
    }

    /// Charges a step.
    fn charge_one(&mut self) {
        self.asm.add(STEPS, STEPS, -1);
        self.check_steps();
    }

    /// Ends the search if steps were charged that it does not have.
    fn check_steps(&mut self) {
        let ended = self.shared(Shared::OutOfSteps);
        self.asm.branch(Cond::Lt, STEPS, Reg::Zero, ended);
    }

    /// A set of the program.
    fn next_set(&self, set: Option<SetId>) -> NextSet {
        set.map_or(NextSet::ANY, |set| self.program.sets[usize::from(set)])
    }
}
