//! rvjet runs RV64 ELF binaries at close to native speed, deterministically and in a sandbox.

pub mod elf;
pub mod isa;
pub mod machine;
