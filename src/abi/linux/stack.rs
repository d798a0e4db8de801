//! The initial stack: arguments, environment and auxiliary vector, as the kernel lays them.

use super::process::ID;
use crate::abi::StartError;
use crate::machine::{Fault, Memory, PAGE_SIZE};
use crate::program::Program;

/// `I`, `M`, `A` and `C`, each a bit at its place in the alphabet (asm/hwcap.h).
const HWCAP: u64 = 1 << (b'I' - b'A') | 1 << (b'M' - b'A') | 1 | 1 << (b'C' - b'A');
/// Ticks a second of `times` (`CLK_TCK`).
pub(super) const TICKS: u64 = 100;

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
        let (sp, bytes) = self.image(top);
        memory.initialize(sp, &bytes).map_err(|fault| match fault {
            Fault::Limit => StartError::MemoryLimit {
                limit: memory.limit(),
            },
            Fault::Denied => StartError::NoRoomForStack {
                size,
                window: memory.window_size(),
            },
        })?;
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
    fn image(&self, top: u64) -> (u64, Vec<u8>) {
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
        words.extend(self.auxv(random_at, strings_at + name));
        let sp = (random_at - 8 * words.len() as u64) & !15;

        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.resize((random_at - sp) as usize, 0);
        bytes.extend(self.random);
        bytes.resize((strings_at - sp) as usize, 0);
        bytes.extend(strings.0);
        bytes.extend([0; 8]);
        (sp, bytes)
    }

    /// The auxiliary vector (linux/auxvec.h).
    fn auxv(&self, random_at: u64, name_at: u64) -> Vec<u64> {
        let mut auxv = vec![16, HWCAP, 6, PAGE_SIZE, 17, TICKS];
        if let Some(phdr) = self.program.phdr {
            let (phent, phnum) = (self.program.phent.into(), self.program.phnum.into());
            auxv.extend([3, phdr, 4, phent, 5, phnum]);
        }
        auxv.extend([7, 0, 8, 0, 9, self.program.entry]);
        auxv.extend([11, ID, 12, ID, 13, ID, 14, ID, 23, 0]);
        auxv.extend([25, random_at, 31, name_at, 0, 0]);
        auxv
    }
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
