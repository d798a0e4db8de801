//! SP1's executor, in a process of its own.

use serde::{Deserialize, Serialize};

use crate::samples::Times;

#[cfg(feature = "sp1")]
pub use executor::{executor, run, start};

#[cfg(not(feature = "sp1"))]
pub use absent::{executor, run, start};

/// Whether SP1's executor is in this program.
pub const BUILT: bool = cfg!(feature = "sp1");
/// Entries of the trace's buffer, and of rvjet's chunks, of 16 bytes each. From 2^13 to
/// 2^20 the executor is as fast on most kernels, and slower above on some.
pub const ENTRIES: u64 = 1 << 16;

/// What the child says of a run, on standard output.
#[derive(Serialize, Deserialize)]
pub struct Account {
    /// Instructions, without those of unconstrained blocks.
    pub cycles: u64,
    /// Chunks of the trace, if there is one.
    pub chunks: Option<u64>,
    /// What the program has committed.
    pub public_values: Vec<u8>,
    /// What the run took, without start-up.
    pub times: Times,
}

/// The version that this program has been built with.
pub fn version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let (_, package) = lock
        .split_once("name = \"sp1-core-executor\"")
        .unwrap_or_default();
    package.split('"').nth(1).unwrap_or("of an unknown version")
}

/// What a kernel printed, of what the executor makes of it.
pub fn unmarked(error: &[u8]) -> &[u8] {
    error.strip_prefix(b"stdout: ").unwrap_or(error)
}

#[cfg(feature = "sp1")]
mod executor {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Instant;

    use anyhow::{Result, anyhow, ensure};
    use rustix::time::{ClockId, clock_gettime};
    use sp1_core_executor::{MinimalExecutor, Program, SupervisorMode};

    use super::{Account, ENTRIES};
    use crate::input::Input;
    use crate::samples::Times;

    type Executor = MinimalExecutor<SupervisorMode>;

    /// Runs a program to its end, prints the account of it, and exits as it does.
    ///
    /// # Errors
    ///
    /// Fails if it or its input cannot be read, or it is not one for SP1.
    pub fn run(elf: &Path, tracing: bool, input: &[Input]) -> Result<()> {
        let mut executor = load(elf, tracing.then_some(ENTRIES))?;
        for item in input {
            executor.with_input(&item.bytes()?);
        }
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        // By one buffer that is used again and again: the quickest it has.
        let chunks = executor.run_till_end();
        let times = Times {
            cpu: cpu_seconds() - cpu,
            wall: wall.elapsed().as_secs_f64(),
        };
        let account = Account {
            cycles: executor.global_clk(),
            chunks: tracing.then_some(chunks as u64),
            public_values: executor.public_values_stream().clone(),
            times,
        };
        println!("{}", serde_json::to_string(&account)?);
        std::process::exit(executor.exit_code().cast_signed());
    }

    /// Does all that comes before the first instruction, and nothing after it.
    ///
    /// # Errors
    ///
    /// Fails if the program cannot be read, or is not one for SP1.
    pub fn start(elf: &Path) -> Result<()> {
        let _executor = load(elf, None)?;
        // Without the end, which is not a part of it.
        std::process::exit(0);
    }

    fn load(elf: &Path, entries: Option<u64>) -> Result<Executor> {
        let program = Program::from(&std::fs::read(elf)?).map_err(|error| anyhow!("{error}"))?;
        Ok(Executor::new(Arc::new(program), false, entries))
    }

    /// Which of its executors there is.
    ///
    /// # Errors
    ///
    /// Fails if it is not the native one.
    pub fn executor() -> Result<&'static str> {
        let name = std::any::type_name::<Executor>();
        ensure!(name.contains("::x86_64::"), "{name} is not SP1's JIT");
        Ok("its native executor, a JIT for x86-64")
    }

    /// CPU time of this process so far.
    fn cpu_seconds() -> f64 {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }
}

/// What stands where there is nothing to run by.
#[cfg(not(feature = "sp1"))]
mod absent {
    use std::path::Path;

    use anyhow::{Result, bail};

    use crate::input::Input;

    /// Fails, as the others do.
    pub fn run(_: &Path, _: bool, _: &[Input]) -> Result<()> {
        bail!("built without SP1's executor")
    }

    /// Fails.
    pub fn start(_: &Path) -> Result<()> {
        bail!("built without SP1's executor")
    }

    /// Fails.
    pub fn executor() -> Result<&'static str> {
        bail!("built without SP1's executor")
    }
}
