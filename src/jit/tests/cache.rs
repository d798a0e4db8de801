//! Who is where, and who jumps to whom: `cache`.

use std::ops::Range;

use super::super::cache::{Cache, Patch};
use super::super::exit::{ExitKind, Mode, Site, SiteId};
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
    let mark = |host, pc| Mark { host, pc, owed: 1 };
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
    let pc = |offset| cache.mark_at(offset).map(|mark| mark.pc);
    assert_eq!([0x108, 0x10f].map(pc), [Some(1); 2]);
    assert_eq!([0x110, 0x17f].map(pc), [Some(3); 2]);
    assert_eq!([0x20a, 0x27f].map(pc), [Some(4); 2]);
    // Stubs, and the budget at a unit's start.
    assert_eq!([0, 0xff, 0x100, 0x107, 0x209].map(pc), [None; 5]);
}

#[test]
fn a_dropped_unit_can_still_be_left_by_a_fault() {
    let mut cache = Cache::default();
    let (host, pc, owed) = (0x108, 0x1000, 3);
    let mut unit = unit(0x1000, &[]);
    unit.marks = vec![Mark { host, pc, owed }];
    cache.add((0x1000, FAST), 0x100..0x180, unit);
    cache.drop_ranges(&[page(1)]);
    assert_eq!(cache.mark_at(0x120), Some(Mark { host, pc, owed }));
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
