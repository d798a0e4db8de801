//! Random programs by both.

use rvjet::EngineKind;
use rvjet::machine::Exit;
use rvjet::trace::Policy;
use sp1_oracle::{Account, Job, Peer};

use crate::compare::difference;
use crate::dice::Dice;
use crate::ours::Setup;
use crate::random::{Kind, Program, program};
use crate::{peer, random, replay, variable};

/// Short programs, of which nothing is long enough to be compiled.
const SHORT: Kind = Kind {
    rounds: 4,
    pieces: 25,
    calls: Some(4),
};
/// Programs whose code becomes hot, with a call now and then.
const HOT: Kind = Kind {
    rounds: 3000,
    pieces: 14,
    calls: Some(16),
};
/// Programs whose code becomes hot, without calls.
const TIGHT: Kind = Kind {
    rounds: 20_000,
    pieces: 8,
    calls: None,
};

/// Chunks at the most that are replayed: what SP1's machine says of each takes it longer
/// than to replay it.
const FEW: usize = 8;

/// How a program is run twice, and where chunks end.
struct Plan {
    setups: [Setup; 2],
    sizes: Vec<u64>,
}

impl Plan {
    fn short(dice: &mut Dice) -> Plan {
        let policies = [
            Policy::Insns(1),
            Policy::Insns(50),
            Policy::Accesses(1),
            Policy::Accesses(37),
            Policy::Touches(1),
            Policy::Touches(30),
            Policy::default(),
        ];
        Plan {
            setups: setups(dice, &policies, &[None, Some(50)]),
            sizes: vec![dice.pick(&[1, 2, 3, 7, 20]), dice.pick(&[50, 300, 1 << 16])],
        }
    }

    fn long(dice: &mut Dice) -> Plan {
        let policies = [
            Policy::Insns(777),
            Policy::Insns(30_000),
            Policy::Accesses(777),
            Policy::Touches(100),
            Policy::Touches(5000),
            Policy::default(),
        ];
        Plan {
            setups: setups(dice, &policies, &[None, Some(500), Some(5000)]),
            sizes: vec![dice.pick(&[97, 1000]), dice.pick(&[5000, 1 << 16])],
        }
    }
}

fn setups(dice: &mut Dice, policies: &[Policy], paces: &[Option<u64>]) -> [Setup; 2] {
    let engines = [EngineKind::Interp, EngineKind::Jit, EngineKind::Auto];
    [1, 3].map(|threads| Setup {
        engine: dice.pick(&engines),
        observe_every: dice.pick(paces),
        policy: dice.pick(policies),
        threads,
    })
}

/// A program and how it is run.
struct Case {
    name: String,
    program: Program,
    plan: Plan,
}

impl Case {
    /// Fails where the two differ. False if SP1's executor did not come to the end.
    fn check(&self, peer: &mut Peer) -> bool {
        let Program { elf, inputs } = &self.program;
        let job = Job {
            elf: elf.clone(),
            inputs: inputs.clone(),
            sizes: self.plan.sizes.clone(),
        };
        let theirs = peer.run(&job).unwrap();
        for setup in &self.plan.setups {
            let (run, trace) = setup.trace(elf, inputs);
            let Some(theirs) = &theirs else {
                let is_refused = matches!(run.exit, Exit::Refused(_));
                assert!(
                    is_refused,
                    "{}: theirs ends, ours {:?}",
                    self.kept(),
                    run.exit
                );
                continue;
            };
            let apart = Account {
                chunks: Vec::new(),
                ..theirs.clone()
            };
            if run.account != apart {
                panic!(
                    "{} {setup:?}: {:?}\n{:?}\n{apart:?}",
                    self.kept(),
                    run.exit,
                    run.account
                );
            }
            for (number, (size, theirs)) in self.plan.sizes.iter().zip(&theirs.chunks).enumerate() {
                let chunks = match number {
                    0 => setup.chunks(elf, inputs, *size),
                    _ => setup.chunks_of_trace(trace.clone(), elf, *size),
                };
                if let Some(found) = difference(&chunks, theirs) {
                    panic!("{} in chunks of {size}, {setup:?}: {found}", self.kept());
                }
                if setup.threads == 1 && chunks.len() <= FEW {
                    replay::replay(elf, &chunks);
                }
            }
        }
        theirs.is_some()
    }

    /// What to call the program by, which is in a file now.
    fn kept(&self) -> String {
        let path = std::env::temp_dir().join(format!("{}.elf", self.name));
        std::fs::write(&path, &self.program.elf).unwrap();
        format!("{} ({})", self.name, path.display())
    }
}

/// Runs `count` programs of a kind.
fn run(kind: &str, what: Kind, count: u64, plan: fn(&mut Dice) -> Plan) {
    let first = variable("ORACLE_SEED", 1);
    let mut peer = peer();
    let (mut done, mut whole) = (0, 0);
    for seed in first.. {
        let Some(program) = program(seed, what) else {
            continue;
        };
        let case = Case {
            name: format!("{kind}-{seed}"),
            program,
            plan: plan(&mut Dice::new(seed ^ 0x5ee_d0f)),
        };
        whole += u64::from(case.check(&mut peer));
        done += 1;
        if done == count {
            break;
        }
    }
    assert!(
        2 * whole > done,
        "SP1 comes to the end of {whole} of {done}"
    );
}

#[test]
fn short_programs_agree() {
    run(
        "short",
        SHORT,
        4 * variable("ORACLE_CASES", 100),
        Plan::short,
    );
}

#[test]
fn hot_programs_agree() {
    run(
        "hot",
        HOT,
        variable("ORACLE_CASES", 100).div_ceil(4),
        Plan::long,
    );
}

#[test]
fn tight_programs_agree() {
    run(
        "tight",
        TIGHT,
        variable("ORACLE_CASES", 100).div_ceil(4),
        Plan::long,
    );
}

#[test]
fn clocks_are_wider_than_32_bits() {
    let case = Case {
        name: "clocks".into(),
        program: random::late(300_000_000),
        plan: Plan {
            setups: [Policy::default(), Policy::Insns(100_000_000)].map(|policy| Setup {
                policy,
                ..Setup::usual()
            }),
            sizes: vec![2, 1 << 16],
        },
    };
    assert!(case.check(&mut peer()));
}
