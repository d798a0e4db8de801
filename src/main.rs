//! The `rvjet` command.

fn main() {}
