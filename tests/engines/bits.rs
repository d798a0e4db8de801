//! Bit manipulation of one register, in every kind of home, and what is done with
//! cache blocks. What two registers make is with the rest (`compute`).

use rvjet::isa::{BitImmOp, BitUnaryOp, CACHE_BLOCK, CacheBlockOp, Inst, Reg};
use rvjet::machine::{Access, Cause, Exit, PAGE_SIZE};

use crate::asm::{Asm, ld, sd, x};
use crate::compute::{check_results, register_pairs, result, table_loop};
use crate::homes::beginnings;
use crate::model_bits;
use crate::operands::values;
use crate::scenario::{CODE, DATA, Observed, Scenario};
use crate::table::OUT;

/// An operation of one register.
#[derive(Clone, Copy, Debug)]
enum Op {
    Unary(BitUnaryOp),
    Imm(BitImmOp, u8),
}

impl Op {
    fn all() -> impl Iterator<Item = Op> {
        let amounts = |op: BitImmOp| match op.is_word() {
            true => vec![0, 1, 7, 30, 31],
            false => vec![0, 1, 7, 31, 32, 33, 62, 63],
        };
        let imms = BitImmOp::ALL
            .into_iter()
            .flat_map(move |op| amounts(op).into_iter().map(move |n| Op::Imm(op, n)));
        BitUnaryOp::ALL.into_iter().map(Op::Unary).chain(imms)
    }

    fn inst(self, rd: Reg, rs1: Reg) -> Inst {
        match self {
            Op::Unary(op) => Inst::BitUnary { op, rd, rs1 },
            Op::Imm(op, shamt) => Inst::BitImm { op, rd, rs1, shamt },
        }
    }

    fn model(self, a: u64) -> u64 {
        match self {
            Op::Unary(op) => model_bits::bit_unary(op, a),
            Op::Imm(op, shamt) => model_bits::bit_imm(op, a, shamt),
        }
    }
}

#[test]
fn a_register_of_unknown_value() {
    let pairs: Vec<_> = values().into_iter().map(|value| (value, value)).collect();
    let cases = Op::all().flat_map(|op| beginnings().map(|code| (op, code)));
    for (op, mut code) in cases {
        let mut want = Vec::new();
        for (turn, triple) in register_pairs().into_iter().enumerate() {
            let inst = op.inst(triple.rd, triple.rs1);
            let out = OUT + 8 * want.len() as u64;
            table_loop(&mut code, triple, inst, pairs.len(), turn, out);
            want.extend(pairs.iter().map(|&(a, b)| {
                let (a, _) = triple.held(a, b);
                result(triple, op.model(a))
            }));
        }
        check_results(code, &pairs, &want, &format!("{op:?}"));
    }
}

#[test]
fn a_register_of_known_value() {
    let homes = register_pairs();
    for op in Op::all() {
        let mut code = Asm::at(CODE);
        let mut want = Vec::new();
        for value in values() {
            let triple = homes[(want.len() * 7) % homes.len()];
            let [to] = triple.others(want.len());
            code.li(to, OUT + 8 * want.len() as u64);
            code.li(triple.rs1, value);
            code.insts([op.inst(triple.rd, triple.rs1), sd(triple.rd, to, 0)]);
            let (a, _) = triple.held(value, value);
            want.push(result(triple, op.model(a)));
        }
        let pairs: Vec<_> = values().into_iter().map(|value| (value, value)).collect();
        check_results(code, &pairs, &want, &format!("{op:?}, known"));
    }
}

/// Where a program may not write, and where it may do nothing.
const READ_ONLY: u64 = DATA + PAGE_SIZE;
const NO_ACCESS: u64 = DATA + 2 * PAGE_SIZE;

/// Does `op` on the block around `addr`, with loads and stores of the word there
/// around it.
fn on_block(op: CacheBlockOp, addr: u64) -> Observed {
    let (base, seen) = (x(10), x(28));
    let mut code = Asm::at(CODE);
    code.li(base, addr);
    code.insts([
        Inst::CacheBlock { op, rs1: base },
        ld(seen, base, 0),
        Inst::Ecall,
    ]);
    Scenario::new(code.finish())
        .data(DATA, Access::READ_WRITE, [0xa5; 4096])
        .data(READ_ONLY, Access::READ, [0x5a; 4096])
        .data(NO_ACCESS, Access::NONE, [0x66; 4096])
        .check()
}

#[test]
fn a_block_is_filled_with_zeros_whatever_byte_of_it_is_named() {
    for addr in [DATA, DATA + 63, DATA + 64, DATA + 0x7b9, READ_ONLY - 1] {
        let seen = on_block(CacheBlockOp::Zero, addr & !7);
        let start = (addr - DATA) / CACHE_BLOCK * CACHE_BLOCK / 8;
        let words = seen.doubles(1);
        for (index, word) in (0..).zip(words) {
            let zeroed = (start..start + CACHE_BLOCK / 8).contains(&index);
            assert_eq!(word == 0, zeroed, "{addr:#x}, word {index}");
        }
        assert_eq!(seen.reg(x(28)), 0);
    }
}

#[test]
fn blocks_are_checked_as_stores_are_or_as_loads_are() {
    use CacheBlockOp::{Clean, Flush, Zero};
    let faults = |op, addr| match on_block(op, addr).exit {
        Some(Exit::Trap(trap)) => match trap.cause {
            Cause::StoreFault { addr: at, .. } => {
                assert_eq!(at, addr);
                true
            }
            _ => panic!("{trap:?}"),
        },
        _ => false,
    };
    let hole = DATA + 3 * PAGE_SIZE + 8;
    for op in [Clean, Flush, Zero] {
        assert!(!faults(op, DATA + 8));
        assert_eq!(faults(op, READ_ONLY + 8), op == Zero);
        assert!(faults(op, NO_ACCESS + 8));
        assert!(faults(op, hole));
        assert!(faults(op, u64::MAX - 7));
    }
}

/// Linux lets programs clean and flush, and keeps what drops data to itself (`CBIE`
/// of `senvcfg` is zero, by which the manual makes it illegal).
#[test]
fn to_drop_a_block_is_illegal() {
    let seen = on_block(CacheBlockOp::Inval, DATA);
    let illegal = matches!(
        seen.exit,
        Some(Exit::Trap(trap)) if matches!(trap.cause, Cause::IllegalInstruction { .. })
    );
    assert!(illegal, "{:?}", seen.exit);
}
