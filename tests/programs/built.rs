//! Where programs are built, and the tools that are needed.

use std::path::PathBuf;
use std::process::Command;

use crate::programs::Kind;
use crate::run::QEMU;

/// What cargo keeps for tests.
const TEMPORARY: &str = env!("CARGO_TARGET_TMPDIR");

/// Whether a program can be started; says so if not.
pub fn is_installed(tool: &str) -> bool {
    let mut command = Command::new(tool);
    // csmith leaves a file in its working directory, whatever it is asked.
    command.current_dir(TEMPORARY).arg("--version");
    let found = command.output().is_ok();
    if !found {
        println!("skipped: {tool} is not installed");
    }
    found
}

/// A folder with the programs of this kind, or none where tools are missing.
pub fn built(kind: Kind) -> Option<PathBuf> {
    let folder = PathBuf::from(TEMPORARY).join("linux-programs");
    (is_installed(QEMU) && kind.build(&folder)).then_some(folder)
}
