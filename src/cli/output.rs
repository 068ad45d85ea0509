//! What goes out: text to standard output, complaints to standard error, an exit code; or to a program that listens. Owns when colour
//! is used.

use crate::visible::picture;
use clap::ValueEnum;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Clean,
    Findings,
    CannotRun,
    Interrupted,
}

impl Outcome {
    /// As the process ends with it.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::CannotRun => 2,
            // 128 + SIGINT, as shells have it.
            Outcome::Interrupted => 130,
        }
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

/// Whether anybody reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Yes,
    No,
}

/// What is said on the way, to a program that listens in the place of a terminal.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Why something could not be done.
    Complaint(String),
    /// What was done.
    Note(String),
    /// How far the runs of an experiment are.
    Progress(Underway),
}

/// How far the runs of an experiment are.
#[derive(Clone, Debug, PartialEq)]
pub struct Underway {
    pub experiment: String,
    /// Runs that are over, of all that were to do.
    pub done: u64,
    pub of: usize,
    /// Of all of them, from 0 to 1.
    pub share: f64,
    pub steps: u64,
    /// Since they were begun.
    pub seconds: f64,
}

/// Hears what is said, on whichever thread that is.
pub type Listener = Arc<dyn Fn(Said) + Send + Sync>;

/// Who listens to threads that nobody else listens to; the last one hears.
static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(vec![]);

thread_local! {
    /// Who listens to this thread.
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
}

/// What is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    Thread,
    Program,
}

/// Holds who listens, on the thread that began it.
pub struct Listening(Listener, Hears);

/// Lets a program hear what would be written to the terminal, until what comes back is dropped. Results are not written then.
#[must_use = "it hears as long as this is held"]
pub fn listen(listener: Listener, hears: Hears) -> Listening {
    match hears {
        Hears::Thread => LISTENER.set(Some(listener.clone())),
        Hears::Program => LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).push(listener.clone()),
    }
    Listening(listener, hears)
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Self(own, hears) = self;
        match hears {
            Hears::Thread => LISTENER.set(None),
            Hears::Program => {
                let mut all = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
                all.retain(|listener| !Arc::ptr_eq(listener, own));
            }
        }
    }
}

/// Whoever hears what this thread says now.
pub fn listener() -> Option<Listener> {
    let own = LISTENER.with_borrow(Clone::clone);
    own.or_else(|| LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).last().cloned())
}

/// Writes to standard output, what a terminal would obey made harmless. A reader that went away (`mhm … | head`) is no mistake;
/// a full disk ends the program.
pub fn print(text: &str) {
    let _ = tell(text);
}

/// The same for whoever would write for ever, and ends where nobody reads.
pub fn tell(text: &str) -> Heard {
    if listener().is_some() {
        return Heard::Yes;
    }
    let mut out = io::stdout().lock();
    let text = if out.is_terminal() { harmless(text) } else { text.into() };
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Heard::Yes,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Heard::No,
        Err(error) => {
            complain(&format!("cannot write the output: {error}"));
            std::process::exit(2);
        }
    }
}

/// Empties the screen, where standard output is one; elsewhere a line parts what comes from what was.
pub fn begin_anew() {
    let mut out = io::stdout().lock();
    let parting: &[u8] = if out.is_terminal() { b"\x1b[2J\x1b[3J\x1b[H" } else { b"----------\n" };
    let _ = out.write_all(parting).and_then(|()| out.flush());
}

/// Says on standard error why something could not be done.
pub fn complain(why: &str) {
    match listener() {
        Some(listener) => listener(Said::Complaint(why.into())),
        None => note(&format!("mhm: {why}")),
    }
}

/// Says on standard error what was done.
pub fn note(what: &str) {
    if let Some(listener) = listener() {
        return listener(Said::Note(what.into()));
    }
    let mut err = io::stderr().lock();
    let what = if err.is_terminal() { harmless(what) } else { what.into() };
    let _ = writeln!(err, "{what}");
}

/// What this program writes of colours and weights; nothing that hides text or turns it over is among it.
const COLOURS: [&str; 12] = ["", "0", "1", "2", "3", "4", "31", "32", "33", "34", "35", "36"];

/// Control characters and changes of direction as pictures, but for line breaks, tabs and our own colours.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c != '\n' && picture(c).is_some()) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = rest.strip_prefix("\x1b[").and_then(|code| {
            let end = code.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
            let own = code[..end].split(';').all(|number| COLOURS.contains(&number));
            (own && code[end..].starts_with('m')).then_some(2 + end + 1)
        });
        let length = colour.unwrap_or(c.len_utf8());
        match c {
            '\n' | '\t' => shown.push(c),
            _ if colour.is_some() => shown.push_str(&rest[..length]),
            _ => shown += &picture(c).unwrap_or_else(|| c.into()),
        }
        rest = &rest[length..];
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn terminals_are_given_no_orders() {
        assert_eq!(harmless("a\tb\n"), "a\tb\n");
        assert_eq!(harmless("\x1b[1;31merror\x1b[0m"), "\x1b[1;31merror\x1b[0m");
        assert_eq!(harmless("\x1b[8mhidden\x1b[40;30m\x1b[7m"), "␛[8mhidden␛[40;30m␛[7m");
        assert_eq!(harmless("ä\x1b]0;title\x07\x1b[2J\r\u{9b}1A\x7f"), "ä␛]0;title␇␛[2J␍␡1A␡");
    }
}
