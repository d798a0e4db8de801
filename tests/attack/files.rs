//! Programs of which some bytes have changed, loaded, run a little and looked at.

use rvjet::abi::Linux;
use rvjet::abi::linux::Capture;
use rvjet::elf::Symbols;
use rvjet::{EngineKind, Limits, Machine};

use crate::dice::Dice;

/// What can be seen of a run, but for the times.
fn seen(elf: &[u8], engine: EngineKind) -> String {
    let output = Capture::limited(1 << 16);
    let linux = Linux::new().args(["x", "3"]).stdin(&b"text"[..]);
    let linux = linux
        .stdout(output.clone())
        .stderr(Capture::limited(1 << 16));
    let limits = Limits {
        max_insns: Some(60_000),
        max_memory: Some(64 << 20),
        ..Limits::default()
    };
    match Machine::builder()
        .elf(elf)
        .abi(linux)
        .engine(engine)
        .limits(limits)
        .build()
    {
        Err(error) => format!("{error} {error:?}"),
        Ok(mut machine) => {
            let outcome = machine.run();
            let stats = outcome.stats;
            format!(
                "{:?} {:?} {} {:?} {}",
                outcome.exit,
                outcome.state,
                stats.peak_memory,
                stats.unaligned,
                output.text()
            )
        }
    }
}

#[test]
fn changed_programs_end_alike() {
    let cases = std::env::var("ATTACK_CASES").map_or(60, |text| text.parse().unwrap());
    let mut ends = std::collections::BTreeMap::<String, usize>::new();
    for name in ["fib", "sha256", "regex", "sieve"] {
        let Ok(original) = std::fs::read(format!("guest-programs/elf/{name}.elf")) else {
            continue;
        };
        let mut dice = Dice::new(0x1234_5678);
        for case in 0..cases {
            let mut elf = original.clone();
            let (from, to) = match case % 3 {
                0 => (0, 64 + 56 * 8),
                1 => (64, 4096.min(elf.len())),
                _ => (0, elf.len()),
            };
            let len = elf.len();
            let sections = u64::from_le_bytes(elf[40..48].try_into().unwrap()) as usize;
            for _ in 0..1 + dice.below(12) {
                let at = match dice.below(5) {
                    0 if sections < len => sections + dice.below((len - sections) as u64) as usize,
                    _ => from + dice.below((to - from) as u64) as usize,
                };
                elf[at] = dice.pick(&[
                    0,
                    1,
                    0x7f,
                    0x80,
                    0xff,
                    dice.clone().roll() as u8,
                    elf[at] ^ 1,
                ]);
            }
            if dice.below(8) == 0 {
                elf.truncate(dice.below(len as u64) as usize);
            }
            let [a, b] = [EngineKind::Interp, EngineKind::Jit].map(|engine| seen(&elf, engine));
            assert_eq!(a, b, "{name} {case}");
            *ends.entry(a.chars().take(8).collect()).or_default() += 1;
            let symbols = Symbols::parse(&elf, 0);
            for addr in [0x1_0000, 0x1_0078, 0x1_1000, u64::MAX, dice.roll()] {
                let _seen = (symbols.lookup(addr), symbols.line(addr));
            }
        }
    }
    if std::env::var_os("ATTACK_CASES").is_some() {
        panic!("all well, {ends:?}");
    }
}
