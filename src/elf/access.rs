//! What a program may do with the memory of a segment.

use elf::abi::{PF_R, PF_W, PF_X};

/// The permissions of a segment (gABI, "Segment Permissions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// Loads are allowed.
    pub read: bool,
    /// Stores are allowed.
    pub write: bool,
    /// Instruction fetches are allowed.
    pub execute: bool,
}

impl Access {
    /// The permissions that `p_flags` grants; bits beyond the three mean nothing here.
    pub(super) fn from_flags(p_flags: u32) -> Access {
        Access {
            read: p_flags & PF_R != 0,
            write: p_flags & PF_W != 0,
            execute: p_flags & PF_X != 0,
        }
    }
}
