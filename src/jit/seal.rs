//! What shows that units on disk may be executed: that who has the key made them,
//! with an equal JIT, for the same program.
//!
//! Sealed units are `"rvjet code\n"`, an identity, the units, and a digest of all
//! that with the key.
#![forbid(unsafe_code)]

use super::float_regs::FloatHomes;
use super::regs::Homes;
use super::{Jit, Meter, stubs};
use crate::machine::Memory;

const MAGIC: &[u8] = b"rvjet code\n";
const IDENTITY_BYTES: usize = 32;
const HEAD_BYTES: usize = MAGIC.len() + IDENTITY_BYTES;
const MAC_BYTES: usize = blake3::OUT_LEN;
/// Bytes that a seal adds.
pub(super) const SEAL_BYTES: usize = HEAD_BYTES + MAC_BYTES;
/// What the key is used for here.
const PURPOSE: &str = "rvjet 2026-11-21 units of emitted code";

/// Where stored units come from.
#[derive(Clone, Copy)]
pub struct Origin {
    /// What only those know who may make them.
    pub key: [u8; 32],
    /// A digest of the program.
    pub program: [u8; 32],
}

/// The mark of units from one origin, for one kind of JIT.
pub(super) struct Seal {
    identity: [u8; IDENTITY_BYTES],
    key: [u8; blake3::KEY_LEN],
}

impl Seal {
    /// That of units which `jit` may execute.
    pub(super) fn new(jit: &Jit, memory: &Memory, origin: &Origin) -> std::io::Result<Seal> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&origin.program).update(&kind(jit, memory)?);
        Ok(Seal {
            identity: hasher.finalize().into(),
            key: blake3::derive_key(PURPOSE, &origin.key),
        })
    }

    /// A name that units of another program or kind of JIT do not have.
    pub(super) fn name(&self) -> String {
        blake3::Hash::from(self.identity).to_hex()[..32].to_owned()
    }

    /// The bytes of these units with the seal.
    pub(super) fn close(&self, units: &[u8]) -> Vec<u8> {
        let mut bytes = [MAGIC, &self.identity, units].concat();
        let mac = blake3::keyed_hash(&self.key, &bytes);
        bytes.extend_from_slice(mac.as_bytes());
        bytes
    }

    /// The units, if the seal is this one and whole.
    pub(super) fn open<'a>(&self, bytes: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let (content, mac) = bytes.split_last_chunk_mut::<MAC_BYTES>()?;
        // In constant time.
        if blake3::keyed_hash(&self.key, content) != *mac {
            return None;
        }
        let (head, units) = content.split_at_mut_checked(HEAD_BYTES)?;
        (*head == *[MAGIC, &self.identity].concat()).then_some(units)
    }
}

/// A digest of all that code depends on but for the program: these sources, the
/// processor, and the memory in which the program runs.
fn kind(jit: &Jit, memory: &Memory) -> std::io::Result<[u8; 32]> {
    let homes = Homes::usual().with_floats(FloatHomes::usual());
    let (stubs, _) = stubs::emit(&homes, jit.touch, jit.link).map_err(std::io::Error::other)?;
    let mut hasher = blake3::Hasher::new();
    for text in [env!("CARGO_PKG_VERSION"), env!("RVJET_SOURCES")] {
        hasher.update(text.as_bytes()).update(&[0]);
    }
    let meter = match jit.meter {
        Meter::Insns => [0, 0, 0],
        Meter::Accesses => [1, 0, 0],
        Meter::Clock(insn) => [2, insn.to_le_bytes()[0], insn.to_le_bytes()[1]],
    };
    hasher
        .update(&memory.window_size().to_le_bytes())
        .update(&[u8::from(memory.rules().misaligned)])
        .update(&jit.host.bytes())
        .update(memory.rules().isa.name().as_bytes())
        .update(&meter)
        .update(&stubs);
    Ok(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Seal = Seal {
        identity: [7; IDENTITY_BYTES],
        key: [9; blake3::KEY_LEN],
    };

    /// The units that are found under our seal.
    fn found(bytes: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = bytes.to_vec();
        OURS.open(&mut bytes).map(|units| units.to_vec())
    }

    #[test]
    fn what_was_sealed_is_found() {
        for units in [&b"units"[..], b""] {
            let sealed = OURS.close(units);
            assert_eq!(sealed.len(), units.len() + SEAL_BYTES);
            assert_eq!(found(&sealed).as_deref(), Some(units));
        }
    }

    #[test]
    fn what_was_changed_is_not() {
        let sealed = OURS.close(b"units");
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut bytes = sealed.clone();
                bytes[at] ^= 1 << bit;
                assert_eq!(found(&bytes), None, "{at}");
            }
            assert_eq!(found(&sealed[..at]), None, "{at}");
            let longer = [&sealed[..at], &[0], &sealed[at..]].concat();
            assert_eq!(found(&longer), None, "{at}");
        }
        assert_eq!(found(&[&sealed[..], &[0]].concat()), None);
    }

    #[test]
    fn what_others_made_or_for_something_else_is_not_found() {
        let mut theirs = OURS;
        theirs.key[31] ^= 1;
        assert_eq!(found(&theirs.close(b"units")), None);
        let mut another = OURS;
        another.identity[0] ^= 1;
        assert_eq!(found(&another.close(b"units")), None);
        assert_ne!(another.name(), OURS.name());
        // Good by its digest, and shorter than any.
        let mac = blake3::keyed_hash(&OURS.key, b"rvjet");
        assert_eq!(found(&[b"rvjet", &mac.as_bytes()[..]].concat()), None);
    }
}
