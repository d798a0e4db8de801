//! Hooks: what writing to some descriptors puts in front of the input.

use rvjet::machine::{Exit, Reason};
use sp1_oracle::{Account, Job};

use crate::dice::Dice;
use crate::ours::Setup;
use crate::{peer, random, variable};

/// The order of the field of secp256k1, in 32-bit words, the highest first.
const SECP256K1: [u32; 8] = [!0, !0, !0, !0, !0, !0, !1, 0xffff_fc2f];

fn bytes(dice: &mut Dice, len: usize) -> Vec<u8> {
    (0..len).map(|_| dice.roll() as u8).collect()
}

/// A number that is below 2^255 or thereabouts, little-endian.
fn number(dice: &mut Dice, len: usize) -> Vec<u8> {
    let mut number = bytes(dice, len);
    if let Some(top) = number.last_mut() {
        *top &= dice.pick(&[0x7f, 0x0f, 0xff, 0]);
    }
    number
}

/// As [`number`], big-endian.
fn reversed(dice: &mut Dice, len: usize) -> Vec<u8> {
    number(dice, len).into_iter().rev().collect()
}

/// An element, a prime and, for a root, what is no square modulo that.
fn modular(dice: &mut Dice, root: bool) -> Vec<u8> {
    const SMALL: [(u32, u32); 9] = [
        (3, 2),
        (5, 2),
        (7, 3),
        (13, 2),
        (17, 3),
        (97, 5),
        (257, 3),
        (65537, 3),
        (0x7fff_ffff, 3),
    ];
    let (len, element, prime, none) = match dice.below(3) {
        0 => {
            let prime = SECP256K1.map(u32::to_be_bytes).concat();
            let mut none = prime.clone();
            none[31] -= 1;
            (32, reversed(dice, 32), prime, none)
        }
        _ => {
            let (prime, none) = dice.pick(&SMALL);
            let wide = |number: u32| u64::from(number).to_be_bytes().to_vec();
            // Mostly reduced.
            let below = u64::from(prime) + dice.pick(&[0, 0, 0, 2]);
            let element = dice.below(below).to_be_bytes().to_vec();
            (8, element, wide(prime), wide(none))
        }
    };
    let none = if root { none } else { Vec::new() };
    let len = u32::to_be_bytes(len).to_vec();
    [len, element, prime, none].concat()
}

fn input(fd: u64, dice: &mut Dice) -> Vec<u8> {
    let mut input = match fd {
        15 => {
            let curve = dice.pick(&[1, 1, 1, 2, 2, 2, 0, 3]) | dice.pick(&[0, 0x80]);
            [vec![curve], reversed(dice, 32), reversed(dice, 32)].concat()
        }
        16 => [bytes(dice, 32), number(dice, 32)].concat(),
        17 => {
            let len = dice.pick(&[256, 384, 512]);
            [bytes(dice, 2 * len), number(dice, len)].concat()
        }
        18 | 19 => reversed(dice, 48),
        20 => modular(dice, true),
        _ => modular(dice, false),
    };
    match dice.below(20) {
        0 => input.push(0),
        1 => drop(input.pop()),
        _ => {}
    }
    input
}

#[test]
fn hooks_answer_alike() {
    let mut dice = Dice::new(variable("ORACLE_SEED", 1));
    let mut peer = peer();
    for fd in 15..=21 {
        let program = random::hook(fd);
        let (mut answered, count) = (0, variable("ORACLE_CASES", 100).div_ceil(4));
        for _ in 0..count {
            let inputs = vec![input(fd, &mut dice)];
            let job = Job {
                elf: program.clone(),
                inputs: inputs.clone(),
                sizes: vec![1 << 16],
            };
            let (run, _) = Setup::usual().trace(&program, &inputs);
            let input = &inputs[0];
            match peer.run(&job).unwrap() {
                Some(theirs) => {
                    let theirs = Account {
                        chunks: Vec::new(),
                        ..theirs
                    };
                    assert_eq!(run.account, theirs, "{fd} {:?} {input:02x?}", run.exit);
                    answered += 1;
                }
                None => {
                    let refused = match run.exit {
                        Exit::Refused(refusal) => Some(refusal.reason),
                        _ => None,
                    };
                    assert_eq!(refused, Some(Reason::Hook), "{fd} {input:02x?}");
                }
            }
        }
        println!("hook {fd} answers {answered} of {count}");
        assert!(answered > 0);
    }
}
