//! The states that were made, and where their bytes lead.

use alloc::vec;
use alloc::vec::Vec;
use core::mem::size_of;

use super::super::nfa::StateId;
use super::super::side::Outcome;
use super::id::{Id, PLACES, ROW, TAGS, UNKNOWN, place};

/// What a state is made of; two of the same are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'k> {
    /// What else tells it from others, as bits. [`TAGS`] among them are part of its name.
    pub(super) kind: u32,
    /// States of the [`Nfa`](super::super::nfa::Nfa).
    pub(super) list: &'k [StateId],
}

/// What is known of a state but where its bytes lead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    kind: u32,
    first: u32,
    count: u32,
    /// What the end of the haystack does here.
    pub(super) at_edge: AtEdge,
    /// The states that differ from it in that open assertions are decided.
    pub(super) decided: [Id; Outcome::COUNT],
}

/// What it means for a state that the haystack ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtEdge {
    /// It was not asked yet.
    Unknown,
    /// It depends on assertions that are open.
    Open,
    /// A match is complete.
    Match,
    /// None is.
    Fail,
}

/// The states, within a limit of memory.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    /// A row of [`ROW`] cells for each state.
    pub(super) table: Vec<Id>,
    pub(super) known: Vec<Known>,
    lists: Vec<StateId>,
    /// Numbers of states by the hashes of their keys, [`FREE`] in between. At most half
    /// of them are taken.
    buckets: Vec<u32>,
    limit: usize,
}

/// A bucket without a state.
const FREE: u32 = u32::MAX;

/// The number of buckets at first.
const BUCKETS: usize = 64;

/// How many states there is room for whatever the limit is.
const LEAST: usize = 8;

impl Cache {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            table: vec![],
            known: vec![],
            lists: vec![],
            buckets: vec![FREE; BUCKETS],
            limit: limit.min(PLACES * size_of::<Id>()),
        }
    }

    /// How many states there are.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn known(&self, id: Id) -> &Known {
        &self.known[place(id) / ROW]
    }

    pub(super) fn known_mut(&mut self, id: Id) -> &mut Known {
        &mut self.known[place(id) / ROW]
    }

    pub(super) fn key(&self, id: Id) -> Key<'_> {
        self.key_of(self.known(id))
    }

    /// The state of a key, if it has been made.
    pub(super) fn find(&self, key: Key<'_>) -> Option<Id> {
        let number = self.buckets[self.bucket(key)];
        (number != FREE).then(|| name(number, key.kind))
    }

    /// Makes a state that is not there yet; nothing if it would go beyond the limit.
    pub(super) fn insert(&mut self, key: Key<'_>) -> Option<Id> {
        if self.len() >= LEAST && self.bytes() + Self::cost(key) > self.limit {
            return None;
        }
        let number = self.len() as u32;
        self.known.push(Known {
            kind: key.kind,
            first: self.lists.len() as u32,
            count: key.list.len() as u32,
            at_edge: AtEdge::Unknown,
            decided: [UNKNOWN; Outcome::COUNT],
        });
        self.lists.extend_from_slice(key.list);
        self.add_row();
        let bucket = self.bucket(key);
        self.buckets[bucket] = number;
        if 2 * self.len() > self.buckets.len() {
            self.rehash();
        }
        Some(name(number, key.kind))
    }

    /// Forgets all states.
    pub(super) fn clear(&mut self) {
        self.table.clear();
        self.known.clear();
        self.lists.clear();
        self.buckets.fill(FREE);
    }

    /// Grows the table to twice its size, but not beyond the limit.
    fn add_row(&mut self) {
        let end = self.table.len() + ROW;
        if end > self.table.capacity() {
            let room = self.limit / size_of::<Id>();
            let wanted = (2 * end).min(room).max(end);
            self.table.reserve_exact(wanted - self.table.len());
        }
        self.table.resize(end, UNKNOWN);
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.table)
            + size_of_val(&*self.known)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.buckets)
    }

    fn cost(key: Key<'_>) -> usize {
        ROW * size_of::<Id>() + size_of::<Known>() + size_of_val(key.list)
    }

    fn key_of(&self, known: &Known) -> Key<'_> {
        let first = known.first as usize;
        Key {
            kind: known.kind,
            list: &self.lists[first..first + known.count as usize],
        }
    }

    /// The bucket that the key is in, or else is to be put in.
    fn bucket(&self, key: Key<'_>) -> usize {
        let mask = self.buckets.len() - 1;
        let mut bucket = hash(key) & mask;
        while let Some(known) = self.known.get(self.buckets[bucket] as usize) {
            if self.key_of(known) == key {
                break;
            }
            bucket = (bucket + 1) & mask;
        }
        bucket
    }

    fn rehash(&mut self) {
        self.buckets = vec![FREE; 4 * self.buckets.len()];
        for number in 0..self.len() {
            let bucket = self.bucket(self.key_of(&self.known[number]));
            self.buckets[bucket] = number as u32;
        }
    }
}

fn name(number: u32, kind: u32) -> Id {
    (number * ROW as u32) | (kind & TAGS)
}

fn hash(key: Key<'_>) -> usize {
    let mix = |hash: u64, &word: &u32| {
        (hash ^ u64::from(word))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(23)
    };
    key.list.iter().fold(mix(0, &key.kind), mix) as usize
}

#[cfg(test)]
mod tests {
    use super::super::id::{MATCH, START};
    use super::*;

    #[test]
    fn a_state_is_found_by_all_of_its_key() {
        let mut cache = Cache::new(1 << 20);
        let lists: Vec<Vec<StateId>> = (0..100).map(|i| (0..i).collect()).collect();
        let kinds = [0, 1, MATCH, START | 2];
        let keys = || {
            let lists = lists.iter();
            lists.flat_map(|list| kinds.map(|kind| Key { kind, list }))
        };
        let ids: Vec<_> = keys()
            .map(|key| {
                assert_eq!(cache.find(key), None);
                cache.insert(key).unwrap()
            })
            .collect();
        for (key, &id) in keys().zip(&ids) {
            assert_eq!(cache.find(key), Some(id));
            assert_eq!(cache.key(id), key);
            assert_eq!(id & TAGS, key.kind & TAGS);
        }
        assert_eq!(cache.table.len(), ids.len() * ROW);
        cache.clear();
        assert!(keys().all(|key| cache.find(key).is_none()));
    }

    #[test]
    fn states_stay_within_the_limit() {
        let mut cache = Cache::new(64 << 10);
        let fit = (0..1000).take_while(|&state| {
            cache
                .insert(Key {
                    kind: 0,
                    list: &[state],
                })
                .is_some()
        });
        assert!((40..64).contains(&fit.count()));
        assert!(cache.bytes() <= cache.limit);
        assert!(cache.table.capacity() * size_of::<Id>() <= cache.limit);
    }

    #[test]
    fn there_is_room_for_the_least_number_of_states() {
        let mut cache = Cache::new(0);
        let fit = (0..1000).take_while(|&state| {
            cache
                .insert(Key {
                    kind: 0,
                    list: &[state],
                })
                .is_some()
        });
        assert_eq!(fit.count(), LEAST);
    }
}
