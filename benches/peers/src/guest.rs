//! The guests of SP1, which are built already.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::input::{Input, from_hex};
use crate::subject::{Expected, Size, Subject};

/// A program of `guest-programs/sp1-guests.json`.
#[derive(Deserialize)]
pub struct Guest {
    /// What it is called.
    pub name: String,
    elf: PathBuf,
    exit_code: i32,
    inputs: Vec<Input>,
    cycles: u64,
    public_values: PathBuf,
    bench_inputs: Option<Vec<Input>>,
    bench_cycles: Option<u64>,
    bench_public_values: Option<PathBuf>,
}

impl Guest {
    /// All that have something to do that takes long enough.
    ///
    /// # Errors
    ///
    /// Fails if the list of them cannot be read.
    pub fn all() -> Result<Vec<Self>> {
        let list = programs().join("sp1-guests.json");
        let text = std::fs::read(&list).with_context(|| list.display().to_string())?;
        let mut guests: Vec<Guest> = serde_json::from_slice(&text)?;
        guests.retain(|guest| guest.bench_inputs.is_some());
        Ok(guests)
    }

    /// The guest with its input of a size.
    ///
    /// # Errors
    ///
    /// Fails if what is expected of it cannot be read.
    pub fn subject(&self, size: Size) -> Result<Subject> {
        let long = size == Size::Long;
        let input = pick(long, &self.bench_inputs, &self.inputs);
        let instructions = *pick(long, &self.bench_cycles, &self.cycles);
        let public_values = pick(long, &self.bench_public_values, &self.public_values);
        let public_values = std::fs::read_to_string(programs().join(public_values))?;
        let items = input.iter().cloned();
        Ok(Subject {
            name: self.name.clone(),
            about: format!("reads {}", listed(input)),
            elf: programs().join(&self.elf),
            input: items.map(|item| item.found_in(&programs())).collect(),
            expected: Expected {
                exit_code: self.exit_code,
                instructions,
                output: None,
                public_values: from_hex(public_values.trim_end())?,
            },
            dir: size.dir()?,
        })
    }
}

fn listed(input: &[Input]) -> String {
    let items: Vec<_> = input.iter().map(Input::to_string).collect();
    items.join(" and ")
}

/// What is for benches, if that is wanted and there.
fn pick<'a, T>(long: bool, bench: &'a Option<T>, short: &'a T) -> &'a T {
    bench.as_ref().filter(|_| long).unwrap_or(short)
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-programs")
}
