//! Whatever is changed in a trace is found, in the chunk that it was changed in.

use std::collections::BTreeSet;

use rvjet::isa::{Reg, Width};
use rvjet::machine::{Cause, Exit, PAGE_SIZE, Reservation};
use rvjet::replay::{Difference, Level, VerifyError};
use rvjet::trace::{Boundary, CallWrite, Chunk, CodePage, Policy, TimeRead, Touch};

use rvjet::{EngineKind, Replayer};

use crate::rich;
use crate::trace::Trace;

#[test]
fn a_rich_guest_is_right_by_every_policy() {
    let policies = [1, 3, 17, 1000, 1 << 20].map(Policy::Insns).into_iter();
    let policies = policies
        .chain([1, 2, 7, 1000].map(Policy::Accesses))
        .chain([1, 5, 100].map(Policy::Touches));
    for policy in policies {
        let trace = rich::trace(policy);
        assert_eq!(trace.ending.exit, Exit::Exited { code: 7 });
        for level in [Level::Chain, Level::Replay] {
            let verified = trace.verify(level, 2);
            verified.unwrap_or_else(|error| panic!("{policy}: {error}"));
        }
        let (accesses, counts) = trace.expand(2);
        assert_eq!(accesses.len() as u64, counts.iter().sum::<u64>());
    }
}

#[test]
fn a_rich_guest_has_it_all() {
    let trace = rich::trace(Policy::Insns(1 << 20));
    let [chunk] = &trace.chunks[..] else { panic!() };
    assert!(chunk.code.len() >= 5, "{}", chunk.code.len());
    assert_eq!(chunk.times.len(), 4);
    assert!(chunk.ecalls.iter().any(|call| call.writes.len() > 1));
    assert!(chunk.ecalls.iter().any(|call| !call.reads.is_empty()));
    let traps = chunk.ecalls.iter().filter_map(|call| call.trap);
    let kinds: BTreeSet<u8> = traps.map(Cause::number).collect();
    assert_eq!(kinds, BTreeSet::from([0, 1, 2, 3, 4, 5, 6]));
    assert!(chunk.end.state.unaligned_loads > 0 && chunk.end.state.unaligned_stores > 0);
}

/// A change, by name.
type Change = (String, Box<dyn Fn(&mut Chunk)>);

fn change(name: impl Into<String>, change: impl Fn(&mut Chunk) + 'static) -> Change {
    (name.into(), Box::new(change))
}

fn boundary(part: &str, of: fn(&mut Chunk) -> &mut Boundary) -> Vec<Change> {
    let mut changes: Vec<Change> = (0..32)
        .map(|reg| {
            change(format!("{part} x{reg}"), move |c| {
                of(c).state.x[reg] ^= 1 << 40
            })
        })
        .collect();
    changes.extend((0..32).map(|reg| {
        change(format!("{part} f{reg}"), move |c| {
            of(c).state.f[reg] ^= 1 << 40
        })
    }));
    let name = |field: &str| format!("{part} {field}");
    changes.extend([
        change(name("fcsr"), move |c| of(c).state.fcsr ^= 4),
        change(name("far fcsr"), move |c| of(c).state.fcsr ^= 1 << 8),
        change(name("pc"), move |c| of(c).state.pc ^= 2),
        change(name("insns"), move |c| of(c).state.insns += 1),
        change(name("fewer insns"), move |c| {
            of(c).state.insns = of(c).state.insns.wrapping_sub(1);
        }),
        change(name("reservation"), move |c| {
            of(c).state.reservation = Reservation::from_bits(of(c).state.reservation.bits() ^ 1);
        }),
        change(name("unaligned loads"), move |c| {
            of(c).state.unaligned_loads += 1
        }),
        change(name("unaligned stores"), move |c| {
            of(c).state.unaligned_stores += 1
        }),
        change(name("accesses"), move |c| of(c).accesses += 1),
        change(name("ecalls"), move |c| of(c).ecalls += 1),
    ]);
    changes
}

fn touches(chunk: &Chunk) -> Vec<Change> {
    let count = chunk.touches.len();
    let mut changes = Vec::new();
    for at in (0..count).step_by(count / 7 + 1) {
        changes.extend([
            change(format!("touch {at} addr"), move |c| {
                c.touches[at].addr ^= 0x10_0000
            }),
            change(format!("touch {at} odd addr"), move |c| {
                c.touches[at].addr += 1
            }),
            change(format!("touch {at} far addr"), move |c| {
                c.touches[at].addr = u64::MAX - 7
            }),
            change(format!("touch {at} value"), move |c| {
                c.touches[at].value ^= 1 << 63
            }),
            change(format!("touch {at} gone"), move |c| {
                c.touches.remove(at);
            }),
            change(format!("touch {at} twice"), move |c| {
                c.touches.insert(at, c.touches[at]);
            }),
        ]);
        if at + 1 < count {
            changes.push(change(format!("touch {at} swapped"), move |c| {
                c.touches.swap(at, at + 1)
            }));
        }
    }
    let more = Touch {
        addr: 0x50_0000,
        value: 0,
    };
    changes.push(change("touch more", move |c| c.touches.push(more)));
    changes
}

fn ecalls(chunk: &Chunk) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, call) in chunk.ecalls.iter().enumerate() {
        let name = |field: &str| format!("call {at} ({}) {field}", call.number);
        changes.extend([
            change(name("at"), move |c| c.ecalls[at].at += 1),
            change(name("earlier at"), move |c| {
                c.ecalls[at].at = c.ecalls[at].at.wrapping_sub(1);
            }),
            change(name("number"), move |c| c.ecalls[at].number += 1),
            change(name("next pc"), move |c| c.ecalls[at].next_pc += 4),
            change(name("odd next pc"), move |c| c.ecalls[at].next_pc += 1),
            change(name("gone"), move |c| drop(c.ecalls.remove(at))),
            change(name("twice"), move |c| {
                c.ecalls.insert(at, c.ecalls[at].clone())
            }),
            change(name("no zero"), move |c| {
                c.ecalls[at].results.insert(0, (Reg::ZERO.into(), 1))
            }),
            change(name("reads more"), move |c| {
                c.ecalls[at].reads.insert(0, 0x8..0x10);
            }),
            change(name("reads all"), move |c| {
                c.ecalls[at].reads = vec![0..8, 0x10..1 << 32];
            }),
            change(name("writes more"), move |c| {
                let write = CallWrite {
                    addr: 3,
                    bytes: vec![1],
                };
                c.ecalls[at].writes.insert(0, write);
            }),
            change(name("writes nothing"), move |c| {
                let write = CallWrite {
                    addr: 3,
                    bytes: vec![],
                };
                c.ecalls[at].writes.insert(0, write);
            }),
        ]);
        if call.trap.is_some() {
            changes.extend(causes(at));
        }
        for arg in 0..7 {
            let name = name(&format!("argument {arg}"));
            changes.push(change(name, move |c| c.ecalls[at].args[arg] ^= 4));
        }
        for index in 0..call.reads.len() {
            let reads = name("reads");
            changes.push(change(reads.clone(), move |c| {
                c.ecalls[at].reads[index].end += 8
            }));
            changes.push(change(reads.clone(), move |c| {
                c.ecalls[at].reads[index].start += 1
            }));
            changes.push(change(reads, move |c| {
                c.ecalls[at].reads.remove(index);
            }));
        }
        for index in 0..call.writes.len() {
            let writes = name("writes");
            changes.push(change(writes.clone(), move |c| {
                let write = &mut c.ecalls[at].writes[index];
                write.addr = write.addr.wrapping_sub(0x1_0000);
            }));
            changes.push(change(writes.clone(), move |c| {
                c.ecalls[at].writes[index].addr = u64::MAX;
            }));
            changes.push(change(writes, move |c| {
                drop(c.ecalls[at].writes.remove(index))
            }));
        }
    }
    changes
}

/// Other causes of a trap, none of which the instruction has.
fn causes(at: usize) -> Vec<Change> {
    let width = Width::Double;
    let addr = 0x2_0800;
    let others = [
        None,
        Some(Cause::IllegalInstruction { word: 0x13 }),
        Some(Cause::FetchFault { addr }),
        Some(Cause::FetchMisaligned { addr }),
        Some(Cause::LoadFault { addr, width }),
        Some(Cause::StoreFault { addr, width }),
        Some(Cause::LoadMisaligned { addr, width }),
        Some(Cause::StoreMisaligned { addr, width }),
    ];
    let others = others.into_iter().map(move |cause| {
        change(format!("call {at} {cause:?}"), move |c| {
            c.ecalls[at].trap = cause;
        })
    });
    others.collect()
}

fn code(chunk: &Chunk) -> Vec<Change> {
    let mut changes = Vec::new();
    for at in 0..chunk.code.len() {
        let name = |field: &str| format!("code {at} {field}");
        changes.extend([
            change(name("at"), move |c| c.code[at].at += 1),
            change(name("addr"), move |c| c.code[at].addr += PAGE_SIZE),
            change(name("odd addr"), move |c| c.code[at].addr += 8),
            change(name("far addr"), move |c| c.code[at].addr = !0xfff),
            change(name("instruction"), move |c| c.code[at].bytes[2] ^= 0x10),
            change(name("byte"), move |c| c.code[at].bytes[0x800] ^= 0x10),
            change(name("fewer bytes"), move |c| {
                c.code[at].bytes.pop();
            }),
            change(name("gone"), move |c| drop(c.code.remove(at))),
            change(name("twice"), move |c| {
                c.code.insert(at, c.code[at].clone())
            }),
        ]);
    }
    for at in [0, chunk.insns() / 2, chunk.insns(), u64::MAX] {
        let page = CodePage {
            at,
            addr: 0x70_0000,
            bytes: vec![0; PAGE_SIZE as usize],
        };
        changes.push(change(format!("more code at {at}"), move |c| {
            let place = c.code.partition_point(|page| page.at <= at);
            c.code.insert(place, page.clone());
        }));
    }
    changes
}

fn times(chunk: &Chunk) -> Vec<Change> {
    let mut changes = Vec::new();
    for at in 0..chunk.times.len() {
        let name = |field: &str| format!("time {at} {field}");
        changes.extend([
            change(name("at"), move |c| c.times[at].at += 1),
            change(name("twice"), move |c| c.times.insert(at, c.times[at])),
            change(name("gone"), move |c| {
                c.times.remove(at);
            }),
        ]);
    }
    changes.push(change("more time", |c| {
        c.times.insert(0, TimeRead { at: 0, nanos: 0 });
    }));
    changes.extend(times_at_calls(chunk));
    changes
}

/// A look at the clock by each call, by each instruction that traps, and by the last of all.
fn times_at_calls(chunk: &Chunk) -> Vec<Change> {
    let mut ats: BTreeSet<u64> = chunk.ecalls.iter().map(|call| call.at).collect();
    ats.insert(chunk.insns() - 1);
    ats.retain(|at| chunk.times.iter().all(|time| time.at != *at));
    let more = |at| {
        change(format!("more time at {at}"), move |c| {
            let place = c.times.partition_point(|time| time.at < at);
            c.times.insert(place, TimeRead { at, nanos: 0 });
        })
    };
    ats.into_iter().map(more).collect()
}

/// Changes of what comes from outside, which is believed: it matters only if the
/// guest looks at it before it is overwritten.
fn believed(chunk: &Chunk) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, call) in chunk.ecalls.iter().enumerate() {
        for index in 0..call.results.len() {
            let name = format!("call {at} result {index}");
            changes.push(change(name.clone(), move |c| {
                c.ecalls[at].results[index].1 ^= 2
            }));
            changes.push(change(name, move |c| {
                c.ecalls[at].results.remove(index);
            }));
        }
    }
    for at in 0..chunk.times.len() {
        changes.push(change(format!("time {at}"), move |c| {
            c.times[at].nanos ^= 1
        }));
    }
    changes
}

/// All changes that matter.
fn changes(chunk: &Chunk) -> Vec<Change> {
    let mut all = vec![
        change("number", |c| c.number += 1),
        change("no instructions", |c| {
            c.end.state.insns = c.start.state.insns
        }),
    ];
    all.extend(boundary("start", |c| &mut c.start));
    all.extend(boundary("end", |c| &mut c.end));
    all.extend(touches(chunk));
    all.extend(ecalls(chunk));
    all.extend(code(chunk));
    all.extend(times(chunk));
    all
}

/// The chunk that is found wrong in a trace.
fn found(trace: &Trace) -> Option<u64> {
    match trace.verify(Level::Replay, 1) {
        Ok(_) => None,
        Err(VerifyError::Mismatch(mismatch)) => Some(mismatch.chunk),
        Err(other) => panic!("{other}"),
    }
}

/// Tries changes of each chunk; returns of each the chunk it was made in, and the
/// one that is found.
fn tried(of: fn(&Chunk) -> Vec<Change>) -> Vec<(String, u64, Option<u64>)> {
    let mut trace = rich::trace(Policy::Insns(150));
    let mut tried = Vec::new();
    for number in 0..trace.chunks.len() {
        for (name, change) in of(&trace.chunks[number]) {
            let right = trace.chunks[number].clone();
            change(&mut trace.chunks[number]);
            assert_ne!(right, trace.chunks[number], "{name}");
            tried.push((name, number as u64, found(&trace)));
            trace.chunks[number] = right;
        }
    }
    tried
}

#[test]
fn every_change_is_found_where_it_was_made() {
    let tried = tried(changes);
    assert!(tried.len() > 1000, "{}", tried.len());
    for (name, changed, found) in tried {
        assert_eq!(found, Some(changed), "chunk {changed}, {name}");
    }
}

#[test]
fn what_comes_from_outside_is_found_where_it_matters() {
    let tried = tried(believed);
    let found = tried.iter().filter(|(_, _, found)| found.is_some());
    assert!(found.count() > 5);
    for (name, changed, found) in &tried {
        assert!(
            found.is_none_or(|found| found == *changed),
            "{changed}, {name}"
        );
    }
}

#[test]
fn the_first_change_is_found_whoever_looks() {
    let mut trace = rich::trace(Policy::Insns(20));
    let last = trace.chunks.len() - 1;
    for number in [last / 3, last / 2, last] {
        trace.chunks[number].end.state.x[27] ^= 1;
    }
    let errors = [1, 2, 3, 8].map(|threads| {
        let error = trace.verify(Level::Replay, threads).unwrap_err();
        let VerifyError::Mismatch(mismatch) = error else {
            panic!("{error}")
        };
        *mismatch
    });
    assert_eq!(errors[0].chunk, (last / 3) as u64);
    assert!(errors.iter().all(|error| *error == errors[0]));
}

#[test]
fn both_engines_find_the_same() {
    let mut trace = rich::trace(Policy::Insns(400));
    for number in 0..trace.chunks.len() {
        let chunk = &trace.chunks[number];
        for (name, change) in touches(chunk).into_iter().chain(times(chunk)) {
            let right = trace.chunks[number].clone();
            change(&mut trace.chunks[number]);
            let found = [EngineKind::Interp, EngineKind::Auto]
                .map(|engine| trace.replayer(engine).replay(&trace.chunks[number]));
            assert_eq!(found[0], found[1], "{name}");
            trace.chunks[number] = right;
        }
    }
}

#[test]
fn a_look_at_the_clock_that_no_instruction_made_is_found() {
    for policy in [1, 2, 150, 1 << 20].map(Policy::Insns) {
        let trace = rich::trace(policy);
        let engines = [EngineKind::Interp, EngineKind::Auto];
        let mut replayers = engines.map(|engine| trace.replayer(engine));
        for right in &trace.chunks {
            for (name, change) in times_at_calls(right) {
                let mut chunk = right.clone();
                change(&mut chunk);
                for replayer in &mut replayers {
                    let found = replayer.replay(&chunk).unwrap_err();
                    assert_eq!(found.difference, Difference::NoTime, "{policy} {name}");
                    let last = replayer.steps(&chunk).unwrap().last();
                    assert_eq!(last, Some(Err(found)), "{policy} {name}");
                }
            }
        }
    }
}

#[test]
fn a_header_that_was_changed_is_found() {
    let right = rich::trace(Policy::Insns(400));
    let check = |name: &str, change: fn(&mut Trace)| {
        let mut trace = right.clone();
        change(&mut trace);
        let new = Replayer::new(&trace.header, &trace.elf, EngineKind::Interp);
        let found = new.is_err() || trace.verify(Level::Replay, 1).is_err();
        assert!(found, "{name}");
    };
    check("isa", |t| t.header.isa.push('v'));
    check("space", |t| t.header.address_space = 1 << 12);
    check("huge space", |t| t.header.address_space = u64::MAX);
    check("elf", |t| t.header.elf.0[0] ^= 1);
    check("other elf", |t| t.elf.push(0));
    check("text", |t| t.header.text.0[0] ^= 1);
    check("inputs", |t| t.header.inputs.0[0] ^= 1);
    check("start", |t| t.header.start.x[2] ^= 8);
    check("fp start", |t| t.header.start.f[2] ^= 8);
    check("fcsr", |t| t.header.start.fcsr ^= 8);
    check("pc", |t| t.header.start.pc += 4);
    check("insns", |t| t.header.start.insns += 1);
    check("initial", |t| t.header.initial[0].bytes[0] ^= 1);
    check("initial addr", |t| t.header.initial[0].addr = u64::MAX);
    check("no initial", |t| t.header.initial.clear());
    check("policy", |t| t.header.policy = Policy::Insns(401));
    check("other policy", |t| t.header.policy = Policy::Touches(1));
    check("exit code", |t| t.ending.exit = Exit::Exited { code: 8 });
    check("limit", |t| t.ending.exit = Exit::InsnLimit { limit: 8 });
    check("pipe", |t| t.ending.received.0[0] ^= 1);
}
