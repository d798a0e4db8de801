//! Tables, in Markdown.

use std::fmt::{self, Display, Formatter};

use crate::peer::Peer;
use crate::question::Question;
use crate::ratio::Table;
use crate::row::Row;
use crate::samples::{Clock, Spread, geometric_mean};

/// All that is found to a question.
pub struct Report {
    /// Which.
    pub question: Question,
    /// The columns.
    pub peers: Vec<Peer>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Report {
    fn titles(&self) -> Vec<&'static str> {
        self.peers.iter().map(|peer| peer.title()).collect()
    }

    /// Whether programs run to their ends.
    fn runs(&self) -> bool {
        self.question != Question::Starts
    }

    fn seconds(&self, f: &mut Formatter<'_>, heading: &str, clock: Clock) -> fmt::Result {
        let mut titles = self.titles();
        if self.runs() {
            titles.insert(0, "M instructions");
        }
        head(f, heading, &titles)?;
        for row in &self.rows {
            let peers = self.peers.iter();
            let mut cells: Vec<_> = peers.map(|peer| shown(row.spread(*peer, clock))).collect();
            if self.runs() {
                cells.insert(0, format!("{:.0}", row.million_instructions()));
            }
            line(f, &code(row), &cells)?;
        }
        writeln!(f)
    }

    /// What SP1's executor takes before and after its run.
    fn start_up(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let peers = [Peer::Sp1Simple, Peer::Sp1Tracing];
        head(
            f,
            "CPU seconds of start-up and end, not in the above",
            &peers.map(Peer::title),
        )?;
        for row in &self.rows {
            line(f, &code(row), &peers.map(|peer| shown(row.start_up(peer))))?;
        }
        writeln!(f)
    }

    /// A table of numbers, with their geometric means below those of runs.
    fn numbers(
        &self,
        f: &mut Formatter<'_>,
        heading: &str,
        titles: &[&str],
        digits: usize,
        number: impl Fn(&Row, usize) -> Option<f64>,
    ) -> fmt::Result {
        head(f, heading, titles)?;
        let shown = |value: Option<f64>| {
            value.map_or_else(String::new, |value| format!("{value:.digits$}"))
        };
        let column = |column: usize| {
            self.rows
                .iter()
                .map(|row| number(row, column))
                .collect::<Vec<_>>()
        };
        let columns: Vec<_> = (0..titles.len()).map(column).collect();
        for (index, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = columns.iter().map(|column| shown(column[index])).collect();
            line(f, &code(row), &cells)?;
        }
        // Starts have nothing in common.
        if self.runs() {
            let means = columns.iter().map(|column| geometric_mean(column));
            line(f, "geometric mean", &means.map(shown).collect::<Vec<_>>())?;
        }
        writeln!(f)
    }

    /// What runs take by other measures than seconds.
    fn speeds(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let titles = self.titles();
        if self.peers.contains(&Peer::Native) {
            let heading = "CPU time, times that of native code";
            self.numbers(f, heading, &titles, 2, |row, column| {
                let native = row.median(Peer::Native, Clock::Cpu)?;
                Some(row.median(self.peers[column], Clock::Cpu)? / native)
            })?;
        }
        let heading = "Million RISC-V instructions a CPU second";
        self.numbers(f, heading, &titles, 0, |row, column| {
            Some(row.million_instructions() / row.median(self.peers[column], Clock::Cpu)?)
        })
    }

    /// Those of which all was run.
    fn ratios(&self, f: &mut Formatter<'_>, (heading, ratios): Table) -> fmt::Result {
        let known = ratios.iter().filter(|ratio| ratio.is_among(&self.peers));
        let ratios: Vec<_> = known.collect();
        let titles: Vec<_> = ratios.iter().map(|ratio| ratio.title).collect();
        if titles.is_empty() {
            return Ok(());
        }
        self.numbers(f, heading, &titles, 2, |row, column| {
            row.ratio(ratios[column])
        })
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.question.title())?;
        for row in &self.rows {
            writeln!(f, "- {}: {}", code(row), row.about)?;
        }
        writeln!(f)?;
        self.seconds(f, "CPU seconds, median (least–most)", Clock::Cpu)?;
        self.seconds(f, "Wall seconds, median (least–most)", Clock::Wall)?;
        if self.runs() {
            if self.peers.iter().any(|peer| peer.is_sp1()) {
                self.start_up(f)?;
            }
            self.speeds(f)?;
        }
        let mut tables = self.question.ratios().iter();
        tables.try_for_each(|table| self.ratios(f, *table))
    }
}

fn code(row: &Row) -> String {
    format!("`{}`", row.name)
}

fn shown(spread: Option<Spread>) -> String {
    spread.map_or_else(String::new, |spread| spread.to_string())
}

fn head(f: &mut Formatter<'_>, heading: &str, titles: &[&str]) -> fmt::Result {
    writeln!(f, "{heading}:\n")?;
    writeln!(f, "| program | {} |", titles.join(" | "))?;
    writeln!(f, "|---{}|", "|---:".repeat(titles.len()))
}

fn line(f: &mut Formatter<'_>, name: &str, cells: &[String]) -> fmt::Result {
    writeln!(f, "| {name} | {} |", cells.join(" | "))
}
