//! The program that the machine runs.

use alloc::vec::Vec;

use crate::machine::Op;

// Local variables.
const N: u8 = 0;
const A: u8 = 1;
const B: u8 = 2;
const X: u8 = 3;
const Y: u8 = 4;
const PAIRS: u8 = 5;

/// Counts the pairs `1 <= b <= a <= n` whose greatest common divisor, found by
/// Euclid's algorithm, is 1.
pub fn coprime_pairs() -> Vec<Op> {
    let mut code = Vec::new();
    let next_a = begin_loop(&mut code, A, N);
    let next_b = begin_loop(&mut code, B, A);
    euclid(&mut code);
    // pairs += x == 1
    code.extend([Op::Load(PAIRS), Op::Load(X), Op::Push(1), Op::Equal]);
    code.extend([Op::Add, Op::Store(PAIRS)]);
    end_loop(&mut code, next_b);
    end_loop(&mut code, next_a);
    code.extend([Op::Load(PAIRS), Op::Finish]);
    code
}

/// The indices that the end of a loop needs of its beginning.
struct Loop {
    variable: u8,
    start: usize,
    exit: usize,
}

/// `for variable in 1..=limit {`
fn begin_loop(code: &mut Vec<Op>, variable: u8, limit: u8) -> Loop {
    code.extend([Op::Push(1), Op::Store(variable)]);
    let start = code.len();
    code.extend([Op::Load(variable), Op::Load(limit), Op::Greater]);
    let exit = code.len();
    code.push(Op::JumpIf(0)); // to what `end_loop` says
    Loop {
        variable,
        start,
        exit,
    }
}

/// `}`
fn end_loop(code: &mut Vec<Op>, begun: Loop) {
    let variable = begun.variable;
    code.extend([
        Op::Load(variable),
        Op::Push(1),
        Op::Add,
        Op::Store(variable),
    ]);
    code.push(Op::Jump(begun.start as u32));
    code[begun.exit] = Op::JumpIf(code.len() as u32);
}

/// `(x, y) = (a, b); while y != 0 { (x, y) = (y, x % y) }`
fn euclid(code: &mut Vec<Op>) {
    code.extend([Op::Load(A), Op::Store(X), Op::Load(B), Op::Store(Y)]);
    let start = code.len();
    let step = [
        Op::Load(X),
        Op::Load(Y),
        Op::Remainder,
        Op::Load(Y),
        Op::Store(X),
        Op::Store(Y),
        Op::Jump(start as u32),
    ];
    let end = start + 2 + step.len();
    code.extend([Op::Load(Y), Op::JumpIfZero(end as u32)]);
    code.extend(step);
}
