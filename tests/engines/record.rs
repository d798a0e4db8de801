//! Scenarios, recorded: both engines make the same chunks, which are those that
//! the policy and the program make, and which both can replay; and to be
//! recorded changes nothing.

use std::collections::hash_map::DefaultHasher;
use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};

use rvjet::machine::{Access, PAGE_SIZE, Touch};
use rvjet::replay::{Access as Accessed, ChunkLinks, Join, Link};
use rvjet::trace::{Chunk, Digest, Header, Policy};
use rvjet::{EngineKind, Replayer};

use crate::lab::stub;
use crate::ledger::Ledger;
use crate::scenario::{ENGINES, Observed, Scenario};

use Policy::{Accesses, Insns, Touches};

/// One scenario in so many is recorded where it is checked, unless
/// `RECORD_ONE_IN` says otherwise.
const ONE_IN: u64 = 8;
/// Chunks of all kinds.
pub const POLICIES: [Policy; 9] = [
    Insns(1),
    Insns(7),
    Insns(1000),
    Accesses(1),
    Accesses(3),
    Accesses(200),
    Touches(1),
    Touches(2),
    Touches(50),
];
/// How many chunks one recording is to have at the most, about.
const MOST_CHUNKS: u64 = 500;
/// How many of them are replayed, about.
const REPLAYED: usize = 50;
/// The longest run of which there is a [`Ledger`].
const LEDGER_INSNS: u64 = 4000;
/// Instructions between two looks of a JIT that links accesses in a hurry.
const LINKS_OBSERVE: u64 = 50;
/// How much of a difference is shown, in characters.
const SHOWN: usize = 400;
/// Larger address spaces are not recorded here.
const LARGEST_WINDOW: u64 = 1 << 38;
/// An address space with a shadow that is too far away for a displacement, in which one in
/// so many scenarios are recorded instead.
const FAR_WINDOW: u64 = 1 << 37;
const FAR_ONE_IN: u64 = 4;

/// What is wrong with a recording.
#[derive(Clone, Debug)]
pub struct Flaw(String);

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number that is the same in each run, and little else.
pub fn fingerprint(scenario: &Scenario) -> u64 {
    let mut hasher = DefaultHasher::new();
    let lab = &scenario.lab;
    (&lab.registers, lab.pc, scenario.window).hash(&mut hasher);
    for region in &lab.regions {
        (region.start, &region.bytes).hash(&mut hasher);
    }
    hasher.finish()
}

/// How to record this scenario, if it is its turn.
pub fn chosen(scenario: &Scenario) -> Option<[Policy; 2]> {
    let one_in = std::env::var("RECORD_ONE_IN");
    let one_in = one_in.ok().and_then(|text| text.parse().ok());
    let number = fingerprint(scenario);
    number
        .is_multiple_of(one_in.unwrap_or(ONE_IN).max(1))
        .then(|| two_policies(number >> 32))
}

/// Two of all policies.
pub fn two_policies(number: u64) -> [Policy; 2] {
    let count = POLICIES.len() as u64;
    let first = number % count;
    let second = (first + 1 + number / count % (count - 1)) % count;
    [first, second].map(|index| POLICIES[index as usize])
}

/// How a scenario is laid out to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    /// Its code is the program's text, which may be read ahead, not the guest's own.
    text: bool,
    /// It starts with a call that makes room in the log, so that emitted code finds some.
    prelude: bool,
}

const LAYOUTS: [Layout; 4] = {
    const fn layout(text: bool, prelude: bool) -> Layout {
        Layout { text, prelude }
    }
    [
        layout(true, true),
        layout(false, true),
        layout(true, false),
        layout(false, false),
    ]
};

/// Records `scenario`, which unrecorded is as `seen`, in chunks of these kinds, in
/// `all` layouts or one.
pub fn compare(
    scenario: &Scenario,
    seen: &Observed,
    policies: &[Policy],
    all: bool,
) -> Result<(), Flaw> {
    if scenario.limits.timeout.is_some() || scenario.window > LARGEST_WINDOW {
        return Ok(());
    }
    let number = fingerprint(scenario);
    if scenario.window == 1 << 32 && (number >> 40).is_multiple_of(FAR_ONE_IN) {
        let far = scenario.clone().window(FAR_WINDOW);
        let seen = far.run(EngineKind::Interp);
        return compare(&far, &seen, policies, all);
    }
    let laid_out = |layout| Some((layout, laid_out(scenario, layout)?));
    let mut ways: Vec<(Layout, Scenario)> = LAYOUTS.into_iter().filter_map(laid_out).collect();
    if !all {
        let turn = fingerprint(scenario) >> 16;
        ways = vec![ways.swap_remove((turn % ways.len() as u64) as usize)];
    }
    for (way, (layout, scenario)) in ways.iter().enumerate() {
        let seen = match layout.prelude {
            true => scenario.run(EngineKind::Interp),
            false => seen.clone(),
        };
        let short = layout.text && seen.state.insns <= LEDGER_INSNS;
        let ledger = short.then(|| Ledger::of(scenario, LEDGER_INSNS as usize));
        for (turn, &policy) in policies.iter().enumerate() {
            // All of them in the first layout, and each in another.
            if way > 0 && turn % (ways.len() - 1) != way - 1 {
                continue;
            }
            let policy = at_most(policy, seen.state.insns / MOST_CHUNKS);
            let replayer = ENGINES[(way + turn) % ENGINES.len()];
            check(
                scenario,
                &seen,
                policy,
                ledger.iter().flatten().next(),
                replayer,
            )
            .map_err(|Flaw(what)| Flaw(format!("recorded with {policy}, {layout:?}: {what}")))?;
        }
    }
    Ok(())
}

/// The scenario with this layout, if it can have that.
fn laid_out(scenario: &Scenario, layout: Layout) -> Option<Scenario> {
    let Scenario {
        lab,
        limits,
        window,
        ..
    } = scenario;
    let code = lab.regions.first()?;
    let is_text = code.access == Access::READ_EXECUTE
        && code.start >= PAGE_SIZE
        && code.start + code.len < *window;
    if layout != LAYOUTS[3] && limits.max_memory.is_some() || layout.text && !is_text {
        return None;
    }
    let is_free = |page: &u64| {
        let taken = lab
            .regions
            .iter()
            .any(|region| region.range().contains(page));
        *page < *window && !taken
    };
    let page = [0x3000, 0x7000, 0x1_e000, 0x5_0000]
        .into_iter()
        .find(is_free);
    let mut scenario = scenario.clone();
    scenario.lab.loaded = layout.text;
    if layout.prelude {
        scenario.lab.prelude = Some(page?);
        // The call counts.
        scenario.limits.max_insns = limits.max_insns.map(|most| most + 1);
    }
    Some(scenario)
}

/// The policy, its chunks not smaller than `least`.
fn at_most(policy: Policy, least: u64) -> Policy {
    match policy {
        Insns(most) => Insns(most.max(least)),
        Accesses(most) => Accesses(most.max(least)),
        Touches(most) => Touches(most.max(least)),
    }
}

/// A run, recorded.
struct Recorded {
    header: Header,
    chunks: Vec<Chunk>,
    seen: Observed,
}

fn record(scenario: &Scenario, policy: Policy, engine: EngineKind) -> Recorded {
    let elf = scenario.lab.elf();
    let recording = scenario.builder(&elf, engine).record(policy);
    let mut recording = recording.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let chunks = recording.by_ref().collect();
    let exit = recording.ending().map(|ending| ending.exit);
    Recorded {
        header: recording.header().clone(),
        chunks,
        seen: scenario.observe(recording.machine(), exit),
    }
}

fn check(
    scenario: &Scenario,
    seen: &Observed,
    policy: Policy,
    ledger: Option<&Ledger>,
    replayer: EngineKind,
) -> Result<(), Flaw> {
    let [interp, jit] = ENGINES.map(|engine| record(scenario, policy, engine));
    let hurried = scenario.hurried(seen);
    let hurried = hurried.map(|hurried| record(&hurried, policy, hurried.jit));
    let hurried = hurried.as_ref().map(|jit| (jit, "jit in a hurry"));
    let jits = || [(&jit, "jit")].into_iter().chain(hurried);
    for (recorded, engine) in [(&interp, "interp")].into_iter().chain(jits()) {
        same_run(scenario, seen, &recorded.seen)
            .and_then(|()| chained(recorded))
            .map_err(|Flaw(what)| Flaw(format!("{engine}: {what}")))?;
    }
    if let Some(ledger) = ledger {
        same_chunks(&ledger.chunks(policy), &interp.chunks)
            .map_err(|Flaw(what)| Flaw(format!("of interp: {what}")))?;
    }
    for (recorded, engine) in jits() {
        same_chunks(&interp.chunks, &recorded.chunks)
            .map_err(|Flaw(what)| Flaw(format!("of {engine}: {what}")))?;
    }
    replay(scenario, &interp, replayer)
}

/// To be recorded changes nothing.
fn same_run(scenario: &Scenario, want: &Observed, got: &Observed) -> Result<(), Flaw> {
    // What a loader lays takes other pages than what a test does.
    let peak = if scenario.lab.loaded && scenario.lab.prelude.is_none() {
        got.peak
    } else {
        want.peak
    };
    let want = Observed {
        peak,
        ..want.clone()
    };
    if want == *got {
        return Ok(());
    }
    Err(Flaw(format!(
        "it runs otherwise: {:x?} {:x?}, unrecorded {:x?} {:x?}",
        got.exit, got.state, want.exit, want.state
    )))
}

/// Each chunk starts where the one before it ends, and the last ends with the run.
fn chained(recorded: &Recorded) -> Result<(), Flaw> {
    let mut last = (recorded.header.start.clone(), 0, 0);
    for (number, chunk) in (0..).zip(&recorded.chunks) {
        let start = (
            chunk.start.state.clone(),
            chunk.start.accesses,
            chunk.start.ecalls,
        );
        if chunk.number != number || start != last || chunk.insns() == 0 {
            return Err(Flaw(format!("chunk {number} does not follow")));
        }
        last = (
            chunk.end.state.clone(),
            chunk.end.accesses,
            chunk.end.ecalls,
        );
    }
    if last.0 != recorded.seen.state {
        return Err(Flaw("the last chunk is not the end".into()));
    }
    Ok(())
}

fn same_chunks(want: &[Chunk], got: &[Chunk]) -> Result<(), Flaw> {
    let differ = want.iter().zip(got).find(|(want, got)| want != got);
    if let Some((want, got)) = differ {
        return Err(Flaw(difference(want, got)));
    }
    if want.len() != got.len() {
        let (want, got) = (want.len(), got.len());
        return Err(Flaw(format!("{got} chunks, not {want}")));
    }
    Ok(())
}

fn difference(want: &Chunk, got: &Chunk) -> String {
    let mut text = format!(
        "chunk {} from pc {:#x}, instruction {}\n",
        want.number, want.start.state.pc, want.start.state.insns
    );
    let touches = |chunk: &Chunk| -> Vec<String> {
        let touch = |Touch { addr, value }: &Touch| format!("{addr:#x}={value:#x}");
        chunk.touches.iter().map(touch).collect()
    };
    let mut row = |name: &str, want: String, got: String| {
        if want != got {
            let same = want.bytes().zip(got.bytes()).take_while(|(a, b)| a == b);
            let from = same.count().saturating_sub(40);
            let part = |text: &str| text.chars().skip(from).take(SHOWN).collect::<String>();
            let (want, got) = (part(&want), part(&got));
            let _ = writeln!(text, "  {name}: want {want}\n    got {got}");
        }
    };
    row("insns", want.insns().to_string(), got.insns().to_string());
    row(
        "accesses",
        want.accesses().to_string(),
        got.accesses().to_string(),
    );
    row("touches", touches(want).join(" "), touches(got).join(" "));
    row("end", format!("{:x?}", want.end), format!("{:x?}", got.end));
    row(
        "ecalls",
        format!("{:x?}", want.ecalls),
        format!("{:x?}", got.ecalls),
    );
    let code = |chunk: &Chunk| -> Vec<String> {
        let page = |page: &rvjet::trace::CodePage| {
            format!(
                "{:#x} at {} {}",
                page.addr,
                page.at,
                Digest::of(&page.bytes)
            )
        };
        chunk.code.iter().map(page).collect()
    };
    row("code", code(want).join(" "), code(got).join(" "));
    row(
        "times",
        format!("{:?}", want.times),
        format!("{:?}", got.times),
    );
    text
}

/// The chunks, or some of them, replay.
fn replay(scenario: &Scenario, recorded: &Recorded, engine: EngineKind) -> Result<(), Flaw> {
    let elf = scenario.lab.elf();
    let mut header = recorded.header.clone();
    if !scenario.lab.loaded {
        header.text = stub_text();
    }
    let replayer = Replayer::new(&header, &elf, engine);
    let mut replayer = replayer.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let step = recorded.chunks.len().div_ceil(REPLAYED).max(1);
    for chunk in recorded.chunks.iter().step_by(step) {
        let replayed = replayer.replay(chunk);
        replayed.map_err(|mismatch| Flaw(format!("replayed by {engine:?}: {mismatch}")))?;
    }
    let linking = Replayer::linking(&header, &elf, EngineKind::Jit);
    let mut linking = linking.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    if scenario.observe_every.is_some() || recorded.chunks.len().is_multiple_of(2) {
        linking = linking.observe_every(LINKS_OBSERVE);
    }
    for chunk in recorded.chunks.iter().step_by(step) {
        same_links(&mut replayer, &mut linking, chunk)?;
    }
    Ok(())
}

/// Emitted code links the accesses of a chunk as the interpreter does.
fn same_links(oracle: &mut Replayer, linking: &mut Replayer, chunk: &Chunk) -> Result<(), Flaw> {
    let flaw = |what: &dyn fmt::Display| Flaw(format!("links of chunk {}: {what}", chunk.number));
    let want = oracle.accesses(chunk).map_err(|mismatch| flaw(&mismatch))?;
    let got = linking.links(chunk, ChunkLinks::default());
    let mut got = got.map_err(|mismatch| flaw(&mismatch))?;
    if got.ends != want.ends {
        return Err(flaw(&"other ends"));
    }
    Join::new().link_chunk(&mut got);
    let found = |access: &Accessed| Link {
        previous: access.previous.unwrap_or(u64::MAX),
        before: access.before,
    };
    let want: Vec<Link> = want.accesses.iter().map(found).collect();
    let differ = want
        .iter()
        .zip(&got.links)
        .position(|(want, got)| want != got);
    match differ {
        Some(at) => {
            let (want, got) = (want[at], got.links[at]);
            Err(flaw(&format!("{at}: {got:x?}, not {want:x?}")))
        }
        None if want.len() != got.links.len() => {
            Err(flaw(&format!("{}, not {}", got.links.len(), want.len())))
        }
        None => Ok(()),
    }
}

/// The digest of the text that a replayer finds in the [`stub`], which no test executes.
fn stub_text() -> Digest {
    const AT: u64 = 0x1000;
    let mut page = vec![0; PAGE_SIZE as usize];
    let elf = stub();
    let code = &elf[elf.len() - 4..];
    page[..4].copy_from_slice(code);
    Digest::of(&[&AT.to_le_bytes()[..], &page].concat())
}
