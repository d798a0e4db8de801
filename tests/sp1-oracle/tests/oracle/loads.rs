//! Which files load, and what is in memory then.

use rvjet::Machine;
use sp1_core_executor::Program;

use crate::builder::{Elf, Program as Segment, R, W, X};
use crate::dice::Dice;
use crate::ours::quiet;
use crate::variable;

const START: u64 = 0x7800_0000;
const NOP: [u8; 4] = [0x13, 0, 0, 0];

/// Segments as linkers lay them out, and some as none does.
fn segments(dice: &mut Dice) -> Vec<Segment> {
    let mut addr = START + dice.pick(&[0, 0, 0, 4, 0x1000, 0xffc]);
    let count = 1 + dice.below(4);
    let mut segment = || {
        let flags = dice.pick(&[R, R | X, R | X, R | W, R | X, R | W]);
        let flags = match dice.below(30) {
            0 => dice.pick(&[0, X, W, W | X, R | W | X]),
            _ => flags,
        };
        let len = dice.pick(&[0, 3, 4, 6, 8, 10, 12, 100, 0x1000]);
        let bytes: Vec<u8> = match flags & X {
            0 => (0..len).map(|_| dice.roll() as u8).collect(),
            _ => NOP.into_iter().cycle().take(len).collect(),
        };
        let more = dice.pick(&[0, 0, 0, 1, 4, 16, 0x1234]);
        let size = bytes.len() as u64 + more;
        let segment = Segment::load(addr, flags, &bytes).size(size);
        let rare = dice.below(40);
        let gap = dice.pick(&[0, 0, 4, 0x10, 0x1000]);
        addr = match rare {
            0 => addr + size + 1,
            1 => addr.wrapping_sub(8),
            2 => 0x77ff_f000,
            3 => addr + (1 << dice.below(40)),
            _ => (addr + size + gap).next_multiple_of(4),
        };
        segment
    };
    (0..count).map(|_| segment()).collect()
}

fn elf(dice: &mut Dice) -> Elf {
    let programs = segments(dice);
    let text = programs.iter().find(|segment| segment.flags & X != 0);
    let entry = text.map_or(START, |text| text.addr);
    Elf {
        e_type: dice.pick(&[2, 2, 2, 2, 2, 2, 2, 2, 2, 3]),
        entry: entry + dice.pick(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 2]),
        programs,
        sections: Vec::new(),
    }
}

#[test]
fn files_load_that_load_with_sp1() {
    let mut dice = Dice::new(variable("ORACLE_SEED", 1));
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..10 * variable("ORACLE_CASES", 100) {
        let elf = elf(&mut dice);
        let bytes = elf.bytes();
        let shown: Vec<_> = elf.programs.iter().map(shown).collect();
        let theirs = Program::from(&bytes);
        let ours = Machine::builder().elf(&bytes).abi(quiet(&[])).build();
        match (theirs, ours) {
            (Ok(theirs), Ok(ours)) => {
                assert_eq!(ours.state().pc, theirs.pc_start_abs, "{shown:#?}");
                for (addr, word) in theirs.memory_image.iter() {
                    let bytes = ours.memory().peek(*addr, 8).unwrap();
                    assert_eq!(bytes, word.to_le_bytes(), "{addr:#x} {shown:#?}");
                }
                loaded += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            (Ok(_), Err(error)) => panic!("ours: {error:?} {shown:#?}"),
            // Ours takes segments in any order, and does not look at empty ones.
            (Err(_), Ok(_)) if !is_ordered(&elf.programs) => {}
            (Err(error), Ok(_)) => panic!("theirs: {error} {shown:#?}"),
        }
    }
    assert!(
        4 * loaded > refused && refused > 0,
        "{loaded} and {refused}"
    );
}

/// Whether all segments have bytes, in ascending order.
fn is_ordered(segments: &[Segment]) -> bool {
    let mut pairs = segments.windows(2);
    pairs.all(|pair| pair[0].addr + pair[0].size <= pair[1].addr)
        && segments.iter().all(|segment| segment.size > 0)
}

fn shown(segment: &Segment) -> String {
    let Segment {
        addr, flags, size, ..
    } = segment;
    let len = segment.bytes.len();
    format!("{addr:#x}, flags {flags}, {len:#x} bytes, {size:#x} in memory")
}
