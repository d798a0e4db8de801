//! Who is where, and who jumps to whom: `cache`.

use std::ops::Range;

use super::super::cache::{Cache, Patch};
use super::super::exit::{ExitKind, Mode, Site, SiteId};
use super::super::plan::Repairs;
use super::super::unit::{Mark, Unit};
use crate::machine::PAGE_SIZE;

const FAST: Mode = Mode::Fast;

/// A link to the fast unit of `pc`.
fn link(pc: u64, jump: usize, thunk: usize) -> Site {
    Site {
        pc,
        owed: 0,
        kind: ExitKind::Link(FAST),
        jump: Some(jump),
        thunk,
    }
}

fn budget(pc: u64) -> Site {
    Site {
        pc,
        owed: 1,
        kind: ExitKind::Budget,
        jump: None,
        thunk: 0,
    }
}

/// A unit made from the page of `pc` alone.
fn unit(pc: u64, sites: &[Site]) -> Unit {
    Unit {
        code: Vec::new(),
        sites: sites.to_vec(),
        marks: Vec::new(),
        repair_steps: Vec::new(),
        cold: 0,
        pages: vec![pc / PAGE_SIZE],
        repeats: false,
        guided: false,
    }
}

/// That the jump whose displacement is at `at` shall go to `target`.
fn patch(at: usize, target: usize) -> Patch {
    let displacement = target as i32 - (at as i32 + 4);
    Patch {
        at,
        displacement: displacement.to_le_bytes(),
    }
}

fn page(index: u64) -> Range<u64> {
    index * PAGE_SIZE..(index + 1) * PAGE_SIZE
}

#[test]
fn a_unit_is_found_by_address_and_mode() {
    let mut cache = Cache::default();
    assert_eq!(cache.find((0x1000, FAST)), None);
    cache.add((0x1000, FAST), 0x100..0x180, unit(0x1000, &[]));
    assert_eq!(cache.find((0x1000, FAST)), Some(0x100));
    assert_eq!(cache.find((0x1000, Mode::Careful)), None);
    assert_eq!(cache.find((0x1002, FAST)), None);
    cache.add((0x1000, Mode::Careful), 0x180..0x200, unit(0x1000, &[]));
    assert_eq!(cache.find((0x1000, Mode::Careful)), Some(0x180));
}

#[test]
fn units_are_linked_whichever_comes_first() {
    let mut cache = Cache::default();
    let first = unit(0x1000, &[link(0x2000, 0x110, 0x170)]);
    assert_eq!(cache.add((0x1000, FAST), 0x100..0x180, first), []);
    // The first one jumps to the second, and the other way round.
    let second = unit(0x2000, &[link(0x1000, 0x210, 0x270)]);
    let patches = cache.add((0x2000, FAST), 0x200..0x280, second);
    assert_eq!(patches, [patch(0x110, 0x200), patch(0x210, 0x100)]);
    assert_eq!(patches[0].displacement, 0xec_i32.to_le_bytes());
    assert_eq!(patches[1].displacement, (-0x114_i32).to_le_bytes());
}

#[test]
fn a_link_is_to_one_mode() {
    let mut cache = Cache::default();
    let first = unit(0x1000, &[link(0x1000, 0x110, 0x170)]);
    assert_eq!(cache.add((0x1000, Mode::Careful), 0x100..0x180, first), []);
    let patches = cache.add((0x1000, FAST), 0x200..0x280, unit(0x1000, &[]));
    assert_eq!(patches, [patch(0x110, 0x200)]);
}

#[test]
fn only_links_are_linked() {
    let mut cache = Cache::default();
    cache.add(
        (0x1000, FAST),
        0x100..0x180,
        unit(0x1000, &[budget(0x2000)]),
    );
    let patches = cache.add((0x2000, FAST), 0x200..0x280, unit(0x2000, &[]));
    assert_eq!(patches, []);
}

#[test]
fn sites_are_numbered_in_one_row() {
    let mut cache = Cache::default();
    assert_eq!(cache.next_site(), SiteId(0));
    let sites = [budget(0x1000), link(0x2000, 0x110, 0x170)];
    cache.add((0x1000, FAST), 0x100..0x180, unit(0x1000, &sites));
    assert_eq!(cache.next_site(), SiteId(2));
    cache.add(
        (0x2000, FAST),
        0x200..0x280,
        unit(0x2000, &[budget(0x2000)]),
    );
    assert_eq!(cache.site(1), Some(&sites[1]));
    assert_eq!(cache.site(2), Some(&budget(0x2000)));
    for id in [3, 1 << 32, u64::MAX] {
        assert_eq!(cache.site(id), None);
    }
}

#[test]
fn jumps_to_a_dropped_unit_go_to_their_exits() {
    let mut cache = Cache::default();
    let jumps = [link(0x2000, 0x110, 0x160), link(0x2000, 0x120, 0x170)];
    cache.add((0x1000, FAST), 0x100..0x180, unit(0x1000, &jumps));
    cache.add((0x2000, FAST), 0x200..0x280, unit(0x2000, &[]));
    let (dropped, patches) = cache.drop_ranges(&[page(2)]);
    assert_eq!(dropped, [(0x2000, FAST)]);
    assert_eq!(patches, [patch(0x110, 0x160), patch(0x120, 0x170)]);
    assert_eq!(cache.find((0x2000, FAST)), None);
    assert_eq!(cache.find((0x1000, FAST)), Some(0x100));
    // Once is enough.
    assert_eq!(cache.drop_ranges(&[page(2)]), (vec![], vec![]));
    // They are linked again to the next one.
    let patches = cache.add((0x2000, FAST), 0x300..0x380, unit(0x2000, &[]));
    assert_eq!(patches, [patch(0x110, 0x300), patch(0x120, 0x300)]);
    assert_eq!(cache.find((0x2000, FAST)), Some(0x300));
}

#[test]
fn the_jumps_of_a_dropped_unit_are_left_alone() {
    let mut cache = Cache::default();
    let jump = link(0x2000, 0x110, 0x170);
    cache.add((0x1000, FAST), 0x100..0x180, unit(0x1000, &[jump]));
    cache.drop_ranges(&[page(1)]);
    let patches = cache.add((0x2000, FAST), 0x200..0x280, unit(0x2000, &[]));
    assert_eq!(patches, []);
    assert_eq!(cache.drop_ranges(&[page(2)]).1, []);
}

#[test]
fn a_unit_may_link_to_itself() {
    let mut cache = Cache::default();
    let itself = || unit(0x1000, &[link(0x1000, 0x110, 0x170)]);
    let patches = cache.add((0x1000, FAST), 0x100..0x180, itself());
    assert_eq!(patches, [patch(0x110, 0x100)]);
    let (dropped, patches) = cache.drop_ranges(&[page(1)]);
    assert_eq!((dropped, patches), (vec![(0x1000, FAST)], vec![]));
    // The next one has a jump at another place.
    let next = unit(0x1000, &[link(0x1000, 0x210, 0x270)]);
    let patches = cache.add((0x1000, FAST), 0x200..0x280, next);
    assert_eq!(patches, [patch(0x210, 0x200)]);
}

#[test]
fn units_that_link_to_each_other_may_be_dropped_together() {
    let mut cache = Cache::default();
    let first = unit(0x1000, &[link(0x1800, 0x110, 0x170)]);
    cache.add((0x1000, FAST), 0x100..0x180, first);
    let second = unit(0x1800, &[link(0x1000, 0x210, 0x270)]);
    cache.add((0x1800, FAST), 0x200..0x280, second);
    let (mut dropped, _) = cache.drop_ranges(&[page(1)]);
    dropped.sort_unstable_by_key(|key| key.0);
    assert_eq!(dropped, [(0x1000, FAST), (0x1800, FAST)]);
    let patches = cache.add((0x1000, FAST), 0x300..0x380, unit(0x1000, &[]));
    assert_eq!(patches, []);
}

#[test]
fn a_unit_is_dropped_for_any_byte_of_its_pages() {
    let made = || {
        let mut cache = Cache::default();
        let mut unit = unit(0x1ffe, &[]);
        unit.pages = vec![1, 2];
        cache.add((0x1ffe, FAST), 0x100..0x180, unit);
        cache
    };
    let drops = |ranges: &[Range<u64>]| made().drop_ranges(ranges).0.len();
    assert_eq!(drops(&[page(1)]), 1);
    assert_eq!(drops(&[page(2)]), 1);
    assert_eq!(drops(&[page(1), page(2)]), 1);
    assert_eq!(drops(&[0..0x1001, page(7)]), 1);
    assert_eq!(drops(&[page(7), 0x2fff..0x4000]), 1);
    assert_eq!(drops(&[page(0), page(3)]), 0);
    assert_eq!(drops(&[]), 0);
}

#[test]
fn both_modes_of_a_unit_are_dropped() {
    let mut cache = Cache::default();
    cache.add((0x1000, FAST), 0x100..0x180, unit(0x1000, &[]));
    cache.add((0x1000, Mode::Careful), 0x180..0x200, unit(0x1000, &[]));
    assert_eq!(cache.drop_ranges(&[page(1)]).0.len(), 2);
}

#[test]
fn code_belongs_to_the_instruction_that_it_starts_at_or_after() {
    let mark = |host, pc| Mark {
        host,
        pc,
        owed: 1,
        repairs: Repairs::default(),
    };
    let marked = |marks: &[Mark]| {
        let mut unit = unit(0x1000, &[]);
        unit.marks = marks.to_vec();
        unit
    };
    let mut cache = Cache::default();
    // The second instruction has no code of its own.
    let first = [mark(0x108, 1), mark(0x110, 2), mark(0x110, 3)];
    cache.add((0x1000, FAST), 0x100..0x180, marked(&first));
    cache.add((0x2000, FAST), 0x200..0x280, marked(&[mark(0x20a, 4)]));
    let pc = |offset| cache.mark_at(offset).map(|(mark, _)| mark.pc);
    assert_eq!([0x108, 0x10f].map(pc), [Some(1); 2]);
    assert_eq!([0x110, 0x17f].map(pc), [Some(3); 2]);
    assert_eq!([0x20a, 0x27f].map(pc), [Some(4); 2]);
    // Stubs, and the budget at a unit's start.
    assert_eq!([0, 0xff, 0x100, 0x107, 0x209].map(pc), [None; 5]);
}

#[test]
fn a_dropped_unit_can_still_be_left_by_a_fault() {
    let mut cache = Cache::default();
    let mark = Mark {
        host: 0x108,
        pc: 0x1000,
        owed: 3,
        repairs: Repairs::default(),
    };
    let mut unit = unit(0x1000, &[]);
    unit.marks = vec![mark];
    cache.add((0x1000, FAST), 0x100..0x180, unit);
    cache.drop_ranges(&[page(1)]);
    assert_eq!(cache.mark_at(0x120), Some((mark, &[][..])));
}

#[test]
fn what_is_dropped_is_not_listed() {
    let mut cache = Cache::default();
    for (pc, span) in [(0x1000, 0x100..0x180), (0x2000, 0x200..0x280)] {
        cache.add((pc, FAST), span, unit(pc, &[]));
    }
    cache.drop_ranges(&[page(1)]);
    cache.add((0x1000, FAST), 0x300..0x380, unit(0x1000, &[]));
    let listings = cache.listings(|_| &[]);
    let listed: Vec<_> = listings.map(|unit| (unit.key.0, unit.offset)).collect();
    assert_eq!(listed, [(0x2000, 0x200), (0x1000, 0x300)]);
}

/// A unit whose marks are at these addresses, of which the last few are cold.
fn walked(pcs: &[u64], cold: usize, repeats: bool) -> Unit {
    let mut unit = unit(pcs[0], &[]);
    let host = |index: usize| 0x100 + 8 * index as u32;
    let marks = pcs.iter().enumerate();
    unit.marks = marks
        .map(|(index, &pc)| Mark {
            host: host(index),
            pc,
            owed: 1,
            repairs: Repairs::default(),
        })
        .collect();
    unit.cold = host(pcs.len() - cold) as usize;
    unit.repeats = repeats;
    unit
}

/// How many of these addresses execution can go on at in the unit of the first.
fn followed(unit: Unit, walk: &[u64]) -> usize {
    let mut cache = Cache::default();
    let key = (walk[0], FAST);
    assert!(cache.entry(key).is_none());
    cache.add(key, 0x100..0x180, unit);
    let mut place = cache.entry(key).unwrap();
    let on = |pc: &&u64| match cache.follow(place, **pc) {
        Some(next) => {
            place = next;
            true
        }
        None => false,
    };
    walk[1..].iter().take_while(on).count()
}

#[test]
fn execution_is_followed_along_a_unit() {
    let pcs = [0x1000, 0x1004, 0x1020, 0x1024];
    let unit = |repeats| walked(&pcs, 0, repeats);
    assert_eq!(followed(unit(false), &pcs), 3);
    // Off the path, and to an instruction of it that is not the next.
    assert_eq!(followed(unit(false), &[0x1000, 0x1004, 0x1008]), 1);
    assert_eq!(followed(unit(false), &[0x1000, 0x1020]), 0);
    assert_eq!(followed(unit(false), &[0x1000, 0x1000]), 0);
    // Behind the last one only what repeats goes on, and at its start.
    let again = [&pcs[..], &pcs[..], &[0x1000, 0x1008]].concat();
    assert_eq!(followed(unit(false), &again), 3);
    assert_eq!(followed(unit(true), &again), 8);
    assert_eq!(
        followed(unit(true), &[0x1000, 0x1004, 0x1020, 0x1024, 0x1004]),
        3
    );
}

#[test]
fn what_is_cold_is_not_followed() {
    // The second instruction may fault in cold code, too.
    let pcs = [0x1000, 0x1004, 0x1004];
    assert_eq!(
        followed(walked(&pcs, 1, false), &[0x1000, 0x1004, 0x1004]),
        1
    );
    assert_eq!(
        followed(walked(&pcs, 1, true), &[0x1000, 0x1004, 0x1000]),
        2
    );
}

/// Execution goes on where it was while code is dropped.
#[test]
fn a_dropped_unit_can_still_be_followed() {
    let mut cache = Cache::default();
    let key = (0x1000, FAST);
    cache.add(key, 0x100..0x180, walked(&[0x1000, 0x1004], 0, false));
    let place = cache.entry(key).unwrap();
    cache.drop_keys(&[key]);
    assert!(cache.entry(key).is_none());
    assert!(cache.follow(place, 0x1004).is_some());
}

#[test]
fn units_are_dropped_by_their_keys_and_linked_anew() {
    let mut cache = Cache::default();
    let jumps = [link(0x2000, 0x110, 0x160), link(0x3000, 0x120, 0x170)];
    cache.add((0x1000, FAST), 0x100..0x180, unit(0x1000, &jumps));
    cache.add((0x2000, FAST), 0x200..0x280, unit(0x2000, &[]));
    cache.add((0x3000, FAST), 0x300..0x380, unit(0x3000, &[]));
    cache.add((0x2000, Mode::Careful), 0x400..0x480, unit(0x2000, &[]));
    // Only units that exist, and in that mode.
    let keys = [(0x2000, FAST), (0x5000, FAST), (0x3000, Mode::Careful)];
    let (dropped, patches) = cache.drop_keys(&keys);
    assert_eq!(dropped, [(0x2000, FAST)]);
    assert_eq!(patches, [patch(0x110, 0x160)]);
    assert_eq!(cache.find((0x2000, Mode::Careful)), Some(0x400));
    assert_eq!(cache.find((0x3000, FAST)), Some(0x300));
    let patches = cache.add((0x2000, FAST), 0x500..0x580, unit(0x2000, &[]));
    assert_eq!(patches, [patch(0x110, 0x500)]);
    // It is on its page's list once again.
    assert_eq!(cache.drop_ranges(&[page(2)]).0.len(), 2);
}
