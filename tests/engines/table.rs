//! Code that takes a table of double words from [`DATA`] and leaves results at [`OUT`].

use rvjet::isa::{Inst, Reg};
use rvjet::machine::Access;

use crate::asm::{Asm, addi};
use crate::lab::Region;
use crate::scenario::{DATA, Observed, Scenario};

/// Where results go.
pub const OUT: u64 = 0x200_0000;
/// Which of the regions of [`scenario`] holds the results.
const RESULTS: usize = 2;

/// `code` and a call that ends it, its input, and room for so many results.
pub fn scenario(mut code: Asm, input: impl IntoIterator<Item = u64>, results: usize) -> Scenario {
    code.insts([addi(Reg::A7, Reg::ZERO, 0), Inst::Ecall]);
    let input: Vec<u8> = input.into_iter().flat_map(u64::to_le_bytes).collect();
    let room = Region::fresh(OUT, 8 * results as u64, Access::READ_WRITE);
    Scenario::new(code.finish())
        .data(DATA, Access::READ, input)
        .region(room)
}

/// The first result that is not as wanted: its index, what is wanted, and what is there.
#[track_caller]
pub fn first_wrong(seen: &Observed, want: &[u64]) -> Option<(usize, u64, u64)> {
    seen.exit_code();
    let got = seen.doubles(RESULTS);
    assert!(got.len() >= want.len(), "{} results", got.len());
    let mut rows = want.iter().zip(got).enumerate();
    rows.find_map(|(index, (&want, got))| (want != got).then_some((index, want, got)))
}
