//! Routines that several places use: exits, calls of helpers, and what is long.

use super::Emitter;
use crate::backtrack::program::ClassId;
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, ImmOp, Load, Reg, RegOp};
use crate::jit::frame::{ENTRY, Exit, field, helper, saved, spill};
use crate::jit::regs::{
    BYTE, END, FRAME, LINK, POOL, POSITION, RESTORE, START, STEPS, TOP, X1, X3, X4,
};

/// A routine. Those that come back are called with [`LINK`], and clobber what is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// Ends the search.
    Matched,
    NoMatch,
    OutOfSteps,
    OutOfStack,
    /// The end of these; `X1` says how.
    Leave,
    /// Makes room for another entry, or ends the search.
    Grow,
    /// `X1` = the helper of that name, of the position and `X1`.
    HelpGrow,
    HelpClass,
    HelpWord,
    HelpFolded,
    /// `X1` = the length of the member of a class that is at the position and begins with
    /// `BYTE`, which is not ASCII; or 0.
    Wide(ClassId),
    /// Takes the choices above the entry at `X1` off the stack.
    Commit,
    /// Takes all entries from the one at `X1` on off the stack, and fails.
    Reject,
}

impl Emitter<'_> {
    /// Where a routine is.
    pub fn shared(&mut self, routine: Shared) -> Label {
        if let Some(&label) = self.shared.get(&routine) {
            return label;
        }
        let label = self.asm.label();
        self.shared.insert(routine, label);
        self.missing.push(routine);
        label
    }

    /// Calls a routine that comes back.
    pub fn call(&mut self, routine: Shared) {
        let label = self.shared(routine);
        self.asm.call(LINK, label);
    }

    /// Emits the routines that are used.
    pub fn shared_routines(&mut self) {
        while let Some(routine) = self.missing.pop() {
            let label = self.shared(routine);
            self.asm.bind(label);
            match routine {
                Shared::Matched => self.exit(Exit::Match),
                Shared::NoMatch => self.exit(Exit::NoMatch),
                Shared::OutOfSteps => self.exit(Exit::Steps),
                Shared::OutOfStack => self.exit(Exit::Stack),
                Shared::Leave => self.leave(),
                Shared::Grow => self.grow(),
                Shared::HelpGrow => self.help(helper!(grow)),
                Shared::HelpClass => self.help(helper!(class)),
                Shared::HelpWord => self.help(helper!(word)),
                Shared::HelpFolded => self.help(helper!(folded)),
                Shared::Wide(class) => self.wide(class),
                Shared::Commit => self.commit_routine(),
                Shared::Reject => self.reject_routine(),
            }
        }
    }

    fn exit(&mut self, exit: Exit) {
        let leave = self.shared(Shared::Leave);
        self.asm.constant(X1, exit as i64);
        self.asm.jump(leave);
    }

    fn leave(&mut self) {
        self.asm.sd(START, FRAME, field!(start));
        self.asm.sd(STEPS, FRAME, field!(steps));
        self.asm.copy(Reg::A0, X1);
        self.asm.ld(Reg::Ra, FRAME, spill!(return_address));
        // The frame's own register comes last.
        let mut saved: alloc::vec::Vec<_> = saved().collect();
        saved.reverse();
        for (reg, offset) in saved {
            self.asm.ld(reg, FRAME, offset);
        }
        self.asm.call_register(Reg::Zero, Reg::Ra);
    }

    /// Calls the helper whose address is at `helper` among these.
    fn help(&mut self, helper: i64) {
        let kept = [
            (LINK, spill!(link)),
            (POSITION, spill!(position)),
            (TOP, field!(top)),
            (STEPS, field!(steps)),
            (START, field!(start)),
        ];
        for (reg, offset) in kept {
            self.asm.sd(reg, FRAME, offset);
        }
        self.asm.copy(Reg::A1, POSITION);
        self.asm.copy(Reg::A2, X1);
        self.asm.copy(Reg::A0, FRAME);
        self.asm.ld(X1, FRAME, field!(helpers));
        self.asm.ld(X1, X1, helper);
        self.asm.call_register(Reg::Ra, X1);
        self.asm.copy(X1, Reg::A0);
        for (reg, offset) in kept {
            self.asm.ld(reg, FRAME, offset);
        }
        self.reload();
        self.asm.far_address_of(RESTORE, self.ends.restore);
        self.asm.call_register(Reg::Zero, LINK);
    }

    fn grow(&mut self) {
        self.asm.sd(LINK, FRAME, spill!(outer_link));
        self.call(Shared::HelpGrow);
        let full = self.shared(Shared::OutOfStack);
        self.asm.branch(Cond::Eq, X1, Reg::Zero, full);
        self.asm.ld(LINK, FRAME, spill!(outer_link));
        self.asm.call_register(Reg::Zero, LINK);
    }

    /// Two bytes by bits in the pool, the others by the helper.
    fn wide(&mut self, class: ClassId) {
        let (long, none) = (self.asm.label(), self.asm.label());
        let program = self.program;
        let members = &program.classes[usize::from(class)];
        let rows = self.pool.two_byte_members(members);
        self.asm.add(X1, BYTE, -0xc2);
        self.asm.imm(ImmOp::Sltiu, X1, X1, 0xe0 - 0xc2);
        self.asm.branch(Cond::Eq, X1, Reg::Zero, long);
        self.asm.add(X3, POSITION, 1);
        self.asm.branch(Cond::Geu, X3, END, none);
        self.asm.load(Load::Lbu, X3, POSITION, 1);
        // A continuation byte becomes its last six bits, and any other more than that.
        self.asm.imm(ImmOp::Xori, X3, X3, 0x80);
        self.asm.imm(ImmOp::Sltiu, X4, X3, 0x40);
        self.asm.branch(Cond::Eq, X4, Reg::Zero, none);
        self.asm.shift(X1, BYTE, 3);
        self.asm.op(RegOp::Add, X1, X1, POOL);
        self.asm.ld(X1, X1, rows - 8 * 0xc0);
        self.asm.op(RegOp::Srl, X1, X1, X3);
        self.asm.imm(ImmOp::Andi, X1, X1, 1);
        self.asm.shift(X1, X1, 1);
        self.asm.call_register(Reg::Zero, LINK);
        self.asm.bind(none);
        self.asm.constant(X1, 0);
        self.asm.call_register(Reg::Zero, LINK);
        self.asm.bind(long);
        let help = self.shared(Shared::HelpClass);
        self.asm.constant(X1, i64::from(class));
        self.asm.jump(help);
    }

    fn commit_routine(&mut self) {
        let (kept, read, skip) = (X1, X3, self.asm.label());
        self.asm.copy(read, kept);
        let again = self.asm.here();
        self.asm.ld(X4, read, 0);
        self.asm.branch(Cond::Ne, X4, RESTORE, skip);
        for offset in [0, 8, 16] {
            self.asm.ld(X4, read, offset);
            self.asm.sd(X4, kept, offset);
        }
        self.asm.add(kept, kept, ENTRY);
        self.asm.bind(skip);
        self.asm.add(read, read, ENTRY);
        self.asm.branch(Cond::Ltu, read, TOP, again);
        self.asm.copy(TOP, kept);
        self.asm.call_register(Reg::Zero, LINK);
    }

    fn reject_routine(&mut self) {
        let height = X1;
        let again = self.asm.here();
        self.asm.branch(Cond::Geu, height, TOP, self.ends.fail);
        self.asm.add(TOP, TOP, -ENTRY);
        self.asm.ld(X3, TOP, 0);
        self.asm.branch(Cond::Ne, X3, RESTORE, again);
        self.asm.ld(X3, TOP, 8);
        self.asm.ld(X4, TOP, 16);
        self.asm.sd(X4, X3, 0);
        self.asm.jump(again);
    }
}
