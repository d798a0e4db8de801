//! The initial stack: arguments, environment and auxiliary vector, as the kernel lays them.

use super::process::ID;
use super::space::not_laid;
use crate::abi::StartError;
use crate::isa::{Extension, Isa};
use crate::machine::{Memory, PAGE_SIZE};
use crate::program::Program;

/// Ticks a second of `times` (`CLK_TCK`).
pub(super) const TICKS: u64 = 100;

const AT_NULL: u64 = 0;
const AT_PHDR: u64 = 3;
const AT_PHENT: u64 = 4;
const AT_PHNUM: u64 = 5;
const AT_PAGESZ: u64 = 6;
const AT_BASE: u64 = 7;
const AT_FLAGS: u64 = 8;
const AT_ENTRY: u64 = 9;
const AT_UID: u64 = 11;
const AT_EUID: u64 = 12;
const AT_GID: u64 = 13;
const AT_EGID: u64 = 14;
const AT_HWCAP: u64 = 16;
const AT_CLKTCK: u64 = 17;
const AT_SECURE: u64 = 23;
const AT_RANDOM: u64 = 25;
const AT_EXECFN: u64 = 31;

/// What a program is started with.
pub(super) struct Start<'a> {
    pub(super) program: &'a Program,
    pub(super) args: &'a [Vec<u8>],
    pub(super) env: &'a [Vec<u8>],
    pub(super) random: [u8; 16],
}

impl Start<'_> {
    /// Writes everything below `top`, at most `limit` bytes, and returns the stack pointer.
    pub(super) fn lay(&self, memory: &mut Memory, top: u64, limit: u64) -> Result<u64, StartError> {
        let size = self.size();
        if size > limit {
            return Err(StartError::ArgumentsTooLong { size, limit });
        }
        let (sp, bytes) = self.image(top, hwcap(memory.rules().isa));
        let laid = memory.initialize(sp, &bytes);
        laid.map_err(|fault| not_laid(fault, memory, size))?;
        Ok(sp)
    }

    /// An upper bound of the bytes it takes.
    fn size(&self) -> u64 {
        let strings = self.args.iter().chain(self.env);
        let bytes: u64 = strings.map(|string| string.len() as u64 + 1 + 8).sum();
        let name = self.args.first().map_or(0, |name| name.len() as u64);
        bytes + name + 1024
    }

    /// The stack pointer and the bytes from there to `top`. Upwards: counts and
    /// pointers, the random bytes, the arguments, the environment, the name.
    fn image(&self, top: u64, hwcap: u64) -> (u64, Vec<u8>) {
        let mut strings = Strings::default();
        let args: Vec<u64> = self.args.iter().map(|arg| strings.add(arg)).collect();
        let env: Vec<u64> = self.env.iter().map(|var| strings.add(var)).collect();
        let name = strings.add(self.args.first().map_or(&[], Vec::as_slice));
        let strings_at = top - 8 - strings.0.len() as u64;
        let random_at = (strings_at - 16) & !15;

        let mut words = vec![args.len() as u64];
        words.extend(args.iter().map(|offset| strings_at + offset));
        words.push(0);
        words.extend(env.iter().map(|offset| strings_at + offset));
        words.push(0);
        words.extend(self.auxv(hwcap, random_at, strings_at + name));
        let sp = (random_at - 8 * words.len() as u64) & !15;

        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.resize((random_at - sp) as usize, 0);
        bytes.extend(self.random);
        bytes.resize((strings_at - sp) as usize, 0);
        bytes.extend(strings.0);
        bytes.extend([0; 8]);
        (sp, bytes)
    }

    /// The auxiliary vector: pairs of what and which (linux/auxvec.h).
    fn auxv(&self, hwcap: u64, random_at: u64, name_at: u64) -> Vec<u64> {
        let mut auxv = vec![AT_HWCAP, hwcap, AT_PAGESZ, PAGE_SIZE, AT_CLKTCK, TICKS];
        if let Some(phdr) = self.program.phdr {
            let (phent, phnum) = (self.program.phent.into(), self.program.phnum.into());
            auxv.extend([AT_PHDR, phdr, AT_PHENT, phent, AT_PHNUM, phnum]);
        }
        auxv.extend([AT_BASE, 0, AT_FLAGS, 0, AT_ENTRY, self.program.entry]);
        auxv.extend([AT_UID, ID, AT_EUID, ID, AT_GID, ID, AT_EGID, ID]);
        auxv.extend([AT_SECURE, 0, AT_RANDOM, random_at, AT_EXECFN, name_at]);
        auxv.extend([AT_NULL, 0]);
        auxv
    }
}

/// The base and the extensions with a letter, each a bit at its place in the alphabet
/// (asm/hwcap.h).
fn hwcap(isa: Isa) -> u64 {
    let extensions = Extension::ALL.into_iter().filter(|one| isa.contains(*one));
    let letters = extensions.filter_map(|one| match *one.name().as_bytes() {
        [letter] => Some(letter),
        _ => None,
    });
    letters.fold(1 << (b'i' - b'a'), |bits, letter| {
        bits | 1 << (letter - b'a')
    })
}

/// Strings one after the other, each ending in a zero.
#[derive(Default)]
struct Strings(Vec<u8>);

impl Strings {
    /// Where `string` begins.
    fn add(&mut self, string: &[u8]) -> u64 {
        let offset = self.0.len() as u64;
        self.0.extend_from_slice(string);
        self.0.push(0);
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_extensions_are_bits() {
        // As Linux has it on hardware: `IMAC`, and `IMAFDC` of RV64GC.
        let of = |text: &str| hwcap(text.parse().unwrap());
        assert_eq!(of("rv64i"), 0x100);
        assert_eq!(of("rv64imac_zicsr_zba"), 0x1105);
        assert_eq!(of("rv64gc"), 0x112d);
    }
}
