//! SP1's executor, in a process of its own.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::kernel::Subject;
use crate::samples::{Sample, Times};

#[cfg(feature = "sp1")]
pub use executor::{executor, run};

/// Whether SP1's executor is in this program.
pub const BUILT: bool = cfg!(feature = "sp1");
/// Entries of the trace's buffer, of 16 bytes each. From 2^13 to 2^20 the executor
/// is as fast on most kernels, and slower above on some.
pub const ENTRIES: u64 = 1 << 16;

/// What the child says of a run, on standard output.
#[derive(Serialize, Deserialize)]
struct Account {
    instructions: u64,
    cpu: f64,
    wall: f64,
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

/// What the child's account says, of a process that took so much in all.
///
/// # Errors
///
/// Fails if it has not run the kernel's instructions.
pub fn sample(account: &[u8], whole: Times, subject: &Subject) -> Result<Sample> {
    let Account {
        instructions,
        cpu,
        wall,
    } = serde_json::from_slice(account).context("the account of SP1's executor")?;
    let expected = subject.instructions;
    ensure!(
        instructions == expected,
        "SP1 runs {instructions} instructions, not {expected}"
    );
    Ok(Sample {
        run: Times { cpu, wall },
        start_up: Some(whole.cpu - cpu),
    })
}

#[cfg(feature = "sp1")]
mod executor {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Instant;

    use anyhow::{Result, anyhow, ensure};
    use rustix::time::{ClockId, clock_gettime};
    use sp1_core_executor::{MinimalExecutor, Program, SupervisorMode};

    use super::Account;

    type Executor = MinimalExecutor<SupervisorMode>;

    /// Runs a program to its end, prints the account of it, and exits as it does.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be read, or is not one for SP1.
    pub fn run(elf: &Path, entries: Option<u64>) -> Result<()> {
        let program = Program::from(&std::fs::read(elf)?).map_err(|error| anyhow!("{error}"))?;
        let mut executor = Executor::new(Arc::new(program), false, entries);
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        // By one buffer that is used again and again: the quickest it has.
        executor.run_till_end();
        let account = Account {
            instructions: executor.global_clk(),
            cpu: cpu_seconds() - cpu,
            wall: wall.elapsed().as_secs_f64(),
        };
        println!("{}", serde_json::to_string(&account)?);
        std::process::exit(executor.exit_code().cast_signed());
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

/// Nothing to run it by.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "sp1"))]
pub fn run(_elf: &std::path::Path, _entries: Option<u64>) -> Result<()> {
    anyhow::bail!("built without SP1's executor")
}

/// None.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "sp1"))]
pub fn executor() -> Result<&'static str> {
    anyhow::bail!("built without SP1's executor")
}
