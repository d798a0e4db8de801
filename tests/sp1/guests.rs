//! The guest programs for SP1, as `sp1-guests.json` lists them.

use std::path::{Path, PathBuf};

use rvjet::abi::Sp1;
use rvjet::machine::Exit;
use rvjet::replay::Verify;
use rvjet::sp1::Chunks;
use rvjet::trace::{Chunk, Policy};
use rvjet::{EngineKind, Machine};
use serde::Deserialize;

use crate::model::Flat;
use crate::scenario::{ENGINES, Engine, flat_chunk, options};

/// An entry of the manifest.
#[derive(Debug, Deserialize)]
struct Guest {
    name: String,
    elf: PathBuf,
    inputs: Vec<Item>,
    exit_code: i32,
    public_values: PathBuf,
    stdout: PathBuf,
    cycles: u64,
}

/// An item of the input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Item {
    U64(u64),
    Hex(String),
    File(PathBuf),
}

fn file(path: &Path) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs");
    std::fs::read(root.join(path)).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text.trim().as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

fn guests() -> Vec<Guest> {
    serde_json::from_slice(&file(Path::new("sp1-guests.json"))).unwrap()
}

impl Item {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Item::U64(number) => number.to_le_bytes().to_vec(),
            Item::Hex(text) => hex(text),
            Item::File(path) => file(path),
        }
    }
}

impl Guest {
    fn sp1(&self) -> Sp1 {
        let inputs = self.inputs.iter().map(Item::bytes);
        Sp1::new().inputs(inputs).stderr(std::io::sink())
    }
}

/// What is shared by a test and the writer that it has given away.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_computes_what_it_is_known_to() {
    for guest in guests() {
        let elf = file(&guest.elf);
        let mut last = None;
        for (engine, every) in ENGINES {
            let what = format!("{} {engine:?} {every:?}", guest.name);
            let out = Shared::default();
            let sp1 = guest.sp1().stdout(out.clone());
            let results = sp1.results();
            let builder = Machine::builder().elf(&elf).abi(sp1).engine(engine);
            let builder = match every {
                Some(insns) => builder.observe_every(insns),
                None => builder,
            };
            let outcome = builder.build().unwrap().run();
            let code = guest.exit_code;
            assert_eq!(outcome.exit, Exit::Exited { code }, "{what}");
            assert_eq!(outcome.stats.instructions, guest.cycles, "{what}");
            let public = file(&guest.public_values);
            let public = hex(std::str::from_utf8(&public).unwrap());
            assert_eq!(results.public_values(), public, "{what}");
            assert_eq!(*out.0.lock().unwrap(), file(&guest.stdout), "{what}");
            let all = (
                outcome.state,
                results.public_value_digest(),
                results.calls(),
                outcome.stats.detoured,
                outcome.stats.ecalls,
                outcome.stats.peak_memory,
            );
            assert!(last.is_none_or(|last| last == all), "{what}");
            last = Some(all);
        }
    }
}

fn recorded(guest: &Guest, elf: &[u8], (engine, every): Engine, policy: Policy) -> Vec<Chunk> {
    let sp1 = guest.sp1().stdout(std::io::sink());
    let builder = Machine::builder().elf(elf).abi(sp1).engine(engine);
    let builder = match every {
        Some(insns) => builder.observe_every(insns),
        None => builder,
    };
    let mut recording = builder.record(policy).unwrap();
    let chunks: Vec<Chunk> = recording.by_ref().collect();
    let mut verify = Verify::new(recording.header(), elf);
    verify.ending = recording.ending();
    let verified = verify.run_all(&chunks).unwrap();
    assert_eq!(verified.insns, guest.cycles);
    chunks
}

#[test]
fn each_is_recorded_and_verified() {
    for guest in guests() {
        let elf = file(&guest.elf);
        let policies = [
            Policy::Insns(guest.cycles / 5),
            Policy::Touches(999),
            Policy::default(),
        ];
        for policy in policies {
            let one = recorded(&guest, &elf, (EngineKind::Jit, None), policy);
            let other = recorded(&guest, &elf, (EngineKind::Auto, Some(1000)), policy);
            assert!(one == other, "{} {policy}", guest.name);
            if guest.cycles < 1_000_000 {
                let right = recorded(&guest, &elf, ENGINES[0], policy);
                assert!(one == right, "{} {policy}", guest.name);
            }
        }
    }
}

#[test]
fn each_has_the_same_chunks_however_it_is_recorded() {
    for guest in guests() {
        let elf = file(&guest.elf);
        let chunks = |policy, threads| -> (Vec<Flat>, u64) {
            let sp1 = guest.sp1().stdout(std::io::sink());
            let recording = Machine::builder()
                .elf(&elf)
                .abi(sp1)
                .record(policy)
                .unwrap();
            let made = Chunks::of_run(recording, &elf, options(10_000, threads)).unwrap();
            let mut entries = 0;
            let chunks = made.map(|chunk| {
                let mut chunk = flat_chunk(&chunk.unwrap());
                entries += chunk.entries.len() as u64;
                // A digest of them will do.
                let digest = |sum: u64, (clock, value): &(u64, u64)| {
                    let sum = sum.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ clock;
                    sum.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ value
                };
                let sum = chunk.entries.iter().fold(0, digest);
                chunk.entries = vec![(chunk.entries.len() as u64, sum)];
                chunk
            });
            (chunks.collect(), entries)
        };
        let one = chunks(Policy::default(), 1);
        assert!(one.1 > 1000, "{}", guest.name);
        assert_eq!(one.0.last().unwrap().global_clk_end, guest.cycles);
        for (policy, threads) in [
            (Policy::Insns(guest.cycles / 13), 2),
            (Policy::Touches(3000), 3),
        ] {
            assert!(chunks(policy, threads) == one, "{} {policy}", guest.name);
        }
    }
}
