//! Sets of states that remember the order of insertion.

use alloc::vec;
use alloc::vec::Vec;

use super::nfa::StateId;

/// A set of states below a bound. It is emptied at once, whatever its size.
#[derive(Clone, Debug)]
pub(super) struct SparseSet {
    dense: Vec<StateId>,
    /// Where in `dense` a member is; of any value for what is no member.
    sparse: Vec<u32>,
    len: usize,
}

impl SparseSet {
    pub(super) fn new(bound: usize) -> Self {
        Self {
            dense: vec![0; bound],
            sparse: vec![0; bound],
            len: 0,
        }
    }

    /// Puts `state` in, last; whether it was not there before.
    #[inline]
    pub(super) fn insert(&mut self, state: StateId) -> bool {
        let Some(place) = self.sparse.get_mut(state as usize) else {
            return false;
        };
        let found = *place as usize;
        if found < self.len && self.dense.get(found) == Some(&state) {
            return false;
        }
        *place = self.len as u32;
        if let Some(free) = self.dense.get_mut(self.len) {
            *free = state;
        }
        self.len += 1;
        true
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn as_slice(&self) -> &[StateId] {
        &self.dense[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_are_there_once() {
        let mut set = SparseSet::new(5);
        assert_eq!(
            [4, 0, 4, 2, 0].map(|state| set.insert(state)),
            [true, true, false, true, false]
        );
        assert_eq!(set.as_slice(), [4, 0, 2]);
        set.clear();
        assert!(set.as_slice().is_empty());
        assert!(set.insert(0) && !set.insert(0));
        assert!(!set.insert(5), "out of bounds");
    }
}
