//! The guest programs: expected output, expected exit code, on qemu and on us.

use crate::manifest::{Guest, guests};
use crate::opinion::{Start, is_installed};

#[test]
fn guests_do_as_under_qemu() {
    if !is_installed() {
        return;
    }
    for guest in guests() {
        let env = guest.env().map(|(name, value)| format!("{name}={value}"));
        let start = Start {
            elf: guest.program().into(),
            dir: Guest::dir(),
            args: guest.args.clone(),
            env: env.collect(),
            stdin: guest.stdin(),
            ..Start::default()
        };
        let run = start.agreed(&guest.name);
        assert_eq!(run.code, guest.exit_code, "{}", guest.name);
        let is_expected = run.stdout == guest.expected();
        assert!(is_expected, "{}: unexpected output", guest.name);
    }
}
