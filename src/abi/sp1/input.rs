//! What a guest may read: items, one after the other.

use std::collections::VecDeque;

/// The items that a guest has not read yet.
#[derive(Debug, Default)]
pub(super) struct Items {
    items: VecDeque<Item>,
    /// What the host keeps for those that are the guest's own, in bytes.
    kept: u64,
}

#[derive(Debug)]
struct Item {
    bytes: Vec<u8>,
    /// The guest has written it, or called for it.
    is_own: bool,
}

impl Item {
    /// What the host keeps for it, in bytes, if it is the guest's.
    fn cost(&self) -> u64 {
        match self.is_own {
            true => (self.bytes.len() + size_of::<Item>()) as u64,
            false => 0,
        }
    }
}

impl Items {
    /// Adds an item of the host's behind all others.
    pub(super) fn push_back(&mut self, bytes: Vec<u8>) {
        let is_own = false;
        self.items.push_back(Item { bytes, is_own });
    }

    /// Adds an item of the guest's own in front of all others.
    pub(super) fn push_front(&mut self, bytes: Vec<u8>) {
        let is_own = true;
        let item = Item { bytes, is_own };
        self.kept += item.cost();
        self.items.push_front(item);
    }

    /// The length of the next item, if there is one.
    pub(super) fn next_len(&self) -> Option<u64> {
        self.items.front().map(|item| item.bytes.len() as u64)
    }

    /// The next item.
    pub(super) fn pop(&mut self) -> Option<Vec<u8>> {
        let item = self.items.pop_front()?;
        self.kept -= item.cost();
        Some(item.bytes)
    }

    /// What the host keeps for the guest's own, in bytes.
    pub(super) fn kept(&self) -> u64 {
        self.kept
    }
}

/// Why bytes are not the input of an SP1 program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StdinError {
    /// They end where there should be more.
    #[error("the bytes end at {len}, where {what} needs {needed} more")]
    Truncated {
        /// How many bytes there are.
        len: usize,
        /// What is cut off.
        what: &'static str,
        /// How many bytes it still needs.
        needed: u64,
    },
}

/// The items in the bincode of an `SP1Stdin`: the number of items and, of each, its
/// length and its bytes; numbers are little-endian and of eight bytes.
///
/// What follows them, a place in the items and proofs of other programs, is for the
/// prover, and is not looked at.
///
/// # Errors
/// If the bytes end before the items do.
pub fn stdin_items(bytes: &[u8]) -> Result<Vec<Vec<u8>>, StdinError> {
    let len = bytes.len();
    let mut rest = bytes;
    let number = |rest: &mut &[u8], what| {
        let needed = 8u64.saturating_sub(rest.len() as u64);
        let (word, behind) =
            rest.split_first_chunk()
                .ok_or(StdinError::Truncated { len, what, needed })?;
        *rest = behind;
        Ok(u64::from_le_bytes(*word))
    };
    let count = number(&mut rest, "the number of items")?;
    let mut items = Vec::new();
    for _ in 0..count {
        let size = number(&mut rest, "the length of an item")?;
        let what = "an item";
        let needed = size.saturating_sub(rest.len() as u64);
        let at = usize::try_from(size).ok();
        let (item, behind) = at
            .and_then(|at| rest.split_at_checked(at))
            .ok_or(StdinError::Truncated { len, what, needed })?;
        items.push(item.to_vec());
        rest = behind;
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_a_stdin() {
        let mut bytes = 3u64.to_le_bytes().to_vec();
        for item in [&b"abc"[..], b"", b"12345678"] {
            bytes.extend((item.len() as u64).to_le_bytes());
            bytes.extend(item);
        }
        let whole = bytes.len();
        // The place in the items, and no proofs.
        bytes.extend([0; 16]);
        let items = stdin_items(&bytes).unwrap();
        assert_eq!(items, [&b"abc"[..], b"", b"12345678"]);
        for cut in 0..whole {
            assert!(stdin_items(&bytes[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn lengths_are_not_believed() {
        let bytes = [1u64, u64::MAX, 7].map(u64::to_le_bytes).concat();
        let needed = u64::MAX - 8;
        let what = "an item";
        let error = StdinError::Truncated {
            len: 24,
            what,
            needed,
        };
        assert_eq!(stdin_items(&bytes), Err(error));
        assert!(stdin_items(&u64::MAX.to_le_bytes()).is_err());
    }
}
