//! What a pattern becomes, and that no pattern is too much.

mod classes;
mod errors;
mod hostile;
mod trees;

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{Options, parse};
use crate::hir::{Around, Greed, Node, Repeat};

const BYTES: Options = Options {
    unicode: false,
    ignore_case: false,
    multi_line: false,
    dot_matches_newline: false,
    ignore_whitespace: false,
};

/// The tree, on one line.
fn shown(pattern: &str, options: &Options) -> String {
    match parse(pattern, options) {
        Ok(hir) => show(&hir.root),
        Err(error) => format!("{error}"),
    }
}

fn show(node: &Node) -> String {
    let all = |parts: &[Node]| parts.iter().map(show).collect::<Vec<_>>();
    match node {
        Node::Empty => String::from("()"),
        Node::Literal(bytes) => format!("'{}'", bytes.escape_ascii()),
        Node::Bytes(set) => format!("{set:?}"),
        Node::Class(class) => {
            let range = |&(first, last): &(char, char)| format!("{first:?}-{last:?}");
            format!(
                "[{}]",
                class
                    .ranges()
                    .iter()
                    .map(range)
                    .collect::<Vec<_>>()
                    .join(" ")
            )
        }
        Node::Look(look) => format!("{look:?}"),
        Node::Repeat(repeat) => show_repeat(repeat),
        Node::Capture { index, body } => format!("{index}={}", show(body)),
        Node::Concat(parts) => format!("({})", all(parts).join(" ")),
        Node::Alternate(parts) => format!("({})", all(parts).join(" | ")),
        Node::Atomic(body) => format!("atomic {}", show(body)),
        Node::Around(Around {
            behind,
            negated,
            body,
        }) => {
            let arrow = if *behind { "<" } else { "" };
            let sign = if *negated { "!" } else { "=" };
            format!("{arrow}{sign}{}", show(body))
        }
        Node::Backreference { group, fold } => {
            format!("\\{group}{}", if *fold { "i" } else { "" })
        }
    }
}

fn show_repeat(repeat: &Repeat) -> String {
    let max = repeat.max.map_or(String::new(), |max| format!("{max}"));
    let greed = match repeat.greed {
        Greed::Greedy => "",
        Greed::Lazy => "?",
        Greed::Possessive => "+",
    };
    format!("{}{{{},{max}}}{greed}", show(&repeat.body), repeat.min)
}

/// Each pattern becomes the tree beside it.
fn check(options: &Options, table: &[(&str, &str)]) {
    for (pattern, tree) in table {
        assert_eq!(shown(pattern, options), *tree, "{pattern}");
    }
}
