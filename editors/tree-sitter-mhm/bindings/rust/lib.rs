//! The grammar of mhm for editors, as tree-sitter reads it, and the queries that go with it.

use tree_sitter_language::LanguageFn;

// The one function that `src/parser.c` exports.
unsafe extern "C" {
    fn tree_sitter_mhm() -> *const ();
}

/// The language: what a parser of tree-sitter is given.
// SAFETY: the function was written by the CLI of tree-sitter. It takes nothing and gives a pointer to a table that never changes.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_mhm) };

/// What every node is, as the CLI wrote it.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// What is coloured how.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// Which name stands for which.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");

/// What can be folded.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");

/// How far a line is indented.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
