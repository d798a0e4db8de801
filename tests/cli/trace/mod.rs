//! `rvjet record` and `rvjet trace`.

mod broken;
mod diff;
mod dump;
mod expand;
mod info;
mod killed;
mod record;
mod stats;
mod verify;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use assert_cmd::assert::Assert;
use rvjet::isa::{AmoOp, Inst, Ordering, Reg, Width, encode};
use serde_json::Value;
use tempfile::TempDir;

use crate::guest::{A0, A7, DATA, Guest, exit, li, load, lui, store};
use crate::rvjet;

/// A trace in a directory of the test's own.
pub struct Recorded {
    dir: TempDir,
    pub path: PathBuf,
}

impl Recorded {
    /// Of `fib 12`, in chunks of 1000 instructions.
    pub fn fib() -> Recorded {
        Recorded::of(["--chunk=insns=1000"], &program("fib"), &["12"])
    }

    pub fn of<S: AsRef<OsStr>>(
        options: impl IntoIterator<Item = S>,
        elf: &Path,
        args: &[&str],
    ) -> Recorded {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("trace.rvt");
        let mut command = rvjet();
        command.arg("record").args(options).arg("-o").arg(&path);
        let output = command.arg(elf).args(args).output().unwrap();
        assert!(path.exists(), "{output:?}");
        Recorded { dir, path }
    }

    /// A file beside the trace.
    pub fn beside(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }
}

/// One of the guest programs.
pub fn program(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("guest-programs/elf")
        .join(name)
        .with_extension("elf")
}

/// `rvjet trace` with these arguments.
pub fn trace<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Assert {
    rvjet().arg("trace").args(args).assert()
}

/// What `rvjet trace` with these arguments prints, and that it ends well.
pub fn printed<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> String {
    let assert = trace(args).code(0).stderr("");
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// What `rvjet trace info --json` says.
pub fn facts(path: &Path) -> Value {
    let text = printed([OsStr::new("info"), "--json".as_ref(), path.as_ref()]);
    serde_json::from_str(&text).unwrap()
}

/// A program with an access of every kind, a compressed instruction and a call.
pub fn sampler() -> Guest {
    let amo = Inst::Amo {
        op: AmoOp::Add,
        width: Width::Word,
        rd: Reg::A2,
        rs1: A0,
        rs2: Reg::A1,
        order: Ordering::default(),
    };
    let word = |inst| encode(inst).unwrap();
    // c.li a1, 5; c.nop
    let start = [word(lui(A0, DATA)), 0x0001_4595];
    // The second store reaches into two words.
    let memory = [store(0), load(0), amo, store(4)];
    let write = [li(A7, 64), li(A0, 1), lui(Reg::A1, DATA), li(Reg::A2, 0)];
    let rest = [&memory[..], &write, &[Inst::Ecall], &exit(0)].concat();
    let words = start.into_iter().chain(rest.into_iter().map(word));
    Guest::of_words(&words.collect::<Vec<_>>())
}
