//! Text to tree and back. Never sees a builtin: which names exist is the checker's business.

pub mod ast;
mod parser;
mod split;
mod token;

pub use parser::parse;
