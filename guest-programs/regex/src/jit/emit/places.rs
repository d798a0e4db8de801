//! Where the code of each op is, and by which ways it is reached.

use alloc::vec::Vec;

use crate::backtrack::program::{Op, Pc, Program};
use crate::jit::asm::{Asm, Label};

/// Where the code of an op is.
#[derive(Clone, Copy)]
pub struct Place {
    /// Its beginning.
    pub label: Label,
    /// Where it is gone back to, if it is.
    pub resume: Option<Label>,
    /// Whether it is reached by more ways than from the op before it.
    pub joins: bool,
}

/// The labels of all ops.
pub fn places(program: &Program, asm: &mut Asm) -> Vec<Place> {
    let place = |_: &Op| Place {
        label: asm.label(),
        resume: None,
        joins: false,
    };
    let mut places: Vec<Place> = program.ops.iter().map(place).collect();
    for (pc, op) in program.ops.iter().enumerate() {
        let next = pc as Pc + 1;
        let (joined, resumed): (&[Pc], &[Pc]) = match op {
            Op::Jump(target) | Op::Again(target) => (&[*target], &[]),
            Op::Split { first, second, .. } => (&[*first], &[*second]),
            Op::Rounds {
                body,
                exit,
                lazy: false,
                ..
            } => (&[*body], &[*exit]),
            Op::Rounds {
                body,
                exit,
                lazy: true,
                ..
            } => (&[*exit], &[*body]),
            Op::Behind { min, max } if min == max => (&[], &[]),
            Op::Run {
                possessive: false, ..
            }
            | Op::RunLazy { .. }
            | Op::Behind { .. } => (&[next + 1], &[next]),
            _ => (&[], &[]),
        };
        for &target in joined {
            places[target as usize].joins |= target != next;
        }
        for &target in resumed {
            let place = &mut places[target as usize];
            place.joins = true;
            place.resume.get_or_insert_with(|| asm.label());
        }
    }
    places
}
