//! Random bytes: the same in every run, or the host's.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rustix::rand::GetRandomFlags;

/// The source.
#[derive(Debug)]
pub(super) enum Random {
    /// ChaCha20 of a seed.
    Seeded(Box<ChaCha20Rng>),
    /// The host's generator.
    Host,
}

impl Random {
    /// The bytes that belong to `seed`.
    pub(super) fn seeded(seed: u64) -> Random {
        Random::Seeded(Box::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// Fills `place`.
    pub(super) fn fill(&mut self, place: &mut [u8]) -> Result<(), rustix::io::Errno> {
        match self {
            Random::Seeded(generator) => {
                generator.fill_bytes(place);
                Ok(())
            }
            Random::Host => fill_from_host(place),
        }
    }
}

fn fill_from_host(place: &mut [u8]) -> Result<(), rustix::io::Errno> {
    let mut done = 0;
    while done < place.len() {
        match rustix::rand::getrandom(&mut place[done..], GetRandomFlags::empty()) {
            Ok(count) => done += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
