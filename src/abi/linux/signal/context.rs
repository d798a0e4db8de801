//! What a handler's frame holds, and how it lies on the guest's stack: a
//! `struct rt_sigframe`, which is a `siginfo_t` and a `ucontext_t`.

use super::event::INFO_BYTES;
use crate::abi::linux::layout;
use crate::abi::linux::user;
use crate::isa::Reg;
use crate::machine::{Fault, MachineState, Memory};

/// Bytes of a `ucontext_t`.
const CONTEXT_BYTES: usize = 960;
/// Bytes of a frame.
pub(super) const FRAME_BYTES: u64 = (INFO_BYTES + CONTEXT_BYTES) as u64;
/// Where the `ucontext_t` begins in the frame.
pub(super) const CONTEXT_OFFSET: u64 = INFO_BYTES as u64;

/// Double words of a `ucontext_t` at which its parts begin.
const STACK: usize = 2;
const MASK: usize = 5;
const REGISTERS: usize = 22;
const FLOATS: usize = REGISTERS + 32;
const FCSR: usize = FLOATS + 32;
/// `fcsr` ends the registers of D. What of those of Q lies behind that for later
/// use: the upper half of a double word, and one more.
const RESERVED: usize = FLOATS + 64;
const WORDS: usize = CONTEXT_BYTES / 8;
const _: () = assert!(RESERVED + 2 == WORDS);

/// What handlers return to: `li a7, 139` (`rt_sigreturn`), `ecall`. Programs that
/// unwind the stack know a frame by these words.
pub(in crate::abi::linux) const RETURN_CODE: [u32; 2] = [0x08b0_0893, 0x0000_0073];

/// What a handler interrupts: the hart, and what belongs to the signals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) pc: u64,
    /// `x1` to `x31`; `x[0]` is 0.
    pub(super) x: [u64; 32],
    pub(super) f: [u64; 32],
    pub(super) fcsr: u64,
    /// The signals that are blocked.
    pub(super) mask: u64,
    /// The alternate stack: address, flags, size.
    pub(super) stack: [u64; 3],
}

impl Context {
    /// That of a hart.
    pub(super) fn of(state: &MachineState, mask: u64, stack: [u64; 3]) -> Context {
        Context {
            pc: state.pc,
            x: state.x,
            f: state.f,
            fcsr: state.fcsr,
            mask,
            stack,
        }
    }

    /// Makes a hart what it was. As in hardware, the lowest bit of `pc` is no part of it,
    /// nor are those of `fcsr` that mean nothing.
    pub(super) fn restore(&self, state: &mut MachineState) {
        state.x = self.x;
        state.x[Reg::ZERO.index()] = 0;
        state.f = self.f;
        state.fcsr = self.fcsr & MachineState::MAX_FCSR;
        state.pc = self.pc & !1;
    }

    fn words(&self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        words[STACK..][..3].copy_from_slice(&self.stack);
        words[MASK] = self.mask;
        words[REGISTERS..][..32].copy_from_slice(&self.x);
        words[REGISTERS] = self.pc;
        words[FLOATS..][..32].copy_from_slice(&self.f);
        words[FCSR] = self.fcsr;
        words
    }

    fn of_words(words: &[u64; WORDS]) -> Context {
        let mut context = Context {
            pc: words[REGISTERS],
            x: [0; 32],
            f: [0; 32],
            fcsr: words[FCSR] & 0xffff_ffff,
            mask: words[MASK],
            stack: [0; 3],
        };
        context.x[1..].copy_from_slice(&words[REGISTERS + 1..][..31]);
        context.f.copy_from_slice(&words[FLOATS..][..32]);
        context.stack.copy_from_slice(&words[STACK..][..3]);
        context
    }
}

/// Writes a frame at `addr`.
pub(super) fn put(
    memory: &mut Memory,
    addr: u64,
    info: &[u8; INFO_BYTES],
    context: &Context,
) -> Result<(), Fault> {
    let mut bytes = info.to_vec();
    bytes.extend(layout::doubles::<WORDS, CONTEXT_BYTES>(context.words()));
    user::put(memory, addr, &bytes)
}

/// The context in the frame at `addr`, and whether what is reserved there is zero, as
/// it has to be.
pub(super) fn get(memory: &mut Memory, addr: u64) -> Result<(Context, bool), Fault> {
    let at = addr.checked_add(CONTEXT_OFFSET).ok_or(Fault::Denied)?;
    let words: [u64; WORDS] = user::get_words(memory, at)?;
    let is_zero = words[RESERVED] >> 32 == 0 && words[RESERVED + 1] == 0;
    Ok((Context::of_words(&words), is_zero))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Access;

    #[test]
    fn a_context_comes_back_from_its_frame() {
        let mut memory = Memory::new(1 << 20, 1 << 20).unwrap();
        memory.map(0x1000..0x2000, Access::READ_WRITE).unwrap();
        let mut state = MachineState::new(0x1234);
        state.x = std::array::from_fn(|n| 0x100 + n as u64);
        state.x[0] = 0;
        state.f = std::array::from_fn(|n| 0x200 + n as u64);
        state.fcsr = 0x65;
        let context = Context::of(&state, 0xabc, [1, 2, 3]);
        put(&mut memory, 0x1010, &[7; INFO_BYTES], &context).unwrap();
        assert_eq!(get(&mut memory, 0x1010), Ok((context.clone(), true)));
        let mut restored = MachineState::new(0);
        context.restore(&mut restored);
        assert_eq!(restored, state);
        // Offsets as the kernel's headers give them.
        for (offset, value) in [
            (128 + 16, 1),
            (128 + 40, 0xabc),
            (128 + 176, 0x1234),
            (128 + 176 + 8 * 31, 0x100 + 31),
            (128 + 176 + 256, 0x200),
            (128 + 176 + 256 + 256, 0x65),
        ] {
            assert_eq!(user::get_words(&mut memory, 0x1010 + offset), Ok([value]));
        }
        let reserved = 0x1010 + 128 + 176 + 256 + 516;
        memory.write(reserved, &[1]).unwrap();
        assert_eq!(get(&mut memory, 0x1010), Ok((context, false)));
        assert!(get(&mut memory, 0x1bc8).is_err());
        assert!(get(&mut memory, u64::MAX - 8).is_err());
    }
}
