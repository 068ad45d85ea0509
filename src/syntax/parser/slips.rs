//! Habits from other languages that show in single tokens, wherever they stand: `;`, `#` comments, a quote that is never
//! closed. Owns their messages; slips that need the grammar are found by `build.rs`.

use super::Text;
use crate::diagnostic::Diagnostic;
use crate::syntax::token::Kind;

pub(super) fn slips(text: &Text) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, token) in text.tokens.iter().enumerate() {
        let span = text.token_span(at);
        match token.kind {
            Kind::Hash => {
                let mark = text.span(token.start as usize, token.start as usize + 1);
                found.push(
                    Diagnostic::error("syntax", "comments begin with `//`, not with `#`")
                        .label(mark, "this one")
                        .help("write `//`")
                        .fix(mark, "//"),
                );
            }
            Kind::Stray if token.text(text.text) == ";" => found.push(
                Diagnostic::error("syntax", "statements end without `;`")
                    .label(span, "not needed")
                    .help("remove it")
                    .fix(span, ""),
            ),
            Kind::OpenString => {
                found.push(
                    Diagnostic::error("unclosed-string", "this text has no closing `\"`")
                        .label(span, "begins here")
                        .help("close it with `\"` on the same line"),
                );
            }
            _ => {}
        }
        if found.len() > super::MAX_FILE_ERRORS {
            break;
        }
    }
    found
}
