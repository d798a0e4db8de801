//! Random code in pages that are written, protected and executed at once, at
//! both ends of small and large windows: the engines stay together through
//! traps, which are skipped, so that a run gets deep.

use std::ops::Range;

use super::dice::Dice;
use super::take_turns;
use crate::interp::Interp;
use crate::jit::Jit;
use crate::machine::{Access, Clock, Engine, Hart, MachineState, Memory, PAGE_SIZE, Stop};

fn reg(dice: &mut Dice) -> u32 {
    match dice.below(8) {
        0 => dice.below(32) as u32,
        1 => 0,
        _ => dice.pick(&[5, 6, 10, 11, 12, 13, 14, 31]),
    }
}

fn imm12(dice: &mut Dice) -> u32 {
    match dice.below(4) {
        0 => (dice.below(4096)) as u32,
        1 => dice.pick(&[0u32, 1, 2, 4, 8, 0xfff, 0xffe, 0xff8, 2047, 2040, 0x800]),
        _ => (dice.below(64) * 8) as u32,
    }
}

fn word(dice: &mut Dice) -> u32 {
    let (rd, rs1, rs2) = (reg(dice), reg(dice), reg(dice));
    let imm = imm12(dice);
    let funct = dice.below(8) as u32;
    let i = |imm: u32, f: u32, op: u32| imm << 20 | rs1 << 15 | f << 12 | rd << 7 | op;
    match dice.below(34) {
        0..=3 => i(imm, dice.below(7) as u32, 0x03),
        4..=8 => {
            (imm >> 5) << 25 | rs2 << 20 | rs1 << 15 | (funct & 3) << 12 | (imm & 31) << 7 | 0x23
        }
        9..=13 => i(imm, 0, 0x13),
        14 => i(imm & 0x41f, funct, dice.pick(&[0x13, 0x1b])),
        15..=16 => {
            rs2 << 20
                | i(0, funct, dice.pick(&[0x33, 0x3b]))
                | dice.pick(&[0u32, 1 << 25, 0x20 << 25])
        }
        17..=19 => {
            let offset = (dice.below(40) as i32 * 2 - 40) as u32;
            let bits = (offset >> 12 & 1) << 31
                | (offset >> 5 & 0x3f) << 25
                | (offset >> 1 & 15) << 8
                | (offset >> 11 & 1) << 7;
            bits | rs2 << 20 | rs1 << 15 | dice.pick(&[0u32, 1, 4, 5, 6, 7]) << 12 | 0x63
        }
        20 => {
            let offset = dice.pick(&[-12i32, 6, 8, 16, 4096, -4096, 100, -100, 4094]) as u32;
            let bits = (offset >> 20 & 1) << 31
                | (offset >> 1 & 0x3ff) << 21
                | (offset >> 11 & 1) << 20
                | (offset >> 12 & 0xff) << 12;
            bits | rd << 7 | 0x6f
        }
        21 => i(imm, 0, 0x67),
        22 => (dice.roll() as u32) << 12 | rd << 7 | dice.pick(&[0x37, 0x17]),
        23..=25 => {
            let op = dice.pick(&[0u32, 1, 2, 2, 3, 3, 4, 8, 12, 16, 20, 24, 28]);
            let rs2 = if op == 2 { 0 } else { rs2 };
            op << 27 | rs2 << 20 | rs1 << 15 | dice.pick(&[2u32, 3]) << 12 | rd << 7 | 0x2f
        }
        26 => 0x0000_100f,
        27 => 0x0000_0073,
        28 => dice.pick(&[0xc000_2073u32, 0xc010_2073, 0xc020_2073, 0x3000_2073]) | rd << 7,
        29 => dice.roll() as u32,
        _ => {
            let low = dice.roll() as u32 & 0xffff;
            let low = if low & 3 == 3 { low ^ 1 } else { low };
            low | (dice.roll() as u32) << 16 & !0x1_0000
        }
    }
}

struct Layout {
    window: u64,
    code: Vec<Range<u64>>,
    data: Vec<Range<u64>>,
}

fn layout(window: u64) -> Layout {
    Layout {
        window,
        code: vec![
            0..2 * PAGE_SIZE,
            0x1_f000..0x2_1000,
            window - 2 * PAGE_SIZE..window,
        ],
        data: vec![
            0x4_0000..0x6_0000,
            0x7_f000..0x8_0000,
            window - 0x2_3000..window - 0x2_0000,
        ],
    }
}

fn place(layout: &Layout, dice: &mut Dice) -> u64 {
    let range = match dice.below(2) {
        0 => dice.pick(&[0usize, 1, 2]),
        _ => 3 + dice.below(3) as usize,
    };
    let range = layout.code.iter().chain(&layout.data).nth(range).unwrap();
    let at = range.start + dice.below(range.end - range.start);
    match dice.below(4) {
        0 => at,
        1 => range.end.wrapping_sub(dice.below(16)),
        2 => range.start.wrapping_sub(dice.below(16)).wrapping_add(8),
        _ => at & !7,
    }
}

fn value(layout: &Layout, dice: &mut Dice) -> u64 {
    match dice.below(10) {
        0 => dice.roll(),
        1 => layout.window.wrapping_sub(dice.below(4096)),
        2 => layout.window.wrapping_add(dice.below(70_000)),
        3 => 0u64.wrapping_sub(dice.below(70_000)),
        4 => dice.below(4096),
        _ => place(layout, dice),
    }
}

fn hart(layout: &Layout, dice: &mut Dice, limit: u64) -> Hart {
    let mut memory = Memory::new(layout.window, limit).unwrap();
    let accesses = [Access::ALL, Access::ALL, Access::READ_EXECUTE];
    for range in &layout.code {
        memory.map(range.clone(), dice.pick(&accesses)).unwrap();
        let mut bytes = Vec::new();
        while bytes.len() < (range.end - range.start) as usize {
            bytes.extend(word(dice).to_le_bytes());
        }
        memory.initialize(range.start, &bytes).unwrap();
    }
    for range in &layout.data {
        memory
            .map(range.clone(), dice.pick(&[Access::READ_WRITE, Access::ALL]))
            .unwrap();
    }
    // What is code and cannot be written there is text.
    memory.settle_text(layout.code[1].end);
    let mut state = MachineState::new(layout.code[dice.below(3) as usize].start);
    for index in 1..32 {
        state.x[index] = value(layout, dice);
    }
    Hart {
        state,
        memory,
        clock: Clock::Instructions,
    }
}

struct Side {
    hart: Hart,
    interp: Interp,
    jit: Option<Jit>,
    /// Of windows, where it is not the usual one.
    interval: Option<u64>,
    patience: u8,
}

fn jit(hart: &mut Hart, interval: Option<u64>, patience: u8) -> Jit {
    let mut jit = Jit::new(&mut hart.memory).unwrap();
    if let Some(insns) = interval {
        jit.observe_every(insns);
    }
    jit.set_patience(patience);
    jit
}

impl Side {
    fn forget(&mut self) {
        let stale = self.hart.memory.take_stale_code();
        if stale.is_empty() {
            return;
        }
        self.interp.forget(&mut self.hart.memory, &stale);
        if let Some(jit) = &mut self.jit {
            jit.forget(&mut self.hart.memory, &stale);
        }
    }

    fn run(&mut self, budget: u64) -> Stop {
        match &mut self.jit {
            None => self.interp.run(&mut self.hart, budget),
            Some(jit) => take_turns(jit, &mut self.interp, &mut self.hart, budget),
        }
    }

    /// Goes on with another JIT, which gets all units that can be handed over;
    /// returns how many bytes they are.
    fn hand_over(&mut self) -> usize {
        let Some(old) = &mut self.jit else {
            return 0;
        };
        old.kept = 0;
        let units = old.store_units(&self.hart.memory);
        let mut new = jit(&mut self.hart, self.interval, self.patience);
        let restored = units.map(|mut units| {
            new.restore_units(&mut self.hart.memory, &mut units)
                .unwrap()
        });
        self.jit = Some(new);
        restored.unwrap_or(0)
    }

    /// Handles a stop in a way that depends on the state and `dice` alone.
    fn handle(&mut self, stop: Stop, layout: &Layout, dice: &mut Dice) {
        match stop {
            Stop::FenceI => self.hart.memory.synchronize_code(),
            Stop::Budget | Stop::Cold | Stop::Observe | Stop::Pause | Stop::ChunkFull => {}
            Stop::Ecall => {
                self.hart.state.pc += 4;
                self.hart.state.insns += 1;
                let page = place(layout, dice).min(layout.window - 1) & !(PAGE_SIZE - 1);
                let span = page..page + PAGE_SIZE;
                let access = dice.pick(&[
                    Access::ALL,
                    Access::ALL,
                    Access::READ_WRITE,
                    Access::READ_EXECUTE,
                    Access::READ,
                    Access::NONE,
                ]);
                match dice.below(8) {
                    0 => drop(self.hart.memory.unmap(span)),
                    1 => drop(self.hart.memory.map(span, access)),
                    2 => self.hart.memory.synchronize_code(),
                    _ => drop(self.hart.memory.protect(span, access)),
                }
                self.hart.state.x[10] = value(layout, dice);
            }
            Stop::Trap(_) | Stop::MemoryLimit | Stop::Step => {
                // Goes on behind the instruction, or somewhere else.
                self.hart.state.pc = match dice.below(3) {
                    0 => self.hart.state.pc.wrapping_add(4),
                    1 => self.hart.state.pc.wrapping_add(2),
                    _ => {
                        layout.code[dice.below(3) as usize].start + (dice.below(2 * PAGE_SIZE) & !1)
                    }
                };
                for index in [5, 6, 10, 11, 12, 13, 14, 31] {
                    if dice.below(3) == 0 {
                        self.hart.state.x[index] = value(layout, dice);
                    }
                }
                if !(0..layout.window).contains(&self.hart.state.pc) {
                    self.hart.state.pc = layout.code[1].start;
                }
            }
        }
        self.forget();
    }
}

fn memory_of(hart: &Hart, layout: &Layout) -> Vec<Option<Vec<u8>>> {
    let ranges = layout.code.iter().chain(&layout.data);
    ranges
        .flat_map(|range| range.clone().step_by(PAGE_SIZE as usize))
        .map(|page| hart.memory.peek(page, PAGE_SIZE))
        .collect()
}

/// The windows of the JIT's profile are `interval` apart, at first. Returns how many
/// instructions there were, and how much code was handed over.
fn chaos(seed: u64, window: u64, limit: u64, interval: Option<u64>, rounds: usize) -> (u64, usize) {
    let layout = layout(window);
    let mut dice = Dice::new(seed);
    let (mut a, mut b) = (dice.clone(), dice.clone());
    let patience = [1, 1, 2, 12][(seed % 4) as usize];
    let mut left = Side {
        hart: hart(&layout, &mut a, limit),
        interp: Interp::new(),
        jit: None,
        interval,
        patience,
    };
    let mut hart = hart(&layout, &mut b, limit);
    let jit = Some(jit(&mut hart, interval, patience));
    let mut right = Side {
        hart,
        interp: Interp::new(),
        jit,
        interval,
        patience,
    };
    dice = a;
    let mut handed_over = 0;
    for round in 0..rounds {
        let budget = match dice.below(3) {
            0 => 1 + dice.below(80),
            _ => 1 + dice.below(3000),
        };
        let before = left.hart.state.clone();
        let (one, other) = (left.run(budget), right.run(budget));
        let context = || {
            format!(
                "seed {seed} window {window:#x} round {round} budget {budget} from {:#x} insns {}",
                before.pc, before.insns
            )
        };
        assert_eq!(one, other, "{}", context());
        assert_eq!(left.hart.state, right.hart.state, "{} {one:?}", context());
        assert_eq!(
            left.hart.memory.peak(),
            right.hart.memory.peak(),
            "{} {one:?}",
            context()
        );
        if round % 16 == 0 || round == rounds - 1 {
            assert!(
                memory_of(&left.hart, &layout) == memory_of(&right.hart, &layout),
                "memory: {}",
                context()
            );
        }
        let mut again = dice.clone();
        left.handle(one, &layout, &mut dice);
        right.handle(other, &layout, &mut again);
        if round % 7 == 3 {
            handed_over += right.hand_over();
        }
    }
    (left.hart.state.insns, handed_over)
}

fn seeds() -> Range<u64> {
    let from = |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let first = from("RVJET_TEST_SEED", 1);
    first..first + from("RVJET_TEST_CASES", 40)
}

#[test]
fn engines_stay_together_at_both_ends_of_any_window() {
    let (mut insns, mut handed_over) = (0, 0);
    for seed in seeds() {
        let window = [1 << 20, 1 << 24, 1 << 32, 1 << 40][(seed % 4) as usize];
        let limit = [u64::MAX / 2, 1 << 20, 500_000][(seed / 4 % 3) as usize];
        let interval = [None, Some(1), Some(40), Some(700)][(seed / 12 % 4) as usize];
        let (more, code) = chaos(seed, window, limit, interval, 2000);
        insns += more;
        handed_over += code;
    }
    assert!(insns > 0 && handed_over > 0);
}
