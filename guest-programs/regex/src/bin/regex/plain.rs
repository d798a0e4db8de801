//! Patterns from the command line, a text from the standard input.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::expression::{Expression, Failure, Settings};
use crate::host::{self, eprintln, println};
use crate::options::Options;
use crate::{Verdict, one_line};

/// Prints a line a pattern: the pattern, and what was counted in `text`. Patterns that cannot
/// be compiled are named, and then no other is searched for.
pub fn run(options: &Options<'_>, text: &[u8]) -> Verdict {
    let Some(compiled) = compile(&options.patterns, &options.settings) else {
        return Verdict::Usage;
    };
    let mut verdict = Verdict::Done;
    for (&pattern, mut compiled) in options.patterns.iter().zip(compiled) {
        let pattern = one_line(pattern);
        match compiled.search(options, text) {
            Ok(counted) => println!("{pattern}: {counted}"),
            Err(failure) => {
                eprintln!("{pattern}: {failure}");
                verdict = verdict_of(&failure);
            }
        }
    }
    verdict
}

/// What a search without a result means for the run.
pub fn verdict_of(failure: &Failure) -> Verdict {
    match failure {
        Failure::NoGroups(_) => Verdict::Usage,
        _ => Verdict::Exceeded,
    }
}

struct Compiled {
    expression: Expression,
    cost: u64,
}

struct Counted {
    count: u64,
    /// Where they are wanted: names and numbers.
    costs: Option<String>,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.count.fmt(f)?;
        self.costs
            .iter()
            .try_for_each(|costs| write!(f, " {costs}"))
    }
}

/// All patterns, or nothing where one is bad.
fn compile(patterns: &[&str], settings: &Settings) -> Option<Vec<Compiled>> {
    let mut compiled = Vec::new();
    for &pattern in patterns {
        let start = host::cost();
        let expression = Expression::new(pattern, settings);
        let cost = host::cost() - start;
        match expression {
            Ok(expression) => compiled.push(Compiled { expression, cost }),
            Err(bad) => eprintln!("{}", bad.lines(pattern)),
        }
    }
    (compiled.len() == patterns.len()).then_some(compiled)
}

impl Compiled {
    fn search(&mut self, options: &Options<'_>, text: &[u8]) -> Result<Counted, Failure> {
        let (mut first, mut last, mut count) = (0, 0, 0);
        for round in 0..options.rounds {
            let start = host::cost();
            count = options.model.count(&mut self.expression, text)?;
            last = host::cost() - start;
            if round == 0 {
                first = last;
            }
        }
        let costs = options.costs.then(|| self.costs(first, last));
        Ok(Counted { count, costs })
    }

    fn costs(&self, first: u64, last: u64) -> String {
        let (engine, compile, unit) = (self.expression.engine(), self.cost, host::UNIT);
        alloc::format!("engine={engine} unit={unit} compile={compile} first={first} last={last}")
    }
}
