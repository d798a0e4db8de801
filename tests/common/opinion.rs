//! Runs programs: under qemu, under each engine, and compares.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

pub const QEMU: &str = "qemu-riscv64";
pub const ENGINES: [&str; 2] = ["interp", "jit"];
/// Where an ELF that made a difference is left.
pub const KEEP: &str = env!("CARGO_TARGET_TMPDIR");

/// Whether a program can be started; says so if not.
pub fn has(tool: &str) -> bool {
    let mut command = Command::new(tool);
    // csmith leaves a file in its working directory, whatever it is asked.
    command.current_dir(KEEP).arg("--version");
    let found = command.output().is_ok();
    if !found {
        println!("skipped: {tool} is not installed");
    }
    found
}

/// Whether qemu is installed; says so once if not.
pub fn is_installed() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| has(QEMU))
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub stdout: Vec<u8>,
    /// As a shell gives it: 128 and the signal, if a signal ended the process.
    pub code: i32,
    /// For a failure's message.
    pub stderr: String,
}

impl Run {
    /// Where it differs first from what qemu does, if it does.
    pub fn difference(&self, qemu: &Run) -> Option<String> {
        if self.code != qemu.code {
            let (a, b) = (&self.stderr, &qemu.stderr);
            return Some(format!(
                "exit code {} ({a}), qemu has {} ({b})",
                self.code, qemu.code
            ));
        }
        if self.stdout == qemu.stdout {
            return None;
        }
        let texts = (str::from_utf8(&self.stdout), str::from_utf8(&qemu.stdout));
        Some(match texts {
            (Ok(ours), Ok(theirs)) => different_lines(ours, theirs),
            _ => different_bytes(&self.stdout, &qemu.stdout),
        })
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
        self.by_rvjet(["run", "--engine", engine].map(OsStr::new))
    }

    /// By the engine that users get, which leaves a trace there.
    pub fn recorded(&self, trace: &Path) -> Run {
        self.by_rvjet(["record".as_ref(), "-o".as_ref(), trace.as_os_str()])
    }

    fn by_rvjet(&self, how: [&OsStr; 3]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rvjet"));
        command.env_clear().args(how).arg("--timeout=60s");
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
            if let Some(difference) = ours.difference(&theirs) {
                let kept = self.keep(name);
                panic!("{name}, {engine}: {difference}; see {}", kept.display());
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

fn different_lines(ours: &str, theirs: &str) -> String {
    let mut pairs = ours.lines().zip(theirs.lines()).zip(1..);
    match pairs.find(|((ours, theirs), _)| ours != theirs) {
        Some(((ours, theirs), line)) => format!("line {line}: {ours:?}, qemu has {theirs:?}"),
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
