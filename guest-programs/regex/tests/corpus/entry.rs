//! What `corpus.json` holds.

use std::iter::Sum;
use std::ops::Add;
use std::path::Path;

use serde::Deserialize;

/// A pattern, a text, and what there is to be found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub name: String,
    pub pattern: String,
    /// The engine that the pattern asks for.
    pub auto: String,
    #[serde(default)]
    pub ignore_case: bool,
    #[serde(default)]
    pub bytes: bool,
    /// A file among the guests' inputs, without its `.txt`.
    haystack: Option<String>,
    /// A text, where it is not a file.
    text: Option<String>,
    /// How many times that text.
    repeat: Option<usize>,
    /// Whether it is measured, too.
    #[serde(default, rename = "bench")]
    _bench: bool,
    matches: Option<usize>,
    bytes_matched: Option<usize>,
    groups_matched: Option<usize>,
    /// Whether there is no result within a budget.
    #[serde(default)]
    budget_exceeded: bool,
}

/// All matches of a text together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    pub matches: usize,
    pub bytes: usize,
    pub groups: usize,
}

impl Add for Total {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            matches: self.matches + other.matches,
            bytes: self.bytes + other.bytes,
            groups: self.groups + other.groups,
        }
    }
}

impl Sum for Total {
    fn sum<I: Iterator<Item = Self>>(totals: I) -> Self {
        totals.fold(Self::default(), Self::add)
    }
}

impl Entry {
    pub fn text(&self) -> Vec<u8> {
        match (&self.haystack, &self.text) {
            (Some(name), None) => {
                let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../inputs");
                std::fs::read(inputs.join(name).with_extension("txt")).unwrap()
            }
            (None, Some(text)) => text.repeat(self.repeat.unwrap_or(1)).into_bytes(),
            _ => panic!("{}: a haystack or a text", self.name),
        }
    }

    /// What there is to be found; nothing where the budget ends the search.
    pub fn expected(&self) -> Option<Total> {
        let total = || {
            Some(Total {
                matches: self.matches?,
                bytes: self.bytes_matched?,
                groups: self.groups_matched?,
            })
        };
        let expected = total();
        assert_ne!(expected.is_some(), self.budget_exceeded, "{}", self.name);
        expected
    }
}

pub fn corpus() -> Vec<Entry> {
    serde_json::from_str(include_str!("../../corpus.json")).unwrap()
}
