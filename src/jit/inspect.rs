//! Listings: the host instructions of a unit, each stretch under its guest instruction.
//!
//! Addresses are offsets in the code memory, so a listing is the same in every run.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::ops::Range;

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};

use super::exit::{ExitKind, Mode, Site};
use super::float_regs::{FloatHome, FloatHomes};
use super::profile::{Profile, WINDOWS};
use super::regs::{Home, Homes};
use super::unit::{Key, Mark};
use crate::isa::{self, Reg};
use crate::machine::Memory;

/// What a unit's listing is made from.
pub(super) struct Listing<'a> {
    pub(super) key: Key,
    /// Where in the code memory the unit lies.
    pub(super) offset: usize,
    pub(super) code: &'a [u8],
    pub(super) marks: &'a [Mark],
    /// Where the code starts that is not in the straight line.
    pub(super) cold: usize,
    pub(super) sites: &'a [Site],
    pub(super) repeats: bool,
    pub(super) guided: bool,
}

/// Writes what holds for all units: where guest registers live, and what has been
/// seen of execution.
pub(super) fn write_overview(
    out: &mut dyn Write,
    homes: &Homes,
    profile: &Profile,
) -> io::Result<()> {
    let mut slots = Vec::new();
    write!(out, "homes:")?;
    for reg in homes.order() {
        match homes.of(reg) {
            Home::Gpr(host) => {
                let host = format!("{host:?}").to_lowercase();
                write!(out, " {reg}={host}")?;
            }
            Home::Slot(_) => slots.push(reg),
            Home::Zero => {}
        }
    }
    let slots: Vec<String> = slots.iter().map(Reg::to_string).collect();
    writeln!(out, "; in the frame: {}", slots.join(" "))?;
    if let Some(floats) = homes.floats() {
        write_floats(out, floats)?;
    }
    let (windows, verdicts, hot) = profile.counts();
    writeln!(
        out,
        "windows: {windows}, verdicts: {verdicts}, hot units: {hot}"
    )
}

fn write_floats(out: &mut dyn Write, floats: &FloatHomes) -> io::Result<()> {
    let mut slots = Vec::new();
    write!(out, "floating-point homes:")?;
    for reg in floats.order() {
        match floats.of(reg) {
            FloatHome::Xmm(host) => {
                let host = format!("{host:?}").to_lowercase();
                write!(out, " {reg}={host}")?;
            }
            FloatHome::Slot(_) => slots.push(reg.to_string()),
        }
    }
    writeln!(out, "; in the frame: {}", slots.join(" "))
}

impl Listing<'_> {
    /// Whether one of the unit's instructions is at an address in `pcs`.
    pub(super) fn covers(&self, pcs: &Range<u64>) -> bool {
        self.marks.iter().any(|mark| pcs.contains(&mark.pc))
    }

    /// Writes the listing; the guest instructions are read from `memory`. `entries`:
    /// what made the unit hot.
    pub(super) fn write(
        &self,
        out: &mut dyn Write,
        memory: &Memory,
        entries: Option<u32>,
    ) -> io::Result<()> {
        let (pc, mode) = self.key;
        let tier = match entries.filter(|_| mode == Mode::Fast) {
            _ if !self.guided => "baseline".to_owned(),
            Some(entries) => format!("hot: {WINDOWS} windows entered it {entries} times"),
            None => "guided".to_owned(),
        };
        writeln!(
            out,
            "{pc:#x}: {} unit, {tier}, {}, {} bytes",
            mode_name(mode),
            self.extent(),
            self.code.len()
        )?;
        let mut formatter = formatter();
        let mut marks = self.marks.iter().peekable();
        let mut sites = self.sites.iter().peekable();
        let options = DecoderOptions::NONE;
        for instruction in Decoder::with_ip(64, self.code, self.offset as u64, options) {
            let at = instruction.ip() as usize;
            while let Some(mark) = marks.next_if(|mark| mark.host as usize <= at) {
                writeln!(out, "  {:#x}  {}", mark.pc, guest_text(memory, mark.pc))?;
            }
            if at == self.cold {
                writeln!(out, "  out of line")?;
            }
            if let Some(site) = sites.next_if(|site| site.thunk <= at) {
                writeln!(out, "  exit: {}", site_text(site))?;
            }
            writeln!(
                out,
                "    {at:6x}  {}",
                host_text(&mut formatter, &instruction)
            )?;
        }
        Ok(())
    }

    /// How many guest instructions the unit goes through.
    fn extent(&self) -> String {
        let path = self.marks.iter();
        let path = path.take_while(|mark| (mark.host as usize) < self.cold);
        let insns = path.clone().count();
        let rounds = path.filter(|mark| mark.pc == self.key.0).count();
        match self.repeats && rounds > 0 {
            true => format!("a loop of {} insns, {rounds} rounds", insns / rounds),
            false => format!("{insns} insns"),
        }
    }
}

fn formatter() -> IntelFormatter {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_uppercase_hex(false);
    options.set_small_hex_numbers_in_decimal(true);
    options.set_space_after_operand_separator(true);
    options.set_branch_leading_zeros(false);
    options.set_show_branch_size(false);
    formatter
}

fn host_text(formatter: &mut IntelFormatter, instruction: &Instruction) -> String {
    let mut text = String::new();
    formatter.format(instruction, &mut text);
    text
}

fn guest_text(memory: &Memory, pc: u64) -> String {
    let parcel = |at: u64| {
        let bytes = memory.peek(at, 2)?;
        Some(u32::from(u16::from_le_bytes(bytes.try_into().ok()?)))
    };
    let Some(low) = parcel(pc) else {
        return "no longer mapped".to_owned();
    };
    let word = match isa::instruction_len(low as u16) {
        2 => low,
        _ => low | parcel(pc.wrapping_add(2)).unwrap_or(0) << 16,
    };
    isa::disassemble(pc, word).to_string().replace('\t', " ")
}

pub(super) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Fast => "fast",
        Mode::Apart => "apart",
        Mode::Careful => "careful",
    }
}

fn site_text(site: &Site) -> String {
    let Site { pc, owed, .. } = site;
    match site.kind {
        ExitKind::Link(mode) => format!("to the {} unit of {pc:#x}", mode_name(mode)),
        ExitKind::Budget => format!("budget, at {pc:#x}, {owed} owed"),
        ExitKind::Step => format!("to the interpreter at {pc:#x}, {owed} owed"),
        ExitKind::Ecall => format!("ecall at {pc:#x}"),
    }
}
