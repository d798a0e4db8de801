//! Why a pattern has no automaton.

use core::fmt;

/// A pattern is none for the linear engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLinear {
    /// It has a backreference, a look around, or an atomic or possessive part.
    NotRegular,
    /// Its automaton takes more memory than the budget grants it.
    TooLarge {
        /// The bytes that it may take.
        limit: usize,
    },
}

impl fmt::Display for NotLinear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRegular => f.write_str("the pattern is not regular"),
            Self::TooLarge { limit } => {
                write!(f, "the pattern's automaton takes more than {limit} bytes")
            }
        }
    }
}

impl core::error::Error for NotLinear {}
