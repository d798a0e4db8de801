//! What there is to run, by name.

use anyhow::{Result, ensure};

use crate::guest::Guest;
use crate::kernel::{BSS, KERNELS, Kernel};
use crate::question::Question;
use crate::subject::{Size, Subject};
use crate::tools::Tools;

/// What is started: little code, more code, and much memory.
const STARTS: [&str; 3] = ["fib", "sp1-ec", BSS.name];

/// A kernel or a guest.
pub enum Program {
    /// What is built here.
    Kernel(&'static Kernel),
    /// What is built already.
    Guest(Guest),
}

impl Program {
    /// Those of these names; all if there are none.
    ///
    /// # Errors
    ///
    /// Fails if there is none of one of the names.
    pub fn chosen(names: &[String]) -> Result<Vec<Self>> {
        let kernels = KERNELS.iter().chain([&BSS]).map(Program::Kernel);
        let guests = Guest::all()?.into_iter().map(Program::Guest);
        let mut programs: Vec<_> = kernels.chain(guests).collect();
        for name in names {
            let known = programs.iter().any(|program| program.name() == name);
            ensure!(known, "there is no kernel or guest {name}");
        }
        programs
            .retain(|program| names.is_empty() || names.iter().any(|name| name == program.name()));
        Ok(programs)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Program::Kernel(kernel) => kernel.name,
            Program::Guest(guest) => &guest.name,
        }
    }

    /// Whether a question is about it.
    pub fn answers(&self, question: Question) -> bool {
        match (question, self) {
            (Question::Kernels, Program::Kernel(kernel)) => kernel.name != BSS.name,
            (Question::Guests, Program::Guest(_)) => true,
            (Question::Starts, _) => STARTS.contains(&self.name()),
            _ => false,
        }
    }

    /// The program, ready to be run.
    ///
    /// # Errors
    ///
    /// Fails if it does not build or run.
    pub fn subject(&self, size: Size, tools: &Tools) -> Result<Subject> {
        match self {
            Program::Kernel(kernel) => kernel.subject(size, tools),
            Program::Guest(guest) => guest.subject(size),
        }
    }
}
