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

/// A call that is not known, or not supported, for which the guest got `ENOSYS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownCall {
    /// The call's number.
    pub number: u64,
    /// Its name, if it is known but for what it would take: it makes a thread or a
    /// process, and there is one of each.
    pub name: Option<&'static str>,
    /// The `ecall`.
    pub pc: u64,
}

impl fmt::Display for UnknownCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownCall { number, name, pc } = self;
        match name {
            Some(name) => write!(
                f,
                "threads and other processes are not supported: {name} fails at pc {pc:#x}"
            ),
            None => write!(f, "unknown system call {number} at pc {pc:#x}"),
        }
    }
}

/// A signal that the guest has got: a handler is about to be called. Shown as in `strace`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignalEvent {
    /// Its number.
    pub signal: usize,
    /// Where it comes from (`si_code`).
    pub code: i32,
    /// The address that it is about, if an instruction trapped.
    pub addr: Option<u64>,
    /// Where the guest goes on when the handler returns.
    pub pc: u64,
}

impl fmt::Display for SignalEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SignalEvent {
            signal, code, addr, ..
        } = self;
        write!(f, "--- signal {signal} (code {code}")?;
        if let Some(addr) = addr {
            write!(f, ", address {addr:#x}")?;
        }
        write!(f, ") at pc {:#x} ---", self.pc)
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
    fn a_call_that_fails_is_told_of_by_number_or_name() {
        let told = |name| {
            let (number, pc) = (220, 0x10078);
            UnknownCall { number, name, pc }.to_string()
        };
        assert_eq!(told(None), "unknown system call 220 at pc 0x10078");
        assert_eq!(
            told(Some("clone")),
            "threads and other processes are not supported: clone fails at pc 0x10078"
        );
    }

    #[test]
    fn a_signal_says_what_its_handler_is_told() {
        let told = |addr| {
            let (signal, code, pc) = (11, 1, 0x10078);
            let event = SignalEvent {
                signal,
                code,
                addr,
                pc,
            };
            event.to_string()
        };
        assert_eq!(told(None), "--- signal 11 (code 1) at pc 0x10078 ---");
        let with_address = "--- signal 11 (code 1, address 0x8) at pc 0x10078 ---";
        assert_eq!(told(Some(8)), with_address);
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
