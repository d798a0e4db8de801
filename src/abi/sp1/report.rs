//! What is told of calls.

use std::fmt;

use super::call::call_name;

/// What is told of each call.
pub(super) type Handler = Box<dyn FnMut(&CallEvent) + Send>;

/// A call that is done. Shown as a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallEvent {
    /// The `ecall`.
    pub pc: u64,
    /// The call's number.
    pub number: u64,
    /// `a0`–`a4`.
    pub args: [u64; 5],
    /// What `t0` is then; nothing if the call ended the run.
    pub result: Option<u64>,
}

impl fmt::Display for CallEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e] = self.args;
        match call_name(self.number) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "unknown {:#x}", self.number)?,
        }
        write!(f, "({a:#x}, {b:#x}, {c:#x}, {d:#x}, {e:#x}) = ")?;
        match self.result {
            Some(result) => write!(f, "{result:#x}"),
            None => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_reads_as_a_line() {
        let event = |number, result| CallEvent {
            pc: 0,
            number,
            args: [1, 2, 3, 4, 5],
            result,
        };
        let shown = event(0xf0, Some(16)).to_string();
        assert_eq!(shown, "HINT_LEN(0x1, 0x2, 0x3, 0x4, 0x5) = 0x10");
        let shown = event(0xff, None).to_string();
        assert_eq!(shown, "unknown 0xff(0x1, 0x2, 0x3, 0x4, 0x5) = ?");
    }
}
