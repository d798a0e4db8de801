//! The units that exist, where they are, and who jumps to them.
//!
//! Knows offsets and numbers only; what has to change in code memory it
//! returns as [`Patch`]es.
#![forbid(unsafe_code)]

use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use super::exit::{ExitKind, Site, SiteId};
use super::inspect::Listing;
use super::plan::Step;
use super::unit::{Key, Mark, Unit};
use crate::machine::PAGE_SIZE;

/// A jump to be redirected: the displacement at `at` is to become `displacement`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) at: usize,
    pub(super) displacement: [u8; 4],
}

/// A unit in code memory.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) key: Key,
    pub(super) offset: usize,
    pub(super) len: usize,
    pub(super) cold: usize,
    pub(super) marks: Vec<Mark>,
    pub(super) repair_steps: Vec<Step>,
    pub(super) pages: Vec<u64>,
    pub(super) sites: Range<u32>,
    pub(super) repeats: bool,
    pub(super) guided: bool,
}

/// An instruction of a unit: that of its `index`-th mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    unit: usize,
    index: usize,
}

/// All units.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// In the order of their offsets; dropped ones stay until the cache is cleared.
    placed: Vec<Placed>,
    live: HashMap<Key, usize>,
    by_page: HashMap<u64, Vec<usize>>,
    sites: Vec<Site>,
    /// The links to each unit, whether it exists or not.
    links: HashMap<Key, Vec<SiteId>>,
}

/// Units and sites at the most. Code memory bounds them, too, but tiny units
/// would take many times their code to keep track of.
pub(super) const MAX_UNITS: usize = 1 << 17;
pub(super) const MAX_SITES: usize = 1 << 20;

impl Cache {
    /// No units, and room for so many.
    pub(super) fn with_room(units: usize) -> Cache {
        let units = units.min(MAX_UNITS);
        Cache {
            placed: Vec::with_capacity(units),
            live: HashMap::with_capacity(units),
            // There are links to units that do not exist, too.
            links: HashMap::with_capacity(2 * units),
            ..Cache::default()
        }
    }

    /// Whether it is time to clear the cache.
    pub(super) fn is_full(&self) -> bool {
        self.placed.len() >= MAX_UNITS || self.sites.len() >= MAX_SITES
    }

    /// The number that the next unit's first site gets.
    pub(super) fn next_site(&self) -> SiteId {
        SiteId(self.sites.len() as u32)
    }

    /// Where the unit of `key` is.
    pub(super) fn find(&self, key: Key) -> Option<usize> {
        self.live.get(&key).map(|&unit| self.placed[unit].offset)
    }

    /// The site of a number that emitted code handed over.
    pub(super) fn site(&self, id: u64) -> Option<&Site> {
        self.sites.get(usize::try_from(id).ok()?)
    }

    /// The instruction that the code at `offset` belongs to, and what is to be
    /// done if it faults there.
    pub(super) fn mark_at(&self, offset: usize) -> Option<(Mark, &[Step])> {
        let after = self.placed.partition_point(|unit| unit.offset <= offset);
        let unit = self.placed.get(after.checked_sub(1)?)?;
        let after = unit
            .marks
            .partition_point(|mark| mark.host as usize <= offset);
        let mark = *unit.marks.get(after.checked_sub(1)?)?;
        Some((mark, &unit.repair_steps[mark.repairs.range()]))
    }

    /// The first instruction of the unit of `key`.
    pub(super) fn entry(&self, key: Key) -> Option<Place> {
        let unit = *self.live.get(&key)?;
        Some(Place { unit, index: 0 })
    }

    /// Where in the same unit the instruction at `pc` is, to which execution goes
    /// on from `place`; nothing if it leaves the unit.
    pub(super) fn follow(&self, place: Place, pc: u64) -> Option<Place> {
        let unit = &self.placed[place.unit];
        let next = unit.marks.get(place.index + 1);
        match next.filter(|mark| (mark.host as usize) < unit.cold) {
            Some(mark) => (mark.pc == pc).then_some(Place {
                index: place.index + 1,
                ..place
            }),
            None => (unit.repeats && unit.key.0 == pc).then_some(Place { index: 0, ..place }),
        }
    }

    /// Takes in a unit that lies at `span`; returns how to link it, both ways.
    pub(super) fn add(&mut self, key: Key, span: Range<usize>, unit: Unit) -> Vec<Patch> {
        let index = self.placed.len();
        let first = self.next_site().0;
        let sites = first..first + unit.sites.len() as u32;
        let offset = span.start;
        let Unit {
            cold,
            marks,
            repair_steps,
            pages,
            sites: unit_sites,
            repeats,
            guided,
            ..
        } = unit;
        for &page in &pages {
            self.by_page.entry(page).or_default().push(index);
        }
        self.placed.push(Placed {
            key,
            offset,
            len: span.len(),
            cold,
            marks,
            repair_steps,
            pages,
            sites,
            repeats,
            guided,
        });
        self.live.insert(key, index);
        let mut patches: Vec<Patch> = self.redirect(key, |_| offset);
        for site in unit_sites {
            let id = self.next_site();
            self.sites.push(site);
            if let ExitKind::Link(mode) = site.kind {
                let target = (site.pc, mode);
                self.links.entry(target).or_default().push(id);
                patches.extend(self.find(target).and_then(|to| patch(&site, to)));
            }
        }
        patches
    }

    /// Drops the units made from bytes in `ranges`; returns their keys, and how
    /// to send those who jump to them back to their exits.
    pub(super) fn drop_ranges(&mut self, ranges: &[Range<u64>]) -> (Vec<Key>, Vec<Patch>) {
        let units = self.units_in(ranges);
        self.drop_units(&units)
    }

    /// As [`Cache::drop_ranges`], the units of `keys`.
    pub(super) fn drop_keys(&mut self, keys: &[Key]) -> (Vec<Key>, Vec<Patch>) {
        let units = keys.iter().filter_map(|key| self.live.get(key)).copied();
        let units = units.collect();
        self.drop_units(&units)
    }

    /// A guest decides how many units that are and who links to them: each page
    /// and each list of links is gone through once.
    fn drop_units(&mut self, units: &HashSet<usize>) -> (Vec<Key>, Vec<Patch>) {
        self.leave_pages(units);
        self.leave_links(units);
        let keys: Vec<Key> = units.iter().map(|&unit| self.placed[unit].key).collect();
        let mut patches = Vec::new();
        for key in &keys {
            self.live.remove(key);
            patches.extend(self.redirect(*key, |site| site.thunk));
        }
        (keys, patches)
    }

    /// Takes `units` off the lists of the pages that they were made from.
    fn leave_pages(&mut self, units: &HashSet<usize>) {
        let pages: HashSet<u64> = units
            .iter()
            .flat_map(|&unit| std::mem::take(&mut self.placed[unit].pages))
            .collect();
        for page in pages {
            if let Some(listed) = self.by_page.get_mut(&page) {
                listed.retain(|unit| !units.contains(unit));
                if listed.is_empty() {
                    self.by_page.remove(&page);
                }
            }
        }
    }

    /// Takes the links out of `units` off the lists of those they lead to.
    fn leave_links(&mut self, units: &HashSet<usize>) {
        let mut left: Vec<Range<u32>> = units
            .iter()
            .map(|&unit| self.placed[unit].sites.clone())
            .collect();
        left.sort_unstable_by_key(|sites| sites.start);
        let is_left = |id: &SiteId| {
            let after = left.partition_point(|sites| sites.start <= id.0);
            after > 0 && left[after - 1].contains(&id.0)
        };
        let sites = left.iter().flat_map(|sites| sites.clone());
        let sites = sites.filter_map(|id| self.sites.get(id as usize));
        let targets: HashSet<Key> = sites
            .filter_map(|site| match site.kind {
                ExitKind::Link(mode) => Some((site.pc, mode)),
                _ => None,
            })
            .collect();
        for target in targets {
            if let Some(links) = self.links.get_mut(&target) {
                links.retain(|id| !is_left(id));
                if links.is_empty() {
                    self.links.remove(&target);
                }
            }
        }
    }

    /// The units made from bytes in `ranges`.
    fn units_in(&self, ranges: &[Range<u64>]) -> HashSet<usize> {
        let mut units = HashSet::new();
        for range in ranges {
            let pages = range.start / PAGE_SIZE..range.end.div_ceil(PAGE_SIZE);
            if pages.end - pages.start < self.by_page.len() as u64 {
                let listed = pages.filter_map(|page| self.by_page.get(&page));
                units.extend(listed.flatten());
            } else {
                let listed = self.by_page.iter().filter(|(page, _)| pages.contains(page));
                units.extend(listed.flat_map(|(_, units)| units));
            }
        }
        units
    }

    /// The patches that send all links to `key` to where `to` says.
    fn redirect(&self, key: Key, to: impl Fn(&Site) -> usize) -> Vec<Patch> {
        let links = self.links.get(&key).map_or(&[][..], Vec::as_slice);
        let sites = links.iter().filter_map(|id| self.site(id.0.into()));
        sites.filter_map(|site| patch(site, to(site))).collect()
    }

    /// All units that exist, in the order in which they were made, which is that
    /// of their offsets.
    pub(super) fn units(&self) -> impl Iterator<Item = &Placed> {
        let placed = self.placed.iter().enumerate();
        let is_live = |index: usize, unit: &Placed| self.live.get(&unit.key) == Some(&index);
        placed
            .filter(move |&(index, unit)| is_live(index, unit))
            .map(|(_, unit)| unit)
    }

    /// The sites of a unit.
    pub(super) fn sites_of(&self, unit: &Placed) -> &[Site] {
        &self.sites[unit.sites.start as usize..unit.sites.end as usize]
    }

    /// The next unit's first site gets this number, if so many have not been
    /// given yet; the numbers in between no unit has.
    pub(super) fn skip_to_site(&mut self, next: SiteId) {
        const NOBODYS: Site = Site {
            pc: 0,
            owed: 0,
            kind: ExitKind::Step,
            jump: None,
            thunk: 0,
        };
        let len = self.sites.len().max(next.0 as usize);
        self.sites.resize(len, NOBODYS);
    }

    /// What listings are made from, of all units that exist, in the order in
    /// which they were made; `code` gives the bytes of a span of code memory.
    pub(super) fn listings<'a>(
        &'a self,
        code: impl Fn(Range<usize>) -> &'a [u8] + 'a,
    ) -> impl Iterator<Item = Listing<'a>> {
        self.units().map(move |unit| Listing {
            key: unit.key,
            offset: unit.offset,
            code: code(unit.offset..unit.offset + unit.len),
            marks: &unit.marks,
            cold: unit.cold,
            sites: self.sites_of(unit),
        })
    }
}

/// How to send the jump of `site` to the code at `target`.
pub(super) fn patch(site: &Site, target: usize) -> Option<Patch> {
    let at = site.jump?;
    let displacement = i32::try_from(target as i64 - (at + 4) as i64).ok()?;
    Some(Patch {
        at,
        displacement: displacement.to_le_bytes(),
    })
}
