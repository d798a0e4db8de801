//! Runs of a program, and what they leave behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::opinion::{self, Start};

/// What executes a program.
#[derive(Clone, Copy, Debug)]
pub enum Runner {
    Qemu,
    /// This engine.
    Rvjet(&'static str),
    /// The engine that users get, recording; the trace is verified.
    Recorded,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub ended: opinion::Run,
    /// The files in the directory that it could write to.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// What is wrong with the trace, if one was made.
    verdict: Option<String>,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            ended: output.into(),
            files: BTreeMap::new(),
            verdict: None,
        }
    }
}

impl Runner {
    /// Runs a program with `directory`, which is emptied, granted under the host's path.
    pub fn run(self, start: &Start, directory: &Path) -> Run {
        let beside = TempDir::new().unwrap();
        let trace = beside.path().join("trace");
        let _ = std::fs::remove_dir_all(directory);
        std::fs::create_dir(directory).unwrap();
        let granted = directory.display();
        let mut start = start.clone();
        start.grants.push(format!("--dir={granted}:{granted}"));
        let (ended, verdict) = match self {
            Runner::Qemu => (start.under_qemu(), None),
            Runner::Rvjet(engine) => (start.under_rvjet(engine), None),
            Runner::Recorded => (start.recorded(&trace), complaint(&trace)),
        };
        Run {
            ended,
            files: files(directory),
            verdict,
        }
    }
}

/// What `rvjet trace verify` finds wrong.
fn complaint(trace: &Path) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
    let output = command
        .args(["trace", "verify"])
        .arg(trace)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}

/// All files below a directory.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

impl Run {
    /// What is different from what qemu does, if something is.
    pub fn difference(&self, qemu: &Run) -> Option<String> {
        if let Some(verdict) = &self.verdict {
            return Some(format!("its trace is wrong: {verdict}"));
        }
        let difference = self.ended.difference(&qemu.ended);
        difference.or_else(|| self.different_file(qemu))
    }

    fn different_file(&self, qemu: &Run) -> Option<String> {
        let mut paths = self.files.keys().chain(qemu.files.keys());
        let changed = paths.find(|&path| self.files.get(path) != qemu.files.get(path));
        changed.map(|path| format!("the file {}", path.display()))
    }
}
