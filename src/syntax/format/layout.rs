//! Line breaks and indents. Owns how statements, bodies, long lists and long pipes are laid out and where comments go.

mod align;
mod wrap;

use super::spacing::Spacing;
use super::starts::Starts;
use crate::token::{Kind, Token};
use std::collections::BTreeMap;
use std::ops::Range;

/// Columns of a line.
const WIDTH: usize = 100;
/// Columns of one level.
const STEP: usize = 2;
/// Columns by which the rest of a statement stands in from its beginning.
const CONTINUED: usize = 2 * STEP;

/// The text of `tokens` in canonical layout.
pub(super) fn layout(text: &str, tokens: &[Token], starts: &Starts) -> String {
    let mut layout = Layout {
        spacing: Spacing::new(text, tokens, starts),
        partners: partners(text, tokens),
        pads: BTreeMap::new(),
        out: String::with_capacity(text.len()),
        after_comment: false,
    };
    layout.body(0..tokens.len(), 0, Columns::default());
    if !layout.out.is_empty() {
        layout.out.push('\n');
    }
    layout.out
}

/// For each opening bracket the closing one, and the reverse.
fn partners(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut partners: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(at),
            Kind::Close => {
                debug_assert!(token.text(text).len() == 1);
                if let Some(partner) = open.pop() {
                    (partners[partner], partners[at]) = (at, partner);
                }
            }
            _ => {}
        }
    }
    partners
}

/// Column to which a body pads its statements' first words.
#[derive(Clone, Copy, Default)]
struct Columns {
    words: usize,
}

impl Columns {
    /// The columns of the body of an item or statement that begins with `word`.
    fn of(word: &str) -> Self {
        let words = match word {
            "network" => "fusion".len(),
            "block" => "layer".len(),
            "dataset" => "modality".len(),
            _ => 0,
        };
        Self { words }
    }
}

/// What stands in a body: statements and comments, in order.
enum Unit {
    Comment(usize),
    /// Tokens from the first to the last that is no comment.
    Statement(Range<usize>),
}

impl Unit {
    fn first(&self) -> usize {
        match self {
            Unit::Comment(at) => *at,
            Unit::Statement(range) => range.start,
        }
    }
}

/// A token to stand below those of the neighbouring statements.
struct Aligned {
    token: usize,
    /// Columns before it.
    before: usize,
    /// Columns by which it may move.
    room: usize,
}

struct Layout<'t> {
    spacing: Spacing<'t>,
    partners: Vec<usize>,
    /// Extra blanks before a token, for alignment.
    pads: BTreeMap<usize, usize>,
    out: String,
    /// A comment ends this line: what comes next needs a new one.
    after_comment: bool,
}

impl Layout<'_> {
    fn token(&self, at: usize) -> Token {
        self.spacing.tokens[at]
    }

    fn line(&self) -> &str {
        self.out.rsplit('\n').next().unwrap_or_default()
    }

    fn column(&self) -> usize {
        self.line().chars().count()
    }

    fn newline(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.after_comment = false;
    }

    /// Writes one token behind what the line holds, or on a new line behind a comment.
    fn put(&mut self, at: usize, indent: usize) {
        if self.token(at).is_comment() {
            return self.comment(at, indent);
        }
        if self.after_comment {
            self.newline(indent);
        } else if !self.line().trim_start().is_empty() {
            self.out.extend(std::iter::repeat_n(' ', self.blanks(at)));
        }
        self.out.push_str(self.spacing.word(at));
    }

    fn blanks(&self, at: usize) -> usize {
        usize::from(self.spacing.blank_before(at)) + self.pads.get(&at).copied().unwrap_or(0)
    }

    fn comment(&mut self, at: usize, indent: usize) {
        let empty = self.line().trim_start().is_empty();
        if !empty && (self.after_comment || self.token(at).breaks > 0) {
            self.newline(indent);
        } else if !empty {
            self.out.push_str("  ");
        }
        self.out.push_str(self.spacing.word(at));
        self.after_comment = true;
    }

    /// Statements and comments, one a line. A single blank line between two is kept.
    fn body(&mut self, range: Range<usize>, indent: usize, columns: Columns) {
        let units = self.units(range);
        self.align(&units, indent, columns);
        for (n, unit) in units.iter().enumerate() {
            let first = self.token(unit.first());
            let trails = matches!(unit, Unit::Comment(_)) && first.breaks == 0 && !self.out.is_empty();
            if !trails && !self.out.is_empty() {
                if n > 0 && first.breaks > 1 {
                    self.out.push('\n');
                }
                self.newline(indent);
            }
            match unit {
                Unit::Comment(at) => self.comment(*at, indent),
                Unit::Statement(range) => self.statement(range.clone(), indent),
            }
        }
    }

    fn units(&self, range: Range<usize>) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut at = range.start;
        while at < range.end {
            if self.token(at).is_comment() {
                units.push(Unit::Comment(at));
                at += 1;
                continue;
            }
            let mut end = at + 1;
            let mut next = at;
            while next < range.end && (next == at || !self.spacing.starts.statements.contains(&next)) {
                // What stands in braces begins no statement of this body.
                next = if self.spacing.word(next) == "{" { self.partners[next].max(next) } else { next };
                if !self.token(next).is_comment() {
                    end = next + 1;
                }
                next += 1;
            }
            units.push(Unit::Statement(at..end));
            at = end;
        }
        units
    }

    fn statement(&mut self, range: Range<usize>, indent: usize) {
        let last = range.end - 1;
        if self.spacing.word(last) != "}" {
            return self.wrap(range, indent, 0);
        }
        let open = self.partners[last];
        if self.fits_on_a_line(&range, open, indent) {
            self.put(range.start, indent);
            (range.start + 1..range.end).for_each(|at| self.put_flat(at, indent));
            return;
        }
        let columns = Columns::of(self.spacing.word(range.start));
        self.wrap(range.start..open, indent, 2);
        self.put(open, indent);
        if last > open + 1 {
            self.body(open + 1..last, indent + STEP, columns);
            self.newline(indent);
        }
        self.out.push('}');
    }

    /// Whether a statement with a body was written on one line and fits one.
    fn fits_on_a_line(&self, range: &Range<usize>, open: usize, indent: usize) -> bool {
        let together = (open + 1..range.end).all(|at| self.token(at).breaks == 0);
        let comments = range.clone().any(|at| self.token(at).is_comment());
        together && !comments && indent + self.flat_width(range) <= WIDTH
    }

    /// Writes a token of a body on one line; statements are two blanks apart.
    fn put_flat(&mut self, at: usize, indent: usize) {
        if self.parts_statements(at) {
            self.out.push(' ');
        }
        self.put(at, indent);
    }

    fn parts_statements(&self, at: usize) -> bool {
        self.spacing.starts.statements.contains(&at) && at > 0 && self.spacing.word(at - 1) != "{"
    }

    fn flat_width(&self, range: &Range<usize>) -> usize {
        let mut width = 0;
        for at in range.clone() {
            if self.dropped(at) {
                continue;
            }
            if at > range.start {
                width += self.blanks(at) + usize::from(self.parts_statements(at));
            }
            width += self.spacing.word(at).chars().count();
        }
        width
    }

    /// Whether a comma before a closing bracket says nothing. `(a,)` is a tuple.
    fn dropped(&self, at: usize) -> bool {
        if self.spacing.word(at) != "," || self.spacing.tokens.get(at + 1).is_none_or(|t| t.kind != Kind::Close) {
            return false;
        }
        let open = self.partners[at + 1];
        self.spacing.word(open) == "[" || self.tops(open + 1..at, |word| word == ",").next().is_some()
    }

    /// Tokens outside of brackets in `range` whose text satisfies `wanted`.
    fn tops(&self, range: Range<usize>, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = usize> {
        let mut at = range.start;
        std::iter::from_fn(move || {
            while at < range.end {
                let this = at;
                let opens = self.token(at).kind == Kind::Open;
                at = if opens { self.partners[at].max(at) + 1 } else { at + 1 };
                if wanted(self.spacing.word(this)) {
                    return Some(this);
                }
            }
            None
        })
    }
}
