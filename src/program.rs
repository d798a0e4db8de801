//! The initial memory of a program, from its checked image.
#![forbid(unsafe_code)]

/// Where a program lies in guest memory: what a personality needs to start it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Address of the first instruction.
    pub entry: u64,
    /// One past the highest address of the segments.
    pub end: u64,
    /// What was added to the addresses of a position-independent program.
    pub bias: u64,
    /// Address of the program headers in guest memory, where they are loaded (`AT_PHDR`).
    pub phdr: Option<u64>,
    /// Bytes of one program header (`AT_PHENT`).
    pub phent: u16,
    /// Number of program headers (`AT_PHNUM`).
    pub phnum: u16,
    /// Whether the program asks for an executable stack.
    pub stack_executable: bool,
}
