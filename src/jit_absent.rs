//! The JIT of a host that has none.
#![forbid(unsafe_code)]

#[path = "jit/emission.rs"]
mod emission;

use std::io;
use std::ops::Range;
use std::time::Duration;

pub use emission::{Emission, Listener};

use crate::machine::{Engine, Hart, Memory, Stop};

/// Instructions in a stretch of emitted code at the most.
pub const MAX_INSNS: usize = 0;
/// Instructions that are observed in a row.
pub const WINDOW: u64 = 0;

/// Bytes of units that are kept.
pub const MAX_STORED: usize = 0;

/// Where stored units would come from.
#[derive(Clone, Copy)]
pub struct Origin {
    /// What only those know who may make them.
    pub key: [u8; 32],
    /// A digest of the program.
    pub program: [u8; 32],
}

/// Why stored units were not restored.
pub enum NotRestored {
    /// They are from elsewhere.
    Foreign,
    /// They do not hold.
    Unfit,
}

/// A JIT that cannot be made.
#[derive(Debug)]
pub enum Jit {}

impl Jit {
    /// Says that there is none.
    pub fn new(_memory: &mut Memory) -> io::Result<Jit> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this host has none: it needs Linux on x86-64",
        ))
    }

    /// Nothing needs a signal.
    pub fn receive_faults(&self) {
        match *self {}
    }

    /// Nothing is compiled.
    pub fn compile_time(&self) -> Duration {
        match *self {}
    }

    /// Nothing is emitted.
    pub fn code_bytes(&self) -> u64 {
        match *self {}
    }

    /// Nothing has a name.
    pub fn stored_name(&self, _memory: &Memory, _origin: &Origin) -> io::Result<String> {
        match *self {}
    }

    /// Nothing is stored.
    pub fn store(&mut self, _memory: &Memory, _origin: &Origin) -> Option<Vec<u8>> {
        match *self {}
    }

    /// Nothing is restored.
    pub fn restore(
        &mut self,
        _memory: &mut Memory,
        _origin: &Origin,
        _stored: &mut [u8],
    ) -> Result<usize, NotRestored> {
        match *self {}
    }

    /// Nothing is told.
    pub fn listen(&mut self, _listener: Listener) {
        match *self {}
    }

    /// Nothing is compiled, however late.
    pub fn set_patience(&mut self, _arrivals: u8) {
        match *self {}
    }

    /// Nothing is observed, however often.
    pub fn observe_every(&mut self, _insns: u64) {
        match *self {}
    }

    /// Nothing is observed.
    pub fn observe(&mut self, _memory: &mut Memory, _pc: u64, _to: u64) {
        match *self {}
    }

    /// Nothing follows from it.
    pub fn end_window(&mut self, _memory: &mut Memory) {
        match *self {}
    }

    /// Nothing is listed.
    pub fn write_listing(
        &self,
        _out: &mut dyn io::Write,
        _memory: &Memory,
        _pcs: Range<u64>,
    ) -> io::Result<()> {
        match *self {}
    }
}

impl Engine for Jit {
    fn run(&mut self, _hart: &mut Hart, _budget: u64) -> Stop {
        match *self {}
    }

    fn forget(&mut self, _memory: &mut Memory, _ranges: &[Range<u64>]) {
        match *self {}
    }
}
