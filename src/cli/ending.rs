//! How a run ended, as the command tells it: exit status, one word, one line.

use rvjet::Outcome;
use rvjet::abi::sp1;
use rvjet::elf::Symbols;
use rvjet::isa::Reg;
use rvjet::machine::{Cause, Exit, Trap};
use serde::Serialize;

use super::status::Status;

/// One word for how a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Exited,
    IllegalInstruction,
    Breakpoint,
    MemoryAccess,
    InsnLimit,
    MemoryLimit,
    Timeout,
    BrokenPipe,
    Refused,
}

/// How a run ended, and where.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ending {
    pub kind: Kind,
    /// The exit status of the process.
    pub code: u8,
    pub pc: u64,
}

impl Ending {
    pub fn of(outcome: &Outcome) -> Ending {
        Ending::at(outcome.exit, outcome.state.pc)
    }

    /// Of a run that ended so, with this pc.
    pub fn at(exit: Exit, pc: u64) -> Ending {
        let kind = kind(exit);
        Ending {
            kind,
            code: code(exit, kind),
            pc: match exit {
                Exit::Trap(trap) => trap.pc,
                Exit::Refused(refusal) => refusal.pc,
                _ => pc,
            },
        }
    }
}

fn kind(exit: Exit) -> Kind {
    match exit {
        Exit::Exited { .. } => Kind::Exited,
        Exit::InsnLimit { .. } => Kind::InsnLimit,
        Exit::MemoryLimit { .. } => Kind::MemoryLimit,
        Exit::Timeout { .. } => Kind::Timeout,
        Exit::BrokenPipe => Kind::BrokenPipe,
        Exit::Refused(_) => Kind::Refused,
        Exit::Trap(Trap { cause, .. }) => match cause {
            Cause::IllegalInstruction { .. } => Kind::IllegalInstruction,
            Cause::Breakpoint => Kind::Breakpoint,
            Cause::FetchFault { .. }
            | Cause::FetchMisaligned { .. }
            | Cause::LoadFault { .. }
            | Cause::StoreFault { .. }
            | Cause::LoadMisaligned { .. }
            | Cause::StoreMisaligned { .. } => Kind::MemoryAccess,
        },
    }
}

/// The guest's exit code as far as a process can pass it on, or a [`Status`].
fn code(exit: Exit, kind: Kind) -> u8 {
    let status = match kind {
        Kind::Exited => match exit {
            Exit::Exited { code } => return code as u8,
            _ => Status::Success,
        },
        Kind::IllegalInstruction => Status::IllegalInstruction,
        Kind::Breakpoint => Status::Breakpoint,
        Kind::MemoryAccess => Status::MemoryAccess,
        Kind::InsnLimit => Status::InsnLimit,
        Kind::MemoryLimit => Status::MemoryLimit,
        Kind::Timeout => Status::Timeout,
        // Who stopped reading has seen what it wanted.
        Kind::BrokenPipe => Status::Success,
        Kind::Refused => Status::Refused,
    };
    status as u8
}

/// What to tell of a run that was stopped by a trap or a limit.
pub fn line(outcome: &Outcome, elf: &[u8], bias: u64) -> Option<String> {
    let what = match outcome.exit {
        Exit::Exited { .. } | Exit::BrokenPipe => return None,
        exit => text(exit, outcome.state.pc),
    };
    let symbols = Symbols::parse(elf, bias);
    let at = place(&symbols, Ending::of(outcome).pc);
    Some(what + &at + &origin(&symbols, outcome))
}

/// How a run ended whose pc was this in the end.
pub fn text(exit: Exit, pc: u64) -> String {
    match exit {
        Exit::Exited { code } => format!("exit code {code}"),
        Exit::BrokenPipe => format!("its reader was gone at pc {pc:#x}"),
        Exit::Trap(trap) => trap.to_string(),
        Exit::Refused(refusal) => match sp1::call_name(refusal.number) {
            Some(name) => format!("{name}: {refusal}"),
            None => refusal.to_string(),
        },
        Exit::InsnLimit { limit } => format!("instruction limit of {limit} reached at pc {pc:#x}"),
        Exit::MemoryLimit { limit } => {
            format!("memory limit of {limit} bytes reached at pc {pc:#x}")
        }
        Exit::Timeout { limit } => {
            let limit = humantime::format_duration(limit);
            format!("time limit of {limit} reached at pc {pc:#x}")
        }
    }
}

/// `, ra 0x… (symbol+offset)` of a jump to a wrong address, whose pc does not
/// tell who has jumped: most are calls, which leave the return address.
fn origin(symbols: &Symbols<'_>, outcome: &Outcome) -> String {
    match outcome.exit {
        Exit::Trap(Trap {
            cause: Cause::FetchFault { .. } | Cause::FetchMisaligned { .. },
            ..
        }) => {
            let ra = outcome.state.reg(Reg::RA);
            format!(", ra {ra:#x}{}", place(symbols, ra))
        }
        _ => String::new(),
    }
}

/// ` (symbol+offset, file:line)`, as much of it as is known.
pub fn place(symbols: &Symbols<'_>, pc: u64) -> String {
    let symbol = symbols
        .lookup(pc)
        .map(|symbol| format!("{}+{:#x}", symbol.name, symbol.offset));
    let line = symbols
        .line(pc)
        .map(|(file, line)| format!("{file}:{line}"));
    match (symbol, line) {
        (Some(symbol), Some(line)) => format!(" ({symbol}, {line})"),
        (Some(one), None) | (None, Some(one)) => format!(" ({one})"),
        (None, None) => String::new(),
    }
}
