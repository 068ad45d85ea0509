//! `mhm`: a language for training multi-modal networks module by module, and its interpreter.
//!
//! ```text
//!  text ──parse──► Ast ──check──► Pipeline (HIR) ─┬─schedule──► Plan  ─┐
//!  (+ stdlib)             ▲           │           └─lower─────► Graph ─┼─train─► Events ─► store ─► report
//!                  builtin rows       └─lint──► advice   Dataset ──────┘
//! ```
//!
//! Modules in reading order.

// Ground floor.
pub mod batch;
pub mod digits;
pub mod fault;
pub mod folder;
pub mod id;
pub mod measured;
pub mod record;
pub mod search;
pub mod shape;
pub mod significance;
pub mod split;
pub mod visible;

// Text to tree.
pub mod library;
pub use mhm_syntax::{self as syntax, diagnostic, parallel, source, span, suggest};

// Numbers, and what the language knows without a library.
pub mod builtin;
pub use mhm_tensor::{self as tensor, seed};

// Tree to checked program.
pub mod check;
pub mod hir;

// Checked program to what runs.
pub mod cost;
pub mod data;
pub mod graph;
pub mod plan;

// What its author may not mean.
pub mod lint;

// Training and its results.
pub mod experiment;
pub mod interchange;
pub mod measure;
pub mod model;
pub mod report;
pub mod store;
pub mod train;

// What a person sees.
pub mod cli;
pub mod explain;
pub mod lsp;

/// Tests count what they take.
#[cfg(test)]
#[global_allocator]
static COUNTING: tensor::allocations::Counting = tensor::allocations::Counting;

#[cfg(test)]
#[path = "../tests/it/zz_needs.rs"]
mod zz_needs;
