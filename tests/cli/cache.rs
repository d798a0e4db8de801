//! `--cache`: a run is the same whatever lies in the directory.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::rvjet;
use crate::trace::program;

/// A cache that nobody else uses, and a key of its own.
struct Cache {
    dir: TempDir,
}

/// What is known of a run.
#[derive(Debug)]
struct Run {
    stdout: Vec<u8>,
    stats: Value,
}

impl Run {
    /// All that does not depend on the time.
    fn facts(&self) -> (&[u8], Vec<&Value>) {
        let names = ["exit", "instructions", "unaligned", "peak_guest_memory"];
        (&self.stdout, names.map(|name| &self.stats[name]).to_vec())
    }

    fn restored(&self) -> u64 {
        self.stats["code_cache"]["restored"].as_u64().unwrap()
    }

    fn stored(&self) -> u64 {
        self.stats["code_cache"]["stored"].as_u64().unwrap()
    }

    fn trouble(&self) -> Option<&str> {
        self.stats["code_cache"]["trouble"].as_str()
    }
}

impl Cache {
    fn new() -> Cache {
        let dir = TempDir::new().unwrap();
        Cache { dir }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("code")
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn command(&self) -> Command {
        let mut command = rvjet();
        command.env("XDG_STATE_HOME", self.state());
        command.env("RVJET_CACHE", self.path());
        command
    }

    /// Runs a guest program.
    fn run(&self, name: &str, args: &[&str]) -> Run {
        finish(self.command(), name, args)
    }

    /// The files of code.
    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The one file.
    fn file(&self) -> PathBuf {
        let files = self.files();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

fn finish(mut command: Command, name: &str, args: &[&str]) -> Run {
    let input = "guest-programs/inputs/text.txt";
    command.args(["run", "--stats=json", "--stdin", input]);
    command.arg(program(name)).args(args);
    let output = command.assert().code(0).get_output().clone();
    Run {
        stdout: output.stdout,
        stats: serde_json::from_slice(&output.stderr).unwrap(),
    }
}

fn without(name: &str, args: &[&str]) -> Run {
    let run = finish(rvjet(), name, args);
    assert_eq!(run.stats["code_cache"], Value::Null);
    run
}

const GUESTS: [(&str, &[&str]); 9] = [
    ("fib", &[]),
    ("qsort", &[]),
    ("memops", &[]),
    ("wordfreq", &[]),
    ("regex", &["[a-z]+ing", r"\b\w{5}\b"]),
    ("bytecode", &[]),
    ("selfmod", &[]),
    ("unaligned", &[]),
    ("atomics", &[]),
];

fn arguments(name: &str) -> &'static [&'static str] {
    let guest = GUESTS.iter().find(|(guest, _)| *guest == name);
    guest.unwrap().1
}

#[test]
fn a_run_is_the_same_with_and_without() {
    for (name, args) in GUESTS {
        let cache = Cache::new();
        let plain = without(name, args);
        let cold = cache.run(name, args);
        assert_eq!((cold.restored(), cold.trouble()), (0, None), "{name}");
        assert!(cold.stored() > 0, "{name}");
        let mut emitted = cold.stats["code_bytes"].as_u64().unwrap();
        for run in 0..4 {
            let warm = cache.run(name, args);
            assert_eq!(warm.facts(), plain.facts(), "{name} {run}");
            assert_eq!(warm.trouble(), None, "{name} {run}");
            assert!(warm.restored() > 0, "{name} {run}");
            emitted = emitted.min(warm.stats["code_bytes"].as_u64().unwrap());
        }
        assert_eq!(cold.facts(), plain.facts(), "{name}");
        // Sooner or later there is nothing to emit but the stubs, twice.
        if name != "selfmod" {
            assert!(emitted < 3000, "{name}: {emitted}");
        }
        cache.file();
    }
}

/// Code that is there is not too cold to be used, whichever engine left it.
#[test]
fn what_is_restored_needs_no_patience() {
    let cache = Cache::new();
    let run = |engine: &str| {
        let mut command = cache.command();
        command.env("RVJET_ENGINE", engine);
        finish(command, "fib", &[])
    };
    let cold = run("jit");
    let warm = run("auto");
    assert_eq!(warm.facts(), cold.facts());
    assert_eq!((warm.restored() > 0, warm.stored()), (true, 0));
    // The stubs, twice.
    assert!(warm.stats["code_bytes"].as_u64().unwrap() < 3000);
}

#[test]
fn other_arguments_add_to_what_there_is() {
    let cache = Cache::new();
    let first = cache.run("regex", &["a"]);
    let second = cache.run("regex", &["[a-z]+ing"]);
    assert!(second.restored() > 0 && second.stored() > first.stored());
    let third = cache.run("regex", &["a"]);
    assert!(third.restored() > 0);
    assert_eq!(third.facts(), without("regex", &["a"]).facts());
}

/// The trace that `record` writes of a guest program.
fn recorded(mut command: Command, name: &str, at: &Path) -> Vec<u8> {
    command.args([
        "record",
        "--chunk=insns=50000",
        "--force",
        "--max-insns=3000000",
    ]);
    command.args([
        OsStr::new("--stdin"),
        "guest-programs/inputs/text.txt".as_ref(),
    ]);
    command.arg("-o").arg(at).arg(program(name));
    command.args(arguments(name));
    assert!(command.output().unwrap().status.code().is_some());
    fs::read(at).unwrap()
}

#[test]
fn a_trace_is_the_same_and_verifies() {
    for name in ["fib", "selfmod", "regex", "unaligned"] {
        let cache = Cache::new();
        let at = cache.dir.path().join("trace.rvt");
        let plain = recorded(rvjet(), name, &at);
        for _ in 0..3 {
            assert!(recorded(cache.command(), name, &at) == plain, "{name}");
        }
        // To verify is to execute the same code.
        let file = fs::metadata(cache.file()).unwrap().len();
        for threads in ["1", "2", "3"] {
            let mut verify = cache.command();
            verify
                .args(["trace", "verify", "--threads", threads])
                .arg(&at);
            verify.assert().code(0).stderr("");
        }
        assert!(fs::metadata(cache.file()).unwrap().len() >= file, "{name}");
        assert!(recorded(cache.command(), name, &at) == plain, "{name}");
        // What is not recorded has other code.
        cache.run(name, arguments(name));
        assert_eq!(cache.files().len(), 2, "{name}");
    }
}

#[test]
fn a_file_that_was_changed_is_not_used_and_is_replaced() {
    let cache = Cache::new();
    let plain = without("fib", &[]);
    cache.run("fib", &[]);
    cache.run("fib", &[]);
    let good = fs::read(cache.file()).unwrap();
    let check = |bytes: &[u8], what: &dyn std::fmt::Debug| {
        fs::write(cache.file(), bytes).unwrap();
        let run = cache.run("fib", &[]);
        assert_eq!(run.facts(), plain.facts(), "{what:?}");
        assert_eq!(run.restored(), 0, "{what:?}");
        assert!(run.trouble().is_some() && run.stored() > 0, "{what:?}");
        let after = cache.run("fib", &[]);
        assert!(
            after.restored() > 0 && after.trouble().is_none(),
            "{what:?}"
        );
    };
    let step = good.len() / 23;
    for at in (0..good.len()).step_by(step).chain([good.len() - 1]) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        check(&bytes, &at);
        check(&good[..at], &("cut", at));
    }
    check(&[&good[..], &[0]].concat(), &"longer");
    // That of another program, by its name.
    let other = Cache::new();
    fs::create_dir(other.state()).unwrap();
    let key = |cache: &Cache| cache.state().join("rvjet");
    fs::rename(key(&cache), key(&other)).unwrap();
    other.run("qsort", &[]);
    let foreign = fs::read(other.file()).unwrap();
    fs::rename(key(&other), key(&cache)).unwrap();
    check(&foreign, &"another program's");
    // Made with another key.
    let stranger = Cache::new();
    stranger.run("fib", &[]);
    assert_eq!(stranger.file().file_name(), cache.file().file_name());
    check(&fs::read(stranger.file()).unwrap(), &"another user's");
}

#[test]
fn the_file_may_be_anything_else() {
    let cache = Cache::new();
    let plain = without("fib", &[]);
    cache.run("fib", &[]);
    let file = cache.file();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let run = cache.run("fib", &[]);
    assert_eq!(run.facts(), plain.facts());
    assert!(run.trouble().is_some());
    assert_eq!(cache.file(), file);
    fs::remove_dir(&file).unwrap();
    // A link is replaced, what it leads to is left.
    let precious = cache.dir.path().join("precious");
    fs::write(&precious, "kept").unwrap();
    std::os::unix::fs::symlink(&precious, &file).unwrap();
    assert_eq!(cache.run("fib", &[]).facts(), plain.facts());
    assert!(fs::symlink_metadata(&file).unwrap().is_file());
    assert_eq!(fs::read_to_string(precious).unwrap(), "kept");
}

#[test]
fn where_there_can_be_no_cache_the_run_is_the_same() {
    let plain = without("fib", &[]);
    let useless = |cache: &Cache, prepare: &dyn Fn(&mut Command)| {
        let mut command = cache.command();
        prepare(&mut command);
        let run = finish(command, "fib", &[]);
        assert_eq!(run.facts(), plain.facts());
        assert_eq!((run.restored(), run.stored()), (0, 0));
        run.trouble().unwrap().to_owned()
    };
    let cache = Cache::new();
    // No place for the key.
    let nowhere = |command: &mut Command| {
        command.env("XDG_STATE_HOME", "relative").env_remove("HOME");
    };
    assert!(useless(&cache, &nowhere).starts_with("no place for the key"));
    assert!(!cache.path().exists());
    // A key that others can replace.
    cache.run("fib", &[]);
    let open = fs::Permissions::from_mode(0o777);
    fs::set_permissions(cache.state().join("rvjet"), open).unwrap();
    assert!(useless(&cache, &|_| {}).contains("only this user"));
    // No place for the code.
    let cache = Cache::new();
    fs::write(cache.path(), "").unwrap();
    useless(&cache, &|_| {});
    // Nothing to keep.
    let cache = Cache::new();
    let mut command = cache.command();
    command.env("RVJET_ENGINE", "interp");
    let run = finish(command, "fib", &[]);
    assert_eq!(run.facts(), plain.facts());
    assert_eq!(run.stats["code_cache"], Value::Null);
    assert!(!cache.path().exists() && !cache.state().exists());
}

#[test]
fn many_may_write_at_once() {
    let cache = Cache::new();
    let plain = without("queens", &[]);
    for _ in 0..2 {
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| cache.run("queens", &[])))
                .collect();
            for run in runs {
                let run = run.join().unwrap();
                assert_eq!(run.facts(), plain.facts());
                assert_eq!(run.trouble(), None);
            }
        });
        cache.file();
    }
    assert!(cache.run("queens", &[]).restored() > 0);
}
