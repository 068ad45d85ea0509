//! The one test binary: what the program promises, seen from outside.

mod check;
mod cli;
mod explain;
mod golden;
mod lint;
mod readme;
mod runs;
mod stdlib;
mod syntax;
mod training;
