//! Words against those of GNU as, and labels against where they lead.

use alloc::vec::Vec;

use super::encode::Reg::{self, *};
use super::encode::*;
use super::*;
use crate::jit::regs::RESTORE;

#[test]
fn instructions_are_encoded_as_gnu_as_does() {
    let branch = |cond, s, t, offset| branch(cond, s, t) | branch_offset(offset);
    let cases = [
        (register(RegOp::Add, T1, S2, T6), 0x01f9_0333),
        (register(RegOp::Sub, A0, A1, Zero), 0x4005_8533),
        (register(RegOp::Srl, T2, T3, T4), 0x01de_53b3),
        (register(RegOp::And, A7, A6, A5), 0x00f8_78b3),
        (register(RegOp::Or, S0, S1, Ra), 0x0014_e433),
        (register(RegOp::Xor, T5, T0, A4), 0x00e2_cf33),
        (register(RegOp::Sltu, S3, S4, S5), 0x015a_39b3),
        (immediate(ImmOp::Addi, T0, T1, -2048), 0x8003_0293),
        (immediate(ImmOp::Andi, A2, A3, 2047), 0x7ff6_f613),
        (immediate(ImmOp::Xori, T3, T4, -1), 0xfffe_ce13),
        (immediate(ImmOp::Sltiu, A0, A0, 26), 0x01a5_3513),
        (addiw(T2, T2, -1), 0xfff3_839b),
        (slli(A5, A5, 63), 0x03f7_9793),
        (load(Load::Lb, T1, A0, -1), 0xfff5_0303),
        (load(Load::Lbu, T2, A7, 2047), 0x7ff8_c383),
        (load(Load::Lhu, T3, A6, -2048), 0x8008_5e03),
        (load(Load::Lwu, T4, S0, 4), 0x0044_6e83),
        (load(Load::Ld, A1, S0, 8), 0x0084_3583),
        (sd(Ra, A2, -24), 0xfe16_3423),
        (sd(T6, S1, 2047), 0x7ff4_bfa3),
        (branch(Cond::Eq, T0, T1, 4094), 0x7e62_8fe3),
        (branch(Cond::Ne, S0, Zero, -4096), 0x8004_1063),
        (branch(Cond::Lt, A4, Zero, 8), 0x0007_4463),
        (branch(Cond::Ge, A0, A1, -4), 0xfeb5_5ee3),
        (branch(Cond::Ltu, T5, T6, 2048), 0x01ff_60e3),
        (branch(Cond::Geu, S5, S4, -2), 0xff4a_ffe3),
        (jal(Zero) | jal_offset(1_048_574), 0x7fff_f06f),
        (jal(T0) | jal_offset(-1_048_576), 0x8000_02ef),
        (jalr(Ra, T1), 0x0003_00e7),
        (lui(S1, i32::MIN), 0x8000_04b7),
        (lui(A0, 0x7fff_f000), 0x7fff_f537),
        (auipc(T6, -0x1000), 0xffff_ff97),
    ];
    for (at, (word, expected)) in cases.into_iter().enumerate() {
        assert_eq!(word, expected, "case {at}: {word:#010x}");
    }
    let conditions = [Cond::Eq, Cond::Lt, Cond::Ltu];
    for cond in conditions {
        assert_eq!(
            super::encode::branch(cond, A0, A1) ^ INVERTS_BRANCH,
            super::encode::branch(cond.inverse(), A0, A1)
        );
        assert_eq!(cond.inverse().inverse(), cond);
    }
}

/// What `code`, of nothing but constants, leaves in the register that it writes.
fn value(code: &[u32]) -> i64 {
    code.iter()
        .fold(0, |value: i64, word| match (word & 0x7f, word >> 12 & 7) {
            (0x37, _) => i64::from((word & !0xfff) as i32),
            (0x13, 0) => value.wrapping_add(i64::from(*word as i32 >> 20)),
            (0x1b, 0) => i64::from(value.wrapping_add(i64::from(*word as i32 >> 20)) as i32),
            (0x13, 1) => value << (word >> 20 & 63),
            _ => unreachable!("no constant needs {word:#x}"),
        })
}

#[test]
fn constants_come_out_as_they_went_in_and_small_ones_are_short() {
    let mut values = std::vec![
        0,
        -1,
        i64::MIN,
        i64::MAX,
        0x1234_5678_9abc_def0,
        0x7fff_ffff,
        0x7fff_f800,
        -0x8000_0000
    ];
    for shift in 0..64 {
        for near in [-0x801, -0x800, -1, 0, 1, 0x7ff, 0x800] {
            values.push((1i64 << shift).wrapping_add(near));
        }
    }
    for expected in values {
        let mut code = Vec::new();
        constant::load(&mut code, T3, expected);
        assert_eq!(value(&code), expected, "{code:x?}");
        assert!(code.iter().all(|word| word >> 7 & 31 == T3 as u32));
        let most = match expected {
            -0x800..0x800 => 1,
            _ if i32::try_from(expected).is_ok() => 2,
            _ => 8,
        };
        assert!(code.len() <= most, "{expected:#x}: {code:x?}");
    }
}

/// Code that branches to a label behind so many words, and takes its address.
fn over(words: usize) -> Vec<u32> {
    let mut asm = Asm::default();
    let (anchor, target) = (asm.here(), asm.label());
    asm.set_anchor(anchor);
    asm.branch(Cond::Ltu, A0, A1, target);
    (0..words).for_each(|_| asm.copy(A0, A0));
    asm.bind(target);
    asm.address_of(T1, target);
    asm.finish().unwrap()
}

#[test]
fn what_is_near_takes_one_word_and_what_is_far_two() {
    let (branch, jump) = (branch(Cond::Ltu, A0, A1), jal(Zero));
    // The address is from the anchor, by an offset of another range.
    let near = over(510);
    assert_eq!(near.len(), 1 + 510 + 1);
    assert_eq!(near[0], branch | branch_offset(4 * 511));
    assert_eq!(near[511], immediate(ImmOp::Addi, T1, RESTORE, 4 * 511));
    let between = over(1022);
    assert_eq!(between.len(), 1 + 1022 + 2);
    assert_eq!(between[0], branch | branch_offset(4 * 1023));
    assert_eq!(
        between[1023..],
        [auipc(T1, 0), immediate(ImmOp::Addi, T1, T1, 0)]
    );
    let far = over(1023);
    assert_eq!(far.len(), 2 + 1023 + 2);
    assert_eq!(far[0], branch ^ INVERTS_BRANCH | branch_offset(8));
    assert_eq!(far[1], jump | jal_offset(4 * 1024));
}

#[test]
fn branches_that_push_each_other_out_of_reach_still_lead_home() {
    let mut asm = Asm::default();
    let home = asm.here();
    let count = 3000;
    (0..count).for_each(|_| asm.branch(Cond::Eq, A0, A1, home));
    let code = asm.finish().unwrap();
    let offset = |word: u32| {
        let bits = |low: u32, count: u32| word >> low & ((1 << count) - 1);
        let raw = bits(31, 1) << 20 | bits(12, 8) << 12 | bits(20, 1) << 11 | bits(21, 10) << 1;
        i64::from((raw << 11) as i32 >> 11)
    };
    let jumps = (0..).zip(&code).filter(|(_, word)| **word & 0x7f == 0x6f);
    let mut far = 0;
    for (at, word) in jumps {
        assert_eq!(4 * at + offset(*word), 0);
        far += 1;
    }
    assert_eq!(code.len(), count + far);
    assert!(far > 0 && far < count);
}

#[test]
fn offsets_that_do_not_fit_go_through_a_register() {
    let mut asm = Asm::default();
    asm.ld(T1, S0, 0x800);
    asm.imm(ImmOp::Andi, T1, T1, 0x800);
    let mut expected = Vec::new();
    constant::load(&mut expected, AT, 0x800);
    expected.extend([register(RegOp::Add, AT, AT, S0), load(Load::Ld, T1, AT, 0)]);
    constant::load(&mut expected, AT, 0x800);
    expected.push(register(RegOp::And, T1, T1, AT));
    assert_eq!(asm.finish().unwrap(), expected);
}

#[test]
fn code_that_jumps_could_not_cross_is_too_long() {
    let mut asm = Asm::default();
    (0..MOST_BYTES / 4 - 1).for_each(|_| asm.copy(Reg::A0, Reg::A0));
    assert!(asm.finish().is_ok());
    let mut asm = Asm::default();
    (0..MOST_BYTES / 4).for_each(|_| asm.copy(Reg::A0, Reg::A0));
    assert_eq!(asm.finish(), Err(TooLong));
}
