//! The programs that make and run kernels.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::sp1;

/// A C compiler for this host, and its Debian package.
pub const GCC: Packaged = Packaged("gcc", "gcc");
/// A C compiler for RISC-V.
pub const CROSS_GCC: Packaged = Packaged("riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu");
/// The emulator that every RISC-V Linux has been compared with.
pub const QEMU: Packaged = Packaged("qemu-riscv64", "qemu-user");

/// A program, and the Debian package that it is in.
#[derive(Clone, Copy)]
pub struct Packaged(pub &'static str, &'static str);

impl Packaged {
    /// The first line of what it says of its version.
    fn version(self) -> Result<String> {
        let Packaged(program, package) = self;
        version_of(program.as_ref())
            .with_context(|| format!("{program} is missing: install the Debian package {package}"))
    }
}

fn version_of(program: &Path) -> Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// What is not simply found by its name.
pub struct Tools {
    /// The `rvjet` that is measured.
    pub rvjet: PathBuf,
    /// This program, which runs itself as SP1's executor.
    pub this: PathBuf,
}

impl Tools {
    /// Builds `rvjet`, unless there is one given.
    ///
    /// # Errors
    ///
    /// Fails if something is not installed, or `rvjet` does not build.
    pub fn find(rvjet: Option<PathBuf>) -> Result<Self> {
        for packaged in [GCC, CROSS_GCC, QEMU] {
            packaged.version()?;
        }
        Ok(Self {
            rvjet: rvjet.map_or_else(build_rvjet, Ok)?,
            this: std::env::current_exe()?,
        })
    }

    /// What is measured, and on what: a list in Markdown.
    ///
    /// # Errors
    ///
    /// Fails if something is not installed.
    pub fn versions(&self, sp1: bool) -> Result<String> {
        let mut lines = vec![host()?];
        for packaged in [GCC, CROSS_GCC, QEMU] {
            lines.push(packaged.version()?);
        }
        lines.push(version_of(&self.rvjet)?);
        lines.push(match sp1 {
            true => format!("sp1-core-executor {}: {}", sp1::version(), sp1::executor()?),
            false => String::from("sp1-core-executor: left out"),
        });
        Ok(lines.iter().map(|line| format!("- {line}\n")).collect())
    }
}

/// The processor and how many of it there are.
fn host() -> Result<String> {
    let cpus = std::fs::read_to_string("/proc/cpuinfo")?;
    let models = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name"));
    let names: Vec<&str> = models
        .map(|model| model.trim_start_matches([' ', '\t', ':']))
        .collect();
    let name = names.first().copied().unwrap_or("unknown processor");
    Ok(format!("{name}, {} virtual cores", names.len()))
}

/// The path of a release build of this checkout.
fn build_rvjet() -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        executable: Option<PathBuf>,
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--release",
            "--bin",
            "rvjet",
            "--message-format=json-render-diagnostics",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo")?;
    ensure!(output.status.success(), "rvjet does not build");
    for line in output.stdout.split(|byte| *byte == b'\n') {
        if let Ok(Message {
            executable: Some(path),
        }) = serde_json::from_slice(line)
        {
            return Ok(path);
        }
    }
    bail!("cargo does not say where it put rvjet")
}
