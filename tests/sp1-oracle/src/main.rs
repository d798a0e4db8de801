//! `sp1-oracle`: does jobs that come on standard input by SP1's executor, and accounts
//! for each on standard output.
#![forbid(unsafe_code)]

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use sp1_core_executor::{MinimalExecutor, Program, SupervisorMode};
use sp1_jit::{MinimalTrace, TraceChunkRaw};
use sp1_oracle::{Account, Job, receive, send};

type Executor = MinimalExecutor<SupervisorMode>;

/// Bytes of a chunk in front of its entries, and of an entry.
const HEADER: usize = 0x130;
const ENTRY: usize = 16;

fn main() -> ExitCode {
    if !std::any::type_name::<Executor>().contains("::x86_64::") {
        // Not what is to be compared with.
        return ExitCode::FAILURE;
    }
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    while let Some(job) = receive::<Job>(&mut from) {
        let done = execute(&job).map(|account| send(&mut to, &account));
        if !matches!(done, Some(Ok(()))) {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Executes a job; nothing if its program is not one for SP1.
fn execute(job: &Job) -> Option<Account> {
    let program = Arc::new(Program::from(&job.elf).ok()?);
    let mut account = Account::default();
    for size in &job.sizes {
        let mut executor = Executor::tracing(Arc::clone(&program), *size);
        job.inputs.iter().for_each(|item| executor.with_input(item));
        let mut chunks = Vec::new();
        while let Some(chunk) = executor.execute_chunk() {
            chunks.extend_from_slice(bytes(&chunk));
        }
        account.exit_code = executor.exit_code();
        account.public_values = executor.public_values_stream().clone();
        account.digest = executor.public_value_digest();
        account.clk = executor.clk();
        account.global_clk = executor.global_clk();
        account.hints = executor.hints().to_vec();
        account.chunks.push(chunks);
    }
    Some(account)
}

/// Header and entries.
fn bytes(chunk: &TraceChunkRaw) -> &[u8] {
    let end = HEADER + ENTRY * chunk.num_mem_reads() as usize;
    match chunk {
        TraceChunkRaw::Mmap(map) => &map[..end],
        TraceChunkRaw::Shm(shared) => &shared[..end],
    }
}
