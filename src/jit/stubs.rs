//! The code at the start of the code memory that every unit shares: the ways in and out.
#![forbid(unsafe_code)]

mod float;

use std::mem::offset_of;
use std::ops::Range;

use dynasmrt::x64::Rq;
use dynasmrt::{DynasmApi, DynasmError, DynasmLabelApi};

use super::asm::{Asm, x64};
use super::mxcsr::ENTRY_BYTES;
use super::regs::{Home, Homes, STATE, T0};
use crate::isa::Reg;
use crate::machine::{First, LinkHead, LinkMap, LogHead, MachineState, TOUCHED, Touch, TouchMap};

/// What the exit stub returns in `rax` if an indirect jump found no unit; site
/// numbers and faults are elsewhere.
pub(super) const MISSED: u64 = 1 << 32;

/// Where the stubs are in the code memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stubs {
    /// `fn(state, guest memory, budget, unit) -> (why, budget)`: loads the homes, enters the unit.
    pub(super) enter: usize,
    /// Returns from `enter` with `rax` and the budget, the homes stored.
    pub(super) exit: usize,
    /// As `exit`, to go on at the guest address in [`T0`].
    pub(super) miss: usize,
    /// Logs the touch of the word number `rdx` with the value `rcx`. The carry
    /// says that there was no room. 0 where nothing is recorded.
    pub(super) touch: usize,
    /// As `touch`, of a word that is accessed by the link to be at the address
    /// `rcx`, which it notes, be the word touched before or not. 0 where nothing is linked.
    pub(super) first: usize,
    /// The table of exceptions. 0 where floating-point registers have no homes.
    pub(super) flags: usize,
}

impl Stubs {
    /// Where each stub lies, and the tables, which together end at `end`, and what it is
    /// called.
    pub(super) fn spans(&self, end: usize) -> Vec<(Range<usize>, &'static str)> {
        let mut starts = vec![
            (self.enter, "enter"),
            (self.miss, "miss"),
            (self.exit, "exit"),
        ];
        let tables = self.flags.saturating_sub(ENTRY_BYTES);
        let optional = [
            (tables, "tables"),
            (self.touch, "touch"),
            (self.first, "first"),
        ];
        starts.extend(optional.into_iter().filter(|&(start, _)| start != 0));
        starts.sort_unstable();
        let ends = starts.iter().map(|&(start, _)| start).skip(1);
        let ends: Vec<usize> = ends.chain([end]).collect();
        let spans = starts.into_iter().zip(ends);
        spans
            .map(|((start, name), end)| (start..end, name))
            .collect()
    }
}

/// Where the shadow of guest address 0 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shadow {
    /// So far from guest address 0.
    Near(i32),
    /// At the address in [`LOG`](super::regs::LOG), which the log's head tells on entry.
    ///
    /// PERF: a displacement is free, and the register is one home less; so only
    /// where the window is too large for a displacement, or shadows change.
    InRegister,
}

/// Where touches are recorded, from guest address 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct TouchCode {
    /// The log's head.
    log: i32,
    /// The shadow.
    pub(super) shadow: Shadow,
}

impl TouchCode {
    /// The addresses as emitted code has them, if it reaches so far.
    pub(super) fn new(map: TouchMap) -> Option<TouchCode> {
        let near = map.shadow.and_then(|shadow| i32::try_from(shadow).ok());
        Some(TouchCode {
            log: i32::try_from(map.log).ok()?,
            shadow: near.map_or(Shadow::InRegister, Shadow::Near),
        })
    }

    /// Where the address of the shadow is.
    fn shadow_address(self) -> i32 {
        self.log + offset_of!(LogHead, shadow) as i32
    }

    /// Where the log's next entry is said to go.
    fn next(self) -> i32 {
        self.log + offset_of!(LogHead, next) as i32
    }
}

/// Where links are recorded, from guest address 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkCode {
    next: i32,
    firsts: i32,
    /// Where the address of the table of clocks is.
    pub(super) table: i32,
    /// Where the clock is at which to stop.
    pub(super) limit: i32,
}

impl LinkCode {
    /// An address as emitted code has it, if it reaches so far.
    pub(super) fn new(map: LinkMap) -> Option<LinkCode> {
        let field = |offset: usize| i32::try_from(map.head + offset as i64).ok();
        Some(LinkCode {
            next: field(offset_of!(LinkHead, next))?,
            firsts: field(offset_of!(LinkHead, firsts))?,
            table: field(offset_of!(LinkHead, table))?,
            limit: field(offset_of!(LinkHead, limit))?,
        })
    }
}

/// Code under construction that is nothing but stubs.
struct Builder {
    asm: Asm,
}

/// Emits the stubs for `homes`, to lie at the start of the code memory.
pub(super) fn emit(
    homes: &Homes,
    touch: Option<TouchCode>,
    link: Option<LinkCode>,
) -> Result<(Vec<u8>, Stubs), DynasmError> {
    let mut stubs = Builder { asm: Asm::new(0) };
    let enter = stubs.asm.offset().0;
    stubs.enter(homes, touch, link);
    let miss = stubs.asm.offset().0;
    stubs.miss();
    let exit = stubs.asm.offset().0;
    stubs.exit(homes, link);
    let flags = homes.floats().map_or(0, |_| stubs.tables());
    let at = stubs.asm.offset().0;
    let touch_code = touch;
    let touch = touch.map(|touch| stubs.touch(touch)).map_or(0, |()| at);
    let at = stubs.asm.offset().0;
    let first = touch_code
        .zip(link)
        .map(|(touch, link)| stubs.first(touch, link));
    let first = first.map_or(0, |()| at);
    let places = Stubs {
        enter,
        exit,
        miss,
        touch,
        first,
        flags,
    };
    Ok((stubs.asm.finalize()?, places))
}

impl Builder {
    /// `rdi` state, `rsi` guest memory, `rdx` budget, `rcx` unit.
    fn enter(&mut self, homes: &Homes, touch: Option<TouchCode>, link: Option<LinkCode>) {
        x64!(self
            ; push rbx ; push rbp ; push r12 ; push r13 ; push r14 ; push r15
            ; mov mem, rsi
            ; mov budget, rdx
            ; sub rsp, homes.frame()
            ; mov [rsp + STATE], rdi
        );
        if let Some(floats) = homes.floats() {
            self.enter_floats(floats);
        }
        for reg in Reg::all() {
            let at = register_offset(reg);
            match homes.of(reg) {
                Home::Zero => {}
                Home::Gpr(Rq::RDI) => {}
                Home::Gpr(home) => x64!(self ; mov Rq(home), [rdi + at]),
                Home::Slot(slot) => x64!(self ; mov rax, [rdi + at] ; mov [rsp + slot], rax),
            }
        }
        // Last, for it points to the state until then.
        for reg in Reg::all().filter(|&reg| homes.of(reg) == Home::Gpr(Rq::RDI)) {
            x64!(self ; mov rdi, [rdi + register_offset(reg)]);
        }
        let in_register = touch.filter(|touch| touch.shadow == Shadow::InRegister);
        if let Some(link) = link {
            x64!(self ; mov log, [mem + link.next]);
        } else if let Some(touch) = in_register {
            x64!(self ; mov log, [mem + touch.shadow_address()]);
        }
        x64!(self ; jmp rcx);
    }

    /// Falls through into the exit.
    fn miss(&mut self) {
        x64!(self
            ; mov rdx, [rsp + STATE]
            ; mov rdx => MachineState.pc, Rq(T0)
            ; mov Rq(T0), QWORD MISSED as i64
        );
    }

    /// `log.push(Touch { 8 * rdx, rcx }); shadow[rdx] = TOUCHED`
    fn touch(&mut self, touch: TouchCode) {
        self.check_room(touch);
        self.mark_touched(touch);
        self.push_touch(touch);
    }

    /// `firsts.push(First { rcx, rdx })` and, if the word has not been touched,
    /// `log.push(Touch { 8 * rdx, word rdx }); shadow[rdx] = TOUCHED`
    fn first(&mut self, touch: TouchCode, link: LinkCode) {
        let (place, word) = (
            offset_of!(First, place) as i32,
            offset_of!(First, word) as i32,
        );
        self.check_room(touch);
        x64!(self
            ; mov rax, [mem + link.firsts]
            ; mov [rax + place], rcx
            ; mov [rax + word], rdx
            ; add rax, size_of::<First>() as i32
            ; mov [mem + link.firsts], rax
        );
        // A comparison with zero leaves no carry.
        match touch.shadow {
            Shadow::Near(shadow) => x64!(self ; cmp BYTE [mem + rdx + shadow], BYTE 0),
            Shadow::InRegister => x64!(self
                ; mov rax, [mem + touch.shadow_address()]
                ; cmp BYTE [rax + rdx], BYTE 0
            ),
        }
        x64!(self ; jne >done);
        self.mark_touched(touch);
        x64!(self ; mov rcx, [mem + 8 * rdx]);
        self.push_touch(touch);
        x64!(self ; done: ; pop rax ; ret);
    }

    /// Saves `rax`; returns with a carry if there is no room in the log.
    fn check_room(&mut self, touch: TouchCode) {
        let end = touch.log + offset_of!(LogHead, end) as i32;
        x64!(self
            ; push rax
            ; mov rax, [mem + touch.next()]
            ; cmp rax, [mem + end]
            ; jae >full
        );
    }

    /// `shadow[rdx] = TOUCHED`, and the end of the log in `rax`.
    fn mark_touched(&mut self, touch: TouchCode) {
        match touch.shadow {
            Shadow::Near(shadow) => {
                x64!(self ; mov BYTE [mem + rdx + shadow], TOUCHED as i8);
            }
            Shadow::InRegister => x64!(self
                ; mov rax, [mem + touch.shadow_address()]
                ; mov BYTE [rax + rdx], TOUCHED as i8
            ),
        }
        x64!(self ; mov rax, [mem + touch.next()]);
    }

    /// Behind [`Builder::mark_touched`]: `log.push(Touch { 8 * rdx, rcx })`, and returns.
    fn push_touch(&mut self, touch: TouchCode) {
        let (addr, value) = (
            offset_of!(Touch, addr) as i32,
            offset_of!(Touch, value) as i32,
        );
        x64!(self
            ; shl rdx, 3
            ; mov [rax + addr], rdx
            ; mov [rax + value], rcx
            ; add rax, size_of::<Touch>() as i32
            ; mov [mem + touch.next()], rax
            ; pop rax
            // The last bit out is 0, and so is the carry.
            ; shr rdx, 3
            ; ret
            ; full:
            ; pop rax
            ; stc
            ; ret
        );
    }

    fn exit(&mut self, homes: &Homes, link: Option<LinkCode>) {
        if let Some(link) = link {
            // Links are written past the caches: whoever is told of them is to see them.
            x64!(self ; mov [mem + link.next], log ; sfence);
        }
        x64!(self ; mov rdx, [rsp + STATE]);
        for reg in Reg::all() {
            let at = register_offset(reg);
            match homes.of(reg) {
                Home::Zero => {}
                Home::Gpr(home) => x64!(self ; mov [rdx + at], Rq(home)),
                Home::Slot(slot) => x64!(self ; mov rcx, [rsp + slot] ; mov [rdx + at], rcx),
            }
        }
        if let Some(floats) = homes.floats() {
            self.exit_floats(floats);
        }
        x64!(self
            ; mov rdx, budget
            ; add rsp, homes.frame()
            ; pop r15 ; pop r14 ; pop r13 ; pop r12 ; pop rbp ; pop rbx
            ; ret
        );
    }
}

/// Where the state holds `reg`.
fn register_offset(reg: Reg) -> i32 {
    (offset_of!(MachineState, x) + 8 * reg.index()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Stubs = Stubs {
        enter: 0,
        miss: 100,
        exit: 120,
        touch: 0,
        first: 0,
        flags: 0,
    };

    #[test]
    fn what_is_not_there_has_no_name() {
        let spans = [(0..100, "enter"), (100..120, "miss"), (120..200, "exit")];
        assert_eq!(BARE.spans(200), spans);
    }

    #[test]
    fn all_that_is_there_has_a_name_of_its_own() {
        let stubs = Stubs {
            flags: 200 + ENTRY_BYTES,
            touch: 500,
            first: 550,
            ..BARE
        };
        let spans = [
            (0..100, "enter"),
            (100..120, "miss"),
            (120..200, "exit"),
            (200..500, "tables"),
            (500..550, "touch"),
            (550..600, "first"),
        ];
        assert_eq!(stubs.spans(600), spans);
    }
}
