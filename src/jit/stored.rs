//! Units as bytes, to be used by a later process.
//!
//! What is stored lies where it lay: jumps to stubs, and the numbers that exits
//! hand over, are good as they are. Jumps to other units are stored as they were
//! emitted, to the exits, and are linked anew.
//!
//! Only units made from the program's text as it was loaded are stored, and only
//! where that text is the same they are restored. Machine code cannot be checked:
//! a [`Seal`] shows that it was emitted here. All else is checked besides, so that
//! what is restored lies within its bounds whatever the bytes are.
#![forbid(unsafe_code)]

use std::ops::Range;

use super::cache::{Cache, MAX_SITES, Patch, Placed, patch};
use super::columns::{Input, Output};
use super::exit::{ExitKind, Mode, Site, SiteId};
use super::float_regs::{FLOATS, FloatHomes};
use super::plan::{Repairs, Step};
use super::profile::Profile;
use super::regs::{GUESTS, Homes};
use super::seal::{Origin, SEAL_BYTES, Seal};
use super::unit::{Key, Mark, Unit};
use super::{CODE_BYTES, Jit, UNIT_ALIGN, stubs};
use crate::isa::{FReg, Reg};
use crate::machine::{Memory, PAGE_SIZE};

/// Bytes that [`Jit::store`] makes at the most: tables take about half as many as code.
pub const MAX_STORED: usize = 2 * CODE_BYTES;

/// What fills gaps in code memory: a breakpoint each.
const NO_CODE: u8 = 0xcc;

/// All that is restored.
struct Stored<'a> {
    homes: Homes,
    profile: Profile,
    cache: Cache,
    /// What the units are worth.
    worth: usize,
    /// What lies from `start` on, linked.
    code: &'a [u8],
    start: usize,
}

/// What precedes the units.
struct Head {
    homes: Homes,
    profile: Profile,
    /// The pages of text that the units were made from.
    pages: Vec<u64>,
    /// Where the first unit starts, behind the stubs, and how many bytes lie between
    /// that and the last one's end.
    start: usize,
    len: usize,
}

/// A unit without its code.
struct StoredUnit {
    key: Key,
    span: Range<usize>,
    first_site: SiteId,
    unit: Unit,
}

/// Why stored units were not restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRestored {
    /// They are not of this origin and for such a JIT, or were changed.
    Foreign,
    /// They do not hold for this program.
    Unfit,
}

impl Jit {
    /// A name for the units of this origin and such a JIT, of letters and digits.
    pub fn stored_name(&self, memory: &Memory, origin: &Origin) -> std::io::Result<String> {
        Ok(Seal::new(self, memory, origin)?.name())
    }

    /// The units made from the program's text, sealed; nothing if they are worth no
    /// more than those that were restored or stored before, or too many. The JIT must know of
    /// all changes of code.
    pub fn store(&mut self, memory: &Memory, origin: &Origin) -> Option<Vec<u8>> {
        let seal = Seal::new(self, memory, origin).ok()?;
        let units = self.store_units(memory)?;
        (units.len() + SEAL_BYTES <= MAX_STORED).then(|| seal.close(&units))
    }

    /// Takes in what [`Jit::store`] has made; returns how many bytes of code that
    /// is. There must be no units yet.
    pub fn restore(
        &mut self,
        memory: &mut Memory,
        origin: &Origin,
        stored: &mut [u8],
    ) -> Result<usize, NotRestored> {
        let seal = Seal::new(self, memory, origin).map_err(|_| NotRestored::Unfit)?;
        let units = seal.open(stored).ok_or(NotRestored::Foreign)?;
        self.restore_units(memory, units).ok_or(NotRestored::Unfit)
    }

    /// As [`Jit::store`], without a seal.
    pub(super) fn store_units(&mut self, memory: &Memory) -> Option<Vec<u8>> {
        let is_text = |&page: &u64| memory.text_page(page).is_some();
        let units = self.cache.units();
        let units: Vec<&Placed> = units
            .filter(|unit| unit.pages.iter().all(is_text))
            .collect();
        let worth = units.iter().map(|unit| worth(unit.guided)).sum();
        if self.broken || worth <= self.kept {
            return None;
        }
        let mut out = Output::default();
        write_homes(&mut out, &self.homes);
        let is_text_at = |pc| is_text(&(pc / PAGE_SIZE));
        self.profile.write(&mut out, is_text_at);
        out.bytes(&self.stubs_digest());
        let mut pages: Vec<u64> = units.iter().flat_map(|unit| unit.pages.clone()).collect();
        pages.sort_unstable();
        pages.dedup();
        out.count(pages.len());
        pages.iter().for_each(|&page| out.number(page));
        out.bytes(&text_digest(memory, &pages)?);
        let code = self.unlinked(&units);
        out.count(units.first().map_or(0, |unit| unit.offset));
        out.count(code.len());
        out.bytes(&code);
        out.count(units.len());
        for unit in &units {
            write_unit(&mut out, unit, self.cache.sites_of(unit));
        }
        self.kept = worth;
        Some(out.0)
    }

    /// What lies from the first unit's start to the last one's end, but for other
    /// units; jumps to units lead to exits.
    fn unlinked(&self, units: &[&Placed]) -> Vec<u8> {
        let start = units.first().map_or(0, |unit| unit.offset);
        let mut code = Vec::new();
        for unit in units {
            code.resize(unit.offset - start, NO_CODE);
            let span = unit.offset..unit.offset + unit.len;
            code.extend_from_slice(self.code.bytes(span));
            let sites = self.cache.sites_of(unit).iter();
            let exits = sites.filter_map(|site| patch(site, site.thunk));
            apply(&mut code, start, exits);
        }
        code
    }

    /// As [`Jit::restore`], of units that have been under this seal.
    pub(super) fn restore_units(
        &mut self,
        memory: &mut Memory,
        stored: &mut [u8],
    ) -> Option<usize> {
        let stored = self.read(memory, stored)?;
        self.homes = stored.homes;
        self.profile = stored.profile;
        self.until_window = self.profile.interval();
        self.watched = None;
        let laid = self.clear(memory);
        let laid = laid.and_then(|()| Ok(self.code.write(vec![(stored.start, stored.code)])?));
        if laid.is_err() {
            self.broken = true;
            return None;
        }
        self.cache = stored.cache;
        self.kept = stored.worth;
        let end = stored.start + stored.code.len();
        self.free = self.free.max(end.next_multiple_of(UNIT_ALIGN));
        Some(stored.code.len())
    }

    /// Reads what is stored, and checks that it can be laid into code memory.
    fn read<'a>(&self, memory: &Memory, stored: &'a mut [u8]) -> Option<Stored<'a>> {
        let mut input = Input(stored);
        let head = self.read_head(memory, &mut input)?;
        let at = stored.len() - input.0.len();
        let (code, tables) = stored[at..].split_at_mut_checked(head.len)?;
        let mut input = Input(tables);
        let units = input.count()?;
        let mut cache = Cache::with_room(units);
        let (mut free, mut value) = (head.start, 0);
        for _ in 0..units {
            let StoredUnit {
                key,
                span,
                first_site,
                unit,
            } = read_unit(&mut input, &head)?;
            let in_order = span.start >= free && first_site.0 >= cache.next_site().0;
            if !in_order || cache.is_full() || cache.find(key).is_some() {
                return None;
            }
            free = span.end;
            value += worth(unit.guided);
            cache.skip_to_site(first_site);
            apply(code, head.start, cache.add(key, span, unit));
        }
        input.0.is_empty().then_some(Stored {
            homes: head.homes,
            profile: head.profile,
            cache,
            worth: value,
            code,
            start: head.start,
        })
    }

    fn read_head(&self, memory: &Memory, input: &mut Input<'_>) -> Option<Head> {
        let homes = read_homes(input, &self.homes)?;
        let profile = Profile::read(input)?;
        let (stubs, _) = stubs::emit(&homes, self.touch, self.link).ok()?;
        if input.array()? != *blake3::hash(&stubs).as_bytes() {
            return None;
        }
        let pages: Vec<u64> = input.many(Input::number)?;
        if !pages.is_sorted_by(|a, b| a < b) || input.array()? != text_digest(memory, &pages)? {
            return None;
        }
        let (start, len) = (input.number()?, input.number()?);
        let within = len <= CODE_BYTES && (stubs.len()..=CODE_BYTES - len).contains(&start);
        within.then_some(Head {
            homes,
            profile,
            pages,
            start,
            len,
        })
    }

    fn stubs_digest(&self) -> [u8; 32] {
        let stubs = self.code.bytes(0..self.stubs_end);
        *blake3::hash(stubs).as_bytes()
    }
}

fn write_homes(out: &mut Output, homes: &Homes) {
    out.bytes(&homes.order().map(|reg| reg.index() as u8));
    out.byte(u8::from(homes.floats().is_some()));
    if let Some(floats) = homes.floats() {
        out.bytes(&floats.order().map(|reg| reg.index() as u8));
    }
}

/// Reads homes in the same places as `like`.
fn read_homes(input: &mut Input<'_>, like: &Homes) -> Option<Homes> {
    let homes = like.reranked(&read_order::<GUESTS>(input)?.map(Reg::new));
    let floats = match read_flag(input)? {
        true => {
            let order = read_order::<FLOATS>(input)?.map(FReg::new);
            Some(FloatHomes::ranked(&order))
        }
        false => None,
    };
    Some(homes.having_floats(floats))
}

/// Reads the numbers of registers.
fn read_order<const N: usize>(input: &mut Input<'_>) -> Option<[u32; N]> {
    let order = input.array::<N>()?.map(u32::from);
    order.iter().all(|&reg| reg < 32).then_some(order)
}

fn write_unit(out: &mut Output, unit: &Placed, sites: &[Site]) {
    let (pc, mode) = unit.key;
    out.number(pc);
    out.byte(mode_number(mode));
    out.byte(u8::from(unit.repeats));
    out.byte(u8::from(unit.guided));
    out.count(unit.offset);
    out.count(unit.len);
    out.count(unit.cold - unit.offset);
    out.number(unit.sites.start.into());
    out.count(unit.pages.len());
    unit.pages
        .iter()
        .for_each(|&page| out.change(pc / PAGE_SIZE, page));
    out.count(unit.repair_steps.len());
    unit.repair_steps.iter().for_each(|step| step.write(out));
    out.count(unit.marks.len());
    let mut last = (pc, unit.offset);
    for mark in &unit.marks {
        let host = mark.host as usize;
        out.count(host - last.1);
        out.change(last.0, mark.pc);
        write_owed(out, mark.owed);
        mark.repairs.write(out);
        last = (mark.pc, host);
    }
    out.count(sites.len());
    for site in sites {
        out.change(pc, site.pc);
        write_owed(out, site.owed);
        out.bytes(&kind_numbers(site.kind));
        // None is 0, for a jump's displacement does not lie at a unit's start.
        out.count(site.jump.map_or(0, |at| at - unit.offset));
        out.count(site.thunk - unit.offset);
    }
}

/// Instructions and accesses apart, which a meter puts into one number.
fn write_owed(out: &mut Output, owed: u32) {
    let (high, low) = (owed >> OWED_BITS, owed % (1 << OWED_BITS));
    out.number(high.into());
    out.number(low.into());
}

const OWED_BITS: u32 = 24;

fn read_owed(input: &mut Input<'_>) -> Option<u32> {
    let (high, low) = (input.number::<u8>()?, input.number::<u32>()?);
    (low < 1 << OWED_BITS).then_some(u32::from(high) << OWED_BITS | low)
}

/// Reads a unit whose code lies where `head` says that there is some.
fn read_unit(input: &mut Input<'_>, head: &Head) -> Option<StoredUnit> {
    let pc = input.number()?;
    let mode = mode_of(input.byte()?)?;
    let (repeats, guided) = (read_flag(input)?, read_flag(input)?);
    let offset = input.number()?;
    let span = offset..input.more(offset)?;
    let cold = input.more(offset)?;
    let first_site = input.number()?;
    let made_from = input.many(|input| input.change(pc / PAGE_SIZE))?;
    let repair_steps = input.many(Step::read)?;
    let mut last = (pc, offset);
    let marks = input.many(|input| {
        let (host, pc) = (input.more(last.1)?, input.change(last.0)?);
        last = (pc, host);
        Some(Mark {
            host: u32::try_from(host).ok()?,
            pc,
            owed: read_owed(input)?,
            repairs: Repairs::read(input, repair_steps.len())?,
        })
    })?;
    let sites = input.many(|input| read_site(input, pc, offset))?;
    let unit = Unit {
        code: Vec::new(),
        sites,
        marks,
        repair_steps,
        cold,
        pages: made_from,
        repeats,
        guided,
    };
    let placed = !span.is_empty() && offset.is_multiple_of(UNIT_ALIGN);
    let within = span.end <= head.start + head.len;
    let numbered = first_site as usize <= MAX_SITES;
    let sound = placed && within && numbered && is_sound(pc, &unit, &span, &head.pages);
    sound.then_some(StoredUnit {
        key: (pc, mode),
        span,
        first_site: SiteId(first_site),
        unit,
    })
}

/// Reads a site of the unit of `pc` that lies at `offset`.
fn read_site(input: &mut Input<'_>, pc: u64, offset: usize) -> Option<Site> {
    Some(Site {
        pc: input.change(pc)?,
        owed: read_owed(input)?,
        kind: kind_of(input.array()?)?,
        jump: match input.number()? {
            0 => None,
            at => Some(offset.checked_add(at)?),
        },
        thunk: input.more(offset)?,
    })
}

fn read_flag(input: &mut Input<'_>) -> Option<bool> {
    match input.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// What a unit counts when it is asked whether there is more to store than before:
/// one that has been compiled again with a guide is news.
fn worth(guided: bool) -> usize {
    1 + usize::from(guided)
}

/// Whether all that a unit has lies where it may, if it lies at `span`.
fn is_sound(pc: u64, unit: &Unit, span: &Range<usize>, pages: &[u64]) -> bool {
    let Unit {
        sites,
        marks,
        cold,
        pages: made_from,
        ..
    } = unit;
    let known = |page: u64| made_from.contains(&page);
    let mark_is_sound = |mark: &Mark| {
        let of = span.contains(&(mark.host as usize));
        of && mark.pc.is_multiple_of(2) && known(mark.pc / PAGE_SIZE)
    };
    let site_is_sound = |site: &Site| {
        let jump = site.jump.is_none_or(|at| {
            let end = at.checked_add(4);
            span.start <= at && end.is_some_and(|end| end <= span.end)
        });
        let links = matches!(site.kind, ExitKind::Link(_)) == site.jump.is_some();
        jump && links && (*cold..span.end).contains(&site.thunk)
    };
    span.start <= *cold
        && *cold <= span.end
        && made_from.is_sorted_by(|a, b| a < b)
        && made_from
            .iter()
            .all(|page| pages.binary_search(page).is_ok())
        && marks.first().is_some_and(|mark| mark.pc == pc)
        && marks.is_sorted_by_key(|mark| mark.host)
        && marks.iter().all(mark_is_sound)
        && sites.iter().all(site_is_sound)
}

/// A digest of these pages of the program's text; nothing if one is none.
fn text_digest(memory: &Memory, pages: &[u64]) -> Option<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    for &page in pages {
        hasher.update(memory.text_page(page)?);
    }
    Some(hasher.finalize().into())
}

/// Carries out `patches` in `code`, which lies at `start`.
fn apply(code: &mut [u8], start: usize, patches: impl IntoIterator<Item = Patch>) {
    for Patch { at, displacement } in patches {
        code[at - start..at - start + 4].copy_from_slice(&displacement);
    }
}

const MODES: [Mode; 3] = [Mode::Fast, Mode::Apart, Mode::Careful];

fn mode_number(mode: Mode) -> u8 {
    match mode {
        Mode::Fast => 0,
        Mode::Apart => 1,
        Mode::Careful => 2,
    }
}

fn mode_of(number: u8) -> Option<Mode> {
    MODES.get(usize::from(number)).copied()
}

fn kind_numbers(kind: ExitKind) -> [u8; 2] {
    match kind {
        ExitKind::Link(mode) => [0, mode_number(mode)],
        ExitKind::Budget => [1, 0],
        ExitKind::Step => [2, 0],
        ExitKind::Ecall => [3, 0],
    }
}

fn kind_of(numbers: [u8; 2]) -> Option<ExitKind> {
    match numbers {
        [0, mode] => mode_of(mode).map(ExitKind::Link),
        [1, 0] => Some(ExitKind::Budget),
        [2, 0] => Some(ExitKind::Step),
        [3, 0] => Some(ExitKind::Ecall),
        _ => None,
    }
}
