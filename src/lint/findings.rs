//! What lints find in a file: each finding once, silenced where an `allow` says so, shown where this file uses what it is in. Owns
//! which finding yields to which.

use super::cost::Run;
use super::levels::Levels;
use super::{LINTS, Lint, Look, Subject, phases, sets, sizes, unused_allow};
use crate::diagnostic::{Diagnostic, Label};
use crate::hir::{Experiment, Network, Pipeline, Schedule, Unused};
use crate::span::{Ident, SourceId, Span};
use crate::split::SplitName;
use std::collections::{BTreeMap, BTreeSet};

struct Findings<'l> {
    levels: &'l Levels,
    /// Code and own place of what was found: arms of one experiment share schedules, networks and datasets.
    seen: BTreeSet<(&'static str, Span)>,
    found: Vec<Finding>,
    /// Every `allow` whose lint had all there is to look at, and those that silenced something.
    looked: BTreeMap<Span, Ident>,
    silencing: BTreeSet<Span>,
}

/// A finding, and the items that it is made of.
struct Finding {
    diagnostic: Diagnostic,
    items: Vec<Span>,
}

/// From where a pipeline is looked at.
struct Origin<'e> {
    experiment: Option<&'e Experiment>,
    /// The file the findings are for.
    entry: SourceId,
}

impl<'l> Findings<'l> {
    fn new(levels: &'l Levels) -> Self {
        let (seen, found, looked, silencing) = Default::default();
        Self { levels, seen, found, looked, silencing }
    }

    fn experiment(&mut self, experiment: &Experiment) {
        let arms = experiment.arms.iter().map(|arm| &arm.pipeline);
        let before = self.found.len();
        let items = arms.clone().flat_map(items).collect();
        let shown = Shown { experiment: Some(experiment), ..Shown::default() };
        self.look(&[&experiment.allow], items, Whole::Yes, &shown);
        let origin = Origin { experiment: Some(experiment), entry: experiment.span.source };
        for finding in &mut self.found[before..] {
            anchor(&mut finding.diagnostic, arms.clone(), &origin);
        }
        let references = experiment.references.iter().flat_map(|reference| &reference.pipelines);
        for pipeline in arms.chain(references).chain(experiment.most_folded()) {
            self.pipeline(pipeline, &origin);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, origin: &Origin<'_>) {
        if !tractable(&pipeline.schedule) {
            return;
        }
        let allow = allowed(pipeline, origin.experiment);
        let before = self.found.len();
        let run = Run::new(pipeline);
        let shown = Shown {
            pipeline: Some(pipeline),
            run: run.as_ref(),
            alone: origin.experiment.is_none().then_some(pipeline),
            schedule: Some(&pipeline.schedule),
            network: Some(&pipeline.network),
            ..Shown::default()
        };
        self.look(&allow, items(pipeline).to_vec(), Whole::Yes, &shown);
        for finding in &mut self.found[before..] {
            anchor(&mut finding.diagnostic, std::iter::once(pipeline), origin);
        }
    }

    /// What is seen of all pipelines together.
    fn pipelines(&mut self, subject: &Subject<'_>) {
        let arms = subject.experiments.iter().flat_map(|e| e.arms.iter().map(|arm| &arm.pipeline));
        let all: Vec<&Pipeline> = subject.pipelines.iter().chain(arms).collect();
        for lint in LINTS {
            for look in lint.looks {
                let Look::Pipelines(look) = look else { continue };
                for (diagnostic, pipeline) in look(&all) {
                    let origin = Origin { experiment: None, entry: SourceId(0) };
                    let experiment =
                        subject.experiments.iter().find(|e| e.arms.iter().any(|a| std::ptr::eq(&a.pipeline, pipeline)));
                    let before = self.found.len();
                    self.one(lint, diagnostic, &allowed(pipeline, experiment), items(pipeline).to_vec());
                    for finding in &mut self.found[before..] {
                        anchor(&mut finding.diagnostic, std::iter::once(pipeline), &origin);
                    }
                }
            }
        }
    }

    /// An item of this file; an alias may stand for one of another.
    fn item(&mut self, allow: &Vec<Ident>, span: Span, shown: &Shown<'_>) {
        let before = self.found.len();
        self.look(&[allow], vec![span], Whole::No, shown);
        for Finding { diagnostic, .. } in &mut self.found[before..] {
            if diagnostic.span().source != span.source {
                diagnostic.labels.insert(0, Label { span, text: "stands for what is below".into() });
            }
        }
    }

    /// Runs every lint on what it is shown.
    fn look(&mut self, allow: &[&Vec<Ident>], items: Vec<Span>, whole: Whole, shown: &Shown<'_>) {
        for lint in LINTS {
            let mut complete = true;
            for look in lint.looks {
                let found = shown.to(*look);
                complete &= (found.is_some() || whole == Whole::Yes) && (shown.is_sized() || !counts_samples(*look));
                for diagnostic in found.into_iter().flatten() {
                    self.one(lint, diagnostic, allow, items.clone());
                }
            }
            if complete {
                // A list that allows idle ones has none.
                let lists = allow.iter().filter(|list| list.iter().all(|a| a.node != unused_allow::LINT.name));
                let named = lists.copied().flatten().filter(|allowed| allowed.node == lint.name);
                self.looked.extend(named.map(|allowed| (allowed.span, allowed.clone())));
            }
        }
    }

    /// Keeps what is new and not silenced.
    fn one(&mut self, lint: &Lint, diagnostic: Diagnostic, allow: &[&Vec<Ident>], items: Vec<Span>) {
        let silencing: Vec<Span> =
            allow.iter().copied().flatten().filter(|a| a.node == lint.name).map(|a| a.span).collect();
        if !silencing.is_empty() {
            self.silencing.extend(silencing);
        } else if !self.levels.silences(lint.name) && self.seen.insert((diagnostic.code, diagnostic.span())) {
            self.found.push(Finding { diagnostic, items });
        }
    }

    /// Of this file alone: a library's items are used by others, too.
    fn idle_allows(&mut self) {
        let looks = LINTS.iter().flat_map(|lint| lint.looks);
        for look in looks {
            let Look::Allow(look) = look else { continue };
            if self.levels.silences(unused_allow::LINT.name) {
                continue;
            }
            let idle =
                self.looked.iter().filter(|(span, _)| span.source == SourceId(0) && !self.silencing.contains(span));
            let idle: Vec<Diagnostic> = idle.map(|(_, allowed)| look(allowed)).collect();
            self.found.extend(idle.into_iter().map(|diagnostic| Finding { diagnostic, items: vec![] }));
        }
    }

    /// What does not yield to another finding, by place.
    fn left(self) -> Vec<Diagnostic> {
        let mut items: BTreeMap<&'static str, BTreeSet<Span>> = BTreeMap::new();
        for finding in &self.found {
            items.entry(finding.diagnostic.code).or_default().extend(&finding.items);
        }
        let yields = |finding: &Finding| {
            let to = YIELDS.iter().find(|(name, _)| *name == finding.diagnostic.code).map_or(&[][..], |(_, to)| to);
            let mut theirs = to.iter().filter_map(|code| items.get(code));
            theirs.any(|theirs| finding.items.iter().any(|item| theirs.contains(item)))
        };
        let left: Vec<bool> = self.found.iter().map(|finding| !yields(finding)).collect();
        let mut diagnostics: Vec<Diagnostic> =
            self.found.into_iter().zip(left).filter(|(_, left)| *left).map(|(finding, _)| finding.diagnostic).collect();
        diagnostics.sort_by(|a, b| (a.span(), a.severity, a.code).cmp(&(b.span(), b.severity, b.code)));
        diagnostics
    }
}

/// What there is for lints to look at.
#[derive(Clone, Copy, Default)]
struct Shown<'s> {
    experiment: Option<&'s Experiment>,
    pipeline: Option<&'s Pipeline>,
    run: Option<&'s Run<'s>>,
    alone: Option<&'s Pipeline>,
    schedule: Option<&'s Schedule>,
    network: Option<&'s Network>,
    unused: Option<&'s Unused>,
}

/// Whether what is found may hang on how many samples there are, which of files only `check --data` knows.
fn counts_samples(look: Look) -> bool {
    matches!(look, Look::Experiment(_) | Look::Run(_))
}

impl Shown<'_> {
    /// Whether it is known how many samples are trained on.
    fn is_sized(&self) -> bool {
        let arms = self.experiment.into_iter().flat_map(|experiment| experiment.arms.iter().map(|arm| &arm.pipeline));
        arms.chain(self.pipeline).all(|pipeline| sizes::split(&pipeline.data, &SplitName::TRAIN).is_some())
    }

    /// What is found; `None` where what is looked at is not there.
    fn to(&self, look: Look) -> Option<Vec<Diagnostic>> {
        match look {
            Look::Experiment(look) => self.experiment.map(look),
            Look::Pipeline(look) => self.pipeline.map(look),
            Look::Run(look) => self.run.map(look),
            Look::Alone(look) => self.alone.map(look),
            Look::Schedule(look) => self.schedule.map(look),
            Look::Network(look) => self.network.map(look),
            Look::Unused(look) => self.unused.map(look),
            Look::Pipelines(_) | Look::Allow(_) => None,
        }
    }
}

/// Whether a lint sees all that there is to see of what it looks at.
#[derive(Clone, Copy, PartialEq)]
enum Whole {
    Yes,
    No,
}

/// The items of a pipeline.
fn items(pipeline: &Pipeline) -> [Span; 4] {
    [pipeline.span, pipeline.schedule.span, pipeline.network.span, pipeline.data.span]
}

fn allowed<'p>(pipeline: &'p Pipeline, experiment: Option<&'p Experiment>) -> Vec<&'p Vec<Ident>> {
    let own = [&pipeline.allow, &pipeline.schedule.allow, &pipeline.network.allow, &pipeline.data.allow];
    experiment.map(|e| &e.allow).into_iter().chain(own).collect()
}

/// Sets that tell more kinds of sample apart are no person's; proofs about them would take for ever.
fn tractable(schedule: &Schedule) -> bool {
    const MAX_KINDS: usize = 300;
    phases::phases(schedule).iter().all(|placed| sets::kinds(&placed.phase.on) <= MAX_KINDS)
}

/// Puts a place in the user's file in front, where the finding itself is in a library or another file.
fn anchor<'p>(
    diagnostic: &mut Diagnostic,
    mut pipelines: impl Iterator<Item = &'p Pipeline> + Clone,
    origin: &Origin<'_>,
) {
    let at = diagnostic.span();
    if at.source == origin.entry {
        return;
    }
    let own = |p: &&Pipeline| p.span.source == origin.entry;
    let label = match (pipelines.clone().find_map(|p| used(p, at, origin)), pipelines.find(own), origin.experiment) {
        (Some((name, span)), ..) => Label { span, text: format!("`{name}` is used here") },
        (None, Some(pipeline), _) => Label { span: pipeline.span, text: "in this pipeline".into() },
        (None, None, Some(experiment)) => Label { span: experiment.span, text: "in this experiment".into() },
        (None, None, None) => return,
    };
    diagnostic.labels.insert(0, label);
}

/// The item of the pipeline that a place is in, and where this file uses it.
fn used<'p>(pipeline: &'p Pipeline, at: Span, origin: &Origin<'_>) -> Option<(&'p str, Span)> {
    let (schedule, network, data) = (&pipeline.schedule, &pipeline.network, &pipeline.data);
    [
        (&schedule.name, schedule.span, schedule.used_at),
        (&network.name, network.span, network.used_at),
        (&data.name, data.span, data.used_at),
    ]
    .into_iter()
    // The item the place is in is the last that begins before it.
    .filter(|(_, item, _)| item.source == at.source && item.start <= at.start)
    .max_by_key(|(_, item, _)| item.start)
    .filter(|(_, _, used)| used.source == origin.entry)
    .map(|(name, _, used)| (name.as_str(), used))
}

/// Findings that are left out where one of the others is made of the same item: one cause has one message, and mending that may
/// mend both.
const YIELDS: &[(&str, &[&str])] = &[
    ("fold-overlap", &["test-samples-in-training"]),
    ("head-and-embedding-share-samples", &["replica-never-trained", "test-samples-in-training"]),
    ("never-trained-module", &["phase-trains-nothing"]),
    ("overspent-budget", &["phase-never-runs", "unfair-budget"]),
    ("phase-never-runs", &["small-fold", "nested-repeat", "unspent-budget"]),
    ("rate-beyond-run", &["unspent-budget"]),
    ("too-few-seeds", &["equal-arms"]),
    ("uncovered-fold", &["phase-trains-nothing", "test-samples-in-training"]),
    (
        "unfair-budget",
        &["phase-never-runs", "phase-trains-nothing", "small-fold", "test-samples-in-training", "unspent-budget"],
    ),
    ("unused-input", &["repeated-input"]),
    ("unused-layer", &["repeated-input", "unused-let"]),
    ("unused-let", &["repeated-input"]),
    ("unused-modality", &["unused-input"]),
];

/// Every finding once, by place. A finding in another file is shown where this file uses what is in it.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Findings::new(subject.levels);
    for experiment in subject.experiments {
        found.experiment(experiment);
    }
    for pipeline in subject.pipelines {
        found.pipeline(pipeline, &Origin { experiment: None, entry: pipeline.span.source });
    }
    if subject.is_sound {
        found.pipelines(subject);
    }
    for schedule in subject.schedules.iter().filter(|schedule| tractable(schedule)) {
        found.item(&schedule.allow, schedule.span, &Shown { schedule: Some(schedule), ..Shown::default() });
    }
    for network in subject.networks {
        found.item(&network.allow, network.span, &Shown { network: Some(network), ..Shown::default() });
    }
    for unused in subject.unused {
        found.item(&unused.allow, unused.item.span, &Shown { unused: Some(unused), ..Shown::default() });
    }
    if subject.is_sound {
        found.idle_allows();
    }
    found.left()
}
