//! SQLite, by the library in C, in memory and in a file. The arguments are a directory
//! that it may write to, and the size of the work.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result, params};

fn fill(connection: &mut Connection, rows: u32) -> Result<()> {
    connection.execute_batch(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, bucket INTEGER);
         CREATE TABLE sale (item INTEGER REFERENCES item, day INTEGER, count INTEGER);
         CREATE INDEX sale_item ON sale (item);",
    )?;
    let transaction = connection.transaction()?;
    {
        let mut item = transaction.prepare("INSERT INTO item VALUES (?1, ?2, ?3, ?4)")?;
        let mut sale = transaction.prepare("INSERT INTO sale VALUES (?1, ?2, ?3)")?;
        let mut state = 1_u32;
        for id in 0..rows {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let price = f64::from(state >> 8) / 1000.0;
            item.execute(params![
                id,
                format!("item-{:x}", state >> 4),
                price,
                state >> 28
            ])?;
            for day in 0..3 {
                sale.execute(params![state % (id + 1), day, (state >> 16) % 10])?;
            }
        }
    }
    transaction.commit()
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{bytes:x?}"),
    }
}

/// Prints each row of a query.
fn ask(connection: &Connection, query: &str) -> Result<()> {
    let mut statement = connection.prepare(query)?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|column| row.get_ref(column).map(shown));
        println!("{}", values.collect::<Result<Vec<_>>>()?.join(" | "));
    }
    Ok(())
}

const QUERIES: [&str; 7] = [
    "SELECT bucket, count(*), round(avg(price), 3), total(price) FROM item GROUP BY bucket ORDER BY bucket",
    "SELECT i.name, sum(s.count) AS sold FROM item i JOIN sale s ON s.item = i.id
        GROUP BY i.id ORDER BY sold DESC, i.id LIMIT 5",
    "WITH RECURSIVE n(x, f) AS (SELECT 1, 1.0 UNION ALL SELECT x + 1, f * (x + 1) FROM n WHERE x < 25)
        SELECT x, f FROM n WHERE x % 6 = 1",
    "SELECT name FROM item WHERE name LIKE '%ab%' ORDER BY name DESC LIMIT 4",
    "SELECT printf('%.6f %e %s', 3.14159, 1e-300, upper('text')), 0.1 + 0.2, 9223372036854775807 + 1",
    "SELECT day, sum(count) OVER (ORDER BY day), group_concat(n, '+') FROM
        (SELECT day, sum(count) AS count, count(*) AS n FROM sale GROUP BY day) GROUP BY day",
    "SELECT strftime('%Y-%m-%d %H:%M:%f', 2451545.25), julianday('2024-02-29'), date('2024-01-31', '+1 month')",
];

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().collect();
    let [_, base, size] = &args[..] else {
        std::process::exit(2)
    };
    let rows = size.parse().unwrap_or(500);
    println!("{}", rusqlite::version());
    let mut memory = Connection::open_in_memory()?;
    fill(&mut memory, rows)?;
    for query in QUERIES {
        ask(&memory, query)?;
    }
    println!(
        "{:?}",
        memory
            .execute("INSERT INTO item VALUES (1, 'again', 0, 0)", [])
            .is_err()
    );
    println!("{:?}", memory.prepare("SELEKT").map(drop));
    let path = Path::new(base).join("items.db");
    let mut file = Connection::open(&path)?;
    fill(&mut file, rows / 2)?;
    file.execute("DELETE FROM sale WHERE day = 1", [])?;
    file.execute_batch("UPDATE item SET price = price * 1.1; VACUUM;")?;
    drop(file);
    let file = Connection::open(&path)?;
    ask(&file, QUERIES[0])?;
    ask(&file, "PRAGMA integrity_check")?;
    let transaction = file.unchecked_transaction()?;
    transaction.execute("DELETE FROM sale", [])?;
    transaction.rollback()?;
    ask(&file, "SELECT count(*), max(day) FROM sale")
}
