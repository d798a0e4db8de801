//! Tables, in Markdown.

use std::fmt::{self, Display, Formatter};

use crate::kernel::Kernel;
use crate::peer::Peer;
use crate::samples::{Clock, Sample, Spread, geometric_mean};

/// A kernel, and what every peer took for it.
pub struct Row {
    /// Which.
    pub kernel: &'static Kernel,
    /// RISC-V instructions of a run.
    pub instructions: u64,
    /// All rounds.
    pub samples: Vec<(Peer, Vec<Sample>)>,
}

/// All that is found.
pub struct Report {
    /// The columns.
    pub peers: Vec<Peer>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A ratio of two medians.
struct Ratio {
    title: &'static str,
    above: Peer,
    below: Peer,
    clock: Clock,
}

/// What rvjet is judged by.
const RATIOS: [Ratio; 9] = [
    Ratio {
        title: "jit / native",
        above: Peer::Jit,
        below: Peer::Native,
        clock: Clock::Cpu,
    },
    Ratio {
        title: "qemu / jit",
        above: Peer::Qemu,
        below: Peer::Jit,
        clock: Clock::Cpu,
    },
    Ratio {
        title: "sp1 simple / jit",
        above: Peer::Sp1Simple,
        below: Peer::Jit,
        clock: Clock::Cpu,
    },
    Ratio {
        title: "jit / interp speed",
        above: Peer::Interp,
        below: Peer::Jit,
        clock: Clock::Cpu,
    },
    Ratio {
        title: "record speed, CPU",
        above: Peer::Jit,
        below: Peer::Record,
        clock: Clock::Cpu,
    },
    Ratio {
        title: "record speed, wall",
        above: Peer::Jit,
        below: Peer::Record,
        clock: Clock::Wall,
    },
    Ratio {
        title: "sp1 tracing / record, CPU",
        above: Peer::Sp1Tracing,
        below: Peer::Record,
        clock: Clock::Cpu,
    },
    Ratio {
        title: "sp1 tracing / record, wall",
        above: Peer::Sp1Tracing,
        below: Peer::Record,
        clock: Clock::Wall,
    },
    Ratio {
        title: "expand / sp1 tracing, wall",
        above: Peer::Expand,
        below: Peer::Sp1Tracing,
        clock: Clock::Wall,
    },
];

impl Row {
    fn samples(&self, peer: Peer) -> Option<&[Sample]> {
        let found = self.samples.iter().find(|(other, _)| *other == peer);
        found.map(|(_, samples)| &samples[..])
    }

    fn spread(&self, peer: Peer, clock: Clock) -> Option<Spread> {
        let samples = self.samples(peer)?.iter();
        Some(Spread::of(
            samples.map(|sample| sample.time(clock)).collect(),
        ))
    }

    fn ratio(&self, above: Peer, below: Peer, clock: Clock) -> Option<f64> {
        Some(self.spread(above, clock)?.median / self.spread(below, clock)?.median)
    }

    fn start_up(&self, peer: Peer) -> Option<Spread> {
        let samples = self.samples(peer)?.iter();
        let values: Vec<f64> = samples.filter_map(|sample| sample.start_up).collect();
        (!values.is_empty()).then(|| Spread::of(values))
    }

    fn million_instructions(&self) -> f64 {
        self.instructions as f64 / 1e6
    }
}

impl Report {
    fn titles(&self) -> Vec<&'static str> {
        self.peers.iter().map(|peer| peer.title()).collect()
    }

    fn seconds(&self, f: &mut Formatter<'_>, heading: &str, clock: Clock) -> fmt::Result {
        let mut titles = vec!["M instructions"];
        titles.extend(self.titles());
        head(f, heading, &titles)?;
        for row in &self.rows {
            let mut cells = vec![format!("{:.0}", row.million_instructions())];
            cells.extend(
                self.peers
                    .iter()
                    .map(|peer| shown(row.spread(*peer, clock))),
            );
            line(f, &code(row.kernel), &cells)?;
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
            line(
                f,
                &code(row.kernel),
                &peers.map(|peer| shown(row.start_up(peer))),
            )?;
        }
        writeln!(f)
    }

    /// A table of numbers, with their geometric means below.
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
            line(f, &code(row.kernel), &cells)?;
        }
        let means: Vec<String> = columns
            .iter()
            .map(|column| shown(geometric_mean(column)))
            .collect();
        line(f, "geometric mean", &means)?;
        writeln!(f)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            writeln!(f, "- {}: {}", code(row.kernel), row.kernel.stresses)?;
        }
        writeln!(f)?;
        let titles = self.titles();
        self.seconds(f, "CPU seconds, median (least–most)", Clock::Cpu)?;
        self.seconds(f, "Wall seconds, median (least–most)", Clock::Wall)?;
        if self.peers.iter().any(|peer| peer.is_sp1()) {
            self.start_up(f)?;
        }
        self.numbers(
            f,
            "CPU time, times that of native code",
            &titles,
            2,
            |row, column| row.ratio(self.peers[column], Peer::Native, Clock::Cpu),
        )?;
        self.numbers(
            f,
            "Million RISC-V instructions a CPU second",
            &titles,
            0,
            |row, column| {
                let spread = row.spread(self.peers[column], Clock::Cpu)?;
                Some(row.million_instructions() / spread.median)
            },
        )?;
        let titles = RATIOS.each_ref().map(|ratio| ratio.title);
        self.numbers(f, "Ratios", &titles, 2, |row, column| {
            let ratio = &RATIOS[column];
            row.ratio(ratio.above, ratio.below, ratio.clock)
        })
    }
}

fn code(kernel: &Kernel) -> String {
    format!("`{}`", kernel.name)
}

fn shown(spread: Option<Spread>) -> String {
    spread.map_or_else(String::new, |spread| spread.to_string())
}

fn head(f: &mut Formatter<'_>, heading: &str, titles: &[&str]) -> fmt::Result {
    writeln!(f, "{heading}:\n")?;
    writeln!(f, "| kernel | {} |", titles.join(" | "))?;
    writeln!(f, "|---{}|", "|---:".repeat(titles.len()))
}

fn line(f: &mut Formatter<'_>, name: &str, cells: &[String]) -> fmt::Result {
    writeln!(f, "| {name} | {} |", cells.join(" | "))
}
