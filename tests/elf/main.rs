//! The checked ELF image: what is accepted, what is rejected, and that no bytes do harm.

#[path = "../common/builder.rs"]
mod builder;
mod hostile;
mod lines;
mod reject;
mod symbols;
mod valid;
