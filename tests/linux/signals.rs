use std::sync::{Arc, Mutex};

use rvjet::abi::{Abi, Flow, Linux};
use rvjet::isa::{Reg, Width};
use rvjet::machine::{Cause, Exit, Trap};

use crate::guest::{Guest, NOWHERE, READ_ONLY, SCRATCH, SCRATCH_END, errno::*};

const SIGACTION: u64 = 134;
const SIGPROCMASK: u64 = 135;
const SIGALTSTACK: u64 = 132;
const KILL: u64 = 129;
const TKILL: u64 = 130;
const TGKILL: u64 = 131;

fn guest() -> Guest {
    Guest::new(Linux::new())
}

#[test]
fn actions_are_remembered() {
    let mut guest = guest();
    guest.put_words(SCRATCH, &[0x1234, 4, 1 << 5]);
    assert_eq!(guest.call(SIGACTION, [11, SCRATCH, SCRATCH + 64, 8]), 0);
    assert_eq!(guest.get(SCRATCH + 64, 24), [0; 24]);
    assert_eq!(guest.call(SIGACTION, [11, 0, SCRATCH + 64, 8]), 0);
    assert_eq!(guest.get(SCRATCH + 64, 24), guest.get(SCRATCH, 24));
    for number in [0, 9, 19, 65, u64::MAX] {
        assert_eq!(guest.call(SIGACTION, [number, SCRATCH, 0, 8]), EINVAL);
    }
    assert_eq!(guest.call(SIGACTION, [9, 0, SCRATCH, 8]), 0);
    assert_eq!(guest.call(SIGACTION, [11, 0, 0, 16]), EINVAL);
}

#[test]
fn the_mask_is_remembered_without_what_cannot_be_blocked() {
    let mut guest = guest();
    let mut mask = |how, set| {
        guest.put_words(SCRATCH, &[set]);
        assert_eq!(guest.call(SIGPROCMASK, [how, SCRATCH, 0, 8]), 0);
        assert_eq!(guest.call(SIGPROCMASK, [how, 0, SCRATCH + 8, 8]), 0);
        guest.word(SCRATCH + 8)
    };
    assert_eq!(mask(2, u64::MAX), !(1 << 8 | 1 << 18));
    assert_eq!(mask(2, 6), 6);
    assert_eq!(mask(0, 1), 7);
    assert_eq!(mask(1, 3), 4);
    assert_eq!(guest.call(SIGPROCMASK, [3, SCRATCH, 0, 8]), EINVAL);
    assert_eq!(guest.call(SIGPROCMASK, [0, SCRATCH, 0, 4]), EINVAL);
}

#[test]
fn the_alternate_stack_is_remembered() {
    let mut guest = guest();
    assert_eq!(guest.call(SIGALTSTACK, [0, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH + 8), 2, "disabled");
    guest.put_words(SCRATCH, &[0x5000, 0, 8192]);
    assert_eq!(guest.call(SIGALTSTACK, [SCRATCH, 0]), 0);
    assert_eq!(guest.call(SIGALTSTACK, [0, SCRATCH + 64]), 0);
    assert_eq!(guest.get(SCRATCH + 64, 24), guest.get(SCRATCH, 24));
    guest.put_words(SCRATCH, &[0x5000, 0, 2047]);
    assert_eq!(guest.call(SIGALTSTACK, [SCRATCH, 0]), ENOMEM);
    guest.put_words(SCRATCH, &[0x5000, 8, 8192]);
    assert_eq!(guest.call(SIGALTSTACK, [SCRATCH, 0]), EINVAL);
}

#[test]
fn a_signal_to_itself_ends_the_process() {
    for (number, args) in [
        (KILL, [1000, 6, 0]),
        (KILL, [0, 6, 0]),
        (TKILL, [1000, 6, 0]),
        (TGKILL, [1000, 1000, 6]),
    ] {
        let exit = guest().try_call(number, args);
        assert_eq!(exit, Err(Exit::Exited { code: 134 }));
    }
}

#[test]
fn a_signal_may_do_nothing() {
    let mut guest = guest();
    for signal in [0, 17, 18, 23, 28] {
        assert_eq!(guest.call(KILL, [1000, signal]), 0);
    }
    guest.put_words(SCRATCH, &[1, 0, 0]);
    guest.call(SIGACTION, [13, SCRATCH, 0, 8]);
    assert_eq!(guest.call(KILL, [1000, 13]), 0, "ignored");
}

const SIGSUSPEND: u64 = 133;
const SIGPENDING: u64 = 136;
const SIGTIMEDWAIT: u64 = 137;
const SIGQUEUEINFO: u64 = 138;
const SIGRETURN: u64 = 139;

const HANDLER: u64 = 0x1_0400;
const NODEFER: u64 = 0x4000_0000;
const ONSTACK: u64 = 0x0800_0000;
/// Bytes of a frame, and where in it is what.
const FRAME: u64 = 1088;
const MASK_AT: u64 = 128 + 40;
const PC_AT: u64 = 128 + 176;
const RESERVED_AT: u64 = PC_AT + 256 + 516;

impl Guest {
    fn handle(&mut self, signal: u64, flags: u64, mask: u64) {
        self.put_words(SCRATCH, &[HANDLER, flags, mask]);
        assert_eq!(self.call(SIGACTION, [signal, SCRATCH, 0, 8]), 0);
    }

    fn reg(&self, reg: u32) -> u64 {
        self.hart.state.reg(Reg::new(reg))
    }

    fn set_sp(&mut self, sp: u64) {
        self.hart.state.set_reg(Reg::SP, sp);
    }

    fn mask(&mut self) -> u64 {
        self.call(SIGPROCMASK, [0, 0, SCRATCH + 32, 8]);
        self.word(SCRATCH + 32)
    }

    /// Makes a call that ends in a jump, there.
    #[track_caller]
    fn jump<const N: usize>(&mut self, number: u64, args: [u64; N]) -> u64 {
        match self.flow(number, args) {
            Ok(Flow::Jump(pc)) => pc,
            flow => panic!("{flow:?}"),
        }
    }

    /// A load from nowhere, as an instruction makes it.
    fn fault(&mut self) -> Result<Flow, Exit> {
        let cause = Cause::LoadFault {
            addr: NOWHERE,
            width: Width::Word,
        };
        let trap = Trap {
            pc: self.hart.state.pc,
            cause,
        };
        self.linux.trap(&mut self.hart, &trap)
    }
}

#[test]
fn a_handler_is_called_behind_the_call_and_returns_there() {
    let mut guest = guest();
    let sp = guest.reg(2);
    guest.handle(10, 0, 1 << 14 | 1 << 8);
    guest.hart.state.pc = 0x5000;
    guest.hart.state.x[9] = 99;
    guest.hart.state.f[3] = 0x1234;
    guest.hart.state.fcsr = 0x21;
    assert_eq!(guest.jump(KILL, [1000, 10]), HANDLER);
    assert_eq!(guest.hart.state.pc, 0x5000, "the call's");
    let frame = (sp - FRAME) & !15;
    assert_eq!((guest.reg(2), guest.reg(11)), (frame, frame));
    assert_eq!((guest.reg(10), guest.reg(12)), (10, frame + 128));
    assert_eq!(guest.get(frame, 12), [10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(guest.word(frame + PC_AT), 0x5004);
    assert_eq!(guest.word(frame + PC_AT + 80), 0, "the result of the call");
    assert_eq!(guest.mask(), 1 << 9 | 1 << 14, "but for SIGKILL");
    // What it returns to is there to be executed, and does that.
    let code = guest.reg(1);
    assert_eq!(guest.hart.memory.fetch(code), Ok(0x08b0_0893));
    assert_eq!(guest.hart.memory.fetch(code + 4), Ok(0x0000_0073));
    guest.hart.state.x[9] = 0;
    guest.hart.state.f[3] = 0;
    guest.hart.state.fcsr = 0;
    guest.hart.state.pc = code + 4;
    assert_eq!(guest.jump(SIGRETURN, []), 0x5004);
    let state = &guest.hart.state;
    assert_eq!((state.x[9], state.f[3], state.fcsr), (99, 0x1234, 0x21));
    assert_eq!((guest.reg(2), guest.reg(10)), (sp, 0));
    assert_eq!(guest.mask(), 0);
}

#[test]
fn what_is_blocked_waits() {
    let mut guest = guest();
    guest.handle(10, NODEFER, 0);
    guest.handle(12, 0, 0);
    guest.put_words(SCRATCH + 8, &[1 << 9 | 1 << 11]);
    guest.call(SIGPROCMASK, [0, SCRATCH + 8, 0, 8]);
    for signal in [12, 10, 12] {
        assert_eq!(guest.call(KILL, [0, signal]), 0);
    }
    assert_eq!(guest.call(SIGPENDING, [SCRATCH + 64, 8]), 0);
    assert_eq!(guest.word(SCRATCH + 64), 1 << 9 | 1 << 11);
    assert_eq!(guest.call(SIGPENDING, [SCRATCH + 64, 9]), EINVAL);
    let sp = guest.reg(2);
    assert_eq!(guest.jump(SIGPROCMASK, [1, SCRATCH + 8, 0, 8]), HANDLER);
    // Both at once, one on top of the other.
    assert_eq!(guest.reg(10), 12);
    let second = guest.reg(2);
    assert_eq!(guest.word(second + PC_AT), HANDLER);
    assert_eq!(guest.word(second + PC_AT + 16), (sp - FRAME) & !15);
    assert_eq!(guest.call(SIGPENDING, [SCRATCH + 64, 8]), 0);
    assert_eq!(guest.word(SCRATCH + 64), 0);
}

#[test]
fn a_wait_without_anything_to_come_is_an_error() {
    let mut guest = guest();
    guest.put_words(SCRATCH + 8, &[0, u64::MAX]);
    assert_eq!(guest.call(SIGSUSPEND, [SCRATCH + 8, 8]), EDEADLK);
    assert_eq!(guest.call(SIGSUSPEND, [SCRATCH + 8, 4]), EINVAL);
    let wait = [SCRATCH + 16, SCRATCH + 64, 0, 8];
    assert_eq!(guest.call(SIGTIMEDWAIT, wait), EDEADLK);
    guest.put_words(SCRATCH + 24, &[1, 0]);
    let wait = [SCRATCH + 16, SCRATCH + 64, SCRATCH + 24, 8];
    assert_eq!(guest.call(SIGTIMEDWAIT, wait), EAGAIN);
    guest.handle(10, 0, 0);
    guest.put_words(SCRATCH + 8, &[0, u64::MAX]);
    guest.call(SIGPROCMASK, [0, SCRATCH + 16, 0, 8]);
    guest.call(KILL, [0, 10]);
    let before = guest.mask();
    assert_eq!(guest.jump(SIGSUSPEND, [SCRATCH + 8, 8]), HANDLER);
    let frame = guest.reg(2);
    assert_eq!(guest.word(frame + MASK_AT), before, "comes back");
    assert_eq!(guest.mask(), 1 << 9);
    assert_eq!(guest.word(frame + PC_AT + 80) as i64, -4, "EINTR");
}

#[test]
fn real_time_signals_queue() {
    let mut guest = guest();
    guest.put_words(SCRATCH + 8, &[1 << 39]);
    guest.call(SIGPROCMASK, [0, SCRATCH + 8, 0, 8]);
    for value in 1..=2 {
        guest.put_words(SCRATCH + 128, &[7, 0xffff_ffff, 0, value]);
        assert_eq!(guest.call(SIGQUEUEINFO, [1000, 40, SCRATCH + 128]), 0);
    }
    for value in 1..=2 {
        let wait = [SCRATCH + 8, SCRATCH + 256, 0, 8];
        assert_eq!(guest.call(SIGTIMEDWAIT, wait), 40);
        assert_eq!(guest.word(SCRATCH + 256), 40, "its number is put right");
        assert_eq!(guest.word(SCRATCH + 256 + 24), value);
    }
    assert_eq!(guest.call(SIGQUEUEINFO, [1000, 40, NOWHERE]), EFAULT);
    assert_eq!(guest.call(SIGQUEUEINFO, [1, 40, SCRATCH]), ESRCH);
}

#[test]
fn a_trap_goes_to_its_handler_or_ends_the_run() {
    let mut guest = guest();
    guest.hart.state.pc = 0x5000;
    let Err(Exit::Trap(trap)) = guest.fault() else {
        panic!("there is no handler");
    };
    assert_eq!(trap.pc, 0x5000);
    guest.handle(11, 0, 0);
    assert_eq!(guest.fault(), Ok(Flow::Jump(HANDLER)));
    let frame = guest.reg(2);
    assert_eq!(guest.word(frame), 11);
    assert_eq!(
        (guest.word(frame + 8), guest.word(frame + 16)),
        (1, NOWHERE)
    );
    assert_eq!(guest.word(frame + PC_AT), 0x5000);
    // It is blocked now.
    assert_eq!(guest.fault(), Err(Exit::Trap(trap)));
}

#[test]
fn without_a_stack_the_run_ends() {
    let mut guest = guest();
    guest.handle(11, 0, 0);
    guest.handle(10, 0, 0);
    for sp in [0, 64, NOWHERE, SCRATCH + 100, u64::MAX, READ_ONLY + 0x1000] {
        guest.set_sp(sp);
        assert!(matches!(guest.fault(), Err(Exit::Trap(_))), "{sp:#x}");
        assert_eq!(guest.reg(2), sp);
    }
    assert_eq!(guest.flow(KILL, [0, 10]), Err(Exit::Exited { code: 139 }));
    // With another stack, that is handled.
    guest.put_words(SCRATCH, &[SCRATCH + 0x1000, 0, 0x2000]);
    guest.call(SIGALTSTACK, [SCRATCH, 0]);
    guest.handle(11, ONSTACK, 0);
    assert_eq!(guest.jump(KILL, [0, 10]), HANDLER);
    assert_eq!(guest.reg(10), 11);
    let frame = guest.reg(2);
    assert_eq!(frame, SCRATCH + 0x3000 - FRAME);
    assert_eq!(guest.word(frame + 8), 0x80, "SI_KERNEL");
}

#[test]
fn faults_at_the_handler_itself_come_to_an_end() {
    for flags in [0, NODEFER] {
        let mut guest = guest();
        guest.handle(11, flags, 0);
        let mut rounds = 0;
        while guest.fault().is_ok() {
            rounds += 1;
            assert!(rounds < 10_000);
        }
        assert_eq!(rounds > 1, flags == NODEFER);
    }
}

#[test]
fn a_frame_that_is_none_is_a_fault() {
    let mut guest = guest();
    for sp in [0, 64, NOWHERE, SCRATCH_END - 500, u64::MAX - 64] {
        guest.set_sp(sp);
        assert_eq!(guest.flow(SIGRETURN, []), Err(Exit::Exited { code: 139 }));
    }
    // Zeros are one, that goes on at 0; with something in reserve they are not.
    guest.set_sp(SCRATCH + 0x8000);
    assert_eq!(guest.jump(SIGRETURN, []), 0);
    guest.put(SCRATCH + 0x8000 + RESERVED_AT, &[1]);
    guest.set_sp(SCRATCH + 0x8000);
    assert_eq!(guest.flow(SIGRETURN, []), Err(Exit::Exited { code: 139 }));
    // What is no part of a register stays out, and so do signals that are never blocked.
    guest.put(SCRATCH + 0x8000 + RESERVED_AT, &[0]);
    guest.put(SCRATCH + 0x8000 + MASK_AT, &[0xff; 8]);
    guest.put(SCRATCH + 0x8000 + PC_AT, &[0xff; 256 + 256 + 8]);
    guest.set_sp(SCRATCH + 0x8000);
    assert_eq!(guest.jump(SIGRETURN, []), u64::MAX - 1);
    assert_eq!((guest.hart.state.fcsr, guest.hart.state.x[0]), (0xff, 0));
    assert_eq!(guest.mask(), !(1 << 8 | 1 << 18));
}

#[test]
fn who_watches_is_told_of_signals() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let linux = Linux::new().on_signal(move |event| heard.lock().unwrap().push(event));
    let mut guest = Guest::new(linux);
    guest.handle(11, 0, 0);
    guest.handle(10, 0, 0);
    guest.hart.state.pc = 0x5000;
    assert!(guest.fault().is_ok());
    guest.jump(KILL, [0, 10]);
    let told = told.lock().unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.signal, it.code, it.addr, it.pc))
        .collect();
    assert_eq!(
        told,
        [(11, 1, Some(NOWHERE), 0x5000), (10, 0, None, 0x5004)]
    );
}

#[test]
fn threads_and_processes_are_refused_and_told_of_once() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let linux = Linux::new().on_unknown(move |call| heard.lock().unwrap().push(call.to_string()));
    let mut guest = Guest::new(linux);
    for number in [220, 220, 221, 281, 435] {
        assert_eq!(guest.call(number, [0, 0, 0]), ENOSYS);
    }
    assert_eq!(guest.call(260, [u64::MAX, 0, 0, 0]), ECHILD);
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 4);
    assert!(told[0].starts_with("threads and other processes are not supported: clone "));
}

#[test]
fn signals_reach_no_one_else() {
    let mut guest = guest();
    assert_eq!(guest.call(KILL, [1, 6]), ESRCH);
    assert_eq!(guest.call(TKILL, [1, 6]), ESRCH);
    assert_eq!(guest.call(TGKILL, [1000, 1, 6]), ESRCH);
    assert_eq!(guest.call(TGKILL, [0, 1000, 6]), EINVAL);
    assert_eq!(guest.call(KILL, [1000, 65]), EINVAL);
    assert_eq!(guest.call(KILL, [1 << 31, 9]), ESRCH);
}
