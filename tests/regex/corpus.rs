//! The corpus of the workload, by every engine of it, on every emulator.

use std::path::Path;

use serde::Deserialize;

use crate::emulator::{Emulator, emulators};

/// An entry of `corpus.json`, where all fields are said.
#[derive(Clone, Debug, Deserialize)]
struct Entry {
    name: String,
    pattern: String,
    auto: String,
    #[serde(default)]
    ignore_case: bool,
    #[serde(default)]
    bytes: bool,
    haystack: Option<String>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    repeat: usize,
    matches: Option<u64>,
    bytes_matched: Option<u64>,
    groups_matched: Option<u64>,
}

fn programs() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/guest-programs"))
}

fn corpus() -> Vec<Entry> {
    let corpus = std::fs::read(programs().join("regex/corpus.json")).unwrap();
    serde_json::from_slice(&corpus).unwrap()
}

impl Entry {
    fn text(&self) -> Vec<u8> {
        match &self.haystack {
            Some(name) => std::fs::read(programs().join(format!("inputs/{name}.txt"))).unwrap(),
            None => self.text.repeat(self.repeat).into_bytes(),
        }
    }

    /// What counts as what, by the workload's names.
    fn expected(&self) -> [(&'static str, Option<u64>); 3] {
        [
            ("count", self.matches),
            ("count-spans", self.bytes_matched),
            ("count-captures", self.groups_matched),
        ]
    }

    /// The engines that can search for it. A long text by a slow emulator or a slow engine is
    /// left to the tests of the workload itself.
    fn engines(&self, emulator: Emulator) -> Vec<&'static str> {
        let mut engines = match self.auto.as_str() {
            "atom" => vec!["auto", "atom", "linear", "pike", "backtrack", "jit"],
            "linear" => vec!["auto", "linear", "pike", "backtrack", "jit"],
            _ => vec!["auto", "backtrack", "jit"],
        };
        if self.haystack.is_some() {
            engines.retain(|&engine| match emulator {
                Emulator::Rvjet("interp") => engine == "jit",
                Emulator::Qemu => engine != "pike" && engine != "backtrack",
                Emulator::Rvjet(_) => true,
            });
        }
        engines
    }

    /// Counts by each model, or by the first alone.
    fn check(&self, emulator: Emulator, engine: &str, models: usize) {
        let text = self.text();
        for (model, expected) in self.expected().into_iter().take(models) {
            let mut arguments = vec!["--engine", engine, "--model", model];
            arguments.extend(self.ignore_case.then_some("-i"));
            arguments.extend(self.bytes.then_some("--bytes"));
            arguments.extend(["--", &self.pattern]);
            let ended = emulator.run(&arguments, &text);
            let told = format!("{}: {engine}, {model}, {emulator:?}: {ended:?}", self.name);
            let Some(expected) = expected else {
                assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{told}");
                assert!(ended.stderr.contains("budget exceeded: "), "{told}");
                continue;
            };
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{told}");
            let count = ended.stdout.rsplit(": ").next().unwrap().trim_end();
            assert_eq!(count, expected.to_string(), "{told}");
        }
    }
}

fn check_all(emulator: Emulator) {
    for entry in corpus() {
        let models = if entry.haystack.is_some() { 1 } else { 3 };
        for engine in entry.engines(emulator) {
            entry.check(emulator, engine, models);
        }
    }
}

#[test]
fn all_engines_find_what_the_corpus_says_under_the_jit() {
    check_all(Emulator::Rvjet("jit"));
}

#[test]
fn they_do_so_under_the_interpreter() {
    check_all(Emulator::Rvjet("interp"));
}

#[test]
fn they_do_so_under_qemu() {
    if emulators().contains(&Emulator::Qemu) {
        check_all(Emulator::Qemu);
    }
}
