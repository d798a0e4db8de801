//! The programs against Linux's C libraries, as `programs.json` lists them, and
//! their build.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// Stands for the directory that a program may write to.
const DIRECTORY: &str = "{dir}";

/// What a program is written in, or for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Kernels,
    C,
    Cxx,
    Rust,
}

/// An entry of the manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct Program {
    pub name: String,
    pub kind: Kind,
    #[serde(default)]
    args: Vec<String>,
    /// Arguments of a run that is long enough to be measured, if there are such.
    bench_args: Option<Vec<String>>,
    /// `NAME=VALUE`
    #[serde(default)]
    pub env: Vec<String>,
    #[serde(default)]
    pub stdin: String,
    /// As a shell gives it.
    #[serde(default)]
    pub exit_code: i32,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guest-programs/linux")
}

/// All programs, in the order of the manifest.
pub fn programs() -> Vec<Program> {
    let manifest = std::fs::read(root().join("programs.json")).unwrap();
    serde_json::from_slice(&manifest).unwrap()
}

impl Kind {
    /// As the build names it, and the folder of the sources.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kernels => "kernels",
            Kind::C => "c",
            Kind::Cxx => "cxx",
            Kind::Rust => "rust",
        }
    }

    /// The folder of the sources.
    pub fn sources(self) -> PathBuf {
        root().join(self.name())
    }

    /// Builds what has changed into the folder `to`; says so where tools are missing.
    pub fn build(self, to: &Path) -> bool {
        let missing = script(&["--missing".as_ref(), self.name().as_ref()]);
        if !missing.is_empty() {
            let missing = missing.trim().replace('\n', ", ");
            println!("skipped: {} needs {missing}", self.name());
            return false;
        }
        script(&[to, self.name().as_ref()]);
        true
    }
}

/// Builds what has changed of the kernels for the host, into the folder `to`.
pub fn build_natively(to: &Path) {
    script(&["--native".as_ref(), to]);
}

/// Runs the build script; returns what it prints.
fn script(args: &[&Path]) -> String {
    let output = Command::new(root().join("build.sh"))
        .args(args)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

impl Program {
    /// The ELF in the folder that it was built into.
    pub fn elf(&self, built: &Path) -> PathBuf {
        built.join(&self.name).with_extension("elf")
    }

    /// Its arguments behind argv\[0\], where it may write to `directory`.
    pub fn args_in(&self, directory: &Path) -> Vec<String> {
        placed(&self.args, directory)
    }

    /// The arguments of the long run, if there is one.
    pub fn bench_args_in(&self, directory: &Path) -> Option<Vec<String>> {
        let args = self.bench_args.as_ref()?;
        Some(placed(args, directory))
    }
}

fn placed(args: &[String], directory: &Path) -> Vec<String> {
    let directory = directory.to_str().unwrap();
    let args = args.iter();
    args.map(|arg| arg.replace(DIRECTORY, directory)).collect()
}
