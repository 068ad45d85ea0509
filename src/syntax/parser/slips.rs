//! Slips that show in single tokens, wherever they stand: look-alike characters, other languages' comments, marks and
//! quotes. Owns their messages and how the text is read on; slips that need the grammar are found by `habits.rs` and `build.rs`.

mod quotes;

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::lookalike::{Like, like, like_among_latin, romanized};
use crate::text::{Edit, Text, edited};
use crate::token::{Kind, Token};

/// What was found, and the text to read in its place.
#[derive(Default)]
pub(super) struct Slips {
    pub diagnostics: Vec<Diagnostic>,
    /// In order, apart from one another.
    pub edits: Vec<Edit>,
    /// Where an edit only lets reading go on: nothing more is to be made of its item.
    pub makeshift: Vec<usize>,
}

/// Marks of other languages, what is meant, and in which words. The longest that fits is taken.
const MARKS: &[(&str, &str, &str)] = &[
    ("||>", "|>", CHAIN),
    ("|>|>", "|>", CHAIN),
    ("|>>", "|>", CHAIN),
    (">>=", "|>", CHAIN),
    (">>", "|>", CHAIN),
    ("==>", "|>", CHAIN),
    ("=>", "|>", CHAIN),
    ("-->", "|>", CHAIN),
    ("~>", "|>", CHAIN),
    ("%>%", "|>", CHAIN),
    ("===", "=", "a value is given with `=`"),
    ("==", "=", "a value is given with `=`"),
    (":=", "=", "a value is given with `=`"),
    ("<-", "=", "a value is given with `=`"),
    ("&&", "&", "sets are intersected with `&`"),
    ("||", "+", "sets are joined with `+`"),
    ("::", ".", "the parts of a path are separated by `.`"),
    (",,", ",", "one `,` stands between two items"),
];
const CHAIN: &str = "layers are chained with `|>`";

pub(super) fn slips(text: &Text) -> Slips {
    let mut scan = Scan { text, found: Slips::default(), line: Vec::new(), told: BTreeSet::new() };
    let mut at = 0;
    while at < text.tokens.len() && scan.found.diagnostics.len() <= super::MAX_FILE_ERRORS {
        if text.tokens[at].indent.is_some() {
            scan.end_line();
        }
        at += scan.token(at);
    }
    scan.end_line();
    scan.found
}

/// A look-alike of the line that is read.
struct Alike {
    edit: Edit,
    c: char,
    what: &'static str,
}

struct Scan<'a, 't> {
    text: &'a Text<'t>,
    found: Slips,
    line: Vec<Alike>,
    /// Names of other letters that something was said of.
    told: BTreeSet<&'t str>,
}

impl<'t> Scan<'_, 't> {
    /// Looks at the token; how many tokens that took.
    fn token(&mut self, at: usize) -> usize {
        let token = self.text.tokens[at];
        match token.kind {
            Kind::Foreign => self.comment(token),
            Kind::Mixed => self.quotes(at),
            Kind::Quoted if at > 0 && self.text.word(at - 1) == "use" && self.write(token)[1..].starts_with("std.") => {
                self.quotes(at)
            }
            Kind::OpenString => self.open_string(token),
            Kind::Word | Kind::Number | Kind::Stray if self.word_length(at) > 0 => {
                let length = self.word_length(at);
                self.name(at, length);
                return length;
            }
            Kind::Word => self.prefix(at),
            Kind::Mark | Kind::Stray => return self.mark(at),
            Kind::Number | Kind::String | Kind::Quoted | Kind::Comment | Kind::Doc | Kind::Open | Kind::Close => {}
        }
        1
    }

    fn write(&self, token: Token) -> &'t str {
        token.text(self.text.text)
    }

    fn edit(&mut self, start: usize, end: usize, text: &str) {
        self.found.edits.push(Edit { start, end, text: text.into() });
    }

    /// Tokens of the word that begins here, if it has a letter that is not ASCII.
    fn word_length(&self, at: usize) -> usize {
        let tokens = &self.text.tokens;
        let belongs = |i: usize| {
            let c = self.write(tokens[i]).chars().next();
            let letter = c.is_some_and(|c| c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c));
            matches!(tokens[i].kind, Kind::Word | Kind::Number) || (tokens[i].kind == Kind::Stray && letter)
        };
        let mut end = at;
        while end < tokens.len() && belongs(end) && (end == at || tokens[end - 1].end == tokens[end].start) {
            end += 1;
        }
        let strange = tokens[at..end].iter().any(|t| t.kind == Kind::Stray);
        if strange { end - at } else { 0 }
    }

    fn name(&mut self, at: usize, length: usize) {
        let tokens = &self.text.tokens[at..at + length];
        let (start, end) = (tokens[0].start as usize, tokens[length - 1].end as usize);
        let name = &self.text.text[start..end];
        let look = if name.contains(|c: char| c.is_ascii_alphabetic()) { like_among_latin } else { like };
        let strange: Vec<(usize, char)> = name.char_indices().filter(|(_, c)| !c.is_ascii()).collect();
        if strange.iter().all(|(_, c)| look(*c).is_some()) {
            for (from, c) in strange {
                if let Some(like) = look(c) {
                    self.alike(start + from, c, like);
                }
            }
            return;
        }
        let plain = romanized(name);
        let read = plain.clone().unwrap_or_else(|| {
            strange.iter().fold(String::from("_"), |name, (_, c)| format!("{name}{:x}", u32::from(*c)))
        });
        self.edit(start, end, &read);
        if self.told.insert(name) {
            let found = Diagnostic::error("look-alike", format!("the name `{name}` has other letters than a to z"))
                .label(self.text.span(start, end), "this name");
            let rule = "names are of the letters a to z, digits and `_`; others stand in texts and comments";
            self.found.diagnostics.push(match plain {
                Some(plain) => found.help(format!("write `{plain}` everywhere; {rule}")),
                None => found.help(rule),
            });
        }
    }

    fn alike(&mut self, start: usize, c: char, like: Like) {
        let edit = Edit { start, end: start + c.len_utf8(), text: like.text };
        self.found.edits.push(edit.clone());
        self.line.push(Alike { edit, c, what: like.what });
    }

    /// Says what is to be said of the look-alikes of one line.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let (Some(first), Some(last)) = (line.first(), line.last()) else { return };
        let stretch = first.edit.start..last.edit.end;
        let edits: Vec<Edit> = line.iter().map(|alike| alike.edit.clone()).collect();
        let mended = edited(self.text.text, stretch.clone(), &edits);
        let mut found = Diagnostic::error("look-alike", format!("{}; {}", first.named(), first.advice()));
        for alike in line.iter().take(SHOWN) {
            found = found.label(self.text.span(alike.edit.start, alike.edit.end), alike.advice());
        }
        let others = match line.len() {
            1 => String::new(),
            n => format!(" and {} more on this line", n - 1),
        };
        let help = format!("`mhm check --fix` mends it{others}; such characters stand in texts and comments");
        let span = self.text.span(stretch.start, stretch.end);
        self.found.diagnostics.push(found.help(help).fix(span, mended));
    }

    fn mark(&mut self, at: usize) -> usize {
        let tokens = &self.text.tokens;
        let (start, rest) = (tokens[at].start as usize, &self.text.text[tokens[at].start as usize..]);
        if self.write(tokens[at]) == "==" && self.compares(at) {
            return 1;
        }
        let known = MARKS.iter().filter(|(mark, ..)| rest.starts_with(mark)).max_by_key(|(mark, ..)| mark.len());
        if let Some((mark, meant, rule)) = known {
            let end = start + mark.len();
            let meant = if *mark == "::" && rest[2..].starts_with(' ') { ":" } else { *meant };
            let span = self.text.span(start, end);
            self.edit(start, end, meant);
            let found = Diagnostic::error("syntax", format!("{rule}, not with `{mark}`"));
            let found = found.label(span, "not a mark of this language").help(format!("write `{meant}`"));
            self.found.diagnostics.push(found.fix(span, meant));
            return tokens[at..].iter().take_while(|t| (t.start as usize) < end).count();
        }
        if tokens[at].kind == Kind::Stray {
            self.stray(at);
        }
        1
    }

    /// Whether the token stands in the brackets of `where`, which compares.
    fn compares(&self, at: usize) -> bool {
        let mut open = 1;
        let bracket = (0..at).rev().find(|i| {
            open += match self.text.word(*i) {
                ")" => 1,
                "(" => -1,
                _ => 0,
            };
            open == 0
        });
        bracket.is_some_and(|bracket| bracket > 0 && self.text.word(bracket - 1) == "where")
    }

    fn stray(&mut self, at: usize) {
        let token = self.text.tokens[at];
        let (start, end) = (token.start as usize, token.end as usize);
        let Some(c) = self.write(token).chars().next() else { return };
        let span = self.text.token_span(at);
        if c == ';' {
            let next = self.text.text[end..].chars().next();
            let gap = if next.is_none_or(char::is_whitespace) { "" } else { " " };
            self.edit(start, end, " ");
            let found = Diagnostic::error("syntax", "statements end without `;`").label(span, "not needed");
            self.found.diagnostics.push(found.help("remove it").fix(span, gap));
        } else if c == '…' {
            self.edit(start, end, "_");
            self.found.makeshift.push(start);
            let found = Diagnostic::error("look-alike", "`…` (U+2026) stands for nothing here");
            self.found.diagnostics.push(found.label(span, "left out").help("write out what it stands for"));
        } else if let Some(like) = like(c).filter(|_| !c.is_ascii() || c == '\u{b}') {
            self.alike(start, c, like);
        }
    }
}

/// Labels of one line's look-alikes.
const SHOWN: usize = 5;

impl Alike {
    /// `` `“` (U+201C) is a curly quote``
    fn named(&self) -> String {
        let unseen = self.c.is_whitespace() || self.c.is_control() || matches!(self.edit.text.as_str(), "");
        let code = format!("U+{:04X}", u32::from(self.c));
        if unseen { format!("{code} is {}", self.what) } else { format!("`{}` ({code}) is {}", self.c, self.what) }
    }

    fn advice(&self) -> String {
        match self.edit.text.as_str() {
            "" => "remove it".into(),
            " " => "type a space".into(),
            "\n" => "begin a new line".into(),
            text if text.starts_with('"') => "type `\"`".into(),
            text => format!("type `{}`", text.trim()),
        }
    }
}
