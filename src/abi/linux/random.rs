//! Random bytes: the same in every run, or the host's.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rustix::rand::GetRandomFlags;

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use crate::machine::{Access, Hart};

const GRND_NONBLOCK: u64 = 1;
const GRND_RANDOM: u64 = 2;
const GRND_INSECURE: u64 = 4;
/// Bytes that one call gives at most.
const MAX_BYTES: u64 = (32 << 20) - 1;

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

impl Linux {
    /// `getrandom`: as many bytes as there is room for, up to the most of one call.
    pub(super) fn getrandom(&mut self, hart: &mut Hart, [to, len, flags, ..]: [u64; 6]) -> Outcome {
        let exclusive = GRND_RANDOM | GRND_INSECURE;
        let unknown = flags & !(GRND_NONBLOCK | exclusive) != 0;
        if unknown || flags & exclusive == exclusive {
            return Err(Errno::INVAL.into());
        }
        let wanted = len.min(MAX_BYTES);
        let len = hart.memory.permitted_prefix(to, wanted, Access::READ_WRITE);
        if len == 0 && wanted > 0 {
            return Err(Errno::FAULT.into());
        }
        let filled = hart.memory.fill_with(to, len, |place| {
            self.random.fill(place)?;
            Ok::<usize, Failure>(place.len())
        })?;
        Ok(filled as u64)
    }
}
