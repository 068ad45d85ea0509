//! `[slurm]` of `mhm.toml`: what a project asks of its cluster. Owns its keys; what they say is passed on unread.

use super::{Reading, article};
use crate::suggest::nearest;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::DeValue;

const KEYS: [&str; 5] = ["sbatch", "setup", "threads", "throttle", "tries"];

/// What the table says; nothing where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slurm {
    /// Options of `sbatch`, as they are.
    pub sbatch: Vec<String>,
    /// Lines of the script before the program: `module load cuda`.
    pub setup: Vec<String>,
    /// Processors of a task.
    pub threads: Option<u32>,
    /// Tasks at a time.
    pub throttle: Option<u64>,
    /// How often a run is tried again that was lost.
    pub tries: Option<u32>,
}

impl Reading<'_> {
    /// `throttle = 20`
    pub(super) fn slurm(&mut self, slurm: &mut Slurm, key: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        match key.get_ref().as_ref() {
            "sbatch" => slurm.sbatch = self.words("sbatch", "[\"--partition=gpu\"]", value),
            "setup" => slurm.setup = self.words("setup", "[\"module load cuda\"]", value),
            "threads" => slurm.threads = self.count("threads", value),
            "throttle" => slurm.throttle = self.count("throttle", value).map(u64::from),
            "tries" => slurm.tries = self.count("tries", value),
            name => {
                let help = match nearest(name, KEYS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        format!("`[slurm]` has `{}`; other options of a cluster go below `sbatch`", KEYS.join("`, `"))
                    }
                };
                let message = format!("there is no key `{name}` in `[slurm]`");
                self.wrong(key.span(), message, "nothing reads this", Some(help));
            }
        }
    }

    /// Texts of one line each.
    fn words(&mut self, name: &str, example: &str, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let help = format!("write `{name} = {example}`");
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(value.span(), format!("`{name}` is a list of texts"), &article(value.get_ref()), Some(help));
            return vec![];
        };
        let mut words = vec![];
        for one in list.iter() {
            match one.get_ref() {
                DeValue::String(word) if !word.contains(['\n', '\r']) => words.push(word.to_string()),
                DeValue::String(_) => {
                    self.wrong(one.span(), "this has more than one line".into(), "one line each", None)
                }
                other => self.wrong(one.span(), format!("`{name}` lists texts"), &article(other), Some(help.clone())),
            }
        }
        words
    }

    /// A number from one on.
    fn count(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<u32> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| (1..=10_000).contains(number));
        if number.is_none() {
            let label = article(value.get_ref());
            self.wrong(value.span(), format!("`{name}` is a whole number from 1 to 10000"), &label, None);
        }
        number
    }
}
