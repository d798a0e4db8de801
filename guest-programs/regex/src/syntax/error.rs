//! Why a pattern is none, and where.

use core::fmt;

use super::{ClassMeaning, ClassSyntax};
use crate::Span;

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub cause: Cause,
    /// The bytes of the pattern that are.
    pub span: Span,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.cause, self.span.start)
    }
}

impl core::error::Error for Error {}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It has too many bytes.
    TooLong {
        /// How many there are.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Parts within parts within parts.
    TooDeep {
        /// How many levels there may be.
        limit: usize,
    },
    /// Its classes are too many or too large.
    TooLarge,
    /// It is nested too deeply for its size.
    TooComplex {
        /// How many nodes its tree has.
        nodes: usize,
        /// How deep that is.
        depth: usize,
    },
    /// There are too many groups.
    TooManyGroups {
        /// How many there may be.
        limit: usize,
    },
    /// `(` without `)`.
    UnclosedGroup,
    /// `)` without `(`.
    UnopenedGroup,
    /// `(?#` without `)`.
    UnclosedComment,
    /// A group's name is not closed, or is not a letter or `_` and then such or digits.
    InvalidName,
    /// Two groups have the same name.
    DuplicateName {
        /// Where the first one's name is.
        first: Span,
    },
    /// There is no such flag.
    UnknownFlag {
        /// Its letter.
        flag: char,
    },
    /// A flag that a pattern cannot change, since it holds for all of it.
    FlagOfBuilder {
        /// Its letter.
        flag: char,
    },
    /// Flags without the `)` or `:` that ends them.
    UnclosedFlags,
    /// A quantifier with nothing before it.
    NothingToRepeat,
    /// A number in a quantifier is too large.
    TooManyTimes {
        /// How large it may be.
        limit: u32,
    },
    /// `{n,m}` with `n` above `m`.
    NoTimes {
        /// The least number.
        min: u32,
        /// The greatest.
        max: u32,
    },
    /// The pattern ends in `\`.
    DanglingBackslash,
    /// There is no such escape.
    UnknownEscape {
        /// What is behind the `\`.
        escaped: char,
    },
    /// `\0` with a digit behind it.
    Octal,
    /// A number in base 16 that has no digits, or too few, or something else among them.
    InvalidHex,
    /// A number that is not a scalar value of Unicode.
    NotScalar,
    /// A reference that is not closed, or is neither a number nor a name.
    InvalidReference,
    /// A reference to a group that there is not.
    NoSuchGroup {
        /// How many groups there are.
        groups: usize,
    },
    /// A lookbehind with a body of unbounded length.
    UnboundedLookbehind,
    /// A lookbehind with a long body.
    LongLookbehind {
        /// How many bytes it may match.
        length: usize,
        /// How many it should match at most.
        limit: usize,
    },
    /// `[` without `]`.
    UnclosedClass,
    /// A class is too long.
    LongClass {
        /// How many bytes it may have.
        limit: usize,
    },
    /// What is in a class is not well-formed.
    ClassSyntax(ClassSyntax),
    /// What is in a class does not exist.
    ClassMeaning(ClassMeaning),
    /// Perl has it, and this engine does not.
    Unsupported {
        /// Its name, and "is" or "are".
        what: &'static str,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, limit } => {
                write!(f, "pattern of {length} bytes, more than {limit}")
            }
            Self::TooDeep { limit } => write!(f, "more than {limit} levels of nesting"),
            Self::TooManyGroups { limit } => write!(f, "more than {limit} groups"),
            Self::UnknownFlag { flag } => write!(f, "unknown flag `{}`", flag.escape_debug()),
            Self::FlagOfBuilder { flag } => {
                write!(f, "flag `{flag}` is an option of the whole pattern")
            }
            Self::TooManyTimes { limit } => write!(f, "repetition of more than {limit} times"),
            Self::NoTimes { min, max } => write!(f, "repetition of {min} to only {max} times"),
            Self::UnknownEscape { escaped } => {
                write!(f, "unknown escape `\\{}`", escaped.escape_debug())
            }
            Self::NoSuchGroup { groups } => {
                write!(f, "no such group, of the {groups} that there are")
            }
            Self::LongLookbehind { length, limit } => {
                write!(f, "lookbehind of up to {length} bytes, more than {limit}")
            }
            Self::LongClass { limit } => write!(f, "class of more than {limit} bytes"),
            Self::ClassSyntax(kind) => kind.fmt(f),
            Self::ClassMeaning(kind) => kind.fmt(f),
            Self::Unsupported { what } => write!(f, "{what} not supported"),
            Self::TooLarge => f.write_str("too many large classes"),
            Self::TooComplex { nodes, depth } => {
                write!(f, "too complex: {nodes} parts in {depth} levels")
            }
            Self::UnclosedGroup => f.write_str("unclosed group"),
            Self::UnopenedGroup => f.write_str("unopened group"),
            Self::UnclosedComment => f.write_str("unclosed comment"),
            Self::InvalidName => f.write_str("invalid group name"),
            Self::DuplicateName { .. } => f.write_str("second group of this name"),
            Self::UnclosedFlags => f.write_str("unclosed flags"),
            Self::NothingToRepeat => f.write_str("nothing to repeat"),
            Self::DanglingBackslash => f.write_str("backslash with nothing behind it"),
            Self::Octal => f.write_str("octal escape"),
            Self::InvalidHex => f.write_str("invalid hexadecimal number"),
            Self::NotScalar => f.write_str("not a scalar value of Unicode"),
            Self::InvalidReference => f.write_str("invalid reference"),
            Self::UnboundedLookbehind => f.write_str("lookbehind of unbounded length"),
            Self::UnclosedClass => f.write_str("unclosed class"),
        }
    }
}
