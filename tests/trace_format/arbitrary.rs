//! Headers, chunks and endings with anything in them that may be.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rvjet::isa::{FReg, Reg, Register, Width};
use rvjet::machine::{Cause, Exit, MachineState, Reason, Refusal, Reservation, Trap};
use rvjet::trace::{
    Boundary, CallWrite, Chunk, ClockModel, CodePage, Digest, EcallRecord, Ending, Header, Initial,
    Policy, TimeRead, Touch,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// The guest's address space in all of them.
pub const SPACE: u64 = 1 << 32;
const PAGE: u64 = 4096;

/// A trace, as it is before it is written.
#[derive(Clone, Debug)]
pub struct Content {
    pub header: Header,
    pub elf: Option<Vec<u8>>,
    pub chunks: Vec<Chunk>,
    pub ending: Ending,
}

/// Numbers as programs have them: small, or with any number of bits.
pub fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => 0..200u64,
        1 => Just(u64::MAX),
        4 => (any::<u64>(), 0..64u32).prop_map(|(bits, shift)| bits >> shift),
        1 => (any::<u64>(), 0..64u32).prop_map(|(bits, shift)| !(bits >> shift)),
    ]
}

/// A count that can grow for long.
fn count() -> impl Strategy<Value = u64> {
    (any::<u64>(), 4..64u32).prop_map(|(bits, shift)| bits >> shift)
}

/// Some floating-point registers, and `fcsr`.
fn floating() -> impl Strategy<Value = Vec<(Register, u64)>> {
    let registers = btree_map(0..32u32, number(), 0..4);
    (registers, option::of(0..256u64)).prop_map(|(registers, fcsr)| {
        let registers = registers.into_iter();
        let floating = registers.map(|(reg, value)| (FReg::new(reg).into(), value));
        let fcsr = fcsr.map(|value| (Register::Fcsr, value));
        floating.chain(fcsr).collect()
    })
}

pub fn state() -> impl Strategy<Value = MachineState> {
    let registers = (vec(number(), 31), option::of(floating()));
    let counts = (count(), count(), count());
    (registers, number(), number(), counts).prop_map(|((x, f), pc, reservation, counts)| {
        let mut state = MachineState::new(pc);
        state.x[1..].copy_from_slice(&x);
        for (reg, value) in f.into_iter().flatten() {
            state.set_register(reg, value);
        }
        state.reservation = Reservation::from_bits(reservation);
        (state.insns, state.unaligned_loads, state.unaligned_stores) = counts;
        state
    })
}

/// What a chunk does to a boundary.
#[derive(Clone, Debug)]
struct Step {
    registers: BTreeMap<u32, u64>,
    floating: Vec<(Register, u64)>,
    pc: u64,
    reservation: u64,
    insns: u64,
    unaligned: [u64; 2],
    accesses: u64,
    ecalls: u64,
}

impl Step {
    fn from(&self, start: &Boundary) -> Boundary {
        let mut end = start.clone();
        for (reg, value) in &self.registers {
            end.state.set_reg(Reg::new(*reg), *value);
        }
        for &(reg, value) in &self.floating {
            end.state.set_register(reg, value);
        }
        end.state.pc = self.pc;
        end.state.reservation = Reservation::from_bits(self.reservation);
        end.state.insns += self.insns;
        end.state.unaligned_loads += self.unaligned[0];
        end.state.unaligned_stores += self.unaligned[1];
        end.accesses += self.accesses;
        end.ecalls += self.ecalls;
        end
    }
}

fn step(insns: u64) -> impl Strategy<Value = Step> {
    let registers = (btree_map(1..32u32, number(), 0..6), floating());
    let counts = ([0..9u64, 0..9u64], 0..99u64, 0..9u64);
    (registers, number(), number(), counts).prop_map(
        move |((registers, floating), pc, reservation, (unaligned, accesses, ecalls))| Step {
            registers,
            floating,
            pc,
            reservation,
            insns,
            unaligned,
            accesses,
            ecalls,
        },
    )
}

pub fn touches() -> impl Strategy<Value = Vec<Touch>> {
    let near = (0..SPACE / 8 - 400, btree_set(0..400u64, 0..200))
        .prop_map(|(base, words)| words.into_iter().map(|word| base + word).collect());
    let far = btree_set(0..SPACE / 8, 0..20).prop_map(Vec::from_iter);
    prop_oneof![near, far]
        .prop_shuffle()
        .prop_flat_map(|words: Vec<u64>| {
            let values = vec(number(), words.len());
            (Just(words), values)
        })
        .prop_map(|(words, values)| {
            let touch = |(word, value)| Touch {
                addr: word * 8,
                value,
            };
            words.into_iter().zip(values).map(touch).collect()
        })
}

/// Ranges in ascending order, none touching another, in units of so many bytes.
fn ranges(unit: u64) -> impl Strategy<Value = Vec<Range<u64>>> {
    let gaps = vec((1..5000u64, 1..6u64), 0..4);
    (0..100u64, gaps).prop_map(move |(first, gaps)| {
        let mut end = first;
        let ranges = gaps.into_iter().map(|(gap, length)| {
            let start = end + gap;
            end = start + length;
            start * unit..end * unit
        });
        ranges.collect()
    })
}

fn writes() -> impl Strategy<Value = Vec<CallWrite>> {
    (ranges(1), any::<u8>()).prop_map(|(ranges, byte)| {
        let write = |range: Range<u64>| CallWrite {
            addr: range.start,
            bytes: range.map(|addr| byte.wrapping_add(addr as u8)).collect(),
        };
        ranges.into_iter().map(write).collect()
    })
}

fn ecall() -> impl Strategy<Value = EcallRecord> {
    let results = (btree_map(1..32u32, number(), 0..3), option::of(floating()));
    let args = proptest::array::uniform7(number());
    let called = prop_oneof![
        (number(), args).prop_map(|(number, args)| (None, number, args)),
        cause().prop_map(|cause| (Some(cause), 0, [0; 7])),
    ];
    (called, number(), results, ranges(8), writes()).prop_map(
        |((trap, number, args), next_pc, results, reads, writes)| EcallRecord {
            at: 0,
            trap,
            number,
            args,
            next_pc,
            results: results
                .0
                .into_iter()
                .map(|(reg, value)| (Reg::new(reg).into(), value))
                .chain(results.1.into_iter().flatten())
                .collect(),
            reads,
            writes,
        },
    )
}

/// Moments of a chunk, in order.
fn moments(insns: u64, most: usize) -> impl Strategy<Value = Vec<u64>> {
    vec(0..=insns, 0..=most).prop_map(|mut moments| {
        moments.sort_unstable();
        moments
    })
}

fn ecalls(insns: u64) -> impl Strategy<Value = Vec<EcallRecord>> {
    moments(insns, 3).prop_flat_map(|moments| {
        vec(ecall(), moments.len()).prop_map(move |mut calls| {
            calls
                .iter_mut()
                .zip(&moments)
                .for_each(|(call, at)| call.at = *at);
            calls
        })
    })
}

/// A page with few words in it, so that some are the same as in another.
fn page_bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = (0..PAGE / 8, 0..3u64, number());
    vec(word, 0..6).prop_map(|words| {
        let mut bytes = vec![0; PAGE as usize];
        for (place, count, value) in words {
            let start = place as usize * 8;
            for word in bytes[start..].chunks_mut(8).take(count as usize) {
                word.copy_from_slice(&value.to_le_bytes());
            }
        }
        bytes
    })
}

fn code(insns: u64) -> impl Strategy<Value = Vec<CodePage>> {
    let number = prop_oneof![3 => 0..2u64, 1 => 0..SPACE / PAGE];
    let pages = btree_map((0..=insns, number), page_bytes(), 0..6).prop_map(|pages| {
        let page = |((at, number), bytes): ((u64, u64), Vec<u8>)| CodePage {
            at,
            addr: number * PAGE,
            bytes,
        };
        pages.into_iter().map(page).collect()
    });
    prop_oneof![3 => Just(Vec::new()), 1 => pages]
}

fn times(insns: u64) -> impl Strategy<Value = Vec<TimeRead>> {
    moments(insns, 4).prop_flat_map(|moments| {
        let time = |at| number().prop_map(move |nanos| TimeRead { at, nanos });
        moments.into_iter().map(time).collect::<Vec<_>>()
    })
}

/// A chunk, wherever it starts.
#[derive(Clone, Debug)]
struct Next {
    step: Step,
    touches: Vec<Touch>,
    ecalls: Vec<EcallRecord>,
    code: Vec<CodePage>,
    times: Vec<TimeRead>,
}

impl Next {
    fn from(self, number: u64, start: &Boundary) -> Chunk {
        let Next {
            step,
            touches,
            ecalls,
            code,
            times,
        } = self;
        let (start, end) = (start.clone(), step.from(start));
        Chunk {
            number,
            start,
            end,
            touches,
            ecalls,
            code,
            times,
        }
    }
}

fn next() -> impl Strategy<Value = Next> {
    (0..200u64)
        .prop_flat_map(|insns| {
            (
                step(insns),
                touches(),
                ecalls(insns),
                code(insns),
                times(insns),
            )
        })
        .prop_map(|(step, touches, ecalls, code, times)| Next {
            step,
            touches,
            ecalls,
            code,
            times,
        })
}

pub fn boundary() -> impl Strategy<Value = Boundary> {
    (state(), count(), count()).prop_map(|(state, accesses, ecalls)| Boundary {
        state,
        accesses,
        ecalls,
    })
}

/// A chunk alone.
pub fn chunk() -> impl Strategy<Value = Chunk> {
    (number(), boundary(), next()).prop_map(|(number, start, next)| next.from(number, &start))
}

fn refusal() -> impl Strategy<Value = Refusal> {
    let args = [number(), number(), number(), number(), number()];
    let reason = select(&Reason::ALL[..]);
    (number(), number(), args, reason).prop_map(|(pc, number, args, reason)| Refusal {
        pc,
        number,
        args,
        reason,
    })
}

/// Any cause of a trap.
fn cause() -> impl Strategy<Value = Cause> {
    let width = || select(&Width::ALL[..]);
    let at = |make: fn(u64, Width) -> Cause| {
        (number(), width())
            .prop_map(move |(addr, width)| make(addr, width))
            .boxed()
    };
    prop_oneof![
        any::<u32>().prop_map(|word| Cause::IllegalInstruction { word }),
        Just(Cause::Breakpoint),
        number().prop_map(|addr| Cause::FetchFault { addr }),
        number().prop_map(|addr| Cause::FetchMisaligned { addr }),
        at(|addr, width| Cause::LoadFault { addr, width }),
        at(|addr, width| Cause::StoreFault { addr, width }),
        at(|addr, width| Cause::LoadMisaligned { addr, width }),
        at(|addr, width| Cause::StoreMisaligned { addr, width }),
    ]
}

pub fn exit() -> impl Strategy<Value = Exit> {
    let timeout = (number(), 0..1_000_000_000u32);
    prop_oneof![
        any::<i32>().prop_map(|code| Exit::Exited { code }),
        (number(), cause()).prop_map(|(pc, cause)| Exit::Trap(Trap { pc, cause })),
        number().prop_map(|limit| Exit::InsnLimit { limit }),
        number().prop_map(|limit| Exit::MemoryLimit { limit }),
        timeout.prop_map(|(secs, nanos)| Exit::Timeout {
            limit: Duration::new(secs, nanos)
        }),
        Just(Exit::BrokenPipe),
        refusal().prop_map(Exit::Refused),
    ]
}

pub fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

pub fn ending() -> impl Strategy<Value = Ending> {
    (exit(), digest()).prop_map(|(exit, received)| Ending { exit, received })
}

pub fn header() -> impl Strategy<Value = Header> {
    let policy = (0..3, number()).prop_map(|(kind, number)| match kind {
        0 => Policy::Insns(number),
        1 => Policy::Accesses(number),
        _ => Policy::Touches(number),
    });
    let clock = [number(), number(), number(), number()];
    let clock = clock.prop_map(|[start, insn, ecall, access]| ClockModel {
        start,
        insn,
        ecall,
        access,
    });
    let initial = (0..SPACE - 50, vec(any::<u8>(), 0..50));
    let initial = initial.prop_map(|(addr, bytes)| Initial { addr, bytes });
    let texts = ("[a-z0-9_é]{0,20}", "[a-z]{0,9}");
    let digests = (digest(), digest(), digest());
    (texts, clock, policy, digests, state(), vec(initial, 0..3)).prop_map(
        |((isa, abi), clock, policy, (elf, text, inputs), start, initial)| Header {
            isa,
            abi,
            clock,
            policy,
            address_space: SPACE,
            elf,
            text,
            start,
            initial,
            inputs,
        },
    )
}

/// A trace of up to so many chunks.
pub fn content(most: usize) -> impl Strategy<Value = Content> {
    let elf = option::of(vec(any::<u8>(), 0..300));
    (header(), elf, vec(next(), 0..=most), ending()).prop_map(|(mut header, elf, next, ending)| {
        if let Some(elf) = &elf {
            header.elf = Digest::of(elf);
        }
        let state = header.start.clone();
        let mut end = Boundary {
            state,
            accesses: 0,
            ecalls: 0,
        };
        let chunks = (0..).zip(next).map(|(number, next)| {
            let chunk = next.from(number, &end);
            end = chunk.end.clone();
            chunk
        });
        let chunks = chunks.collect();
        Content {
            header,
            elf,
            chunks,
            ending,
        }
    })
}
