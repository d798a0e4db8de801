//! `rvjet disasm`: lists a program's code.

use std::path::PathBuf;
use std::process::ExitCode;

use rvjet::elf::Image;

use super::failure::Failure;
use super::listing::Listing;
use super::{input, output};

/// List the code of a program.
///
/// Prints the instructions of the executable segments as `objdump -d -M
/// no-aliases,numeric` does, at the addresses in the file. What is no
/// instruction of RV64IMAC_Zicsr_Zifencei shows as .2byte or .4byte.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A statically linked RV64 program
    #[arg(value_name = "ELF")]
    elf: PathBuf,
}

/// Writes the listing to standard output.
pub fn execute(args: &Args) -> Result<ExitCode, Failure> {
    let elf = input::read_elf(&args.elf)?;
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
