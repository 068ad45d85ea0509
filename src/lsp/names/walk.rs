//! The walk over the trees of a program that finds its names.

use super::{Meaning, Mention, MentionRole, What};
use crate::builtin::registry;
use crate::check::names::{ItemId, Program};
use crate::span::{Ident, Span};
use crate::syntax::ast::{
    Amount, Arg, Block, BlockBody, Choices, Dataset, DatasetStmt, Deploy, Experiment, ExperimentStmt, Expr, ExprNode,
    Header, Item, Length, NetworkStmt, Parts, Phase, Pipeline, PipelineStmt, Schedule, ScheduleStmt, Setting, UsePath,
};

pub struct Walk<'p> {
    program: &'p Program,
    item: ItemId,
    /// Names of this item, innermost last.
    scope: Vec<(String, What)>,
    /// Items whose outputs, targets and the like can be named, too.
    open: Vec<ItemId>,
    found: Vec<Mention>,
    /// Whether names stand among the arguments of a call.
    within: Within,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Call,
    Nothing,
}

/// Whether a value can be named so. Labels, splits, metrics and the like are named in places of their own: `ETE: EndToEnd`,
/// `split fresh = fresh(2000)`, `metrics acc2 = acc2(zeros: left_out)`.
fn is_value(what: What, within: Within) -> bool {
    match what {
        What::Parameter
        | What::Input
        | What::Module
        | What::Value
        | What::Variable
        | What::Detection
        | What::Axis
        | What::Setting => true,
        What::Modality | What::Group => within == Within::Call,
        What::Output | What::Phase | What::Target | What::Split | What::Metric | What::Label | What::Reference => false,
    }
}

impl<'p> Walk<'p> {
    /// The names of one file.
    pub fn file(program: &'p Program, file: usize) -> Vec<Mention> {
        let items = &program.files[file].tree.items;
        let of = |item: usize| {
            let item = ItemId { file, item };
            let mut walk = Walk { program, item, scope: vec![], open: vec![], found: vec![], within: Within::Nothing };
            walk.item();
            walk.found
        };
        (0..items.len()).flat_map(of).collect()
    }

    fn item(&mut self) {
        let program = self.program;
        let item = program.item(self.item);
        if let Some(header) = item.header() {
            self.header(header);
        }
        match item {
            Item::Use(used) => {
                if let UsePath::Library(parts) = &used.path
                    && let Some(last) = parts.last()
                    && let Some(id) = program.files[self.item.file].scope.get(&last.node)
                {
                    self.mention(last.span, Meaning::Item(*id), MentionRole::Uses);
                }
            }
            Item::Alias(alias) => self.expr(&alias.value),
            Item::Block(Block { body: BlockBody::Expr(body), .. }) => self.expr(body),
            Item::Block(Block { body: BlockBody::Statements(body), .. }) => self.network(body),
            Item::Network(network) => self.network(&network.body),
            Item::Schedule(schedule) => self.schedule(schedule),
            Item::Dataset(dataset) => self.dataset(dataset),
            Item::Pipeline(pipeline) => self.pipeline(pipeline),
            Item::Experiment(experiment) => self.experiment(experiment),
        }
    }

    fn header(&mut self, header: &Header) {
        self.mention(header.name.span, Meaning::Item(self.item), MentionRole::Declares);
        for param in &header.params {
            if let Some(default) = &param.default {
                self.expr(default);
            }
            self.declare(&param.name, What::Parameter);
        }
    }

    fn mention(&mut self, span: Span, meaning: Meaning, role: MentionRole) {
        self.found.push(Mention { span, meaning, role });
    }

    fn inside(&self, what: What, name: &str) -> Meaning {
        Meaning::Inside { item: self.item, what, name: name.into() }
    }

    fn declare(&mut self, name: &Ident, what: What) {
        self.scope.push((name.node.clone(), what));
        self.mention(name.span, self.inside(what, &name.node), MentionRole::Declares);
    }

    /// A name that is declared in this item as one of these.
    fn own(&mut self, name: &Ident, whats: &[What]) {
        let known = self.scope.iter().rev().find(|(known, what)| *known == name.node && whats.contains(what));
        if let Some((_, what)) = known {
            self.mention(name.span, self.inside(*what, &name.node), MentionRole::Uses);
        }
    }

    /// A name that another item declares as one of these.
    fn theirs(&mut self, name: &str, span: Span, whats: &[What]) -> Option<()> {
        let (item, what) = self.open.iter().find_map(|id| {
            let declared = declared(self.program.item(*id));
            declared.into_iter().find(|(other, what)| other.node == name && whats.contains(what)).map(|(_, w)| (*id, w))
        })?;
        self.mention(span, Meaning::Inside { item, what, name: name.into() }, MentionRole::Uses);
        Some(())
    }

    fn name(&mut self, name: &str, span: Span) {
        let visible = |what: What| is_value(what, self.within);
        let own = self.scope.iter().rev().find(|(known, what)| known == name && visible(*what)).map(|(_, what)| *what);
        let meaning = match own {
            Some(what) => Some(self.inside(what, name)),
            None if self.theirs(name, span, &[What::Output, What::Target, What::Modality, What::Split]).is_some() => {
                return;
            }
            None => {
                let item = self.program.files[self.item.file].scope.get(name).map(|id| Meaning::Item(*id));
                item.or_else(|| registry::find(name).next().map(|row| Meaning::Builtin(row.name)))
            }
        };
        if let Some(meaning) = meaning {
            self.mention(span, meaning, MentionRole::Uses);
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.node {
            ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) | ExprNode::String(_) => {}
            ExprNode::Name(name) => self.name(name, expr.span),
            ExprNode::Length(inner, _) | ExprNode::Member(inner, _) | ExprNode::Unary(_, inner) => self.expr(inner),
            ExprNode::List(items) | ExprNode::Tuple(items) => self.exprs(items),
            ExprNode::Call(callee, args) => {
                self.expr(callee);
                let item = head_item(self.program, self.item.file, callee);
                self.args(args, item);
            }
            ExprNode::Index(a, b) | ExprNode::Binary(_, a, b) | ExprNode::Pipe(a, b) => {
                self.expr(a);
                self.expr(b);
            }
        }
    }

    fn args(&mut self, args: &[Arg], callee: Option<ItemId>) {
        let around = std::mem::replace(&mut self.within, Within::Call);
        for arg in args {
            if let (Some(name), Some(item)) = (&arg.name, callee) {
                let params = self.program.item(item).header().map_or(&[][..], |header| &header.params);
                if params.iter().any(|param| param.name.node == name.node) {
                    let meaning = Meaning::Inside { item, what: What::Parameter, name: name.node.clone() };
                    self.mention(name.span, meaning, MentionRole::Uses);
                }
            }
            self.expr(&arg.value);
        }
        self.within = around;
    }

    fn network(&mut self, body: &[NetworkStmt]) {
        for (name, what) in of_network(body) {
            self.declare(name, what);
        }
        for statement in body {
            match statement {
                // Sizes that an input names are its own.
                NetworkStmt::Input { shape, .. } => {
                    for size in shape {
                        if let ExprNode::Name(name) = &size.node {
                            self.own(&Ident::new(name.clone(), size.span), &[What::Parameter]);
                        } else {
                            self.expr(size);
                        }
                    }
                }
                NetworkStmt::Module { body, .. } => self.expr(body),
                NetworkStmt::Let { value, .. } | NetworkStmt::Output { value, .. } => self.expr(value),
            }
        }
    }

    fn schedule(&mut self, schedule: &Schedule) {
        self.stages(&schedule.body);
    }

    fn stages(&mut self, body: &[ScheduleStmt]) {
        for statement in body {
            match statement {
                ScheduleStmt::Folds { count, options, .. } => {
                    self.expr(count);
                    self.args(options, None);
                }
                ScheduleStmt::Replicas { count, .. } => self.expr(count),
                ScheduleStmt::Repeat { times, body, .. } => {
                    self.exprs(times);
                    self.stages(body);
                }
                ScheduleStmt::For { variable, body, .. } => {
                    self.declare(variable, What::Variable);
                    self.stages(body);
                    self.scope.pop();
                }
                ScheduleStmt::Phase(phase) => self.phase(phase),
                ScheduleStmt::Deploy { what: Deploy::Expr(expr) | Deploy::Best { split: expr, .. }, .. } => {
                    self.set(expr);
                }
                ScheduleStmt::Deploy { what: Deploy::Last { .. }, .. } => {}
            }
        }
    }

    fn phase(&mut self, phase: &Phase) {
        self.mention(phase.name.span, self.inside(What::Phase, &phase.name.node), MentionRole::Declares);
        for expr in phase.train.iter().chain(&phase.through).chain([&phase.on]) {
            self.set(expr);
        }
        match &phase.length {
            Some(Length::For(amount)) => self.amount(amount),
            Some(Length::NoGain { patience, split, at_most, .. }) => {
                self.amount(patience);
                self.set(split);
                at_most.iter().for_each(|most| self.amount(most));
            }
            None => {}
        }
        self.settings(&phase.settings);
    }

    /// Roles, folds and splits: of the names inside, only those that the schedule declares mean something here.
    fn set(&mut self, expr: &Expr) {
        match &expr.node {
            ExprNode::Name(name) => {
                self.own(&Ident::new(name.clone(), expr.span), &[What::Parameter, What::Variable]);
            }
            ExprNode::Call(_, args) => args.iter().for_each(|arg| self.set(&arg.value)),
            ExprNode::Index(_, index) => self.set(index),
            ExprNode::Binary(_, a, b) | ExprNode::Pipe(a, b) => {
                self.set(a);
                self.set(b);
            }
            ExprNode::Unary(_, inner) | ExprNode::Length(inner, _) => self.set(inner),
            ExprNode::List(items) | ExprNode::Tuple(items) => items.iter().for_each(|item| self.set(item)),
            ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) | ExprNode::String(_) | ExprNode::Member(..) => {
            }
        }
    }

    fn amount(&mut self, amount: &Amount) {
        self.expr(&amount.count);
    }

    fn settings(&mut self, settings: &[Setting]) {
        for setting in settings {
            self.expr(&setting.value);
            self.args(&setting.options, None);
        }
    }

    fn dataset(&mut self, dataset: &Dataset) {
        self.exprs(&dataset.from);
        for (name, what) in of_dataset(&dataset.body) {
            self.declare(name, what);
        }
        for statement in &dataset.body {
            match statement {
                DatasetStmt::Modality { shape, value, .. } => {
                    self.exprs(shape);
                    self.expr(value);
                }
                DatasetStmt::Target { ty, value, .. } => {
                    self.expr(ty);
                    self.expr(value);
                }
                DatasetStmt::Group { value, options, .. } => {
                    self.expr(value);
                    self.args(options, None);
                }
                DatasetStmt::Split { value, .. } => self.expr(value),
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for statement in &pipeline.body {
            if let PipelineStmt::Data { value, .. } | PipelineStmt::Network { value, .. } = statement {
                self.open.extend(head_item(self.program, self.item.file, value));
            }
        }
        for statement in &pipeline.body {
            if let PipelineStmt::Detect { name, .. } = statement {
                self.declare(name, What::Detection);
            }
        }
        for statement in &pipeline.body {
            match statement {
                PipelineStmt::Data { value, .. }
                | PipelineStmt::Network { value, .. }
                | PipelineStmt::Schedule { value, .. } => {
                    let open = std::mem::take(&mut self.open);
                    self.expr(value);
                    self.open = open;
                }
                PipelineStmt::Modalities { value, .. }
                | PipelineStmt::Loss { value, .. }
                | PipelineStmt::Detect { value, .. } => self.expr(value),
                PipelineStmt::Budget { amount, .. } => self.amount(amount),
                PipelineStmt::Metrics { values, .. } => {
                    for metric in values {
                        if let Some(name) = &metric.name {
                            self.declare(name, What::Metric);
                        }
                        self.expr(&metric.value);
                    }
                }
                PipelineStmt::Start { module, value, .. } => {
                    self.theirs(&module.node, module.span, &[What::Module]);
                    self.expr(value);
                }
                PipelineStmt::Keep { split, by, .. } => {
                    self.theirs(&split.node, split.span, &[What::Split]);
                    if let Some(by) = by {
                        self.name(&by.node, by.span);
                    }
                }
                PipelineStmt::Setting(setting) => self.settings(std::slice::from_ref(setting)),
            }
        }
    }

    fn experiment(&mut self, experiment: &Experiment) {
        for (name, what) in of_experiment(&experiment.body) {
            self.declare(name, what);
        }
        const AXES: &[What] = &[What::Axis, What::Setting, What::Reference];
        let axes = |walk: &mut Self, names: &[Ident]| names.iter().for_each(|name| walk.own(name, AXES));
        for statement in &experiment.body {
            match statement {
                ExperimentStmt::Vary { values, .. } | ExperimentStmt::Published { values, .. } => self.choices(values),
                ExperimentStmt::Choose(choose) => {
                    self.exprs(choose.dimensions.iter().map(|dimension| &dimension.values));
                    self.exprs(&choose.trials);
                    self.exprs(choose.seeds.iter().map(|(seeds, _)| seeds));
                    choose.of.iter().for_each(|label| self.own(label, &[What::Label]));
                }
                ExperimentStmt::Cross { parts, options, .. } => {
                    if let Parts::Into(count) = parts {
                        self.expr(count);
                    }
                    self.args(options, None);
                }
                ExperimentStmt::Seeds { value, .. }
                | ExperimentStmt::Repeats { value, .. }
                | ExperimentStmt::Noise { value, .. }
                | ExperimentStmt::Run { value, .. }
                | ExperimentStmt::Reference { value, .. } => self.expr(value),
                ExperimentStmt::Table(table) => {
                    [&table.rows, &table.columns, &table.cells].into_iter().for_each(|names| axes(self, names));
                }
                ExperimentStmt::Figure(figure) => {
                    [&figure.lines, &figure.panels].into_iter().for_each(|names| axes(self, names));
                    self.exprs(&figure.every);
                }
                ExperimentStmt::Compare { name, .. } => self.own(name, AXES),
            }
        }
    }

    fn choices(&mut self, values: &Choices) {
        match values {
            Choices::Listed(choices, _) => self.exprs(choices.iter().map(|choice| &choice.value)),
            Choices::Of(value) => self.expr(value),
        }
    }
}

/// The item that a value names, with or without arguments; of an alias, what it stands for.
pub fn head_item(program: &Program, file: usize, value: &Expr) -> Option<ItemId> {
    let mut at = (file, value);
    // An alias of an alias ends somewhere, unless they go round.
    for _ in 0..16 {
        let name = match &at.1.node {
            ExprNode::Call(callee, _) => {
                at.1 = callee;
                continue;
            }
            ExprNode::Name(name) => name,
            _ => return None,
        };
        let id = *program.files[at.0].scope.get(name)?;
        match program.item(id) {
            Item::Alias(alias) => at = (id.file, &alias.value),
            _ => return Some(id),
        }
    }
    None
}

/// The item itself; of an alias, what it stands for.
pub fn resolved(program: &Program, id: ItemId) -> ItemId {
    match program.item(id) {
        Item::Alias(alias) => head_item(program, id.file, &alias.value).unwrap_or(id),
        _ => id,
    }
}

/// What an item declares beside its parameters.
pub fn declared(item: &Item) -> Vec<(&Ident, What)> {
    match item {
        Item::Use(_) | Item::Alias(_) | Item::Schedule(_) | Item::Block(Block { body: BlockBody::Expr(_), .. }) => {
            vec![]
        }
        Item::Block(Block { body: BlockBody::Statements(body), .. }) => of_network(body),
        Item::Network(network) => of_network(&network.body),
        Item::Dataset(dataset) => of_dataset(&dataset.body),
        Item::Pipeline(pipeline) => pipeline
            .body
            .iter()
            .filter_map(|statement| match statement {
                PipelineStmt::Detect { name, .. } => Some((name, What::Detection)),
                _ => None,
            })
            .collect(),
        Item::Experiment(experiment) => of_experiment(&experiment.body),
    }
}

fn of_network(body: &[NetworkStmt]) -> Vec<(&Ident, What)> {
    fn of(statement: &NetworkStmt) -> Vec<(&Ident, What)> {
        match statement {
            NetworkStmt::Input { name, .. } => vec![(name, What::Input)],
            NetworkStmt::Module { name, .. } => vec![(name, What::Module)],
            NetworkStmt::Let { names, .. } => names.iter().map(|name| (name, What::Value)).collect(),
            NetworkStmt::Output { name, .. } => name.iter().map(|name| (name, What::Output)).collect(),
        }
    }
    body.iter().flat_map(of).collect()
}

fn of_dataset(body: &[DatasetStmt]) -> Vec<(&Ident, What)> {
    fn of(statement: &DatasetStmt) -> (&Ident, What) {
        match statement {
            DatasetStmt::Modality { name, .. } => (name, What::Modality),
            DatasetStmt::Target { name, .. } => (name, What::Target),
            DatasetStmt::Group { name, .. } => (name, What::Group),
            DatasetStmt::Split { name, .. } => (name, What::Split),
        }
    }
    body.iter().map(of).collect()
}

fn of_experiment(body: &[ExperimentStmt]) -> Vec<(&Ident, What)> {
    fn of(statement: &ExperimentStmt) -> Vec<(&Ident, What)> {
        match statement {
            ExperimentStmt::Vary { names, values, .. } => {
                let labels = match values {
                    Choices::Listed(choices, _) => choices.as_slice(),
                    Choices::Of(_) => &[],
                };
                let labels = labels.iter().filter_map(|choice| choice.label.as_ref()).map(|label| (label, What::Label));
                names.iter().map(|name| (name, What::Axis)).chain(labels).collect()
            }
            ExperimentStmt::Choose(choose) => {
                choose.dimensions.iter().map(|dimension| (&dimension.name, What::Setting)).collect()
            }
            ExperimentStmt::Reference { name, .. } => vec![(name, What::Reference)],
            ExperimentStmt::Seeds { .. }
            | ExperimentStmt::Cross { .. }
            | ExperimentStmt::Repeats { .. }
            | ExperimentStmt::Noise { .. }
            | ExperimentStmt::Run { .. }
            | ExperimentStmt::Table(_)
            | ExperimentStmt::Figure(_)
            | ExperimentStmt::Compare { .. }
            | ExperimentStmt::Published { .. } => vec![],
        }
    }
    body.iter().flat_map(of).collect()
}
