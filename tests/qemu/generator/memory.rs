//! Statements that access memory, by registers of which it is known where they point.

use rvjet::isa::{AmoOp, Compressed, Inst, LoadOp, Ordering, Reg, Width};

use super::{ARENA, ARENA_BYTES, BASE, Generator, PAGE, TABLE};
use crate::code::offset;
use crate::inst::{addi, ld, load, store};

impl Generator {
    /// A register that points into the arena, and whereto.
    pub(super) fn pointer(&mut self) -> (Reg, u64) {
        if !self.random.one_in(4)
            && let Some(pointer) = self.pointer_among(&Reg::all().collect::<Vec<_>>())
        {
            return pointer;
        }
        self.new_pointer()
    }

    pub(super) fn pointer_among(&mut self, regs: &[Reg]) -> Option<(Reg, u64)> {
        let known = |reg: &Reg| Some((*reg, self.pointers[reg.index()]?));
        let pointers: Vec<(Reg, u64)> = regs.iter().filter_map(known).collect();
        (!pointers.is_empty()).then(|| self.random.pick(&pointers))
    }

    /// Makes a pointer: a constant, or one from the table, which nobody but qemu knows.
    fn new_pointer(&mut self) -> (Reg, u64) {
        let rd = self.pointer_register();
        let index = self.random.below(256);
        let addr = pointer(&self.program.data, index);
        if self.random.one_in(3) {
            self.program.code.li(rd, addr);
            self.emitted += 2;
        } else {
            self.emit(ld(rd, self.base, 8 * index as i32));
        }
        self.pointers[rd.index()] = Some(addr);
        (rd, addr)
    }

    /// Where to put a pointer: often where compressed instructions look for it.
    fn pointer_register(&mut self) -> Reg {
        let favored = Reg::new(self.random.pick(&[2, 8, 9, 10, 11, 12, 13, 14, 15]));
        if self.random.one_in(2) && !self.kept.has(favored) {
            self.wrote(favored);
            return favored;
        }
        self.rd_nonzero()
    }

    /// An offset from `addr` at which `width` may be accessed, of any alignment.
    pub(super) fn offset(&mut self, addr: u64, width: Width) -> i32 {
        let far = self.random.one_in(2);
        let reach = if far { 2047 } else { 40 };
        let mut at = addr.wrapping_add_signed(self.random.within(-reach, reach));
        if self.random.one_in(2) {
            at &= !(width.bytes() - 1);
        }
        if self.random.one_in(8) {
            let page = (at + PAGE / 2) & !(PAGE - 1);
            at = page.wrapping_add_signed(self.random.within(-8, 1));
        }
        let at = at.clamp(ARENA, ARENA + ARENA_BYTES - 8);
        let offset = offset(addr, at);
        if (-2048..2048).contains(&offset) {
            offset
        } else {
            0
        }
    }

    pub(super) fn load(&mut self) {
        let op = self.random.pick(&LoadOp::ALL);
        let (rs1, addr) = self.pointer();
        let offset = self.offset(addr, op.width());
        let rd = self.rd();
        self.emit(load(op, rd, rs1, offset));
    }

    pub(super) fn store(&mut self) {
        let width = self.random.pick(&Width::ALL);
        let (rs1, addr) = self.pointer();
        let offset = self.offset(addr, width);
        let rs2 = self.rs();
        self.emit(store(width, rs2, rs1, offset));
    }

    pub(super) fn short_memory(&mut self) {
        let sp = [Reg::SP];
        let eight: Vec<Reg> = (0..8).map(Reg::compressed).collect();
        let use_sp = self.random.one_in(3);
        let Some((rs1, addr)) = self.pointer_among(if use_sp { &sp } else { &eight }) else {
            return self.load();
        };
        let width = self.random.pick(&[Width::Word, Width::Double]);
        let most = if use_sp { 64 } else { 32 };
        let offset = (self.random.below(most) * width.bytes()) as i32;
        if addr.wrapping_add_signed(offset.into()) > ARENA + ARENA_BYTES - 8 {
            return;
        }
        let stores = self.random.one_in(2);
        let reg = if use_sp {
            self.rs()
        } else {
            self.random.pick(&eight)
        };
        if !stores && (self.kept.has(reg) || reg.is_zero()) {
            return;
        }
        let short = match (stores, use_sp) {
            (true, true) => Compressed::StoreSp {
                width,
                rs2: reg,
                offset,
            },
            (true, false) => Compressed::Store {
                width,
                rs1,
                rs2: reg,
                offset,
            },
            (false, true) => Compressed::LoadSp {
                width,
                rd: reg,
                offset,
            },
            (false, false) => Compressed::Load {
                width,
                rd: reg,
                rs1,
                offset,
            },
        };
        if self.emit_short(short) && !stores {
            self.wrote(reg);
        }
    }

    /// A register that points to a multiple of eight.
    fn aligned_pointer(&mut self) -> (Reg, u64) {
        let (reg, addr) = self.pointer();
        let at = addr & !7;
        if at == addr {
            return (reg, addr);
        }
        let rd = self.pointer_register();
        self.emit(addi(rd, reg, offset(addr, at)));
        self.pointers[rd.index()] = Some(at);
        (rd, at)
    }

    fn atomic_width(&mut self) -> Width {
        self.random.pick(&[Width::Word, Width::Double])
    }

    fn order(&mut self) -> Ordering {
        let (aq, rl) = (self.random.one_in(2), self.random.one_in(2));
        Ordering { aq, rl }
    }

    pub(super) fn amo(&mut self) {
        let op = self.random.pick(&AmoOp::ALL);
        let (width, order) = (self.atomic_width(), self.order());
        let (rs1, _) = self.aligned_pointer();
        let (rs2, rd) = (self.rs(), self.rd());
        self.emit(Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            order,
        });
    }

    /// An LR, then an SC to the same place or another, and perhaps one more, which fails.
    pub(super) fn reserve(&mut self) {
        let (width, order) = (self.atomic_width(), self.order());
        let kept = self.kept;
        let (there, _) = self.aligned_pointer();
        self.kept = kept.with(there);
        let (rs1, _) = self.aligned_pointer();
        self.kept = self.kept.with(rs1);
        let rd = self.rd();
        self.emit(Inst::LoadReserved {
            width,
            rd,
            rs1,
            order,
        });
        for _ in 0..self.random.below(3) {
            self.alu();
        }
        let to = if self.random.one_in(3) { there } else { rs1 };
        for to in [Some(to), self.random.one_in(3).then_some(rs1)]
            .into_iter()
            .flatten()
        {
            let (rs2, rd) = (self.rs(), self.rd());
            self.emit(Inst::StoreConditional {
                width,
                rd,
                rs1: to,
                rs2,
                order,
            });
        }
        self.kept = kept;
    }
}

/// The pointer at `index` of the table.
fn pointer(data: &[u8], index: u64) -> u64 {
    let at = (BASE - TABLE + 8 * index) as usize;
    data[at..at + 8]
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte))
}
