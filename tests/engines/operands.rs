//! Values and registers that are worth trying.

use rvjet::isa::Reg;

use crate::asm::x;

/// The edges: around zero, and around where 8, 12, 16, 32 and 64 bits, signed or not, end.
pub fn values() -> Vec<u64> {
    let mut values = vec![0, 1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 0x1234_5678_9abc_def0];
    for edge in [7, 8, 11, 15, 16, 31, 32, 63] {
        let edge = 1u64 << edge;
        values.extend([edge - 1, edge, edge + 1]);
    }
    let negative: Vec<u64> = values.iter().map(|value| value.wrapping_neg()).collect();
    values.extend(negative);
    values.sort_unstable();
    values.dedup();
    values
}

/// A third of [`values`], the harder ones.
pub fn few_values() -> Vec<u64> {
    let low = |bits: u32| (1u64 << bits) - 1;
    let mut values = vec![
        0,
        1,
        2,
        31,
        64,
        low(7),
        low(31),
        1 << 31,
        low(32),
        1 << 32,
        low(63),
    ];
    values.extend([
        u64::MAX,
        u64::MAX - 1,
        1 << 63,
        low(63),
        !low(31),
        !low(31) - 1,
        !low(32),
    ]);
    values.push(0x8765_4321_8000_00ff);
    values.sort_unstable();
    values.dedup();
    values
}

/// Immediates at the ends of their field, and where a shorter encoding ends.
pub const IMMEDIATES: [i32; 18] = [
    0, 1, -1, 2, -2, 15, 16, 127, 128, -128, -129, 255, 256, 1023, 2046, 2047, -2047, -2048,
];

/// The registers that the JIT keeps in general registers.
pub const GENERAL: [u32; 10] = [10, 15, 14, 11, 12, 13, 2, 8, 9, 16];

/// For each kind of home (none, general, whole lane, low half, high half) three
/// registers. The halves of the first two columns share a lane.
pub const KINDS: [[u32; 3]; 5] = [
    [0, 0, 0],
    [10, 15, 14],
    [28, 1, 5],
    [3, 26, 30],
    [4, 27, 31],
];

/// What an instruction names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triple {
    pub rd: Reg,
    pub rs1: Reg,
    pub rs2: Reg,
}

impl Triple {
    const fn new(rd: u32, rs1: u32, rs2: u32) -> Triple {
        Triple {
            rd: x(rd),
            rs1: x(rs1),
            rs2: x(rs2),
        }
    }

    /// What `rs1` and `rs2` hold once `a` was put into the one and then `b` into the other.
    pub fn held(&self, a: u64, b: u64) -> (u64, u64) {
        let of = |reg: Reg, value: u64| if reg.is_zero() { 0 } else { value };
        (
            of(self.rs1, if self.rs1 == self.rs2 { b } else { a }),
            of(self.rs2, b),
        )
    }

    /// The first `N` of the registers that the triple leaves free. Which these
    /// are depends on `turn`.
    pub fn others<const N: usize>(&self, turn: usize) -> [Reg; N] {
        let taken = [self.rd, self.rs1, self.rs2];
        let mut free = (0..31)
            .map(|index| x(1 + ((index * 7 + turn) % 31) as u32))
            .filter(|reg| !taken.contains(reg));
        [(); N].map(|()| free.next().unwrap())
    }
}

/// Triples of every combination of homes, with every coincidence of registers.
pub fn triples() -> Vec<Triple> {
    let mut triples = Vec::new();
    for rd in KINDS {
        for rs1 in KINDS {
            for rs2 in KINDS {
                triples.push(Triple::new(rd[0], rs1[1], rs2[2]));
            }
        }
    }
    for [a, b, c] in &KINDS[1..] {
        for other in KINDS {
            triples.push(Triple::new(*a, *a, other[1]));
            triples.push(Triple::new(*b, other[2], *b));
            triples.push(Triple::new(other[0], *c, *c));
        }
        triples.push(Triple::new(*a, *a, *a));
    }
    // Both halves of one lane.
    triples.extend([
        Triple::new(3, 4, 10),
        Triple::new(4, 10, 3),
        Triple::new(10, 26, 27),
    ]);
    triples.extend([Triple::new(25, 24, 25), Triple::new(24, 25, 24)]);
    for turn in 0..GENERAL.len() {
        let at = |index: usize| GENERAL[(turn + index) % GENERAL.len()];
        triples.push(Triple::new(at(0), at(1), at(2)));
        triples.push(Triple::new(at(0), at(0), at(3)));
        triples.push(Triple::new(at(5), at(7), at(5)));
    }
    triples
}
