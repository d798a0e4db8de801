//! Who the process is, and that it cannot become another: users, groups,
//! sessions, children, `prctl`.

use super::Linux;
use super::errno::{Errno, Failure, Outcome};
use super::process::{ID, PID, is_self};
use super::user;
use crate::machine::{Hart, Memory};

/// Bytes of the name of a thread, its terminating zero included (`TASK_COMM_LEN`).
const NAME_BYTES: usize = 16;

const PR_SET_PDEATHSIG: u64 = 1;
const PR_GET_DUMPABLE: u64 = 3;
const PR_SET_DUMPABLE: u64 = 4;
const PR_SET_NAME: u64 = 15;
const PR_GET_NAME: u64 = 16;
const PR_SET_TIMERSLACK: u64 = 29;
const PR_SET_NO_NEW_PRIVS: u64 = 38;
const PR_GET_NO_NEW_PRIVS: u64 = 39;

/// The version of `capget`'s structures that is told (`_LINUX_CAPABILITY_VERSION_3`).
const CAPABILITY_VERSION: u32 = 0x2008_0522;

/// The name of the one thread.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ThreadName([u8; NAME_BYTES]);

impl ThreadName {
    /// The name of a process that was started as `path`.
    pub(super) fn of_path(path: &[u8]) -> ThreadName {
        let last = path.rsplit(|&byte| byte == b'/').next();
        ThreadName::of(last.unwrap_or_default())
    }

    /// As much of `name` as there is room for.
    fn of(name: &[u8]) -> ThreadName {
        let mut bytes = [0; NAME_BYTES];
        let room = &mut bytes[..NAME_BYTES - 1];
        for (place, &byte) in room.iter_mut().zip(name) {
            *place = byte;
        }
        ThreadName(bytes)
    }

    /// The name at `addr`, of which no more is read than there is room for.
    fn get(memory: &mut Memory, addr: u64) -> Result<ThreadName, Failure> {
        let mut name = Vec::new();
        while name.len() < NAME_BYTES - 1 {
            let at = addr.checked_add(name.len() as u64).ok_or(Errno::FAULT)?;
            match user::get::<1>(memory, at)? {
                [0] => break,
                [byte] => name.push(byte),
            }
        }
        Ok(ThreadName::of(&name))
    }
}

impl Linux {
    /// `setuid` and `setgid`.
    pub(super) fn set_id(&mut self, _: &mut Hart, [id, ..]: [u64; 6]) -> Outcome {
        stay([id])
    }

    /// `setreuid` and `setregid`.
    pub(super) fn set_two_ids(&mut self, _: &mut Hart, [real, effective, ..]: [u64; 6]) -> Outcome {
        stay_or_keep(&[real, effective])
    }

    /// `setresuid` and `setresgid`.
    pub(super) fn set_three_ids(&mut self, _: &mut Hart, args: [u64; 6]) -> Outcome {
        stay_or_keep(&args[..3])
    }

    /// `getresuid` and `getresgid`.
    pub(super) fn get_three_ids(&mut self, hart: &mut Hart, args: [u64; 6]) -> Outcome {
        for to in &args[..3] {
            user::put(&mut hart.memory, *to, &(ID as u32).to_le_bytes())?;
        }
        Ok(0)
    }

    /// `getgroups`: there is the one.
    pub(super) fn getgroups(&mut self, hart: &mut Hart, [size, to, ..]: [u64; 6]) -> Outcome {
        match size as i32 {
            ..0 => Err(Errno::INVAL.into()),
            0 => Ok(1),
            _ => {
                user::put(&mut hart.memory, to, &(ID as u32).to_le_bytes())?;
                Ok(1)
            }
        }
    }

    /// `getpgid` and `getsid`: it leads its group, in a session of its own.
    pub(super) fn get_leader(&mut self, _: &mut Hart, [pid, ..]: [u64; 6]) -> Outcome {
        is_self(pid)?;
        Ok(PID)
    }

    /// `setpgid`: it leads its session, and so its group.
    pub(super) fn setpgid(&mut self, _: &mut Hart, [pid, group, ..]: [u64; 6]) -> Outcome {
        if (group as i32) < 0 {
            return Err(Errno::INVAL.into());
        }
        is_self(pid)?;
        Err(Errno::PERM.into())
    }

    /// `prctl`.
    pub(super) fn prctl(&mut self, hart: &mut Hart, [option, arg, ..]: [u64; 6]) -> Outcome {
        match u64::from(option as u32) {
            PR_SET_NAME => self.thread_name = ThreadName::get(&mut hart.memory, arg)?,
            PR_GET_NAME => user::put(&mut hart.memory, arg, &self.thread_name.0)?,
            PR_GET_DUMPABLE | PR_GET_NO_NEW_PRIVS => return Ok(1),
            PR_SET_PDEATHSIG if arg > 64 => return Err(Errno::INVAL.into()),
            PR_SET_DUMPABLE | PR_SET_NO_NEW_PRIVS if arg > 1 => return Err(Errno::INVAL.into()),
            PR_SET_PDEATHSIG | PR_SET_DUMPABLE | PR_SET_TIMERSLACK | PR_SET_NO_NEW_PRIVS => {}
            _ => return Err(Errno::INVAL.into()),
        }
        Ok(0)
    }

    /// `capget`: it can do nothing that others could not.
    pub(super) fn capget(&mut self, hart: &mut Hart, [head, to, ..]: [u64; 6]) -> Outcome {
        let [head_word] = user::get_words(&mut hart.memory, head)?;
        if head_word as u32 != CAPABILITY_VERSION {
            user::put(&mut hart.memory, head, &CAPABILITY_VERSION.to_le_bytes())?;
            return match to {
                0 => Ok(0),
                _ => Err(Errno::INVAL.into()),
            };
        }
        is_self(head_word >> 32)?;
        user::put_unless_null(&mut hart.memory, to, &[0; 24])?;
        Ok(0)
    }

    /// `personality`: that of Linux.
    pub(super) fn personality(&mut self, _: &mut Hart, [wanted, ..]: [u64; 6]) -> Outcome {
        match wanted as u32 {
            0 | u32::MAX => Ok(0),
            _ => Err(Errno::INVAL.into()),
        }
    }
}

/// As [`stay`]; of an id that is -1, none is asked for.
pub(super) fn stay_or_keep(ids: &[u64]) -> Outcome {
    let is_set = |id: &u64| *id as u32 != u32::MAX;
    stay(ids.iter().copied().filter(is_set))
}

/// Becoming what it is is all that is permitted.
fn stay(ids: impl IntoIterator<Item = u64>) -> Outcome {
    match ids.into_iter().all(|id| u64::from(id as u32) == ID) {
        true => Ok(0),
        false => Err(Errno::PERM.into()),
    }
}
