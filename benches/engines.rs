//! How fast the engines are, in this process: `runtime/<guest>/<engine>` and
//! `compile/<guest>`. BENCHMARKS.md says what the figures mean.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run may panic")]

mod common;

use std::io::Cursor;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use rvjet::abi::Linux;
use rvjet::abi::linux::Capture;
use rvjet::machine::Exit;
use rvjet::{EngineKind, Machine, Outcome};

use common::{Guest, Size};

const ENGINES: [(&str, EngineKind); 2] = [("jit", EngineKind::Jit), ("interp", EngineKind::Interp)];

/// A guest with its files read.
struct Loaded {
    guest: Guest,
    elf: Vec<u8>,
    stdin: Vec<u8>,
}

impl Loaded {
    fn all() -> Vec<Loaded> {
        common::guests().into_iter().map(Loaded::new).collect()
    }

    fn new(guest: Guest) -> Loaded {
        let elf = std::fs::read(Guest::dir().join(guest.program())).unwrap();
        let stdin = guest.stdin().map(|path| std::fs::read(path).unwrap());
        let stdin = stdin.unwrap_or_default();
        Loaded { guest, elf, stdin }
    }

    fn machine(&self, engine: EngineKind, size: Size, stdout: Capture) -> Machine {
        let mut linux = Linux::new()
            .args([self.guest.program()])
            .args(self.guest.sized_args(size).iter().map(String::as_str))
            .stdin(Cursor::new(self.stdin.clone()))
            .stdout(stdout);
        for (name, value) in self.guest.env() {
            linux = linux.env(name, value);
        }
        let builder = Machine::builder().elf(&self.elf).abi(linux).engine(engine);
        builder.build().unwrap()
    }

    /// Runs to the end, which must be the guest's own.
    fn run(&self, engine: EngineKind, size: Size) -> (Outcome, Vec<u8>) {
        let stdout = Capture::new();
        let outcome = self.machine(engine, size, stdout.clone()).run();
        let code = self.guest.exit_code;
        assert_eq!(outcome.exit, Exit::Exited { code }, "{}", self.guest.name);
        (outcome, stdout.bytes())
    }

    /// Checks the output of a short run, which is known, and the exit code of
    /// a run of `size`; returns the latter's outcome.
    fn checked(&self, engine: EngineKind, size: Size) -> Outcome {
        let (short, stdout) = self.run(engine, Size::Short);
        assert!(stdout == self.guest.expected(), "{}", self.guest.name);
        match size {
            Size::Short => short,
            Size::Long => self.run(engine, size).0,
        }
    }
}

/// The interpreter does less, so that a run of all takes minutes.
fn size(engine: EngineKind) -> Size {
    match engine {
        EngineKind::Interp => Size::Short,
        _ if common::is_test() => Size::Short,
        _ => Size::Long,
    }
}

/// Whole runs, from a machine that is built to the exit of the guest.
fn runtime(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("runtime");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(1));
    group.measurement_time(Duration::from_secs(3));
    for loaded in Loaded::all() {
        for (name, engine) in ENGINES {
            runtime_of(&mut group, &loaded, name, engine);
        }
    }
    group.finish();
}

fn runtime_of(
    group: &mut BenchmarkGroup<'_, WallTime>,
    loaded: &Loaded,
    name: &str,
    engine: EngineKind,
) {
    let size = size(engine);
    let instructions = loaded.checked(engine, size).stats.instructions;
    group.throughput(Throughput::Elements(instructions));
    group.bench_function(BenchmarkId::new(&loaded.guest.name, name), |bencher| {
        bencher.iter_batched(
            || loaded.machine(engine, size, Capture::new()),
            |mut machine| machine.run(),
            BatchSize::PerIteration,
        );
    });
}

/// The time that the JIT spends on emitting all the code of a short run, as
/// the machine itself measures it; throughput in bytes of host code.
fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(1));
    group.measurement_time(Duration::from_secs(1));
    for loaded in Loaded::all() {
        let stats = loaded.checked(EngineKind::Jit, Size::Short).stats;
        group.throughput(Throughput::Bytes(stats.code_bytes));
        group.bench_function(&loaded.guest.name, |bencher| {
            bencher.iter_custom(|runs| (0..runs).map(|_| compile_time(&loaded)).sum());
        });
    }
    group.finish();
}

fn compile_time(loaded: &Loaded) -> Duration {
    let (outcome, _) = loaded.run(EngineKind::Jit, Size::Short);
    outcome.stats.time.compile
}

criterion_group!(benches, runtime, compile);
criterion_main!(benches);
