//! Work on one chunk after the other by several threads, its results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Has `threads` workers, each made by `hire`, do `work` for the numbers below
/// `count`, and gives what came of it to `take` in order of number, in this
/// thread. At most `ahead` numbers are worked on, or done and not taken yet. The
/// first error in order of `take` ends it. Fewer workers do if the host has no room for
/// more: an error of `hire` is one only if none could be made.
pub(crate) fn in_order<W, T: Send, E: Send>(
    threads: usize,
    ahead: usize,
    count: u64,
    hire: impl Fn() -> Result<W, E> + Sync,
    work: impl Fn(&mut W, u64) -> T + Sync,
    mut take: impl FnMut(u64, T) -> Result<(), E>,
) -> Result<(), E> {
    if threads <= 1 {
        let mut worker = hire()?;
        return (0..count).try_for_each(|number| take(number, work(&mut worker, number)));
    }
    let gate = Gate::new(count, ahead.max(1) as u64);
    let hirable = AtomicUsize::new(threads);
    std::thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        // However this ends, no worker is left waiting.
        let _closed = Closing(&gate);
        for _ in 0..threads {
            let done = done.clone();
            let (gate, hire, work, hirable) = (&gate, &hire, &work, &hirable);
            scope.spawn(move || match hire() {
                Ok(worker) => employ(worker, gate, work, &done),
                // Nobody is there to work. If nobody listens, either, `take` has failed.
                Err(error) if hirable.fetch_sub(1, Ordering::Relaxed) == 1 => {
                    drop(done.send(Err(error)));
                }
                Err(_) => {}
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for result in results {
            let (number, result) = result?;
            early.insert(number, result);
            while let Some(result) = early.remove(&next) {
                take(next, result)?;
                next += 1;
                gate.taken(next);
            }
        }
        Ok(())
    })
}

/// Has a worker do what is next until all numbers are given out, or something is amiss.
fn employ<W, T, E>(
    mut worker: W,
    gate: &Gate,
    work: &impl Fn(&mut W, u64) -> T,
    done: &mpsc::Sender<Result<(u64, T), E>>,
) {
    let _closed = Closing(gate);
    while let Some(number) = gate.enter() {
        let result = work(&mut worker, number);
        if done.send(Ok((number, result))).is_err() {
            return;
        }
    }
}

/// Lets workers at the numbers that are next, not too far ahead of what is taken.
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
    count: u64,
    ahead: u64,
}

struct State {
    next: u64,
    taken: u64,
    closed: bool,
}

impl Gate {
    fn new(count: u64, ahead: u64) -> Gate {
        let state = State {
            next: 0,
            taken: 0,
            closed: false,
        };
        Gate {
            state: Mutex::new(state),
            changed: Condvar::new(),
            count,
            ahead,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic of another worker leaves numbers, which are right at any time.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number to work on next; nothing when there is no more.
    fn enter(&self) -> Option<u64> {
        let mut state = self.state();
        while !state.closed && state.next < self.count && state.next >= state.taken + self.ahead {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed || state.next >= self.count {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    fn taken(&self, taken: u64) {
        self.state().taken = taken;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }
}

/// Closes a gate when dropped.
struct Closing<'a>(&'a Gate);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_works() {
        for threads in [0, 1, 2, 5] {
            let mut taken = Vec::new();
            let done: Result<(), ()> = in_order(
                threads,
                3,
                100,
                || Ok(()),
                |(), number| number * number,
                |number, square| {
                    taken.push((number, square));
                    Ok(())
                },
            );
            assert_eq!(done, Ok(()));
            assert!(taken.into_iter().eq((0..100).map(|n| (n, n * n))));
        }
    }

    #[test]
    fn a_worker_that_cannot_be_had_is_done_without() {
        let asked = AtomicUsize::new(0);
        let mut taken = 0;
        let done = in_order(
            4,
            4,
            50,
            || match asked.fetch_add(1, Ordering::Relaxed) {
                2 => Ok(()),
                _ => Err(7),
            },
            |(), number| number,
            |_, number| {
                taken += number;
                Ok(())
            },
        );
        assert_eq!((done, taken), (Ok(()), 49 * 50 / 2));
    }

    #[test]
    fn the_first_error_in_order_is_the_one() {
        for threads in [1, 3] {
            let took = in_order(
                threads,
                7,
                u64::MAX,
                || Ok(()),
                |(), number| number >= 10,
                |number, bad| if bad { Err(number) } else { Ok(()) },
            );
            assert_eq!(took, Err(10));
            let hired = in_order(
                threads,
                2,
                9,
                || Err::<(), _>(7),
                |(), _| (),
                |_, ()| Ok(()),
            );
            assert_eq!(hired, Err(7));
        }
    }
}
