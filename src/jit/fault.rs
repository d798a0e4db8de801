//! Host faults of emitted code become exits.
//!
//! Emitted code accesses the guest's window without asking what the guest may
//! do there; the host's page protection knows. A fault at an instruction of
//! ours, on an address of ours, is sent on to the exit stub with the place in
//! `rax`: at that point every guest register is in its home, so the exit is
//! exact. Any other fault goes to whoever handled it before.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::OnceLock;

/// Set in the exit's `rax` by a fault; the bits below are the code offset.
pub(super) const FAULTED: u64 = 1 << 63;

/// The addresses that one run of emitted code is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    /// First address of the code memory, and one past its last.
    pub(super) code: (u64, u64),
    /// The same of the guest's memory with its guards.
    pub(super) memory: (usize, usize),
    /// The exit stub.
    pub(super) exit: u64,
}

thread_local! {
    static WATCH: Cell<Option<Watch>> = const { Cell::new(None) };
}

/// Runs `code` with its faults turned into exits, on this thread.
pub(super) fn watched<T>(watch: Watch, code: impl FnOnce() -> T) -> T {
    let outer = WATCH.replace(Some(watch));
    let result = code();
    WATCH.set(outer);
    result
}

/// What handled the signals before us: `SIGSEGV`, `SIGBUS`.
static PREVIOUS: OnceLock<[libc::sigaction; 2]> = OnceLock::new();
const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// Installs the handler, once a process.
pub(super) fn install() -> std::io::Result<()> {
    static INSTALLED: OnceLock<Result<(), i32>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        let mut previous = [query(SIGNALS[0])?, query(SIGNALS[1])?];
        // The handler reads this, so it must stand before the handler does.
        PREVIOUS.get_or_init(|| previous);
        for (signal, old) in SIGNALS.into_iter().zip(&mut previous) {
            set(signal, old)?;
        }
        Ok(())
    });
    installed.map_err(std::io::Error::from_raw_os_error)
}

fn last_error() -> i32 {
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or(libc::EINVAL)
}

fn query(signal: libc::c_int) -> Result<libc::sigaction, i32> {
    // SAFETY: all zeroes is a valid `sigaction`, which the call overwrites.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        match libc::sigaction(signal, std::ptr::null(), &raw mut action) {
            0 => Ok(action),
            _ => Err(last_error()),
        }
    }
}

fn set(signal: libc::c_int, old: &mut libc::sigaction) -> Result<(), i32> {
    type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
    let handler: Handler = handle;
    // SAFETY: the action is filled in as sigaction(2) wants it; the handler
    // keeps to what is safe in a handler (see there).
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        match libc::sigaction(signal, &raw const action, old) {
            0 => Ok(()),
            _ => Err(last_error()),
        }
    }
}

/// While it lives, the thread does not block the signals of faults: one that is
/// blocked when it arises ends the process. Dropping it restores the mask.
#[derive(Debug)]
pub struct FaultsReceived {
    before: Option<libc::sigset_t>,
    /// A mask belongs to a thread.
    _thread: PhantomData<*const ()>,
}

impl FaultsReceived {
    pub(super) fn new() -> FaultsReceived {
        // SAFETY: the sets are filled in before they are read, `before` by the
        // call that succeeded.
        let before = unsafe {
            let mut faults: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut faults);
            for signal in SIGNALS {
                libc::sigaddset(&raw mut faults, signal);
            }
            let changed =
                libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const faults, &raw mut before);
            (changed == 0).then_some(before)
        };
        FaultsReceived {
            before,
            _thread: PhantomData,
        }
    }
}

impl Drop for FaultsReceived {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            // SAFETY: a set that the host gave us.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before, std::ptr::null_mut()) };
        }
    }
}

/// Reads a thread-local without a destructor, and changes nothing but the
/// interrupted context: async-signal-safe.
extern "C" fn handle(signal: libc::c_int, cause: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid `siginfo_t` and `ucontext_t` to a
    // handler with `SA_SIGINFO`, and nobody else has references to them.
    let (addr, registers) = unsafe {
        let context = &mut *context.cast::<libc::ucontext_t>();
        ((*cause).si_addr() as usize, &mut context.uc_mcontext.gregs)
    };
    let rip = registers[libc::REG_RIP as usize] as u64;
    if let Some(watch) = WATCH.get() {
        let in_code = (watch.code.0..watch.code.1).contains(&rip);
        let in_memory = (watch.memory.0..watch.memory.1).contains(&addr);
        if in_code && in_memory {
            registers[libc::REG_RAX as usize] = (FAULTED | (rip - watch.code.0)) as i64;
            registers[libc::REG_RIP as usize] = watch.exit as i64;
            return;
        }
    }
    pass_on(signal, cause, context);
}

/// Does with the signal what would have been done without us.
fn pass_on(signal: libc::c_int, cause: *mut libc::siginfo_t, context: *mut libc::c_void) {
    type Detailed = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
    type Plain = extern "C" fn(libc::c_int);
    let index = usize::from(signal != SIGNALS[0]);
    let action = PREVIOUS.get().map(|previous| previous[index]);
    match action {
        Some(action) if !matches!(action.sa_sigaction, libc::SIG_DFL | libc::SIG_IGN) => {
            // SAFETY: the process installed this handler for this signal, with
            // the type that its flags say.
            unsafe {
                if action.sa_flags & libc::SA_SIGINFO != 0 {
                    let handler: Detailed = std::mem::transmute(action.sa_sigaction);
                    handler(signal, cause, context);
                } else {
                    let handler: Plain = std::mem::transmute(action.sa_sigaction);
                    handler(signal);
                }
            }
        }
        // SAFETY: back to the default; the instruction then faults again, fatally.
        _ => unsafe {
            libc::signal(signal, libc::SIG_DFL);
        },
    }
}
