//! What a trace says before its first chunk and after its last.

use super::{ClockModel, Initial, Policy};
use crate::isa::Isa;
use crate::machine::{Exit, MachineState};
use crate::program::Convention;

/// A BLAKE3 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    /// The digest of text: of each page its address and its bytes.
    pub(crate) fn of_text(pages: impl Iterator<Item = (u64, Vec<u8>)>) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for (addr, bytes) in pages {
            hasher.update(&addr.to_le_bytes());
            hasher.update(&bytes);
        }
        Digest(*hasher.finalize().as_bytes())
    }

    /// The digest of where a run starts: `x1`–`x31` and the pc, then of each
    /// piece of memory its address, its length and its bytes.
    pub(crate) fn of_inputs(start: &MachineState, initial: &[Initial]) -> Digest {
        let mut hasher = blake3::Hasher::new();
        let registers = start.x.iter().skip(1).chain([&start.pc]);
        for value in registers {
            hasher.update(&value.to_le_bytes());
        }
        for Initial { addr, bytes } in initial {
            hasher.update(&addr.to_le_bytes());
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
        Digest(*hasher.finalize().as_bytes())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// What was run, and how it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The ISA string of what the engines accept, such as [`Isa::name`].
    pub isa: String,
    /// The personality, such as `linux`.
    pub abi: String,
    /// How clocks are counted.
    pub clock: ClockModel,
    /// What ends a chunk.
    pub policy: Policy,
    /// Bytes of the guest's address space.
    pub address_space: u64,
    /// The digest of the ELF file.
    pub elf: Digest,
    /// The digest of the program's text in memory: of each page that is executable and
    /// not writable, ascending, its address (8 bytes, little-endian) and its bytes.
    pub text: Digest,
    /// The hart before the first instruction.
    pub start: MachineState,
    /// What lies in memory then, besides the program's segments.
    pub initial: Vec<Initial>,
    /// The digest of `start` and `initial`, which is what arguments and environment
    /// made: of `x1`–`x31` and the pc, 8 bytes each, then of each piece of `initial`
    /// its address and length, 8 bytes each, and its bytes. All little-endian.
    pub inputs: Digest,
}

impl Header {
    /// The instructions that there were; nothing if `isa` names none that the
    /// personality has.
    pub fn instructions(&self) -> Option<Isa> {
        let isa: Isa = self.isa.parse().ok()?;
        let rules = Convention::of(&self.abi).rules_within(isa);
        (rules.isa == isa).then_some(isa)
    }
}

/// How the run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why.
    pub exit: Exit,
    /// The digest of all bytes that calls wrote to guest memory, in order: the
    /// input that the guest has read.
    pub received: Digest,
}
