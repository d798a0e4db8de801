//! Runs programs: under qemu, under each engine, and compares.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

const QEMU: &str = "qemu-riscv64";
pub const ENGINES: [&str; 2] = ["interp", "jit"];
/// Where an ELF that made a difference is left.
const KEEP: &str = env!("CARGO_TARGET_TMPDIR");

/// Whether qemu is installed; says so once if not.
pub fn is_installed() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let found = Command::new(QEMU).arg("--version").output().is_ok();
        if !found {
            println!("skipped: {QEMU} is not installed");
        }
        found
    })
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub stdout: Vec<u8>,
    /// As a shell gives it: 128 and the signal, if a signal ended the process.
    pub code: i32,
    /// For a failure's message.
    stderr: String,
}

impl Run {
    fn is_like(&self, other: &Run) -> bool {
        self.code == other.code && self.stdout == other.stdout
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let signal = output.status.signal().map(|signal| 128 + signal);
        Run {
            stdout: output.stdout,
            code: output.status.code().or(signal).unwrap(),
            stderr: String::from_utf8_lossy(&output.stderr).into(),
        }
    }
}

/// How a program is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub elf: PathBuf,
    pub dir: PathBuf,
    pub args: Vec<String>,
    /// `NAME=VALUE`
    pub env: Vec<String>,
    /// A file; without one, a pipe that has ended.
    pub stdin: Option<PathBuf>,
    /// Options for rvjet, to give the program what qemu gives it unasked.
    pub grants: Vec<String>,
}

impl Start {
    pub fn under_qemu(&self) -> Run {
        let mut command = Command::new(QEMU);
        command.env_clear();
        command.envs(
            self.env
                .iter()
                .filter_map(|variable| variable.split_once('=')),
        );
        self.output(command)
    }

    pub fn under_rvjet(&self, engine: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
        command
            .env_clear()
            .args(["run", "--engine", engine, "--timeout=60s"]);
        command.args(&self.grants);
        for variable in &self.env {
            command.arg("--env").arg(variable);
        }
        self.output(command)
    }

    fn output(&self, mut command: Command) -> Run {
        let stdin = match &self.stdin {
            Some(path) => Stdio::from(File::open(path).unwrap()),
            None => Stdio::piped(),
        };
        command
            .arg(&self.elf)
            .args(&self.args)
            .current_dir(&self.dir);
        command.stdin(stdin).output().unwrap().into()
    }

    /// Runs under qemu and both engines; all must do the same. Returns what they did.
    pub fn agreed(&self, name: &str) -> Run {
        let theirs = self.under_qemu();
        for engine in ENGINES {
            let ours = self.under_rvjet(engine);
            if !ours.is_like(&theirs) {
                let kept = self.keep(name);
                panic!(
                    "{name}, {engine}: {}; see {}",
                    difference(&ours, &theirs),
                    kept.display()
                );
            }
        }
        theirs
    }

    fn keep(&self, name: &str) -> PathBuf {
        let kept = Path::new(KEEP).join(format!("qemu-{name}.elf"));
        std::fs::copy(self.dir.join(&self.elf), &kept).unwrap();
        kept
    }
}

/// Runs an ELF file of these bytes under qemu and both engines.
pub fn agreed(name: &str, elf: &[u8]) -> Run {
    let dir = TempDir::new().unwrap();
    guest(&dir, elf).agreed(name)
}

/// An ELF file of these bytes, in `dir`.
pub fn guest(dir: &TempDir, elf: &[u8]) -> Start {
    let path = dir.path().join("guest.elf");
    std::fs::write(&path, elf).unwrap();
    // qemu refuses what is not executable.
    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    Start {
        elf: "guest.elf".into(),
        dir: dir.path().into(),
        ..Start::default()
    }
}

/// Where two runs differ first.
fn difference(ours: &Run, theirs: &Run) -> String {
    if ours.code != theirs.code {
        let (a, b) = (&ours.stderr, &theirs.stderr);
        return format!(
            "exit code {} ({a}), qemu has {} ({b})",
            ours.code, theirs.code
        );
    }
    match (str::from_utf8(&ours.stdout), str::from_utf8(&theirs.stdout)) {
        (Ok(ours), Ok(theirs)) => different_lines(ours, theirs),
        _ => different_bytes(&ours.stdout, &theirs.stdout),
    }
}

fn different_lines(ours: &str, theirs: &str) -> String {
    let mut pairs = ours.lines().zip(theirs.lines());
    match pairs.find(|(ours, theirs)| ours != theirs) {
        Some((ours, theirs)) => format!("{ours:?}, qemu has {theirs:?}"),
        None => "one output is shorter".to_owned(),
    }
}

fn different_bytes(ours: &[u8], theirs: &[u8]) -> String {
    let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    format!(
        "{} bytes, qemu has {}; from byte {same} ({} from the end): {:x?}, qemu has {:x?}",
        ours.len(),
        theirs.len(),
        theirs.len() - same,
        &ours[same..ours.len().min(same + 16)],
        &theirs[same..theirs.len().min(same + 16)],
    )
}
