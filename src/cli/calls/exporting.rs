//! One trained network of an experiment, written to two files. Owns nothing that `mhm export` has not.

use super::{Call, asked};
use crate::cli::export;
use crate::cli::output::Color;

/// Exports with the words of `mhm export`.
///
/// # Errors
/// What is wrong with the words, the run or the files.
pub fn export(words: &[String]) -> Result<(), String> {
    let _call = Call::begin();
    export::run(&asked::read(words)?, Color::Never).map(|_| ())
}
