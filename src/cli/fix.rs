//! What findings offer to write instead, written. Owns which offers are taken: those that leave fewer errors, and of those the
//! safe ones unless the others are asked for; the offers are the checker's.

use super::files::{self, Disk, Input};
use crate::diagnostic::{Diagnostic, Fix, Safety};
use crate::lint::levels::Levels;
use crate::source::SourceMap;
use crate::span::SourceId;
use crate::syntax;
use crate::visible::is_unseen;
use std::collections::BTreeSet;

/// Offers are taken so many times at most: a mended name may show the next mistake, which hid behind it.
const ROUNDS: usize = 100;
/// Texts that are checked for one file, whatever it offers, and findings that these have together.
const CHECKS: usize = 300;
const FINDINGS: usize = 100_000;

/// A text after its mistakes were mended, as far as findings said how.
#[derive(Debug)]
pub struct Fixed {
    pub text: String,
    /// What was done: `moons.mhm:3:9: \`lnear\` is now \`linear\``.
    pub done: Vec<String>,
    /// What was offered and is not written, and why: `… could be …; \`--unsafe-fixes\` writes it`.
    pub left: Vec<String>,
}

/// Which offers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Safe,
    All,
}

impl Taken {
    fn takes(self, fix: &Fix) -> bool {
        self == Taken::All || fix.safety == Safety::Safe
    }
}

/// Takes what is offered for this file, not for those it uses, as long as that leaves fewer errors.
pub fn fix(input: &Input, taken: Taken) -> Fixed {
    fix_at(input, taken, &Levels::default())
}

/// The same where lints have these levels. Advice comes when nothing else is wrong: as errors, it would keep a mistake from being
/// mended.
pub fn fix_at(input: &Input, taken: Taken, levels: &Levels) -> Fixed {
    let mut trial = Trial { name: &input.name, levels: levels.silent(), checks: 0, findings: 0 };
    let mut fixed = Fixed { text: input.text.clone(), done: vec![], left: vec![] };
    for _ in 0..ROUNDS {
        let (sources, found) = trial.check(&fixed.text);
        let offers: Vec<&Fix> = apart(&found).into_iter().filter(|fix| taken.takes(fix)).collect();
        let before = Errors::of(&found, &fixed.text);
        let chosen = trial.choose(&fixed.text, before, &offers);
        if chosen.is_empty() {
            fixed.left = left(&sources, &found, taken);
            break;
        }
        fixed.done.extend(chosen.iter().map(|fix| told(&sources, fix, "is now", "put in", "took out")));
        fixed.text = with(&fixed.text, &chosen);
    }
    fixed
}

/// How wrong a text is.
#[derive(Clone, Copy, PartialEq)]
struct Errors {
    all: usize,
    /// Of its form: they hide others.
    syntax: usize,
    warnings: usize,
}

impl Errors {
    fn of(found: &[Diagnostic], text: &str) -> Self {
        let all = found.iter().filter(|d| d.is_error()).count();
        let mut sources = SourceMap::default();
        let id = sources.add("", text);
        let syntax = syntax::parse(&sources, id).1.iter().filter(|d| d.is_error()).count();
        Self { all, syntax, warnings: found.len() - all }
    }

    /// Whether so many offers that were taken between the two mended something each.
    fn mended(self, after: Errors, offers: usize) -> bool {
        let errors = after.all + offers <= self.all;
        let warnings = after.all == self.all && after.warnings + offers <= self.warnings;
        after.syntax <= self.syntax && (errors || warnings)
    }
}

/// Checks of one file's texts.
struct Trial<'a> {
    name: &'a str,
    levels: Levels,
    checks: usize,
    findings: usize,
}

impl Trial<'_> {
    fn is_spent(&self) -> bool {
        self.checks >= CHECKS || self.findings >= FINDINGS
    }

    fn check(&mut self, text: &str) -> (SourceMap, Vec<Diagnostic>) {
        self.checks += 1;
        let input = Input { name: self.name.into(), text: text.into() };
        let (program, _, found) = files::check_at(&input, &Disk::beside(self.name), &self.levels);
        self.findings += found.len();
        (program.sources, found)
    }

    /// The offers that leave fewer errors: all at once, else halves of them, down to each by itself.
    fn choose<'f>(&mut self, text: &str, before: Errors, offers: &[&'f Fix]) -> Vec<&'f Fix> {
        let mut chosen: Vec<&Fix> = vec![];
        let mut now = before;
        let mut open = vec![offers];
        while let Some(some) = open.pop().filter(|_| !self.is_spent()) {
            if some.is_empty() {
                continue;
            }
            let tried: Vec<&Fix> = chosen.iter().chain(some).copied().collect();
            let next = with(text, &tried);
            let (_, found) = self.check(&next);
            let after = Errors::of(&found, &next);
            if now.mended(after, some.len()) {
                (chosen, now) = (tried, after);
            } else if some.len() > 1 {
                let (first, second) = some.split_at(some.len() / 2);
                open.extend([second, first]);
            }
        }
        chosen
    }
}

/// The text with the offers taken.
fn with(text: &str, offers: &[&Fix]) -> String {
    let mut offers = offers.to_vec();
    offers.sort_by_key(|fix| fix.span);
    let mut text = text.to_string();
    for fix in offers.iter().rev() {
        text.replace_range(fix.span.range(), &fix.replacement);
    }
    text
}

/// The offers for the file itself in order, without those that reach into one before; one of the same is enough.
fn apart(found: &[Diagnostic]) -> Vec<&Fix> {
    let mut offers: Vec<&Fix> = found.iter().filter_map(|d| d.fix.as_ref()).collect();
    offers.retain(|fix| fix.span.source == SourceId::default());
    offers.sort_by_key(|fix| fix.span);
    let mut end = None;
    offers.retain(|fix| {
        let is_free = end.is_none_or(|end| fix.span.start > end);
        end = if is_free { Some(fix.span.end) } else { end };
        is_free
    });
    offers
}

/// What is offered still, each once, and why it was not taken.
fn left(sources: &SourceMap, found: &[Diagnostic], taken: Taken) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let own = found.iter().filter_map(|d| d.fix.as_ref()).filter(|fix| fix.span.source == SourceId::default());
    let tell = |fix: &Fix| {
        let why = match taken.takes(fix) {
            true => "not written: it would not leave fewer errors",
            false => "not written: it may not be what is meant; `--unsafe-fixes` tries it",
        };
        format!("{}, {why}", told(sources, fix, "could be", "could put in", "could take out"))
    };
    own.map(tell).filter(|line| seen.insert(line.clone())).collect()
}

fn told(sources: &SourceMap, fix: &Fix, changed: &str, added: &str, removed: &str) -> String {
    let at = sources.position(fix.span.source, fix.span.start);
    let (name, before) = (&sources.get(fix.span.source).name, sources.text(fix.span));
    let change = match (plainly(before), plainly(&fix.replacement)) {
        (old, new) if old.is_empty() => format!("{added} `{new}`"),
        (old, new) if new.is_empty() => format!("{removed} `{old}`"),
        (old, new) => format!("`{old}` {changed} `{new}`"),
    };
    format!("{name}:{}:{}: {change}", at.line, at.column)
}

/// As one line that a terminal shows: characters that cannot be seen by their number.
fn plainly(text: &str) -> String {
    let unseen = |c: char| c.is_control() || (!c.is_ascii() && hides(c));
    let mut out = String::new();
    for c in text.trim_matches([' ', '\n']).chars() {
        match c {
            '\n' => out.push(' '),
            c if unseen(c) => out += &format!("U+{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// Spaces, marks of direction and others without a picture.
fn hides(c: char) -> bool {
    c.is_whitespace() || is_unseen(c) || matches!(c, '\u{200c}' | '\u{200d}')
}
