//! `rvjet disasm`: lists a program's code.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use rvjet::elf::{Image, Symbols};
use rvjet::program::illegal_sp1_words;

use super::failure::Failure;
use super::listing::Listing;
use super::{ending, input, output};

/// List the code of a program.
///
/// Prints the instructions of the executable segments as `objdump -d -M
/// no-aliases,numeric` does, at the addresses in the file. What is no
/// instruction that rvjet knows shows as .2byte or .4byte.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// List only the words in the text that are no instructions for SP1: where execution
    /// gets to one, it traps
    #[arg(long)]
    illegal_for_sp1: bool,

    /// A statically linked RV64 program
    #[arg(value_name = "ELF")]
    elf: PathBuf,
}

/// Writes the listing to standard output.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let elf = input::read_elf(&args.elf)?;
    if args.illegal_for_sp1 {
        return list_illegal(args, &elf);
    }
    let image = Image::parse(&elf).map_err(|source| Failure::Elf {
        path: args.elf.clone(),
        source,
    })?;
    Listing::new(&image.symbols(), output::stdout())
        .image(&image)
        .map_err(|source| Failure::Output {
            what: "the listing".to_owned(),
            source,
        })?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the words that are no instructions for SP1 to standard output, with the
/// functions that they are in.
fn list_illegal(args: &Args, elf: &[u8]) -> Result<ExitCode, Failure> {
    let words = illegal_sp1_words(elf).map_err(|source| Failure::Machine {
        path: args.elf.clone(),
        source: source.into(),
    })?;
    let symbols = Symbols::parse(elf, 0);
    output::print("the listing", |out| {
        words.iter().try_for_each(|(pc, word)| {
            let place = ending::place(&symbols, *pc);
            writeln!(out, "{pc:8x}:\t{word:08x}{place}")
        })
    })?;
    Ok(ExitCode::SUCCESS)
}
