//! What a search may use, and what is told when that is not enough.

use core::fmt;

/// Limits of one search. A search that would need more ends in [`BudgetExceeded`];
/// it never reports that there is no match where it has not looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Steps of a backtracking search: resumed choices, rounds of loops, start positions, and
    /// bytes that a run or a backreference looks at. From one step to the next it goes once
    /// over the pattern at most. A search by another engine is linear without.
    pub steps: u64,
    /// Further steps for each byte of the haystack behind the start of the search.
    pub steps_per_byte: u64,
    /// Bytes of the stack of choices.
    pub stack: usize,
    /// Bytes of tables: the automaton's states, the bits of what was tried before.
    pub memory: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: 1 << 20,
            steps_per_byte: 64,
            stack: 8 << 20,
            memory: 8 << 20,
        }
    }
}

impl Budget {
    /// The steps of a search over `length` bytes.
    pub fn steps_for(&self, length: usize) -> u64 {
        let by_length = self.steps_per_byte.saturating_mul(length as u64);
        self.steps.saturating_add(by_length)
    }
}

/// What there was too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// [`Budget::steps`] and [`Budget::steps_per_byte`].
    Steps,
    /// [`Budget::stack`].
    Stack,
    /// [`Budget::memory`].
    Memory,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Steps => "steps",
            Self::Stack => "bytes of stack",
            Self::Memory => "bytes of memory",
        })
    }
}

/// The search needs more of `resource` than its `limit`. Whether there is a match is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetExceeded {
    /// What there was too little of.
    pub resource: Resource,
    /// How much there was.
    pub limit: u64,
}

impl fmt::Display for BudgetExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "budget exceeded: more than {} {}",
            self.limit, self.resource
        )
    }
}

impl core::error::Error for BudgetExceeded {}
