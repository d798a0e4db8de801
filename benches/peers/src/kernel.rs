//! The kernels, and how they are built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::check::Stats;
use crate::run::Run;
use crate::subject::{Expected, Size, Subject};
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

/// A kernel that is only started.
pub const BSS: Kernel = Kernel {
    name: "bss",
    stresses: "memory that is never touched",
};

impl Kernel {
    /// Builds a kernel for both machines, and runs it natively and once by rvjet.
    ///
    /// # Errors
    ///
    /// Fails if it does not build, run, or end as its own output says it does.
    pub fn subject(&self, size: Size, tools: &Tools) -> Result<Subject> {
        let dir = size.dir()?;
        let mut subject = Subject {
            name: self.name.to_owned(),
            about: self.stresses.to_owned(),
            elf: dir.join(self.name).with_extension("elf"),
            input: Vec::new(),
            expected: Expected::default(),
            dir,
        };
        self.compile(GCC, &NATIVE_FLAGS, size, &subject.native())?;
        let script = format!("-Wl,-T,{}", sources().join("kernel.ld").display());
        let flags = [&RISCV_FLAGS[..], &[&script]].concat();
        self.compile(CROSS_GCC, &flags, size, &subject.elf)?;
        subject.expected = checksum(&subject)?;
        subject.expected.instructions = instructions(&subject, tools)?;
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

/// What native code comes to, and so has every other run.
fn checksum(subject: &Subject) -> Result<Expected> {
    let run = Run::of(Command::new(subject.native()), true, 0)?;
    let text = str::from_utf8(&run.output)?.trim_end();
    let sum = u64::from_str_radix(text, 16).with_context(|| format!("{}: {text:?}", run.name()))?;
    let exit_code = i32::from(sum.to_le_bytes()[0]);
    run.ends_with(exit_code)?;
    Ok(Expected {
        exit_code,
        output: Some(run.output),
        ..Expected::default()
    })
}

/// What rvjet counts of RISC-V instructions.
fn instructions(subject: &Subject, tools: &Tools) -> Result<u64> {
    let mut command = Command::new(&tools.rvjet);
    command.args(["run", "--stats=json"]).arg(&subject.elf);
    let run = Run::of(command, true, 0)?;
    run.ends_with(subject.expected.exit_code)?;
    let stats: Stats = serde_json::from_slice(&run.error)?;
    Ok(stats.instructions)
}

/// Where the kernels' sources are.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels")
}
