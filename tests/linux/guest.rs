//! A guest without a program: its registers are set and its calls made by the test.

use rvjet::abi::linux::Capture;
use rvjet::abi::{Abi, Flow, Linux};
use rvjet::isa::Reg;
use rvjet::machine::{Access, Clock, Exit, Hart, MachineState, Memory};
use rvjet::program::Program;

/// Bytes of the address space.
pub const WINDOW: u64 = 16 << 20;
/// Memory that a test may use as it likes, with nothing mapped around it.
pub const SCRATCH: u64 = 0x40000;
/// One past its end.
pub const SCRATCH_END: u64 = 0x50000;
/// Pages that may be read only.
pub const READ_ONLY: u64 = 0x60000;
/// An address that nothing is mapped at.
pub const NOWHERE: u64 = 0x70000;
/// Where the program ends, so that the break starts at the next page.
pub const PROGRAM_END: u64 = 0x80123;

/// Calls that the tests make often.
pub mod nr {
    pub const OPENAT: u64 = 56;
    pub const CLOSE: u64 = 57;
    pub const READ: u64 = 63;
    pub const WRITE: u64 = 64;
    pub const READV: u64 = 65;
    pub const WRITEV: u64 = 66;
    pub const NEWFSTATAT: u64 = 79;
    pub const FSTAT: u64 = 80;
    pub const EXIT: u64 = 93;
    pub const CLOCK_GETTIME: u64 = 113;
    pub const BRK: u64 = 214;
    pub const MUNMAP: u64 = 215;
    pub const MREMAP: u64 = 216;
    pub const MMAP: u64 = 222;
    pub const MPROTECT: u64 = 226;
    pub const MADVISE: u64 = 233;
    pub const GETRANDOM: u64 = 278;
}

/// Error numbers, as they come back.
pub mod errno {
    pub const EPERM: i64 = -1;
    pub const ENOENT: i64 = -2;
    pub const ESRCH: i64 = -3;
    pub const EBADF: i64 = -9;
    pub const EAGAIN: i64 = -11;
    pub const ENOMEM: i64 = -12;
    pub const EACCES: i64 = -13;
    pub const EFAULT: i64 = -14;
    pub const EEXIST: i64 = -17;
    pub const ENODEV: i64 = -19;
    pub const ENOTDIR: i64 = -20;
    pub const EISDIR: i64 = -21;
    pub const EINVAL: i64 = -22;
    pub const EMFILE: i64 = -24;
    pub const ENOTTY: i64 = -25;
    pub const ECHILD: i64 = -10;
    pub const EBUSY: i64 = -16;
    pub const EXDEV: i64 = -18;
    pub const EFBIG: i64 = -27;
    pub const ENOSPC: i64 = -28;
    pub const ESPIPE: i64 = -29;
    pub const EROFS: i64 = -30;
    pub const EPIPE: i64 = -32;
    pub const ERANGE: i64 = -34;
    pub const EDEADLK: i64 = -35;
    pub const ENAMETOOLONG: i64 = -36;
    pub const ENOSYS: i64 = -38;
    pub const ENOTEMPTY: i64 = -39;
    pub const ELOOP: i64 = -40;
    pub const EOVERFLOW: i64 = -75;
    pub const ENOTSOCK: i64 = -88;
    pub const EOPNOTSUPP: i64 = -95;
    pub const EAFNOSUPPORT: i64 = -97;
    pub const ETIMEDOUT: i64 = -110;
}

pub struct Guest {
    pub linux: Linux,
    pub hart: Hart,
}

/// A hart whose memory is `window` bytes of which `limit` may be touched.
pub fn hart(window: u64, limit: u64) -> Hart {
    Hart {
        state: MachineState::new(0),
        memory: Memory::new(window, limit).unwrap(),
        clock: Clock::Instructions,
    }
}

/// A program of no segments.
pub fn program() -> Program {
    Program {
        entry: 0x10400,
        end: PROGRAM_END,
        bias: 0,
        phdr: Some(0x10040),
        phent: 56,
        phnum: 7,
        stack_executable: false,
    }
}

impl Guest {
    /// Starts `linux`.
    pub fn new(linux: Linux) -> Guest {
        Guest::with_limit(linux, WINDOW)
    }

    /// Starts `linux` where only `limit` bytes may be touched.
    pub fn with_limit(linux: Linux, limit: u64) -> Guest {
        let mut guest = Guest {
            linux,
            hart: hart(WINDOW, limit),
        };
        guest.linux.start(&program(), &mut guest.hart).unwrap();
        let memory = &mut guest.hart.memory;
        memory
            .map(SCRATCH..SCRATCH_END, Access::READ_WRITE)
            .unwrap();
        memory
            .map(READ_ONLY..READ_ONLY + 0x1000, Access::READ)
            .unwrap();
        guest
    }

    /// A guest whose standard output is captured.
    pub fn captured() -> (Guest, Capture) {
        let out = Capture::new();
        (Guest::new(Linux::new().stdout(out.clone())), out)
    }

    /// Makes a call.
    pub fn try_call<const N: usize>(&mut self, number: u64, args: [u64; N]) -> Result<i64, Exit> {
        self.flow(number, args)?;
        Ok(self.hart.state.reg(Reg::A0) as i64)
    }

    /// Makes a call, and says how the guest goes on.
    pub fn flow<const N: usize>(&mut self, number: u64, args: [u64; N]) -> Result<Flow, Exit> {
        self.hart.state.set_reg(Reg::A7, number);
        for (index, arg) in args.into_iter().enumerate() {
            self.hart.state.set_reg(Reg::new(10 + index as u32), arg);
        }
        self.linux.ecall(&mut self.hart)
    }

    /// Makes a call that does not end the run.
    #[track_caller]
    pub fn call<const N: usize>(&mut self, number: u64, args: [u64; N]) -> i64 {
        self.try_call(number, args).unwrap()
    }

    /// Writes `bytes` at `addr`.
    #[track_caller]
    pub fn put(&mut self, addr: u64, bytes: &[u8]) {
        self.hart.memory.write(addr, bytes).unwrap();
    }

    /// Writes double words at `addr`.
    #[track_caller]
    pub fn put_words(&mut self, addr: u64, words: &[u64]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(addr, &bytes);
    }

    /// Writes a string that ends in a zero at the start of the scratch memory.
    pub fn path(&mut self, path: &str) -> u64 {
        self.put(SCRATCH, format!("{path}\0").as_bytes());
        SCRATCH
    }

    /// As [`Guest::path`], for a second one.
    pub fn second_path(&mut self, path: &str) -> u64 {
        self.put(SCRATCH + 0x1000, format!("{path}\0").as_bytes());
        SCRATCH + 0x1000
    }

    /// The bytes at `addr`.
    #[track_caller]
    pub fn get(&mut self, addr: u64, len: u64) -> Vec<u8> {
        self.hart.memory.slice(addr, len).unwrap().to_vec()
    }

    /// The double word at `addr`.
    #[track_caller]
    pub fn word(&mut self, addr: u64) -> u64 {
        u64::from_le_bytes(self.get(addr, 8).try_into().unwrap())
    }

    /// The string at `addr`.
    #[track_caller]
    pub fn string(&mut self, addr: u64) -> String {
        let bytes: Vec<u8> = (addr..)
            .map(|at| self.get(at, 1)[0])
            .take_while(|&byte| byte != 0)
            .collect();
        String::from_utf8(bytes).unwrap()
    }
}
