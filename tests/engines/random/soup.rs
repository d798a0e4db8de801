//! Bytes at random: what decodes runs, what does not traps, the same on both engines.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use rvjet::isa::{Compressed, decode};
use rvjet::machine::{Access, PAGE_SIZE};

use super::{config, try_all};
use crate::lab::Region;
use crate::scenario::{CODE, DATA, Scenario};

/// The major opcodes that hold legal instructions.
const OPCODES: [u32; 13] = [
    0x03, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x2f, 0x33, 0x37, 0x3b, 0x63, 0x67, 0x6f,
];

/// A word of a legal opcode, legal in most cases, or two parcels, or just a word.
fn word() -> impl Strategy<Value = u32> {
    let full = (select(&OPCODES[..]), any::<u32>(), any::<bool>())
        // Few immediates and function codes are legal at random; these bits mostly are.
        .prop_map(|(opcode, bits, plain)| {
            let bits = bits & !0x7f | opcode;
            let computes = plain && matches!(opcode, 0x1b | 0x33 | 0x3b);
            if computes { bits & 0x01ff_ffff } else { bits }
        });
    // What is not legal becomes an addition, or nothing.
    let legal = full.prop_map(|word| match decode(word) {
        Some(_) => word,
        None => word & 0xffff_8f80 | 0x13,
    });
    let parcel = any::<u16>().prop_map(|parcel| match Compressed::decode(parcel) {
        Some(_) => parcel,
        None => 0x0001,
    });
    let parcels = (parcel.clone(), parcel).prop_map(|(a, b)| u32::from(a) | u32::from(b) << 16);
    prop_oneof![20 => legal, 10 => parcels, 1 => any::<u32>()]
}

/// Registers near code and data, so that accesses and jumps often hit.
fn registers() -> impl Strategy<Value = Vec<u64>> {
    let code = (0..128u64).prop_map(|n| CODE + PAGE_SIZE - 256 + 4 * n);
    let data = (0..0x2000u64).prop_map(|n| DATA + n);
    let aligned = (0..0x400u64).prop_map(|n| DATA + 8 * n);
    vec(
        prop_oneof![2 => code, 2 => data, 3 => aligned, 1 => any::<u64>()],
        32,
    )
}

#[test]
fn soup() {
    let start = CODE + PAGE_SIZE - 256;
    let access = select(&[Access::ALL, Access::READ_EXECUTE][..]);
    let strategy = (vec(word(), 1..128), registers(), access, 0..4000u64);
    let mut config = config();
    config.cases *= 4;
    try_all(config, &strategy, |(words, registers, access, part)| {
        let mut code = vec![0; (start - CODE) as usize];
        code.extend(words.iter().copied().flat_map(u32::to_le_bytes));
        let mut all = [0; 32];
        all.copy_from_slice(registers);
        let data: Vec<u8> = (0..0x2000u32).map(|n| (n * 37) as u8).collect();
        let scenario = Scenario::at(CODE, *access, code)
            .entry(start)
            .registers(all)
            .data(DATA, Access::READ_WRITE, data)
            .region(Region::fresh(0, PAGE_SIZE, Access::READ_WRITE))
            .max_insns(2000);
        scenario.compare()?;
        scenario.compare_for(*part).map(drop)
    });
}
