//! `--dump-asm`: which host code to print, and printing it.

use std::io::{self, BufWriter, Write};
use std::ops::Range;

use rvjet::Machine;
use rvjet::elf::Symbols;

use super::failure::Failure;

/// The guest addresses that a filter names: all if it is empty, one for a
/// hexadecimal number, the code of the symbol else.
pub fn range(filter: &str, elf: &[u8], machine: &Machine) -> Result<Range<u64>, Failure> {
    if filter.is_empty() {
        return Ok(0..u64::MAX);
    }
    let digits = filter.strip_prefix("0x");
    if let Some(pc) = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
        return Ok(pc..pc.saturating_add(1));
    }
    let symbols = Symbols::parse(elf, machine.program().bias);
    let named = symbols.iter().find(|symbol| symbol.name == filter);
    let symbol = named
        .ok_or_else(|| Failure::Usage(format!("--dump-asm: the program has no symbol {filter}")))?;
    Ok(symbol.addr..symbol.addr.saturating_add(symbol.size.max(1)))
}

/// Prints the host code for the guest addresses in `pcs` on standard error,
/// where it does not mix with what the guest prints.
pub fn print(machine: &Machine, pcs: Range<u64>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stderr().lock());
    let written = machine
        .write_listing(&mut out, pcs)
        .and_then(|()| out.flush());
    written.map_err(|source| Failure::Output {
        what: "the listing".to_owned(),
        source,
    })
}
