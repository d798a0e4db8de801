//! The patterns that are measured: those of the guest's corpus that say so.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Guest;

/// A pattern and how often it is in its text.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    pub name: String,
    pub pattern: String,
    /// The engine that it asks for.
    auto: String,
    #[serde(default)]
    ignore_case: bool,
    /// A file among the guests' inputs, without its `.txt`; none for a small text.
    haystack: Option<String>,
    #[serde(default)]
    bench: bool,
    #[serde(default)]
    pub matches: usize,
}

/// All that are measured.
pub fn entries() -> Vec<Entry> {
    let corpus = std::fs::read(programs().join("regex/corpus.json")).unwrap();
    let mut entries: Vec<Entry> = serde_json::from_slice(&corpus).unwrap();
    entries.retain(|entry| entry.bench);
    entries
}

/// The folder of the guest programs.
pub fn programs() -> PathBuf {
    Guest::dir().parent().unwrap().into()
}

impl Entry {
    /// The text.
    pub fn haystack(&self) -> PathBuf {
        let name = self.haystack.as_deref().unwrap();
        programs()
            .join("inputs")
            .join(Path::new(name).with_extension("txt"))
    }

    /// The arguments for a search by `engine`, `rounds` times.
    pub fn arguments(&self, engine: &str, rounds: u64) -> Vec<String> {
        let options = ["--costs", "--engine", engine, "-n", &rounds.to_string()];
        let mut arguments = options.map(str::to_owned).to_vec();
        if self.ignore_case {
            arguments.push("-i".to_owned());
        }
        arguments.extend(["--".to_owned(), self.pattern.clone()]);
        arguments
    }

    /// Our engines for it, the one that it asks for first, and then those of others.
    pub fn engines(&self) -> &'static [&'static str] {
        match self.auto.as_str() {
            "atom" => &["atom", "linear", "jit", "regex-automata"],
            "linear" => &[
                "linear",
                "pike",
                "backtrack",
                "jit",
                "regex-automata",
                "regex-automata-hybrid",
                "regex-automata-pikevm",
            ],
            _ => &["backtrack", "jit", "auto", "fancy-regex"],
        }
    }
}
