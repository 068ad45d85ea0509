//! The one test binary: what the program promises, seen from outside.

mod check;
mod cli;
mod explain;
mod lint;
mod readme;
mod syntax;
