//! Many machines in one process, one after the other and at once.

use std::thread;

use rvjet::Machine;
use rvjet::isa::{Cond, Inst, LoadOp, Reg, Width};
use rvjet::machine::{Access, Exit};

use crate::asm::{Asm, addi, load, sd, store, x};
use crate::scenario::{CODE, DATA, ENGINES, Observed, Scenario};

/// A machine may move to another thread.
const fn is_send<T: Send>() {}
const _: () = is_send::<Machine>();

/// A few thousand rounds of loads and stores, and then a trap of its own kind.
fn scenario(number: u64) -> Scenario {
    let mut code = Asm::at(CODE);
    code.li(x(8), DATA);
    code.li(x(9), 5000 + 37 * number);
    let top = code.here_label();
    code.insts([
        load(LoadOp::Ld, x(5), x(8), 8),
        addi(x(5), x(5), number as i32 + 1),
    ]);
    code.insts([
        sd(x(5), x(8), 8),
        store(Width::Word, x(5), x(8), 21),
        addi(x(9), x(9), -1),
    ]);
    code.branch(Cond::Ne, x(9), Reg::ZERO, top);
    match number % 4 {
        0 => code.inst(Inst::Ecall),
        1 => code.inst(load(LoadOp::Ld, x(5), x(5), -8)),
        2 => code.inst(store(Width::Byte, x(5), Reg::ZERO, 0)),
        _ => code.word(0),
    }
    Scenario::new(code.finish())
        .reg(x(1), number)
        .data(DATA, Access::READ_WRITE, [0; 64])
}

fn in_turn() -> Vec<Observed> {
    (0..8).map(|number| scenario(number).check()).collect()
}

#[test]
fn one_after_the_other() {
    let first = in_turn();
    assert!(
        first
            .iter()
            .any(|seen| matches!(seen.exit, Some(Exit::Trap(_))))
    );
    for _ in 0..10 {
        assert_eq!(in_turn(), first);
    }
}

#[test]
fn eight_at_once() {
    let want = in_turn();
    for engine in ENGINES {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                thread::spawn(move || {
                    (0..20)
                        .map(|_| scenario(number).run(engine))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for (thread, want) in threads.into_iter().zip(&want) {
            for seen in thread.join().unwrap() {
                assert_eq!(seen, *want, "{engine:?}");
            }
        }
    }
}

/// Started here, run a little in each of several threads, ended here.
#[test]
fn a_machine_on_the_move() {
    for engine in ENGINES {
        for number in 0..4 {
            let scenario = scenario(number);
            let mut machine = scenario.machine(engine);
            for _ in 0..5 {
                machine = thread::spawn(move || {
                    machine.run_for(1234);
                    machine
                })
                .join()
                .unwrap();
            }
            let exit = machine.run().exit;
            assert_eq!(scenario.observe(&machine, Some(exit)), scenario.run(engine));
        }
    }
}

/// Two machines on one thread, in turns: each keeps its own state.
#[test]
fn two_machines_in_turns() {
    for engine in ENGINES {
        let scenarios = [scenario(1), scenario(2)];
        let mut machines = scenarios
            .each_ref()
            .map(|scenario| scenario.machine(engine));
        for _ in 0..100 {
            for machine in &mut machines {
                machine.run_for(97);
            }
        }
        for (machine, scenario) in machines.iter_mut().zip(&scenarios) {
            let exit = machine.run().exit;
            assert_eq!(scenario.observe(machine, Some(exit)), scenario.run(engine));
        }
    }
}
