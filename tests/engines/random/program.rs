//! Random programs: pieces, registers, and what lies in memory.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use rvjet::isa::{Compressed, Format, FpInst, Inst, Reg, Width};
use rvjet::machine::{Access, PAGE_SIZE};

use super::insts::{
    BASES, Piece, Target, accessing, computing, environment, floating, jumping, patching, value,
};
use crate::asm::{Asm, Label, fence_i, jalr, store, word_of, x};
use crate::homes::{WARM_INSNS, warm_up};
use crate::lab::{Region, call};
use crate::scenario::{CODE, DATA, Scenario};

/// Instructions after which a program that loops is stopped.
const MOST: u64 = 3000;
/// The last page of the address space.
const LAST: u64 = (1 << 32) - PAGE_SIZE;
/// A page with nothing mapped around it.
const ISLAND: u64 = DATA + 0x40_0000;

/// What a program is made of mostly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Straight,
    Memory,
    Jumps,
    Changing,
    Floats,
    All,
    /// As `All`, after a loop that makes the JIT change the homes of registers.
    Warm,
}

#[derive(Clone, Debug)]
pub struct Program {
    pieces: Vec<Piece>,
    registers: Vec<u64>,
    /// Bytes between the start of the code and the next page.
    before_page_end: u64,
    access: Access,
    /// Pages that may be touched beyond those that the start needs, if that is limited.
    spare: Option<u64>,
    /// Registers that a loop before the program uses so much that the JIT finds
    /// better homes for them.
    favourites: Vec<u32>,
}

/// What the bases point to: in most programs, where few accesses trap.
fn bases(shape: Shape) -> impl Strategy<Value = Vec<u64>> {
    let good = (0..0x200u64).prop_map(|n| DATA + 0x800 + 8 * n);
    let calm = (vec(good, 5), vec(DATA + 0x800..DATA + 0x1800, 3));
    let calm = calm.prop_map(|(aligned, any)| [aligned, any].concat());
    let edgy = vec(edgy_address(), BASES.len());
    let weight = if shape == Shape::Memory { 2 } else { 1 };
    prop_oneof![5 => calm, weight => edgy]
}

fn edgy_address() -> impl Strategy<Value = u64> + Clone {
    let good = prop_oneof![Just(DATA + 0x800), Just(DATA + 0x1000), Just(DATA + 0x1100)];
    let odd = (0..16u64).prop_map(|n| DATA + 0x800 + n);
    let near = [
        0,
        ISLAND,
        ISLAND + PAGE_SIZE,
        DATA,
        DATA + 0x2000,
        DATA + 0x3000,
    ];
    let far = [LAST, 1 << 32, 1 << 63, CODE, DATA + 0x4000, DATA + 0x5000];
    let edge =
        (select([near, far].concat()), -17..17i64).prop_map(|(at, by)| at.wrapping_add_signed(by));
    prop_oneof![6 => good, 2 => odd, 2 => edge]
}

fn pieces(shape: Shape) -> impl Strategy<Value = Vec<Piece>> {
    // Of computing, accessing, jumping, environment, patching, floating-point.
    let (weights, most) = match shape {
        Shape::Straight => ([12, 1, 0, 0, 0, 0], 200),
        Shape::Memory => ([3, 12, 0, 0, 0, 0], 150),
        Shape::Jumps => ([6, 2, 6, 0, 0, 0], 60),
        Shape::Changing => ([6, 1, 2, 1, 2, 0], 40),
        Shape::Floats => ([4, 2, 1, 0, 0, 24], 120),
        Shape::All | Shape::Warm => ([8, 4, 3, 1, 1, 3], 80),
    };
    let kinds = [
        computing().boxed(),
        accessing().boxed(),
        jumping().boxed(),
        environment().boxed(),
        patching().boxed(),
        floating().boxed(),
    ];
    let weighted = weights.into_iter().zip(kinds);
    let piece = Union::new_weighted(weighted.filter(|(weight, _)| *weight > 0).collect());
    vec(piece, 1..most)
}

pub fn program(shape: Shape) -> impl Strategy<Value = Program> {
    let before_page_end = prop_oneof![Just(0), 0..200u64].prop_map(|n| 2 * n);
    let access = match shape {
        Shape::Changing => Just(Access::ALL).boxed(),
        // A patch of read-only code is where the program ends.
        Shape::All | Shape::Warm => {
            select(&[Access::READ_EXECUTE, Access::ALL, Access::ALL, Access::ALL][..]).boxed()
        }
        _ => select(&[Access::READ_EXECUTE, Access::ALL][..]).boxed(),
    };
    let favourites = match shape {
        Shape::Warm => Just((1..32u32).collect::<Vec<_>>()).prop_shuffle().boxed(),
        _ => Just(Vec::new()).boxed(),
    };
    let spare = prop_oneof![4 => Just(None), 1 => (0..5u64).prop_map(Some)];
    (
        pieces(shape),
        vec(value(), 32),
        bases(shape),
        before_page_end,
        access,
        spare,
        favourites,
    )
        .prop_map(
            |(pieces, mut registers, bases, before_page_end, access, spare, favourites)| {
                for (reg, value) in BASES.into_iter().zip(bases) {
                    registers[reg as usize] = value;
                }
                registers[Reg::A7.index()] = call::NOTHING;
                Program {
                    pieces,
                    registers,
                    before_page_end,
                    access,
                    spare,
                    favourites,
                }
            },
        )
}

impl Program {
    pub fn scenario(&self) -> Scenario {
        let mut registers = [0; 32];
        registers.copy_from_slice(&self.registers);
        let pattern =
            |len: usize| -> Vec<u8> { (0..len).map(|n| (n * 151 + n / 256) as u8).collect() };
        let warm = !self.favourites.is_empty();
        let entry = if warm { CODE } else { self.start() };
        let mut scenario = Scenario::at(CODE, self.access, self.code());
        scenario.limits.max_memory = self.spare.map(|pages| {
            let code = scenario.lab.regions[0].len;
            // The code, its copy as far as it is entered, and the data below.
            code + (4 + pages) * PAGE_SIZE
        });
        scenario
            .entry(entry)
            .registers(registers)
            .max_insns(MOST + if warm { WARM_INSNS } else { 0 })
            .data(DATA, Access::READ_WRITE, pattern(0x2000))
            .data(DATA + 0x2000, Access::READ, pattern(0x1000))
            .data(DATA + 0x4000, Access::NONE, pattern(0x1000))
            .region(Region::fresh(ISLAND, PAGE_SIZE, Access::READ_WRITE))
            .region(Region::fresh(0, PAGE_SIZE, Access::READ_WRITE))
            .region(Region::fresh(LAST, PAGE_SIZE, Access::READ_WRITE))
    }

    fn start(&self) -> u64 {
        CODE + PAGE_SIZE - self.before_page_end
    }

    /// How many instructions pass before the pieces start, about.
    pub fn warm_insns(&self) -> u64 {
        if self.favourites.is_empty() {
            0
        } else {
            WARM_INSNS
        }
    }

    fn code(&self) -> Vec<u8> {
        let mut code = Asm::at(CODE);
        let start = code.label();
        if let Some((first, others)) = self.favourites.split_first() {
            warm_up(&mut code, x(*first), &others[..10]);
            for &reg in [first].into_iter().chain(&others[..10]) {
                code.li(x(reg), self.registers[reg as usize]);
            }
            code.jump(start);
        }
        code.pad_to(self.start());
        code.bind(start);
        let labels: Vec<[Label; 2]> = (0..=self.pieces.len())
            .map(|_| [code.label(), code.label()])
            .collect();
        let find = |to: &Target| to.piece.get(&labels)[usize::from(to.middle)];
        for (piece, [start, middle]) in self.pieces.iter().zip(&labels) {
            code.bind(*start);
            code.bind_at(*middle, code.here() + 2);
            emit(&mut code, piece, &find);
        }
        let [start, middle] = labels[self.pieces.len()];
        code.bind(start);
        code.bind_at(middle, code.here() + 2);
        code.short(Compressed::Li {
            rd: Reg::A7,
            imm: 0,
        });
        code.inst(Inst::Ecall);
        code.finish()
    }
}

fn emit(code: &mut Asm, piece: &Piece, find: &impl Fn(&Target) -> Label) {
    match piece {
        Piece::Inst(inst) => code.inst(*inst),
        Piece::Short(short) => code.short(*short),
        Piece::Constant { rd, value } => code.li(*rd, *value),
        Piece::Number { rd, through, value } => {
            code.li(*through, *value);
            code.inst(Inst::Fp(FpInst::FromBits {
                format: Format::Double,
                rd: *rd,
                rs1: *through,
            }));
        }
        Piece::Branch { cond, rs1, rs2, to } => code.branch(*cond, *rs1, *rs2, find(to)),
        Piece::Jump { rd, to } => code.jal(*rd, find(to)),
        Piece::Indirect { rd, through, to } => {
            code.la(*through, find(to));
            code.inst(jalr(*rd, *through, 0));
        }
        Piece::Patch {
            to,
            code: new,
            synchronize,
        } => {
            let (bits, width) = match **new {
                Piece::Inst(inst) => (word_of(inst), Width::Word),
                Piece::Short(short) => (short.encode().map_or(1, u32::from), Width::Half),
                _ => (1, Width::Half),
            };
            let (at, value) = (x(6), x(31));
            code.la(at, find(to));
            code.li(value, bits as i32 as u64);
            code.inst(store(width, value, at, 0));
            if *synchronize {
                code.inst(fence_i());
            }
        }
        Piece::Ecall => code.inst(Inst::Ecall),
        Piece::Ask {
            call: number,
            page,
            access,
        } => {
            code.li(Reg::A0, *page);
            code.li(Reg::A1, PAGE_SIZE);
            code.li(Reg::A2, *access);
            code.li(Reg::A7, *number);
            code.inst(Inst::Ecall);
            code.li(Reg::A7, call::NOTHING);
        }
    }
}
