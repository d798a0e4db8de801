//! Signals: what the guest wants done about them, and that it is done.
//!
//! Enters: an instruction that traps, a signal that the guest sends itself, a write
//! that nobody reads. Leaves: the hart at the start of a handler, with a frame on the
//! guest's stack, or the end of the run. Must hold: no signal comes from outside, so
//! they come where the same run has them every time; every delivery counts as an
//! instruction, so that the limits of the run end those that execute nothing.
//!
//! Frames and rules are those of Linux on RISC-V (arch/riscv/kernel/signal.c,
//! kernel/signal.c). What would stop the process ends it.

mod calls;
mod context;
mod deliver;
mod event;
mod stack;

pub(super) use calls::check_set_size;
pub(super) use context::RETURN_CODE;

use std::collections::VecDeque;

use super::errno::{Errno, Failure};
use crate::machine::Exit;
use event::Event;
use stack::AltStack;

/// The highest signal.
const SIGNALS: usize = 64;
/// From here on, signals of one number queue up (`SIGRTMIN`).
const SIGRTMIN: usize = 32;
/// Signals that are pending at the most.
const MAX_PENDING: usize = 1 << 10;

const SIGILL: usize = 4;
const SIGTRAP: usize = 5;
const SIGBUS: usize = 7;
const SIGFPE: usize = 8;
const SIGKILL: usize = 9;
const SIGSEGV: usize = 11;
const SIGPIPE: usize = 13;
const SIGSTOP: usize = 19;
const SIGSYS: usize = 31;
/// Continue, child, urgent data, window size: by default ignored.
const IGNORED: [usize; 4] = [17, 18, 23, 28];

/// Those that cannot be blocked, nor be handled.
const FIXED: u64 = bit(SIGKILL) | bit(SIGSTOP);
/// Those of instructions, which come first.
const SYNCHRONOUS: u64 =
    bit(SIGILL) | bit(SIGTRAP) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGSEGV) | bit(SIGSYS);

const SIG_DFL: u64 = 0;
const SIG_IGN: u64 = 1;

const SA_ONSTACK: u64 = 0x0800_0000;
const SA_NODEFER: u64 = 0x4000_0000;
const SA_RESETHAND: u64 = 0x8000_0000;
/// Of flags, those that are known (`UAPI_SA_FLAGS`).
const SA_KNOWN: u64 = 0x1000_0807 | SA_ONSTACK | SA_NODEFER | SA_RESETHAND;

/// What the kernel knows of a process's signals.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    /// By signal.
    actions: [Action; SIGNALS + 1],
    blocked: u64,
    /// The mask to go back to when a handler returns that a wait has let through.
    waiting: Option<u64>,
    /// In the order in which they came.
    pending: VecDeque<Event>,
    stack: AltStack,
    /// Where the guest goes on, if not behind the call.
    resume: Option<u64>,
}

/// What is to be done about a signal, as the guest has said it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Action {
    handler: u64,
    flags: u64,
    mask: u64,
}

/// What is done about a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disposition {
    Ignore,
    End,
    Handle,
}

impl Default for Signals {
    fn default() -> Signals {
        Signals {
            actions: [Action::default(); SIGNALS + 1],
            blocked: 0,
            waiting: None,
            pending: VecDeque::new(),
            stack: AltStack::default(),
            resume: None,
        }
    }
}

impl Signals {
    fn disposition(&self, signal: usize) -> Disposition {
        match self.actions[signal].handler {
            SIG_IGN => Disposition::Ignore,
            SIG_DFL if IGNORED.contains(&signal) => Disposition::Ignore,
            SIG_DFL => Disposition::End,
            _ => Disposition::Handle,
        }
    }

    /// Takes a new mask, but for the signals that cannot be blocked.
    fn set_blocked(&mut self, mask: u64) {
        self.blocked = mask & !FIXED;
    }

    /// Takes a new action. What is pending and ignored by it is gone.
    fn set_action(&mut self, signal: usize, action: Action) {
        self.actions[signal] = Action {
            flags: action.flags & SA_KNOWN,
            mask: action.mask & !FIXED,
            ..action
        };
        if self.disposition(signal) == Disposition::Ignore {
            self.pending.retain(|event| event.signal != signal);
        }
    }

    /// A signal comes: it is pending from now on, unless there is nothing to be done about it.
    fn send(&mut self, event: Event) -> Result<(), Errno> {
        let signal = event.signal;
        let is_blocked = self.blocked & bit(signal) != 0;
        let is_ignored = !is_blocked && self.disposition(signal) == Disposition::Ignore;
        let is_known = signal < SIGRTMIN && self.pending_set() & bit(signal) != 0;
        if is_ignored || is_known {
            return Ok(());
        }
        if self.pending.len() >= MAX_PENDING {
            return Err(Errno::AGAIN);
        }
        self.pending.push_back(event);
        Ok(())
    }

    /// A signal comes that cannot wait: if it is blocked or ignored, it ends the process.
    fn force(&mut self, event: Event) {
        let signal = event.signal;
        if !self.is_handled(signal) {
            self.actions[signal].handler = SIG_DFL;
            self.blocked &= !bit(signal);
        }
        self.pending.push_back(event);
    }

    /// Whether a handler would be called now.
    fn is_handled(&self, signal: usize) -> bool {
        self.blocked & bit(signal) == 0 && self.disposition(signal) == Disposition::Handle
    }

    fn pending_set(&self) -> u64 {
        let pending = self.pending.iter();
        pending.fold(0, |set, event| set | bit(event.signal))
    }

    /// The next of the pending signals in `set`: those of instructions first, then by number.
    fn take(&mut self, set: u64) -> Option<Event> {
        let ready = self.pending_set() & set;
        let first = match ready & SYNCHRONOUS {
            0 => ready,
            synchronous => synchronous,
        };
        let signal = first.trailing_zeros() as usize + 1;
        let place = self.pending.iter().position(|event| event.signal == signal);
        self.pending.remove(place?)
    }

    /// What comes of a write that nobody is left to read, if it ends the process
    /// silently, or else the error, with which comes a signal.
    pub(super) fn broken_pipe(&self) -> Failure {
        let is_blocked = self.blocked & bit(SIGPIPE) != 0;
        match self.disposition(SIGPIPE) {
            Disposition::End if !is_blocked => Failure::Exit(Exit::BrokenPipe),
            _ => Errno::PIPE.into(),
        }
    }

    /// That signal.
    pub(super) fn note_broken_pipe(&mut self) {
        // If there are too many already, this one is lost.
        let _lost = self.send(Event::sent(SIGPIPE, event::SI_USER));
    }
}

/// A signal's place in a set.
const fn bit(signal: usize) -> u64 {
    1 << (signal - 1)
}

#[cfg(test)]
mod tests {
    use super::event::SI_USER;
    use super::*;

    fn signals(handled: &[usize]) -> Signals {
        let mut signals = Signals::default();
        for &signal in handled {
            signals.actions[signal].handler = 0x1000;
        }
        signals
    }

    fn order(signals: &mut Signals, set: u64) -> Vec<usize> {
        std::iter::from_fn(|| signals.take(set))
            .map(|event| event.signal)
            .collect()
    }

    #[test]
    fn instructions_signals_come_first_and_others_by_number() {
        let mut signals = signals(&[2, 11, 15, 40]);
        for signal in [40, 15, 11, 2, 15, 40] {
            signals.send(Event::sent(signal, SI_USER)).unwrap();
        }
        assert_eq!(order(&mut signals, !bit(2)), [11, 15, 40, 40]);
        assert_eq!(order(&mut signals, u64::MAX), [2]);
    }

    #[test]
    fn what_is_ignored_is_not_kept_unless_it_is_blocked() {
        let mut signals = signals(&[]);
        signals.send(Event::sent(17, SI_USER)).unwrap();
        assert_eq!(signals.pending_set(), 0);
        signals.set_blocked(bit(17));
        signals.send(Event::sent(17, SI_USER)).unwrap();
        assert_eq!(signals.pending_set(), bit(17));
        signals.set_action(17, Action::default());
        assert_eq!(signals.pending_set(), 0);
    }

    #[test]
    fn there_are_no_more_pending_than_there_may_be() {
        let mut signals = signals(&[40]);
        for _ in 0..MAX_PENDING {
            signals.send(Event::sent(40, SI_USER)).unwrap();
        }
        let more = signals.send(Event::sent(40, SI_USER));
        assert_eq!(more, Err(Errno::AGAIN));
    }

    #[test]
    fn a_forced_signal_ends_who_blocks_or_ignores_it() {
        for (handler, blocked) in [(0x1000, bit(SIGSEGV)), (SIG_IGN, 0), (SIG_DFL, bit(1))] {
            let mut signals = signals(&[]);
            signals.actions[SIGSEGV].handler = handler;
            signals.blocked = blocked;
            signals.force(Event::forced());
            assert_eq!(signals.disposition(SIGSEGV), Disposition::End);
            assert_eq!(signals.blocked & bit(SIGSEGV), 0);
        }
        let mut signals = signals(&[SIGSEGV]);
        signals.force(Event::forced());
        assert!(signals.is_handled(SIGSEGV));
    }
}
