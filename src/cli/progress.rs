//! How far a command has come, on standard error if that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Redraws a second at the most.
const RATE: u8 = 10;

/// A bar that goes when it is dropped.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Of so many chunks.
    pub fn chunks(count: u64) -> Progress {
        Progress::new(count, "{bar:40} {pos}/{len} chunks, {eta} left")
    }

    /// Of so many instructions.
    pub fn insns(count: u64) -> Progress {
        Progress::new(count, "{bar:40} {pos}/{len} instructions, {eta} left")
    }

    /// Of so many bytes.
    pub fn bytes(count: u64) -> Progress {
        Progress::new(count, "{bar:40} {bytes}/{total_bytes}, {eta} left")
    }

    /// What stands in `template` is checked by the tests; a bar that cannot be drawn so is plain.
    fn new(count: u64, template: &str) -> Progress {
        // Hidden if standard error is no terminal.
        let target = ProgressDrawTarget::stderr_with_hz(RATE);
        let bar = ProgressBar::with_draw_target(Some(count), target);
        match ProgressStyle::with_template(template) {
            Ok(style) => Progress(bar.with_style(style)),
            Err(_) => Progress(bar),
        }
    }

    /// One is done.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// So much is done.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
