//! The rows of each table, in the order of its columns.

mod accesses;
mod chunks;
mod ecalls;
mod insns;

pub(super) use accesses::access;
pub(super) use chunks::chunk;
pub(super) use ecalls::ecall;
pub(super) use insns::{Texts, insn};
