//! Ops that choose between two ways.

use super::Emitter;
use super::facts::is_subset;
use crate::backtrack::program::{NextSet, Op, Pc, SetId};
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, Load};
use crate::jit::frame::ENTRY;
use crate::jit::regs::{BYTE, END, POSITION, SLOTS, TOP, X1, X3};
use crate::set::ByteSet;

use super::slots::offset;

/// A way, and what has to come next for it to be worth a try.
type Way = (Pc, Option<SetId>);

impl Emitter<'_> {
    /// Pushes the choice `(pc, position, anything)`. There must be room for it.
    pub fn push(&mut self, pc: Pc) {
        let Some(resume) = self.places[pc as usize].resume else {
            unreachable!("`places` has found all that are gone back to")
        };
        self.asm.address_of(X1, resume);
        self.asm.sd(X1, TOP, 0);
        self.asm.sd(POSITION, TOP, 8);
        self.asm.add(TOP, TOP, ENTRY);
    }

    /// By `count` rounds, another round or none or the choice between them
    pub fn rounds(&mut self, op: &Op) {
        let Op::Rounds {
            count,
            min,
            max,
            lazy,
            body,
            exit,
            body_next,
            exit_next,
        } = *op
        else {
            unreachable!("the caller has looked")
        };
        self.asm.ld(X1, SLOTS, offset(count));
        if min > 0 {
            let label = self.places[body as usize].label;
            self.asm.constant(X3, i64::from(min));
            self.asm.branch(Cond::Ltu, X1, X3, label);
        }
        if let Some(max) = max {
            let label = self.places[exit as usize].label;
            self.asm.constant(X3, i64::from(max));
            self.asm.branch(Cond::Geu, X1, X3, label);
        }
        match lazy {
            false => self.split((body, body_next), (exit, exit_next)),
            true => self.split((exit, exit_next), (body, body_next)),
        }
        // The body is reached by other ways, too.
        self.facts = super::Facts::UNKNOWN;
    }

    /// The first way, or the second, or the choice between them
    pub fn split(&mut self, first: Way, second: Way) {
        let known = self.facts.next;
        let [a, b] = [first, second].map(|way| meet(&self.next_set(way.1), &known));
        if a == b && a == known {
            self.reserve();
            self.push(second.0);
            return self.goto(first.0);
        }
        if known.end {
            let at_end = self.at_end(first.0, second.0, a.end, b.end);
            self.asm.branch(Cond::Geu, POSITION, END, at_end);
        }
        self.asm.load(Load::Lbu, BYTE, POSITION, 0);
        match second.0 == self.next {
            true => self.split_near_second(&known.bytes, (first.0, &a.bytes), (second.0, &b.bytes)),
            false => self.split_near_first(&known.bytes, (first.0, &a.bytes), (second.0, &b.bytes)),
        }
        if first.0 == self.next {
            self.facts.next = a;
        } else if second.0 == self.next {
            self.facts.next = b;
        }
    }

    /// Where execution goes on at the haystack's end.
    fn at_end(&mut self, first: Pc, second: Pc, a: bool, b: bool) -> Label {
        let [one, other] = [first, second].map(|pc| self.places[pc as usize].label);
        match (a, b) {
            (true, false) => one,
            (false, true) => other,
            (false, false) => self.fail,
            (true, true) => {
                let both = self.asm.label();
                self.cold(move |e| {
                    e.asm.bind(both);
                    e.reserve();
                    e.push(second);
                    e.go_back_to(first);
                });
                both
            }
        }
    }

    /// Decides by the next byte, and falls into the first way if that is next.
    fn split_near_first(&mut self, known: &ByteSet, first: (Pc, &ByteSet), second: (Pc, &ByteSet)) {
        let a = first.1;
        if !is_subset(known, a) {
            let other = self.without_first(known, a, second);
            self.branch_byte(a, BYTE, X1, false, other);
        }
        self.push_if_second(first, second);
        self.goto(first.0);
    }

    /// Decides by the next byte, and falls into the second way.
    fn split_near_second(
        &mut self,
        known: &ByteSet,
        first: (Pc, &ByteSet),
        second: (Pc, &ByteSet),
    ) {
        let (a, b) = (first.1, second.1);
        let other = self.asm.label();
        if !is_subset(known, a) {
            self.branch_byte(a, BYTE, X1, false, other);
        }
        self.push_if_second(first, second);
        self.go_back_to(first.0);
        self.asm.bind(other);
        if !is_subset(known, &a.union(b)) {
            self.branch_byte(b, BYTE, X1, false, self.fail);
        }
    }

    /// With a next byte for the first way, pushes the second if it is for that, too. Goes
    /// on at the first or falls through.
    fn push_if_second(&mut self, (first, a): (Pc, &ByteSet), (second, b): (Pc, &ByteSet)) {
        if a.intersection(b).is_empty() {
            return;
        }
        if !is_subset(a, b) {
            let label = self.places[first as usize].label;
            self.branch_byte(b, BYTE, X1, false, label);
        }
        self.reserve();
        self.push(second);
    }

    /// Where execution goes on with a next byte that is not for the first way.
    fn without_first(
        &mut self,
        known: &ByteSet,
        a: &ByteSet,
        (second, b): (Pc, &ByteSet),
    ) -> Label {
        let way = self.places[second as usize].label;
        let others = known.intersection(&a.complement());
        if is_subset(&others, b) {
            return way;
        }
        if others.intersection(b).is_empty() {
            return self.fail;
        }
        let (label, b) = (self.asm.label(), *b);
        self.cold(move |e| {
            e.asm.bind(label);
            e.branch_byte(&b, BYTE, X1, true, way);
            e.asm.jump(e.fail);
        });
        label
    }
}

/// What both allow.
fn meet(a: &NextSet, b: &NextSet) -> NextSet {
    NextSet {
        bytes: a.bytes.intersection(&b.bytes),
        end: a.end && b.end,
    }
}
