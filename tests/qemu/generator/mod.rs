//! Random programs of RV64GC and bit manipulation that end, whatever they compute.
//!
//! A program is a row of sections. Each gives registers new values, runs
//! statements, and stores all registers in a slot of its own; at the end all
//! slots and the memory that statements accessed are written out.
//!
//! What qemu 7.2 and rvjet may do differently is not generated: an SC whose LR
//! had another width or was followed by a store to the address or an `ecall`
//! (the manual lets it fail or not), misaligned atomics (qemu carries them
//! out), and counters.

mod compute;
mod float;
mod flow;
mod memory;
mod set;

use rvjet::isa::{Compressed, Cond, CsrOp, CsrSource, FReg, Format, FpInst, Inst, Reg};

use set::Set;

use crate::code::offset;
use crate::float::numbers::{DOUBLE, SINGLE, boxed};
use crate::inst::{addi, branch, jal, ld, sd};
use crate::operands::EDGES;
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
const SLOT_BYTES: u64 = 65 * 8;

/// Instructions in a section, about.
const SECTION: usize = 100;
/// Functions in a program.
const FUNCTIONS: usize = 12;
/// Registers that a program uses more than others.
const FAVORITES: usize = 8;

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
        for rd in FReg::all() {
            if all_of_them || self.random.one_in(2) {
                let slot = self.random.within(-255, -1) as i32;
                self.program.code.emit(Inst::Fp(FpInst::Load {
                    format: Format::Double,
                    rd,
                    rs1: self.base,
                    offset: 8 * slot,
                }));
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
        for rs2 in FReg::all() {
            self.program.code.emit(Inst::Fp(FpInst::Store {
                format: Format::Double,
                rs1: self.base,
                rs2,
                offset: 8 * (32 + rs2.bits() as i32),
            }));
        }
        // All integer registers are stored by now.
        let fcsr = if self.base == Reg::A0 {
            Reg::A1
        } else {
            Reg::A0
        };
        self.program.code.emit(Inst::Csr {
            op: CsrOp::Set,
            rd: fcsr,
            csr: 3,
            source: CsrSource::Reg(Reg::ZERO),
        });
        self.program.code.emit(sd(fcsr, self.base, 8 * 64));
        self.pointers[fcsr.index()] = None;
        self.program.code.li(self.base, BASE);
    }

    fn statement(&mut self, depth: u32) {
        match self.random.below(130) {
            100.. => self.floating(),
            0..12 => self.alu(),
            12..20 => self.bits(),
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

/// Half of the time an edge, else anything, or a floating-point number.
fn value(random: &mut Random) -> u64 {
    match random.below(6) {
        0 | 1 => random.pick(&EDGES),
        4 => DOUBLE.any(random),
        5 => boxed(SINGLE.any(random), random),
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
