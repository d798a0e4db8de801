//! The numbers that the guest knows the host's files by, in the order in which
//! it came to know them.

use std::collections::BTreeMap;

/// Files that a guest may tell apart by their number; the others have another
/// one each time they are asked for.
const MAX_KNOWN: usize = 1 << 17;

/// Device and inode, by which the host knows a file for as long as it is there.
type Identity = (u64, u64);

/// The numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Inodes {
    known: BTreeMap<Identity, u64>,
    last: u64,
}

impl Inodes {
    /// The number of a file.
    pub(super) fn number(&mut self, identity: Identity) -> u64 {
        if let Some(&number) = self.known.get(&identity) {
            return number;
        }
        let number = self.fresh();
        if self.known.len() < MAX_KNOWN {
            self.known.insert(identity, number);
        }
        number
    }

    /// A number that nothing has.
    pub(super) fn fresh(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Notes that a file is gone, if any is. A host may give its inode to the
    /// next file that is made; whether it does is not for the guest to see.
    pub(super) fn forget(&mut self, identity: Option<Identity>) {
        if let Some(identity) = identity {
            self.known.remove(&identity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inode_that_is_used_again_is_another_file() {
        let mut inodes = Inodes::default();
        assert_eq!(inodes.number((1, 1)), 1);
        assert_eq!(inodes.number((1, 2)), 2);
        assert_eq!(inodes.number((1, 1)), 1);
        inodes.forget(Some((1, 1)));
        assert_eq!(inodes.number((1, 1)), 3);
        assert_eq!(inodes.fresh(), 4);
    }

    #[test]
    fn no_more_are_kept_than_may_be() {
        let mut inodes = Inodes::default();
        for inode in 0..MAX_KNOWN as u64 + 10 {
            inodes.number((0, inode));
        }
        assert_eq!(inodes.known.len(), MAX_KNOWN);
        assert_eq!(inodes.number((0, 3)), 4);
    }
}
