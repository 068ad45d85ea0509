//! Text to tree and back, and what is said of places in texts. Never sees a builtin: which names exist is the checker's business.

pub mod ast;
pub mod diagnostic;
mod format;
mod lookalike;
pub mod parallel;
mod parser;
mod printer;
pub mod source;
pub mod span;
mod split;
pub mod suggest;
mod text;
mod token;

pub use format::format;
pub use parser::{Kept, MAX_BYTES, parse};
pub use printer::print;
pub use split::item_word;
