//! What a personality tells its user of, since it prints nothing itself.

use std::fmt;

use super::errno::Errno;

/// A call that is done. Shown as a line of `strace`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallEvent<'a> {
    /// The `ecall`.
    pub pc: u64,
    /// The call's name; `unknown` of one that is not known.
    pub name: &'static str,
    /// Its arguments, as the registers hold them.
    pub args: [u64; 6],
    /// Its result, negative for an error number; `None` if it ended the run.
    pub result: Option<i64>,
    /// The arguments in words, with the strings that they point to.
    pub text: &'a str,
}

impl fmt::Display for CallEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}) = ", self.name, self.text)?;
        write_result(f, self.name, self.result)
    }
}

/// A call that is not known, for which the guest got `ENOSYS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownCall {
    /// The call's number.
    pub number: u64,
    /// The `ecall`.
    pub pc: u64,
}

impl fmt::Display for UnknownCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown system call {} at pc {:#x}",
            self.number, self.pc
        )
    }
}

fn write_result(f: &mut fmt::Formatter<'_>, name: &str, result: Option<i64>) -> fmt::Result {
    let Some(result) = result else {
        return f.write_str("?");
    };
    match Errno::of_result(result) {
        Some(errno) => write!(f, "-1 {errno}"),
        None if matches!(name, "brk" | "mmap" | "mremap") => write!(f, "{result:#x}"),
        None => write!(f, "{result}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &'static str, result: Option<i64>) -> String {
        let event = CallEvent {
            pc: 0,
            name,
            args: [0; 6],
            result,
            text: "1, 2",
        };
        event.to_string()
    }

    #[test]
    fn a_call_reads_as_a_line_of_strace() {
        assert_eq!(shown("write", Some(2)), "write(1, 2) = 2");
        assert_eq!(shown("mmap", Some(0x7000)), "mmap(1, 2) = 0x7000");
        assert_eq!(shown("exit", None), "exit(1, 2) = ?");
        let failed = "openat(1, 2) = -1 ENOENT (no such file or directory)";
        assert_eq!(shown("openat", Some(-2)), failed);
    }
}
