//! An instruction as a line of spike's commit log (`--log-commits`).
//!
//! Relied on, of riscv-isa-sim 1.1, `riscv/execute.cc`, `commit_log_print_insn`:
//! hart and privilege (0: user); pc in 16 digits; the instruction in as many as it
//! has, 4 or 8; then, one after the other, each register written but `x0`, its
//! number two characters wide; ` mem ` and the address of each load; ` mem `, the
//! address and the value of each store, as wide as it is. An AMO loads and stores.
//! What an access to two words is there is one access.
//!
//! Spike, which has no system calls, would show an `ecall` as a trap: here it shows
//! the registers that the call changed. It shows what changes in control and status
//! registers, too, in `mstatus` among them, which a user has not: that is left out.

use std::io::{self, Write};

use rvjet::isa::Register;
use rvjet::replay::Step;
use rvjet::trace::EcallRecord;

use super::effect::Effect;

pub fn step(out: &mut impl Write, step: &Step, record: Option<&EcallRecord>) -> io::Result<()> {
    let digits = 2 * usize::from(step.len);
    write!(
        out,
        "core   0: 0 {:#018x} (0x{:0digits$x})",
        step.pc, step.word
    )?;
    let results = record.map_or(&[][..], |record| &record.results);
    for (reg, value) in step.writes().chain(results.iter().copied()) {
        match reg {
            Register::Fcsr => {}
            Register::X(reg) => write!(out, " x{:<2} {value:#018x}", reg.index())?,
            Register::F(reg) => write!(out, " f{:<2} {value:#018x}", reg.index())?,
        }
    }
    if let Some(effect) = Effect::of(step) {
        memory(out, &effect)?;
    }
    writeln!(out)
}

fn memory(out: &mut impl Write, effect: &Effect) -> io::Result<()> {
    let addr = effect.addr;
    if effect.read.is_some() {
        write!(out, " mem {addr:#018x}")?;
    }
    match effect.written {
        Some(value) => {
            let digits = 2 * effect.size as usize;
            write!(out, " mem {addr:#018x} 0x{value:0digits$x}")
        }
        None => Ok(()),
    }
}
