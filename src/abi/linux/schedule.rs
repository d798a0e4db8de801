//! How the process is scheduled: alone, on one hart, as any other.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::layout;
use super::process::{PID, is_self};
use super::user;
use crate::machine::Hart;

const SCHED_OTHER: u32 = 0;
const SCHED_FIFO: u32 = 1;
const SCHED_RR: u32 = 2;
const SCHED_BATCH: u32 = 3;
const SCHED_IDLE: u32 = 5;
const SCHED_DEADLINE: u32 = 6;
/// Of a process that is neither nice nor the contrary.
const NICE_OFFSET: i32 = 20;
/// A slice of time, in nanoseconds.
const SLICE: u64 = 4_000_000;

impl Linux {
    /// `sched_getaffinity`: there is one hart.
    pub(super) fn sched_getaffinity(
        &mut self,
        hart: &mut Hart,
        [pid, len, to, ..]: [u64; 6],
    ) -> Outcome {
        if len as u32 == 0 || !(len as u32).is_multiple_of(8) {
            return Err(Errno::INVAL.into());
        }
        is_self(pid)?;
        user::put(&mut hart.memory, to, &1u64.to_le_bytes())?;
        Ok(8)
    }

    /// `sched_setaffinity`: to more harts, as long as the one is among them.
    pub(super) fn sched_setaffinity(
        &mut self,
        hart: &mut Hart,
        [pid, len, from, ..]: [u64; 6],
    ) -> Outcome {
        let first = match len as u32 {
            0 => 0,
            _ => user::get::<1>(&mut hart.memory, from)?[0],
        };
        is_self(pid)?;
        match first & 1 {
            1 => Ok(0),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `sched_getscheduler`.
    pub(super) fn sched_getscheduler(&mut self, _: &mut Hart, [pid, ..]: [u64; 6]) -> Outcome {
        is_scheduled(pid)?;
        Ok(SCHED_OTHER.into())
    }

    /// `sched_setscheduler`.
    pub(super) fn sched_setscheduler(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [pid, policy, from, ..] = args;
        if from == 0 {
            return Err(Errno::INVAL.into());
        }
        let priority = i32::from_le_bytes(user::get(&mut hart.memory, from)?);
        is_scheduled(pid)?;
        match policy as u32 {
            SCHED_OTHER | SCHED_BATCH | SCHED_IDLE if priority == 0 => Ok(0),
            SCHED_FIFO | SCHED_RR if (1..=99).contains(&priority) => Err(Errno::PERM.into()),
            _ => Err(Errno::INVAL.into()),
        }
    }

    /// `sched_getparam`.
    pub(super) fn sched_getparam(&mut self, hart: &mut Hart, [pid, to, ..]: [u64; 6]) -> Outcome {
        if to == 0 {
            return Err(Errno::INVAL.into());
        }
        is_scheduled(pid)?;
        user::put(&mut hart.memory, to, &[0; 4])?;
        Ok(0)
    }

    /// `sched_setparam`.
    pub(super) fn sched_setparam(&mut self, hart: &mut Hart, [pid, from, ..]: [u64; 6]) -> Outcome {
        self.sched_setscheduler(hart, [pid, SCHED_OTHER.into(), from, 0, 0, 0])
    }

    /// `sched_get_priority_max`.
    pub(super) fn sched_priority_max(&mut self, _: &mut Hart, [policy, ..]: [u64; 6]) -> Outcome {
        priority_range(policy).map(|range| range[1])
    }

    /// `sched_get_priority_min`.
    pub(super) fn sched_priority_min(&mut self, _: &mut Hart, [policy, ..]: [u64; 6]) -> Outcome {
        priority_range(policy).map(|range| range[0])
    }

    /// `sched_rr_get_interval`.
    pub(super) fn sched_interval(&mut self, hart: &mut Hart, [pid, to, ..]: [u64; 6]) -> Outcome {
        is_scheduled(pid)?;
        user::put(&mut hart.memory, to, &layout::timespec(SLICE))?;
        Ok(0)
    }

    /// `getpriority`.
    pub(super) fn getpriority(&mut self, _: &mut Hart, [which, who, ..]: [u64; 6]) -> Outcome {
        is_prioritized(which, who)?;
        Ok((NICE_OFFSET - self.nice) as u64)
    }

    /// `setpriority`: it may become nicer, not less so.
    pub(super) fn setpriority(&mut self, _: &mut Hart, args: [u64; 6]) -> Outcome {
        let [which, who, nice, ..] = args;
        is_prioritized(which, who)?;
        let nice = (nice as i32).clamp(-NICE_OFFSET, NICE_OFFSET - 1);
        if nice < self.nice {
            return Err(Errno::ACCES.into());
        }
        self.nice = nice;
        Ok(0)
    }
}

/// Whether `pid` is one that can be asked about, and is the process.
fn is_scheduled(pid: u64) -> Result<(), Failure> {
    if (pid as i32) < 0 {
        return Err(Errno::INVAL.into());
    }
    Ok(is_self(pid)?)
}

/// Whether the process is meant: itself, its group, or its user.
fn is_prioritized(which: u64, who: u64) -> Result<(), Failure> {
    match which as u32 {
        0..=2 if matches!(u64::from(who as u32), 0 | PID) => Ok(()),
        0..=2 => Err(Errno::SRCH.into()),
        _ => Err(Errno::INVAL.into()),
    }
}

/// The lowest and the highest priority of a policy.
fn priority_range(policy: u64) -> Result<[u64; 2], Failure> {
    match policy as u32 {
        SCHED_FIFO | SCHED_RR => Ok([1, 99]),
        SCHED_OTHER | SCHED_BATCH | SCHED_IDLE | SCHED_DEADLINE => Ok([0, 0]),
        _ => Err(Errno::INVAL.into()),
    }
}
