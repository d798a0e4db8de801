//! Programs at random: arithmetic, accesses that overlap, loops and calls, and between
//! them all calls that SP1's executor takes, at addresses all over the place.
//!
//! They end, and jump nowhere but into themselves. What they pass to calls may still be
//! more than SP1's executor takes.

use rvjet::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Reg, Width, encode};

use crate::builder::{Elf, Program as Segment, R, W, X};
use crate::dice::Dice;
use crate::inst::{addi, alu, alu_imm, branch, jal, jalr, load, store};

const CONSTANTS: u64 = 0x7800_0000;
/// Room for words more than there are in the text that is laid out.
const SLACK: u64 = 64;
const DATA_BYTES: usize = 0x1000;
/// Bytes of data, zeroes behind the others.
const DATA_SIZE: u64 = 0x3000;
/// Where points of curves are in the constants, and how far apart.
const POINTS: u64 = CONSTANTS + 0xc00;
const POINT: u64 = 0x40;

/// Registers with addresses: those of one place, and those that move.
const PLACES: [Reg; 6] = [
    Reg::SP,
    Reg::new(3),
    Reg::new(18),
    Reg::new(19),
    Reg::new(20),
    Reg::new(21),
];
const HEAP: Reg = Reg::new(18);
const MOVING: Reg = Reg::new(21);
/// The register that `call` is by.
const LINK: Reg = Reg::RA;
/// Counters of loops, the outermost's first.
const COUNTERS: [Reg; 4] = [Reg::new(8), Reg::new(9), Reg::new(22), Reg::new(23)];
/// Nothing that lasts is in these.
const SCRATCH: [u32; 16] = [4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 24, 25, 26, 31];
const T: Reg = Reg::new(30);

/// A program, and the items of its input.
#[derive(Debug)]
pub struct Program {
    pub elf: Vec<u8>,
    pub inputs: Vec<Vec<u8>>,
}

/// What a program is like.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// How often the whole is repeated, at the most.
    pub rounds: u64,
    /// How many pieces it has.
    pub pieces: u64,
    /// One of so many pieces is a call, if any.
    pub calls: Option<u64>,
}

/// A program that accesses words, counts down from `rounds`, and accesses them again, many
/// times over.
pub fn late(rounds: u64) -> Program {
    let mut maker = Maker::empty(1, SEPARATE);
    let base = Reg::new(3);
    maker.li(base, SEPARATE.data);
    let access = |maker: &mut Maker| {
        for offset in [0, 8, 4, -0x10] {
            maker.put(load(LoadOp::Lw, Reg::new(4), base, offset));
            maker.put(store(Width::Half, Reg::new(4), base, offset));
        }
    };
    access(&mut maker);
    maker.li(Reg::new(8), rounds);
    maker.put(addi(Reg::new(8), Reg::new(8), -1));
    maker.put(branch(Cond::Ne, Reg::new(8), Reg::ZERO, -4));
    maker.li(Reg::new(8), 2000);
    let start = maker.words.len();
    access(&mut maker);
    maker.put(addi(Reg::new(8), Reg::new(8), -1));
    let back = distance(maker.words.len(), start);
    maker.put(branch(Cond::Ne, Reg::new(8), Reg::ZERO, back));
    maker.li(Reg::A0, SEPARATE.data);
    maker.li(Reg::A1, 0);
    maker.ecall(0x1_0109);
    maker.li(Reg::A0, 0);
    maker.ecall(0);
    let elf = maker.elf().unwrap_or_default();
    let inputs = Vec::new();
    Program { elf, inputs }
}

/// A program that writes its first item to a descriptor, and all items that there are
/// then to its public values.
pub fn hook(fd: u64) -> Vec<u8> {
    let mut maker = Maker::empty(1, SEPARATE);
    let (len, place) = (Reg::new(8), SEPARATE.data);
    let read = |maker: &mut Maker| {
        maker.put(addi(Reg::A1, Reg::T0, 0));
        maker.put(addi(len, Reg::T0, 0));
        maker.li(Reg::A0, place);
        maker.ecall(0xf1);
    };
    let write = |maker: &mut Maker, fd| {
        maker.li(Reg::A0, fd);
        maker.li(Reg::A1, place);
        maker.put(addi(Reg::A2, len, 0));
        maker.ecall(2);
    };
    maker.hint_len();
    read(&mut maker);
    write(&mut maker, fd);
    let start = maker.words.len();
    maker.hint_len();
    maker.put(addi(T, Reg::ZERO, -1));
    let end = maker.hole();
    read(&mut maker);
    write(&mut maker, 13);
    let back = distance(maker.words.len(), start);
    maker.put(jal(Reg::ZERO, back));
    let filled = maker.fill(end, |offset| branch(Cond::Eq, Reg::T0, T, offset));
    maker.li(Reg::A0, 0);
    maker.ecall(0);
    filled.and_then(|()| maker.elf()).unwrap_or_default()
}

/// Segments with pages of their own.
const SEPARATE: Layout = Layout {
    text: CONSTANTS + 0x1000,
    data: CONSTANTS + 0x4_0000,
    joined: false,
};

/// Where segments are.
#[derive(Clone, Copy, Debug)]
struct Layout {
    text: u64,
    data: u64,
    /// Whether text goes on up to the data.
    joined: bool,
}

impl Layout {
    /// Segments with pages of their own, or next to each other, in one page or even in one
    /// double word.
    fn of(dice: &mut Dice, seed: u64, kind: Kind) -> Option<Layout> {
        if dice.below(2) == 0 {
            return Some(SEPARATE);
        }
        let text = SEPARATE.text + 4 * dice.below(4);
        let words = Maker::of(seed, kind, SEPARATE)?.words.len() as u64 + SLACK;
        let data = text + 4 * (words + dice.below(4));
        let joined = true;
        Some(Layout { text, data, joined })
    }
}

/// The program of a seed; nothing if it did not fit.
pub fn program(seed: u64, kind: Kind) -> Option<Program> {
    let layout = Layout::of(&mut Dice::new(!seed), seed, kind)?;
    let mut maker = Maker::of(seed, kind, layout)?;
    let inputs = maker.inputs();
    Some(Program {
        elf: maker.elf()?,
        inputs,
    })
}

struct Maker {
    dice: Dice,
    /// One of so many pieces is a call, if any.
    one_in: Option<u64>,
    layout: Layout,
    words: Vec<u32>,
    /// Where functions start.
    functions: Vec<usize>,
    /// Jumps to a function of that number.
    calls: Vec<(usize, usize)>,
    unconstrained: bool,
    function: bool,
}

impl Maker {
    fn of(seed: u64, kind: Kind, layout: Layout) -> Option<Maker> {
        let mut maker = Maker::empty(seed, layout);
        maker.whole(kind)?;
        Some(maker)
    }

    fn empty(seed: u64, layout: Layout) -> Maker {
        Maker {
            dice: Dice::new(seed),
            one_in: None,
            layout,
            words: Vec::new(),
            functions: Vec::new(),
            calls: Vec::new(),
            unconstrained: false,
            function: false,
        }
    }

    /// The first double word of data, and some behind.
    fn data(&self, offset: u64) -> u64 {
        self.layout.data.next_multiple_of(8) + offset
    }

    fn text(&self, offset: u64) -> u64 {
        self.layout.text.next_multiple_of(8) + offset
    }

    fn whole(&mut self, kind: Kind) -> Option<()> {
        self.one_in = kind.calls;
        if self.one_in.is_some() && self.dice.below(4) == 0 {
            // Before there is anything in registers or clocks.
            self.precompile();
        }
        self.li(Reg::SP, CONSTANTS - 0x1000);
        self.li(Reg::new(3), self.data(0x800));
        self.li(Reg::new(19), self.text(0x800));
        self.li(Reg::new(20), CONSTANTS + 0x400);
        self.li(MOVING, self.data(0x1000));
        self.set_heap();
        for reg in SCRATCH {
            let value = self.value();
            self.li(Reg::new(reg), value);
        }
        let rounds = 1 + self.dice.below(kind.rounds);
        self.looped(0, rounds, |maker| maker.pieces(1, kind.pieces))?;
        if self.dice.below(4) == 0 {
            self.commit();
        }
        let code = self.dice.roll() >> self.dice.pick(&[0, 32, 56]);
        self.li(Reg::A0, code);
        let high = self.dice.pick(&[0, 0, 7]);
        self.ecall(high << 32);
        self.make_functions()
    }

    fn make_functions(&mut self) -> Option<()> {
        self.function = true;
        for _ in 0..3 {
            self.functions.push(self.words.len());
            let pieces = 1 + self.dice.below(6);
            self.pieces(2, pieces)?;
            // A jump to a `jalr` is what SP1's executor may get wrong.
            self.put(addi(Reg::ZERO, Reg::ZERO, 0));
            self.put(jalr(Reg::ZERO, LINK, 0));
        }
        for (at, function) in std::mem::take(&mut self.calls) {
            let offset = distance(at, self.functions[function]);
            self.words[at] |= encode(jal(Reg::ZERO, offset))? & !0xfff;
        }
        Some(())
    }

    fn inputs(&mut self) -> Vec<Vec<u8>> {
        let count = self.dice.below(12);
        let dice = &mut self.dice;
        let mut item = || {
            let len = dice.pick(&[0, 1, 7, 8, 9, 16, 63, 64, 240, 240, 5000]);
            (0..len).map(|_| dice.roll() as u8).collect()
        };
        (0..count).map(|_| item()).collect()
    }

    fn elf(&mut self) -> Option<Vec<u8>> {
        let Layout {
            text: start,
            data: there,
            joined,
        } = self.layout;
        let mut text: Vec<u8> = self.words.iter().flat_map(|it| it.to_le_bytes()).collect();
        let room = (there - start) as usize;
        if text.len() > room {
            return None;
        }
        if joined {
            let nop = 0x13u32.to_le_bytes();
            let more = (room - text.len()) / nop.len();
            text.extend(std::iter::repeat_n(nop, more).flatten());
        }
        let dice = &mut self.dice;
        let mut bytes = |len| -> Vec<u8> { (0..len).map(|_| dice.roll() as u8).collect() };
        let mut constants = bytes((start - CONSTANTS) as usize);
        let data = bytes(DATA_BYTES);
        for (number, point) in points().iter().cycle().take(8).enumerate() {
            let at = (POINTS - CONSTANTS + POINT * number as u64) as usize;
            constants[at..at + point.len()].copy_from_slice(point);
        }
        let elf = Elf {
            e_type: 2,
            entry: start,
            programs: vec![
                Segment::load(CONSTANTS, R, &constants),
                Segment::load(start, R | X, &text),
                Segment::load(there, R | W, &data).size(DATA_SIZE),
            ],
            sections: Vec::new(),
        };
        Some(elf.bytes())
    }

    fn put(&mut self, inst: Inst) {
        let word = encode(inst);
        self.words
            .push(word.unwrap_or_else(|| panic!("{inst:?} has no encoding")));
    }

    /// `reg = value`
    fn li(&mut self, reg: Reg, value: u64) {
        let signed = value as i64;
        let low = (signed << 52 >> 52) as i32;
        if signed == i64::from(low) {
            return self.put(addi(reg, Reg::ZERO, low));
        }
        let rest = signed.wrapping_sub(low.into());
        if let Ok(imm) = i32::try_from(rest)
            && i32::try_from(signed).is_ok()
        {
            self.put(Inst::Lui { rd: reg, imm });
        } else {
            self.li(reg, (rest >> 12) as u64);
            self.put(alu_imm(AluOp::Sll, reg, reg, 12));
        }
        if low != 0 {
            self.put(addi(reg, reg, low));
        }
    }

    fn scratch(&mut self) -> Reg {
        Reg::new(self.dice.pick(&SCRATCH))
    }

    /// One that may be written, `x0` among them.
    fn target(&mut self) -> Reg {
        match self.dice.below(12) {
            0 => Reg::ZERO,
            _ => self.scratch(),
        }
    }

    /// One that may be read.
    fn source(&mut self) -> Reg {
        match self.dice.below(12) {
            0 => Reg::ZERO,
            1 => self.dice.pick(&PLACES),
            2 => self.dice.pick(&COUNTERS),
            _ => self.scratch(),
        }
    }

    fn value(&mut self) -> u64 {
        const ODD: [u64; 12] = [
            0,
            1,
            u64::MAX,
            i64::MIN as u64,
            i64::MAX as u64,
            0x8000_0000,
            0x7fff_ffff,
            0xffff_ffff,
            0xffff_ffff_8000_0000,
            63,
            64,
            32,
        ];
        let value = self.dice.roll();
        match self.dice.below(3) {
            0 => self.dice.pick(&ODD),
            1 => value,
            _ => value >> self.dice.below(64),
        }
    }

    /// An address for eight-byte words, with room on both sides.
    fn address(&mut self) -> u64 {
        const EDGES: [u64; 12] = [
            0x1000,
            0x77ff_f800,
            0x7fff_f800,
            0x8000_0000,
            0xffff_fc00,
            (1 << 34) - 8,
            (1 << 36) - 0x400,
            1 << 36,
            (1 << 37) - (1 << 34),
            (1 << 37) - 0x800,
            (1 << 39) + 0x123_4560,
            (1 << 40) - 0x400,
        ];
        let words = self.dice.below(64);
        8 * words
            + match self.dice.below(8) {
                0 => CONSTANTS + 0x400,
                1 => self.text(0),
                2 => self.dice.pick(&EDGES),
                3 => CONSTANTS - 0x1000,
                4 => (self.dice.roll() >> 27) & !7 | 0x800,
                _ => {
                    let offset = self.dice.pick(&[0, 0x100, 0x800, 0xf80, 0x1000, 0x1ff0]);
                    self.data(offset)
                }
            }
    }

    /// Another heap.
    fn set_heap(&mut self) {
        let address = self.address() & !7;
        self.li(HEAP, address.clamp(0x1000, (1 << 40) - 0x800));
    }

    /// Some pieces, one after the other.
    fn pieces(&mut self, depth: usize, count: u64) -> Option<()> {
        for _ in 0..count {
            self.piece(depth)?;
        }
        Some(())
    }

    fn piece(&mut self, depth: usize) -> Option<()> {
        let one_in = self.one_in.filter(|_| !self.function);
        if one_in.is_some_and(|one_in| self.dice.below(one_in) == 0) {
            return self.call(depth);
        }
        match self.dice.below(20) {
            0..=3 => self.compute(),
            4 => self.multiply(),
            5..=9 => self.load(),
            10..=13 => self.store(),
            14 => self.move_place(),
            15 if depth < 3 => self.choice(depth)?,
            16 if depth < COUNTERS.len() && !self.function => {
                let count = 1 + self.dice.below(5);
                let pieces = 1 + self.dice.below(5);
                self.looped(depth, count, |maker| maker.pieces(depth + 1, pieces))?;
            }
            17 if !self.function => self.jump_to_function()?,
            18 => self.constant(),
            _ => self.compute(),
        }
        Some(())
    }

    fn constant(&mut self) {
        let rd = self.target();
        let imm = (self.dice.roll() as i32) & !0xfff;
        match self.dice.below(3) {
            0 => self.put(Inst::Lui { rd, imm }),
            1 => self.put(Inst::Auipc { rd, imm }),
            _ if !rd.is_zero() => {
                let value = self.value();
                self.li(rd, value);
            }
            _ => {}
        }
    }

    fn compute(&mut self) {
        let op = self.dice.pick(&AluOp::ALL);
        let (rd, rs1, rs2) = (self.target(), self.source(), self.source());
        if self.dice.below(2) == 0 || !op.has_immediate_form() {
            return self.put(alu(op, rd, rs1, rs2));
        }
        let imm = match (op.is_shift(), op.is_word()) {
            (true, false) => self.dice.below(64) as i32,
            (true, true) => self.dice.below(32) as i32,
            (false, _) => self.dice.below(4096) as i32 - 2048,
        };
        self.put(alu_imm(op, rd, rs1, imm));
    }

    fn multiply(&mut self) {
        let op = self.dice.pick(&MulDivOp::ALL);
        if self.dice.below(3) == 0 {
            let reg = self.scratch();
            let value = self.value();
            self.li(reg, value);
        }
        let (rd, rs1, rs2) = (self.target(), self.source(), self.source());
        self.put(Inst::MulDiv { op, rd, rs1, rs2 });
    }

    /// An aligned offset: mostly of few words.
    fn offset(&mut self, width: Width) -> i32 {
        let bytes = width.bytes();
        let offset = match self.dice.below(3) {
            0 => self.dice.below(4096),
            _ => 2048 + self.dice.below(48),
        };
        (offset / bytes * bytes) as i32 - 2048
    }

    fn load(&mut self) {
        let op = self.dice.pick(&LoadOp::ALL);
        let (rd, rs1) = (self.target(), self.dice.pick(&PLACES));
        let offset = self.offset(op.width());
        self.put(load(op, rd, rs1, offset));
    }

    fn store(&mut self) {
        let width = self.dice.pick(&Width::ALL);
        let (rs2, rs1) = (self.source(), self.dice.pick(&PLACES));
        let offset = self.offset(width);
        self.put(store(width, rs2, rs1, offset));
    }

    /// Another place, that depends on a register.
    fn move_place(&mut self) {
        if self.dice.below(6) == 0 {
            return self.set_heap();
        }
        let from = self.source();
        let base = self.dice.pick(&PLACES[..3]);
        let mask = self.dice.pick(&[8, 0x38, 0x7f8, 0x400]);
        self.put(alu_imm(AluOp::And, T, from, mask));
        // Not far from the end of memory.
        let base = if base == HEAP { Reg::new(3) } else { base };
        self.put(alu(AluOp::Add, MOVING, base, T));
    }

    fn choice(&mut self, depth: usize) -> Option<()> {
        let cond = self.dice.pick(&Cond::ALL);
        let (rs1, rs2) = (self.source(), self.source());
        let at = self.hole();
        let pieces = 1 + self.dice.below(4);
        self.pieces(depth + 1, pieces)?;
        if self.dice.below(2) == 0 {
            self.fill(at, |offset| branch(cond, rs1, rs2, offset))?;
            return Some(());
        }
        let end = self.hole();
        self.fill(at, |offset| branch(cond, rs1, rs2, offset))?;
        self.pieces(depth + 1, pieces)?;
        self.fill(end, |offset| jal(Reg::ZERO, offset))
    }

    /// A place for a jump.
    fn hole(&mut self) -> usize {
        self.words.push(0);
        self.words.len() - 1
    }

    /// The jump in a hole, to here.
    fn fill(&mut self, at: usize, jump: impl FnOnce(i32) -> Inst) -> Option<()> {
        self.words[at] = encode(jump(distance(at, self.words.len())))?;
        Some(())
    }

    fn looped(
        &mut self,
        depth: usize,
        count: u64,
        body: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let counter = COUNTERS[depth];
        let down = self.dice.below(2) == 0;
        let (from, step) = if down { (count, -1) } else { (0, 1) };
        self.li(counter, from);
        let start = self.words.len();
        body(self)?;
        self.put(addi(counter, counter, step));
        let mut end = Reg::ZERO;
        if !down {
            end = T;
            self.li(T, count);
        }
        let here = self.words.len();
        let back = distance(here, start);
        match encode(branch(Cond::Ne, counter, end, back)) {
            Some(word) => self.words.push(word),
            None => {
                self.put(branch(Cond::Eq, counter, end, 8));
                let word = encode(jal(Reg::ZERO, back - 4))?;
                self.words.push(word);
            }
        }
        Some(())
    }

    fn jump_to_function(&mut self) -> Option<()> {
        let function = self.dice.below(3) as usize;
        match self.dice.below(3) {
            0 => {
                let at = self.hole();
                self.words[at] = encode(jal(LINK, 0))?;
                self.calls.push((at, function));
            }
            // To a jump to it, by the register that is written.
            1 => {
                self.put(Inst::Auipc { rd: LINK, imm: 0 });
                self.put(jalr(LINK, LINK, 12));
                self.trampolines(&[function])?;
            }
            // To one of two.
            _ => {
                let from = self.source();
                self.put(alu_imm(AluOp::And, T, from, 4));
                self.put(Inst::Auipc { rd: LINK, imm: 0 });
                self.put(alu(AluOp::Add, LINK, LINK, T));
                let back = self.dice.pick(&[16, 17]);
                self.put(jalr(LINK, LINK, back));
                self.trampolines(&[function, (function + 1) % 3])?;
            }
        }
        Some(())
    }

    /// Jumps to functions, behind a call that jumps to them, and around which its return
    /// goes on.
    fn trampolines(&mut self, functions: &[usize]) -> Option<()> {
        let around = 4 * (functions.len() as i32 + 1);
        self.put(jal(Reg::ZERO, around));
        for function in functions {
            let at = self.hole();
            self.words[at] = encode(jal(Reg::ZERO, 0))?;
            self.calls.push((at, *function));
        }
        Some(())
    }

    /// `t0 = code; ecall`
    fn ecall(&mut self, code: u64) {
        self.li(Reg::T0, code);
        self.put(Inst::Ecall);
    }

    fn call(&mut self, depth: usize) -> Option<()> {
        if self.unconstrained {
            self.write();
            return Some(());
        }
        match self.dice.below(12) {
            0 => self.hint_len(),
            1..=2 => self.hint_read()?,
            3 => {
                self.write_to(14);
                self.hint_read()?;
            }
            4 => self.write(),
            5 => self.commit(),
            6 if depth < 3 => self.detour(depth)?,
            7 => {
                let code = self.dice.pick(&[0x1a, 0x1b, 0x9_0000_001a]);
                self.ecall(code);
            }
            _ => self.precompile(),
        }
        Some(())
    }

    fn hint_len(&mut self) {
        self.ecall(0xf0);
    }

    /// Reads the next item, if there is one.
    fn hint_read(&mut self) -> Option<()> {
        self.hint_len();
        self.put(addi(Reg::A1, Reg::T0, 0));
        self.put(addi(T, Reg::ZERO, -1));
        let at = self.hole();
        let to = self.address() & !7;
        self.li(Reg::A0, to.min((1 << 40) - 0x2000));
        self.ecall(0xf1);
        self.fill(at, |offset| branch(Cond::Eq, Reg::A1, T, offset))
    }

    fn write(&mut self) {
        let fd = self.dice.pick(&[
            1,
            2,
            3,
            13,
            13,
            14,
            14,
            22,
            0x1_0000_000d,
            0x1_0000_0001,
            0x7_0000_000e,
        ]);
        self.write_to(fd);
    }

    fn write_to(&mut self, fd: u64) {
        self.li(Reg::A0, fd);
        if self.dice.below(10) == 0 {
            // What a slice of nothing points to.
            let nowhere = self.dice.below(2);
            self.li(Reg::A1, nowhere);
            self.li(Reg::A2, 0);
            return self.ecall(2);
        }
        let (address, odd) = (self.address(), self.dice.below(8));
        self.li(Reg::A1, (address + odd).min((1 << 40) - 340));
        let len = self.dice.pick(&[0, 1, 7, 8, 9, 64, 240]);
        self.li(Reg::A2, len);
        self.ecall(2);
    }

    fn commit(&mut self) {
        let index = self.dice.below(8);
        self.li(Reg::A0, index);
        let offset = self.offset(Width::Word);
        self.put(load(LoadOp::Lwu, Reg::A1, Reg::new(3), offset));
        self.ecall(0x10);
    }

    /// An unconstrained block.
    fn detour(&mut self, depth: usize) -> Option<()> {
        self.ecall(3);
        let at = self.hole();
        self.unconstrained = true;
        let pieces = self.dice.below(12);
        if depth + 1 < COUNTERS.len() && self.dice.below(4) == 0 {
            let rounds = 1 + self.dice.below(300);
            self.looped(depth + 1, rounds, |maker| maker.pieces(depth + 2, pieces))?;
        } else {
            self.pieces(depth + 1, pieces)?;
        }
        self.unconstrained = false;
        self.ecall(4);
        self.fill(at, |offset| branch(Cond::Eq, Reg::T0, Reg::ZERO, offset))
    }

    /// A precompile of operands wherever.
    fn precompile(&mut self) {
        const OF_BYTES: [u64; 4] = [0x30_0105, 0x1_0106, 0x1_0109, 0x133];
        const OF_NUMBERS: [u64; 13] = [
            0x1_011d, 0x1_0120, 0x1_0121, 0x1_0122, 0x1_0123, 0x1_0124, 0x1_0125, 0x1_0126,
            0x1_0127, 0x1_0128, 0x1_0129, 0x1_012a, 0x1_012b,
        ];
        let code = match self.dice.below(7) {
            0 | 1 => self.dice.pick(&OF_BYTES),
            2 | 3 => self.dice.pick(&OF_NUMBERS),
            4 => return self.curve(),
            _ => self.dice.pick(&[0x1_0130, 0x1_0131]),
        };
        let first = self.operand();
        // Near, so that they overlap, or the same.
        let near = |maker: &mut Maker| match maker.dice.below(4) {
            0 => maker.operand(),
            1 => first,
            _ => (first + 8 * maker.dice.below(9)).saturating_sub(32),
        };
        let (mut second, third) = (near(self), near(self));
        let (low, high) = (near(self), near(self));
        if matches!(code, 0x30_0105 | 0x1_0109 | 0x133) {
            second = 0;
        }
        for (reg, value) in [Reg::A0, Reg::A1, Reg::A2, Reg::A3, Reg::A4]
            .into_iter()
            .zip([first, second, third, low, high])
        {
            self.li(reg, value);
        }
        let upper = self.dice.pick(&[0, 0, 0, 3]);
        self.ecall(code | upper << 32);
    }

    fn operand(&mut self) -> u64 {
        (self.address() & !7).clamp(0x1000, (1 << 40) - 0x248)
    }

    /// A curve's precompile, of points of it, or of what is none.
    fn curve(&mut self) {
        let (add, double, first) = self.dice.pick(&[
            (0x1_010a, 0x10b, 0),
            (0x1_010e, 0x10f, 1),
            (0x1_0107, 0x1_0107, 2),
            (0x1_012c, 0x12d, 3),
        ]);
        // Eight places: each curve has two.
        let places = [POINTS + POINT * first, POINTS + POINT * (first + 4)];
        let which = self.dice.below(2) as usize;
        let (mut p, mut q) = (places[which], places[1 - which]);
        if self.dice.below(12) == 0 {
            (p, q) = (self.operand(), self.operand());
        }
        self.li(Reg::A0, p);
        self.li(Reg::A1, q);
        let code = self.dice.pick(&[add, double]);
        self.ecall(code);
    }
}

/// From one word to another, in bytes.
fn distance(from: usize, to: usize) -> i32 {
    4 * (to as i32 - from as i32)
}

/// A point of each curve: secp256k1, BN254, Ed25519, secp256r1.
fn points() -> [[u8; POINT as usize]; 4] {
    let point = |x: &str, y: &str| {
        let mut bytes = [0; POINT as usize];
        for (half, digits) in bytes.chunks_mut(32).zip([x, y]) {
            for (byte, at) in half.iter_mut().rev().zip((0..64).step_by(2)) {
                *byte = u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            }
        }
        bytes
    };
    [
        point(
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        ),
        point(&format!("{:064x}", 1), &format!("{:064x}", 2)),
        point(
            "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a",
            "6666666666666666666666666666666666666666666666666666666666666658",
        ),
        point(
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        ),
    ]
}
