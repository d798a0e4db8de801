//! Clocks and sleep.
//!
//! Unless the host's time was asked for, a guest's clocks advance with the
//! instructions it retires, and with the time it sleeps, which passes at once.

use std::time::{Duration, SystemTime};

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::layout::{self, SECOND};
use super::stack::TICKS;
use super::user;
use crate::machine::{Hart, Memory};

/// What the clock of the wall shows at the start: the first second of 2024.
const EPOCH: u64 = 1_704_067_200 * SECOND;

const REALTIME: u64 = 0;
const MONOTONIC: u64 = 1;
const PROCESS_CPUTIME: u64 = 2;
const THREAD_CPUTIME: u64 = 3;
const MONOTONIC_RAW: u64 = 4;
const REALTIME_COARSE: u64 = 5;
const MONOTONIC_COARSE: u64 = 6;
const BOOTTIME: u64 = 7;
const REALTIME_ALARM: u64 = 8;
const BOOTTIME_ALARM: u64 = 9;
const TAI: u64 = 11;
const TIMER_ABSTIME: u64 = 1;

const RUSAGE_SELF: i32 = 0;
const RUSAGE_THREAD: i32 = 1;
const RUSAGE_CHILDREN: i32 = -1;

/// What a clock counts (linux/time.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    /// Time since 1970.
    Wall,
    /// Time since the start.
    Elapsed,
    /// Time that the guest ran.
    Cpu,
}

impl Counts {
    fn of(clock: u64) -> Result<Counts, Errno> {
        match clock {
            REALTIME | REALTIME_COARSE | REALTIME_ALARM | TAI => Ok(Counts::Wall),
            MONOTONIC | MONOTONIC_RAW | MONOTONIC_COARSE | BOOTTIME | BOOTTIME_ALARM => {
                Ok(Counts::Elapsed)
            }
            PROCESS_CPUTIME | THREAD_CPUTIME => Ok(Counts::Cpu),
            _ => Err(Errno::INVAL),
        }
    }
}

impl Linux {
    fn now(&self, hart: &Hart, counts: Counts) -> u64 {
        let ran = hart.clock.nanos(hart.state.insns);
        let elapsed = ran.saturating_add(self.slept);
        match counts {
            Counts::Cpu => ran,
            Counts::Elapsed => elapsed,
            Counts::Wall if self.host_time => host_wall(),
            Counts::Wall => elapsed.saturating_add(EPOCH),
        }
    }

    /// Nanoseconds since the start.
    pub(super) fn elapsed(&self, hart: &Hart) -> u64 {
        self.now(hart, Counts::Elapsed)
    }

    /// Nanoseconds since 1970.
    pub(super) fn wall(&self, hart: &Hart) -> u64 {
        self.now(hart, Counts::Wall)
    }

    /// Lets `nanos` pass. Only the host's time takes any, and ends the run at the deadline.
    pub(super) fn sleep(&mut self, nanos: u64) -> Result<(), Failure> {
        if !self.host_time {
            self.slept = self.slept.saturating_add(nanos);
            return Ok(());
        }
        let wanted = Duration::from_nanos(nanos);
        let Some(deadline) = self.deadline() else {
            std::thread::sleep(wanted);
            return Ok(());
        };
        std::thread::sleep(wanted.min(deadline.left()?));
        deadline.left().map(drop)
    }

    /// How long it is until a clock shows `target`.
    pub(super) fn until(&self, hart: &Hart, target: u64, wall: bool) -> u64 {
        let counts = if wall { Counts::Wall } else { Counts::Elapsed };
        target.saturating_sub(self.now(hart, counts))
    }

    /// `clock_gettime`.
    pub(super) fn clock_gettime(&mut self, hart: &mut Hart, [clock, to, ..]: [u64; 6]) -> Outcome {
        let now = self.now(hart, Counts::of(clock)?);
        user::put(&mut hart.memory, to, &layout::timespec(now))?;
        Ok(0)
    }

    /// `clock_getres`.
    pub(super) fn clock_getres(&mut self, hart: &mut Hart, [clock, to, ..]: [u64; 6]) -> Outcome {
        Counts::of(clock)?;
        user::put_unless_null(&mut hart.memory, to, &layout::timespec(1))?;
        Ok(0)
    }

    /// `clock_settime`: not the guest's to do.
    pub(super) fn clock_settime(
        &mut self,
        hart: &mut Hart,
        [clock, from, ..]: [u64; 6],
    ) -> Outcome {
        if clock != REALTIME {
            return Err(Errno::INVAL.into());
        }
        timespec(&mut hart.memory, from)?;
        Err(Errno::PERM.into())
    }

    /// `getitimer`: none is ever set.
    pub(super) fn getitimer(&mut self, hart: &mut Hart, [which, to, ..]: [u64; 6]) -> Outcome {
        check_itimer(which)?;
        user::put(&mut hart.memory, to, &[0; 32])?;
        Ok(0)
    }

    /// `setitimer`: none can be set, and so each can be taken back.
    pub(super) fn setitimer(
        &mut self,
        hart: &mut Hart,
        [which, new, old, ..]: [u64; 6],
    ) -> Outcome {
        check_itimer(which)?;
        let new = user::get_words_unless_null::<4>(&mut hart.memory, new)?;
        if let Some([_, _, seconds, micros]) = new
            && (seconds, micros) != (0, 0)
        {
            return Err(Errno::NOSYS.into());
        }
        user::put_unless_null(&mut hart.memory, old, &[0; 32])?;
        Ok(0)
    }

    /// `gettimeofday`; the time zone is that of Greenwich.
    pub(super) fn gettimeofday(&mut self, hart: &mut Hart, [to, zone, ..]: [u64; 6]) -> Outcome {
        let now = self.now(hart, Counts::Wall);
        user::put_unless_null(&mut hart.memory, to, &layout::timeval(now))?;
        user::put_unless_null(&mut hart.memory, zone, &[0; 8])?;
        Ok(0)
    }

    /// `times`.
    pub(super) fn times(&mut self, hart: &mut Hart, [to, ..]: [u64; 6]) -> Outcome {
        let ticks = |nanos| nanos / (SECOND / TICKS);
        let user_time = ticks(self.now(hart, Counts::Cpu));
        let times: [u8; 32] = layout::doubles([user_time, 0, 0, 0]);
        user::put_unless_null(&mut hart.memory, to, &times)?;
        Ok(ticks(self.elapsed(hart)))
    }

    /// `getrusage`.
    pub(super) fn getrusage(&mut self, hart: &mut Hart, [who, to, ..]: [u64; 6]) -> Outcome {
        let user_time = match who as i32 {
            RUSAGE_SELF | RUSAGE_THREAD => self.now(hart, Counts::Cpu),
            RUSAGE_CHILDREN => 0,
            _ => return Err(Errno::INVAL.into()),
        };
        user::put(&mut hart.memory, to, &layout::rusage(user_time))?;
        Ok(0)
    }

    /// `nanosleep`. It is never interrupted, so what is left is never written.
    pub(super) fn nanosleep(&mut self, hart: &mut Hart, [time, ..]: [u64; 6]) -> Outcome {
        self.clock_nanosleep(hart, [MONOTONIC, 0, time, 0, 0, 0])
    }

    /// `clock_nanosleep`.
    pub(super) fn clock_nanosleep(
        &mut self,
        hart: &mut Hart,
        [clock, flags, time, ..]: [u64; 6],
    ) -> Outcome {
        let counts = Counts::of(clock)?;
        let sleeps = [REALTIME, MONOTONIC, PROCESS_CPUTIME, BOOTTIME, TAI];
        if !sleeps.contains(&clock) {
            return Err(Errno::OPNOTSUPP.into());
        }
        let nanos = timespec(&mut hart.memory, time)?;
        let left = match flags & TIMER_ABSTIME {
            0 => nanos,
            _ => nanos.saturating_sub(self.now(hart, counts)),
        };
        self.sleep(left)?;
        Ok(0)
    }
}

/// The nanoseconds of the `struct timespec` at `addr`.
pub(super) fn timespec(memory: &mut Memory, addr: u64) -> Result<u64, Failure> {
    Ok(layout::nanos(user::get_words(memory, addr)?)?)
}

/// As [`timespec`], unless `addr` is the null pointer.
pub(super) fn timespec_unless_null(memory: &mut Memory, addr: u64) -> Result<Option<u64>, Failure> {
    (addr != 0).then(|| timespec(memory, addr)).transpose()
}

/// There are three kinds of interval timers.
fn check_itimer(which: u64) -> Result<(), Errno> {
    (which as u32 <= 2).then_some(()).ok_or(Errno::INVAL)
}

fn host_wall() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}
