//! The groups of five curves.

use sp1_rt::precompile;
use sp1_rt::rng::SplitMix64;

use crate::curves;
use crate::report::Report;

/// The points that [`hooks`](crate::hooks) asks about.
pub struct Points {
    pub secp256k1: [u64; 8],
    pub secp256r1: [u64; 8],
    pub ed25519: [u64; 8],
}

/// Double and add of a curve, and its generator.
struct Curve<const N: usize> {
    add: fn(&mut [u64; N], &[u64; N]),
    double: fn(&mut [u64; N]),
    generator: [u64; N],
}

impl<const N: usize> Curve<N> {
    /// A multiple of the generator G: from 3G on, each bit doubles it, and a 1
    /// adds 2G, which is never what is there, nor its negative.
    fn walk(&self, bits: u64) -> [u64; N] {
        let mut step = self.generator;
        (self.double)(&mut step);
        let mut point = step;
        (self.add)(&mut point, &self.generator);
        for at in 0..16 {
            (self.double)(&mut point);
            if bits >> at & 1 == 1 {
                (self.add)(&mut point, &step);
            }
        }
        point
    }
}

pub fn run(rng: &mut SplitMix64, report: &mut Report) -> Points {
    let secp256k1 = Curve {
        add: precompile::secp256k1_add,
        double: precompile::secp256k1_double,
        generator: curves::SECP256K1,
    }
    .walk(rng.next_u64());
    report.words("secp256k1 add, double", &secp256k1);
    let secp256r1 = Curve {
        add: precompile::secp256r1_add,
        double: precompile::secp256r1_double,
        generator: curves::SECP256R1,
    }
    .walk(rng.next_u64());
    report.words("secp256r1 add, double", &secp256r1);
    let bn254 = Curve {
        add: precompile::bn254_add,
        double: precompile::bn254_double,
        generator: curves::BN254,
    }
    .walk(rng.next_u64());
    report.words("bn254 add, double", &bn254);
    let bls12381 = Curve {
        add: precompile::bls12381_add,
        double: precompile::bls12381_double,
        generator: curves::BLS12381,
    }
    .walk(rng.next_u64());
    report.words("bls12381 add, double", &bls12381);
    // On this curve addition has no exceptions, so it doubles too.
    let ed25519 = Curve {
        add: precompile::ed_add,
        double: |point| {
            let same = *point;
            precompile::ed_add(point, &same);
        },
        generator: curves::ED25519,
    }
    .walk(rng.next_u64());
    report.words("ed add", &ed25519);
    decompress(&ed25519, report);
    Points {
        secp256k1,
        secp256r1,
        ed25519,
    }
}

/// Gets the point, and the one opposite, from its y.
fn decompress(point: &[u64; 8], report: &mut Report) {
    let odd = point[0] & 1 == 1;
    let mut found = *point;
    found[..4].fill(u64::MAX);
    let mut opposite = found;
    precompile::ed_decompress(&mut found, odd);
    assert_eq!(&found, point, "another point has been found");
    precompile::ed_decompress(&mut opposite, !odd);
    report.words("ed decompress", &opposite);
}
