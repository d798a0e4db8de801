//! Executes emitted code on other machines, for tests: an interpreter of RV64I on the
//! memory of the test itself.
//!
//! It decodes by the manual's tables, not by `asm`, so that it is a check of that, too.
#![expect(unsafe_code, reason = "emitted code reads and writes by address")]

use alloc::vec::Vec;
use core::cell::Cell;

use super::NoCode;
use super::emit::Listing;
use super::frame::Frame;

/// Where the entry returns to. No code is there.
const OUTSIDE: u64 = 0;

const RA: u32 = 1;
const A0: u32 = 10;
const A1: u32 = 11;
const A2: u32 = 12;

/// What a call may leave anything in: `ra`, `t0` to `t6`, `a0` to `a7`.
const CALLER_SAVED: [u32; 16] = [1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31];

/// Code that is interpreted.
#[derive(Debug)]
pub struct Simulated {
    words: Vec<u32>,
    /// Instructions that were executed, in all.
    retired: Cell<u64>,
}

impl Simulated {
    /// The code of a listing.
    pub fn publish(listing: &Listing) -> Result<Self, NoCode> {
        Ok(Self {
            words: listing.code().to_vec(),
            retired: Cell::new(0),
        })
    }

    /// How many instructions were executed.
    pub fn retired(&self) -> u64 {
        self.retired.get()
    }

    /// Executes the code on `frame`, and says how it ended.
    ///
    /// # Safety
    /// As of the code that is executed by the machine.
    pub unsafe fn enter(&self, frame: &mut Frame<'_>) -> usize {
        let frame: *mut Frame<'_> = frame;
        let mut machine = Machine {
            registers: core::array::from_fn(|index| 0xdead_0000 + index as u64),
            pc: self.words.as_ptr() as u64,
        };
        machine.set(RA, OUTSIDE);
        machine.set(A0, frame as u64);
        let before = machine.registers;
        while machine.pc != OUTSIDE {
            match self.index(machine.pc) {
                Some(index) => machine.execute(self.words[index]),
                // SAFETY: the caller lends the frame, and the code is at a call, so that
                // nothing else uses it.
                None => machine.call_helper(unsafe { &mut *frame }),
            }
            self.retired.set(self.retired.get() + 1);
        }
        let callee_saved = (2..32).filter(|index| !CALLER_SAVED.contains(index));
        for index in callee_saved {
            assert_eq!(
                machine.get(index),
                before[index as usize],
                "x{index} is the caller's"
            );
        }
        machine.get(A0) as usize
    }

    fn index(&self, pc: u64) -> Option<usize> {
        let offset = pc.wrapping_sub(self.words.as_ptr() as u64);
        assert_eq!(offset % 2, 0);
        let index = (offset / 4) as usize;
        (index < self.words.len()).then_some(index)
    }
}

struct Machine {
    registers: [u64; 32],
    pc: u64,
}

impl Machine {
    fn get(&self, register: u32) -> u64 {
        match register {
            0 => 0,
            register => self.registers[register as usize],
        }
    }

    fn set(&mut self, register: u32, value: u64) {
        self.registers[register as usize] = value;
    }

    fn call_helper(&mut self, frame: &mut Frame<'_>) {
        let helpers = frame.helpers;
        let all = [helpers.class, helpers.word, helpers.folded, helpers.grow];
        let called = all
            .into_iter()
            .find(|helper| *helper as usize as u64 == self.pc);
        let helper = called.expect("code leaves itself for helpers only");
        let arguments = [A1, A2].map(|register| self.get(register) as usize);
        assert_eq!(self.get(A0), core::ptr::from_mut(frame) as u64);
        let result = helper(frame, arguments[0], arguments[1]);
        self.pc = self.get(RA);
        CALLER_SAVED
            .into_iter()
            .for_each(|register| self.set(register, 0xbad0_bad0));
        self.set(A0, result as u64);
    }

    fn execute(&mut self, word: u32) {
        let bits = |low: u32, count: u32| word >> low & ((1 << count) - 1);
        let signed = |value: u32, count: u32| {
            i64::from((value << (32 - count)) as i32 >> (32 - count)) as u64
        };
        let (rd, funct3, rs1, rs2) = (bits(7, 5), bits(12, 3), bits(15, 5), bits(20, 5));
        let (a, b) = (self.get(rs1), self.get(rs2));
        let i_imm = signed(bits(20, 12), 12);
        let mut next = self.pc.wrapping_add(4);
        let value = match (bits(0, 7), funct3) {
            (0x03, _) => Some(load(funct3, a.wrapping_add(i_imm))),
            (0x13, _) => Some(operate(
                funct3,
                bits(30, 1) & u32::from(funct3 == 5),
                a,
                i_imm,
            )),
            (0x1b, 0) => Some(a.wrapping_add(i_imm) as i32 as u64),
            (0x33, _) => Some(operate(funct3, bits(30, 1), a, b)),
            (0x17, _) => Some(self.pc.wrapping_add(signed(word & !0xfff, 32))),
            (0x37, _) => Some(signed(word & !0xfff, 32)),
            (0x23, 3) => {
                let address = a.wrapping_add(signed(bits(25, 7) << 5 | bits(7, 5), 12));
                // SAFETY: emitted code stores to the frame, slots and stack only.
                unsafe { (address as *mut u64).write_unaligned(b) };
                None
            }
            (0x63, _) => {
                let offset =
                    bits(31, 1) << 12 | bits(7, 1) << 11 | bits(25, 6) << 5 | bits(8, 4) << 1;
                if is_taken(funct3, a, b) {
                    next = self.pc.wrapping_add(signed(offset, 13));
                }
                None
            }
            (0x67, 0) => {
                let link = next;
                next = a.wrapping_add(i_imm) & !1;
                Some(link)
            }
            (0x6f, _) => {
                let link = next;
                let offset =
                    bits(31, 1) << 20 | bits(12, 8) << 12 | bits(20, 1) << 11 | bits(21, 10) << 1;
                next = self.pc.wrapping_add(signed(offset, 21));
                Some(link)
            }
            _ => panic!("{word:#010x} is not emitted"),
        };
        if let Some(value) = value {
            self.set(rd, value);
        }
        self.pc = next;
    }
}

fn load(funct3: u32, address: u64) -> u64 {
    // SAFETY: emitted code loads from what a frame gives it, inside of the bounds there.
    unsafe {
        match funct3 {
            0 => (address as *const i8).read() as u64,
            3 => (address as *const u64).read_unaligned(),
            4 => u64::from((address as *const u8).read()),
            5 => u64::from((address as *const u16).read_unaligned()),
            6 => u64::from((address as *const u32).read_unaligned()),
            _ => panic!("no such load is emitted"),
        }
    }
}

fn operate(funct3: u32, other: u32, a: u64, b: u64) -> u64 {
    match (funct3, other) {
        (0, 0) => a.wrapping_add(b),
        (0, 1) => a.wrapping_sub(b),
        (1, 0) => a << (b & 63),
        (3, 0) => u64::from(a < b),
        (4, 0) => a ^ b,
        (5, 0) => a >> (b & 63),
        (6, 0) => a | b,
        (7, 0) => a & b,
        _ => panic!("no such operation is emitted"),
    }
}

fn is_taken(funct3: u32, a: u64, b: u64) -> bool {
    match funct3 {
        0 => a == b,
        1 => a != b,
        4 => (a as i64) < b as i64,
        5 => a as i64 >= b as i64,
        6 => a < b,
        7 => a >= b,
        _ => panic!("no such branch is emitted"),
    }
}
