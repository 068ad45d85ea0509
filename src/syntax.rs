//! Text to tree and back. Never sees a builtin: which names exist is the checker's business.

pub mod ast;
mod format;
mod parser;
mod printer;
mod split;
mod token;

pub use format::format;
pub use parser::parse;
pub use printer::print;
