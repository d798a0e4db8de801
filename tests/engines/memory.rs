//! Loads and stores of every width, home, offset and alignment.

use rvjet::isa::{Cond, LoadOp, Reg, Width};
use rvjet::machine::Access;

use crate::asm::{Asm, addi, ld, load, sd, store, x};
use crate::homes::beginnings;
use crate::model;
use crate::operands::{GENERAL, KINDS, Triple, values};
use crate::scenario::{CODE, DATA, Observed};
use crate::table::{self, OUT};

/// What is loaded from and stored to: two pages, the middle of which is their border.
const AREA: u64 = 0x40_0000;
const AREA_LEN: usize = 0x3000;
const OFFSETS: [i32; 12] = [0, 1, -1, 2, 4, -4, 8, -8, 127, -136, 2047, -2048];

fn area() -> Vec<u8> {
    (0..AREA_LEN)
        .map(|n| (n * 167 + n / 251) as u8 ^ 0x80)
        .collect()
}

fn bits(width: Width) -> u32 {
    8 * width.bytes() as u32
}

/// The `width` bytes at `addr` of the area.
fn raw(area: &[u8], addr: u64, width: Width) -> u64 {
    let at = (addr - AREA) as usize;
    let bytes = &area[at..at + width.bytes() as usize];
    bytes
        .iter()
        .rev()
        .fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn loaded(area: &[u8], op: LoadOp, addr: u64) -> u64 {
    let is_signed = matches!(op, LoadOp::Lb | LoadOp::Lh | LoadOp::Lw | LoadOp::Ld);
    model::extend(raw(area, addr, op.width()), bits(op.width()), is_signed)
}

/// Bases of all alignments, some near the border of the pages.
fn bases() -> Vec<u64> {
    let starts = [AREA + 0x1000, AREA + 0x17f8];
    starts
        .iter()
        .flat_map(|start| (0..17).map(move |n| start - 8 + n))
        .collect()
}

fn run(code: Asm, input: &[u64], results: usize) -> Observed {
    table::scenario(code, input.iter().copied(), results)
        .data(AREA, Access::READ_WRITE, area())
        .check()
}

/// Loaded and base registers: every pair of homes, and the same register.
fn load_registers() -> Vec<Triple> {
    let mut pairs = Vec::new();
    for rs1 in &KINDS[1..] {
        for rd in KINDS {
            let (rd, rs1, rs2) = (x(rd[0]), x(rs1[1]), Reg::ZERO);
            pairs.push(Triple { rd, rs1, rs2 });
        }
        let (rd, rs1, rs2) = (x(rs1[2]), x(rs1[2]), Reg::ZERO);
        pairs.push(Triple { rd, rs1, rs2 });
    }
    for (rd, rs1) in GENERAL.into_iter().zip(GENERAL.into_iter().skip(3)) {
        let (rd, rs1, rs2) = (x(rd), x(rs1), Reg::ZERO);
        pairs.push(Triple { rd, rs1, rs2 });
    }
    pairs
}

#[test]
fn loads_from_unknown_bases() {
    let (area, bases) = (area(), bases());
    let cases = LoadOp::ALL
        .into_iter()
        .flat_map(|op| beginnings().map(|code| (op, code)));
    for (op, mut code) in cases {
        let (mut want, mut unaligned) = (Vec::new(), 0);
        for (turn, triple) in load_registers().into_iter().enumerate() {
            for offset in OFFSETS {
                let [from, to, left] = triple.others(turn);
                code.li(from, DATA);
                code.li(to, OUT + 8 * want.len() as u64);
                code.li(left, bases.len() as u64);
                let top = code.here_label();
                code.insts([
                    ld(triple.rs1, from, 0),
                    load(op, triple.rd, triple.rs1, offset),
                ]);
                code.insts([sd(triple.rd, to, 0), addi(from, from, 8), addi(to, to, 8)]);
                code.inst(addi(left, left, -1));
                code.branch(Cond::Ne, left, Reg::ZERO, top);
                for base in &bases {
                    let addr = base.wrapping_add_signed(offset.into());
                    let value = loaded(&area, op, addr);
                    want.push(if triple.rd.is_zero() { 0 } else { value });
                    unaligned += addr % op.width().bytes();
                    unaligned -= (addr % op.width().bytes()).saturating_sub(1);
                }
            }
        }
        let seen = run(code, &bases, want.len());
        assert_eq!(table::first_wrong(&seen, &want), None, "{op:?}");
        assert_eq!(seen.state.unaligned_loads, unaligned, "{op:?}");
        assert_eq!(seen.state.unaligned_stores, 0);
    }
}

#[test]
fn loads_from_known_addresses() {
    let (area, registers) = (area(), load_registers());
    for op in LoadOp::ALL {
        let mut code = Asm::at(CODE);
        let mut want = Vec::new();
        for base in bases() {
            for offset in OFFSETS {
                let triple = registers[want.len() % registers.len()];
                let [to] = triple.others(want.len());
                code.li(to, OUT + 8 * want.len() as u64);
                code.li(triple.rs1, base);
                code.insts([
                    load(op, triple.rd, triple.rs1, offset),
                    sd(triple.rd, to, 0),
                ]);
                let value = loaded(&area, op, base.wrapping_add_signed(offset.into()));
                want.push(if triple.rd.is_zero() { 0 } else { value });
            }
        }
        let seen = run(code, &[0], want.len());
        assert_eq!(table::first_wrong(&seen, &want), None, "{op:?}");
    }
}

/// Several accesses off one base: what is checked once must hold for all of them.
#[test]
fn accesses_that_share_a_base() {
    let area = area();
    for (turn, triple) in load_registers().into_iter().enumerate() {
        if triple.rd == triple.rs1 {
            continue;
        }
        for narrow in LoadOp::ALL {
            let [from, to, left] = triple.others(turn);
            let mut code = Asm::at(CODE);
            code.li(from, DATA);
            code.li(to, OUT);
            code.li(left, bases().len() as u64);
            let top = code.here_label();
            code.inst(ld(triple.rs1, from, 0));
            let mut want = Vec::new();
            let ops = [
                narrow,
                LoadOp::Lbu,
                LoadOp::Ld,
                LoadOp::Lh,
                narrow,
                LoadOp::Lwu,
            ];
            for (index, op) in ops.into_iter().enumerate() {
                code.insts([load(op, triple.rd, triple.rs1, 8 * index as i32)]);
                code.inst(sd(triple.rd, to, 8 * index as i32));
            }
            code.insts([addi(to, to, 48), addi(from, from, 8), addi(left, left, -1)]);
            code.branch(Cond::Ne, left, Reg::ZERO, top);
            for base in bases() {
                for (index, op) in ops.into_iter().enumerate() {
                    let value = loaded(&area, op, base + 8 * index as u64);
                    want.push(if triple.rd.is_zero() { 0 } else { value });
                }
            }
            let seen = run(code, &bases(), want.len());
            assert_eq!(
                table::first_wrong(&seen, &want),
                None,
                "{narrow:?} {triple:?}"
            );
        }
    }
}

/// Base and value registers.
fn store_registers() -> Vec<Triple> {
    let swap = |Triple { rd, rs1, .. }: Triple| Triple {
        rd: Reg::ZERO,
        rs1,
        rs2: rd,
    };
    load_registers().into_iter().map(swap).collect()
}

#[test]
fn stores_to_unknown_bases() {
    let values = values();
    // Base, value, and the double word before the place.
    let place = |base: u64, offset: i32| base.wrapping_add_signed(offset.into()) & !7;
    for width in Width::ALL {
        let usual = OFFSETS.map(|offset| (offset, Asm::at(CODE)));
        let others = beginnings().map(|code| (8, code));
        for (offset, mut code) in usual.into_iter().chain(others) {
            let table: Vec<[u64; 3]> = (bases().into_iter().enumerate())
                .map(|(n, base)| [base, values[n * 7 % values.len()], place(base, offset)])
                .collect();
            let (mut want, mut now, mut unaligned) = (Vec::new(), area(), 0);
            for (turn, triple) in store_registers().into_iter().enumerate() {
                let [from, to, left, back] = triple.others(turn);
                code.li(from, DATA);
                code.li(to, OUT + 8 * want.len() as u64);
                code.li(left, table.len() as u64);
                let top = code.here_label();
                code.insts([ld(triple.rs2, from, 8), ld(triple.rs1, from, 0)]);
                code.insts([
                    store(width, triple.rs2, triple.rs1, offset),
                    ld(back, from, 16),
                ]);
                code.insts([
                    ld(x(0), back, 0),
                    ld(back, back, 8),
                    sd(back, to, 8),
                    ld(back, from, 16),
                ]);
                code.insts([ld(back, back, 0), sd(back, to, 0)]);
                code.insts([addi(from, from, 24), addi(to, to, 16), addi(left, left, -1)]);
                code.branch(Cond::Ne, left, Reg::ZERO, top);
                for &[base, value, place] in &table {
                    let value = match triple.rs2 {
                        same if same == triple.rs1 => base,
                        zero if zero.is_zero() => 0,
                        _ => value,
                    };
                    let addr = base.wrapping_add_signed(offset.into());
                    let at = (addr - AREA) as usize;
                    let size = width.bytes() as usize;
                    now[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
                    unaligned += u64::from(!addr.is_multiple_of(width.bytes()));
                    want.extend([place, place + 8].map(|addr| raw(&now, addr, Width::Double)));
                }
            }
            let seen = run(code, table.as_flattened(), want.len());
            assert_eq!(table::first_wrong(&seen, &want), None, "{width:?} {offset}");
            assert_eq!(seen.memory[3].as_ref(), Some(&now), "{width:?} {offset}");
            assert_eq!(seen.state.unaligned_stores, unaligned, "{width:?} {offset}");
        }
    }
}

#[test]
fn stores_to_known_addresses() {
    let (values, registers) = (values(), store_registers());
    for width in Width::ALL {
        let mut code = Asm::at(CODE);
        let mut now = area();
        for (turn, base) in bases().into_iter().enumerate() {
            for (index, offset) in OFFSETS.into_iter().enumerate() {
                let count = OFFSETS.len() * turn + index;
                let triple = registers[count % registers.len()];
                let value = values[count % values.len()];
                code.li(triple.rs2, value);
                code.li(triple.rs1, base);
                code.inst(store(width, triple.rs2, triple.rs1, offset));
                let value = match triple.rs2 {
                    same if same == triple.rs1 => base,
                    zero if zero.is_zero() => 0,
                    _ => value,
                };
                let at = (base.wrapping_add_signed(offset.into()) - AREA) as usize;
                let size = width.bytes() as usize;
                now[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
            }
        }
        let seen = run(code, &[0], 1);
        assert_eq!(seen.memory[3].as_ref(), Some(&now), "{width:?}");
    }
}
