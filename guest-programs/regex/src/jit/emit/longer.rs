//! Repetitions of single items: ever more.

use super::Emitter;
use super::facts::Facts;
use crate::backtrack::program::{ClassId, Items, NextSet, Pc, SetId};
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, Load};
use crate::jit::frame::ENTRY;
use crate::jit::regs::{BYTE, COUNT, END, POSITION, TOP, X1};

impl Emitter<'_> {
    /// Moves over `min` items, and pushes the choice of more
    pub fn run_lazy(&mut self, items: Items, min: u32, max: Option<u32>) {
        let own = self.next - 1;
        if min > 0 {
            self.begin_charge();
            match items {
                Items::Bytes(set) => self.run_bytes(set, min, Some(min), true),
                Items::Class(class) => self.run_class(class, min, Some(min), true),
            }
        }
        if max.is_none_or(|max| min < max) {
            self.reserve();
            self.push(own + 1);
            if max.is_some() {
                self.asm.constant(X1, i64::from(min));
                self.asm.sd(X1, TOP, 16 - ENTRY);
            }
        }
        self.facts = Facts::UNKNOWN;
    }

    /// Moves over further items to where `next` holds, `max` in all at most
    pub fn longer(&mut self, own: Pc, items: Items, max: Option<u32>, next: Option<SetId>) {
        let resume = self.places[own as usize].resume;
        let next = self.next_set(next);
        self.cold(move |e| {
            let Some(resume) = resume else { return };
            let short = e.asm.label();
            e.charge_and_fail(short);
            e.resume(resume);
            e.begin_charge();
            match (items, max) {
                (Items::Bytes(set), None) => e.longer_bytes(set, &next, short),
                (Items::Class(class), None) => e.longer_class(class, &next, short),
                _ => e.longer_items(items, max, &next, short),
            }
            e.end_charge();
            e.push_again(max);
            e.go_back_to(own + 1);
        });
    }

    /// Pushes the entry that was just taken off, with the position and, if there is a `max`,
    /// the number of items; but not if that is `max`.
    fn push_again(&mut self, max: Option<u32>) {
        let full = self.asm.label();
        if let Some(max) = max {
            self.asm.constant(X1, i64::from(max));
            self.asm.branch(Cond::Geu, COUNT, X1, full);
            self.asm.sd(COUNT, TOP, 16);
        }
        self.asm.sd(POSITION, TOP, 8);
        self.asm.add(TOP, TOP, ENTRY);
        self.asm.bind(full);
    }

    /// Bytes up to one that `next` has; goes on at `short` if there is none.
    fn longer_bytes(&mut self, set: SetId, next: &NextSet, short: Label) {
        let items = self.next_set(Some(set)).bytes;
        self.item(Items::Bytes(set), short);
        let (over, found) = (
            items.intersection(&next.bytes.complement()),
            self.asm.label(),
        );
        match over.complement().single() {
            Some(byte) => self.scan_to(POSITION, END, byte),
            None => self.scan(POSITION, END, &over),
        }
        let at_end = if next.end { found } else { short };
        self.asm.branch(Cond::Geu, POSITION, END, at_end);
        if next.bytes != over.complement() {
            self.asm.load(Load::Lbu, BYTE, POSITION, 0);
            self.branch_byte(&next.bytes, BYTE, X1, false, short);
        }
        self.asm.bind(found);
    }

    /// Members of a class up to what begins with a byte that `next` has; the same.
    fn longer_class(&mut self, class: ClassId, next: &NextSet, short: Label) {
        let program = self.program;
        let members = &program.classes[usize::from(class)];
        let leads = self.wide_leads(class);
        let found = self.asm.label();
        self.item(Items::Class(class), short);
        let again = self.asm.here();
        let over = members.ascii().intersection(&next.bytes.complement());
        self.scan(POSITION, END, &over);
        let at_end = if next.end { found } else { short };
        self.asm.branch(Cond::Geu, POSITION, END, at_end);
        self.asm.load(Load::Lbu, BYTE, POSITION, 0);
        self.branch_byte(&next.bytes, BYTE, X1, true, found);
        self.branch_byte(&leads, BYTE, X1, false, short);
        self.wide_item(class, short);
        self.asm.jump(again);
        self.asm.bind(found);
    }

    /// Item by item.
    fn longer_items(&mut self, items: Items, max: Option<u32>, next: &NextSet, short: Label) {
        let found = self.asm.label();
        if max.is_some() {
            self.asm.ld(COUNT, TOP, 16);
        }
        let again = self.asm.here();
        if let Some(max) = max {
            self.asm.constant(X1, i64::from(max));
            self.asm.branch(Cond::Geu, COUNT, X1, short);
        }
        self.item(items, short);
        if max.is_some() {
            self.asm.add(COUNT, COUNT, 1);
        }
        if *next != NextSet::ANY {
            let at_end = if next.end { found } else { short };
            self.asm.branch(Cond::Geu, POSITION, END, at_end);
            self.asm.load(Load::Lbu, BYTE, POSITION, 0);
            self.branch_byte(&next.bytes, BYTE, X1, false, again);
        }
        self.asm.bind(found);
    }
}
