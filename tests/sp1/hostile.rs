//! Traces of programs for SP1 that were changed: whatever it was, there is an error or
//! there are chunks, in little time and memory.

use rvjet::EngineKind;
use rvjet::isa::Reg;
use rvjet::machine::{Exit, Refusal};
use rvjet::replay::{Level, Verify};
use rvjet::sp1::Chunks;
use rvjet::trace::{CallWrite, Chunk, Codec, Header, Policy, Touch, Trace, Writer, encode_chunk};

use crate::asm::{ld, sd};
use crate::chunks::rich;
use crate::dice::Dice;
use crate::scenario::{DATA, ENGINES, Recorded, S0, Scenario, T1, call, halt, nr, options, repeat};

/// A trace of these chunks, as a recording would have written it; nothing if it cannot be.
fn written(header: &Header, elf: &[u8], chunks: &[Chunk]) -> Option<Trace<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut writer = Writer::create(&mut bytes, header, Some(elf), Codec::None).ok()?;
    for chunk in chunks {
        writer
            .append(&encode_chunk(chunk, Codec::None).ok()?)
            .ok()?;
    }
    drop(writer);
    Trace::open(bytes).ok()
}

/// Whether chunks were made of it. Nothing panics, nothing goes on for ever.
fn tried(header: &Header, elf: &[u8], chunks: &[Chunk], what: &str) -> bool {
    let trace = written(header, elf, chunks);
    let Some(trace) = trace else {
        return false;
    };
    let Ok(mut made) = Chunks::of_trace(trace, elf, options(3, 2)) else {
        return false;
    };
    let mut count = 0u64;
    let right = made.by_ref().all(|chunk| {
        count += 1;
        assert!(count < 100_000, "{what}: no end of chunks");
        chunk.is_ok()
    });
    assert!(made.next().is_none(), "{what}: something behind an error");
    assert!(made.finish().is_none());
    right
}

/// Whether the trace is found right.
fn verifies(recorded: &Recorded, chunks: &[Chunk]) -> bool {
    let mut verify = Verify::new(&recorded.header, &recorded.elf);
    (verify.engine, verify.level, verify.threads) = (EngineKind::Interp, Level::Replay, 1);
    verify.run_all(chunks).is_ok()
}

/// A change of a chunk, by name.
type Change = (String, Box<dyn Fn(&mut Chunk)>);

fn change(name: impl Into<String>, change: impl Fn(&mut Chunk) + 'static) -> Change {
    (name.into(), Box::new(change))
}

/// Addresses and lengths that nobody has.
const ABSURD: [u64; 12] = [
    0,
    1,
    7,
    DATA + 1,
    1 << 39,
    (1 << 40) - 8,
    1 << 40,
    (1 << 40) + 4,
    1 << 63,
    u64::MAX - 7,
    u64::MAX - 24,
    u64::MAX,
];

fn calls(chunk: &Chunk) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, call) in chunk.ecalls.iter().enumerate() {
        let name = |what: &str| format!("call {at} ({:#x}): {what}", call.number);
        for value in ABSURD {
            for arg in 0..5 {
                changes.push(change(name(&format!("a{arg} = {value:#x}")), move |c| {
                    c.ecalls[at].args[arg] = value;
                }));
            }
            changes.push(change(name(&format!("all = {value:#x}")), move |c| {
                c.ecalls[at].args = [value; 7];
            }));
            changes.push(change(name(&format!("number = {value:#x}")), move |c| {
                c.ecalls[at].number = value;
            }));
            changes.push(change(name(&format!("at = {value:#x}")), move |c| {
                c.ecalls[at].at = value;
            }));
            changes.push(change(name(&format!("next pc = {value:#x}")), move |c| {
                c.ecalls[at].next_pc = value;
            }));
            changes.push(change(name(&format!("t0 = {value:#x}")), move |c| {
                c.ecalls[at].results = vec![(Reg::T0.into(), value)];
            }));
            changes.push(change(name(&format!("reads at {value:#x}")), move |c| {
                c.ecalls[at].reads.clear();
                c.ecalls[at].reads.push(value..value.saturating_add(8));
            }));
            changes.push(change(name(&format!("reads up to {value:#x}")), move |c| {
                c.ecalls[at].reads.clear();
                c.ecalls[at].reads.push(8..value);
            }));
            changes.push(change(name(&format!("writes at {value:#x}")), move |c| {
                let bytes = vec![1; 24];
                c.ecalls[at].writes = vec![CallWrite { addr: value, bytes }];
            }));
            for write in 0..call.writes.len() {
                changes.push(change(
                    name(&format!("write {write} at {value:#x}")),
                    move |c| {
                        c.ecalls[at].writes[write].addr = value;
                    },
                ));
            }
        }
        for number in [
            0xf0,
            0xf1,
            0,
            2,
            3,
            4,
            nr::KECCAK,
            nr::SHA_EXTEND,
            nr::ADD_CARRY,
            0x133,
        ] {
            changes.push(change(name(&format!("becomes {number:#x}")), move |c| {
                c.ecalls[at].number = number;
            }));
            changes.push(change(
                name(&format!("becomes {number:#x} of all")),
                move |c| {
                    c.ecalls[at].number = number;
                    c.ecalls[at].args = [u64::MAX - 7; 7];
                },
            ));
        }
        changes.push(change(name("writes nothing"), move |c| {
            c.ecalls[at].writes.clear();
        }));
        changes.push(change(name("gone"), move |c| drop(c.ecalls.remove(at))));
        changes.push(change(name("twice"), move |c| {
            c.ecalls.insert(at, c.ecalls[at].clone());
        }));
        changes.push(change(name("a thousand times"), move |c| {
            let call = c.ecalls[at].clone();
            c.ecalls.extend(std::iter::repeat_n(call, 1000));
        }));
    }
    changes
}

fn touches(chunk: &Chunk) -> Vec<Change> {
    let mut changes = vec![
        change("no touches", |c| c.touches.clear()),
        change("the other way around", |c| c.touches.reverse()),
    ];
    for at in (0..chunk.touches.len()).step_by(chunk.touches.len() / 9 + 1) {
        for value in ABSURD {
            changes.push(change(format!("touch {at} at {value:#x}"), move |c| {
                c.touches[at].addr = value;
            }));
            changes.push(change(format!("touch {at} of {value:#x}"), move |c| {
                c.touches[at].value = value;
            }));
            changes.push(change(format!("one more at {value:#x}"), move |c| {
                let touch = Touch { addr: value, value };
                c.touches.insert(at, touch);
            }));
        }
        changes.push(change(format!("touch {at} gone"), move |c| {
            c.touches.remove(at);
        }));
    }
    changes
}

fn boundaries() -> Vec<Change> {
    let mut changes = Vec::new();
    for value in ABSURD {
        let name = |what: &str| format!("{what} = {value:#x}");
        changes.extend([
            change(name("start pc"), move |c| c.start.state.pc = value),
            change(name("end pc"), move |c| c.end.state.pc = value),
            change(name("start insns"), move |c| c.start.state.insns = value),
            change(name("end insns"), move |c| c.end.state.insns = value),
            change(name("start accesses"), move |c| c.start.accesses = value),
            change(name("end accesses"), move |c| c.end.accesses = value),
            change(name("start ecalls"), move |c| c.start.ecalls = value),
            change(name("end ecalls"), move |c| c.end.ecalls = value),
            change(name("both insns"), move |c| {
                let insns = c.insns();
                c.start.state.insns = value;
                c.end.state.insns = value.wrapping_add(insns);
            }),
            change(name("both accesses"), move |c| {
                let accesses = c.accesses();
                c.start.accesses = value;
                c.end.accesses = value.wrapping_add(accesses);
            }),
            change(name("both ecalls"), move |c| {
                let ecalls = c.ecalls.len() as u64;
                c.start.ecalls = value;
                c.end.ecalls = value.wrapping_add(ecalls);
            }),
            change(name("s0"), move |c| c.start.state.x[8] = value),
            change(name("number"), move |c| c.number = value),
        ]);
    }
    changes
}

#[test]
fn a_changed_chunk_is_an_error_or_none() {
    for (times, policy) in [(1, Policy::default()), (2, Policy::Insns(30))] {
        let recorded = rich(times).record(ENGINES[0], policy);
        let mut chunks = recorded.chunks.clone();
        assert!(tried(&recorded.header, &recorded.elf, &chunks, "right"));
        let (mut all, mut wrong) = (0, 0);
        for number in 0..chunks.len() {
            let mut changes = calls(&chunks[number]);
            changes.extend(touches(&chunks[number]));
            changes.extend(boundaries());
            // Of many chunks, each some of the changes.
            let step = chunks.len();
            for (name, change) in changes.into_iter().skip(number).step_by(step) {
                let right = chunks[number].clone();
                change(&mut chunks[number]);
                let made = tried(&recorded.header, &recorded.elf, &chunks, &name);
                (all, wrong) = (all + 1, wrong + u64::from(!made));
                // What can be replayed has no need to be right: the rest is for `Verify`.
                if !made {
                    assert!(!verifies(&recorded, &chunks), "{policy} {number}: {name}");
                }
                chunks[number] = right;
            }
        }
        assert!(all > 100 && wrong > all * 2 / 3, "{wrong} of {all}");
    }
}

#[test]
fn a_changed_header_is_an_error_or_none() {
    let recorded = rich(2).record(ENGINES[0], Policy::Insns(30));
    let check = |name: &str, change: &dyn Fn(&mut Header)| {
        let mut header = recorded.header.clone();
        change(&mut header);
        tried(&header, &recorded.elf, &recorded.chunks, name)
    };
    for value in ABSURD {
        check("space", &|h| h.address_space = value);
        check("clock", &|h| h.clock.start = value);
        check("insn", &|h| h.clock.insn = value);
        check("ecall", &|h| h.clock.ecall = value);
        check("access", &|h| h.clock.access = value);
        check("pc", &|h| h.start.pc = value);
        check("insns", &|h| h.start.insns = value);
        check("register", &|h| h.start.x[5] = value);
        for policy in [
            Policy::Insns(value),
            Policy::Accesses(value),
            Policy::Touches(value),
        ] {
            check("policy", &|h| h.policy = policy);
        }
    }
    assert!(!check("isa", &|h| h.isa = "rv64imac".into()));
    assert!(!check("abi", &|h| h.abi = "linux".into()));
    assert!(!check("abi", &|h| h.abi = "sp2".into()));
    assert!(!check("elf", &|h| h.elf.0[3] ^= 1));
    assert!(!check("text", &|h| h.text.0[3] ^= 1));
}

/// Emitted code counts to a limit, behind which clocks start anew.
#[test]
fn clocks_that_come_to_their_end_are_an_error() {
    let scenario = Scenario::new(|asm| {
        asm.li(S0, DATA);
        repeat(asm, 20_000, |asm| asm.insts([ld(T1, S0, 0), sd(T1, S0, 8)]));
        halt(asm, 0);
    });
    let recorded = scenario.record(ENGINES[0], Policy::Insns(u64::MAX));
    let check = |what: &str, change: &dyn Fn(&mut Header, &mut Chunk)| {
        let (mut header, mut chunks) = (recorded.header.clone(), recorded.chunks.clone());
        change(&mut header, &mut chunks[0]);
        tried(&header, &recorded.elf, &chunks, what)
    };
    assert!(check("nothing", &|_, _| ()));
    for left in [0u64, 1, 8, 100, 801, 5000, 100_001, 200_003, 500_000] {
        let what = format!("clock: {left} left");
        assert!(!check(&what, &|header, _| header.clock.start = u64::MAX - left));
        let what = format!("insns: {left} left");
        let start = u64::MAX / 8 - left;
        let found = check(&what, &|header, chunk| {
            header.start.insns = start;
            chunk.start.state.insns += start;
            chunk.end.state.insns += start;
        });
        assert!(!found, "{what}");
    }
}

#[test]
fn another_call_that_was_refused_is_an_error() {
    let scenario = Scenario::new(|asm| call(asm, nr::COMMIT, &[8, 2, 3, 4, 5, 6]));
    let recorded = scenario.record(ENGINES[0], Policy::Insns(30));
    let verifies = |change: &dyn Fn(&mut Refusal)| {
        let mut ending = recorded.ending.clone();
        let Exit::Refused(refusal) = &mut ending.exit else {
            panic!("{:?}", ending.exit);
        };
        change(refusal);
        let mut verify = Verify::new(&recorded.header, &recorded.elf);
        verify.ending = Some(ending);
        verify.run_all(&recorded.chunks).is_ok()
    };
    assert!(verifies(&|_| ()));
    assert!(!verifies(&|refusal| refusal.pc += 4));
    assert!(!verifies(&|refusal| refusal.number += 1));
    for arg in 0..5 {
        assert!(!verifies(&|refusal| refusal.args[arg] += 1), "a{arg}");
    }
}

#[test]
fn chunks_in_another_order_are_an_error() {
    let recorded = rich(4).record(ENGINES[0], Policy::Insns(30));
    let count = recorded.chunks.len();
    let (header, elf) = (&recorded.header, &recorded.elf);
    for at in 0..count - 1 {
        let mut chunks = recorded.chunks.clone();
        chunks.swap(at, at + 1);
        assert!(!tried(header, elf, &chunks, "swapped"));
        let mut chunks = recorded.chunks.clone();
        chunks.remove(at);
        assert!(!tried(header, elf, &chunks, "gone"));
    }
    assert!(tried(header, elf, &recorded.chunks[..count / 2], "cut"));
}

/// The guest makes one call with its arguments from the trace.
fn one_call(number: u64, args: &[u64]) -> Recorded {
    let scenario = Scenario::new(|asm| {
        call(asm, number, args);
        halt(asm, 0);
    });
    let scenario = scenario.input([7; 24]);
    scenario.record(ENGINES[0], Policy::default())
}

#[test]
fn a_call_may_claim_to_have_read_input_of_any_length() {
    let recorded = one_call(nr::HINT_READ, &[DATA, 24]);
    for len in ABSURD {
        for addr in ABSURD {
            for writes in [false, true] {
                let mut chunks = recorded.chunks.clone();
                chunks[0].start.state.x[10] = addr;
                chunks[0].start.state.x[11] = len;
                let call = &mut chunks[0].ecalls[0];
                (call.args[0], call.args[1]) = (addr, len);
                if writes {
                    call.writes[0].addr = addr;
                } else {
                    call.writes.clear();
                }
                tried(&recorded.header, &recorded.elf, &chunks, "input");
            }
        }
    }
}

#[test]
fn precompiles_of_a_trace_may_have_any_pointers() {
    for (number, pointers) in [(nr::KECCAK, 1), (nr::SHA_EXTEND, 1), (nr::ADD_CARRY, 5)] {
        let args: Vec<u64> = (0..pointers).map(|n| DATA + 64 * n).collect();
        // The guest as it would be had it been given other arguments.
        let scenario = Scenario::new(|asm| {
            asm.li(crate::scenario::T0, number);
            asm.inst(rvjet::isa::Inst::Ecall);
            halt(asm, 0);
        });
        let made = Scenario::new(|asm| {
            call(asm, number, &args);
            halt(asm, 0);
        });
        let made = made.record(ENGINES[0], Policy::default());
        let elf = scenario.elf.bytes();
        let mut header = made.header.clone();
        header.elf = rvjet::trace::Digest::of(&elf);
        let zero = Scenario::new(|asm| {
            asm.li(crate::scenario::T0, number);
            asm.inst(rvjet::isa::Inst::Ecall);
            halt(asm, 0);
        });
        let zero = zero.record(ENGINES[0], Policy::default());
        header.text = zero.header.text;
        for addr in ABSURD {
            for which in 0..=pointers as usize {
                let mut chunk = zero.chunks[0].clone();
                let mut args = args.clone();
                match args.get_mut(which) {
                    Some(arg) => *arg = addr,
                    None => args.fill(addr),
                }
                for (index, arg) in args.iter().enumerate() {
                    chunk.start.state.x[10 + index] = *arg;
                    chunk.ecalls[0].args[index] = *arg;
                }
                header.start = chunk.start.state.clone();
                tried(&header, &elf, std::slice::from_ref(&chunk), "pointers");
                chunk.ecalls[0].writes.clear();
                chunk.ecalls[0].reads.clear();
                tried(&header, &elf, &[chunk], "pointers of nothing");
            }
        }
    }
}

#[test]
fn any_byte_of_a_trace_may_be_another() {
    let recorded = rich(3).record(ENGINES[0], Policy::Insns(60));
    let bytes = recorded.bytes();
    let mut dice = Dice::new(0x5191);
    for _ in 0..400 {
        let mut changed = bytes.clone();
        for _ in 0..=dice.below(3) {
            let at = dice.below(changed.len() as u64) as usize;
            changed[at] ^= 1 << dice.below(8);
        }
        if let Ok(trace) = Trace::open(changed)
            && let Ok(chunks) = Chunks::of_trace(trace, &recorded.elf, options(5, 2))
        {
            assert!(chunks.count() < 100_000);
        }
    }
}
