//! What instructions are tried with.

use crate::isa::Format;

/// Double-precision numbers at which operations are known to differ.
pub(super) const DOUBLES: [u64; 30] = [
    0,
    1 << 63,
    0x3ff0_0000_0000_0000,
    0xbff0_0000_0000_0000,
    // 1.5, -2.5, 1/3
    0x3ff8_0000_0000_0000,
    0xc004_0000_0000_0000,
    0x3fd5_5555_5555_5555,
    // The least subnormal and the greatest, the least normal, the greatest.
    1,
    0x800f_ffff_ffff_ffff,
    0x0010_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0xffef_ffff_ffff_ffff,
    // Infinities; quiet and signalling NaNs; a boxed number.
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_1234,
    0x7ff0_0000_0000_0001,
    0xffff_ffff_4049_0fdb,
    // The limits of integers: 2^31, 2^31 - 1/2, -2^31 - 1, 2^32 - 1/2, 2^32, 2^63 and what is before, -2^63, 2^64.
    0x41e0_0000_0000_0000,
    0x41df_ffff_ffe0_0000,
    0xc1e0_0000_0020_0000,
    0x41ef_ffff_fff0_0000,
    0x41f0_0000_0000_0000,
    0x43e0_0000_0000_0000,
    0x43df_ffff_ffff_ffff,
    0xc3e0_0000_0000_0000,
    0x43f0_0000_0000_0000,
    // What the greatest single-precision numbers round to or not, and the least.
    0x47ef_ffff_f000_0000,
    0x380f_ffff_ffff_ffff,
    0xbfdf_ffff_ffff_ffff,
];

/// The same in single precision.
pub(super) const SINGLES: [u32; 26] = [
    0,
    1 << 31,
    0x3f80_0000,
    0xbf80_0000,
    0x3fc0_0000,
    0xc020_0000,
    0x3eaa_aaab,
    1,
    0x807f_ffff,
    0x0080_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_1234,
    0x7f80_0001,
    0x4f00_0000,
    0x4eff_ffff,
    0xcf00_0000,
    0xcf00_0001,
    0x4f7f_ffff,
    0x4f80_0000,
    0x5f00_0000,
    0x5eff_ffff,
    0x5f80_0000,
];

/// Integers at which conversions are known to differ.
pub(super) const INTEGERS: [u64; 16] = [
    0,
    1,
    u64::MAX,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX as u64,
    1 << 63,
    (1 << 63) + 1,
    // Half way between two numbers, and a little more.
    (1 << 53) + 1,
    (1 << 63) + (1 << 10),
    (1 << 63) + (1 << 10) + 1,
    (1 << 25) + 2,
    u64::MAX - (1 << 10),
    0x1234_5678_9abc_def1,
];

/// The operands that are tried: numbers of a format; of single-precision ones some unboxed.
pub(super) fn operands(format: Format) -> Vec<u64> {
    let boxed = |single: u32| 0xffff_ffff_0000_0000 | u64::from(single);
    match format {
        Format::Double => DOUBLES.to_vec(),
        Format::Single => {
            let unboxed = [0x3f80_0000, 0xffff_fffe_3f80_0000, 0x3ff0_0000_3f80_0000];
            SINGLES.map(boxed).into_iter().chain(unboxed).collect()
        }
    }
}
