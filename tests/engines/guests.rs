//! The guest programs: right output on both engines, and the same counts.

use rvjet::abi::Linux;
use rvjet::abi::linux::Capture;
use rvjet::machine::Exit;
use rvjet::{EngineKind, Limits, Machine, Outcome};

use crate::manifest::{Guest, guests};
use crate::scenario::ENGINES;

/// Runs it to its end; returns what it printed, too.
fn run(guest: &Guest, engine: EngineKind) -> (Outcome, Vec<u8>) {
    let (stdout, stderr) = (Capture::new(), Capture::new());
    let elf = std::fs::read(Guest::dir().join(guest.program())).unwrap();
    let stdin = guest.stdin().map(|path| std::fs::read(path).unwrap());
    let mut linux = Linux::new()
        .args([guest.program()])
        .args(guest.args.iter().map(String::as_str))
        .stdin(std::io::Cursor::new(stdin.unwrap_or_default()))
        .stdout(stdout.clone())
        .stderr(stderr.clone());
    for (name, value) in guest.env() {
        linux = linux.env(name, value);
    }
    let limits = Limits {
        max_insns: Some(2_000_000_000),
        ..Limits::default()
    };
    let machine = Machine::builder()
        .elf(&elf)
        .abi(linux)
        .engine(engine)
        .limits(limits);
    let outcome = machine.build().unwrap().run();
    assert_eq!(stderr.text(), "", "{}", guest.name);
    (outcome, stdout.bytes())
}

fn check(name: &str) {
    let guest = guests()
        .into_iter()
        .find(|guest| guest.name == name)
        .unwrap();
    let [interp, jit] = ENGINES.map(|engine| {
        let (outcome, printed) = run(&guest, engine);
        let code = guest.exit_code;
        assert_eq!(outcome.exit, Exit::Exited { code }, "{name} {engine:?}");
        assert!(
            printed == guest.expected(),
            "{name} {engine:?}: {}",
            String::from_utf8_lossy(&printed)
        );
        outcome
    });
    assert_eq!((interp.stats.engine, jit.stats.engine), ("interp", "jit"));
    assert_eq!(interp.state, jit.state, "{name}");
    assert_eq!(interp.stats.instructions, jit.stats.instructions);
    assert_eq!(interp.stats.unaligned, jit.stats.unaligned);
    assert_eq!(interp.stats.peak_memory, jit.stats.peak_memory);
}

/// A test for each guest, and one that none of the list is missing.
macro_rules! guests {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*

        #[test]
        fn every_guest_has_its_test() {
            let names: Vec<_> = guests().into_iter().map(|guest| guest.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

guests! {
    fib, sieve, sha256, qsort, matmul, memops, whitespace, wordfreq, regex, regex_tiers, regex_jit,
    bytecode, chase, crc32, queens, selfmod, unaligned, atomics, echoargs,
}
