//! Proves a program right before any data is read: tree to HIR. Owns the walk over items; each kind of construct has
//! its own file. Every stage returns what it could make *and* what is wrong; a [`Val::Poison`] stands for what was reported already.

pub mod args;
mod argument;
mod builder;
mod checker;
mod data;
mod elaborate;
mod eval;
mod evaluator;
mod experiment;
mod idle;
mod mentions;
pub mod names;
mod network;
mod pipeline;
mod schedule;
mod settings;
mod size;
mod unknown;
mod value;

use crate::diagnostic::{Diagnostic, MOST, tidy};
use crate::hir;
use crate::parallel;
use crate::span::Ident;
use crate::suggest::meant;
use crate::syntax::ast::{Header, Item};
use checker::Checker;
use names::{ItemId, Program};
use value::{Bound, Val};

/// What a file declares, checked.
#[derive(Debug, Default)]
pub struct Checked {
    pub networks: Vec<hir::Network>,
    pub datasets: Vec<hir::Dataset>,
    pub schedules: Vec<hir::Schedule>,
    /// Those whose parameters all have defaults.
    pub pipelines: Vec<hir::Pipeline>,
    pub experiments: Vec<hir::Experiment>,
    /// Whether nothing is wrong: advice on what is missing would be wrong, too.
    pub is_sound: bool,
    /// What is said to no effect.
    pub unused: Vec<hir::Unused>,
}

impl Checked {
    fn extend(&mut self, more: Checked) {
        self.networks.extend(more.networks);
        self.datasets.extend(more.datasets);
        self.schedules.extend(more.schedules);
        self.pipelines.extend(more.pipelines);
        self.experiments.extend(more.experiments);
        self.unused.extend(more.unused);
    }

    /// Calls everything by the name of the alias it was made for.
    fn rename(&mut self, alias: &Header) {
        let heads = self.networks.iter_mut().map(|i| (&mut i.name, &mut i.span, &mut i.allow));
        let heads = heads.chain(self.datasets.iter_mut().map(|i| (&mut i.name, &mut i.span, &mut i.allow)));
        let heads = heads.chain(self.schedules.iter_mut().map(|i| (&mut i.name, &mut i.span, &mut i.allow)));
        let heads = heads.chain(self.pipelines.iter_mut().map(|i| (&mut i.name, &mut i.span, &mut i.allow)));
        let heads = heads.chain(self.experiments.iter_mut().map(|i| (&mut i.name, &mut i.span, &mut i.allow)));
        for (name, span, allow) in heads {
            *name = alias.name.node.clone();
            *span = alias.name.span;
            allow.extend(alias.allowed());
        }
    }
}

/// Items checked before their findings are counted again.
const GROUP: usize = 1024;

/// Checks every item of the entry file, side by side, until there is more than enough to mend. Sound results come even where other items are wrong.
pub fn check(program: &Program) -> (Checked, Vec<Diagnostic>) {
    check_with(program, &[])
}

/// The same with trials that were proposed for arms of its experiments.
pub fn check_with(program: &Program, proposed: &[hir::Proposed]) -> (Checked, Vec<Diagnostic>) {
    let ids: Vec<ItemId> = program.entry_items().collect();
    let (mut checked, mut diagnostics) = (Checked::default(), vec![]);
    for group in ids.chunks(GROUP) {
        if diagnostics.len() >= MOST {
            break;
        }
        for (item, found) in parallel::map(group, |&id| check_item(program, proposed, id)) {
            checked.extend(item);
            diagnostics.extend(found);
        }
    }
    // What is missing in the file may be what would use it.
    checked.is_sound = program.is_whole && diagnostics.is_empty();
    if checked.is_sound {
        checked.unused.extend(mentions::unused_uses(program));
    }
    tidy(&mut diagnostics);
    (checked, diagnostics)
}

fn check_item(program: &Program, proposed: &[hir::Proposed], id: ItemId) -> (Checked, Vec<Diagnostic>) {
    let cx = Checker { proposed, ..Checker::new(program) };
    let mut checked = Checked::default();
    cx.item(id, &mut checked);
    cx.allowed(id);
    // A mistyped name reads as if its parameter were unused.
    if cx.sound_since(0) {
        checked.unused = mentions::unused(program.item(id));
        checked.unused.extend(idle::idle(&cx, id));
    }
    (checked, cx.diagnostics.into_inner())
}

impl Checker<'_> {
    fn item(&self, id: ItemId, checked: &mut Checked) {
        let before = self.count();
        let bound = self.standalone(id);
        let mut made = Checked::default();
        let sound = self.count() == before && !self.is_full();
        self.bound_item(id, bound, &mut made);
        // What was made of wrong defaults is no subject for advice.
        if sound {
            checked.extend(made);
        }
    }

    /// An alias is checked as what it stands for; parameters it leaves open are unknown.
    fn alias(&self, id: ItemId, checked: &mut Checked) {
        let Item::Alias(alias) = self.program.item(id) else { return };
        let mut builder = builder::Builder::default();
        let mut evaluator = evaluator::Evaluator { cx: self, file: id.file, vars: Bound::new(), builder: &mut builder };
        let Val::Item(item) = evaluator.item(id, alias.header.name.span) else { return };
        let Some(bound) = args::partial(self, item.id, &item.args) else { return };
        let mut made = Checked::default();
        let before = self.count();
        self.bound_item(item.id, bound, &mut made);
        self.blame_arguments(before, item.id, &item.args);
        self.blame(before, alias.value.span);
        made.rename(&alias.header);
        checked.extend(made);
    }

    fn bound_item(&self, id: ItemId, bound: Bound, checked: &mut Checked) {
        match self.program.item(id) {
            Item::Use(_) => {}
            Item::Alias(_) => self.alias(id, checked),
            Item::Block(block) => network::check_block(self, id, block, bound),
            Item::Network(network) => {
                // One that hangs on a layer nobody has given yet is no subject for advice.
                let known = !bound.values().any(|val| matches!(val, Val::Poison));
                let made = network::check_network(self, id, network, bound);
                checked.networks.extend(made.filter(|_| known));
            }
            Item::Schedule(schedule) => checked.schedules.extend(schedule::check(self, id, schedule, &bound)),
            Item::Dataset(dataset) => checked.datasets.extend(data::check(self, id, dataset, &bound)),
            Item::Pipeline(pipeline) => checked.pipelines.extend(pipeline::check(self, id, pipeline, &bound)),
            Item::Experiment(experiment) => {
                checked.experiments.extend(experiment::check(self, id, experiment, &bound));
            }
        }
    }

    /// `allow(…)` names lints.
    fn allowed(&self, id: ItemId) {
        let item = self.program.item(id);
        for lint in item.allow() {
            if !hir::LINTS.contains(&lint.node.as_str()) {
                self.report(unknown_lint(lint));
            } else if let Item::Use(_) = item
                && !hir::OF_USES.contains(&lint.node.as_str())
            {
                let what = format!("before a `use`, `allow({})` silences nothing", lint.node);
                let found = Diagnostic::error("unknown-lint", what).label(lint.span, "not said of a `use`");
                self.report(found.help(format!("a `use` may have: {}", hir::OF_USES.join(", "))));
            }
        }
    }

    /// Arguments of an item checked alone: defaults, a symbol for a size without one, nothing known of the rest.
    fn standalone(&self, id: ItemId) -> Bound {
        let item = self.program.item(id);
        let Some(header) = item.header() else { return Bound::default() };
        let mut bound = args::defaults(self, id.file, header);
        if matches!(item, Item::Pipeline(_) | Item::Experiment(_)) {
            // A symbol fits no dataset: what hangs on it is checked where the pipeline is given its arguments.
            for param in header.params.iter().filter(|p| p.default.is_none()) {
                bound.insert(param.name.node.clone(), Val::Poison);
            }
        }
        bound
    }
}

fn unknown_lint(lint: &Ident) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-lint", format!("there is no lint `{}`", lint.node))
        .label(lint.span, "nothing to allow");
    match meant(&lint.node, hir::LINTS.iter().copied()) {
        Some(near) => diagnostic.did_you_mean(lint.span, near),
        None => diagnostic.help(format!("there are: {}", hir::LINTS.join(", "))),
    }
}
