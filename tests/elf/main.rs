//! The checked ELF image: what is accepted, what is rejected, and that no bytes do harm.

mod builder;
mod hostile;
mod lines;
mod reject;
mod symbols;
mod valid;
