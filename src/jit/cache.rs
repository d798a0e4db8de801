//! The units that exist, where they are, and who jumps to them.
//!
//! Knows offsets and numbers only; what has to change in code memory it
//! returns as [`Patch`]es.
#![forbid(unsafe_code)]

use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use super::exit::{ExitKind, Site, SiteId};
use super::inspect::Listing;
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
struct Placed {
    key: Key,
    offset: usize,
    len: usize,
    cold: usize,
    marks: Vec<Mark>,
    pages: Vec<u64>,
    sites: Range<u32>,
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

impl Cache {
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

    /// The instruction that the code at `offset` belongs to.
    pub(super) fn mark_at(&self, offset: usize) -> Option<Mark> {
        let after = self.placed.partition_point(|unit| unit.offset <= offset);
        let unit = self.placed.get(after.checked_sub(1)?)?;
        let after = unit
            .marks
            .partition_point(|mark| mark.host as usize <= offset);
        unit.marks.get(after.checked_sub(1)?).copied()
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
            pages,
            sites: unit_sites,
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
            pages,
            sites,
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
        let mut dropped = Vec::new();
        let mut patches = Vec::new();
        for unit in self.units_in(ranges) {
            let key = self.unlist(unit);
            patches.extend(self.redirect(key, |site| site.thunk));
            dropped.push(key);
        }
        (dropped, patches)
    }

    /// Forgets where a unit is and whom it jumps to.
    fn unlist(&mut self, unit: usize) -> Key {
        let Placed {
            key, pages, sites, ..
        } = &mut self.placed[unit];
        let (key, sites) = (*key, sites.clone());
        for page in std::mem::take(pages) {
            if let Some(units) = self.by_page.get_mut(&page) {
                units.retain(|&other| other != unit);
            }
        }
        for site in &self.sites[sites.start as usize..sites.end as usize] {
            if let ExitKind::Link(mode) = site.kind
                && let Some(links) = self.links.get_mut(&(site.pc, mode))
            {
                links.retain(|id| !sites.contains(&id.0));
            }
        }
        self.live.remove(&key);
        key
    }

    fn units_in(&self, ranges: &[Range<u64>]) -> HashSet<usize> {
        let touched = |page: &u64| {
            let start = page * PAGE_SIZE;
            ranges
                .iter()
                .any(|range| range.start < start + PAGE_SIZE && start < range.end)
        };
        let pages = self.by_page.iter().filter(|(page, _)| touched(page));
        pages.flat_map(|(_, units)| units.iter().copied()).collect()
    }

    /// The patches that send all links to `key` to where `to` says.
    fn redirect(&self, key: Key, to: impl Fn(&Site) -> usize) -> Vec<Patch> {
        let links = self.links.get(&key).map_or(&[][..], Vec::as_slice);
        let sites = links.iter().filter_map(|id| self.site(id.0.into()));
        sites.filter_map(|site| patch(site, to(site))).collect()
    }

    /// What listings are made from, of all units that exist, in the order in
    /// which they were made; `code` gives the bytes of a span of code memory.
    pub(super) fn listings<'a>(
        &'a self,
        code: impl Fn(Range<usize>) -> &'a [u8] + 'a,
    ) -> impl Iterator<Item = Listing<'a>> {
        let live = self.placed.iter().enumerate();
        live.filter(|(index, unit)| self.live.get(&unit.key) == Some(index))
            .map(move |(_, unit)| Listing {
                key: unit.key,
                offset: unit.offset,
                code: code(unit.offset..unit.offset + unit.len),
                marks: &unit.marks,
                cold: unit.cold,
                sites: &self.sites[unit.sites.start as usize..unit.sites.end as usize],
            })
    }
}

/// How to send the jump of `site` to the code at `target`.
fn patch(site: &Site, target: usize) -> Option<Patch> {
    let at = site.jump?;
    let displacement = i32::try_from(target as i64 - (at + 4) as i64).ok()?;
    Some(Patch {
        at,
        displacement: displacement.to_le_bytes(),
    })
}
