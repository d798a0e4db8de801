//! A program that is run, and how a run of it has to end.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::input::Input;

/// How much a program is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Some million instructions.
    Short,
    /// Some hundred million.
    Long,
}

impl Size {
    /// Where what is made of programs of this size goes.
    ///
    /// # Errors
    ///
    /// Fails if the directory cannot be made.
    pub fn dir(self) -> Result<PathBuf> {
        let name = match self {
            Size::Short => "short",
            Size::Long => "long",
        };
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("target/kernels")
            .join(name);
        std::fs::create_dir_all(&dir)?;
        Ok(dir)
    }
}

/// A program, built.
pub struct Subject {
    /// What it is called.
    pub name: String,
    /// A word on it.
    pub about: String,
    /// The ELF that all emulators run.
    pub elf: PathBuf,
    /// What it reads.
    pub input: Vec<Input>,
    /// What comes of a run.
    pub expected: Expected,
    /// Where all that is made of it is.
    pub dir: PathBuf,
}

/// What every run has to come to.
#[derive(Default)]
pub struct Expected {
    /// The exit code.
    pub exit_code: i32,
    /// RISC-V instructions, without those of SP1's unconstrained blocks.
    pub instructions: u64,
    /// What it prints, where that is known.
    pub output: Option<Vec<u8>>,
    /// What it commits.
    pub public_values: Vec<u8>,
}

impl Subject {
    /// The program for this host, if there is one.
    pub fn native(&self) -> PathBuf {
        self.made("native")
    }

    /// A recording of it as a process of Linux.
    pub fn trace(&self) -> PathBuf {
        self.made("rvt")
    }

    /// A recording of it as a guest of SP1.
    pub fn sp1_trace(&self) -> PathBuf {
        self.made("sp1.rvt")
    }

    /// Where rvjet leaves what it commits.
    pub fn public_values(&self) -> PathBuf {
        self.made("public")
    }

    /// Removes the traces, which may be large.
    ///
    /// # Errors
    ///
    /// Fails if one of them cannot be removed.
    pub fn forget_traces(&self) -> Result<()> {
        for trace in [self.trace(), self.sp1_trace()] {
            if trace.exists() {
                std::fs::remove_file(trace)?;
            }
        }
        Ok(())
    }

    fn made(&self, extension: &str) -> PathBuf {
        self.dir.join(&self.name).with_extension(extension)
    }
}
