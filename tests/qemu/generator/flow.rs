//! Statements that branch, jump and call.

use rvjet::isa::{Compressed, Cond, Inst, Reg};

use super::set::Set;
use super::{Function, Generator};
use crate::code::offset;
use crate::inst::{addi, branch, jal, jalr};

impl Generator {
    fn block(&mut self, most: i64, depth: u32) {
        for _ in 0..self.random.within(1, most) {
            self.statement(depth);
        }
    }

    /// A block that may be skipped. Afterwards only what holds both ways is known.
    fn skippable(&mut self, depth: u32) {
        let before = self.pointers;
        self.block(6, depth);
        for (pointer, before) in self.pointers.iter_mut().zip(before) {
            *pointer = pointer.filter(|_| *pointer == before);
        }
    }

    pub(super) fn forward_branch(&mut self, depth: u32) {
        if self.random.one_in(3) {
            return self.forward_branch_short(depth);
        }
        let cond = self.random.pick(&Cond::ALL);
        let (rs1, rs2) = (self.rs(), self.rs());
        let at = self.program.code.skip(4);
        self.skippable(depth);
        let end = self.program.code.here();
        self.program
            .code
            .put(at, branch(cond, rs1, rs2, offset(at, end)));
    }

    fn forward_branch_short(&mut self, depth: u32) {
        let cond = self.random.pick(&[Cond::Eq, Cond::Ne]);
        let rs1 = Reg::compressed(self.random.next() as u32);
        let at = self.program.code.skip(2);
        self.skippable(depth);
        let offset = offset(at, self.program.code.here());
        self.program
            .code
            .put_short(at, Compressed::Branch { cond, rs1, offset });
    }

    /// A jump over a block that is never executed; direct, short, or by a register.
    pub(super) fn forward_jump(&mut self, depth: u32) {
        let form = self.random.below(3);
        let rd = self.rd_nonzero();
        let at = self.program.code.skip(if form == 0 { 2 } else { 12 });
        let written = self.written;
        let pointers = self.pointers;
        self.block(3, depth);
        (self.written, self.pointers) = (written, pointers);
        let code = &mut self.program.code;
        let (end, offset) = (code.here(), offset(at, code.here()));
        match form {
            0 => code.put_short(at, Compressed::Jump { offset }),
            1 => code.put(at, jal(rd, offset)),
            _ => {
                let low = (offset << 20) >> 20;
                let imm = offset.wrapping_sub(low);
                code.put(at, Inst::Auipc { rd, imm });
                code.put(at + 4, addi(rd, rd, low));
                code.put(at + 8, jalr(rd, rd, self.random.below(2) as i32));
            }
        }
        debug_assert_eq!(self.program.code.here(), end);
    }

    pub(super) fn counted_loop(&mut self, depth: u32) {
        let kept = self.kept;
        let counter = self.rd_nonzero();
        let most = if depth == 0 { 30 } else { 4 };
        let turns = self.random.within(1, most) as u64;
        self.program.code.li(counter, turns);
        self.kept = kept.with(counter);
        self.keep_some_pointers();
        let top = self.program.code.here();
        self.block(8, depth + 1);
        self.emit(addi(counter, counter, -1));
        let offset = self.program.code.offset_to(top);
        let short = Compressed::Branch {
            cond: Cond::Ne,
            rs1: counter,
            offset,
        };
        if !self.program.code.emit_short(short) {
            self.program
                .code
                .branch_back(Cond::Ne, counter, Reg::ZERO, top);
        }
        self.kept = kept;
    }

    /// Before code that is entered from elsewhere, too: forgets pointers, but
    /// for a few that are not to be written any more.
    fn keep_some_pointers(&mut self) {
        for reg in Reg::all() {
            if self.pointers[reg.index()].is_some() && self.random.one_in(4) {
                self.kept = self.kept.with(reg);
            } else if !self.kept.has(reg) {
                self.pointers[reg.index()] = None;
            }
        }
    }

    /// A function that writes about half of the registers.
    pub(super) fn function(&mut self) {
        let entry = self.program.code.here();
        let kept = self.kept;
        let link = if self.random.one_in(2) {
            Reg::RA
        } else {
            self.rd_nonzero()
        };
        if self.kept.has(link) {
            return;
        }
        self.kept = Set(self.random.next() as u32).with(self.base).with(link);
        self.written = Set::default();
        self.pointers = [None; 32];
        self.block(12, 1);
        if !self.random.one_in(2) || !self.emit_short(Compressed::Jr { rs1: link }) {
            self.emit(jalr(Reg::ZERO, link, 0));
        }
        self.functions.push(Function {
            entry,
            link,
            writes: self.written.with(link),
        });
        self.kept = kept;
    }

    pub(super) fn call(&mut self) {
        let kept = self.kept;
        let callable = |function: &&Function| !function.writes.meets(kept);
        let functions: Vec<Function> = self.functions.iter().filter(callable).copied().collect();
        if functions.is_empty() {
            return self.alu();
        }
        let Function {
            entry,
            link,
            writes,
        } = self.random.pick(&functions);
        for reg in Reg::all().filter(|&reg| writes.has(reg)) {
            self.wrote(reg);
        }
        match self.random.below(3) {
            0 => {
                let offset = self.program.code.offset_to(entry);
                self.emit(jal(link, offset));
            }
            form => self.call_indirectly(entry, link, form == 1),
        }
    }

    /// A call by way of a register, which may be the link itself.
    fn call_indirectly(&mut self, entry: u64, link: Reg, short: bool) {
        let through = match self.random.one_in(2) {
            true => link,
            false => self.rd_nonzero(),
        };
        if short && link == Reg::RA {
            self.program.code.li(through, entry);
            self.emit_short(Compressed::Jalr { rs1: through });
            return;
        }
        let off = self.random.within(-2048, 2047) as i32;
        self.program
            .code
            .li(through, entry.wrapping_add_signed(-i64::from(off)));
        self.emit(jalr(link, through, off));
    }
}
