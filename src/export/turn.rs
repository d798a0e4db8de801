//! What workers have to do in order, in between of what they do at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Something that workers change in turn: the one at 0, then the one at 1, ..
#[derive(Debug)]
pub(super) struct Turns<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    next: u64,
    /// The first that will not take its turn, if one is known.
    missing: u64,
    value: T,
}

impl<T> Turns<T> {
    pub(super) fn new(value: T) -> Turns<T> {
        Turns {
            state: Mutex::new(State {
                next: 0,
                missing: u64::MAX,
                value,
            }),
            changed: Condvar::new(),
        }
    }

    /// The turn of `number`, which is to be taken once or dropped. Every number
    /// below has to be asked for too, by threads that wait for no higher one.
    pub(super) fn of(&self, number: u64) -> Turn<'_, T> {
        Turn {
            turns: self,
            number,
            taken: false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // A turn in which a worker panicked is missing, so nobody looks at the value.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's turn. Dropped without success, it is missing: all later ones get nothing.
#[derive(Debug)]
pub(super) struct Turn<'a, T> {
    turns: &'a Turns<T>,
    number: u64,
    taken: bool,
}

impl<T> Turn<'_, T> {
    /// Waits for all before, then does `work`. Nothing if one before is missing.
    pub(super) fn take<R, E>(
        mut self,
        work: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Option<Result<R, E>> {
        let waits = |state: &mut State<T>| state.next < self.number && state.missing > self.number;
        let state = self.turns.changed.wait_while(self.turns.state(), waits);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.missing < self.number {
            return None;
        }
        let done = work(&mut state.value);
        if done.is_ok() {
            state.next += 1;
            self.taken = true;
        }
        drop(state);
        self.turns.changed.notify_all();
        Some(done)
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        if !self.taken {
            let mut state = self.turns.state();
            state.missing = state.missing.min(self.number);
            drop(state);
            self.turns.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_taken_in_order() {
        let turns = Turns::new(Vec::new());
        std::thread::scope(|scope| {
            for number in [2, 0, 3, 1] {
                let turn = turns.of(number);
                scope.spawn(move || {
                    let taken = turn.take(|order| {
                        order.push(number);
                        Ok::<_, ()>(())
                    });
                    assert_eq!(taken, Some(Ok(())));
                });
            }
        });
        assert_eq!(turns.state().value, [0, 1, 2, 3]);
    }

    #[test]
    fn those_before_a_missing_turn_are_taken() {
        let turns = Turns::new(());
        drop(turns.of(2));
        assert_eq!(turns.of(0).take(|()| Ok::<_, ()>(())), Some(Ok(())));
        assert_eq!(turns.of(1).take(|()| Err::<(), _>(7)), Some(Err(7)));
        assert_eq!(turns.of(3).take(|()| Ok::<_, ()>(())), None);
    }
}
