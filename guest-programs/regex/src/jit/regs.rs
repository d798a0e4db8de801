//! The register plan.
//!
//! Emitted code calls nothing but helpers, and these rarely; so what it uses all the time is
//! in registers that the convention lets it overwrite, and is saved around the calls.

use super::asm::encode::Reg;

/// The [`Frame`](super::frame::Frame). Callee-saved: helpers leave it alone.
pub const FRAME: Reg = Reg::S0;
/// The haystack's first byte. Callee-saved.
pub const BEGIN: Reg = Reg::S1;
/// Behind the last byte that an attempt may begin with. Callee-saved.
pub const SCAN_END: Reg = Reg::S2;
/// Up to where no attempt behind the present one can succeed. Callee-saved.
pub const COVERED: Reg = Reg::S3;
/// Within a run, the position after its least number of items. Callee-saved.
pub const LEAST: Reg = Reg::S4;
/// Within a run, a number of items. Callee-saved.
pub const COUNT: Reg = Reg::S5;

/// The position. Saved by the caller of a helper.
pub const POSITION: Reg = Reg::A0;
/// Behind the haystack's last byte. Comes back from the frame.
pub const END: Reg = Reg::A1;
/// Behind the top entry of the stack of choices. Saved by the caller of a helper.
pub const TOP: Reg = Reg::A2;
/// What [`TOP`] is when the stack is full. Comes back from the frame.
pub const LIMIT: Reg = Reg::A3;
/// The steps that are left. Saved by the caller of a helper.
pub const STEPS: Reg = Reg::A4;
/// The first slot. Comes back from the frame.
pub const SLOTS: Reg = Reg::A5;
/// The middle of what [`Pool`](super::pool::Pool) offsets reach. Comes back from the frame.
pub const POOL: Reg = Reg::A6;
/// Where the attempt began. Saved by the caller of a helper.
pub const START: Reg = Reg::A7;
/// What an old value's entry resumes. Comes back from the code.
pub const RESTORE: Reg = Reg::T6;

/// The assembler's own.
pub const AT: Reg = Reg::T5;
/// Where a shared routine returns to.
pub const LINK: Reg = Reg::T0;
/// What a shared routine takes and gives; free otherwise.
pub const X1: Reg = Reg::T1;
/// A byte of the haystack; free otherwise.
pub const BYTE: Reg = Reg::T2;
/// Free.
pub const X3: Reg = Reg::T3;
/// Free.
pub const X4: Reg = Reg::T4;

/// The callee-saved registers that emitted code overwrites.
pub const SAVED: [Reg; 6] = [FRAME, BEGIN, SCAN_END, COVERED, LEAST, COUNT];
