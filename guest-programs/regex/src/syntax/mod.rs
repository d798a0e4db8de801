//! Reads a pattern in Perl's syntax.
//!
//! What enters is the text and the [`Options`] that hold at its beginning; what leaves is a
//! [`Hir`], or an [`Error`] with its cause and its place in the text.
//!
//! - `parser` goes through the text by recursive descent, with `group`, `quantifier`,
//!   `escape`, `class` (whose end `extent` finds) and `reference` as its parts;
//! - `build` makes the nodes, in the form that [`crate::hir`] promises.
//!
//! Where Perl and the crate `regex` differ, classes and flag `x` are as `regex` has them;
//! `$` without flag `m` is `\z`, too, and a repetition may be repeated. `\<` is `<`, as in
//! Perl. There is no octal. Where a round of a loop can match nothing, what that means is
//! what an automaton makes of it, in all engines: a round that comes to a place of the loop
//! again without having moved is no way to a match. Perl leaves the loop there instead, and
//! may find another match or other groups.
//!
//! What holds whatever the text is: the tree is no deeper than [`MAX_DEPTH`], so that it may
//! be walked by recursion, and time and memory are bounded by the text's length.

mod build;
mod class;
mod cursor;
mod error;
mod escape;
mod extent;
mod group;
mod parser;
mod quantifier;
mod reference;
#[cfg(test)]
mod tests;

pub use error::{Cause, Error};
pub use regex_syntax::ast::ErrorKind as ClassSyntax;
pub use regex_syntax::hir::ErrorKind as ClassMeaning;

use crate::Span;
use crate::hir::{Hir, Node};

/// The greatest length of a pattern, in bytes.
pub const MAX_LENGTH: usize = 1 << 20;
/// The greatest depth of the tree, and of groups within groups.
pub const MAX_DEPTH: usize = 200;
/// The greatest number of groups.
pub const MAX_GROUPS: usize = 10_000;
/// The greatest number in a quantifier.
pub const MAX_TIMES: u32 = 65_535;
/// The greatest number of bytes that a lookbehind may go back.
pub const MAX_BEHIND: usize = 65_535;

/// The greatest number of nodes times the square of the tree's depth. Compilers look at what
/// is below a node at every level, to find out how long it is and what it begins with.
const MAX_WORK: usize = 1 << 26;

/// The flags that a pattern begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Classes are those of Unicode, and matches begin and end between scalar values.
    /// Without, classes are of bytes and only ASCII letters have a case.
    pub unicode: bool,
    /// Flag `i`: letters match in either case.
    pub ignore_case: bool,
    /// Flag `m`: `^` and `$` match at lines.
    pub multi_line: bool,
    /// Flag `s`: `.` matches a newline, too.
    pub dot_matches_newline: bool,
    /// Flag `x`: white space and comments are ignored.
    pub ignore_whitespace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            unicode: true,
            ignore_case: false,
            multi_line: false,
            dot_matches_newline: false,
            ignore_whitespace: false,
        }
    }
}

/// Reads a pattern.
///
/// ```
/// use rvregex::syntax::{Cause, Options, parse};
///
/// assert_eq!(parse(r"(\w+) \1", &Options::default())?.groups.len(), 2);
///
/// let error = parse("ab(c", &Options::default()).unwrap_err();
/// assert_eq!(error.cause, Cause::UnclosedGroup);
/// assert_eq!(error.to_string(), "unclosed group, at byte 2");
/// # Ok::<(), rvregex::syntax::Error>(())
/// ```
pub fn parse(pattern: &str, options: &Options) -> Result<Hir, Error> {
    let hir = parser::Parser::new(pattern, options).parse()?;
    let (nodes, depth) = extent_of(&hir.root);
    if nodes.saturating_mul(depth * depth) <= MAX_WORK {
        return Ok(hir);
    }
    Err(Error {
        cause: Cause::TooComplex { nodes, depth },
        span: Span {
            start: 0,
            end: pattern.len(),
        },
    })
}

/// How many nodes there are in a tree, and on the longest way down.
fn extent_of(node: &Node) -> (usize, usize) {
    let parts = node.parts().iter().map(extent_of);
    let (nodes, depth) = parts.fold((0, 0), |a, b| (a.0 + b.0, a.1.max(b.1)));
    (nodes + 1, depth + 1)
}
