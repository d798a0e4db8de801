//! A single item: a byte of a set, or a scalar value of a class.

use super::Emitter;
use super::facts::Facts;
use super::shared::Shared;
use crate::backtrack::program::{ClassId, Items};
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, Load, Reg, RegOp};
use crate::jit::regs::{BYTE, END, POSITION, X1};

impl Emitter<'_> {
    /// Moves over one scalar value of a class, or fails
    pub fn one_of_class(&mut self, class: ClassId) {
        self.item(Items::Class(class), self.fail);
        self.facts = Facts {
            begin: false,
            ..Facts::UNKNOWN
        };
    }

    /// Moves over one item; goes on at `none` where there is none.
    pub fn item(&mut self, items: Items, none: Label) {
        if self.facts.next.end {
            self.asm.branch(Cond::Geu, POSITION, END, none);
        }
        self.asm.load(Load::Lbu, BYTE, POSITION, 0);
        match items {
            Items::Bytes(set) => {
                let bytes = self.next_set(Some(set)).bytes;
                self.branch_byte(&bytes, BYTE, X1, false, none);
                self.asm.add(POSITION, POSITION, 1);
            }
            Items::Class(class) => self.member_of_class(class, none),
        }
    }

    fn member_of_class(&mut self, class: ClassId, none: Label) {
        let (other, over) = (self.asm.label(), self.asm.label());
        let table = self.pool.first_bytes(&self.first_bytes[usize::from(class)]);
        self.look_up(Load::Lb, X1, BYTE, table);
        self.asm.branch(Cond::Ge, Reg::Zero, X1, other);
        self.asm.add(POSITION, POSITION, 1);
        self.asm.bind(over);
        self.cold(move |e| {
            e.asm.bind(other);
            e.asm.branch(Cond::Eq, X1, Reg::Zero, none);
            e.wide_item(class, none);
            e.asm.jump(over);
        });
    }

    /// Moves over a member of a class that begins with `BYTE`, which is not ASCII.
    pub fn wide_item(&mut self, class: ClassId, none: Label) {
        self.call(Shared::Wide(class));
        self.asm.branch(Cond::Eq, X1, Reg::Zero, none);
        self.asm.op(RegOp::Add, POSITION, POSITION, X1);
    }
}
