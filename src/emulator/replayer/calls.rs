//! Where the calls of a chunk are, which their records leave out.

use super::Replayer;
use crate::replay::Mismatch;
use crate::trace::Chunk;

impl Replayer {
    /// Runs a chunk again, and gives the address of each of its calls.
    pub(crate) fn call_sites(&mut self, chunk: &Chunk) -> Result<Vec<u64>, Mismatch> {
        match self.find_calls(chunk) {
            Ok(sites) => Ok(sites),
            Err(found) => Err(self.located(chunk, found)),
        }
    }

    fn find_calls(&mut self, chunk: &Chunk) -> Result<Vec<u64>, Mismatch> {
        let mut sites = Vec::with_capacity(chunk.ecalls.len());
        let mut run = self.open(chunk)?;
        let _received = self.engines.begin();
        while !self.is_done(&run) {
            let (pc, calls) = (self.hart.state.pc, run.ecalls);
            if let Err(difference) = self.advance(&mut run, u64::MAX, false) {
                return Err(self.abandon(&run, difference));
            }
            // A call goes alone: nothing came before it since `pc` was looked at.
            if run.ecalls > calls {
                sites.push(pc);
            }
        }
        self.close(run)?;
        Ok(sites)
    }
}
