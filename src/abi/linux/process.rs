//! The one process: its identity, its limits and its end.

use super::Linux;
use super::call::call_name;
use super::errno::{Errno, Failure, Outcome};
use super::files::MAX_FILES;
use super::layout::{self, SECOND};
use super::user;
use crate::isa::Reg;
use crate::machine::{Exit, Hart, Memory};

/// User and group, real and effective.
pub(super) const ID: u64 = 1000;
/// The process, and its one thread.
pub(super) const PID: u64 = 1000;
/// Who started it.
pub(super) const PARENT: u64 = 1;
/// The revision of the kernel interface.
const RELEASE: &str = "6.1.0-rvjet";

const RESOURCES: usize = 16;
const RLIMIT_STACK: usize = 3;
const RLIMIT_CORE: usize = 4;
const RLIMIT_NPROC: usize = 6;
const RLIMIT_NOFILE: usize = 7;
const UNLIMITED: u64 = u64::MAX;

/// A resource's limit: what holds, and how far the guest may raise it. Kept
/// for the guest to read; the emulator has limits of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    soft: u64,
    hard: u64,
}

/// All limits, by resource.
#[derive(Clone, Debug)]
pub(super) struct Limits([Limit; RESOURCES]);

impl Limits {
    /// What a process with a stack of so many bytes starts with.
    pub(super) fn new(stack: u64) -> Limits {
        let limit = |soft, hard| Limit { soft, hard };
        let mut limits = [limit(UNLIMITED, UNLIMITED); RESOURCES];
        limits[RLIMIT_STACK] = limit(stack, UNLIMITED);
        limits[RLIMIT_CORE] = limit(0, UNLIMITED);
        limits[RLIMIT_NPROC] = limit(1, 1);
        limits[RLIMIT_NOFILE] = limit(MAX_FILES as u64, MAX_FILES as u64);
        Limits(limits)
    }

    fn at(&mut self, resource: u64) -> Result<&mut Limit, Errno> {
        let index = resource as u32 as usize;
        self.0.get_mut(index).ok_or(Errno::INVAL)
    }
}

impl Limit {
    fn replace(&mut self, [soft, hard]: [u64; 2]) -> Result<(), Errno> {
        if soft > hard {
            return Err(Errno::INVAL);
        }
        if hard > self.hard {
            return Err(Errno::PERM);
        }
        *self = Limit { soft, hard };
        Ok(())
    }
}

/// Whether `pid` names the process; zero means the caller.
pub(super) fn is_self(pid: u64) -> Result<(), Errno> {
    match pid as u32 as u64 {
        0 | PID => Ok(()),
        _ => Err(Errno::SRCH),
    }
}

impl Linux {
    /// `exit` and `exit_group`: there is one thread.
    pub(super) fn exit(&mut self, _: &mut Hart, [code, ..]: [u64; 6]) -> Outcome {
        let code = code as i32;
        Err(Failure::Exit(Exit::Exited { code }))
    }

    /// `clone`, `execve` and their like: there is one process, and it has one thread.
    pub(super) fn refuse_company(&mut self, hart: &mut Hart, _: [u64; 6]) -> Outcome {
        let number = hart.state.reg(Reg::A7);
        let name = call_name(number);
        self.reporter.tell_unknown(number, name, hart.state.pc);
        Err(Errno::NOSYS.into())
    }

    /// `uname`.
    pub(super) fn uname(&mut self, hart: &mut Hart, [to, ..]: [u64; 6]) -> Outcome {
        let fields = ["Linux", "rvjet", RELEASE, "#1", "riscv64", "(none)"];
        user::put(&mut hart.memory, to, &layout::utsname(fields))?;
        Ok(0)
    }

    /// `sysinfo`: the machine has as much memory as the guest may touch.
    pub(super) fn sysinfo(&mut self, hart: &mut Hart, [to, ..]: [u64; 6]) -> Outcome {
        let uptime = self.elapsed(hart) / SECOND;
        let total = hart.memory.limit();
        let free = total.saturating_sub(hart.memory.peak());
        user::put(&mut hart.memory, to, &layout::sysinfo(uptime, total, free))?;
        Ok(0)
    }

    /// `prlimit64`.
    pub(super) fn prlimit64(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [pid, resource, new, old, ..] = args;
        let memory = &mut hart.memory;
        let new = user::get_words_unless_null(memory, new)?;
        is_self(pid)?;
        let limit = self.limits.at(resource)?;
        let before = *limit;
        if let Some(new) = new {
            limit.replace(new)?;
        }
        put_limit(memory, old, before)
    }

    /// `getrlimit`.
    pub(super) fn getrlimit(&mut self, hart: &mut Hart, [resource, to, ..]: [u64; 6]) -> Outcome {
        let limit = *self.limits.at(resource)?;
        match to {
            0 => Err(Errno::FAULT.into()),
            to => put_limit(&mut hart.memory, to, limit),
        }
    }

    /// `setrlimit`.
    pub(super) fn setrlimit(&mut self, hart: &mut Hart, [resource, from, ..]: [u64; 6]) -> Outcome {
        let new = user::get_words(&mut hart.memory, from)?;
        self.limits.at(resource)?.replace(new)?;
        Ok(0)
    }

    /// `getcpu`.
    pub(super) fn getcpu(&mut self, hart: &mut Hart, [cpu, node, ..]: [u64; 6]) -> Outcome {
        user::put_unless_null(&mut hart.memory, cpu, &[0; 4])?;
        user::put_unless_null(&mut hart.memory, node, &[0; 4])?;
        Ok(0)
    }

    /// `membarrier`: with one thread nothing is needed, so nothing is offered.
    pub(super) fn membarrier(&mut self, _: &mut Hart, [command, ..]: [u64; 6]) -> Outcome {
        match command as u32 {
            0 => Ok(0),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `set_robust_list`: no thread outlives another that could look at it.
    pub(super) fn set_robust_list(&mut self, _: &mut Hart, [_, len, ..]: [u64; 6]) -> Outcome {
        match len {
            24 => Ok(0),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `riscv_flush_icache`, of everything.
    pub(super) fn flush_icache(&mut self, hart: &mut Hart, [_, _, flags, ..]: [u64; 6]) -> Outcome {
        if flags & !1 != 0 {
            return Err(Errno::INVAL.into());
        }
        hart.memory.synchronize_code();
        Ok(0)
    }
}

fn put_limit(memory: &mut Memory, to: u64, limit: Limit) -> Outcome {
    let bytes: [u8; 16] = layout::doubles([limit.soft, limit.hard]);
    user::put_unless_null(memory, to, &bytes)?;
    Ok(0)
}
