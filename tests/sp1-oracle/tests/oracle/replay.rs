//! Our chunks, replayed by the machine that SP1's prover replays chunks by.

use std::sync::Arc;

use rvjet::sp1::Chunk;
use sp1_core_executor::{GasEstimatingVM, Program, SP1CoreOpts, SupervisorMode};
use sp1_jit::TraceChunk;

use crate::guests::Guest;
use crate::ours::Setup;

/// Where a halted machine of SP1's is.
const HALTED: u64 = 1;

/// Replays all chunks: each has to end where the next starts, with no entry left.
pub fn replay(elf: &[u8], chunks: &[Chunk]) {
    let program = Arc::new(Program::from(elf).unwrap());
    let mut insns = 0;
    for (number, chunk) in chunks.iter().enumerate() {
        let mut bytes = Vec::new();
        chunk.write_to(&mut bytes).unwrap();
        let trace = TraceChunk::copy_from_bytes(&bytes);
        let opts = SP1CoreOpts::default();
        let program = Arc::clone(&program);
        let mut vm = GasEstimatingVM::<SupervisorMode>::new(&trace, program, [0; 4], opts);
        let report = vm.execute().unwrap();
        assert_eq!(vm.core.mem_reads.len(), 0, "entries left of chunk {number}");
        assert_eq!(vm.core.clk(), chunk.clk_end, "clock after chunk {number}");
        insns += report.total_instruction_count();
        assert_eq!(insns, chunk.global_clk_end, "instructions");
        match chunks.get(number + 1) {
            Some(next) => {
                let registers = vm.core.registers().map(|register| register.value);
                assert_eq!(registers, next.start_registers, "after chunk {number}");
                assert_eq!(vm.core.pc(), next.pc_start, "after chunk {number}");
            }
            None => assert_eq!(vm.core.pc(), HALTED),
        }
    }
}

#[test]
fn prover_replays_our_chunks_of_the_guests() {
    for guest in Guest::all() {
        for size in [1000, 1 << 16] {
            let chunks = Setup::usual().chunks(&guest.elf, &guest.inputs, size);
            replay(&guest.elf, &chunks);
        }
    }
}
