//! A setting that nothing reads.

mod of_experiments;
mod of_pipelines;

use super::{Lint, Look};

pub const LINT: Lint = Lint {
    name: "unused-setting",
    looks: &[
        Look::Schedule(of_pipelines::of_phases),
        Look::Experiment(of_experiments::of_arms),
        Look::Experiment(of_experiments::check),
        Look::Alone(of_pipelines::check),
    ],
};
