//! The guest programs, as benches need them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// An entry of the manifest.
#[derive(Clone, Deserialize)]
pub struct Guest {
    pub name: String,
    args: Vec<String>,
    env: Vec<String>,
    bench_args: Option<Vec<String>>,
    stdin: Option<PathBuf>,
    expected: PathBuf,
    pub exit_code: i32,
}

/// How much a guest is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Its default arguments: some ten million instructions.
    Short,
    /// Its `bench_args`: some hundred million.
    Long,
}

/// Where the guests are.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs")
}

/// The guests that have something to measure.
pub fn guests() -> Vec<Guest> {
    let manifest = std::fs::read_to_string(root().join("guests.json")).unwrap();
    let mut guests: Vec<Guest> = serde_json::from_str(&manifest).unwrap();
    guests.retain(|guest| guest.bench_args.is_some());
    guests
}

/// Whether cargo asked for a test of the bench rather than for figures.
pub fn is_test() -> bool {
    std::env::args().any(|arg| arg == "--test")
}

impl Guest {
    /// The ELF, as argv[0], from [`Guest::dir`].
    pub fn program(&self) -> String {
        format!("./{}.elf", self.name)
    }

    /// The working folder.
    pub fn dir() -> PathBuf {
        root().join("elf")
    }

    /// The arguments behind argv[0].
    pub fn args(&self, size: Size) -> &[String] {
        match (size, &self.bench_args) {
            (Size::Long, Some(args)) => args,
            _ => &self.args,
        }
    }

    /// The environment, as names and values.
    pub fn env(&self) -> impl Iterator<Item = (&str, &str)> {
        self.env
            .iter()
            .filter_map(|variable| variable.split_once('='))
    }

    /// The file that is its standard input, if it has one.
    pub fn stdin(&self) -> Option<PathBuf> {
        self.stdin.as_ref().map(|path| root().join(path))
    }

    /// What it prints with its default arguments.
    pub fn expected(&self) -> Vec<u8> {
        std::fs::read(root().join(&self.expected)).unwrap()
    }
}
