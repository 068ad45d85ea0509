//! Names of measures: whether every arm has what one takes, and what was meant where none does.

use super::ExperimentChecker;
use crate::builtin::{self, Kind};
use crate::diagnostic::{Diagnostic, Safety};
use crate::hir::{Arm, MeasureName, What};
use crate::span::Ident;
use crate::split::SplitName;
use crate::suggest::declared;
use crate::syntax::ast::ExperimentStmt;

/// The arms that measure, and whether there is something to hold them against.
pub(super) struct Measures<'a> {
    /// At least one.
    pub(super) arms: &'a [Arm],
    pub(super) references: bool,
}

impl ExperimentChecker<'_> {
    /// `None` where no arm is sound: nothing is known of what it would measure.
    pub(super) fn measures<'a>(&self, arms: &'a [Arm]) -> Option<Measures<'a>> {
        let references = self.experiment.body.iter().any(|s| matches!(s, ExperimentStmt::Reference { .. }));
        (!arms.is_empty()).then_some(Measures { arms, references })
    }

    /// Reports a name that is no measure of these arms.
    pub(super) fn measure(&self, name: &Ident, measures: &Option<Measures<'_>>) {
        let Some(measures) = measures else { return };
        let read: Vec<Option<MeasureName>> =
            measures.arms.iter().map(|arm| MeasureName::of(&name.node, &arm.pipeline)).collect();
        let Some(found) = read.iter().flatten().next() else {
            return self.cx.report(match self.shown_by(&name.node) {
                Some(shown) => unknown(name)
                    .help(format!("`{}` is what people read for `{shown}`: write `{shown}`", name.node))
                    .fix(name.span, shown),
                None => measures.unknown(name),
            });
        };
        if let Some(wrong) = measures.lacking(name, found) {
            self.cx.report(wrong);
        } else if let Some(without) = read.iter().position(Option::is_none) {
            self.cx.report(
                Diagnostic::error("unknown-measure", format!("not every arm measures `{}`", name.node))
                    .label(name.span, "not of all arms")
                    .label(measures.arms[without].pipeline.data.used_at, "not with this data, for one")
                    .help("give all arms the splits, metrics and modalities that it takes"),
            );
        }
    }
}

impl Measures<'_> {
    /// Reports a measure that is known at the end alone, where epochs are to be shown.
    pub(super) fn ends(&self, name: &Ident) -> Option<Diagnostic> {
        let of = |arm: &Arm| MeasureName::of(&name.node, &arm.pipeline);
        let is_worst = self.arms.iter().filter_map(of).any(|measure| matches!(measure.what, What::Worst { .. }));
        let found = Diagnostic::error("unknown-measure", format!("`{}` is measured at the end alone", name.node));
        is_worst.then(|| found.label(name.span, "not of every epoch").help("show it in a `table`"))
    }
}

fn unknown(name: &Ident) -> Diagnostic {
    Diagnostic::error("unknown-measure", format!("there is no measure `{}`", name.node)).label(name.span, "not found")
}

fn replicated(arm: &Arm) -> bool {
    arm.pipeline.schedule.replicas.values().any(|replicas| replicas.count > 1)
}

impl Measures<'_> {
    /// What the arms lack for a measure that has a name.
    fn lacking(&self, name: &Ident, measure: &MeasureName) -> Option<Diagnostic> {
        let lacks = |why: &str| {
            let message = format!("`{}` {why}", name.node);
            Diagnostic::error("unknown-measure", message).label(name.span, "cannot be measured")
        };
        match measure.what {
            What::Metric(_) | What::Worst { .. } | What::Loss | What::Gap => None,
            What::Missing | What::Hitting if !self.references => Some(
                lacks("holds every run against others, and there are none")
                    .help("add `reference first = …`: a pipeline on the same data, such as one of a single modality"),
            ),
            What::SensitivityHarnessed if !self.arms.iter().any(replicated) => Some(
                lacks("compares the replicas of one run, and no arm has several")
                    .help("vary over a schedule with `replicas`, such as `Mhm(heads: 4)`"),
            ),
            What::Sensitivity | What::SensitivityHarnessed | What::Missing | What::Hitting => {
                let arm = self.arms.iter().find(|arm| arm.pipeline.class_output().is_none())?;
                let found = lacks("is of predicted classes, and there are none");
                Some(
                    found
                        .label(arm.pipeline.span, "no classes here")
                        .help("it takes an output that the loss or a metric holds against a target `class(…)`"),
                )
            }
        }
    }

    fn unknown(&self, name: &Ident) -> Diagnostic {
        let mut names: Vec<String> =
            MeasureName::all_of(&self.arms[0].pipeline).iter().map(MeasureName::to_string).collect();
        names.push("generalization_gap".into());
        let found = unknown(name);
        if name.node == "train_gap" {
            return found.help("a gap is against the training split: write `test_gap`");
        }
        if let Some(metric) = self.unlisted(&name.node) {
            let own = &self.arms[0].pipeline.metrics;
            let all: Vec<&str> = own.iter().map(|m| m.name.as_str()).chain([metric]).collect();
            return found.help(match own.iter().all(|m| m.name == m.word) {
                true => format!("nothing measures `{metric}`: write `metrics {}` in the pipeline", all.join(", ")),
                false => format!("nothing measures `{metric}`: add `{metric}` to the `metrics` of the pipeline"),
            });
        }
        // `accuracy` is measured of every split.
        let of_tests = format!("test_{}", name.node);
        if names.contains(&of_tests) {
            return found.did_you_mean(name.span, (of_tests.as_str(), Safety::Unsafe));
        }
        // Of a split that is only to be made.
        let splits = &self.arms[0].pipeline.data.splits;
        if let Some(rest) =
            name.node.strip_prefix(&*SplitName::TEST).filter(|_| splits.iter().all(|s| s.name != SplitName::TEST))
            && names.contains(&format!("{}{rest}", SplitName::TRAIN))
        {
            return found.help(format!(
                "the data has no split `{}`: declare one, `split test = random(0.3)`, or test on all in turn, `cross 5`",
                SplitName::TEST
            ));
        }
        match declared(&name.node, names.iter().map(String::as_str)) {
            Some(near) => found.did_you_mean(name.span, near),
            None => found.help(self.forms()),
        }
    }

    /// The metric of `test_error`, where the pipeline has the split and not the metric.
    fn unlisted<'n>(&self, measure: &'n str) -> Option<&'n str> {
        let splits = &self.arms[0].pipeline.data.splits;
        let words = splits.iter().filter_map(|split| measure.strip_prefix(&*split.name)?.strip_prefix('_'));
        words.into_iter().find(|word| builtin::find(word).any(|row| matches!(row.kind, Kind::Metric(_))))
    }

    /// `measures are: SPLIT_loss, SPLIT_error, …; SPLIT is train, test or fresh`.
    fn forms(&self) -> String {
        let pipeline = &self.arms[0].pipeline;
        let words = pipeline.metrics.iter().map(|m| m.name.as_str());
        let gap = (!pipeline.metrics.is_empty()).then_some("gap");
        let words: Vec<String> =
            std::iter::once("loss").chain(words).chain(gap).map(|word| format!("SPLIT_{word}")).collect();
        let splits: Vec<&str> = pipeline.data.splits.iter().map(|s| &*s.name).collect();
        format!(
            "measures are: {}, for the splits {}; `mhm explain measures` has all",
            words.join(", "),
            splits.join(", ")
        )
    }
}
