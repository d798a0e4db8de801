//! Random C programs, which csmith makes: they print checksums of their variables,
//! and have no undefined behaviour, so a native build has to print the same.
//!
//! More than three hundred, for about a tenth run too long:
//! `RVJET_CSMITH=350 cargo test --release --test programs csmith -- --nocapture`

use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rayon::prelude::*;
use tempfile::TempDir;

use crate::opinion::{KEEP, QEMU, Start, has};
use crate::run::{Run, Runner};

const CROSS_GCC: &str = "riscv64-linux-gnu-gcc";
/// What makes, compiles and runs the programs; all know `--version`.
const TOOLS: [&str; 4] = ["csmith", CROSS_GCC, "gcc", QEMU];
/// Where csmith's package has its headers.
const HEADERS: &str = "-I/usr/include/csmith";
/// Programs may run for ever; those that run longer than this are left out.
const LIMIT: &str = "--max-insns=300_000_000";
const OVER_LIMIT: i32 = 152;
/// How many programs, unless told otherwise.
const COUNT: u64 = 10;
/// Of so many programs, one has floating-point variables.
const FLOATS_EVERY: u64 = 3;
/// Of so many programs, one is interpreted as well.
const INTERPRETED_EVERY: u64 = 5;

/// How many programs did what.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// Did the same everywhere.
    same: u32,
    /// Ran too long.
    long: u32,
    /// Print something else on the host and under qemu, because of what C leaves open of
    /// floating-point numbers; rvjet is with qemu. Their seeds.
    open: Vec<u64>,
    /// What was wrong.
    wrong: Vec<String>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.same += other.same;
        self.long += other.long;
        self.open.extend(other.open);
        self.wrong.extend(other.wrong);
    }
}

/// A program, compiled for both machines.
struct Compiled {
    folder: TempDir,
    seed: u64,
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output
}

impl Compiled {
    fn new(seed: u64) -> Compiled {
        let folder = TempDir::new().unwrap();
        let compiled = Compiled { folder, seed };
        let mut csmith = Command::new("csmith");
        // It leaves a file in its working directory.
        csmith.current_dir(compiled.folder.path());
        csmith.arg("--seed").arg(seed.to_string());
        if compiled.has_floats() {
            csmith.arg("--float");
        }
        succeed(csmith.arg("-o").arg(compiled.source()));
        compiled.compile(CROSS_GCC, "-static", &compiled.elf());
        compiled.compile("gcc", "-no-pie", &compiled.native());
        compiled
    }

    fn has_floats(&self) -> bool {
        self.seed.is_multiple_of(FLOATS_EVERY)
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder
            .path()
            .join(format!("csmith-{}.{extension}", self.seed))
    }

    fn source(&self) -> PathBuf {
        self.path("c")
    }

    fn elf(&self) -> PathBuf {
        self.path("elf")
    }

    fn native(&self) -> PathBuf {
        self.path("native")
    }

    fn compile(&self, gcc: &str, how: &str, to: &Path) {
        let mut command = Command::new(gcc);
        // A host may have no fused multiplication and addition, as RV64GC has.
        command.args(["-O2", "-w", "-ffp-contract=off", how, HEADERS]);
        command.arg("-o").arg(to).arg(self.source()).arg("-lm");
        succeed(&mut command);
    }

    /// Runs the program so that it prints a checksum after each variable.
    fn run(&self, runner: Runner) -> Run {
        let start = Start {
            elf: self.elf(),
            dir: ".".into(),
            args: vec!["1".to_owned()],
            grants: vec![LIMIT.to_owned()],
            ..Start::default()
        };
        runner.run(&start, &self.folder.path().join("granted"))
    }

    /// What it prints on the host, where it ends as it does in the limit.
    fn natively(&self) -> Run {
        succeed(Command::new(self.native()).arg("1")).into()
    }

    fn tally(&self) -> Tally {
        let auto = self.run(Runner::Rvjet("auto"));
        if auto.ended.code == OVER_LIMIT {
            return Tally {
                long: 1,
                ..Tally::default()
            };
        }
        let mut expected = self.natively();
        let mut open = Vec::new();
        if self.has_floats() && expected.ended.stdout != auto.ended.stdout {
            (expected, open) = (self.run(Runner::Qemu), vec![self.seed]);
        }
        let mut runs = vec![auto, self.run(Runner::Recorded)];
        if self.seed.is_multiple_of(INTERPRETED_EVERY) {
            runs.push(self.run(Runner::Rvjet("interp")));
        }
        let differences = runs.iter().filter_map(|run| run.difference(&expected));
        let wrong: Vec<_> = differences
            .map(|what| format!("seed {}: {what}", self.seed))
            .collect();
        if !wrong.is_empty() {
            self.keep();
        }
        let same = u32::from(wrong.is_empty() && open.is_empty());
        Tally {
            same,
            open,
            wrong,
            long: 0,
        }
    }

    fn keep(&self) {
        for path in [self.source(), self.elf()] {
            let kept = Path::new(KEEP).join(path.file_name().unwrap());
            std::fs::copy(&path, kept).unwrap();
        }
    }
}

/// The number in an environment variable.
fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn csmith_programs_do_as_natively() {
    if !TOOLS.into_iter().all(has) {
        return;
    }
    let first = number("RVJET_CSMITH_SEED", 1);
    let seeds = first..first + number("RVJET_CSMITH", COUNT);
    let tallies = seeds
        .into_par_iter()
        .map(|seed| Compiled::new(seed).tally());
    let tally = tallies.reduce(Tally::default, |mut sum, tally| {
        sum += tally;
        sum
    });
    let Tally {
        same,
        long,
        open,
        wrong,
    } = tally;
    println!(
        "csmith: {same} the same, {long} too long, {open:?} open in C, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(same > 0);
}
