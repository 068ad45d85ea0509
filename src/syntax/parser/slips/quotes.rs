//! Texts between other quotes, texts that are not closed, and comments of other languages.

use super::{Alike, Scan};
use crate::diagnostic::Diagnostic;
use crate::lookalike::like;
use crate::text::Edit;
use crate::token::{Kind, Token};

impl Scan<'_, '_> {
    /// A text between other quotes than two `"`.
    pub(super) fn quotes(&mut self, at: usize) {
        let token = self.text.tokens[at];
        let (start, end) = (token.start as usize, token.end as usize);
        let written = self.write(token);
        let mut chars = written.chars();
        let (Some(open), Some(close)) = (chars.next(), chars.next_back()) else { return };
        let inside = chars.as_str();
        let inside = match open {
            '"' => inside.to_string(),
            _ => inside.replace('\\', "\\\\").replace('"', "\\\""),
        };
        if at > 0 && self.text.word(at - 1) == "use" && inside.starts_with("std.") {
            let span = self.text.span(start, end);
            self.edit(start, end, &inside);
            let found = Diagnostic::error("syntax", "the path of an item of the library stands without quotes");
            let found = found.label(span, "no quotes").help(format!("write `use {inside}`"));
            self.found.diagnostics.push(found.fix(span, inside));
            return;
        }
        let right = format!("\"{inside}\"");
        let edit = Edit { start, end, text: right.clone() };
        self.found.edits.push(edit.clone());
        let strange = [open, close].into_iter().find(|c| !c.is_ascii());
        if let Some((c, like)) = strange.and_then(|c| Some((c, like(c)?))) {
            self.line.push(Alike { edit, c, what: like.what });
            return;
        }
        let span = self.text.span(start, end);
        let found = Diagnostic::error("syntax", "text stands between double quotes").label(span, "other quotes");
        self.found.diagnostics.push(found.help(format!("write `{right}`")).fix(span, right));
    }

    pub(super) fn open_string(&mut self, token: Token) {
        let (start, end) = (token.start as usize, token.end as usize);
        let written = self.write(token);
        let open = start + written.chars().next().map_or(1, char::len_utf8);
        let body = written.strip_suffix('{').map_or(written, str::trim_end);
        let close = start + written.find([')', ']']).unwrap_or(body.len());
        self.edit(start, open, "\"");
        self.edit(close, close, "\"");
        self.found.makeshift.push(start);
        let found = Diagnostic::error("unclosed-string", "this text has no closing `\"`")
            .label(self.text.span(start, end), "begins here")
            .help("close it with `\"` on the same line");
        self.found.diagnostics.push(found.guess(self.text.span(close, close), "\""));
    }

    pub(super) fn comment(&mut self, token: Token) {
        let (start, end) = (token.start as usize, token.end as usize);
        let written = self.write(token);
        let marks = [("/*", "*/"), ("\"\"\"", "\"\"\"")];
        if let Some((open, close)) = marks.into_iter().find(|(open, _)| written.starts_with(open)) {
            let inside = &written[open.len()..];
            let whole = inside.strip_suffix(close);
            let found = match whole {
                Some(_) => format!("comments begin with `//`, not with `{open}`"),
                None => format!("this `{open}` is never closed; comments begin with `//`"),
            };
            let found = Diagnostic::error("syntax", found)
                .label(self.text.span(start, start + open.len()), "this one")
                .help("write `//` before each line");
            let blank: String = written.chars().filter(|c| *c == '\n').collect();
            self.edit(start, end, &blank);
            let lines = self.lines(whole.unwrap_or(inside), start, end);
            self.found.diagnostics.push(match lines {
                Some(lines) => found.fix(self.text.span(start, end), lines),
                None => found,
            });
            return;
        }
        let mark = if written.starts_with("--") { "--" } else { &written[..1] };
        let span = self.text.span(start, start + mark.len());
        self.edit(start, start + mark.len(), "//");
        self.found.diagnostics.push(
            Diagnostic::error("syntax", format!("comments begin with `//`, not with `{mark}`"))
                .label(span, "this one")
                .help("write `//`")
                .fix(span, "//"),
        );
    }

    /// The lines of a comment, each with `//` before it, if the comment ends its line.
    fn lines(&self, inside: &str, start: usize, end: usize) -> Option<String> {
        let text = self.text.text;
        let after = text[end..].split('\n').next().unwrap_or_default();
        if !after.trim().is_empty() {
            return None;
        }
        let line = &text[text[..start].rfind('\n').map_or(0, |n| n + 1)..start];
        let indent = &line[..line.len() - line.trim_start().len()];
        let lines = inside.lines().map(|line| line.trim().trim_start_matches('*').trim());
        let lines: Vec<String> = lines.filter(|l| !l.is_empty()).map(|l| format!("// {l}")).collect();
        Some(lines.join(&format!("\n{indent}")))
    }

    /// `f"…"`
    pub(super) fn prefix(&mut self, at: usize) {
        let tokens = &self.text.tokens;
        let (token, next) = (tokens[at], tokens.get(at + 1));
        let word = self.write(token);
        let known = word.len() <= 2 && word.chars().all(|c| "fFrRbBuU".contains(c));
        let texts = |next: &Token| matches!(next.kind, Kind::String | Kind::Quoted | Kind::Mixed);
        if !known || !next.is_some_and(|next| texts(next) && next.start == token.end) {
            return;
        }
        let span = self.text.token_span(at);
        self.edit(token.start as usize, token.end as usize, "");
        let found = Diagnostic::error("syntax", format!("a text has no `{word}` before it")).label(span, "not needed");
        self.found.diagnostics.push(found.help("remove it; `{split}` in a key is filled in anyway").fix(span, ""));
    }
}
