//! Hosts that do what safe code may: exchange memories, nest machines, panic
//! in what the guest calls.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

use rvjet::abi::linux::Capture;
use rvjet::abi::{Bare, Linux};
use rvjet::machine::{Access, Exit, Memory};
use rvjet::{EngineKind, Limits, Machine};

use crate::guest;

const ENGINES: [EngineKind; 2] = [EngineKind::Interp, EngineKind::Jit];

/// Runs the ignored test `name` in a process of its own; whether that ended by a signal.
fn dies(name: &str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", name, "--include-ignored"]);
    let status = child.env("ATTACK_CHILD", "1").output().unwrap().status;
    status.code().is_none()
}

/// A loop that loads from a constant address far up in the window.
fn far_load() -> Vec<u8> {
    guest::elf(&[
        0x7fff_f0b7, // lui x1, 0x7ffff
        0x0000_b103, // ld x2, 0(x1)
        0xff9f_f06f, // j -8
    ])
}

#[test]
fn another_memory_under_compiled_code_is_no_way_out() {
    if std::env::var_os("ATTACK_CHILD").is_none() {
        assert!(!dies(
            "host::another_memory_under_compiled_code_is_no_way_out"
        ));
        return;
    }
    let elf = far_load();
    let build = |space| {
        let built = Machine::builder()
            .elf(&elf)
            .abi(Bare)
            .engine(EngineKind::Jit);
        let limits = Limits {
            max_insns: Some(1000),
            ..Limits::default()
        };
        built.address_space(space).limits(limits).build().unwrap()
    };
    let mut machine = build(1 << 32);
    machine
        .memory_mut()
        .map(0x7fff_f000..0x8000_0000, Access::READ_WRITE)
        .unwrap();
    machine.run_for(300);
    // The same program in a window of 1 MiB: the load is outside.
    let mut small = build(1 << 20);
    std::mem::swap(machine.memory_mut(), small.memory_mut());
    let outcome = machine.run();
    assert!(matches!(outcome.exit, Exit::Trap(_)), "{:?}", outcome.exit);
}

#[test]
fn a_fresh_memory_has_no_jumps_to_nowhere() {
    if std::env::var_os("ATTACK_CHILD").is_none() {
        assert!(!dies("host::a_fresh_memory_has_no_jumps_to_nowhere"));
        return;
    }
    let elf = guest::elf(&[0x0010_0073]);
    let mut machine = Machine::builder()
        .elf(&elf)
        .abi(Bare)
        .engine(EngineKind::Jit)
        .build()
        .unwrap();
    *machine.memory_mut() = Memory::new(1 << 32, 1 << 32).unwrap();
    let memory = machine.memory_mut();
    memory
        .map(0x1_0000..0x1_1000, Access::READ_EXECUTE)
        .unwrap();
    let code = [0x0000_2083u32, 0x0000_8067]; // lw x1, 0(x0); jr x1
    let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
    memory.initialize(0x1_0078, &bytes).unwrap();
    memory.map(0..0x1000, Access::READ_WRITE).unwrap();
    let outcome = machine.run();
    assert!(matches!(outcome.exit, Exit::Trap(_)), "{:?}", outcome.exit);
}

/// Runs another machine whenever the guest writes.
struct Nested(EngineKind, Arc<Mutex<Vec<Exit>>>);

impl Write for Nested {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let elf = guest::elf(&[0x0001_0137, 0xff01_3083, 0x0000_0073]); // sp = 0x10000; ld ra, -16(sp)
        let mut inner = Machine::builder()
            .elf(&elf)
            .abi(Bare)
            .engine(self.0)
            .build()
            .unwrap();
        self.1.lock().unwrap().push(inner.run().exit);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn machines_run_within_what_other_machines_call() {
    for engine in ENGINES {
        let exits = Arc::new(Mutex::new(Vec::new()));
        let elf = guest::elf(&guest::writes_then_faults());
        let linux = Linux::new().stdout(Nested(engine, exits.clone()));
        let mut outer = Machine::builder()
            .elf(&elf)
            .abi(linux)
            .engine(engine)
            .build()
            .unwrap();
        let outcome = outer.run();
        assert!(
            matches!(outcome.exit, Exit::Trap(trap) if trap.pc == 0x1_0078 + 24),
            "{:?}",
            outcome.exit
        );
        assert!(matches!(exits.lock().unwrap()[..], [Exit::Trap(_)]));
    }
}

/// Panics once.
struct Panics(bool);

impl Write for Panics {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if std::mem::take(&mut self.0) {
            panic!("as a host may");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_machine_whose_host_has_panicked_goes_on() {
    for engine in ENGINES {
        let elf = guest::elf(&guest::writes_then_faults());
        let linux = Linux::new().stdout(Panics(true));
        let mut machine = Machine::builder()
            .elf(&elf)
            .abi(linux)
            .engine(engine)
            .build()
            .unwrap();
        let first = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| machine.run()));
        assert!(first.is_err());
        assert!(matches!(machine.run().exit, Exit::Trap(_)));
    }
}

/// Says that it has read more than there was room for.
struct Boasts;

impl Read for Boasts {
    fn read(&mut self, place: &mut [u8]) -> std::io::Result<usize> {
        Ok(place.len().saturating_mul(3).max(usize::MAX / 2))
    }
}

#[test]
fn a_reader_that_boasts_is_not_believed() {
    for engine in ENGINES {
        let elf = guest::elf(&guest::reads_two_buffers());
        let linux = Linux::new().stdin(Boasts).stdout(Capture::new());
        let limits = Limits {
            max_insns: Some(10_000),
            ..Limits::default()
        };
        let mut machine = Machine::builder()
            .elf(&elf)
            .abi(linux)
            .engine(engine)
            .limits(limits)
            .build()
            .unwrap();
        let outcome = machine.run();
        let count = outcome.state.x[10];
        assert!(count <= 16, "{count}");
    }
}
