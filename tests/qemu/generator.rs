//! Random programs of RV64IMAC that end, whatever they compute.
//!
//! A program is a row of sections. Each gives registers new values, runs
//! statements, and stores all registers in a slot of its own; at the end all
//! slots and the memory that statements accessed are written out.
//!
//! What qemu 7.2 and rvjet may do differently is not generated: an SC whose LR
//! had another width or was followed by a store to the address or an `ecall`
//! (the manual lets it fail or not), misaligned atomics (qemu carries them
//! out), and counters.

use rvjet::isa::{AluOp, AmoOp, Compressed, Cond, Inst, LoadOp, MulDivOp, Ordering, Reg, Width};

use crate::code::offset;
use crate::inst::{addi, alu, alu_imm, branch, jal, jalr, ld, load, sd, store};
use crate::operands::{EDGES, IMMEDIATES};
use crate::program::{DATA, Program, WRITE};
use crate::random::Random;

const PAGE: u64 = 0x1000;
/// The base register points into the middle of a page: values, then pointers.
const TABLE: u64 = DATA;
const BASE: u64 = TABLE + PAGE / 2;
/// The first value counts how often all sections are still to be run.
const TURNS: i32 = -((PAGE / 2) as i32);
/// Where statements load and store.
const ARENA: u64 = TABLE + PAGE;
const ARENA_BYTES: u64 = 4 * PAGE;
/// Where sections store registers.
const SLOTS: u64 = ARENA + ARENA_BYTES;
const SLOT_BYTES: u64 = 32 * 8;

/// Instructions in a section, about.
const SECTION: usize = 100;
/// Functions in a program.
const FUNCTIONS: usize = 12;
/// Registers that a program uses more than others.
const FAVORITES: usize = 8;

/// A set of registers.
#[derive(Clone, Copy, Default)]
struct Set(u32);

impl Set {
    fn of(regs: &[Reg]) -> Set {
        regs.iter().fold(Set::default(), |set, &reg| set.with(reg))
    }

    fn with(self, reg: Reg) -> Set {
        Set(self.0 | 1 << reg.bits())
    }

    fn has(self, reg: Reg) -> bool {
        self.0 >> reg.bits() & 1 != 0
    }

    fn meets(self, other: Set) -> bool {
        self.0 & other.0 != 0
    }
}

/// A function that can be called.
#[derive(Clone, Copy)]
struct Function {
    entry: u64,
    /// Where it expects its return address.
    link: Reg,
    writes: Set,
}

/// A program in the making.
pub struct Generator {
    random: Random,
    program: Program,
    base: Reg,
    favorites: Vec<Reg>,
    /// Registers that statements must not write.
    kept: Set,
    /// Registers that have been written.
    written: Set,
    /// Registers that point into the arena, and whereto.
    pointers: [Option<u64>; 32],
    functions: Vec<Function>,
    emitted: usize,
}

impl Generator {
    /// A program of about `insns` instructions that follows from `seed` and
    /// does everything `turns` times.
    pub fn program(seed: u64, insns: usize, turns: u64) -> Program {
        let sections = insns.div_ceil(SECTION) as u64;
        let mut random = Random::new(seed);
        let data = data(&mut random, sections, turns);
        let base = Reg::new(random.within(1, 31) as u32);
        let all: Vec<Reg> = Reg::all().filter(|&reg| reg != base).collect();
        let favorites = random.shuffled(&all)[..FAVORITES].to_vec();
        let mut generator = Generator {
            random,
            program: Program::new(data),
            base,
            favorites,
            kept: Set::of(&[base]),
            written: Set::default(),
            pointers: [None; 32],
            functions: Vec::new(),
            emitted: 0,
        };
        generator.run(sections);
        generator.program
    }

    fn run(&mut self, sections: u64) {
        self.program.code.li(self.base, BASE);
        let over = self.program.code.skip(4);
        for _ in 0..FUNCTIONS {
            self.function();
        }
        let main = self.program.code.here();
        self.program
            .code
            .put(over, jal(Reg::ZERO, offset(over, main)));
        let top = self.program.code.here();
        for section in 0..sections {
            self.new_values(section == 0);
            let end = self.emitted + SECTION;
            while self.emitted < end {
                self.statement(0);
            }
            self.store_all(SLOTS + section * SLOT_BYTES);
        }
        self.turn_back(top);
        let len = ARENA_BYTES + sections * SLOT_BYTES;
        self.program.write_and_exit(ARENA, len);
    }

    /// Goes back to `top` as often as the table says.
    fn turn_back(&mut self, top: u64) {
        let turns = if self.base == Reg::A0 {
            Reg::A1
        } else {
            Reg::A0
        };
        let code = &mut self.program.code;
        code.emit(ld(turns, self.base, TURNS));
        code.emit(addi(turns, turns, -1));
        code.emit(sd(turns, self.base, TURNS));
        code.emit(branch(Cond::Eq, turns, Reg::ZERO, 8));
        let offset = code.offset_to(top);
        code.emit(jal(Reg::ZERO, offset));
    }

    /// Gives most registers, or all, a value that the table holds, or a constant.
    fn new_values(&mut self, all_of_them: bool) {
        let all: Vec<Reg> = Reg::all().skip(1).collect();
        for reg in self.random.shuffled(&all) {
            if reg == self.base {
                continue;
            }
            match self.random.below(4) {
                0 if !all_of_them => {}
                1 => {
                    let value = self.value();
                    self.program.code.li(reg, value);
                }
                _ => {
                    let slot = self.random.within(-255, -1) as i32;
                    self.program.code.emit(ld(reg, self.base, 8 * slot));
                }
            }
        }
        self.pointers = [None; 32];
    }

    /// Stores all registers at `slot`; the base gets its value back.
    fn store_all(&mut self, slot: u64) {
        self.program.code.li(self.base, slot);
        for reg in Reg::all() {
            let at = 8 * reg.bits() as i32;
            self.program.code.emit(sd(reg, self.base, at));
        }
        self.program.code.li(self.base, BASE);
    }

    fn statement(&mut self, depth: u32) {
        match self.random.below(100) {
            0..20 => self.alu(),
            20..32 => self.alu_imm(),
            32..40 => self.muldiv(),
            40..43 => self.upper(),
            43..55 => self.short_alu(),
            55..65 => self.load(),
            65..73 => self.store(),
            73..77 => self.short_memory(),
            77..81 => self.amo(),
            81..83 => self.reserve(),
            83..90 => self.forward_branch(depth),
            90..92 => self.forward_jump(depth),
            92..95 if depth < 2 => self.counted_loop(depth),
            95..98 => self.call(),
            98 => self.write_out(),
            99 => self.fence(),
            _ => self.alu(),
        }
    }

    fn emit(&mut self, inst: Inst) {
        self.emitted += 1;
        self.program.code.emit(inst);
    }

    fn emit_short(&mut self, short: Compressed) -> bool {
        self.emitted += 1;
        self.program.code.emit_short(short)
    }

    /// `reg` gets a value of which nothing is known.
    fn wrote(&mut self, reg: Reg) {
        self.written = self.written.with(reg);
        self.pointers[reg.index()] = None;
    }

    /// Any register; half of the time a favorite of the program.
    fn rs(&mut self) -> Reg {
        if self.random.one_in(2) {
            return self.random.pick(&self.favorites);
        }
        Reg::new(self.random.below(32) as u32)
    }

    /// A register that may be written, which it is about to be.
    fn rd(&mut self) -> Reg {
        loop {
            let reg = self.rs();
            if !self.kept.has(reg) {
                self.wrote(reg);
                return reg;
            }
        }
    }

    /// As [`Generator::rd`], but not `x0`.
    fn rd_nonzero(&mut self) -> Reg {
        loop {
            let reg = self.rd();
            if !reg.is_zero() {
                return reg;
            }
        }
    }

    fn value(&mut self) -> u64 {
        value(&mut self.random)
    }

    fn alu(&mut self) {
        let op = self.random.pick(&AluOp::ALL);
        let (rs1, rs2, rd) = (self.rs(), self.rs(), self.rd());
        self.emit(alu(op, rd, rs1, rs2));
    }

    fn muldiv(&mut self) {
        let op = self.random.pick(&MulDivOp::ALL);
        let (rs1, rs2, rd) = (self.rs(), self.rs(), self.rd());
        self.emit(Inst::MulDiv { op, rd, rs1, rs2 });
    }

    fn alu_imm(&mut self) {
        let op = loop {
            let op = self.random.pick(&AluOp::ALL);
            if op.has_immediate_form() {
                break op;
            }
        };
        let imm = match (op.is_shift(), op.is_word()) {
            (true, true) => self.random.within(0, 31) as i32,
            (true, false) => self.random.within(0, 63) as i32,
            _ if self.random.one_in(2) => self.random.pick(&IMMEDIATES),
            _ => self.random.within(-2048, 2047) as i32,
        };
        let (rs1, rd) = (self.rs(), self.rd());
        self.emit(alu_imm(op, rd, rs1, imm));
    }

    fn upper(&mut self) {
        let imm = self.random.next() as i32 & !0xfff;
        let rd = self.rd();
        let lui = self.random.one_in(2);
        self.emit(match lui {
            true => Inst::Lui { rd, imm },
            false => Inst::Auipc { rd, imm },
        });
    }

    /// Any compressed instruction that computes.
    fn short_alu(&mut self) {
        loop {
            let parcel = self.random.next() as u16;
            let Some(short) = Compressed::decode(parcel) else {
                continue;
            };
            let rd = match short {
                Compressed::Addi16sp { .. } => Reg::SP,
                Compressed::Addi4spn { rd, .. }
                | Compressed::Li { rd, .. }
                | Compressed::Lui { rd, .. }
                | Compressed::AluImm { rd, .. }
                | Compressed::Alu { rd, .. }
                | Compressed::Mv { rd, .. } => rd,
                _ => continue,
            };
            if self.kept.has(rd) {
                continue;
            }
            self.wrote(rd);
            self.emit_short(short);
            return;
        }
    }

    /// A register that points into the arena, and whereto.
    fn pointer(&mut self) -> (Reg, u64) {
        if !self.random.one_in(4)
            && let Some(pointer) = self.pointer_among(&Reg::all().collect::<Vec<_>>())
        {
            return pointer;
        }
        self.new_pointer()
    }

    fn pointer_among(&mut self, regs: &[Reg]) -> Option<(Reg, u64)> {
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
    fn offset(&mut self, addr: u64, width: Width) -> i32 {
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

    fn load(&mut self) {
        let op = self.random.pick(&LoadOp::ALL);
        let (rs1, addr) = self.pointer();
        let offset = self.offset(addr, op.width());
        let rd = self.rd();
        self.emit(load(op, rd, rs1, offset));
    }

    fn store(&mut self) {
        let width = self.random.pick(&Width::ALL);
        let (rs1, addr) = self.pointer();
        let offset = self.offset(addr, width);
        let rs2 = self.rs();
        self.emit(store(width, rs2, rs1, offset));
    }

    fn short_memory(&mut self) {
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

    fn amo(&mut self) {
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
    fn reserve(&mut self) {
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

    fn forward_branch(&mut self, depth: u32) {
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
    fn forward_jump(&mut self, depth: u32) {
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

    fn counted_loop(&mut self, depth: u32) {
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
    fn function(&mut self) {
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

    fn call(&mut self) {
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

    /// Writes a few bytes of the arena to standard output.
    fn write_out(&mut self) {
        let needed = Set::of(&[Reg::A0, Reg::A1, Reg::A2, Reg::A7]);
        if self.kept.meets(needed) {
            return self.alu();
        }
        let from = ARENA + self.random.below(ARENA_BYTES - 16);
        let len = self.random.within(0, 16);
        for (reg, value) in [(Reg::A0, 1), (Reg::A1, from), (Reg::A2, len as u64)] {
            self.wrote(reg);
            self.program.code.li(reg, value);
        }
        self.wrote(Reg::A7);
        self.emit(addi(Reg::A7, Reg::ZERO, WRITE));
        self.emit(Inst::Ecall);
        self.pointers[Reg::A1.index()] = Some(from);
    }

    fn fence(&mut self) {
        let (rd, rs1) = (Reg::ZERO, Reg::ZERO);
        if self.random.one_in(8) {
            return self.emit(Inst::FenceI { rd, rs1, imm: 0 });
        }
        let sets = self.random.within(0, 255) as u16;
        self.emit(Inst::Fence { rd, rs1, sets });
    }
}

/// Half of the time an edge, else anything.
fn value(random: &mut Random) -> u64 {
    match random.below(4) {
        0 | 1 => random.pick(&EDGES),
        2 => random.next(),
        _ => random.next() as i32 as u64,
    }
}

/// The table, the arena and the slots.
fn data(random: &mut Random, sections: u64, turns: u64) -> Vec<u8> {
    let mut data = turns.to_le_bytes().to_vec();
    for _ in 1..256 {
        data.extend(value(random).to_le_bytes());
    }
    for _ in 0..256 {
        let addr = ARENA + random.below(ARENA_BYTES - 7);
        let near_page = (addr & !(PAGE - 1))
            .saturating_sub(random.below(8))
            .max(ARENA);
        let addr = random.pick(&[addr, addr & !7, near_page]);
        data.extend(addr.to_le_bytes());
    }
    for _ in 0..ARENA_BYTES / 8 {
        data.extend(value(random).to_le_bytes());
    }
    data.resize(data.len() + (sections * SLOT_BYTES) as usize, 0);
    data
}

/// The pointer at `index` of the table.
fn pointer(data: &[u8], index: u64) -> u64 {
    let at = (BASE - TABLE + 8 * index) as usize;
    data[at..at + 8]
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte))
}
