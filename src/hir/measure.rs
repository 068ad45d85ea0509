//! Names of measures: what of a run, on which split, of which inputs. Owns how they are written; what they come to is
//! computed elsewhere.

use super::Pipeline;
use crate::measured::Perturbation;
use crate::split::SplitName;
use std::fmt;

/// A measure by name: `test_error`, `fresh_loss_without_audio`, `test_gs`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeasureName {
    pub split: SplitName,
    pub what: What,
    /// Only of metrics and the loss.
    pub change: Option<Perturbation>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A metric of the pipeline, by its name.
    Metric(String),
    Loss,
    /// The first metric against that of the training split, turned so that more is worse.
    Gap,
    /// Generalization sensitivity (GS): mean KL divergence between the repeats of a seed (section 5.2).
    Sensitivity,
    /// The same between the replicas of one run (GS-harnessed).
    SensitivityHarnessed,
    /// Share of samples wrong here and right in any reference (section 5.2, Table 4).
    Missing,
    /// Share of samples right here and wrong in all references.
    Hitting,
}

/// The paper's name for the gap of the split `test`.
const GENERALIZATION_GAP: &str = "generalization_gap";

impl MeasureName {
    /// What `name` means where there are these splits, metrics (in their order) and modalities; `None`: nothing.
    pub fn parse(name: &str, splits: &[&str], metrics: &[&str], modalities: &[&str]) -> Option<Self> {
        if name == GENERALIZATION_GAP {
            return Self::parse("test_gap", splits, metrics, modalities);
        }
        splits.iter().find_map(|split| {
            let rest = name.strip_prefix(split)?.strip_prefix('_')?;
            let (rest, change) = changed(rest, modalities);
            let what = What::read(rest, metrics)?;
            let named = match (&what, &change) {
                (What::Metric(_) | What::Loss, _) => true,
                (What::Gap, None) => SplitName::TRAIN != **split && !metrics.is_empty(),
                (What::Sensitivity | What::SensitivityHarnessed | What::Missing | What::Hitting, None) => true,
                (_, Some(_)) => false,
            };
            named.then(|| Self { split: (*split).into(), what, change })
        })
    }

    /// The same in the words of a pipeline.
    pub fn of(name: &str, pipeline: &Pipeline) -> Option<Self> {
        let (splits, metrics, modalities) = words(pipeline);
        Self::parse(name, &splits, &metrics, &modalities)
    }

    /// Every measure that has a name in a pipeline, whether the experiment has what it takes or not.
    pub fn all_of(pipeline: &Pipeline) -> Vec<Self> {
        let (splits, metrics, modalities) = words(pipeline);
        Self::all(&splits, &metrics, &modalities)
    }

    fn all(splits: &[&str], metrics: &[&str], modalities: &[&str]) -> Vec<Self> {
        let values: Vec<What> =
            std::iter::once(What::Loss).chain(metrics.iter().map(|word| What::Metric(word.to_string()))).collect();
        let gap = (!metrics.is_empty()).then_some(What::Gap);
        let others = [What::Sensitivity, What::SensitivityHarnessed, What::Missing, What::Hitting];
        let mut all = vec![];
        for split in splits {
            let named = |what: &What, change| Self { split: (*split).into(), what: what.clone(), change };
            all.extend(values.iter().map(|what| named(what, None)));
            all.extend(gap.iter().filter(|_| SplitName::TRAIN != **split).map(|what| named(what, None)));
            all.extend(others.iter().map(|what| named(what, None)));
            for modality in modalities {
                let changes = [Perturbation::Without(modality.to_string()), Perturbation::Noisy(modality.to_string())];
                let changed = changes.iter().flat_map(|change| values.iter().map(move |what| (what, change)));
                all.extend(changed.map(|(what, change)| named(what, Some(change.clone()))));
            }
        }
        all
    }
}

impl What {
    fn read(word: &str, metrics: &[&str]) -> Option<Self> {
        Some(match word {
            "loss" => What::Loss,
            "gap" => What::Gap,
            "gs" => What::Sensitivity,
            "gs_harnessed" => What::SensitivityHarnessed,
            "missing" => What::Missing,
            "hitting" => What::Hitting,
            word => What::Metric(metrics.iter().find(|metric| **metric == word)?.to_string()),
        })
    }
}

/// What stands before `_without_MODALITY` or `_noisy_MODALITY`, and that.
fn changed<'n>(name: &'n str, modalities: &[&str]) -> (&'n str, Option<Perturbation>) {
    let of = |modality: &&str| {
        let rest = name.strip_suffix(modality)?;
        let without = rest.strip_suffix("_without_").map(|rest| (rest, Perturbation::Without(modality.to_string())));
        without.or_else(|| Some((rest.strip_suffix("_noisy_")?, Perturbation::Noisy(modality.to_string()))))
    };
    modalities.iter().find_map(of).map_or((name, None), |(rest, change)| (rest, Some(change)))
}

/// Splits, metrics and modalities of a pipeline.
fn words(pipeline: &Pipeline) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
    (
        pipeline.data.splits.iter().map(|s| &*s.name).collect(),
        pipeline.metrics.iter().map(|m| m.name.as_str()).collect(),
        pipeline.data.modalities.iter().map(|m| m.name.as_str()).collect(),
    )
}

impl fmt::Display for MeasureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = self.change.as_ref().map_or(String::new(), Perturbation::suffix);
        write!(f, "{}_{}{suffix}", self.split, self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            What::Metric(word) => word,
            What::Loss => "loss",
            What::Gap => "gap",
            What::Sensitivity => "gs",
            What::SensitivityHarnessed => "gs_harnessed",
            What::Missing => "missing",
            What::Hitting => "hitting",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str) -> Option<MeasureName> {
        MeasureName::parse(name, &["train", "test", "test_far"], &["error", "f1"], &["audio", "low_video"])
    }

    fn measure(split: &str, what: What, change: Option<Perturbation>) -> Option<MeasureName> {
        Some(MeasureName { split: split.into(), what, change })
    }

    #[test]
    fn every_form_is_read() {
        let error = || What::Metric("error".into());
        assert_eq!(parse("test_error"), measure("test", error(), None));
        assert_eq!(parse("test_far_error"), measure("test_far", error(), None));
        assert_eq!(parse("train_loss"), measure("train", What::Loss, None));
        assert_eq!(parse("generalization_gap"), measure("test", What::Gap, None));
        assert_eq!(parse("test_gs"), measure("test", What::Sensitivity, None));
        assert_eq!(parse("test_far_gs_harnessed"), measure("test_far", What::SensitivityHarnessed, None));
        assert_eq!(parse("test_missing"), measure("test", What::Missing, None));
        assert_eq!(parse("test_hitting"), measure("test", What::Hitting, None));
        let without = Perturbation::Without("audio".into());
        assert_eq!(parse("test_error_without_audio"), measure("test", error(), Some(without)));
        let noisy = Perturbation::Noisy("low_video".into());
        assert_eq!(parse("test_loss_noisy_low_video"), measure("test", What::Loss, Some(noisy)));
    }

    #[test]
    fn what_there_is_not_has_no_name() {
        for name in
            ["train_gap", "gap", "test_accuracy", "fresh_error", "test_gs_without_audio", "test_error_without_x"]
        {
            assert_eq!(parse(name), None, "{name}");
        }
        assert_eq!(MeasureName::parse("test_gap", &["test"], &[], &[]), None);
    }

    #[test]
    fn names_are_written_as_they_are_read() {
        let (splits, metrics, modalities) = (["train", "test"], ["error"], ["audio"]);
        let all = MeasureName::all(&splits, &metrics, &modalities);
        assert_eq!(all.len(), 2 * (2 + 4 + 4) + 1);
        for measure in all {
            assert_eq!(MeasureName::parse(&measure.to_string(), &splits, &metrics, &modalities), Some(measure));
        }
    }
}
