//! What goes out: text to standard output, complaints to standard error, an exit code. Owns when colour is used.

use clap::ValueEnum;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Clean,
    Findings,
    CannotRun,
    Interrupted,
}

impl Outcome {
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::CannotRun => 2,
            // 128 + SIGINT, as shells have it.
            Outcome::Interrupted => 130,
        })
    }
}

/// What a command gives back: how it ended, or why it could not run.
pub type Ended = Result<Outcome, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Whether to write in colour on standard output.
    pub fn is_on(self) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
                io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
            }
        }
    }
}

/// Writes to standard output. A reader that went away (`mhm … | head`) is no mistake; a full disk ends the program.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("cannot write the output: {error}"));
            std::process::exit(2);
        }
        Ok(()) | Err(_) => {}
    }
}

/// Says on standard error why something could not be done.
pub fn complain(why: &str) {
    let _ = writeln!(io::stderr(), "mhm: {why}");
}

/// Says on standard error what was done.
pub fn note(what: &str) {
    let _ = writeln!(io::stderr(), "{what}");
}
