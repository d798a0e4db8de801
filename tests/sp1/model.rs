//! What SP1's executor does, as simply as it can be told: registers, words with the clock
//! of their last access, and the entries that go into a chunk.

use std::collections::{BTreeMap, VecDeque};

use rvjet::isa::{Decoded, Inst, Reg, decode, semantics};

use crate::scenario::Scenario;

const X: u32 = 1;

/// A chunk: registers, pc and clock at its start, clock and instructions at its end, and
/// its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flat {
    pub registers: [u64; 32],
    pub pc: u64,
    pub clk_start: u64,
    pub clk_end: u64,
    pub global_clk_end: u64,
    pub entries: Vec<(u64, u64)>,
}

/// Clock of the last access, and value.
type Word = (u64, u64);

/// Registers, pc, clock and memory before a block.
type Before = ([u64; 32], u64, u64, BTreeMap<u64, Word>);

/// A run.
#[derive(Clone, Debug)]
pub struct Model {
    pub x: [u64; 32],
    pub pc: u64,
    pub clk: u64,
    pub global_clk: u64,
    pub memory: BTreeMap<u64, Word>,
    pub public: Vec<u8>,
    pub chunks: Vec<Flat>,
    text: (u64, Vec<u8>),
    input: VecDeque<Vec<u8>>,
    /// What the block began with, if there is one.
    block: Option<Box<Before>>,
    open: Flat,
    most: usize,
}

impl Model {
    /// The first `insns` instructions, in chunks of `most` entries.
    pub fn run(scenario: &Scenario, insns: u64, most: u64) -> Model {
        let mut model = Model::new(scenario, most as usize);
        let mut steps = 0;
        while model.global_clk < insns {
            model.step();
            steps += 1;
            assert!(steps < 200_000_000, "the model does not get there");
        }
        if model.block.is_some() {
            model.leave();
        }
        model.cut();
        model
    }

    fn new(scenario: &Scenario, most: usize) -> Model {
        let mut memory = BTreeMap::new();
        for program in &scenario.elf.programs {
            for (index, byte) in program.bytes.iter().enumerate() {
                let addr = program.addr + index as u64;
                let word: &mut Word = memory.entry(addr & !7).or_default();
                word.1 |= u64::from(*byte) << (8 * (addr % 8));
            }
        }
        let text = scenario.elf.programs.iter().find(|it| it.flags & X != 0);
        let text = text.map(|it| (it.addr, it.bytes.clone())).unwrap();
        Model {
            x: [0; 32],
            pc: scenario.elf.entry,
            clk: 1,
            global_clk: 0,
            memory,
            public: Vec::new(),
            chunks: Vec::new(),
            text,
            input: scenario.inputs.iter().cloned().collect(),
            block: None,
            open: Flat {
                registers: [0; 32],
                pc: scenario.elf.entry,
                clk_start: 1,
                clk_end: 1,
                global_clk_end: 0,
                entries: Vec::new(),
            },
            most,
        }
    }

    /// Ends the open chunk, unless it is empty.
    fn cut(&mut self) {
        self.open.clk_end = self.clk;
        self.open.global_clk_end = self.global_clk;
        let next = Flat {
            registers: self.x,
            pc: self.pc,
            clk_start: self.clk,
            clk_end: self.clk,
            global_clk_end: self.global_clk,
            entries: Vec::new(),
        };
        let done = std::mem::replace(&mut self.open, next);
        if done.clk_start != done.clk_end {
            self.chunks.push(done);
        }
    }

    fn word(&mut self, addr: u64) -> &mut Word {
        assert!(addr < 1 << 40 && addr.is_multiple_of(8), "{addr:#x}");
        self.memory.entry(addr).or_default()
    }

    fn note(&mut self, entry: Word) {
        if self.block.is_none() {
            self.open.entries.push(entry);
        }
    }

    /// An access to a word, `value` being what it is then, at this clock.
    fn access(&mut self, addr: u64, value: Option<u64>, clk: u64) -> u64 {
        let before = *self.word(addr);
        self.note(before);
        *self.word(addr) = (clk, value.unwrap_or(before.1));
        before.1
    }

    fn read(&mut self, addr: u64, count: u64, clk: u64) -> Vec<u64> {
        let words = (0..count).map(|index| addr + 8 * index);
        words.map(|addr| self.access(addr, None, clk)).collect()
    }

    fn write(&mut self, addr: u64, words: &[u64], clk: u64) {
        for (index, word) in (0..).zip(words) {
            self.access(addr + 8 * index, Some(*word), clk);
            self.note((clk, *word));
        }
    }

    fn set(&mut self, rd: Reg, value: u64) {
        if !rd.is_zero() {
            self.x[rd.index()] = value;
        }
    }

    fn step(&mut self) {
        let at = (self.pc - self.text.0) as usize;
        let word = u32::from_le_bytes(self.text.1[at..at + 4].try_into().unwrap());
        let Some(Decoded { inst, len: 4 }) = decode(word) else {
            panic!("{word:#x} at {:#x}", self.pc)
        };
        let (pc, x) = (self.pc, self.x);
        let reg = |reg: Reg| x[reg.index()];
        let mut next = pc.wrapping_add(4);
        let mut cost = 8;
        match inst {
            Inst::Lui { rd, imm } => self.set(rd, imm as u64),
            Inst::Auipc { rd, imm } => self.set(rd, pc.wrapping_add_signed(imm.into())),
            Inst::AluImm { op, rd, rs1, imm } => {
                self.set(rd, semantics::alu(op, reg(rs1), imm as u64));
            }
            Inst::Alu { op, rd, rs1, rs2 } => {
                self.set(rd, semantics::alu(op, reg(rs1), reg(rs2)));
            }
            Inst::MulDiv { op, rd, rs1, rs2 } => {
                self.set(rd, semantics::muldiv(op, reg(rs1), reg(rs2)));
            }
            Inst::Load {
                op,
                rd,
                rs1,
                offset,
            } => {
                let addr = reg(rs1).wrapping_add_signed(offset.into());
                let word = self.access(addr & !7, None, self.clk + 1);
                let bits = 8 * op.width().bytes();
                let part = word >> (8 * (addr % 8)) & u64::MAX >> (64 - bits);
                self.set(rd, semantics::extend(op, part));
            }
            Inst::Store {
                width,
                rs1,
                rs2,
                offset,
            } => {
                let addr = reg(rs1).wrapping_add_signed(offset.into());
                let (shift, bits) = (8 * (addr % 8), 8 * width.bytes());
                let mask = u64::MAX >> (64 - bits) << shift;
                let before = self.word(addr & !7).1;
                let after = before & !mask | reg(rs2) << shift & mask;
                self.access(addr & !7, Some(after), self.clk + 1);
            }
            Inst::Branch {
                cond,
                rs1,
                rs2,
                offset,
            } => {
                if semantics::taken(cond, reg(rs1), reg(rs2)) {
                    next = pc.wrapping_add_signed(offset.into());
                }
            }
            Inst::Jal { rd, offset } => {
                self.set(rd, next);
                next = pc.wrapping_add_signed(offset.into());
            }
            Inst::Jalr { rd, rs1, offset } => {
                let target = reg(rs1).wrapping_add_signed(offset.into()) & !1;
                self.set(rd, next);
                next = target;
            }
            Inst::Ecall => {
                cost = 8 + 256;
                if let Some(place) = self.call() {
                    next = place;
                }
            }
            other => panic!("{other:?} at {pc:#x}"),
        }
        self.pc = next;
        self.clk += cost;
        if self.block.is_none() {
            self.global_clk += 1;
            if self.open.entries.len() >= self.most {
                self.cut();
            }
        }
    }

    /// Undoes the block.
    fn leave(&mut self) {
        let Some(before) = self.block.take() else {
            panic!("no block")
        };
        let (x, pc, clk, memory) = *before;
        (self.x, self.pc, self.clk) = (x, pc, clk);
        let touched = std::mem::replace(&mut self.memory, memory);
        // What the block has touched is to be looked at, too.
        for addr in touched.into_keys() {
            self.memory.entry(addr).or_default();
        }
    }

    /// Where execution goes on, if not behind the call.
    fn call(&mut self) -> Option<u64> {
        let number = self.x[5] as u32;
        let [a, b, c, d, e] = [10, 11, 12, 13, 14].map(|reg| self.x[reg]);
        let clk = self.clk;
        let mut result = u64::from(number);
        match number {
            // It stays where it is: SP1's executor has a pc for that, which no chunk shows.
            0 => return Some(self.pc),
            2 => self.write_call(a, b, c),
            3 => {
                let before = (self.x, self.pc, self.clk, self.memory.clone());
                assert!(self.block.replace(Box::new(before)).is_none());
                result = 1;
            }
            4 => {
                self.leave();
                self.x[5] = 0;
                return Some(self.pc + 4);
            }
            0x10 | 0x1a | 0x1b | 0x40..=0x42 => {}
            0xf0 => {
                let len = self
                    .input
                    .front()
                    .map_or(u64::MAX, |item| item.len() as u64);
                self.note((u64::MAX, len));
                result = len;
            }
            0xf1 => {
                let mut item = self.input.pop_front().unwrap();
                assert_eq!(item.len() as u64, b);
                item.resize((b as usize / 8 + 1) * 8, 0);
                for (index, word) in (0..).zip(item.as_chunks().0) {
                    *self.word(a + 8 * index) = (0, u64::from_le_bytes(*word));
                }
            }
            0x30_0105 => {
                for i in 16..64 {
                    let at = clk + 1 + (i - 16);
                    let mut get = |back: u64| self.access(a + 8 * (i - back), None, at) as u32;
                    let [w15, w2, w16, w7] = [15, 2, 16, 7].map(&mut get);
                    let s0 = w15.rotate_right(7) ^ w15.rotate_right(18) ^ w15 >> 3;
                    let s1 = w2.rotate_right(17) ^ w2.rotate_right(19) ^ w2 >> 10;
                    let word = s1.wrapping_add(w16).wrapping_add(s0).wrapping_add(w7);
                    self.write(a + 8 * i, &[word.into()], at);
                }
            }
            0x1_0109 => {
                let mut state = self.read(a, 25, clk);
                keccak(&mut state);
                self.write(a, &state, clk + 1);
            }
            0x1_0126 => {
                // What is written later is looked at first, which does not count as an access.
                let x: [u64; 4] = std::array::from_fn(|index| {
                    let word = *self.word(a + 8 * index as u64);
                    self.note(word);
                    word.1
                });
                let y = self.read(b, 4, clk);
                self.write(a, &bn254_sum(&x, &y), clk + 1);
            }
            0x1_0130 => {
                let [x, y, z] = [(a, 0), (b, 1), (c, 2)].map(|(at, n)| self.read(at, 4, clk + n));
                let mut carry = 0;
                let low: Vec<u64> = (0..4)
                    .map(|index| {
                        let sum = carry + u128::from(x[index]) + u128::from(y[index]);
                        let sum = sum + u128::from(z[index]);
                        carry = sum >> 64;
                        sum as u64
                    })
                    .collect();
                self.write(d, &low, clk + 3);
                self.write(e, &[carry as u64, 0, 0, 0], clk + 4);
            }
            other => panic!("call {other:#x}"),
        }
        self.x[5] = result;
        None
    }

    fn write_call(&mut self, fd: u64, addr: u64, len: u64) {
        let byte = |addr: u64| {
            let word = self.memory.get(&(addr & !7)).map_or(0, |(_, word)| *word);
            (word >> (8 * (addr % 8))) as u8
        };
        let bytes: Vec<u8> = (addr..addr + len).map(byte).collect();
        match fd as u32 {
            13 => self.public.extend(bytes),
            14 => self.input.push_front(bytes),
            _ => {}
        }
    }
}

/// The sum modulo the order of the base field of BN254.
fn bn254_sum(x: &[u64], y: &[u64]) -> [u64; 4] {
    const ORDER: [u64; 5] = [
        0x3c20_8c16_d87c_fd47,
        0x9781_6a91_6871_ca8d,
        0xb850_45b6_8181_585d,
        0x3064_4e72_e131_a029,
        0,
    ];
    let mut sum = [0; 5];
    let mut carry = 0;
    for index in 0..4 {
        let both = u128::from(x[index]) + u128::from(y[index]) + carry;
        (sum[index], carry) = (both as u64, both >> 64);
    }
    sum[4] = carry as u64;
    while !sum.iter().rev().lt(ORDER.iter().rev()) {
        let mut borrow = false;
        for (limb, less) in sum.iter_mut().zip(ORDER) {
            let (first, one) = limb.overflowing_sub(less);
            let (second, two) = first.overflowing_sub(borrow.into());
            (*limb, borrow) = (second, one || two);
        }
    }
    [sum[0], sum[1], sum[2], sum[3]]
}

/// Keccak-f\[1600\], FIPS 202.
fn keccak(a: &mut [u64]) {
    let mut lfsr = 1u8;
    for _ in 0..24 {
        let column = |a: &[u64], x: usize| (0..5).fold(0, |sum, y| sum ^ a[x % 5 + 5 * y]);
        let columns: Vec<u64> = (0..5).map(|x| column(a, x)).collect();
        for (index, lane) in a.iter_mut().enumerate() {
            *lane ^= columns[(index + 4) % 5] ^ columns[(index % 5 + 1) % 5].rotate_left(1);
        }
        let (mut x, mut y, mut last) = (1, 0, a[1]);
        for t in 0..24 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let moved = last.rotate_left((t + 1) * (t + 2) / 2 % 64);
            last = std::mem::replace(&mut a[x + 5 * y], moved);
        }
        for y in 0..5 {
            let row: Vec<u64> = a[5 * y..5 * y + 5].to_vec();
            for x in 0..5 {
                a[5 * y + x] = row[x] ^ !row[(x + 1) % 5] & row[(x + 2) % 5];
            }
        }
        for j in 0..7 {
            if lfsr & 1 != 0 {
                a[0] ^= 1 << ((1u64 << j) - 1);
            }
            lfsr = lfsr << 1 ^ if lfsr & 0x80 != 0 { 0x71 } else { 0 };
        }
    }
}
