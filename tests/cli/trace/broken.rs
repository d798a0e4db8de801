//! Traces cut and changed anywhere: no command fails to say so.

use super::{Recorded, trace};

const COMMANDS: [&[&str]; 6] = [
    &["info", "--chunks"],
    &["verify"],
    &["verify", "--quick"],
    &["dump", "--format=spike"],
    &["expand"],
    &["stats", "--by=opcode"],
];

#[test]
fn every_command_ends_with_a_status_of_its_own() {
    let recorded = Recorded::fib();
    let bytes = recorded.bytes();
    let steps = bytes.len() / 6 + 1;
    for at in (0..bytes.len()).step_by(steps) {
        let cut = recorded.beside("cut.rvt", &bytes[..at]);
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        let flipped = recorded.beside("flipped.rvt", &flipped);
        for command in COMMANDS {
            for path in [&cut, &flipped] {
                let args = command.iter().copied().chain([path.to_str().unwrap()]);
                let code = trace(args).get_output().status.code();
                let told = if command[0] == "info" { 0 } else { -1 };
                assert!(
                    [Some(1), Some(2), Some(65), Some(told)].contains(&code),
                    "{command:?} {path:?} at {at}: {code:?}"
                );
            }
        }
    }
}
