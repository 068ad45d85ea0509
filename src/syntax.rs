//! Text to tree and back. Never sees a builtin: which names exist is the checker's business.

pub mod ast;
mod format;
mod lookalike;
mod parser;
mod printer;
mod split;
mod text;
mod token;

pub use format::format;
pub use parser::{MAX_BYTES, parse};
pub use printer::print;
pub use split::item_word;
