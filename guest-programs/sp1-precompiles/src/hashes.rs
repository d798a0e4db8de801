//! SHA-256, Keccak and Poseidon2.

use core::array;

use sp1_rt::precompile;
use sp1_rt::rng::SplitMix64;

use crate::report::Report;

pub fn run(rng: &mut SplitMix64, report: &mut Report) {
    let half = |rng: &mut SplitMix64| rng.next_u64() >> 32;
    let mut schedule = [0; 64];
    schedule[..16].fill_with(|| half(rng));
    precompile::sha_extend(&mut schedule);
    report.words("sha extend", &schedule);
    let mut state = array::from_fn(|_| half(rng));
    precompile::sha_compress(&schedule, &mut state);
    report.words("sha compress", &state);

    let mut state = array::from_fn(|_| rng.next_u64());
    precompile::keccak_permute(&mut state);
    report.words("keccak permute", &state);

    // Both halves of a word are elements below the prime, which has 31 bits.
    let mut state = array::from_fn(|_| rng.next_u64() & 0x3fff_ffff_3fff_ffff);
    precompile::poseidon2(&mut state);
    precompile::poseidon2(&mut state);
    report.words("poseidon2", &state);
}
