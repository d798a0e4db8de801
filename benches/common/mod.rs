//! The guest programs, as benches need them.

#[path = "../../tests/common/manifest.rs"]
mod manifest;

pub use manifest::Guest;

/// How much a guest is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Its default arguments: some ten million instructions.
    Short,
    /// Its `bench_args`: some hundred million.
    Long,
}

/// The guests that have something to measure.
pub fn guests() -> Vec<Guest> {
    let mut guests = manifest::guests();
    guests.retain(|guest| guest.bench_args.is_some());
    guests
}

/// Whether cargo asked for a test of the bench rather than for figures.
pub fn is_test() -> bool {
    std::env::args().any(|arg| arg == "--test")
}

impl Guest {
    /// The arguments behind argv\[0\] for a run of this size.
    pub fn sized_args(&self, size: Size) -> &[String] {
        match (size, &self.bench_args) {
            (Size::Long, Some(args)) => args,
            _ => &self.args,
        }
    }
}
