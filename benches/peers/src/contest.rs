//! The peers against each other.

use anyhow::{Result, ensure};

use crate::peer::Peer;
use crate::program::Program;
use crate::question::Question;
use crate::report::Report;
use crate::row::Row;
use crate::samples::Sample;
use crate::subject::{Size, Subject};
use crate::tools::Tools;

/// How they compete.
pub struct Contest {
    /// How much a program does.
    pub size: Size,
    /// How often it runs.
    pub rounds: usize,
    /// Whether SP1's executor is among them.
    pub sp1: bool,
    /// What they are run by.
    pub tools: Tools,
}

impl Contest {
    /// Measures those of the programs that a question is about.
    ///
    /// # Errors
    ///
    /// Fails if one of them does not come to what it has to.
    pub fn report(&self, question: Question, programs: &[Program]) -> Result<Report> {
        let peers = question.peers(self.sp1);
        let asked = programs.iter().filter(|program| program.answers(question));
        let rows: Result<_> = asked.map(|program| self.row(program, &peers)).collect();
        Ok(Report {
            question,
            rows: rows?,
            peers,
        })
    }

    fn row(&self, program: &Program, peers: &[Peer]) -> Result<Row> {
        eprintln!("{}", program.name());
        let subject = program.subject(self.size, &self.tools)?;
        let samples = self.measure(&subject, peers)?;
        subject.forget_traces()?;
        let about = match peers.contains(&Peer::AbiStart) {
            true => format!("an ELF file of {} bytes", subject.elf.metadata()?.len()),
            false => subject.about,
        };
        ensure!(agree(&samples), "{}: not as many chunks", subject.name);
        Ok(Row {
            name: subject.name,
            about,
            instructions: subject.expected.instructions,
            samples,
        })
    }

    /// The peers by turns, so that what disturbs a machine disturbs all of them.
    fn measure(&self, subject: &Subject, peers: &[Peer]) -> Result<Vec<(Peer, Vec<Sample>)>> {
        for peer in peers {
            peer.prepare(subject, &self.tools)?;
        }
        let mut samples: Vec<_> = peers.iter().map(|peer| (*peer, Vec::new())).collect();
        for round in 0..self.rounds {
            for (peer, samples) in &mut samples {
                samples.push(peer.run(subject, &self.tools, round)?);
            }
        }
        Ok(samples)
    }
}

/// Whether all that make SP1's trace part it into as many chunks.
fn agree(samples: &[(Peer, Vec<Sample>)]) -> bool {
    let samples = samples.iter().flat_map(|(_, samples)| samples);
    let mut counts: Vec<u64> = samples.filter_map(|sample| sample.chunks).collect();
    counts.dedup();
    counts.len() <= 1
}
