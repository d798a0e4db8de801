//! What is compiled when: cold code not yet, hot code once more, where windows of
//! executed instructions show that it is.
#![forbid(unsafe_code)]

use super::exit::Mode;
use super::profile::Profile;
use super::unit::Key;
use super::{Departure, Jit, path};
use crate::machine::{Hart, Memory, Stop};

/// Places that are counted how often execution arrives there.
const MAX_ARRIVALS: usize = 1 << 16;

impl Jit {
    /// Starts the profile anew, with its windows so many instructions apart at first.
    pub fn observe_every(&mut self, insns: u64) {
        self.profile = Profile::new(insns);
        self.until_window = self.profile.interval();
    }

    /// Compiles code only when execution arrives at it for this time: until then it
    /// is for the interpreter, one stretch up to a jump at a time.
    pub fn set_patience(&mut self, arrivals: u8) {
        self.patience = arrivals;
    }

    /// Whether execution has not arrived at `pc` often enough yet; counts this time.
    pub(super) fn is_cold(&mut self, (pc, mode): Key) -> bool {
        if self.patience <= 1 || mode != Mode::Fast || self.cache.find((pc, mode)).is_some() {
            return false;
        }
        if self.arrivals.len() >= MAX_ARRIVALS {
            // What goes to so many places may need all of them again and again.
            return false;
        }
        let arrivals = self.arrivals.entry(pc).or_default();
        *arrivals += 1;
        let is_cold = *arrivals < self.patience;
        if !is_cold {
            self.arrivals.remove(&pc);
        }
        is_cold
    }

    /// As [`Jit::enter`], for no longer than to the next window.
    pub(super) fn enter_until_window(
        &mut self,
        hart: &mut Hart,
        offset: usize,
        budget: &mut u64,
    ) -> Departure {
        let given = self.until_window.min(*budget).min(self.meter.most());
        let cut_short = given < *budget;
        let is_window = given == self.until_window;
        if self.link.is_some() && !hart.memory.make_link_room(given) {
            return Departure::Stop(Stop::MemoryLimit);
        }
        let mut left = given;
        let departure = self.enter(hart, offset, &mut left);
        *budget -= given - left;
        self.until_window -= given - left;
        match departure {
            Departure::Stop(Stop::Budget) if is_window => {
                self.until_window = self.profile.interval();
                self.watched = self.cache.entry((hart.state.pc, Mode::Fast));
                Departure::Stop(Stop::Observe)
            }
            Departure::Stop(Stop::Budget) if cut_short => Departure::Again,
            departure => departure,
        }
    }

    /// The instruction at `pc`, in a window, has been executed, and execution has
    /// gone on at `to`.
    pub fn observe(&mut self, memory: &mut Memory, pc: u64, to: u64) {
        if let Some(fetched) = path::fetch(memory, pc) {
            self.profile.executed(&fetched, to);
        }
        self.watched = self.watched.and_then(|place| self.cache.follow(place, to));
        if self.watched.is_none() {
            // A window may start in the midst of a unit.
            self.watched = self.cache.entry((to, Mode::Fast));
            if self.watched.is_some() {
                self.profile.entered(to);
            }
        }
    }

    /// The window is over: follows the profile's verdict, if there is one.
    pub fn end_window(&mut self, memory: &mut Memory) {
        let verdict = self.profile.end_window(&self.homes);
        if let Some(homes) = verdict.homes {
            self.homes = homes;
            self.broken |= self.clear(memory).is_err();
        }
        let keys: Vec<Key> = verdict.hot.iter().map(|&pc| (pc, Mode::Fast)).collect();
        let dropped = self.cache.drop_keys(&keys);
        self.unlink(memory, dropped);
    }
}
