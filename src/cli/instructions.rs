//! Which instruction set is computed with, as the command line says it, and what is to be said of those that others used.

use super::output::note;
use crate::report::count as plural;
use crate::tensor::Instructions;
use clap::Args;
use std::collections::BTreeMap;

/// For commands that train.
#[derive(Clone, Debug, Args)]
pub struct Asked {
    /// Compute with `avx512`, `avx2` or `portable` alone: the same bits on every machine that has them, and runs of their own
    /// (default: the best of this machine)
    #[arg(long, value_name = "SET")]
    instructions: Option<Instructions>,
}

impl Asked {
    /// What was asked for, if this machine has it.
    pub fn here(&self) -> Result<Option<Instructions>, String> {
        match self.instructions {
            Some(asked) if !asked.are_here() => {
                Err(format!("this machine has no {asked}: `--instructions` takes {}", listed(" or ")))
            }
            asked => Ok(asked),
        }
    }

    /// As it was typed.
    pub fn typed(&self) -> Option<String> {
        self.instructions.map(|asked| asked.to_string())
    }
}

/// All that this machine has, the best first.
pub fn listed(between: &str) -> String {
    let mut words: Vec<String> = Instructions::here().map(|instructions| instructions.to_string()).collect();
    words.reverse();
    words.join(between)
}

/// What `word` names, if this machine has it: what computed a run, as it is stored.
pub fn stored(word: &str) -> Option<Instructions> {
    word.parse().ok().filter(|instructions: &Instructions| instructions.are_here())
}

/// The same of what computed the run that a model is of; that the machine lacks it is said.
pub fn of_a_model(word: &str) -> Option<Instructions> {
    let known = stored(word);
    if known.is_none() && !word.is_empty() {
        let here = listed(", ");
        note(&format!(
            "the model's run was computed with {word}, this machine has {here}: the last digits may be others"
        ));
    }
    known
}

/// How many runs each instruction set computed, by its word.
pub type Shares = BTreeMap<String, usize>;

/// Of the words that runs were stored with; those of earlier versions say none.
pub fn shares<'w>(words: impl Iterator<Item = &'w str>) -> Shares {
    let mut shares = Shares::new();
    words.filter(|word| !word.is_empty()).for_each(|word| *shares.entry(word.into()).or_default() += 1);
    shares
}

/// "avx2 (3 runs) and avx512 (5 runs)", where there are several.
pub fn mixed(shares: &Shares) -> Option<String> {
    let shown = |(word, count): (&String, &usize)| format!("{word} ({})", plural(*count, "run"));
    (shares.len() > 1).then(|| shares.iter().map(shown).collect::<Vec<_>>().join(" and "))
}
