//! What a guest leaves: its public values, and what it called for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::call::{self, CALLS};

/// Words of the digest of public values.
pub const DIGEST_WORDS: usize = 8;

/// What a guest of [`Sp1`](super::Sp1) leaves; clones look at the same.
#[derive(Clone, Debug, Default)]
pub struct Results(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    public: Mutex<Public>,
    /// How often each call was made, as `CALLS` lists them.
    calls: [AtomicU64; CALLS.len()],
    /// Bytes of input.
    read: AtomicU64,
}

#[derive(Debug, Default)]
struct Public {
    values: Vec<u8>,
    digest: [u32; DIGEST_WORDS],
}

impl Default for Shared {
    fn default() -> Shared {
        Shared {
            public: Mutex::default(),
            calls: [const { AtomicU64::new(0) }; CALLS.len()],
            read: AtomicU64::new(0),
        }
    }
}

impl Results {
    /// The bytes that the guest has committed so far (`WRITE` to descriptor 13).
    pub fn public_values(&self) -> Vec<u8> {
        self.public().values.clone()
    }

    /// The digest of public values, as the guest has committed it word by word
    /// (`COMMIT`).
    pub fn public_value_digest(&self) -> [u32; DIGEST_WORDS] {
        self.public().digest
    }

    /// How often each call was made, those inside of unconstrained blocks too, by name;
    /// calls that were not made are left out.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        let counts = self
            .0
            .calls
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let names = CALLS.iter().map(|(.., name)| *name);
        names.zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    /// Bytes of input that the guest has read.
    pub fn input_read(&self) -> u64 {
        self.0.read.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, number: u64) {
        if let Some(at) = call::place(number) {
            self.0.calls[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn count_read(&self, bytes: u64) {
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn add_public_values(&self, bytes: &[u8]) {
        self.public().values.extend_from_slice(bytes);
    }

    pub(super) fn set_digest_word(&self, index: usize, word: u32) {
        if let Some(place) = self.public().digest.get_mut(index) {
            *place = word;
        }
    }

    fn public(&self) -> MutexGuard<'_, Public> {
        self.0.public.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
