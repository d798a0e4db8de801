//! The corners, and the nearest-even results against the host's own arithmetic.

use super::*;
use crate::isa::{Format, FpCompare, FpOp, FpPick, FusedOp, IntFormat};
use RoundingMode::{Rdn, Rmm, Rne, Rtz, Rup};

const NONE: u64 = 0;
const NX: u64 = 1;
const UF: u64 = 2;
const OF: u64 = 4;
const DZ: u64 = 8;
const NV: u64 = 16;

const D: Format = Format::Double;
const S: Format = Format::Single;
const NAN: u64 = 0x7ff8_0000_0000_0000;
const NAN_S: u64 = 0xffff_ffff_7fc0_0000;
/// A signalling NaN, a quiet one with sign and payload.
const SNAN: u64 = 0x7ff0_0000_0000_0001;
const QNAN: u64 = 0xfff8_0000_0000_0123;
const INF: u64 = 0x7ff0_0000_0000_0000;
const MAX: u64 = INF - 1;
/// The least normal number.
const MIN: u64 = 0x0010_0000_0000_0000;
const SIGN: u64 = 1 << 63;

fn d(x: f64) -> u64 {
    x.to_bits()
}

fn s(x: f32) -> u64 {
    fp_box(S, x.to_bits().into())
}

fn alu(op: FpOp, a: u64, b: u64, mode: RoundingMode) -> (u64, u64) {
    let (value, flags) = fp_alu(op, D, a, b, mode);
    (value, flags.bits())
}

#[test]
fn the_sign_of_a_sum_that_cancels() {
    for mode in RoundingMode::ALL {
        let zero = if mode == Rdn { SIGN } else { 0 };
        for (op, a, b) in [
            (FpOp::Sub, d(1.5), d(1.5)),
            (FpOp::Add, 0, SIGN),
            (FpOp::Sub, SIGN, SIGN),
        ] {
            assert_eq!(alu(op, a, b, mode), (zero, NONE), "{op:?} {mode:?}");
        }
        assert_eq!(alu(FpOp::Add, SIGN, SIGN, mode), (SIGN, NONE));
    }
}

#[test]
fn what_has_no_result_is_the_canonical_nan() {
    let rows = [
        (FpOp::Sub, INF, INF, NV),
        (FpOp::Mul, SIGN, INF, NV),
        (FpOp::Div, 0, SIGN, NV),
        (FpOp::Div, INF, INF | SIGN, NV),
        (FpOp::Add, QNAN, d(1.0), NONE),
        (FpOp::Add, d(1.0), SNAN, NV),
        (FpOp::Div, SNAN, QNAN, NV),
    ];
    for (op, a, b, flags) in rows {
        assert_eq!(alu(op, a, b, Rne), (NAN, flags), "{op:?} {a:#x} {b:#x}");
    }
    assert_eq!(fp_sqrt(D, d(-1.0), Rne), (NAN, Flags::INVALID));
    assert_eq!(fp_sqrt(D, SIGN, Rne), (SIGN, Flags::NONE));
}

#[test]
fn infinities_and_zeros_divide() {
    assert_eq!(alu(FpOp::Div, d(-1.0), 0, Rne), (INF | SIGN, DZ));
    assert_eq!(alu(FpOp::Div, INF, 0, Rne), (INF, NONE));
    assert_eq!(alu(FpOp::Div, d(1.0), INF | SIGN, Rne), (SIGN, NONE));
}

#[test]
fn overflow_goes_where_the_mode_says() {
    for (mode, positive, negative) in [
        (Rne, INF, INF),
        (Rtz, MAX, MAX),
        (Rdn, MAX, INF),
        (Rup, INF, MAX),
        (Rmm, INF, INF),
    ] {
        assert_eq!(alu(FpOp::Add, MAX, MAX, mode), (positive, OF | NX));
        let negated = MAX | SIGN;
        let sum = alu(FpOp::Add, negated, negated, mode);
        assert_eq!(sum, (negative | SIGN, OF | NX), "{mode:?}");
    }
    // Half a unit beyond the largest number is nearer to none: it is a tie.
    let half_unit = d(2f64.powi(970));
    assert_eq!(alu(FpOp::Add, MAX, half_unit, Rne), (INF, OF | NX));
    assert_eq!(alu(FpOp::Add, MAX, half_unit - 1, Rne), (MAX, NX));
}

/// Products just below the least normal number.
#[test]
fn a_number_is_tiny_if_full_precision_leaves_it_so() {
    let (below, above) = (d(1.0) - 1, d(1.0) + 1);
    // (1 - 2^-53) × 2^-1022 has all its bits one place too low: to the nearest it is
    // the least normal number, but with the exponent one less it would be exact.
    let rows = [
        (MIN, below, Rne, MIN, UF | NX),
        (MIN, below, Rup, MIN, UF | NX),
        (MIN, below, Rtz, MIN - 1, UF | NX),
        // (1 - 2^-53)(1 + 2^-52) needs more bits: those of full precision round up to
        // the normal number, in some modes.
        (MIN + 1, below, Rne, MIN, NX),
        (MIN + 1, below, Rtz, MIN, NX),
        // (1 - 2^-52)(1 + 2^-52) is 1 - 2^-104.
        (MIN + 1, below - 1, Rne, MIN, NX),
        (MIN + 1, below - 1, Rup, MIN, NX),
        (MIN + 1, below - 1, Rmm, MIN, NX),
        (MIN + 1, below - 1, Rtz, MIN - 1, UF | NX),
        (MIN + 1, below - 1, Rdn, MIN - 1, UF | NX),
        // Subnormal and exact: no underflow.
        (MIN, d(0.5), Rne, MIN >> 1, NONE),
        (MIN - 1, above, Rne, MIN, NX),
        (MIN - 1, above, Rtz, MIN - 1, UF | NX),
        (1, d(0.5), Rne, 0, UF | NX),
        (1, d(0.5), Rmm, 1, UF | NX),
        (1, d(0.75), Rne, 1, UF | NX),
        (1, 1, Rup, 1, UF | NX),
        (1, 1, Rmm, 0, UF | NX),
    ];
    for (a, b, mode, want, flags) in rows {
        let got = alu(FpOp::Mul, a, b, mode);
        assert_eq!(got, (want, flags), "{a:#x} {b:#x} {mode:?}");
    }
}

#[test]
fn fused_operations_round_once() {
    let fused = |op, a, b, c| {
        let (value, flags) = fp_fused(op, D, [a, b, c], Rne);
        (value, flags.bits())
    };
    let (above, one) = (d(1.0) + 1, d(1.0));
    let square = d(1.0 + 2f64.powi(-51));
    let low = d(2f64.powi(-104));
    // (1 + 2^-52)^2 = 1 + 2^-51 + 2^-104
    assert_eq!(fused(FusedOp::Msub, above, above, square), (low, NONE));
    assert_eq!(
        fused(FusedOp::Nmsub, above, above, square),
        (low | SIGN, NONE)
    );
    assert_eq!(fused(FusedOp::Madd, above, above, 0), (square, NX));
    assert_eq!(fused(FusedOp::Nmadd, one, one, one), (d(-2.0), NONE));
    assert_eq!(fused(FusedOp::Madd, 0, INF, QNAN), (NAN, NV));
    assert_eq!(fused(FusedOp::Madd, one, one, QNAN), (NAN, NONE));
    assert_eq!(fused(FusedOp::Madd, one, QNAN, SNAN), (NAN, NV));
    assert_eq!(fused(FusedOp::Madd, INF, one, INF | SIGN), (NAN, NV));
    assert_eq!(fused(FusedOp::Nmadd, INF, one, INF | SIGN), (NAN, NV));
    assert_eq!(fused(FusedOp::Madd, one, one, d(-1.0)), (0, NONE));
}

#[test]
fn what_is_not_boxed_is_a_nan() {
    let unboxed = s(1.0) & !(1 << 63);
    let (one, two) = (s(1.0), s(2.0));
    assert_eq!(fp_alu(FpOp::Add, S, one, one, Rne), (two, Flags::NONE));
    assert_eq!(
        fp_alu(FpOp::Add, S, unboxed, one, Rne),
        (NAN_S, Flags::NONE)
    );
    assert_eq!(
        fp_pick(FpPick::Sgnj, S, unboxed, s(-1.0)).0,
        NAN_S | 1 << 31
    );
    assert_eq!(fp_pick(FpPick::Sgnj, S, s(-1.0), unboxed).0, one);
    assert_eq!(fp_pick(FpPick::Min, S, unboxed, one).0, one);
    assert_eq!(fp_convert(D, unboxed, Rne).0, NAN);
    assert_eq!(fp_class(S, unboxed), 1 << 9);
    assert_eq!(fp_bits(S, 0x1234_8000_0001), 0xffff_ffff_8000_0001);
    assert_eq!(fp_box(S, 0x1234_0000_0001), 0xffff_ffff_0000_0001);
}

#[test]
fn minima_maxima_and_signs() {
    let rows = [
        (FpPick::Min, 0, SIGN, SIGN, NONE),
        (FpPick::Max, SIGN, 0, 0, NONE),
        (FpPick::Min, d(-1.0), d(-2.0), d(-2.0), NONE),
        (FpPick::Max, INF | SIGN, d(-2.0), d(-2.0), NONE),
        (FpPick::Min, QNAN, d(1.0), d(1.0), NONE),
        (FpPick::Max, d(1.0), SNAN, d(1.0), NV),
        (FpPick::Max, QNAN, SNAN, NAN, NV),
        (FpPick::Sgnj, SNAN, SIGN, SNAN | SIGN, NONE),
        (FpPick::Sgnjn, d(1.0), d(2.0), d(-1.0), NONE),
        (FpPick::Sgnjx, d(-1.0), d(-2.0), d(1.0), NONE),
    ];
    for (op, a, b, want, flags) in rows {
        let (value, raised) = fp_pick(op, D, a, b);
        assert_eq!(
            (value, raised.bits()),
            (want, flags),
            "{op:?} {a:#x} {b:#x}"
        );
    }
}

#[test]
fn comparisons() {
    // Equal, less, less or equal; then what they raise.
    let rows = [
        (0, SIGN, [1, 0, 1], [NONE; 3]),
        (SIGN, 0, [1, 0, 1], [NONE; 3]),
        (d(-2.0), d(-1.0), [0, 1, 1], [NONE; 3]),
        (d(1.0), d(-1.0), [0, 0, 0], [NONE; 3]),
        (INF, INF, [1, 0, 1], [NONE; 3]),
        (QNAN, QNAN, [0; 3], [NONE, NV, NV]),
        (d(1.0), SNAN, [0; 3], [NV; 3]),
    ];
    for (a, b, want, flags) in rows {
        let got = FpCompare::ALL.map(|op| fp_compare(op, D, a, b));
        assert_eq!(got.map(|(holds, _)| holds), want, "{a:#x} {b:#x}");
        assert_eq!(got.map(|(_, raised)| raised.bits()), flags);
    }
}

#[test]
fn classes() {
    let rows = [
        INF | SIGN,
        d(-1.0),
        SIGN | 1,
        SIGN,
        0,
        MIN - 1,
        MIN,
        INF,
        SNAN,
        QNAN,
    ];
    for (bit, number) in rows.into_iter().enumerate() {
        assert_eq!(fp_class(D, number), 1 << bit, "{number:#x}");
    }
}

#[test]
fn integers_saturate() {
    let (most, low32) = (i64::MAX as u64, 0xffff_ffff_8000_0000);
    let rows = [
        (IntFormat::W, d(-2147483648.9), Rtz, low32, NX),
        (IntFormat::W, d(-2147483648.9), Rdn, low32, NV),
        (IntFormat::W, d(2147483647.5), Rne, 0x7fff_ffff, NV),
        (IntFormat::W, NAN, Rne, 0x7fff_ffff, NV),
        (IntFormat::Wu, d(4294967295.0), Rne, u64::MAX, NONE),
        (IntFormat::Wu, d(2147483648.0), Rne, low32, NONE),
        (IntFormat::Wu, QNAN, Rne, u64::MAX, NV),
        (IntFormat::Wu, d(-0.5), Rne, 0, NX),
        (IntFormat::Wu, d(-0.5), Rmm, 0, NV),
        (IntFormat::Wu, d(-1.0), Rne, 0, NV),
        (IntFormat::L, d(9.3e18), Rne, most, NV),
        (IntFormat::L, d(-9223372036854775808.0), Rne, SIGN, NONE),
        (IntFormat::L, INF | SIGN, Rne, SIGN, NV),
        (IntFormat::Lu, MAX, Rne, u64::MAX, NV),
        (
            IntFormat::Lu,
            d(1.8e19),
            Rne,
            18_000_000_000_000_000_000,
            NONE,
        ),
        (IntFormat::L, d(2.5), Rne, 2, NX),
        (IntFormat::L, d(2.5), Rmm, 3, NX),
        (IntFormat::L, 1, Rup, 1, NX),
        (IntFormat::L, 1, Rne, 0, NX),
    ];
    for (to, number, mode, want, flags) in rows {
        let (value, raised) = fp_to_int(to, D, number, mode);
        assert_eq!((value, raised.bits()), (want, flags), "{to:?} {number:#x}");
    }
}

#[test]
fn integers_become_numbers() {
    let rows = [
        (D, IntFormat::L, u64::MAX, Rne, d(-1.0), NONE),
        (D, IntFormat::Lu, u64::MAX, Rne, d(2f64.powi(64)), NX),
        (D, IntFormat::Lu, u64::MAX, Rtz, d(2f64.powi(64)) - 1, NX),
        (D, IntFormat::W, 0xf_8000_0000, Rne, d(-2147483648.0), NONE),
        (D, IntFormat::Wu, u64::MAX, Rne, d(4294967295.0), NONE),
        (S, IntFormat::W, 0x0100_0001, Rne, s(16777216.0), NX),
        (S, IntFormat::W, 0x0100_0001, Rmm, s(16777218.0), NX),
        (S, IntFormat::L, 0, Rdn, s(0.0), NONE),
    ];
    for (to, from, integer, mode, want, flags) in rows {
        let (value, raised) = int_to_fp(to, from, integer, mode);
        assert_eq!(
            (value, raised.bits()),
            (want, flags),
            "{from:?} {integer:#x}"
        );
    }
}

#[test]
fn formats_convert() {
    let rows = [
        (S, d(1e300), Rtz, s(f32::MAX), OF | NX),
        (S, d(1e-300), Rne, s(0.0), UF | NX),
        (S, d(1e-300), Rup, s(f32::from_bits(1)), UF | NX),
        (S, SNAN, Rne, NAN_S, NV),
        (S, QNAN, Rne, NAN_S, NONE),
        (D, s(f32::from_bits(1)), Rne, d(2f64.powi(-149)), NONE),
        (D, s(f32::NEG_INFINITY), Rne, INF | SIGN, NONE),
    ];
    for (to, number, mode, want, flags) in rows {
        let (value, raised) = fp_convert(to, number, mode);
        assert_eq!(
            (value, raised.bits()),
            (want, flags),
            "{number:#x} {mode:?}"
        );
    }
}

/// SplitMix64; half of the numbers have few bits or an exponent near another's.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn number(&mut self) -> f64 {
        let (bits, kind) = (self.next(), self.next());
        let near = (0x3fd + (kind >> 8 & 0x7f)) << 52 | bits & (SIGN | (MIN - 1));
        f64::from_bits(match kind & 3 {
            0 => bits,
            1 => bits & !0 << (kind >> 8 & 63),
            2 => bits & (SIGN | (MIN - 1)),
            _ => near,
        })
    }
}

/// All NaNs are one. By their bits: compilers know that a NaN's are any NaN's.
fn canonical(x: f64) -> u64 {
    match d(x) {
        bits if bits & !SIGN > INF => NAN,
        bits => bits,
    }
}

/// As [`canonical`].
fn canonical_s(x: f32) -> u64 {
    match s(x) {
        bits if bits & 0x7fff_ffff > 0x7f80_0000 => NAN_S,
        bits => bits,
    }
}

#[test]
fn nearest_even_results_are_the_host_s() {
    let mut random = Random(0x5eed);
    for _ in 0..20_000 {
        let [x, y, z] = [(); 3].map(|()| random.number());
        let (a, b, c) = (d(x), d(y), d(z));
        let host = [x + y, x - y, x * y, x / y].map(canonical);
        let ours = FpOp::ALL.map(|op| fp_alu(op, D, a, b, Rne).0);
        assert_eq!(ours, host, "{a:#x} {b:#x}");
        assert_eq!(fp_sqrt(D, a, Rne).0, canonical(x.sqrt()), "{a:#x}");
        let fused = fp_fused(FusedOp::Madd, D, [a, b, c], Rne).0;
        assert_eq!(fused, canonical(x.mul_add(y, z)), "{a:#x} {b:#x} {c:#x}");
        let (single, x32) = (fp_convert(S, a, Rne).0, x as f32);
        assert_eq!(single, canonical_s(x32), "{a:#x}");
        assert_eq!(fp_sqrt(S, single, Rne).0, canonical_s(x32.sqrt()));
        assert_eq!(int_to_fp(S, IntFormat::L, a, Rne).0, s(a as i64 as f32));
    }
}
