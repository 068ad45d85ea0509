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
    /// The worst value of a metric among the groups of this name.
    Worst {
        metric: String,
        group: String,
    },
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
    /// What `name` means in these words; `None`: nothing.
    pub fn parse(name: &str, words: &Words<'_>) -> Option<Self> {
        if name == GENERALIZATION_GAP {
            return Self::parse("test_gap", words);
        }
        words.splits.iter().find_map(|split| {
            let rest = name.strip_prefix(split)?.strip_prefix('_')?;
            let (rest, change) = changed(rest, &words.modalities);
            let what = What::read(rest, words)?;
            let named = match (&what, &change) {
                (What::Metric(_) | What::Worst { .. } | What::Loss, _) => true,
                (What::Gap, None) => SplitName::TRAIN != **split && !words.metrics.is_empty(),
                (What::Sensitivity | What::SensitivityHarnessed | What::Missing | What::Hitting, None) => true,
                (_, Some(_)) => false,
            };
            named.then(|| Self { split: (*split).into(), what, change })
        })
    }

    /// The same in the words of a pipeline.
    pub fn of(name: &str, pipeline: &Pipeline) -> Option<Self> {
        Self::parse(name, &Words::of(pipeline))
    }

    /// Every measure that has a name in a pipeline, whether the experiment has what it takes or not.
    pub fn all_of(pipeline: &Pipeline) -> Vec<Self> {
        Self::all(&Words::of(pipeline))
    }

    fn all(Words { splits, metrics, modalities, groups }: &Words<'_>) -> Vec<Self> {
        let worst = |metric: &&str| {
            let metric = metric.to_string();
            groups.iter().map(move |group| What::Worst { metric: metric.clone(), group: group.to_string() })
        };
        let values: Vec<What> = std::iter::once(What::Loss)
            .chain(metrics.iter().map(|word| What::Metric(word.to_string())))
            .chain(metrics.iter().flat_map(worst))
            .collect();
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
    fn read(word: &str, words: &Words<'_>) -> Option<Self> {
        Some(match word {
            "loss" => What::Loss,
            "gap" => What::Gap,
            "gs" => What::Sensitivity,
            "gs_harnessed" => What::SensitivityHarnessed,
            "missing" => What::Missing,
            "hitting" => What::Hitting,
            word if words.metrics.contains(&word) => What::Metric(word.into()),
            word => {
                let of = |group: &&str| {
                    let metric = word.strip_suffix(*group)?.strip_suffix("_worst_")?;
                    words.metrics.contains(&metric).then(|| (metric.to_string(), group.to_string()))
                };
                let (metric, group) = words.groups.iter().find_map(of)?;
                What::Worst { metric, group }
            }
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

/// What names of measures are made of.
pub struct Words<'p> {
    pub splits: Vec<&'p str>,
    /// In the order of the pipeline.
    pub metrics: Vec<&'p str>,
    pub modalities: Vec<&'p str>,
    pub groups: Vec<&'p str>,
}

impl<'p> Words<'p> {
    pub fn of(pipeline: &'p Pipeline) -> Self {
        let data = &pipeline.data;
        Self {
            splits: data.splits.iter().map(|s| &*s.name).collect(),
            metrics: pipeline.metrics.iter().map(|m| m.name.as_str()).collect(),
            modalities: data.modalities.iter().map(|m| m.name.as_str()).collect(),
            groups: data.groups.iter().map(|group| group.name.as_str()).collect(),
        }
    }
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
            What::Worst { metric, group } => return write!(f, "{metric}_worst_{group}"),
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
        let words = Words {
            splits: vec!["train", "test", "test_far"],
            metrics: vec!["error", "f1"],
            modalities: vec!["audio", "low_video"],
            groups: vec!["site", "test_site"],
        };
        MeasureName::parse(name, &words)
    }

    fn measure(split: &str, what: What, change: Option<Perturbation>) -> Option<MeasureName> {
        Some(MeasureName { split: split.into(), what, change })
    }

    #[test]
    fn every_form_is_read() {
        let error = || What::Metric("error".into());
        assert_eq!(parse("test_error"), measure("test", error(), None));
        assert_eq!(parse("test_far_error"), measure("test_far", error(), None));
        let worst = |group: &str| What::Worst { metric: "f1".into(), group: group.into() };
        assert_eq!(parse("test_f1_worst_site"), measure("test", worst("site"), None));
        let without = Perturbation::Without("audio".into());
        assert_eq!(parse("test_f1_worst_test_site_without_audio"), measure("test", worst("test_site"), Some(without)));
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
        for name in [
            "train_gap",
            "gap",
            "test_accuracy",
            "test_loss_worst_site",
            "test_f1_worst_who",
            "fresh_error",
            "test_gs_without_audio",
            "test_error_without_x",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
        let nothing = Words { splits: vec!["test"], metrics: vec![], modalities: vec![], groups: vec!["site"] };
        assert_eq!(MeasureName::parse("test_gap", &nothing), None);
    }

    #[test]
    fn names_are_written_as_they_are_read() {
        let (splits, metrics) = (vec!["train", "test"], vec!["error"]);
        let words = Words { splits, metrics, modalities: vec!["audio"], groups: vec!["site"] };
        let all = MeasureName::all(&words);
        assert_eq!(all.len(), 2 * (3 + 4 + 6) + 1);
        for measure in all {
            assert_eq!(MeasureName::parse(&measure.to_string(), &words), Some(measure));
        }
    }
}
