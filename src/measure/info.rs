//! How measures are to be read: their unit, and whether less is better.

use crate::builtin::Metric;
use crate::hir::{MeasureName, Pipeline, What};
use crate::record::{MeasureInfo, OneOf, Unit};

/// How measures of these names are shown, in the words of a pipeline that has them.
pub fn infos(names: &[String], pipeline: &Pipeline) -> Vec<MeasureInfo> {
    names.iter().map(|name| info(name, pipeline)).collect()
}

/// Sensitivities and ratios are plain numbers, as in Tables 3 and 4. More is better of the hitting ratio and of metrics that
/// say so; a gap is turned so that more is worse.
fn info(name: &str, pipeline: &Pipeline) -> MeasureInfo {
    let of = |word: &str| pipeline.metrics.iter().find(|m| m.name == word).map(|m| m.metric.as_ref());
    let measure = MeasureName::of(name, pipeline);
    let what = measure.as_ref().map(|measure| measure.what.clone());
    let (unit, lower_is_better) = match &what {
        Some(What::Metric(word) | What::Worst { metric: word, .. }) => {
            (unit(of(word)), of(word).is_none_or(Metric::lower_is_better))
        }
        Some(What::Gap) => (unit(pipeline.metrics.first().map(|m| m.metric.as_ref())), true),
        Some(What::Hitting) => (Unit::Plain, false),
        Some(What::Loss | What::Sensitivity | What::SensitivityHarnessed | What::Missing) | None => (Unit::Plain, true),
    };
    let one_of = match what {
        Some(What::Worst { metric, group }) => {
            let of = measure.map(|measure| MeasureName { what: What::Metric(metric), ..measure });
            OneOf::Worst { of: of.map_or(String::new(), |of| of.to_string()), group }
        }
        Some(What::Sensitivity) => OneOf::Seed,
        Some(What::SensitivityHarnessed) => OneOf::Replicas,
        Some(What::Metric(_) | What::Loss | What::Gap | What::Missing | What::Hitting) | None => OneOf::Run,
    };
    MeasureInfo { name: name.to_string(), label: None, unit, lower_is_better, one_of }
}

fn unit(metric: Option<&dyn Metric>) -> Unit {
    metric.map_or(Unit::Plain, Metric::unit)
}
