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
/// What a file system need not have.
const REFUSED: Handler = |_, _, _| Err(Errno::OPNOTSUPP.into());
/// What is not for everyone to do.
const FORBIDDEN: Handler = |_, _, _| Err(Errno::PERM.into());
/// What there is nothing to do it with.
const INVALID: Handler = |_, _, _| Err(Errno::INVAL.into());
const NO_FAMILY: Handler = |_, _, _| Err(Errno::AFNOSUPPORT.into());
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
    call(5, "setxattr", &[Path, Path, Hex, Int, Hex], REFUSED),
    call(6, "lsetxattr", &[Path, Path, Hex, Int, Hex], REFUSED),
    call(7, "fsetxattr", &[Fd, Path, Hex, Int, Hex], REFUSED),
    call(8, "getxattr", &[Path, Path, Hex, Int], REFUSED),
    call(9, "lgetxattr", &[Path, Path, Hex, Int], REFUSED),
    call(10, "fgetxattr", &[Fd, Path, Hex, Int], REFUSED),
    call(11, "listxattr", &[Path, Hex, Int], REFUSED),
    call(12, "llistxattr", &[Path, Hex, Int], REFUSED),
    call(13, "flistxattr", &[Fd, Hex, Int], REFUSED),
    call(14, "removexattr", &[Path, Path], REFUSED),
    call(15, "lremovexattr", &[Path, Path], REFUSED),
    call(16, "fremovexattr", &[Fd, Path], REFUSED),
    call(17, "getcwd", &[Hex, Int], Linux::getcwd),
    call(19, "eventfd2", &[Int, Hex], MISSING),
    call(20, "epoll_create1", &[Hex], MISSING),
    call(21, "epoll_ctl", &[Fd, Int, Fd, Hex], MISSING),
    call(22, "epoll_pwait", &[Fd, Hex, Int, Int, Hex, Int], MISSING),
    call(23, "dup", &[Fd], Linux::dup),
    call(24, "dup3", &[Fd, Fd, Hex], Linux::dup3),
    call(25, "fcntl", &[Fd, Int, Hex], Linux::fcntl),
    call(26, "inotify_init1", &[Hex], MISSING),
    call(29, "ioctl", &[Fd, Hex, Hex], Linux::ioctl),
    call(32, "flock", &[Fd, Hex], Linux::flock),
    call(33, "mknodat", &[Fd, Path, Hex, Hex], Linux::mknodat),
    call(34, "mkdirat", &[Fd, Path, Hex], Linux::mkdirat),
    call(35, "unlinkat", &[Fd, Path, Hex], Linux::unlinkat),
    call(36, "symlinkat", &[Path, Fd, Path], Linux::symlinkat),
    call(37, "linkat", &[Fd, Path, Fd, Path, Hex], Linux::linkat),
    call(43, "statfs", &[Path, Hex], Linux::statfs),
    call(44, "fstatfs", &[Fd, Hex], Linux::fstatfs),
    call(45, "truncate", &[Path, Int], Linux::truncate),
    call(46, "ftruncate", &[Fd, Int], Linux::ftruncate),
    call(47, "fallocate", &[Fd, Hex, Int, Int], Linux::fallocate),
    call(48, "faccessat", &[Fd, Path, Hex], Linux::faccessat),
    call(49, "chdir", &[Path], Linux::chdir),
    call(50, "fchdir", &[Fd], Linux::fchdir),
    call(51, "chroot", &[Path], FORBIDDEN),
    call(52, "fchmod", &[Fd, Hex], Linux::fchmod),
    call(53, "fchmodat", &[Fd, Path, Hex], Linux::fchmodat),
    call(54, "fchownat", &[Fd, Path, Int, Int, Hex], Linux::fchownat),
    call(55, "fchown", &[Fd, Int, Int], Linux::fchown),
    call(56, "openat", &[Fd, Path, Hex, Hex], Linux::openat),
    call(57, "close", &[Fd], Linux::close),
    call(59, "pipe2", &[Hex, Hex], Linux::pipe2),
    call(61, "getdents64", &[Fd, Hex, Int], Linux::getdents64),
    call(62, "lseek", &[Fd, Int, Int], Linux::lseek),
    call(63, "read", &[Fd, Output, Int], Linux::read),
    call(64, "write", &[Fd, Input, Int], Linux::write),
    call(65, "readv", &[Fd, Hex, Int], Linux::readv),
    call(66, "writev", &[Fd, Hex, Int], Linux::writev),
    call(67, "pread64", &[Fd, Output, Int, Int], Linux::pread),
    call(68, "pwrite64", &[Fd, Input, Int, Int], Linux::pwrite),
    call(69, "preadv", &[Fd, Hex, Int, Int], Linux::preadv),
    call(70, "pwritev", &[Fd, Hex, Int, Int], Linux::pwritev),
    call(71, "sendfile", &[Fd, Fd, Hex, Int], Linux::sendfile),
    call(72, "pselect6", &[Int, Hex, Hex, Hex, Hex, Hex], Linux::pselect6),
    call(73, "ppoll", &[Hex, Int, Hex, Hex, Int], Linux::ppoll),
    call(74, "signalfd4", &[Fd, Hex, Int, Hex], MISSING),
    call(76, "splice", &[Fd, Hex, Fd, Hex, Int, Hex], MISSING),
    call(78, "readlinkat", &[Fd, Path, Output, Int], Linux::readlinkat),
    call(79, "newfstatat", &[Fd, Path, Hex, Hex], Linux::newfstatat),
    call(80, "fstat", &[Fd, Hex], Linux::fstat),
    call(81, "sync", &[], DONE),
    call(82, "fsync", &[Fd], Linux::fsync),
    call(83, "fdatasync", &[Fd], Linux::fdatasync),
    call(84, "sync_file_range", &[Fd, Int, Int, Hex], Linux::fdatasync),
    call(85, "timerfd_create", &[Int, Hex], MISSING),
    call(88, "utimensat", &[Fd, Path, Hex, Hex], Linux::utimensat),
    call(90, "capget", &[Hex, Hex], Linux::capget),
    call(91, "capset", &[Hex, Hex], FORBIDDEN),
    call(92, "personality", &[Hex], Linux::personality),
    call(93, "exit", &[Fd], Linux::exit),
    call(94, "exit_group", &[Fd], Linux::exit),
    call(95, "waitid", &[Int, Int, Hex, Hex, Hex], CHILDLESS),
    call(96, "set_tid_address", &[Hex], GET_PID),
    call(98, "futex", &[Hex, Hex, Int, Hex, Hex, Hex], Linux::futex),
    call(99, "set_robust_list", &[Hex, Int], Linux::set_robust_list),
    call(100, "get_robust_list", &[Int, Hex, Hex], MISSING),
    call(101, "nanosleep", &[Hex, Hex], Linux::nanosleep),
    call(102, "getitimer", &[Int, Hex], Linux::getitimer),
    call(103, "setitimer", &[Int, Hex, Hex], Linux::setitimer),
    call(107, "timer_create", &[Int, Hex, Hex], MISSING),
    call(108, "timer_gettime", &[Int, Hex], INVALID),
    call(109, "timer_getoverrun", &[Int], INVALID),
    call(110, "timer_settime", &[Int, Hex, Hex, Hex], INVALID),
    call(111, "timer_delete", &[Int], INVALID),
    call(112, "clock_settime", &[Int, Hex], Linux::clock_settime),
    call(113, "clock_gettime", &[Int, Hex], Linux::clock_gettime),
    call(114, "clock_getres", &[Int, Hex], Linux::clock_getres),
    call(115, "clock_nanosleep", &[Int, Hex, Hex, Hex], Linux::clock_nanosleep),
    call(118, "sched_setparam", &[Int, Hex], Linux::sched_setparam),
    call(119, "sched_setscheduler", &[Int, Int, Hex], Linux::sched_setscheduler),
    call(120, "sched_getscheduler", &[Int], Linux::sched_getscheduler),
    call(121, "sched_getparam", &[Int, Hex], Linux::sched_getparam),
    call(122, "sched_setaffinity", &[Int, Int, Hex], Linux::sched_setaffinity),
    call(123, "sched_getaffinity", &[Int, Int, Hex], Linux::sched_getaffinity),
    call(124, "sched_yield", &[], DONE),
    call(125, "sched_get_priority_max", &[Int], Linux::sched_priority_max),
    call(126, "sched_get_priority_min", &[Int], Linux::sched_priority_min),
    call(127, "sched_rr_get_interval", &[Int, Hex], Linux::sched_interval),
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
    call(140, "setpriority", &[Int, Int, Int], Linux::setpriority),
    call(141, "getpriority", &[Int, Int], Linux::getpriority),
    call(143, "setregid", &[Int, Int], Linux::set_two_ids),
    call(144, "setgid", &[Int], Linux::set_id),
    call(145, "setreuid", &[Int, Int], Linux::set_two_ids),
    call(146, "setuid", &[Int], Linux::set_id),
    call(147, "setresuid", &[Int, Int, Int], Linux::set_three_ids),
    call(148, "getresuid", &[Hex, Hex, Hex], Linux::get_three_ids),
    call(149, "setresgid", &[Int, Int, Int], Linux::set_three_ids),
    call(150, "getresgid", &[Hex, Hex, Hex], Linux::get_three_ids),
    call(151, "setfsuid", &[Int], GET_ID),
    call(152, "setfsgid", &[Int], GET_ID),
    call(153, "times", &[Hex], Linux::times),
    call(154, "setpgid", &[Int, Int], Linux::setpgid),
    call(155, "getpgid", &[Int], Linux::get_leader),
    call(156, "getsid", &[Int], Linux::get_leader),
    call(157, "setsid", &[], FORBIDDEN),
    call(158, "getgroups", &[Int, Hex], Linux::getgroups),
    call(159, "setgroups", &[Int, Hex], FORBIDDEN),
    call(160, "uname", &[Hex], Linux::uname),
    call(161, "sethostname", &[Hex, Int], FORBIDDEN),
    call(163, "getrlimit", &[Int, Hex], Linux::getrlimit),
    call(164, "setrlimit", &[Int, Hex], Linux::setrlimit),
    call(165, "getrusage", &[Int, Hex], Linux::getrusage),
    call(166, "umask", &[Hex], Linux::umask),
    call(167, "prctl", &[Int, Hex, Hex, Hex, Hex], Linux::prctl),
    call(168, "getcpu", &[Hex, Hex], Linux::getcpu),
    call(169, "gettimeofday", &[Hex, Hex], Linux::gettimeofday),
    call(170, "settimeofday", &[Hex, Hex], FORBIDDEN),
    call(172, "getpid", &[], GET_PID),
    call(173, "getppid", &[], GET_PARENT),
    call(174, "getuid", &[], GET_ID),
    call(175, "geteuid", &[], GET_ID),
    call(176, "getgid", &[], GET_ID),
    call(177, "getegid", &[], GET_ID),
    call(178, "gettid", &[], GET_PID),
    call(179, "sysinfo", &[Hex], Linux::sysinfo),
    call(198, "socket", &[Int, Int, Int], NO_FAMILY),
    call(199, "socketpair", &[Int, Int, Int, Hex], NO_FAMILY),
    call(200, "bind", &[Fd, Hex, Int], Linux::not_a_socket),
    call(201, "listen", &[Fd, Int], Linux::not_a_socket),
    call(202, "accept", &[Fd, Hex, Hex], Linux::not_a_socket),
    call(203, "connect", &[Fd, Hex, Int], Linux::not_a_socket),
    call(204, "getsockname", &[Fd, Hex, Hex], Linux::not_a_socket),
    call(205, "getpeername", &[Fd, Hex, Hex], Linux::not_a_socket),
    call(206, "sendto", &[Fd, Hex, Int, Hex, Hex, Int], Linux::not_a_socket),
    call(207, "recvfrom", &[Fd, Hex, Int, Hex, Hex, Hex], Linux::not_a_socket),
    call(208, "setsockopt", &[Fd, Int, Int, Hex, Int], Linux::not_a_socket),
    call(209, "getsockopt", &[Fd, Int, Int, Hex, Hex], Linux::not_a_socket),
    call(210, "shutdown", &[Fd, Int], Linux::not_a_socket),
    call(211, "sendmsg", &[Fd, Hex, Hex], Linux::not_a_socket),
    call(212, "recvmsg", &[Fd, Hex, Hex], Linux::not_a_socket),
    call(214, "brk", &[Hex], Linux::brk),
    call(215, "munmap", &[Hex, Int], Linux::munmap),
    call(216, "mremap", &[Hex, Int, Int, Hex, Hex], Linux::mremap),
    call(220, "clone", &[Hex, Hex, Hex, Hex, Hex], ALONE),
    call(221, "execve", &[Path, Hex, Hex], ALONE),
    call(222, "mmap", &[Hex, Int, Hex, Hex, Fd, Hex], Linux::mmap),
    call(223, "fadvise64", &[Fd, Int, Int, Int], Linux::fadvise),
    call(226, "mprotect", &[Hex, Int, Hex], Linux::mprotect),
    call(227, "msync", &[Hex, Int, Hex], Linux::msync),
    call(228, "mlock", &[Hex, Int], Linux::mlock),
    call(229, "munlock", &[Hex, Int], Linux::mlock),
    call(230, "mlockall", &[Hex], Linux::mlockall),
    call(231, "munlockall", &[], DONE),
    call(232, "mincore", &[Hex, Int, Hex], Linux::mincore),
    call(233, "madvise", &[Hex, Int, Int], Linux::madvise),
    call(240, "rt_tgsigqueueinfo", &[Int, Int, Int, Hex], Linux::rt_tgsigqueueinfo),
    call(242, "accept4", &[Fd, Hex, Hex, Hex], Linux::not_a_socket),
    call(258, "riscv_hwprobe", &[Hex, Int, Int, Hex, Hex], MISSING),
    call(259, "riscv_flush_icache", &[Hex, Hex, Hex], Linux::flush_icache),
    call(260, "wait4", &[Int, Hex, Hex, Hex], CHILDLESS),
    call(261, "prlimit64", &[Int, Int, Hex, Hex], Linux::prlimit64),
    call(267, "syncfs", &[Fd], Linux::syncfs),
    call(276, "renameat2", &[Fd, Path, Fd, Path, Hex], Linux::renameat2),
    call(278, "getrandom", &[Hex, Int, Hex], Linux::getrandom),
    call(279, "memfd_create", &[Path, Hex], MISSING),
    call(281, "execveat", &[Fd, Path, Hex, Hex, Hex], ALONE),
    call(283, "membarrier", &[Int, Hex], Linux::membarrier),
    call(284, "mlock2", &[Hex, Int, Hex], Linux::mlock2),
    call(285, "copy_file_range", &[Fd, Hex, Fd, Hex, Int, Hex], Linux::copy_file_range),
    call(286, "preadv2", &[Fd, Hex, Int, Int, Int, Hex], Linux::preadv2),
    call(287, "pwritev2", &[Fd, Hex, Int, Int, Int, Hex], Linux::pwritev2),
    call(291, "statx", &[Fd, Path, Hex, Hex, Hex], Linux::statx),
    call(293, "rseq", &[Hex, Int, Hex, Hex], MISSING),
    call(435, "clone3", &[Hex, Int], ALONE),
    call(436, "close_range", &[Int, Int, Hex], Linux::close_range),
    call(437, "openat2", &[Fd, Path, Hex, Int], MISSING),
    call(439, "faccessat2", &[Fd, Path, Hex, Hex], Linux::faccessat2),
    call(452, "fchmodat2", &[Fd, Path, Hex, Hex], Linux::fchmodat2),
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
