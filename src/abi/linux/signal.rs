//! Signals: what the guest asks for is remembered, and its own end comes about.
//! No handler is ever called, for no signal comes from outside.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::layout;
use super::process::PID;
use super::user;
use crate::machine::{Exit, Hart};

/// The highest signal.
const SIGNALS: usize = 64;
const SIGKILL: usize = 9;
const SIGPIPE: usize = 13;
const SIGSTOP: usize = 19;
/// Continue, child, urgent data, window size: by default ignored.
const IGNORED: [usize; 4] = [17, 18, 23, 28];
const SIG_DFL: u64 = 0;
const SIG_IGN: u64 = 1;

const SIG_BLOCK: u32 = 0;
const SIG_UNBLOCK: u32 = 1;
const SIG_SETMASK: u32 = 2;

const SS_ONSTACK: u64 = 1;
const SS_DISABLE: u64 = 2;
const SS_AUTODISARM: u64 = 1 << 31;
const MINSIGSTKSZ: u64 = 2048;

/// What the kernel knows of a process's signals.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    /// Handler, flags and mask, by signal.
    actions: [[u64; 3]; SIGNALS + 1],
    blocked: u64,
    /// Address, flags and size of the alternate stack.
    stack: [u64; 3],
}

impl Default for Signals {
    fn default() -> Signals {
        Signals {
            actions: [[SIG_DFL, 0, 0]; SIGNALS + 1],
            blocked: 0,
            stack: [0, SS_DISABLE, 0],
        }
    }
}

impl Signals {
    /// Takes the new mask, but for the signals that cannot be blocked.
    fn block(&mut self, how: u64, set: u64) -> Result<(), Errno> {
        let mask = match how as u32 {
            SIG_BLOCK => self.blocked | set,
            SIG_UNBLOCK => self.blocked & !set,
            SIG_SETMASK => set,
            _ => return Err(Errno::INVAL),
        };
        self.blocked = mask & !(1 << (SIGKILL - 1) | 1 << (SIGSTOP - 1));
        Ok(())
    }

    fn set_stack(&mut self, [addr, flags, size]: [u64; 3]) -> Result<(), Errno> {
        let flags = flags & 0xffff_ffff;
        let mode = flags & !SS_AUTODISARM;
        if mode == SS_DISABLE {
            self.stack = [0, flags, 0];
            return Ok(());
        }
        if mode & !SS_ONSTACK != 0 {
            return Err(Errno::INVAL);
        }
        if size < MINSIGSTKSZ {
            return Err(Errno::NOMEM);
        }
        self.stack = [addr, flags & SS_AUTODISARM, size];
        Ok(())
    }

    /// What comes of a write that nobody is left to read: SIGPIPE, which ends
    /// the process silently, or else the error. A handler is not called, but
    /// who has installed one looks for the error, too.
    pub(super) fn broken_pipe(&self) -> Failure {
        let blocked = self.blocked & 1 << (SIGPIPE - 1) != 0;
        match self.actions[SIGPIPE][0] {
            SIG_DFL if !blocked => Failure::Exit(Exit::BrokenPipe),
            _ => Errno::PIPE.into(),
        }
    }

    /// What comes of a signal that the process sends itself. Blocked or not,
    /// it takes effect at once.
    fn raise(&self, signal: usize) -> Outcome {
        let handler = self.actions[signal][0];
        match (handler, signal) {
            (_, 0) | (SIG_IGN, _) => Ok(0),
            (SIG_DFL, signal) if IGNORED.contains(&signal) => Ok(0),
            (SIG_DFL, _) => {
                let code = 128 + signal as i32;
                Err(Failure::Exit(Exit::Exited { code }))
            }
            _ => Err(Errno::NOSYS.into()),
        }
    }
}

/// The signal of that number; zero stands for none.
fn signal(number: u64) -> Result<usize, Errno> {
    let number = number as u32 as usize;
    (number <= SIGNALS).then_some(number).ok_or(Errno::INVAL)
}

/// `size` is to be that of a set of signals (`sigset_t`).
pub(super) fn check_set_size(size: u64) -> Result<(), Errno> {
    (size == 8).then_some(()).ok_or(Errno::INVAL)
}

impl Linux {
    /// `rt_sigaction`.
    pub(super) fn rt_sigaction(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [number, new, old, size, ..] = args;
        check_set_size(size)?;
        let memory = &mut hart.memory;
        let new = user::get_words_unless_null(memory, new)?;
        let number = signal(number)?;
        let fixed = new.is_some() && matches!(number, SIGKILL | SIGSTOP);
        if number == 0 || fixed {
            return Err(Errno::INVAL.into());
        }
        let before = self.signals.actions[number];
        if let Some(new) = new {
            self.signals.actions[number] = new;
        }
        let before: [u8; 24] = layout::doubles(before);
        user::put_unless_null(memory, old, &before)?;
        Ok(0)
    }

    /// `rt_sigprocmask`.
    pub(super) fn rt_sigprocmask(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        let [how, new, old, size, ..] = args;
        check_set_size(size)?;
        let before = self.signals.blocked;
        if let Some([set]) = user::get_words_unless_null(&mut hart.memory, new)? {
            self.signals.block(how, set)?;
        }
        user::put_unless_null(&mut hart.memory, old, &before.to_le_bytes())?;
        Ok(0)
    }

    /// `sigaltstack`.
    pub(super) fn sigaltstack(&mut self, hart: &mut Hart, [new, old, ..]: [u64; 6]) -> Outcome {
        let before: [u8; 24] = layout::doubles(self.signals.stack);
        if let Some(stack) = user::get_words_unless_null(&mut hart.memory, new)? {
            self.signals.set_stack(stack)?;
        }
        user::put_unless_null(&mut hart.memory, old, &before)?;
        Ok(0)
    }

    /// `kill`: the process, or its group.
    pub(super) fn kill(&mut self, _: &mut Hart, [pid, number, ..]: [u64; 6]) -> Outcome {
        let signal = signal(number)?;
        match (pid as i32).unsigned_abs().into() {
            0 | PID => self.signals.raise(signal),
            _ => Err(Errno::SRCH.into()),
        }
    }

    /// `tkill`.
    pub(super) fn tkill(&mut self, _: &mut Hart, [thread, number, ..]: [u64; 6]) -> Outcome {
        self.raise_in(PID, thread, number)
    }

    /// `tgkill`.
    pub(super) fn tgkill(
        &mut self,
        _: &mut Hart,
        [process, thread, number, ..]: [u64; 6],
    ) -> Outcome {
        self.raise_in(process, thread, number)
    }

    fn raise_in(&mut self, process: u64, thread: u64, number: u64) -> Outcome {
        if process as i32 <= 0 || thread as i32 <= 0 {
            return Err(Errno::INVAL.into());
        }
        let signal = signal(number)?;
        let ours = |id| u64::from(id as u32) == PID;
        if !ours(process) || !ours(thread) {
            return Err(Errno::SRCH.into());
        }
        self.signals.raise(signal)
    }
}
