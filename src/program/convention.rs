//! What programs for an environment agree upon.

use super::{LoadError, Program, sp1};
use crate::isa::Isa;
use crate::machine::{MapError, Memory, Rules};

/// How a program is laid out in memory, and what its instructions may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Convention {
    /// That of a process: segments with access of their own, code in memory.
    #[default]
    Process,
    /// That of SP1: all of memory can be read and written, code is apart from it, and
    /// misaligned accesses trap.
    Sp1,
}

impl Convention {
    /// That of the personality of this name. One that is not known has that of a process.
    pub fn of(abi: &str) -> Convention {
        match abi {
            "sp1" => Convention::Sp1,
            _ => Convention::Process,
        }
    }

    /// Bytes of address space that a program gets unless told otherwise.
    pub const fn address_space(self) -> u64 {
        match self {
            Convention::Process => 1 << 32,
            Convention::Sp1 => 1 << 40,
        }
    }

    /// Bytes of memory that a program may touch unless told otherwise, in so large an
    /// address space.
    pub(crate) const fn memory_limit(self, address_space: u64) -> u64 {
        match self {
            Convention::Process => address_space,
            // Far less than there are addresses, which no host has memory for.
            Convention::Sp1 => 1 << 32,
        }
    }

    /// What is made of instructions.
    pub const fn rules(self) -> Rules {
        match self {
            Convention::Process => Rules {
                isa: Isa::ALL,
                fences: true,
                misaligned: true,
            },
            Convention::Sp1 => Rules {
                isa: Isa::RV64IM,
                fences: false,
                misaligned: false,
            },
        }
    }

    /// Whether a program can make detours, which leave no trace.
    pub const fn detours(self) -> bool {
        matches!(self, Convention::Sp1)
    }

    /// Memory for a run that is `recorded` or not.
    pub(crate) fn memory(
        self,
        window: u64,
        limit: u64,
        recorded: bool,
    ) -> Result<Memory, MapError> {
        match (self, recorded) {
            (Convention::Process, false) => Memory::new(window, limit),
            (Convention::Process, true) => Memory::recording(window, limit),
            (Convention::Sp1, recorded) => Memory::with_detours(window, limit, recorded),
        }
    }

    /// What is made of instructions where only those of `isa` are wanted.
    pub const fn rules_within(self, isa: Isa) -> Rules {
        let rules = self.rules();
        Rules {
            isa: rules.isa.intersection(isa),
            ..rules
        }
    }

    /// Checks `elf` and lays it into `memory`, which is empty. Of the instructions it has
    /// those of `isa` alone.
    pub fn load(self, elf: &[u8], isa: Isa, memory: &mut Memory) -> Result<Program, LoadError> {
        memory.set_rules(self.rules_within(isa));
        match self {
            Convention::Process => Program::load(elf, memory),
            Convention::Sp1 => sp1::load(elf, memory),
        }
    }
}
