//! `rvjet trace stats`.

use serde_json::Value;

use super::{Recorded, facts, printed};

fn stats(recorded: &Recorded, options: &[&str]) -> Value {
    let path = recorded.path.to_str().unwrap();
    let args = [&["stats", "--json"], options, &[path]].concat();
    serde_json::from_str(&printed(args)).unwrap()
}

fn sum(table: &Value, field: &str) -> u64 {
    let rows = table["rows"].as_array().unwrap();
    rows.iter().map(|row| row[field].as_u64().unwrap()).sum()
}

#[test]
fn counts_add_up() {
    let recorded = Recorded::fib();
    let facts = facts(&recorded.path);
    for by in ["--by=opcode", "--by=function"] {
        let table = stats(&recorded, &[by]);
        assert_eq!(facts["instructions"], sum(&table, "instructions"));
        assert_eq!(facts["accesses"], sum(&table, "accesses"));
    }
    let pages = stats(&recorded, &["--by=page"]);
    assert_eq!(facts["accesses"], sum(&pages, "accesses"));
    assert_eq!(facts["touches"], sum(&pages, "touches"));
}

#[test]
fn figures_do_not_depend_on_threads() {
    let recorded = Recorded::fib();
    for by in ["--by=opcode", "--by=function", "--by=page"] {
        let one = stats(&recorded, &[by, "--threads=1"]);
        assert_eq!(stats(&recorded, &[by, "--threads=4"]), one);
    }
}

#[test]
fn most_comes_first() {
    let recorded = Recorded::fib();
    let path = recorded.path.to_str().unwrap();
    let text = printed(["stats", "--by=function", "--top=3", path]);
    insta::assert_snapshot!(text);
}
