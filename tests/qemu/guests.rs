//! The guest programs: expected output, expected exit code, on qemu and on us.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::opinion::{Start, is_installed};

/// An entry of the manifest.
#[derive(Deserialize)]
struct Guest {
    name: String,
    args: Vec<String>,
    env: Vec<String>,
    stdin: Option<PathBuf>,
    expected: PathBuf,
    exit_code: i32,
}

#[test]
fn guests_do_as_under_qemu() {
    if !is_installed() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs");
    let manifest = std::fs::read_to_string(root.join("guests.json")).unwrap();
    let guests: Vec<Guest> = serde_json::from_str(&manifest).unwrap();
    for guest in guests {
        let start = Start {
            elf: format!("./{}.elf", guest.name).into(),
            dir: root.join("elf"),
            args: guest.args,
            env: guest.env,
            stdin: guest.stdin.map(|path| root.join(path)),
            ..Start::default()
        };
        let run = start.agreed(&guest.name);
        let expected = std::fs::read(root.join(guest.expected)).unwrap();
        assert_eq!(run.code, guest.exit_code, "{}", guest.name);
        assert!(run.stdout == expected, "{}: unexpected output", guest.name);
    }
}
