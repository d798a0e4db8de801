//! A profile as bytes: what it knows of the program's text.
//!
//! It comes with the units that it led to: without it, hot ones that have to be
//! compiled once more would go where nobody knows that execution goes.
#![forbid(unsafe_code)]

use hashbrown::HashMap;

use super::super::columns::{Input, Output};
use super::{Branch, Jump, MAX_HOT, MAX_PLACES, MAX_TARGETS, Profile};

impl Profile {
    /// Writes all but the windows since the last verdict, of places that are `kept`.
    pub(in super::super) fn write(&self, out: &mut Output, kept: impl Fn(u64) -> bool) {
        out.number(self.interval);
        let hot = self.hot.iter().map(|(&pc, &entries)| (pc, entries));
        write_places(out, hot, &kept, |out, entries| out.number(entries.into()));
        let loops = self.loops.iter().map(|&pc| (pc, ()));
        write_places(out, loops, &kept, |_, ()| {});
        let branches = self.branches.iter().map(|(&pc, branch)| (pc, branch));
        write_places(out, branches, &kept, |out, branch| {
            out.number(branch.taken.into());
            out.number(branch.passed.into());
        });
        let jumps = self.jumps.iter();
        let jumps = jumps.map(|(&pc, jump)| (pc, (pc, jump)));
        write_places(out, jumps, &kept, |out, (pc, jump)| {
            out.number(jump.all.into());
            out.count(jump.targets.len());
            for &(target, count) in &jump.targets {
                out.change(pc, target);
                out.number(count.into());
            }
        });
    }

    /// Reads what [`Profile::write`] wrote; nothing if that is no profile's.
    pub(in super::super) fn read(input: &mut Input<'_>) -> Option<Profile> {
        let interval = input.number().filter(|&interval| interval > 0)?;
        let mut profile = Profile::new(interval);
        profile.hot = read_places(input, MAX_HOT, |input, _| input.number())?;
        let loops: HashMap<u64, ()> = read_places(input, MAX_PLACES, |_, _| Some(()))?;
        profile.loops = loops.into_keys().collect();
        profile.branches = read_places(input, MAX_PLACES, |input, _| {
            let (taken, passed) = (input.number()?, input.number()?);
            (taken != 0 || passed != 0).then_some(Branch { taken, passed })
        })?;
        profile.jumps = read_places(input, MAX_PLACES, |input, pc| {
            let all: u32 = input.number().filter(|&all| all > 0)?;
            let targets: Vec<(u64, u32)> = input.many(|input| {
                let target = input.change(pc)?;
                let count = input.number().filter(|&count| count <= all)?;
                target.is_multiple_of(2).then_some((target, count))
            })?;
            (targets.len() <= MAX_TARGETS).then_some(Jump { all, targets })
        })?;
        Some(profile)
    }
}

/// Writes those of `places` that are `kept`, by their addresses.
fn write_places<T>(
    out: &mut Output,
    places: impl Iterator<Item = (u64, T)>,
    kept: impl Fn(u64) -> bool,
    write: impl Fn(&mut Output, T),
) {
    let mut places: Vec<(u64, T)> = places.filter(|(pc, _)| kept(*pc)).collect();
    places.sort_unstable_by_key(|(pc, _)| *pc);
    out.count(places.len());
    let mut last = 0;
    for (pc, what) in places {
        out.change(last, pc);
        write(out, what);
        last = pc;
    }
}

/// Reads places, `most` at the most, in the order of their addresses.
fn read_places<T>(
    input: &mut Input<'_>,
    most: usize,
    read: impl Fn(&mut Input<'_>, u64) -> Option<T>,
) -> Option<HashMap<u64, T>> {
    let mut last = None;
    let places = input.many(|input| {
        let pc = input.change(last.unwrap_or(0))?;
        let in_order = last.is_none_or(|last| last < pc);
        last = Some(pc);
        let sound = in_order && pc.is_multiple_of(2);
        sound.then_some((pc, read(input, pc)?))
    })?;
    (places.len() <= most).then(|| places.into_iter().collect())
}
