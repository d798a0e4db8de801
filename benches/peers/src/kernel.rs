//! The kernels, and how they are built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::tools::{CROSS_GCC, GCC, Packaged, Tools};

/// What both compilers are told.
const FLAGS: [&str; 9] = [
    "-O3",
    // RV64IM has no vectors.
    "-fno-tree-vectorize",
    "-std=c11",
    "-Wall",
    "-Wextra",
    // Neither gets a C library: both have the same `memcpy`.
    "-ffreestanding",
    "-nostdlib",
    "-static",
    "-fno-stack-protector",
];
const NATIVE_FLAGS: [&str; 2] = ["-fno-pie", "-no-pie"];
const RISCV_FLAGS: [&str; 5] = [
    "-march=rv64im",
    "-mabi=lp64",
    // SP1 has no others, and its JIT does not look.
    "-mstrict-align",
    "-fno-pie",
    "-Wl,--build-id=none",
];

/// How much a kernel is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Some million instructions.
    Short,
    /// Some hundred million.
    Long,
}

/// A C program of one file.
pub struct Kernel {
    /// The file's name without its extension.
    pub name: &'static str,
    /// What it is there for.
    pub stresses: &'static str,
}

/// All kernels.
pub const KERNELS: [Kernel; 8] = [
    Kernel {
        name: "fib",
        stresses: "calls and returns",
    },
    Kernel {
        name: "sieve",
        stresses: "strided stores",
    },
    Kernel {
        name: "matmul",
        stresses: "counted loops, two streams of loads",
    },
    Kernel {
        name: "copy",
        stresses: "copies and fills",
    },
    Kernel {
        name: "sha256",
        stresses: "32-bit arithmetic",
    },
    Kernel {
        name: "qsort",
        stresses: "unpredictable branches",
    },
    Kernel {
        name: "bytecode",
        stresses: "indirect jumps",
    },
    Kernel {
        name: "chase",
        stresses: "dependent loads out of cache",
    },
];

/// A kernel, built, and what is known of its runs.
pub struct Subject {
    /// For this host.
    pub native: PathBuf,
    /// The ELF that all emulators run.
    pub elf: PathBuf,
    /// A recording of it.
    pub trace: PathBuf,
    /// What it prints, as native code.
    pub output: Vec<u8>,
    /// Its exit code.
    pub exit_code: i32,
    /// What it takes of RISC-V instructions.
    pub instructions: u64,
}

impl Kernel {
    /// Builds a kernel for both machines, runs it natively and records it.
    ///
    /// # Errors
    ///
    /// Fails if it does not build, run, or end as its own output says it does.
    pub fn build(&self, size: Size, tools: &Tools) -> Result<Subject> {
        let dir = built_in(size);
        std::fs::create_dir_all(&dir)?;
        let path = |extension| dir.join(self.name).with_extension(extension);
        let mut subject = Subject {
            native: path("native"),
            elf: path("elf"),
            trace: path("rvt"),
            output: Vec::new(),
            exit_code: 0,
            instructions: 0,
        };
        self.compile(GCC, &NATIVE_FLAGS, size, &subject.native)?;
        let script = format!("-Wl,-T,{}", sources().join("kernel.ld").display());
        let flags = [&RISCV_FLAGS[..], &[&script]].concat();
        self.compile(CROSS_GCC, &flags, size, &subject.elf)?;
        subject.run_natively()?;
        subject.instructions = subject.record(tools)?;
        Ok(subject)
    }

    fn compile(&self, compiler: Packaged, flags: &[&str], size: Size, to: &Path) -> Result<()> {
        let mut command = Command::new(compiler.0);
        command.args(FLAGS).args(flags).arg("-o").arg(to);
        if size == Size::Short {
            command.arg("-DSHORT");
        }
        command.arg(sources().join(self.name).with_extension("c"));
        let status = command.status().context(compiler.0)?;
        ensure!(
            status.success(),
            "{} does not build: {command:?}",
            self.name
        );
        Ok(())
    }
}

impl Subject {
    /// The checksum that every other run has to come to.
    fn run_natively(&mut self) -> Result<()> {
        let output = Command::new(&self.native).output()?;
        let text = String::from_utf8(output.stdout)?;
        let sum = u64::from_str_radix(text.trim_end(), 16)
            .with_context(|| format!("{} prints {text:?}", self.native.display()))?;
        self.exit_code = i32::from(sum.to_le_bytes()[0]);
        ensure!(
            output.status.code() == Some(self.exit_code),
            "{}",
            output.status
        );
        self.output = text.into_bytes();
        Ok(())
    }

    /// Makes the trace that is expanded; returns the number of its instructions.
    fn record(&self, tools: &Tools) -> Result<u64> {
        #[derive(Deserialize)]
        struct Stats {
            instructions: u64,
        }
        let mut command = Command::new(&tools.rvjet);
        command.env_clear().args(["record", "--codec", "none"]);
        command
            .args(["--force", "--stats=json", "-o"])
            .arg(&self.trace)
            .arg(&self.elf);
        let output = command.output().context("rvjet")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.code() == Some(self.exit_code),
            "{command:?}: {complaint}"
        );
        let stats: Stats = serde_json::from_slice(&output.stderr)?;
        Ok(stats.instructions)
    }

    /// Removes the trace, which may be large.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be removed.
    pub fn forget_trace(&self) -> Result<()> {
        Ok(std::fs::remove_file(&self.trace)?)
    }
}

/// Where the kernels' sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels")
}

/// Where built kernels go.
fn built_in(size: Size) -> PathBuf {
    let size = match size {
        Size::Short => "short",
        Size::Long => "long",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/kernels")
        .join(size)
}
