//! What a guest gets of its host, and the process that gets it.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{BoolishValueParser, OsStringValueParser, TypedValueParser};
use rvjet::abi::linux::Linux;

use super::create::create_empty;
use super::failure::Failure;
use super::input;
use super::values::{self, Directory, Variable};

/// What the guest gets of the host: nothing unless it is said here.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What the program gets of the host")]
pub struct Grants {
    /// Standard input from FILE instead of rvjet's own
    #[arg(long, env = "RVJET_STDIN", value_name = "FILE")]
    stdin: Option<PathBuf>,

    /// Standard output to FILE, which is made empty, instead of rvjet's own
    #[arg(long, env = "RVJET_STDOUT", value_name = "FILE")]
    stdout: Option<PathBuf>,

    /// An environment variable; may be repeated, there are no others
    /// [env: RVJET_ENV=, separated by ';']
    #[arg(
        long,
        value_name = "K=V",
        value_parser = OsStringValueParser::new().try_map(|text| values::variable(&text))
    )]
    env: Vec<Variable>,

    /// A directory, which the program sees as GUEST, and may only read if `:ro` is added;
    /// may be repeated
    /// [env: RVJET_DIR=, separated by ';']
    #[arg(
        long,
        value_name = "HOST[:GUEST[:ro]]",
        value_parser = OsStringValueParser::new().try_map(|text| values::directory(&text))
    )]
    dir: Vec<Directory>,

    /// The host's clocks; without it, time follows the instruction count
    #[arg(long, env = "RVJET_HOST_TIME", value_parser = BoolishValueParser::new())]
    host_time: bool,

    /// The host's randomness; without it, random bytes follow from --seed
    #[arg(long, env = "RVJET_HOST_RANDOM", value_parser = BoolishValueParser::new())]
    host_random: bool,

    /// What the program's random bytes follow from, unless --host-random is given
    #[arg(
        long,
        env = "RVJET_SEED",
        value_name = "N",
        default_value = "0",
        value_parser = values::count
    )]
    seed: u64,
}

impl Grants {
    /// Whether the guest's standard output is not that of this process.
    pub fn has_stdout(&self) -> bool {
        self.stdout.is_some()
    }

    /// An option that only a process can make use of, if one is given.
    pub fn only_for_a_process(&self) -> Option<&'static str> {
        let given = [
            (self.stdin.is_some(), "stdin"),
            (!self.env.is_empty(), "env"),
            (!self.dir.is_empty(), "dir"),
            (self.host_time, "host-time"),
            (self.host_random, "host-random"),
            (self.seed != 0, "seed"),
        ];
        let found = given.into_iter().find(|(given, _)| *given);
        found.map(|(_, name)| name)
    }

    /// The file that standard output goes to, which is made empty, if it is not that of
    /// this process.
    pub fn create_stdout(&self) -> Result<Option<File>, Failure> {
        self.stdout.as_deref().map(create_empty).transpose()
    }

    /// The process that is started as `command`.
    pub fn process(
        &self,
        command: Vec<OsString>,
        timeout: Option<Duration>,
    ) -> Result<Linux, Failure> {
        let mut linux = Linux::new()
            .args(command.into_iter().map(OsString::into_vec))
            .seed(self.seed);
        for Variable { name, value } in
            values::listed(self.env.clone(), "RVJET_ENV", values::variable)?
        {
            linux = linux.env(name.into_vec(), value.into_vec());
        }
        for directory in values::listed(self.dir.clone(), "RVJET_DIR", values::directory)? {
            let host = directory.host;
            let guest = directory.guest.as_os_str().as_bytes();
            let granted = match directory.read_only {
                true => linux.dir_read_only(&host, guest),
                false => linux.dir(&host, guest),
            };
            linux = granted.map_err(|source| Failure::Input { path: host, source })?;
        }
        if let Some(path) = &self.stdin {
            linux = linux.stdin_file(open(path)?);
        }
        if let Some(file) = self.create_stdout()? {
            linux = linux.stdout(file);
        }
        if self.host_time {
            linux = linux.host_time();
        }
        if self.host_random {
            linux = linux.host_random();
        }
        if let Some(limit) = timeout {
            linux = linux.timeout(limit);
        }
        Ok(linux)
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    input::open(path).map_err(|source| Failure::Input {
        path: path.to_owned(),
        source,
    })
}
