//! A setting that nothing reads.

mod of_experiments;
mod of_pipelines;

use super::{Lint, Look};

pub const LINT: Lint = Lint {
    name: "unused-setting",
    doc: "A setting has no say: an `optimizer`, `rate`, `clip` or `batch` of what is not trained, or that every phase overrides; \
          a `noise` without a measure of it, a `reference` that no `missing` or `hitting` is held against, an `every` beyond the \
          last epoch. In an experiment it is enough that one arm reads it.",
    looks: &[
        Look::Schedule(of_pipelines::of_phases),
        Look::Experiment(of_experiments::of_arms),
        Look::Experiment(of_experiments::check),
        Look::Alone(of_pipelines::check),
    ],
};
