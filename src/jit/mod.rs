//! The JIT: guest code becomes x86-64 code, unit by unit, as execution reaches it.
//!
//! Enters: a hart whose `pc` is anywhere. Leaves: the hart after as many
//! instructions as the budget allowed, or before one that is not the JIT's
//! business. Must hold: the hart is exact wherever emitted code leaves; emitted
//! code accesses the guest's window, the side area, the state and, where touches
//! or links are recorded, their logs, the shadow and the table of clocks, nothing
//! else, and jumps only to units and stubs.
//!
//! `tiers` says what is compiled when, `path` picks the instructions of a `unit`,
//! `plan` what is emitted for each, `lower` says what they mean, `emitter` knows
//! where guest registers live (`regs`), `asm` is the assembler. `cache` and
//! `side` keep track of units, `code` holds and enters them, `stored` and `seal`
//! hand them to a later process, `fault` catches what the host's page protection
//! catches. Unsafe: `code`, `fault`, and the one place here that enters a unit.

mod asm;
mod cache;
mod code;
mod columns;
mod emission;
mod emitter;
mod exit;
mod facts;
mod fault;
mod float_regs;
mod floats;
mod host;
mod inspect;
mod lower;
mod meter;
mod mxcsr;
mod path;
mod plan;
mod profile;
mod regs;
mod seal;
mod side;
mod stored;
mod stubs;
#[cfg(test)]
mod tests;
mod tiers;
mod unit;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cache::{Cache, Patch, Place};
use code::{CodeMemory, Left};
pub use emission::{Emission, Listener};
use emitter::Context;
use exit::{ExitKind, Mode, Site};
use fault::FAULTED;
pub use fault::FaultsReceived;
use hashbrown::HashMap;
use host::Host;
use meter::Meter;
pub use path::MAX_INSNS;
use profile::Profile;
pub use profile::WINDOW;
use regs::Homes;
pub use seal::Origin;
use side::Bank;
pub use stored::{MAX_STORED, NotRestored};
use stubs::{LinkCode, MISSED, Shadow, Stubs, TouchCode};
use unit::Key;

use crate::machine::{Engine, Hart, Memory, Stop};

/// Bytes of code memory. When it is full, all units are dropped; so this bounds
/// what the host keeps about them, too, which is a few times as much.
const CODE_BYTES: usize = 32 << 20;
const _: () = assert!(CODE_BYTES <= u32::MAX as usize);
/// Units compiled from one [`Stop::Pause`] to the next, so that a guest that does
/// nothing but need new ones does not outrun a time limit.
const UNITS_TO_PAUSE: u32 = 1 << 10;
/// Units start at multiples of this: lines of the instruction cache.
///
/// PERF: of 16, the kernel fib takes a tenth longer (`benches/peers`, fib).
const UNIT_ALIGN: usize = 64;

/// The JIT engine, for one hart.
#[derive(Debug)]
pub struct Jit {
    code: CodeMemory,
    cache: Cache,
    homes: Homes,
    profile: Profile,
    /// Instructions until the next window of the profile.
    until_window: u64,
    /// How often execution has to arrive at code before it is compiled.
    patience: u8,
    /// How often it has, where that is not compiled yet.
    arrivals: HashMap<u64, u8>,
    /// Where in the units the window's last instruction is.
    watched: Option<Place>,
    stubs: Stubs,
    /// Where the stubs end.
    stubs_end: usize,
    /// Where the next unit goes.
    free: usize,
    emitted: u64,
    compile_time: Duration,
    /// Units to be compiled before the next pause.
    until_pause: u32,
    host: Host,
    meter: Meter,
    touch: Option<TouchCode>,
    link: Option<LinkCode>,
    bank: Bank,
    listener: Option<Listener>,
    /// What the units that were restored or have been stored are worth.
    kept: usize,
    /// No other JIT of this process has this number.
    number: u64,
    /// The host refused something, or the hart has another memory than the code
    /// was emitted for: from now on all is left to the interpreter.
    broken: bool,
}

impl Jit {
    /// A JIT for a hart with this memory, whose side area it takes over.
    pub fn new(memory: &mut Memory) -> std::io::Result<Jit> {
        fault::install()?;
        let profile = Profile::new(profile::FIRST_INTERVAL);
        let bank = Bank::of(memory);
        let touch = touch_code(memory)?;
        let (link, meter) = match link_code(memory)? {
            Some((link, insn)) => (Some(link), Meter::Clock(insn)),
            None => (None, touch.map_or(Meter::Insns, |_| Meter::Accesses)),
        };
        let in_register = touch.is_some_and(|touch| touch.shadow == Shadow::InRegister);
        let homes = match link.is_some() || in_register {
            true => Homes::usual_beside_log(),
            false => Homes::usual(),
        };
        let mut code = CodeMemory::reserve(CODE_BYTES)?;
        let (stubs, len) = lay_stubs(&mut code, &homes, (touch, link))?;
        side::initialize(memory, bank);
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        side::claim(memory, bank, number);
        Ok(Jit {
            code,
            cache: Cache::default(),
            homes,
            until_window: profile.interval(),
            patience: 1,
            arrivals: HashMap::new(),
            watched: None,
            profile,
            stubs,
            stubs_end: len,
            free: len.next_multiple_of(UNIT_ALIGN),
            emitted: len as u64,
            compile_time: Duration::ZERO,
            until_pause: UNITS_TO_PAUSE,
            host: Host::detect(),
            meter,
            touch,
            link,
            bank,
            listener: None,
            kept: 0,
            number,
            broken: false,
        })
    }

    /// Lets this thread receive the signals that emitted code needs, until the
    /// value is dropped.
    pub fn receive_faults(&self) -> FaultsReceived {
        FaultsReceived::new()
    }

    /// Whether it notes touches, as a detour needs it.
    pub fn notes_touches(&self) -> bool {
        self.touch.is_some()
    }

    /// Time spent emitting code.
    pub fn compile_time(&self) -> Duration {
        self.compile_time
    }

    /// Bytes of code emitted so far.
    pub fn code_bytes(&self) -> u64 {
        self.emitted
    }

    /// Writes what holds for all listings.
    pub fn write_overview(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        inspect::write_overview(out, &self.homes, &self.profile)
    }

    /// Writes the listing of all units with an instruction at an address in `pcs`.
    pub fn write_listing(
        &self,
        out: &mut dyn std::io::Write,
        memory: &Memory,
        pcs: Range<u64>,
    ) -> std::io::Result<()> {
        let listings = self.cache.listings(|span| self.code.bytes(span));
        for listing in listings.filter(|listing| listing.covers(&pcs)) {
            let entries = self.profile.entries_of(listing.key.0);
            listing.write(out, memory, entries)?;
        }
        Ok(())
    }

    /// Tells `listener` of all code that there is, and from now on of what comes.
    pub fn listen(&mut self, listener: Listener) {
        self.listener = Some(listener);
        self.tell_all();
    }

    fn tell_all(&mut self) {
        let Some(listener) = &mut self.listener else {
            return;
        };
        let base = self.code.address(0);
        listener.tell(&Emission::Cleared { base });
        for (span, name) in self.stubs.spans(self.stubs_end) {
            let (addr, len) = (base + span.start as u64, span.len() as u64);
            listener.tell(&Emission::Stub {
                base,
                addr,
                len,
                name,
            });
        }
        for listing in self.cache.listings(|span| self.code.bytes(span)) {
            let (offset, len) = (listing.offset, listing.code.len());
            listener.tell(&unit_emission(base, listing.key, offset..offset + len));
        }
    }

    /// Where the unit of `key` is, which is compiled if need be; nothing if the
    /// instruction there is not for the JIT.
    fn unit(&mut self, memory: &mut Memory, key: Key) -> Option<usize> {
        if let Some(offset) = self.cache.find(key) {
            return Some(offset);
        }
        let start = Instant::now();
        let compiled = self.compile(memory, key);
        self.until_pause -= 1;
        self.compile_time += start.elapsed();
        compiled.unwrap_or_else(|_| {
            self.broken = true;
            None
        })
    }

    fn compile(&mut self, memory: &mut Memory, key: Key) -> std::io::Result<Option<usize>> {
        self.make_floats(memory, key.0)?;
        let is_guided = match key.1 {
            Mode::Fast => self.profile.is_hot(key.0),
            Mode::Apart | Mode::Careful => self.profile.knows_hot(),
        };
        let guide = is_guided.then_some(&self.profile);
        let unit = unit::compile(memory, key, guide, self.context(memory));
        let Some(mut unit) = unit.map_err(std::io::Error::other)? else {
            return Ok(None);
        };
        if self.free + unit.code.len() > self.code.size() || self.cache.is_full() {
            self.clear(memory)?;
            return self.compile(memory, key);
        }
        let (offset, end) = (self.free, self.free + unit.code.len());
        self.emitted += unit.code.len() as u64;
        self.free = end.next_multiple_of(UNIT_ALIGN);
        let code = std::mem::take(&mut unit.code);
        let patches = self.cache.add(key, offset..end, unit);
        let mut writes = writes_of(&patches);
        writes.push((offset, &code));
        self.code.write(writes)?;
        if let Some(listener) = &mut self.listener {
            listener.tell(&unit_emission(self.code.address(0), key, offset..end));
        }
        Ok(Some(offset))
    }

    fn context(&self, memory: &Memory) -> Context<'_> {
        Context {
            homes: &self.homes,
            stubs: self.stubs,
            window: memory.window_size(),
            offset: self.free,
            first_site: self.cache.next_site(),
            host: self.host,
            meter: self.meter,
            touch: self.touch,
            link: self.link,
            rules: memory.rules(),
            bank: self.bank,
        }
    }

    /// Drops all units.
    fn clear(&mut self, memory: &mut Memory) -> std::io::Result<()> {
        let (stubs, len) = lay_stubs(&mut self.code, &self.homes, (self.touch, self.link))?;
        self.cache = Cache::default();
        self.kept = 0;
        self.stubs = stubs;
        self.stubs_end = len;
        self.free = len.next_multiple_of(UNIT_ALIGN);
        side::initialize(memory, self.bank);
        self.tell_all();
        Ok(())
    }

    /// Lets nothing lead to units that were dropped.
    fn unlink(&mut self, memory: &mut Memory, (dropped, patches): (Vec<Key>, Vec<Patch>)) {
        for (pc, _) in dropped {
            side::clear_jump(memory, self.bank, pc);
        }
        self.broken |= self.code.write(writes_of(&patches)).is_err();
    }

    /// Enters the unit at `offset`, and settles what it did to `budget`.
    fn enter(&self, hart: &mut Hart, offset: usize, budget: &mut u64) -> Departure {
        let Stubs { enter, exit, .. } = self.stubs;
        // SAFETY: the stubs are where `stubs::emit` said, every unit in the
        // cache was emitted for these homes and this hart's memory, as `run` has
        // checked, by this JIT or, as `restore` has checked, an equal one, and
        // jumps lead to units and stubs alone.
        let left = unsafe {
            let register = self.meter.fill(hart, *budget);
            self.code.enter(enter, exit, offset, hart, register)
        };
        let (departure, owed) = self.departure(hart, left);
        let (remaining, accesses) = self.meter.read(hart, left.budget, owed);
        hart.memory.count_accesses(accesses);
        hart.state.insns += *budget - remaining;
        *budget = remaining;
        departure
    }

    /// Where and why the code left; and what it has paid in vain.
    fn departure(&self, hart: &mut Hart, left: Left) -> (Departure, u32) {
        if left.why == MISSED {
            return (Departure::Missed, 0);
        }
        if left.why & FAULTED != 0 {
            let Some((mark, repairs)) = self.cache.mark_at((left.why & !FAULTED) as usize) else {
                unreachable!("a fault in code that belongs to no unit");
            };
            hart.state.pc = mark.pc;
            repairs
                .iter()
                .for_each(|step| step.execute(&mut hart.state));
            return (Departure::Stop(Stop::Step), mark.owed);
        }
        let Some(&Site { pc, owed, kind, .. }) = self.cache.site(left.why) else {
            unreachable!("an exit that was never emitted");
        };
        hart.state.pc = pc;
        let departure = match kind {
            ExitKind::Link(mode) => Departure::Link(mode),
            ExitKind::Budget => Departure::Stop(Stop::Budget),
            ExitKind::Step => Departure::Stop(Stop::Step),
            ExitKind::Ecall => Departure::Stop(Stop::Ecall),
        };
        (departure, owed)
    }
}

/// Where emitted code records touches in `memory`, if it is to.
fn touch_code(memory: &Memory) -> std::io::Result<Option<TouchCode>> {
    let Some(map) = memory.touch_map().filter(|_| memory.is_recording()) else {
        return Ok(None);
    };
    let reason = "the address space is too large to record touches by emitted code";
    let touch = TouchCode::new(map);
    touch
        .map(Some)
        .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::Unsupported, reason))
}

/// Where emitted code links accesses to `memory`, if it is to, and clocks of an instruction.
fn link_code(memory: &Memory) -> std::io::Result<Option<(LinkCode, u16)>> {
    let Some((map, insn)) = memory.link_map() else {
        return Ok(None);
    };
    let reason = "no emitted code can link accesses in this address space by these clocks";
    let insn = u16::try_from(insn).ok().filter(|&insn| insn > 0);
    LinkCode::new(map)
        .zip(insn)
        .map(Some)
        .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::Unsupported, reason))
}

/// Puts the stubs for `homes` at the start of the code memory; returns where
/// they are, and how many bytes they take.
fn lay_stubs(
    code: &mut CodeMemory,
    homes: &Homes,
    (touch, link): (Option<TouchCode>, Option<LinkCode>),
) -> std::io::Result<(Stubs, usize)> {
    let (bytes, stubs) = stubs::emit(homes, touch, link).map_err(std::io::Error::other)?;
    code.write(vec![(0, &bytes)])?;
    Ok((stubs, bytes.len()))
}

fn unit_emission(base: u64, key: Key, span: Range<usize>) -> Emission {
    let (pc, mode) = key;
    Emission::Unit {
        base,
        addr: base + span.start as u64,
        len: span.len() as u64,
        pc,
        mode: inspect::mode_name(mode),
    }
}

/// The writes that carry out `patches`.
fn writes_of(patches: &[Patch]) -> Vec<(usize, &[u8])> {
    patches
        .iter()
        .map(|patch| (patch.at, &patch.displacement[..]))
        .collect()
}

/// What to do after emitted code has left.
enum Departure {
    /// Go on at the unit of `pc` in this mode.
    Link(Mode),
    /// Go on at the unit of `pc`, and let indirect jumps find it.
    Missed,
    /// Go on at the unit of `pc`: only a part of the budget was used up, on purpose.
    Again,
    /// Return.
    Stop(Stop),
}

impl Engine for Jit {
    fn run(&mut self, hart: &mut Hart, mut budget: u64) -> Stop {
        let mut mode = Mode::Fast;
        let mut missed = false;
        // A library's user may put another memory into a hart.
        self.broken |= !side::is_owned(&mut hart.memory, self.bank, self.number);
        while budget > 0 && !self.broken {
            if self.until_pause == 0 {
                self.until_pause = UNITS_TO_PAUSE;
                return Stop::Pause;
            }
            let key = (hart.state.pc, mode);
            if self.is_cold(key) {
                return Stop::Cold;
            }
            let Some(offset) = self.unit(&mut hart.memory, key) else {
                return Stop::Step;
            };
            // Not before: now there may be homes of floating-point registers.
            if !self.can_round(hart) {
                return Stop::Cold;
            }
            if missed {
                let host = self.code.address(offset);
                side::set_jump(&mut hart.memory, self.bank, hart.state.pc, host);
            }
            (mode, missed) = match self.enter_until_window(hart, offset, &mut budget) {
                Departure::Link(mode) => (mode, false),
                Departure::Missed => (Mode::Fast, true),
                Departure::Again => (Mode::Fast, false),
                Departure::Stop(stop) if stop == Stop::Observe => return stop,
                Departure::Stop(_) if budget == 0 => return Stop::Budget,
                Departure::Stop(stop) => return stop,
            };
        }
        if budget == 0 {
            Stop::Budget
        } else {
            Stop::Step
        }
    }

    fn forget(&mut self, memory: &mut Memory, ranges: &[Range<u64>]) {
        let dropped = self.cache.drop_ranges(ranges);
        self.profile.cool(dropped.0.iter().map(|(pc, _)| *pc));
        self.unlink(memory, dropped);
    }
}
