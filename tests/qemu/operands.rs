//! Values at which instructions go wrong.

/// Around the ends of every width, shift amounts, and patterns.
pub const EDGES: [u64; 32] = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    63,
    64,
    0x7f,
    0x80,
    0xff,
    0x7ff,
    0x800,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    0x1_0000_0000,
    0x0123_4567_89ab_cdef,
    0x5555_5555_5555_5555,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0x8000_0000_0000_0001,
    0xaaaa_aaaa_aaaa_aaaa,
    0xffff_ffff_7fff_ffff,
    0xffff_ffff_8000_0000,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
];

/// Ends and middle of a 12-bit immediate.
pub const IMMEDIATES: [i32; 14] = [
    0, 1, 2, 31, 127, 128, 255, 2047, -1, -2, -128, -129, -2047, -2048,
];

/// The values of `EDGES` that take two instructions at most.
pub fn short_edges() -> impl Iterator<Item = u64> + Clone {
    EDGES
        .into_iter()
        .filter(|&edge| i32::try_from(edge as i64).is_ok())
}
