//! Guest registers, exits and facts, on top of the assembler.
//!
//! What lowering says in guest registers, this turns into moves between homes
//! and scratch registers. It also keeps what is known at the point of emission
//! (constants, checked bases) and collects the exits, whose code is cold and
//! goes to the end of the unit.
#![forbid(unsafe_code)]

mod float;
mod leaving;

use dynasmrt::x64::Rq;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi};

use super::asm::{Asm, slot, x64};
use super::exit::{ExitKind, Mode, Site, SiteId};
use super::facts::Facts;
use super::host::Host;
use super::meter::Meter;
use super::plan::{Repairs, Step};
use super::regs::{Home, Homes, LOG, MEM, STATE, T0, T1};
use super::side::Bank;
use super::stubs::{LinkCode, Shadow, Stubs, TouchCode};
use super::unit::Mark;
use crate::isa::{Reg, Width};
use crate::machine::{Link, Rules};
pub(super) use float::{FloatOperand, with_float};

/// Where an instruction finds its second operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Reg(Rq),
    /// So many bytes from `rsp`.
    Slot(i32),
}

/// One instruction with an [`Operand`] on the right.
macro_rules! with {
    ($into:expr ; $op:ident $kind:ident($reg:expr), $operand:expr) => {
        match $operand {
            Operand::Reg(operand) => x64!($into ; $op $kind($reg), $kind(operand)),
            Operand::Slot(at) => slot!($into, at ; $op $kind($reg), slot),
        }
    };
}
pub(super) use with;

/// An exit whose code is still to be emitted.
struct Pending {
    label: DynamicLabel,
    repairs: Repairs,
    site: Site,
}

/// What emits code that belongs behind the unit.
type Cold<'a> = Box<dyn FnOnce(&mut Emitter<'a>) + 'a>;

/// The target of one unit's emission.
pub(super) struct Emitter<'a> {
    pub(super) asm: Asm,
    pub(super) facts: Facts,
    pub(super) mode: Mode,
    pub(super) host: Host,
    homes: &'a Homes,
    stubs: Stubs,
    offset: usize,
    first_site: SiteId,
    sites: Vec<Pending>,
    cold: Vec<(DynamicLabel, Repairs, Cold<'a>)>,
    cold_marks: Vec<Mark>,
    meter: Meter,
    touch: Option<TouchCode>,
    link: Option<LinkCode>,
    rules: Rules,
    pub(super) bank: Bank,
    /// The guest instruction being lowered, and what its segment was paid for
    /// and has not retired yet.
    pub(super) pc: u64,
    pub(super) owed: u32,
    /// What the segment was paid for the instructions behind it.
    pub(super) rest: u32,
    /// What whoever leaves here has to do first, and what it numbers (see `plan`).
    pub(super) repairs: Repairs,
    pub(super) repair_steps: Vec<Step>,
    /// Nobody looks at the upper half of the current instruction's result.
    pub(super) low: bool,
    /// The loads and stores that follow off the same base: widths, and offsets
    /// from what it holds now.
    pub(super) ahead: Vec<(Width, i32)>,
}

/// What an [`Emitter`] leaves behind.
pub(super) struct Emitted {
    pub(super) code: Vec<u8>,
    pub(super) sites: Vec<Site>,
    /// Where the code starts that is not in the straight line.
    pub(super) cold: usize,
    /// Where in it a guest instruction may fault, in ascending order.
    pub(super) cold_marks: Vec<Mark>,
    /// What the repairs of marks number.
    pub(super) repair_steps: Vec<Step>,
}

/// What a unit's code depends on besides the guest's instructions.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) homes: &'a Homes,
    pub(super) stubs: Stubs,
    /// Bytes of guest address space.
    pub(super) window: u64,
    /// Where in the code memory the unit will lie.
    pub(super) offset: usize,
    pub(super) first_site: SiteId,
    pub(super) host: Host,
    /// What the budget register counts.
    pub(super) meter: Meter,
    /// Where touches go, if they are recorded.
    pub(super) touch: Option<TouchCode>,
    /// Where links go, if accesses are linked.
    pub(super) link: Option<LinkCode>,
    /// What the environment makes of instructions.
    pub(super) rules: Rules,
    /// Where the tables are that code reads.
    pub(super) bank: Bank,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(context: Context<'a>, mode: Mode) -> Emitter<'a> {
        Emitter {
            asm: Asm::new(context.offset),
            facts: Facts::new(context.window),
            mode,
            host: context.host,
            homes: context.homes,
            stubs: context.stubs,
            offset: context.offset,
            first_site: context.first_site,
            sites: Vec::new(),
            cold: Vec::new(),
            cold_marks: Vec::new(),
            meter: context.meter,
            touch: context.touch,
            link: context.link,
            rules: context.rules,
            bank: context.bank,
            pc: 0,
            owed: 0,
            rest: 0,
            repairs: Repairs::default(),
            repair_steps: Vec::new(),
            low: false,
            ahead: Vec::new(),
        }
    }

    /// Where in the code memory the next instruction will lie.
    pub(super) fn position(&self) -> usize {
        self.offset + self.asm.offset().0
    }

    /// Where `reg` lives.
    pub(super) fn home(&self, reg: Reg) -> Home {
        self.homes.of(reg)
    }

    /// A register that holds `reg`: its home, or `scratch` after a load. Keeps the flags.
    pub(super) fn read(&mut self, reg: Reg, scratch: Rq) -> Rq {
        match self.home(reg) {
            Home::Gpr(home) => return home,
            Home::Zero => x64!(self ; mov Rd(scratch), 0),
            Home::Slot(at) => slot!(self, at ; mov Rq(scratch), slot),
        }
        scratch
    }

    /// Loads `reg` into `into`, wherever it lives. Keeps the flags.
    pub(super) fn read_into(&mut self, reg: Reg, into: Rq) {
        let from = self.read(reg, into);
        self.copy(into, from);
    }

    /// The register in which to compute a new `rd`: its home, or `scratch`.
    pub(super) fn target(&self, rd: Reg, scratch: Rq) -> Rq {
        match self.home(rd) {
            Home::Gpr(home) => home,
            _ => scratch,
        }
    }

    /// `reg` as a second operand: where it lives, or in `scratch` if that is nowhere.
    pub(super) fn operand(&mut self, reg: Reg, scratch: Rq) -> Operand {
        match self.home(reg) {
            Home::Slot(at) => Operand::Slot(at),
            Home::Zero | Home::Gpr(_) => Operand::Reg(self.read(reg, scratch)),
        }
    }

    /// What `rd = rs1 op rs2` is made from: the register to compute in, a register
    /// with `rs1`, and `rs2`. Where `rs1` has to be loaded it is loaded where it
    /// is computed on, unless `rs2` is there.
    pub(super) fn operands(&mut self, rd: Reg, rs1: Reg, rs2: Reg) -> (Rq, Rq, Operand) {
        let d = self.target(rd, T0);
        let b = self.operand(rs2, T1);
        let a = self.read(rs1, if b == Operand::Reg(d) { T0 } else { d });
        (d, a, b)
    }

    /// Puts one operand of a commutative operation into `d`; returns the other.
    pub(super) fn place_first(&mut self, d: Rq, a: Rq, b: Operand) -> Operand {
        if b == Operand::Reg(d) {
            return Operand::Reg(a);
        }
        self.copy(d, a);
        b
    }

    /// The slot of `rd` and a register with `rs2`, where `rd = rd op rs2` can be
    /// computed in the slot.
    pub(super) fn slot_and_operand(&mut self, rd: Reg, rs1: Reg, rs2: Reg) -> Option<(i32, Rq)> {
        match self.home(rd) {
            Home::Slot(at) if rd == rs1 => Some((at, self.read(rs2, T0))),
            _ => None,
        }
    }

    /// `rd` has been computed in `from`: puts it into its home. Keeps the flags.
    pub(super) fn write(&mut self, rd: Reg, from: Rq) {
        self.facts.forget(rd);
        match self.home(rd) {
            Home::Zero => {}
            Home::Gpr(home) => self.copy(home, from),
            Home::Slot(at) => slot!(self, at ; mov slot, Rq(from)),
        }
    }

    /// `to = from`, unless they are the same. Keeps the flags.
    pub(super) fn copy(&mut self, to: Rq, from: Rq) {
        if to != from {
            x64!(self ; mov Rq(to), Rq(from));
        }
    }

    /// `to = the state`. Keeps the flags.
    pub(super) fn load_state(&mut self, to: Rq) {
        x64!(self ; mov Rq(to), [rsp + STATE]);
    }

    /// `rd = value`, and remembers it.
    pub(super) fn write_constant(&mut self, rd: Reg, value: u64) {
        if rd.is_zero() {
            return;
        }
        match (self.home(rd), i32::try_from(value as i64)) {
            (Home::Slot(at), Ok(value)) => slot!(self, at ; mov slot, DWORD value),
            _ => {
                let to = self.target(rd, T0);
                self.constant(to, value);
                self.write(rd, to);
            }
        }
        self.facts.set_constant(rd, value);
    }

    /// `to = value`, by the shortest encoding. Keeps the flags.
    pub(super) fn constant(&mut self, to: Rq, value: u64) {
        if let Ok(value) = u32::try_from(value) {
            x64!(self ; mov Rd(to), value as i32);
        } else if let Ok(value) = i32::try_from(value as i64) {
            x64!(self ; mov Rq(to), DWORD value);
        } else {
            x64!(self ; mov Rq(to), QWORD value as i64);
        }
    }

    /// Starts a segment of that price: takes it off the budget, or leaves before
    /// the first instruction if there is not so much.
    pub(super) fn start_segment(&mut self, price: u32) {
        let out = self.exit(ExitKind::Budget);
        if let (Meter::Clock(insn), Some(link)) = (self.meter, self.link) {
            let (insns, accesses) = Meter::parts(price);
            self.move_log(accesses as i32);
            x64!(self
                ; add budget, i32::from(insn) * insns as i32
                ; cmp budget, [mem + link.limit]
                ; ja =>out
            );
            return;
        }
        match i8::try_from(price) {
            Ok(price) => x64!(self ; sub budget, BYTE price),
            Err(_) => x64!(self ; sub budget, price as i32),
        }
        x64!(self ; jb =>out);
    }

    /// Gives back what was paid for instructions that are not executed.
    pub(super) fn pay_back(&mut self, price: u32) {
        match self.meter {
            Meter::Insns | Meter::Accesses => match i8::try_from(price) {
                Ok(price) => x64!(self ; add budget, BYTE price),
                Err(_) => x64!(self ; add budget, price as i32),
            },
            Meter::Clock(insn) => {
                let (insns, accesses) = Meter::parts(price);
                self.move_log(-(accesses as i32));
                x64!(self ; sub budget, i32::from(insn) * insns as i32);
            }
        }
    }

    /// Makes room in the log for so many links.
    fn move_log(&mut self, links: i32) {
        let bytes = size_of::<Link>() as i32 * links;
        match i8::try_from(bytes) {
            Ok(0) => {}
            Ok(bytes) => x64!(self ; add log, BYTE bytes),
            Err(_) => x64!(self ; add log, bytes),
        }
    }

    /// Where the current instruction's link goes, from where the log is, and its
    /// clock, from what the meter says.
    pub(super) fn link_place(&self) -> (i32, i32) {
        let (insns, accesses) = Meter::parts(self.owed);
        let insn = match self.meter {
            Meter::Clock(insn) => i32::from(insn),
            Meter::Insns | Meter::Accesses => 0,
        };
        let bytes = size_of::<Link>() as i32;
        (-bytes * accesses as i32, -insn * insns as i32)
    }

    /// Puts into registers what the path has left to whoever leaves it here, once.
    pub(super) fn repair(&mut self) {
        let repairs = std::mem::take(&mut self.repairs);
        if repairs.is_empty() {
            return;
        }
        // Elsewhere nothing else may be known, and here it may not change.
        let facts = self.facts.clone();
        for index in repairs.range() {
            self.facts.forget_all();
            let step = self.repair_steps[index];
            self.lower_step(step, false);
        }
        self.facts = facts;
    }

    /// From here on, only what is known of other registers than `written` holds.
    ///
    /// Boxed numbers stay. What comes before is what comes again, until execution gets
    /// back here: what that finds or makes boxed it does each time, and what knows more
    /// at its start knows no less at its end.
    pub(super) fn keep_unwritten(&mut self, written: impl Iterator<Item = Reg>) {
        written.for_each(|reg| self.facts.forget(reg));
        self.facts.set_flags(None);
        self.facts.lose_index();
    }

    /// Where the shadow of guest address 0 is, if touches are recorded and nothing
    /// else: so many bytes from the address in a register.
    pub(super) fn shadow(&self) -> Option<(Rq, i32)> {
        let touch = self.touch.filter(|_| self.link.is_none());
        touch.map(|touch| match touch.shadow {
            Shadow::Near(shadow) => (MEM, shadow),
            Shadow::InRegister => (LOG, 0),
        })
    }

    /// Whether a misaligned access traps.
    pub(super) fn is_strict(&self) -> bool {
        !self.rules.misaligned
    }

    /// Where links go, if accesses are linked.
    pub(super) fn links(&self) -> Option<LinkCode> {
        self.link
    }

    /// Where the stub is that logs the first access to a word.
    pub(super) fn first_stub(&self) -> usize {
        self.stubs.first
    }

    /// Where the stub is that logs a touch.
    pub(super) fn touch_stub(&self) -> usize {
        self.stubs.touch
    }

    /// A fault in what is emitted next is one of the current instruction.
    pub(super) fn mark_cold(&mut self) {
        self.cold_marks.push(Mark {
            host: self.position() as u32,
            pc: self.pc,
            owed: self.owed,
            repairs: self.repairs,
        });
    }

    /// Where the stub is that goes on at the guest address in [`T0`].
    pub(super) fn miss(&self) -> usize {
        self.stubs.miss
    }

    /// Has `code` emitted behind the unit, and returns the label to enter it by.
    /// How it goes on is its own business.
    pub(super) fn out_of_line(&mut self, code: impl FnOnce(&mut Emitter<'a>) + 'a) -> DynamicLabel {
        let entry = self.asm.new_dynamic_label();
        self.cold.push((entry, self.repairs, Box::new(code)));
        entry
    }

    /// Emits what is cold and ends the unit.
    pub(super) fn finish(mut self) -> Result<Emitted, dynasmrt::DynasmError> {
        let cold = self.position();
        for (entry, repairs, code) in std::mem::take(&mut self.cold) {
            x64!(self ; =>entry);
            self.repairs = repairs;
            code(&mut self);
        }
        let (first, exit) = (self.first_site.0, self.stubs.exit);
        let mut pending = std::mem::take(&mut self.sites);
        for (pending, id) in pending.iter_mut().zip(first..) {
            let label = pending.label;
            pending.site.thunk = self.position();
            x64!(self ; =>label);
            self.repairs = pending.repairs;
            self.repair();
            x64!(self ; mov eax, id as i32 ; jmp extern exit);
        }
        Ok(Emitted {
            code: self.asm.finalize()?,
            sites: pending.into_iter().map(|pending| pending.site).collect(),
            cold,
            cold_marks: self.cold_marks,
            repair_steps: self.repair_steps,
        })
    }
}
