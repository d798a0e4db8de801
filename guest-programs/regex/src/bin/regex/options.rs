//! The command line.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::slice::Iter;
use core::str::FromStr;

use crate::engine::Engine;
use crate::expression::Settings;
use crate::model::Model;

/// What can be asked for.
pub const USAGE: &str = "\
usage: regex [OPTION].. PATTERN..   count the matches of patterns in the standard input
       regex [OPTION]..             run a benchmark of rebar's, in KLV format, from there
       regex --version

options, of both:
  --engine NAME      auto, atom, linear, pike, backtrack or jit; of other crates:
                     regex-automata, regex-automata-hybrid, regex-automata-pikevm,
                     regex-automata-backtrack, fancy-regex
  --budget-steps N   end a search by backtracking after N steps
  --stack BYTES      end one that needs a larger stack of choices

options, of patterns:
  -n ROUNDS          search so many times; with 0, only compile
  -i                 letters match in either case
  --bytes            classes are of bytes and of ASCII
  --model NAME       what is counted: count or compile (matches), count-spans (their
                     bytes), count-captures (groups), grep (lines), grep-captures
  --costs            print what the compilation, the first and the last round took
  --                 what follows is a pattern
";

/// What to do.
#[derive(Debug)]
pub enum Task<'a> {
    /// Say how to use the program.
    Help,
    /// Say which versions it has.
    Version,
    /// Count what patterns match.
    Count(Options<'a>),
    /// Run a benchmark, by these settings where it has none of its own.
    Bench(Settings),
}

/// How to count what patterns match.
#[derive(Debug)]
pub struct Options<'a> {
    /// The patterns, at least one.
    pub patterns: Vec<&'a str>,
    /// How they are compiled.
    pub settings: Settings,
    /// What is counted.
    pub model: Model,
    /// How often.
    pub rounds: u64,
    /// Whether to print what that took.
    pub costs: bool,
}

/// Why arguments cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadArgument {
    /// There is no such option.
    Unknown(String),
    /// The option wants a value.
    NoValue(&'static str),
    /// The option's value is none.
    BadValue(&'static str, String),
    /// The pattern is not UTF-8.
    NotUtf8(String),
    /// There is no pattern, and the option is about patterns.
    NoPattern(&'static str),
}

impl fmt::Display for BadArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(option) => write!(f, "no such option: {option}"),
            Self::NoValue(option) => write!(f, "no value: {option}"),
            Self::BadValue(option, value) => write!(f, "not a value of {option}: {value}"),
            Self::NotUtf8(pattern) => write!(f, "a pattern that is not UTF-8: {pattern}"),
            Self::NoPattern(option) => write!(f, "{option} without a pattern"),
        }
    }
}

/// Reads the arguments behind the program's name.
pub fn parse(arguments: &[Vec<u8>]) -> Result<Task<'_>, BadArgument> {
    let mut parser = Parser::new(arguments);
    while let Some(argument) = parser.rest.next() {
        match argument.as_slice() {
            b"--help" | b"-h" => return Ok(Task::Help),
            b"--version" => return Ok(Task::Version),
            b"--" => {
                parser.of_patterns = Some("--");
                break;
            }
            option @ [b'-', _, ..] => parser.option(option)?,
            pattern => parser.pattern(pattern)?,
        }
    }
    while let Some(pattern) = parser.rest.next() {
        parser.pattern(pattern)?;
    }
    parser.task()
}

struct Parser<'a> {
    rest: Iter<'a, Vec<u8>>,
    options: Options<'a>,
    /// The last option that only makes sense with patterns.
    of_patterns: Option<&'static str>,
}

impl<'a> Parser<'a> {
    fn new(arguments: &'a [Vec<u8>]) -> Self {
        Self {
            rest: arguments.iter(),
            options: Options {
                patterns: Vec::new(),
                settings: Settings::default(),
                model: Model::Count,
                rounds: 1,
                costs: false,
            },
            of_patterns: None,
        }
    }

    fn option(&mut self, option: &[u8]) -> Result<(), BadArgument> {
        let Settings { engine, budget, .. } = &mut self.options.settings;
        match option {
            b"--engine" => *engine = value(&mut self.rest, "--engine", Engine::named)?,
            b"--budget-steps" => {
                budget.steps = value(&mut self.rest, "--budget-steps", number)?;
                budget.steps_per_byte = 0;
            }
            b"--stack" => budget.stack = value(&mut self.rest, "--stack", number)?,
            _ => self.of_patterns = Some(self.option_of_patterns(option)?),
        }
        Ok(())
    }

    /// Its name, for there may be no pattern.
    fn option_of_patterns(&mut self, option: &[u8]) -> Result<&'static str, BadArgument> {
        let Options {
            settings,
            model,
            rounds,
            costs,
            ..
        } = &mut self.options;
        match option {
            b"-n" => {
                *rounds = value(&mut self.rest, "-n", number)?;
                Ok("-n")
            }
            b"-i" => {
                settings.ignore_case = true;
                Ok("-i")
            }
            b"--bytes" => {
                settings.unicode = false;
                Ok("--bytes")
            }
            b"--model" => {
                *model = value(&mut self.rest, "--model", Model::named)?;
                Ok("--model")
            }
            b"--costs" => {
                *costs = true;
                Ok("--costs")
            }
            _ => Err(BadArgument::Unknown(shown(option))),
        }
    }

    fn pattern(&mut self, pattern: &'a [u8]) -> Result<(), BadArgument> {
        let text = core::str::from_utf8(pattern);
        let pattern = text.map_err(|_| BadArgument::NotUtf8(shown(pattern)))?;
        self.options.patterns.push(pattern);
        Ok(())
    }

    fn task(self) -> Result<Task<'a>, BadArgument> {
        match self.of_patterns {
            _ if !self.options.patterns.is_empty() => Ok(Task::Count(self.options)),
            Some(option) => Err(BadArgument::NoPattern(option)),
            None => Ok(Task::Bench(self.options.settings)),
        }
    }
}

/// The value that follows an option.
fn value<T>(
    rest: &mut Iter<'_, Vec<u8>>,
    option: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, BadArgument> {
    let value = rest.next().ok_or(BadArgument::NoValue(option))?;
    let read = core::str::from_utf8(value).ok().and_then(read);
    read.ok_or_else(|| BadArgument::BadValue(option, shown(value)))
}

/// A decimal number without a sign.
pub fn number<T: FromStr>(digits: &str) -> Option<T> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| only_digits)
}

fn shown(argument: &[u8]) -> String {
    alloc::format!("{}", argument.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rvregex::engine::EngineKind;

    fn arguments(line: &str) -> Vec<Vec<u8>> {
        line.split(' ').map(|argument| argument.into()).collect()
    }

    #[test]
    fn options_and_patterns_may_be_mixed() {
        let line = "a -n 3 b -i --engine jit --model grep --stack 4096 -- -c --";
        let line = arguments(line);
        let Ok(Task::Count(options)) = parse(&line) else {
            panic!("patterns are counted");
        };
        assert_eq!(options.patterns, ["a", "b", "-c", "--"]);
        assert_eq!((options.rounds, options.model), (3, Model::Grep));
        let settings = options.settings;
        assert_eq!(settings.engine, Engine::Ours(EngineKind::Jit));
        assert!(settings.ignore_case && settings.unicode && !options.costs);
        assert_eq!(settings.budget.stack, 4096);
    }

    #[test]
    fn steps_are_counted_whatever_the_length() {
        let line = arguments("--budget-steps 10");
        let Ok(Task::Bench(settings)) = parse(&line) else {
            panic!("without a pattern it is a benchmark");
        };
        assert_eq!(settings.budget.steps_for(1 << 20), 10);
    }

    #[test]
    fn a_bad_argument_is_named() {
        for (line, message) in [
            ("--nonsense x", "no such option: --nonsense"),
            ("-nx", "no such option: -nx"),
            ("x -n", "no value: -n"),
            ("-n +1 x", "not a value of -n: +1"),
            (
                "-n 99999999999999999999 x",
                "not a value of -n: 99999999999999999999",
            ),
            ("--engine V8 x", "not a value of --engine: V8"),
            ("--model sed x", "not a value of --model: sed"),
            ("--bytes", "--bytes without a pattern"),
            ("--engine jit --", "-- without a pattern"),
        ] {
            assert_eq!(parse(&arguments(line)).unwrap_err().to_string(), message);
        }
        let error = parse(&[b"\xff".to_vec()]).unwrap_err();
        assert_eq!(error, BadArgument::NotUtf8("\\xff".into()));
    }

    #[test]
    fn a_lone_dash_is_a_pattern_and_so_is_nothing() {
        let line = arguments("- ");
        let Ok(Task::Count(options)) = parse(&line) else {
            panic!("patterns are counted");
        };
        assert_eq!(options.patterns, ["-", ""]);
    }

    #[test]
    fn the_usage_names_every_engine_and_model() {
        let models = Model::ALL.map(|(name, _)| name);
        for name in Engine::all().map(Engine::name).chain(models) {
            assert!(USAGE.contains(name), "{name}");
        }
    }
}
