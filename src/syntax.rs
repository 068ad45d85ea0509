//! Text to tree and back. Never sees a builtin: which names exist is the checker's business.

pub mod ast;

pub fn parse(_: &crate::source::SourceMap, _: crate::span::SourceId) -> (ast::File, Vec<crate::diagnostic::Diagnostic>) {
    Default::default()
}
