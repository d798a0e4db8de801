//! The system calls about signals.

use super::event::{Event, INFO_BYTES, SI_TKILL, SI_USER};
use super::{Action, Disposition, FIXED, SIGNALS};
use crate::abi::linux::Linux;
use crate::abi::linux::errno::{Errno, Outcome};
use crate::abi::linux::layout;
use crate::abi::linux::process::PID;
use crate::abi::linux::time::timespec_unless_null;
use crate::abi::linux::user;
use crate::isa::Reg;
use crate::machine::Hart;

const SIG_BLOCK: u32 = 0;
const SIG_UNBLOCK: u32 = 1;
const SIG_SETMASK: u32 = 2;

/// The signal of that number; zero stands for none.
fn signal(number: u64) -> Result<usize, Errno> {
    let number = number as u32 as usize;
    (number <= SIGNALS).then_some(number).ok_or(Errno::INVAL)
}

/// `size` is to be that of a set of signals (`sigset_t`).
pub(in crate::abi::linux) fn check_set_size(size: u64) -> Result<(), Errno> {
    (size == 8).then_some(()).ok_or(Errno::INVAL)
}

impl Linux {
    /// `rt_sigaction`.
    pub(in crate::abi::linux) fn rt_sigaction(
        &mut self,
        hart: &mut Hart,
        args: [u64; 6],
    ) -> Outcome {
        let [number, new, old, size, ..] = args;
        check_set_size(size)?;
        let memory = &mut hart.memory;
        let new = user::get_words_unless_null(memory, new)?;
        let number = signal(number)?;
        let fixed = new.is_some() && super::bit(number.max(1)) & FIXED != 0;
        if number == 0 || fixed {
            return Err(Errno::INVAL.into());
        }
        let before = self.signals.actions[number];
        if let Some([handler, flags, mask]) = new {
            let action = Action {
                handler,
                flags,
                mask,
            };
            self.signals.set_action(number, action);
        }
        let before: [u8; 24] = layout::doubles([before.handler, before.flags, before.mask]);
        user::put_unless_null(memory, old, &before)?;
        Ok(0)
    }

    /// `rt_sigprocmask`.
    pub(in crate::abi::linux) fn rt_sigprocmask(
        &mut self,
        hart: &mut Hart,
        args: [u64; 6],
    ) -> Outcome {
        let [how, new, old, size, ..] = args;
        check_set_size(size)?;
        let before = self.signals.blocked;
        if let Some([set]) = user::get_words_unless_null(&mut hart.memory, new)? {
            let mask = match how as u32 {
                SIG_BLOCK => before | set,
                SIG_UNBLOCK => before & !set,
                SIG_SETMASK => set,
                _ => return Err(Errno::INVAL.into()),
            };
            self.signals.set_blocked(mask);
        }
        user::put_unless_null(&mut hart.memory, old, &before.to_le_bytes())?;
        Ok(0)
    }

    /// `rt_sigpending`.
    pub(in crate::abi::linux) fn rt_sigpending(
        &mut self,
        hart: &mut Hart,
        [to, size, ..]: [u64; 6],
    ) -> Outcome {
        if size > 8 {
            return Err(Errno::INVAL.into());
        }
        let pending = self.signals.pending_set() & self.signals.blocked;
        let bytes = pending.to_le_bytes();
        user::put(&mut hart.memory, to, &bytes[..size as usize])?;
        Ok(0)
    }

    /// `rt_sigsuspend`: a signal that is pending interrupts it. Another one never comes:
    /// `EDEADLK`, as of `futex`.
    pub(in crate::abi::linux) fn rt_sigsuspend(
        &mut self,
        hart: &mut Hart,
        [set, size, ..]: [u64; 6],
    ) -> Outcome {
        check_set_size(size)?;
        let [mask] = user::get_words(&mut hart.memory, set)?;
        let signals = &mut self.signals;
        let ready = |event: &Event| {
            super::bit(event.signal) & mask & !FIXED == 0
                && signals.disposition(event.signal) != Disposition::Ignore
        };
        if !signals.pending.iter().any(ready) {
            return Err(Errno::DEADLK.into());
        }
        signals.waiting = Some(signals.blocked);
        signals.set_blocked(mask);
        Err(Errno::INTR.into())
    }

    /// `rt_sigtimedwait`: takes a pending signal. If there is none, only time can pass.
    pub(in crate::abi::linux) fn rt_sigtimedwait(
        &mut self,
        hart: &mut Hart,
        [set, info, time, size, ..]: [u64; 6],
    ) -> Outcome {
        check_set_size(size)?;
        let [set] = user::get_words(&mut hart.memory, set)?;
        let time = timespec_unless_null(&mut hart.memory, time)?;
        if let Some(event) = self.signals.take(set & !FIXED) {
            user::put_unless_null(&mut hart.memory, info, &event.info)?;
            return Ok(event.signal as u64);
        }
        self.sleep(time.ok_or(Errno::DEADLK)?)?;
        Err(Errno::AGAIN.into())
    }

    /// `sigaltstack`.
    pub(in crate::abi::linux) fn sigaltstack(
        &mut self,
        hart: &mut Hart,
        [new, old, ..]: [u64; 6],
    ) -> Outcome {
        let sp = hart.state.reg(Reg::SP);
        let before: [u8; 24] = layout::doubles(self.signals.stack.shown(sp));
        if let Some(stack) = user::get_words_unless_null(&mut hart.memory, new)? {
            self.signals.stack.replace(sp, stack)?;
        }
        user::put_unless_null(&mut hart.memory, old, &before)?;
        Ok(0)
    }

    /// `kill`: the process, or its group.
    pub(in crate::abi::linux) fn kill(
        &mut self,
        _: &mut Hart,
        [pid, number, ..]: [u64; 6],
    ) -> Outcome {
        let signal = signal(number)?;
        match (pid as i32).unsigned_abs().into() {
            0 | PID => self.raise(signal, |signal| Event::sent(signal, SI_USER)),
            _ => Err(Errno::SRCH.into()),
        }
    }

    /// `tkill`.
    pub(in crate::abi::linux) fn tkill(
        &mut self,
        _: &mut Hart,
        [thread, number, ..]: [u64; 6],
    ) -> Outcome {
        let signal = own_thread(PID, thread, number)?;
        self.raise(signal, |signal| Event::sent(signal, SI_TKILL))
    }

    /// `tgkill`.
    pub(in crate::abi::linux) fn tgkill(
        &mut self,
        _: &mut Hart,
        [process, thread, number, ..]: [u64; 6],
    ) -> Outcome {
        let signal = own_thread(process, thread, number)?;
        self.raise(signal, |signal| Event::sent(signal, SI_TKILL))
    }

    /// `rt_sigqueueinfo`.
    pub(in crate::abi::linux) fn rt_sigqueueinfo(
        &mut self,
        hart: &mut Hart,
        [process, number, info, ..]: [u64; 6],
    ) -> Outcome {
        let info = user::get::<INFO_BYTES>(&mut hart.memory, info)?;
        let signal = signal(number)?;
        if process as u32 as u64 != PID {
            return Err(Errno::SRCH.into());
        }
        self.raise(signal, |signal| Event::queued(signal, &info))
    }

    /// `rt_tgsigqueueinfo`.
    pub(in crate::abi::linux) fn rt_tgsigqueueinfo(
        &mut self,
        hart: &mut Hart,
        [process, thread, number, info, ..]: [u64; 6],
    ) -> Outcome {
        let info = user::get::<INFO_BYTES>(&mut hart.memory, info)?;
        let signal = own_thread(process, thread, number)?;
        self.raise(signal, |signal| Event::queued(signal, &info))
    }

    /// The process sends itself a signal, which takes effect when the call returns.
    fn raise(&mut self, signal: usize, event: impl FnOnce(usize) -> Event) -> Outcome {
        if signal != 0 {
            self.signals.send(event(signal))?;
        }
        Ok(0)
    }
}

/// The signal of that number, for a thread that has to be this one.
fn own_thread(process: u64, thread: u64, number: u64) -> Result<usize, Errno> {
    if process as i32 <= 0 || thread as i32 <= 0 {
        return Err(Errno::INVAL);
    }
    let signal = signal(number)?;
    let ours = |id| u64::from(id as u32) == PID;
    match ours(process) && ours(thread) {
        true => Ok(signal),
        false => Err(Errno::SRCH),
    }
}
