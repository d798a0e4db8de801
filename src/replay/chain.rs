//! Each chunk starts where the one before ended.

use super::mismatch::{Difference, Mismatch, Place, difference};
use crate::trace::{Boundary, Chunk, Header};

/// Where the next chunk starts.
#[derive(Debug)]
pub(crate) struct Chain(Boundary);

impl Chain {
    /// No chunk yet.
    pub(crate) fn new(header: &Header) -> Chain {
        Chain(Boundary {
            state: header.start.clone(),
            accesses: 0,
            ecalls: 0,
        })
    }

    /// Before this chunk, wherever that is.
    #[cfg(feature = "parquet")]
    pub(crate) fn before(chunk: &Chunk) -> Chain {
        Chain(chunk.start.clone())
    }

    /// The next chunk is this, which is to have this number.
    pub(crate) fn follow(&mut self, number: u64, chunk: &Chunk) -> Result<(), Mismatch> {
        let differs = difference(&chunk.start, &self.0);
        let difference = match differs {
            _ if chunk.number != number => Difference::Number { expected: number },
            Some(state) => Difference::Start(state),
            None => {
                self.0 = chunk.end.clone();
                return Ok(());
            }
        };
        Err(Mismatch {
            chunk: number,
            place: Place::start(chunk),
            difference,
        })
    }
}
