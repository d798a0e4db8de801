//! The guests that come with rvjet.

use std::path::{Path, PathBuf};

use rvjet::EngineKind;
use rvjet::machine::Exit;
use rvjet::trace::Policy;
use serde::Deserialize;
use sp1_oracle::{Account, Job};

use crate::compare::difference;
use crate::ours::Setup;
use crate::peer;

/// Instructions of a guest's run, above which chunks of one entry are too many to make.
const MANY_INSNS: u64 = 1 << 20;
/// Instructions of the run of a guest that is too long to be recorded by few instructions.
const LONG: u64 = 1 << 23;

/// A guest and its input.
pub struct Guest {
    pub name: String,
    pub elf: Vec<u8>,
    pub inputs: Vec<Vec<u8>>,
    pub cycles: u64,
}

/// An entry of the manifest, as far as it is of interest.
#[derive(Deserialize)]
struct Entry {
    name: String,
    elf: PathBuf,
    inputs: Vec<Item>,
    cycles: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Item {
    U64(u64),
    Hex(String),
    File(PathBuf),
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-programs")
}

impl Item {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Item::U64(number) => number.to_le_bytes().into(),
            Item::File(path) => std::fs::read(root().join(path)).unwrap(),
            Item::Hex(digits) => digits
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect(),
        }
    }
}

impl Guest {
    /// Those of the manifest, the shortest run first.
    pub fn all() -> Vec<Guest> {
        let manifest = std::fs::read(root().join("sp1-guests.json")).unwrap();
        let mut entries: Vec<Entry> = serde_json::from_slice(&manifest).unwrap();
        entries.sort_by_key(|entry| entry.cycles);
        let guests = entries.into_iter().map(|entry| Guest {
            elf: std::fs::read(root().join(&entry.elf)).unwrap(),
            inputs: entry.inputs.iter().map(Item::bytes).collect(),
            name: entry.name,
            cycles: entry.cycles,
        });
        guests.collect()
    }

    fn sizes(&self) -> Vec<u64> {
        let all = [1, 2, 1000, 1 << 16, 1 << 20];
        let fits = |size: &u64| *size >= 1000 || self.cycles < MANY_INSNS;
        all.into_iter().filter(fits).collect()
    }

    fn account(&self) -> Account {
        let job = Job {
            elf: self.elf.clone(),
            inputs: self.inputs.clone(),
            sizes: self.sizes(),
        };
        peer().run(&job).unwrap().unwrap()
    }

    fn policies(&self) -> Vec<Policy> {
        let few = [
            Policy::Insns(5000),
            Policy::Accesses(777),
            Policy::Touches(300),
        ];
        let few = few.into_iter().filter(|_| self.cycles < LONG);
        few.chain([Policy::Insns(300_000), Policy::default()])
            .collect()
    }
}

impl Setup {
    /// What a user has who asks for nothing.
    pub fn usual() -> Setup {
        Setup {
            engine: EngineKind::Auto,
            observe_every: None,
            policy: Policy::default(),
            threads: 2,
        }
    }
}

#[test]
fn guests_leave_what_they_leave_with_sp1() {
    for guest in Guest::all() {
        let theirs = Account {
            chunks: Vec::new(),
            ..guest.account()
        };
        for (engine, observe_every) in [
            (EngineKind::Interp, None),
            (EngineKind::Jit, Some(1000)),
            (EngineKind::Auto, None),
        ] {
            let setup = Setup {
                engine,
                observe_every,
                ..Setup::usual()
            };
            let (run, _) = setup.trace(&guest.elf, &guest.inputs);
            assert!(matches!(run.exit, Exit::Exited { .. }), "{:?}", run.exit);
            assert_eq!(run.account, theirs, "{} {setup:?}", guest.name);
            assert_eq!(theirs.global_clk, guest.cycles, "{}", guest.name);
        }
    }
}

#[test]
fn chunks_of_guests_are_those_of_sp1() {
    for guest in Guest::all() {
        let theirs = guest.account();
        for (number, policy) in guest.policies().into_iter().enumerate() {
            let setup = Setup {
                observe_every: [None, Some(1000)][number % 2],
                threads: [1, 3][number % 2],
                policy,
                ..Setup::usual()
            };
            let (_, trace) = setup.trace(&guest.elf, &guest.inputs);
            for (at, size) in guest.sizes().into_iter().enumerate() {
                let is_live = (number + at).is_multiple_of(2);
                let chunks = match is_live {
                    true => setup.chunks(&guest.elf, &guest.inputs, size),
                    false => setup.chunks_of_trace(trace.clone(), &guest.elf, size),
                };
                if let Some(found) = difference(&chunks, &theirs.chunks[at]) {
                    let name = &guest.name;
                    panic!("{name} in chunks of {size}, live: {is_live}, {setup:?}: {found}");
                }
            }
        }
    }
}
