//! What a recording has to hold, found in another way: a machine that records
//! nothing is stepped, and memory is looked at before each instruction.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use rvjet::isa::{CACHE_BLOCK, CacheBlockOp, FpInst, Inst, Reg, Register, Width, decode};
use rvjet::machine::{Access, MachineState, Memory, PAGE_SIZE, Reservation, Touch};
use rvjet::trace::{Boundary, CallWrite, Chunk, EcallRecord, Policy};
use rvjet::{EngineKind, Machine};

use crate::lab::{Deed, call, deeds};
use crate::scenario::Scenario;

/// The most bytes that a call may map or protect where what it does is followed.
const MOST_MAPPED: u64 = 1 << 20;

/// An instruction that retires.
#[derive(Clone, Debug)]
struct Step {
    before: MachineState,
    after: MachineState,
    /// The words that it accesses, in order, as they were.
    words: Vec<Touch>,
    /// If it is a call, what is to be told of it.
    call: Option<EcallRecord>,
}

/// All instructions of a run.
#[derive(Clone, Debug)]
pub struct Ledger(Vec<Step>);

impl Ledger {
    /// The first `most` instructions of a run to its end, if there are no more, and
    /// its code is nothing but the first region, which does not change.
    pub fn of(scenario: &Scenario, most: usize) -> Option<Ledger> {
        let (text, others) = scenario.lab.regions.split_first()?;
        let is_code = |access: Access| access.contains(Access::new(false, false, true));
        let foreign = others.iter().any(|region| is_code(region.access));
        if foreign || text.access != Access::READ_EXECUTE {
            return None;
        }
        let mut machine = scenario.machine(EngineKind::Interp);
        let mut steps = Vec::new();
        while steps.len() <= most {
            let before = machine.state().clone();
            let (words, call) = step(&mut machine, &text.range())?;
            let exit = machine.run_for(1);
            let after = machine.state().clone();
            if after.insns == before.insns + 1 {
                let (words, call) = match call {
                    Some(plan) => plan.carried_out(&before, &machine),
                    None => (words, None),
                };
                steps.push(Step {
                    before,
                    after,
                    words,
                    call,
                });
            }
            if exit.is_some() {
                return Some(Ledger(steps));
            }
        }
        None
    }

    /// The chunks that this policy makes of it.
    pub fn chunks(&self, policy: Policy) -> Vec<Chunk> {
        let mut done: Vec<Chunk> = Vec::new();
        let mut open: Option<Chunk> = None;
        let mut touched = HashSet::new();
        let mut end = Boundary {
            state: MachineState::new(0),
            accesses: 0,
            ecalls: 0,
        };
        for step in &self.0 {
            end.state = step.before.clone();
            let chunk = open.get_or_insert_with(|| fresh(done.len() as u64, end.clone()));
            let fresh = step.words.iter().filter(|word| touched.insert(word.addr));
            chunk.touches.extend(fresh);
            let at = step.before.insns - chunk.start.state.insns;
            let call = step.call.iter().cloned();
            chunk
                .ecalls
                .extend(call.map(|call| EcallRecord { at, ..call }));
            end.state = step.after.clone();
            end.accesses += step.words.len() as u64;
            end.ecalls += u64::from(step.call.is_some());
            chunk.end = end.clone();
            let full = match policy {
                Policy::Insns(most) => chunk.insns() >= most,
                Policy::Accesses(most) => chunk.accesses() >= most,
                Policy::Touches(most) => chunk.touches.len() as u64 >= most,
            };
            if full {
                done.extend(open.take());
                touched.clear();
            }
        }
        done.extend(open);
        done
    }
}

fn fresh(number: u64, start: Boundary) -> Chunk {
    Chunk {
        number,
        end: start.clone(),
        start,
        touches: Vec::new(),
        ecalls: Vec::new(),
        code: Vec::new(),
        times: Vec::new(),
    }
}

/// What the next instruction accesses, if it does not trap; or a call, what it may
/// change. Nothing if that is not followed here.
fn step(machine: &mut Machine, text: &Range<u64>) -> Option<(Vec<Touch>, Option<Plan>)> {
    let (state, memory) = (machine.state(), machine.memory());
    let parcel = |addr: u64| match memory.peek(addr, 2).as_deref() {
        Some(&[low, high]) => u32::from(u16::from_le_bytes([low, high])),
        _ => 0,
    };
    let word = parcel(state.pc) | parcel(state.pc.wrapping_add(2)) << 16;
    let Some(decoded) = decode(word) else {
        return Some((Vec::new(), None));
    };
    let access = match decoded.inst {
        Inst::CacheBlock { op, rs1 } => return Some((of_block(op, state.reg(rs1), memory), None)),
        Inst::Ecall => return Some((Vec::new(), Some(Plan::of(state, memory, text)?))),
        Inst::Load {
            op, rs1, offset, ..
        } => Some((rs1, offset, op.width())),
        Inst::Store {
            width, rs1, offset, ..
        } => Some((rs1, offset, width)),
        Inst::Fp(FpInst::Load {
            format,
            rs1,
            offset,
            ..
        })
        | Inst::Fp(FpInst::Store {
            format,
            rs1,
            offset,
            ..
        }) => Some((rs1, offset, format.width())),
        Inst::LoadReserved { width, rs1, .. } | Inst::Amo { width, rs1, .. } => {
            Some((rs1, 0, width))
        }
        Inst::StoreConditional { width, rs1, .. } => {
            let reserved = Reservation::of(state.reg(rs1), width);
            (state.reservation == reserved).then_some((rs1, 0, width))
        }
        _ => None,
    };
    let words = access.map(|(rs1, offset, width): (Reg, i32, Width)| {
        let first = state.reg(rs1).wrapping_add_signed(offset.into());
        let last = first.wrapping_add(width.bytes() - 1) & !7;
        let mut words = vec![first & !7, last];
        words.dedup();
        words.into_iter().map(|addr| touch(memory, addr)).collect()
    });
    Some((words.unwrap_or_default(), None))
}

/// What `op` on the block around `addr` accesses.
fn of_block(op: CacheBlockOp, addr: u64, memory: &Memory) -> Vec<Touch> {
    let words = match op {
        CacheBlockOp::Inval => 0,
        CacheBlockOp::Clean | CacheBlockOp::Flush => 1,
        CacheBlockOp::Zero => CACHE_BLOCK / 8,
    };
    let block = addr & !(CACHE_BLOCK - 1);
    let words = (0..words).map(|index| block.wrapping_add(8 * index));
    words.map(|addr| touch(memory, addr)).collect()
}

fn touch(memory: &Memory, addr: u64) -> Touch {
    let value = value(memory, addr);
    Touch { addr, value }
}

/// The double word at `addr`; zero where the guest has none.
fn value(memory: &Memory, addr: u64) -> u64 {
    let bytes = memory.peek(addr, 8).unwrap_or_default();
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

/// What a call is going to do with memory.
struct Plan {
    /// The words that it reads, with their values.
    read: BTreeMap<u64, u64>,
    /// The words that it writes to, as they were.
    written: BTreeMap<u64, u64>,
    /// The bytes that it writes.
    bytes: BTreeMap<u64, u8>,
    /// Words that it may change in other ways.
    mapped: BTreeMap<u64, u64>,
}

impl Plan {
    fn of(state: &MachineState, memory: &Memory, text: &Range<u64>) -> Option<Plan> {
        let mut plan = Plan {
            read: BTreeMap::new(),
            written: BTreeMap::new(),
            bytes: BTreeMap::new(),
            mapped: BTreeMap::new(),
        };
        if let number @ (call::PROTECT | call::MAP | call::UNMAP) = state.reg(Reg::A7) {
            let [start, len, access] = [Reg::A0, Reg::A1, Reg::A2].map(|reg| state.reg(reg));
            let end = start.checked_add(len)?;
            if len > MOST_MAPPED || access & 4 != 0 || start < text.end && text.start < end {
                return None;
            }
            // Protection changes no word; and what the guest may not read cannot be seen here.
            let end = if number == call::PROTECT { start } else { end };
            let mut pages = (start..end).step_by(PAGE_SIZE as usize);
            if pages.any(|page| memory.access_at(page) == Some(Access::NONE)) {
                return None;
            }
            let words = (start & !7..end).step_by(8);
            plan.mapped = words.map(|word| (word, value(memory, word))).collect();
        }
        for deed in deeds(&state.x) {
            let (addr, len, need) = match &deed {
                Deed::Read(addr, len) => (*addr, *len, Access::READ),
                Deed::Write(addr, bytes) => (*addr, bytes.len() as u64, Access::READ_WRITE),
            };
            if !permits(memory, addr, len, need) {
                break;
            }
            let words = (addr & !7..addr + len).step_by(8);
            let words = words.filter(|_| len > 0);
            let values = words.map(|word| (word, value(memory, word)));
            match deed {
                Deed::Read(..) => plan.read.extend(values),
                Deed::Write(_, bytes) => {
                    plan.written.extend(values);
                    plan.bytes.extend((addr..).zip(bytes));
                }
            }
        }
        Some(plan)
    }

    /// The words that it has accessed, and its record, now that it is done.
    fn carried_out(
        mut self,
        before: &MachineState,
        machine: &Machine,
    ) -> (Vec<Touch>, Option<EcallRecord>) {
        let (after, memory) = (machine.state(), machine.memory());
        for (word, was) in self.mapped {
            let is = value(memory, word);
            if is != was {
                self.written.insert(word, was);
                self.bytes.extend((word..).zip(is.to_le_bytes()));
            }
        }
        self.read.retain(|word, _| !self.written.contains_key(word));
        let reads: BTreeSet<u64> = self.read.keys().flat_map(|&word| word..word + 8).collect();
        let mut args = [0; 7];
        args.copy_from_slice(&before.x[Reg::A0.index()..][..7]);
        let changed = |reg: &Register| before.register(*reg) != after.register(*reg);
        let record = EcallRecord {
            at: 0,
            trap: None,
            number: before.reg(Reg::A7),
            args,
            next_pc: after.pc,
            results: Register::all()
                .filter(changed)
                .map(|reg| (reg, after.register(reg)))
                .collect(),
            reads: runs(reads.into_iter()),
            writes: runs(self.bytes.keys().copied())
                .into_iter()
                .map(|run| CallWrite {
                    addr: run.start,
                    bytes: run.map(|addr| self.bytes[&addr]).collect(),
                })
                .collect(),
        };
        let mut words = self.read;
        words.append(&mut self.written);
        let touches = words.into_iter().map(|(addr, value)| Touch { addr, value });
        (touches.collect(), Some(record))
    }
}

/// Whether the guest may do that with each of `len` bytes at `addr`.
fn permits(memory: &Memory, addr: u64, len: u64, need: Access) -> bool {
    let Some(end) = addr
        .checked_add(len)
        .filter(|end| *end <= memory.window_size())
    else {
        return len == 0;
    };
    let mut pages = (addr & !(PAGE_SIZE - 1)..end).step_by(PAGE_SIZE as usize);
    len == 0
        || pages.all(|page| {
            memory
                .access_at(page)
                .is_some_and(|access| access.contains(need))
        })
}

/// Ascending numbers as ranges.
fn runs(numbers: impl Iterator<Item = u64>) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for number in numbers {
        match runs.last_mut().filter(|run| run.end == number) {
            Some(run) => run.end += 1,
            None => runs.push(number..number + 1),
        }
    }
    runs
}
