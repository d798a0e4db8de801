//! SP1's executor, in a process of its own: it ends its process where a guest does
//! what it does not expect.
//!
//! Enters: a [`Job`]. Leaves: an [`Account`] of it, or nothing, if the process ended.
#![forbid(unsafe_code)]

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Deserialize, Serialize};

/// What is to be executed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// The program.
    pub elf: Vec<u8>,
    /// The items of its input.
    pub inputs: Vec<Vec<u8>>,
    /// The sizes of chunks (`max_trace_size`): it is executed once for each.
    pub sizes: Vec<u64>,
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// As `HALT` had it.
    pub exit_code: u32,
    /// Bytes written to descriptor 13.
    pub public_values: Vec<u8>,
    /// Words of `COMMIT`.
    pub digest: [u32; 8],
    /// The clock at the end.
    pub clk: u64,
    /// Instructions.
    pub global_clk: u64,
    /// Input that was read, and where it went.
    pub hints: Vec<(u64, Vec<u8>)>,
    /// For each size the chunks, header and entries, one behind the other.
    pub chunks: Vec<Vec<u8>>,
}

/// Reads what the other side has sent; nothing if it has gone.
pub fn receive<T: for<'de> Deserialize<'de>>(from: &mut impl Read) -> Option<T> {
    bincode::deserialize_from(from).ok()
}

/// Sends a value.
///
/// # Errors
/// Those of `to`.
pub fn send<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    bincode::serialize_into(&mut *to, value).map_err(io::Error::other)?;
    to.flush()
}

/// The executor's process, started anew whenever it has ended.
#[derive(Debug)]
pub struct Peer {
    program: &'static str,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Peer {
    /// That of the executable at this path.
    pub fn new(program: &'static str) -> Peer {
        Peer {
            program,
            running: None,
        }
    }

    /// Has a job done; nothing if that ended the process.
    ///
    /// # Errors
    /// If the process cannot be started.
    pub fn run(&mut self, job: &Job) -> io::Result<Option<Account>> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(self.program)?,
        };
        // Where it cannot be sent, nothing comes back either.
        let sent = send(&mut running.to, job);
        match receive(&mut running.from).filter(|_| sent.is_ok()) {
            Some(account) => {
                self.running = Some(running);
                Ok(Some(account))
            }
            None => {
                running.child.wait()?;
                Ok(None)
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(Running {
            mut child,
            to,
            from,
        }) = self.running.take()
        {
            // It ends when nothing more can come.
            drop((to, from));
            let _status = child.wait();
        }
    }
}

impl Running {
    fn start(program: &str) -> io::Result<Running> {
        // What guests write, and why it ends, is for those who ask.
        let is_asked = std::env::var_os("ORACLE_STDERR").is_some();
        let stderr = if is_asked {
            Stdio::inherit()
        } else {
            Stdio::null()
        };
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()?;
        let missing = || io::Error::other("no pipe");
        let to = child.stdin.take().ok_or_else(missing)?;
        let from = child.stdout.take().ok_or_else(missing)?;
        Ok(Running {
            child,
            to: BufWriter::new(to),
            from: BufReader::new(from),
        })
    }
}
