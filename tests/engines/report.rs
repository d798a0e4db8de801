//! What a divergence looks like: where it starts, what ran there, what differs.

use std::fmt::{self, Write};

use rvjet::isa::{Inst, Reg, disassemble, instruction_len};
use rvjet::machine::Access;
use rvjet::{EngineKind, Machine};

use crate::asm::{Asm, addi, x};
use crate::scenario::{CODE, DATA, ENGINES, Observed, Scenario};

/// Instructions shown before the first difference.
const LEAD: u64 = 24;

/// A scenario that the engines leave in different states. Its display finds out
/// where that began, which takes some runs.
#[derive(Clone, Debug)]
pub struct Divergence {
    pub scenario: Box<Scenario>,
    pub want: Box<Observed>,
    pub got: Box<Observed>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Divergence {
            scenario,
            want,
            got,
        } = self;
        let mut text = String::from("the engines differ at the end:\n");
        differences(&mut text, scenario, want, got);
        match first_difference(scenario, want.state.insns.max(got.state.insns)) {
            Some(insns) => describe(&mut text, scenario, insns),
            None => text.push_str("no run_for(n) shows it\n"),
        }
        f.write_str(&text)
    }
}

/// The least count of instructions after which the engines differ, if differences persist.
fn first_difference(scenario: &Scenario, most: u64) -> Option<u64> {
    let differ = |insns: u64| {
        let [want, got] = scenario
            .engines()
            .map(|engine| scenario.run_for(engine, insns));
        want != got
    };
    let (mut equal, mut different) = (0, most.saturating_add(1));
    if !differ(different) {
        return None;
    }
    while different - equal > 1 {
        let middle = equal + (different - equal) / 2;
        if differ(middle) {
            different = middle;
        } else {
            equal = middle;
        }
    }
    Some(different)
}

fn describe(text: &mut String, scenario: &Scenario, insns: u64) {
    let _ = writeln!(text, "first after {insns} instructions:");
    let [want, got] = scenario
        .engines()
        .map(|engine| scenario.run_for(engine, insns));
    differences(text, scenario, &want, &got);
    text.push_str("registers of the interpreter there:\n");
    for reg in Reg::all() {
        let end = if reg.index() % 4 == 3 { '\n' } else { ' ' };
        let _ = write!(text, "{reg:>4} {:016x}{end}", want.reg(reg));
    }
    text.push_str("executed last (the JIT runs a stretch without branches at once):\n");
    trace(text, scenario, insns);
}

/// The instructions up to the one numbered `insns`, as the interpreter executes them.
fn trace(text: &mut String, scenario: &Scenario, insns: u64) {
    let mut machine = scenario.machine(EngineKind::Interp);
    machine.run_for(insns.saturating_sub(LEAD));
    loop {
        line(text, &machine);
        if machine.state().insns >= insns || machine.run_for(1).is_some() {
            return;
        }
    }
}

/// The next instruction of `machine`.
fn line(text: &mut String, machine: &Machine) {
    let (pc, number) = (machine.state().pc, machine.state().insns);
    let parcel = |addr: u64| match machine.memory().peek(addr, 2).as_deref() {
        Some(&[low, high]) => u32::from(u16::from_le_bytes([low, high])),
        _ => 0,
    };
    let mut word = parcel(pc);
    if instruction_len(word as u16) == 4 {
        word |= parcel(pc.wrapping_add(2)) << 16;
    }
    let _ = writeln!(
        text,
        "{number:8} {pc:#10x} {word:08x} {}",
        disassemble(pc, word)
    );
}

fn differences(text: &mut String, scenario: &Scenario, want: &Observed, got: &Observed) {
    let mut row = |name: &str, want: String, got: String| {
        if want != got {
            let _ = writeln!(text, "  {name}: interp {want}, jit {got}");
        }
    };
    row(
        "exit",
        format!("{:x?}", want.exit),
        format!("{:x?}", got.exit),
    );
    row(
        "pc",
        format!("{:#x}", want.state.pc),
        format!("{:#x}", got.state.pc),
    );
    row(
        "insns",
        want.state.insns.to_string(),
        got.state.insns.to_string(),
    );
    let unaligned = |seen: &Observed| {
        let state = &seen.state;
        format!(
            "{} loads {} stores",
            state.unaligned_loads, state.unaligned_stores
        )
    };
    row("unaligned", unaligned(want), unaligned(got));
    let reservation = |seen: &Observed| format!("{:x?}", seen.state.reservation);
    row("reservation", reservation(want), reservation(got));
    row("peak", want.peak.to_string(), got.peak.to_string());
    for reg in Reg::all() {
        row(
            &reg.to_string(),
            format!("{:#x}", want.reg(reg)),
            format!("{:#x}", got.reg(reg)),
        );
    }
    for (index, region) in scenario.lab.regions.iter().enumerate() {
        let (want, got) = (&want.memory[index], &got.memory[index]);
        let size = |bytes: &Option<Vec<u8>>| format!("{:?} bytes", bytes.as_ref().map(Vec::len));
        row("region", size(want), size(got));
        let pairs = want.iter().flatten().zip(got.iter().flatten());
        for (offset, (want, got)) in pairs.enumerate().filter(|(_, (a, b))| a != b).take(8) {
            let addr = region.start + offset as u64;
            row(
                &format!("[{addr:#x}]"),
                format!("{want:#04x}"),
                format!("{got:#04x}"),
            );
        }
    }
}

/// No divergence is known that a test could show, so this one is made up.
#[test]
fn a_report_tells_what_differs_and_what_ran() {
    let mut code = Asm::at(CODE);
    code.insts([addi(x(9), x(9), 1), Inst::Ecall]);
    let scenario = Scenario::new(code.finish()).data(DATA, Access::READ, [7; 8]);
    let want = scenario.run(ENGINES[0]);
    let mut got = want.clone();
    got.state.x[9] = 0x55;
    got.memory[1].as_mut().unwrap()[3] = 0;
    let mut text = String::new();
    differences(&mut text, &scenario, &want, &got);
    describe(&mut text, &scenario, 1);
    for part in [
        "x9: interp 0x1, jit 0x55",
        "[0x100003]: interp 0x07, jit 0x00",
        "0x10000 00148493 addi\tx9,x9,1",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(first_difference(&scenario, want.state.insns), None);
}
