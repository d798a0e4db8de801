//! Words and instructions are the same thing: decoding and encoding undo each
//! other, on everything legal.
//!
//! The random tests start from a fixed seed; `PROPTEST_RNG_SEED` sets another,
//! `PROPTEST_CASES` says how many.

#![forbid(unsafe_code)]

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use rvjet::isa::{
    AluOp, AmoOp, BitImmOp, BitOp, BitUnaryOp, CacheBlockOp, Compressed, Cond, CsrOp, CsrSource,
    FReg, Format, FpCompare, FpInst, FpOp, FpPick, FusedOp, Inst, IntFormat, LoadOp, MulDivOp,
    Ordering, Reg, Rounding, Width, decode, encode, instruction_len,
};

/// The registers about `rd` and `rs1` of the sweep, as fields in place.
const REGISTERS: [u32; 4] = [0, 1 << 15 | 1 << 7, 31 << 15 | 31 << 7, 10 << 15 | 21 << 7];

/// Major opcodes and how many words each has for one `rd` and `rs1`, counted by
/// the manual's listing: `funct3` times `funct7` times `rs2`.
const LEGAL: [(u32, usize); 21] = [
    (0x37, 8 * 4096), // lui
    (0x17, 8 * 4096), // auipc
    (0x6f, 8 * 4096), // jal
    (0x67, 4096),     // jalr
    (0x63, 6 * 4096), // branches
    (0x03, 7 * 4096), // loads
    (0x23, 4 * 4096), // stores
    // immediates, shifts by six bits and the B extension's, its unary operations
    (0x13, 6 * 4096 + (3 + 5) * 64 + 7),
    // addiw, shifts by five bits; slli.uw, roriw, unary operations
    (0x1b, 4096 + 3 * 32 + 64 + 32 + 3),
    (0x33, (10 + 8 + 21) * 32),    // integers, M, bit manipulation
    (0x3b, (5 + 5 + 6) * 32 + 1),  // words, M, bit manipulation; zext.h
    (0x2f, 2 * 4 * (1 + 10 * 32)), // widths, aq and rl; lr, then sc and AMOs
    (0x0f, 2 * 4096),              // fence, fence.i; cache blocks apart
    (0x73, 6 * 4096),              // csr; ecall and ebreak apart
    (0x07, 2 * 4096),              // floating-point loads
    (0x27, 2 * 4096),              // floating-point stores
    (0x43, FUSED),                 // fmadd
    (0x47, FUSED),                 // fmsub
    (0x4b, FUSED),                 // fnmsub
    (0x4f, FUSED),                 // fnmadd
    (0x53, 2 * FLOATING),          // of each format
];

/// Rounding modes that are not reserved.
const MODES: usize = 6;
/// Words of a fused operation: two formats, `rs3` and `rs2`.
const FUSED: usize = 2 * 32 * 32 * MODES;
/// Words of a format: what rounds two operands; signs, extremes and comparisons; what rounds
/// one, to and from the other format and four of integers; the rest.
const FLOATING: usize = 4 * 32 * MODES + 8 * 32 + (1 + 1 + 2 * 4) * MODES + 3;

/// Decodes, and checks that the word comes back.
fn decode_and_return(word: u32) -> Option<Inst> {
    let decoded = decode(word)?;
    assert_eq!(decoded.len, instruction_len(word as u16), "{word:#010x}");
    if decoded.len == 4 {
        assert_eq!(encode(decoded.inst), Some(word), "{word:#010x}");
    }
    // What a compressed instruction stands for has a word of its own.
    let full = encode(decoded.inst).and_then(decode);
    assert_eq!(full.map(|full| full.inst), Some(decoded.inst));
    Some(decoded.inst)
}

#[test]
fn every_parcel() {
    let mut legal = 0;
    for parcel in 0..=u16::MAX {
        let compressed = Compressed::decode(parcel);
        assert!(compressed.is_none() || parcel & 3 != 3, "{parcel:#06x}");
        if parcel & 3 != 3 {
            let inst = decode_and_return(u32::from(parcel) | 0xabcd_0000);
            assert_eq!(inst, compressed.map(Compressed::expand), "{parcel:#06x}");
        }
        if let Some(compressed) = compressed {
            assert_eq!(compressed.encode(), Some(parcel), "{parcel:#06x}");
            legal += 1;
        }
    }
    // The manual's table, row by row: funct3 0 to 7 of the three quadrants.
    let parts = 3 * 256 + 128;
    let quadrant0 = (2048 - 8) + 3 * 2048 + parts + 3 * 2048;
    let arithmetic = 2 * 512 + 512 + 7 * 64 + 6 * 8;
    let quadrant1 = 2048 + (2048 - 64) + 2048 + (2048 - 32) + arithmetic + 3 * 2048;
    let quadrant2 = 2 * 2048 + 2 * (2048 - 64) + (2048 - 1) + 3 * 2048;
    assert_eq!(legal, quadrant0 + quadrant1 + quadrant2);
}

#[test]
fn every_opcode_function_and_second_register() {
    for opcode in (3..128).step_by(4) {
        for registers in REGISTERS {
            let legal = (0..1 << 15)
                .map(|code| opcode | registers | (code & 7) << 12 | code >> 3 << 20)
                .filter(|&word| decode_and_return(word).is_some())
                .count();
            let mut want = LEGAL
                .iter()
                .find(|&&(known, _)| known == opcode)
                .map_or(0, |&(_, count)| count);
            want += match (opcode, registers) {
                (0x73, 0) => 2,
                (0x0f, 0) => 4,
                _ => 0,
            };
            assert_eq!(legal, want, "opcode {opcode:#x}, registers {registers:#x}");
        }
    }
}

/// Decoding is total and undone by encoding, with nothing left out.
#[test]
#[ignore = "takes minutes"]
fn every_word() {
    for word in 0..=u32::MAX {
        decode_and_return(word);
    }
}

fn reg() -> impl Strategy<Value = Reg> {
    (0..32u32).prop_map(Reg::new)
}

/// A signed immediate of `bits` bits, shifted left by `scale`.
fn imm(bits: u32, scale: u32) -> impl Strategy<Value = i32> {
    (-(1 << (bits - 1))..1 << (bits - 1)).prop_map(move |imm: i32| imm << scale)
}

fn shamt(op: AluOp) -> std::ops::Range<i32> {
    if op.is_word() { 0..32 } else { 0..64 }
}

fn is_shift(op: &AluOp) -> bool {
    op.is_shift()
}

fn is_plain_immediate(op: &AluOp) -> bool {
    op.has_immediate_form() && !op.is_shift()
}

fn order() -> impl Strategy<Value = Ordering> {
    any::<(bool, bool)>().prop_map(|(aq, rl)| Ordering { aq, rl })
}

fn atomic_width() -> impl Strategy<Value = Width> {
    prop_oneof![Just(Width::Word), Just(Width::Double)]
}

fn control_flow() -> impl Strategy<Value = Inst> {
    let conds = prop::sample::select(&Cond::ALL[..]);
    prop_oneof![
        (reg(), imm(20, 12)).prop_map(|(rd, imm)| Inst::Lui { rd, imm }),
        (reg(), imm(20, 12)).prop_map(|(rd, imm)| Inst::Auipc { rd, imm }),
        (reg(), imm(20, 1)).prop_map(|(rd, offset)| Inst::Jal { rd, offset }),
        (reg(), reg(), imm(12, 0)).prop_map(|(rd, rs1, offset)| Inst::Jalr { rd, rs1, offset }),
        (conds, reg(), reg(), imm(12, 1)).prop_map(|(cond, rs1, rs2, offset)| Inst::Branch {
            cond,
            rs1,
            rs2,
            offset
        }),
    ]
}

fn integers() -> impl Strategy<Value = Inst> {
    let alu = prop::sample::select(&AluOp::ALL[..]);
    let plain = alu.clone().prop_filter("immediate", is_plain_immediate);
    let shift = alu.clone().prop_filter("shift", is_shift);
    let shift = shift.prop_flat_map(|op| (Just(op), reg(), reg(), shamt(op)));
    let muldiv = prop::sample::select(&MulDivOp::ALL[..]);
    prop_oneof![
        (plain, reg(), reg(), imm(12, 0)).prop_map(|(op, rd, rs1, imm)| Inst::AluImm {
            op,
            rd,
            rs1,
            imm
        }),
        shift.prop_map(|(op, rd, rs1, imm)| Inst::AluImm { op, rd, rs1, imm }),
        (alu, reg(), reg(), reg()).prop_map(|(op, rd, rs1, rs2)| Inst::Alu { op, rd, rs1, rs2 }),
        (muldiv, reg(), reg(), reg()).prop_map(|(op, rd, rs1, rs2)| Inst::MulDiv {
            op,
            rd,
            rs1,
            rs2
        }),
    ]
}

fn bits() -> impl Strategy<Value = Inst> {
    let two = prop::sample::select(&BitOp::ALL[..]);
    let one = prop::sample::select(&BitUnaryOp::ALL[..]);
    let amount = prop::sample::select(&BitImmOp::ALL[..]);
    let amount = amount.prop_flat_map(|op| {
        let width: u8 = if op.is_word() { 32 } else { 64 };
        (Just(op), reg(), reg(), 0..width)
    });
    let block = prop::sample::select(&CacheBlockOp::ALL[..]);
    prop_oneof![
        (two, reg(), reg(), reg()).prop_map(|(op, rd, rs1, rs2)| Inst::Bit { op, rd, rs1, rs2 }),
        (one, reg(), reg()).prop_map(|(op, rd, rs1)| Inst::BitUnary { op, rd, rs1 }),
        amount.prop_map(|(op, rd, rs1, shamt)| Inst::BitImm { op, rd, rs1, shamt }),
        (block, reg()).prop_map(|(op, rs1)| Inst::CacheBlock { op, rs1 }),
    ]
}

fn memory() -> impl Strategy<Value = Inst> {
    let load = prop::sample::select(&LoadOp::ALL[..]);
    let store = prop::sample::select(&Width::ALL[..]);
    let amo = prop::sample::select(&AmoOp::ALL[..]);
    prop_oneof![
        (load, reg(), reg(), imm(12, 0)).prop_map(|(op, rd, rs1, offset)| Inst::Load {
            op,
            rd,
            rs1,
            offset
        }),
        (store, reg(), reg(), imm(12, 0)).prop_map(|(width, rs1, rs2, offset)| Inst::Store {
            width,
            rs1,
            rs2,
            offset
        }),
        (atomic_width(), reg(), reg(), order()).prop_map(|(width, rd, rs1, order)| {
            Inst::LoadReserved {
                width,
                rd,
                rs1,
                order,
            }
        }),
        (atomic_width(), reg(), reg(), reg(), order()).prop_map(|(width, rd, rs1, rs2, order)| {
            Inst::StoreConditional {
                width,
                rd,
                rs1,
                rs2,
                order,
            }
        }),
        (amo, atomic_width(), reg(), reg(), reg(), order()).prop_map(
            |(op, width, rd, rs1, rs2, order)| Inst::Amo {
                op,
                width,
                rd,
                rs1,
                rs2,
                order
            }
        ),
    ]
}

fn system() -> impl Strategy<Value = Inst> {
    let op = prop_oneof![Just(CsrOp::Write), Just(CsrOp::Set), Just(CsrOp::Clear)];
    let source = prop_oneof![
        reg().prop_map(CsrSource::Reg),
        (0..32u8).prop_map(CsrSource::Imm)
    ];
    prop_oneof![
        (reg(), reg(), 0..4096u16).prop_map(|(rd, rs1, sets)| Inst::Fence { rd, rs1, sets }),
        (reg(), reg(), imm(12, 0)).prop_map(|(rd, rs1, imm)| Inst::FenceI { rd, rs1, imm }),
        Just(Inst::Ecall),
        Just(Inst::Ebreak),
        (op, reg(), 0..4096u16, source).prop_map(|(op, rd, csr, source)| Inst::Csr {
            op,
            rd,
            csr,
            source
        }),
    ]
}

fn freg() -> impl Strategy<Value = FReg> {
    (0..32u32).prop_map(FReg::new)
}

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(&Format::ALL[..])
}

fn int_format() -> impl Strategy<Value = IntFormat> {
    prop::sample::select(&IntFormat::ALL[..])
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(&Rounding::ALL[..])
}

fn floating_memory() -> impl Strategy<Value = Inst> {
    let fields = (format(), freg(), reg(), imm(12, 0));
    (any::<bool>(), fields).prop_map(|(loads, (format, freg, rs1, offset))| match loads {
        true => Inst::Fp(FpInst::Load {
            format,
            rd: freg,
            rs1,
            offset,
        }),
        false => Inst::Fp(FpInst::Store {
            format,
            rs1,
            rs2: freg,
            offset,
        }),
    })
}

fn floating_binary() -> impl Strategy<Value = Inst> {
    let alu = prop::sample::select(&FpOp::ALL[..]);
    let fused = prop::sample::select(&FusedOp::ALL[..]);
    let pick = prop::sample::select(&FpPick::ALL[..]);
    let compare = prop::sample::select(&FpCompare::ALL[..]);
    let sources = || (freg(), freg());
    prop_oneof![
        (alu, format(), freg(), sources(), rounding()).prop_map(
            |(op, format, rd, (rs1, rs2), rounding)| Inst::Fp(FpInst::Alu {
                op,
                format,
                rd,
                rs1,
                rs2,
                rounding
            })
        ),
        (fused, format(), freg(), sources(), freg(), rounding()).prop_map(
            |(op, format, rd, (rs1, rs2), rs3, rounding)| Inst::Fp(FpInst::Fused {
                op,
                format,
                rd,
                rs1,
                rs2,
                rs3,
                rounding
            })
        ),
        (pick, format(), freg(), sources()).prop_map(|(op, format, rd, (rs1, rs2))| {
            Inst::Fp(FpInst::Pick {
                op,
                format,
                rd,
                rs1,
                rs2,
            })
        }),
        (compare, format(), reg(), sources()).prop_map(|(op, format, rd, (rs1, rs2))| {
            Inst::Fp(FpInst::Compare {
                op,
                format,
                rd,
                rs1,
                rs2,
            })
        }),
    ]
}

fn floating_unary() -> impl Strategy<Value = Inst> {
    prop_oneof![
        (format(), freg(), freg(), rounding()).prop_map(|(format, rd, rs1, rounding)| {
            Inst::Fp(FpInst::Sqrt {
                format,
                rd,
                rs1,
                rounding,
            })
        }),
        (format(), freg(), freg(), rounding()).prop_map(|(to, rd, rs1, rounding)| {
            Inst::Fp(FpInst::Convert {
                to,
                rd,
                rs1,
                rounding,
            })
        }),
        (int_format(), format(), reg(), freg(), rounding()).prop_map(
            |(to, from, rd, rs1, rounding)| Inst::Fp(FpInst::ToInt {
                to,
                from,
                rd,
                rs1,
                rounding
            })
        ),
        (format(), int_format(), freg(), reg(), rounding()).prop_map(
            |(to, from, rd, rs1, rounding)| Inst::Fp(FpInst::FromInt {
                to,
                from,
                rd,
                rs1,
                rounding
            })
        ),
        (format(), reg(), freg()).prop_map(|(format, rd, rs1)| Inst::Fp(FpInst::Class {
            format,
            rd,
            rs1
        })),
        (format(), reg(), freg()).prop_map(|(format, rd, rs1)| Inst::Fp(FpInst::ToBits {
            format,
            rd,
            rs1
        })),
        (format(), freg(), reg()).prop_map(|(format, rd, rs1)| Inst::Fp(FpInst::FromBits {
            format,
            rd,
            rs1
        })),
    ]
}

/// Any valid instruction.
fn inst() -> impl Strategy<Value = Inst> {
    let floating = prop_oneof![floating_memory(), floating_binary(), floating_unary()];
    prop_oneof![
        control_flow(),
        integers(),
        bits(),
        memory(),
        system(),
        floating
    ]
}

/// The environment's choices, with a fixed seed where it makes none.
fn config() -> Config {
    let mut config = Config::default();
    if let RngSeed::Random = config.rng_seed {
        config.rng_seed = RngSeed::Fixed(0x5eed);
    }
    config.failure_persistence = None;
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_word(words in prop::collection::vec(any::<u32>(), 256)) {
        for word in words {
            decode_and_return(word);
        }
    }

    #[test]
    fn any_instruction(insts in prop::collection::vec(inst(), 64)) {
        for inst in insts {
            let word = encode(inst);
            prop_assert!(word.is_some(), "{inst:?}");
            let back = word.and_then(decode).map(|decoded| decoded.inst);
            prop_assert_eq!(back, Some(inst));
        }
    }

    #[test]
    fn any_number_as_an_immediate(
        op in prop::sample::select(&AluOp::ALL[..]),
        imm in prop_oneof![any::<i32>(), -3000..3000, -2_000_000..2_000_000],
    ) {
        let (rd, rs1) = (Reg::A0, Reg::A1);
        let valid = if op.is_shift() {
            shamt(op).contains(&imm)
        } else {
            op.has_immediate_form() && (-2048..2048).contains(&imm)
        };
        prop_assert_eq!(encode(Inst::AluImm { op, rd, rs1, imm }).is_some(), valid);
        for op in BitImmOp::ALL {
            let shamt = imm as u8;
            let valid = shamt < if op.is_word() { 32 } else { 64 };
            let inst = Inst::BitImm { op, rd, rs1, shamt };
            prop_assert_eq!(encode(inst).is_some(), valid);
        }
        let upper = Inst::Lui { rd, imm };
        prop_assert_eq!(encode(upper).is_some(), imm % 4096 == 0);
        let jump = Inst::Jal { rd, offset: imm };
        let valid = imm % 2 == 0 && (-(1 << 20)..1 << 20).contains(&imm);
        prop_assert_eq!(encode(jump).is_some(), valid);
    }
}
