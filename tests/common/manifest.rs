//! The guest programs, as `guests.json` lists them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// An entry of the manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Guest {
    pub name: String,
    /// From the programs' folder; guests may share one.
    elf: PathBuf,
    /// Its arguments behind argv\[0\].
    pub args: Vec<String>,
    env: Vec<String>,
    /// Arguments of a run that is long enough to be measured, if there are such.
    pub bench_args: Option<Vec<String>>,
    stdin: Option<PathBuf>,
    expected: PathBuf,
    pub exit_code: i32,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs")
}

/// All guests, in the order of the manifest.
pub fn guests() -> Vec<Guest> {
    let manifest = std::fs::read(root().join("guests.json")).unwrap();
    serde_json::from_slice(&manifest).unwrap()
}

impl Guest {
    /// The ELF, as argv\[0\], from [`Guest::dir`].
    pub fn program(&self) -> String {
        format!("./{}", self.elf.file_name().unwrap().display())
    }

    /// The working folder.
    pub fn dir() -> PathBuf {
        root().join("elf")
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

    /// What it prints with [`args`](Guest::args).
    pub fn expected(&self) -> Vec<u8> {
        std::fs::read(root().join(&self.expected)).unwrap()
    }
}
