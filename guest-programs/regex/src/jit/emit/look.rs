//! Assertions.

use super::Emitter;
use super::facts::is_subset;
use super::shared::Shared;
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, Load, Reg, RegOp};
use crate::jit::pool::Words;
use crate::jit::regs::{BEGIN, BYTE, END, POSITION, X1, X3};
use crate::look::{Look, is_word_byte};
use crate::set::ByteSet;

/// Which way to look from the position.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Emitter<'_> {
    /// Fails unless an assertion holds
    pub fn look(&mut self, look: Look) {
        match look {
            Look::StartText => self.asm.branch(Cond::Ne, POSITION, BEGIN, self.fail),
            Look::EndText => self.asm.branch(Cond::Ne, POSITION, END, self.fail),
            Look::EndTextOrNewline => self.end_or_newline(),
            Look::StartLine => self.newline_or(Side::Before),
            Look::EndLine => self.newline_or(Side::After),
            Look::Word => self.words(Words::Unicode, false),
            Look::NotWord => self.words(Words::Unicode, true),
            Look::WordAscii => self.words(Words::Ascii, false),
            Look::NotWordAscii => self.words(Words::Ascii, true),
        }
    }

    fn newline_or(&mut self, side: Side) {
        let holds = self.asm.label();
        self.branch_at_edge(side, holds);
        self.load_byte(side);
        self.fail_unless_newline();
        self.asm.bind(holds);
    }

    fn end_or_newline(&mut self) {
        let holds = self.asm.label();
        self.asm.branch(Cond::Eq, POSITION, END, holds);
        self.asm.add(X1, END, -1);
        self.asm.branch(Cond::Ne, POSITION, X1, self.fail);
        self.load_byte(Side::After);
        self.fail_unless_newline();
        self.asm.bind(holds);
    }

    fn fail_unless_newline(&mut self) {
        let newline = ByteSet::range(b'\n', b'\n');
        self.branch_byte(&newline, BYTE, X1, false, self.fail);
    }

    /// Goes on at `label` where there is no byte on that side.
    fn branch_at_edge(&mut self, side: Side, label: Label) {
        let edge = match side {
            Side::Before => BEGIN,
            Side::After => END,
        };
        self.asm.branch(Cond::Eq, POSITION, edge, label);
    }

    fn load_byte(&mut self, side: Side) {
        let offset = match side {
            Side::Before => -1,
            Side::After => 0,
        };
        self.asm.load(Load::Lbu, BYTE, POSITION, offset);
    }

    /// Compares what is on either side.
    fn words(&mut self, words: Words, negated: bool) {
        let cond = if negated { Cond::Ne } else { Cond::Eq };
        match (
            self.known(words, Side::Before),
            self.known(words, Side::After),
        ) {
            (Some(before), Some(after)) if (before == after) == negated => {}
            (Some(_), Some(_)) => self.asm.jump(self.fail),
            (Some(known), None) => self.word_beside(words, Side::After, known, negated),
            (None, Some(known)) => self.word_beside(words, Side::Before, known, negated),
            (None, None) => {
                self.is_word(words, Side::Before, X3);
                self.is_word(words, Side::After, X1);
                if words == Words::Unicode {
                    self.asm.op(RegOp::Or, BYTE, X1, X3);
                    self.ask_if_negative(BYTE, negated, |e| e.asm.branch(cond, X1, X3, e.fail));
                } else {
                    self.asm.branch(cond, X1, X3, self.fail);
                }
            }
        }
    }

    /// The same where what is on the other side is known.
    fn word_beside(&mut self, words: Words, side: Side, known: bool, negated: bool) {
        self.is_word(words, side, X1);
        let cond = if known == negated { Cond::Eq } else { Cond::Ne };
        let decide = |e: &mut Self| e.asm.branch(cond, X1, Reg::Zero, e.fail);
        match words {
            Words::Unicode => self.ask_if_negative(X1, negated, decide),
            Words::Ascii => decide(self),
        }
    }

    /// Lets the helper decide where `word` says that there is more than ASCII, and else
    /// `decide`.
    fn ask_if_negative(&mut self, word: Reg, negated: bool, decide: impl FnOnce(&mut Self)) {
        let (ask, holds) = (self.asm.label(), self.asm.label());
        self.asm.branch(Cond::Lt, word, Reg::Zero, ask);
        decide(self);
        self.asm.bind(holds);
        self.cold(move |e| {
            e.asm.bind(ask);
            e.asm.constant(X1, i64::from(negated));
            e.call(Shared::HelpWord);
            e.asm.branch(Cond::Ne, X1, Reg::Zero, holds);
            e.asm.jump(e.fail);
        });
    }

    /// Whether there is a word character on that side, if that is known.
    fn known(&self, words: Words, side: Side) -> Option<bool> {
        let (bytes, edge) = match side {
            Side::Before => (self.facts.before, self.facts.begin),
            Side::After => (self.facts.next.bytes, self.facts.next.end),
        };
        let word: ByteSet = (0..0x80).filter(|&byte| is_word_byte(byte)).collect();
        let unsure = match words {
            Words::Unicode => ByteSet::range(0x80, 0xff),
            Words::Ascii => ByteSet::EMPTY,
        };
        if is_subset(&bytes, &word) && !edge {
            return Some(true);
        }
        let none = bytes.intersection(&word.union(&unsure)).is_empty();
        none.then_some(false)
    }

    /// `d` = 1 if there is a word character on that side, 0 if not, negative if only the
    /// helper knows.
    fn is_word(&mut self, words: Words, side: Side, d: Reg) {
        let edge = self.asm.label();
        self.asm.constant(d, 0);
        self.branch_at_edge(side, edge);
        self.load_byte(side);
        let table = self.pool.word_characters(words);
        self.look_up(Load::Lb, d, BYTE, table);
        self.asm.bind(edge);
    }
}
