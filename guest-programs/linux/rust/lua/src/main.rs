//! Lua, by its own interpreter in C, runs a script of ours. The argument is the size of the work.

use mlua::{Lua, Result};

/// What the script does is in Lua.
const SCRIPT: &str = include_str!("script.lua");

fn main() -> Result<()> {
    let size = std::env::args().nth(1).and_then(|size| size.parse().ok());
    let lua = Lua::new();
    lua.globals().set("size", size.unwrap_or(2000_i64))?;
    let twice = lua.create_function(|_, number: f64| Ok(number * 2.0))?;
    lua.globals().set("twice", twice)?;
    let fails =
        lua.create_function(|_, ()| -> Result<()> { Err(mlua::Error::runtime("from Rust")) })?;
    lua.globals().set("fails", fails)?;
    lua.load(SCRIPT).set_name("script").exec()
}
