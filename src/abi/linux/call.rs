//! The system calls: number, name, arguments and what carries them out (asm-generic/unistd.h).

use self::Arg::{Fd, Hex, Input, Int, Output, Path};
use super::Linux;
use super::errno::{Errno, Outcome};
use super::process::{ID, PARENT, PID};
use crate::machine::Hart;

/// What carries out a call, given its arguments.
type Handler = fn(&mut Linux, &mut Hart, [u64; 6]) -> Outcome;

/// What an argument is, to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arg {
    /// A number.
    Int,
    /// A file descriptor.
    Fd,
    /// An address or a set of flags.
    Hex,
    /// The address of a path.
    Path,
    /// The address of bytes that the call reads; the next argument counts them.
    Input,
    /// The address of bytes that the call wrote; its result counts them.
    Output,
}

/// A call that is known.
pub(super) struct Call {
    number: u64,
    /// Its name.
    pub(super) name: &'static str,
    /// Its arguments.
    pub(super) args: &'static [Arg],
    /// What carries it out.
    pub(super) handler: Handler,
}

impl Call {
    /// The call of this number.
    pub(super) fn of(number: u64) -> Option<&'static Call> {
        let index = CALLS.binary_search_by_key(&number, |call| call.number);
        index.ok().map(|index| &CALLS[index])
    }
}

/// The name of the system call of this number, if it is one that is known.
pub fn call_name(number: u64) -> Option<&'static str> {
    Call::of(number).map(|call| call.name)
}

const fn call(number: u64, name: &'static str, args: &'static [Arg], handler: Handler) -> Call {
    Call {
        number,
        name,
        args,
        handler,
    }
}

/// Known, and not there: what every program can do without.
const MISSING: Handler = |_, _, _| Err(Errno::NOSYS.into());
/// It would make another thread or process, which takes more than there is.
const ALONE: Handler = Linux::refuse_company;
/// There are no children to wait for.
const CHILDLESS: Handler = |_, _, _| Err(Errno::CHILD.into());
/// No call is ever interrupted that could be gone on with.
const INTERRUPTED: Handler = |_, _, _| Err(Errno::INTR.into());
/// Nothing to be done.
const DONE: Handler = |_, _, _| Ok(0);
const GET_ID: Handler = |_, _, _| Ok(ID);
const GET_PID: Handler = |_, _, _| Ok(PID);
const GET_PARENT: Handler = |_, _, _| Ok(PARENT);

/// All of them, by number.
#[rustfmt::skip]
static CALLS: &[Call] = &[
    call(17, "getcwd", &[Hex, Int], Linux::getcwd),
    call(23, "dup", &[Fd], Linux::dup),
    call(24, "dup3", &[Fd, Fd, Hex], Linux::dup3),
    call(25, "fcntl", &[Fd, Int, Hex], Linux::fcntl),
    call(29, "ioctl", &[Fd, Hex, Hex], Linux::ioctl),
    call(46, "ftruncate", &[Fd, Int], Linux::ftruncate),
    call(48, "faccessat", &[Fd, Path, Hex], Linux::faccessat),
    call(56, "openat", &[Fd, Path, Hex, Hex], Linux::openat),
    call(57, "close", &[Fd], Linux::close),
    call(62, "lseek", &[Fd, Int, Int], Linux::lseek),
    call(63, "read", &[Fd, Output, Int], Linux::read),
    call(64, "write", &[Fd, Input, Int], Linux::write),
    call(65, "readv", &[Fd, Hex, Int], Linux::readv),
    call(66, "writev", &[Fd, Hex, Int], Linux::writev),
    call(67, "pread64", &[Fd, Output, Int, Int], Linux::pread),
    call(68, "pwrite64", &[Fd, Input, Int, Int], Linux::pwrite),
    call(73, "ppoll", &[Hex, Int, Hex, Hex, Int], Linux::ppoll),
    call(78, "readlinkat", &[Fd, Path, Output, Int], Linux::readlinkat),
    call(79, "newfstatat", &[Fd, Path, Hex, Hex], Linux::newfstatat),
    call(80, "fstat", &[Fd, Hex], Linux::fstat),
    call(93, "exit", &[Fd], Linux::exit),
    call(94, "exit_group", &[Fd], Linux::exit),
    call(95, "waitid", &[Int, Int, Hex, Hex, Hex], CHILDLESS),
    call(96, "set_tid_address", &[Hex], GET_PID),
    call(98, "futex", &[Hex, Hex, Int, Hex, Hex, Hex], Linux::futex),
    call(99, "set_robust_list", &[Hex, Int], Linux::set_robust_list),
    call(101, "nanosleep", &[Hex, Hex], Linux::nanosleep),
    call(113, "clock_gettime", &[Int, Hex], Linux::clock_gettime),
    call(114, "clock_getres", &[Int, Hex], Linux::clock_getres),
    call(115, "clock_nanosleep", &[Int, Hex, Hex, Hex], Linux::clock_nanosleep),
    call(123, "sched_getaffinity", &[Int, Int, Hex], Linux::sched_getaffinity),
    call(124, "sched_yield", &[], DONE),
    call(128, "restart_syscall", &[], INTERRUPTED),
    call(129, "kill", &[Int, Int], Linux::kill),
    call(130, "tkill", &[Int, Int], Linux::tkill),
    call(131, "tgkill", &[Int, Int, Int], Linux::tgkill),
    call(132, "sigaltstack", &[Hex, Hex], Linux::sigaltstack),
    call(133, "rt_sigsuspend", &[Hex, Int], Linux::rt_sigsuspend),
    call(134, "rt_sigaction", &[Int, Hex, Hex, Int], Linux::rt_sigaction),
    call(135, "rt_sigprocmask", &[Int, Hex, Hex, Int], Linux::rt_sigprocmask),
    call(136, "rt_sigpending", &[Hex, Int], Linux::rt_sigpending),
    call(137, "rt_sigtimedwait", &[Hex, Hex, Hex, Int], Linux::rt_sigtimedwait),
    call(138, "rt_sigqueueinfo", &[Int, Int, Hex], Linux::rt_sigqueueinfo),
    call(139, "rt_sigreturn", &[], Linux::rt_sigreturn),
    call(153, "times", &[Hex], Linux::times),
    call(160, "uname", &[Hex], Linux::uname),
    call(163, "getrlimit", &[Int, Hex], Linux::getrlimit),
    call(164, "setrlimit", &[Int, Hex], Linux::setrlimit),
    call(165, "getrusage", &[Int, Hex], Linux::getrusage),
    call(168, "getcpu", &[Hex, Hex], Linux::getcpu),
    call(169, "gettimeofday", &[Hex, Hex], Linux::gettimeofday),
    call(172, "getpid", &[], GET_PID),
    call(173, "getppid", &[], GET_PARENT),
    call(174, "getuid", &[], GET_ID),
    call(175, "geteuid", &[], GET_ID),
    call(176, "getgid", &[], GET_ID),
    call(177, "getegid", &[], GET_ID),
    call(178, "gettid", &[], GET_PID),
    call(179, "sysinfo", &[Hex], Linux::sysinfo),
    call(214, "brk", &[Hex], Linux::brk),
    call(215, "munmap", &[Hex, Int], Linux::munmap),
    call(216, "mremap", &[Hex, Int, Int, Hex, Hex], Linux::mremap),
    call(220, "clone", &[Hex, Hex, Hex, Hex, Hex], ALONE),
    call(221, "execve", &[Path, Hex, Hex], ALONE),
    call(222, "mmap", &[Hex, Int, Hex, Hex, Fd, Hex], Linux::mmap),
    call(226, "mprotect", &[Hex, Int, Hex], Linux::mprotect),
    call(233, "madvise", &[Hex, Int, Int], Linux::madvise),
    call(240, "rt_tgsigqueueinfo", &[Int, Int, Int, Hex], Linux::rt_tgsigqueueinfo),
    call(258, "riscv_hwprobe", &[Hex, Int, Int, Hex, Hex], MISSING),
    call(259, "riscv_flush_icache", &[Hex, Hex, Hex], Linux::flush_icache),
    call(260, "wait4", &[Int, Hex, Hex, Hex], CHILDLESS),
    call(261, "prlimit64", &[Int, Int, Hex, Hex], Linux::prlimit64),
    call(278, "getrandom", &[Hex, Int, Hex], Linux::getrandom),
    call(281, "execveat", &[Fd, Path, Hex, Hex, Hex], ALONE),
    call(283, "membarrier", &[Int, Hex], Linux::membarrier),
    call(291, "statx", &[Fd, Path, Hex, Hex, Hex], MISSING),
    call(293, "rseq", &[Hex, Int, Hex, Hex], MISSING),
    call(435, "clone3", &[Hex, Int], ALONE),
    call(439, "faccessat2", &[Fd, Path, Hex, Hex], Linux::faccessat2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_found_by_its_number() {
        for call in CALLS {
            assert!(Call::of(call.number).is_some_and(|found| found.name == call.name));
        }
        assert!(Call::of(u64::MAX).is_none());
    }
}
