use rvjet::abi::{Abi, Linux, StartError};
use rvjet::isa::Reg;
use rvjet::machine::{Access, PAGE_SIZE};
use rvjet::program::Program;

use crate::guest::{Guest, WINDOW, hart, program};

fn two_args() -> Linux {
    Linux::new()
        .args(["/bin/prog", "x y"])
        .env("HOME", "/")
        .env("A", "1")
}

/// The words from the stack pointer to the end of the auxiliary vector.
struct Vectors {
    args: Vec<u64>,
    env: Vec<u64>,
    auxv: Vec<(u64, u64)>,
}

fn vectors(guest: &mut Guest) -> Vectors {
    let mut at = guest.hart.state.reg(Reg::SP);
    let mut next = || {
        at += 8;
        guest.word(at - 8)
    };
    let count = next();
    let args = (0..count).map(|_| next()).collect();
    assert_eq!(next(), 0);
    let env = std::iter::from_fn(|| Some(next()).filter(|&at| at != 0)).collect();
    let auxv = std::iter::from_fn(|| Some((next(), next())).filter(|pair| pair.0 != 0)).collect();
    Vectors { args, env, auxv }
}

#[test]
fn the_stack_holds_arguments_environment_and_auxiliary_vector() {
    let mut guest = Guest::new(two_args());
    let sp = guest.hart.state.reg(Reg::SP);
    assert_eq!(sp % 16, 0);
    let found = vectors(&mut guest);
    let strings = |guest: &mut Guest, at: &[u64]| -> Vec<String> {
        at.iter().map(|&at| guest.string(at)).collect()
    };
    assert_eq!(strings(&mut guest, &found.args), ["/bin/prog", "x y"]);
    assert_eq!(strings(&mut guest, &found.env), ["HOME=/", "A=1"]);
    let value = |key| found.auxv.iter().find(|pair| pair.0 == key).unwrap().1;
    let expected = [
        (3, 0x10040),
        (4, 56),
        (5, 7),
        (6, 4096),
        (7, 0),
        (8, 0),
        (9, 0x10400),
        (11, 1000),
        (12, 1000),
        (13, 1000),
        (14, 1000),
        (16, 0x112d),
        (17, 100),
        (23, 0),
    ];
    for (key, is) in expected {
        assert_eq!(value(key), is, "AT {key}");
    }
    assert_eq!(guest.string(value(31)), "/bin/prog");
    assert_ne!(guest.get(value(25), 16), [0; 16]);
    assert_eq!(found.auxv.len(), expected.len() + 2);
}

#[test]
fn strings_lie_as_the_kernel_lays_them() {
    let mut guest = Guest::new(two_args());
    let found = vectors(&mut guest);
    assert_eq!(found.args[1], found.args[0] + 10);
    assert_eq!(found.env[0], found.args[1] + 4);
    let name = found.auxv.iter().find(|pair| pair.0 == 31).unwrap().1;
    assert_eq!(name + "/bin/prog\0".len() as u64 + 8, WINDOW);
    assert_eq!(guest.word(WINDOW - 8), 0);
}

#[test]
fn only_the_stack_pointer_and_the_pc_are_set() {
    let guest = Guest::new(Linux::new());
    assert_eq!(guest.hart.state.pc, 0x10400);
    for reg in Reg::all().filter(|&reg| reg != Reg::SP) {
        assert_eq!(guest.hart.state.reg(reg), 0);
    }
}

#[test]
fn a_program_without_headers_gets_no_pointer_to_them() {
    let mut hart = hart(WINDOW, WINDOW);
    let program = Program {
        phdr: None,
        ..program()
    };
    let mut linux = Linux::new();
    linux.start(&program, &mut hart).unwrap();
    let mut guest = Guest { linux, hart };
    let found = vectors(&mut guest);
    assert!(!found.auxv.iter().any(|pair| (3..=5).contains(&pair.0)));
    assert_eq!(guest.string(found.args[0]), "");
}

#[test]
fn the_stack_is_an_eighth_of_a_small_window_with_a_guard_below() {
    let guest = Guest::new(Linux::new());
    let bottom = WINDOW - WINDOW / 8;
    let memory = &guest.hart.memory;
    assert_eq!(memory.access_at(bottom), Some(Access::READ_WRITE));
    assert!(memory.is_free(bottom - 63 * PAGE_SIZE..bottom));
    // What handlers of signals return to.
    let returns_to = memory.access_at(bottom - 64 * PAGE_SIZE);
    assert_eq!(returns_to, Some(Access::READ_EXECUTE));
}

#[test]
fn the_default_window_has_eight_mebibytes_of_stack() {
    let mut hart = hart(4 << 30, 1 << 30);
    Linux::new().start(&program(), &mut hart).unwrap();
    let bottom = (4 << 30) - (8 << 20);
    assert!(hart.memory.access_at(bottom).is_some());
    assert!(hart.memory.access_at(bottom - 1).is_none());
    assert!(hart.memory.peak() <= 1 << 20);
}

#[test]
fn a_stack_is_executable_where_the_program_asks() {
    let mut hart = hart(WINDOW, WINDOW);
    let program = Program {
        stack_executable: true,
        ..program()
    };
    Linux::new().start(&program, &mut hart).unwrap();
    assert_eq!(hart.memory.access_at(WINDOW - 1), Some(Access::ALL));
}

#[test]
fn what_does_not_fit_is_refused() {
    let start = |linux: Linux, end, window, limit| {
        let program = Program { end, ..program() };
        let mut linux = linux;
        linux.start(&program, &mut hart(window, limit)).unwrap_err()
    };
    let long = Linux::new().args([vec![b'x'; 1 << 20]]);
    let error = start(long, 0x10000, WINDOW, WINDOW);
    assert!(matches!(error, StartError::ArgumentsTooLong { .. }));
    for end in [WINDOW - 0x1000, WINDOW, u64::MAX] {
        let error = start(Linux::new(), end, WINDOW, WINDOW);
        assert!(matches!(error, StartError::NoRoomForStack { .. }));
    }
    let error = start(Linux::new(), 0x10000, WINDOW, 0x1000);
    assert_eq!(error, StartError::MemoryLimit { limit: 0x1000 });
    let error = start(Linux::new(), 0, 0, WINDOW);
    assert!(matches!(error, StartError::NoRoomForStack { .. }));
}
