//! Which names an item's text mentions. Owns the walk over its expressions, so that parameters nobody reads are found.

use super::names::{ItemId, Program};
use crate::hir;
use crate::span::{Ident, Span};
use crate::syntax::ast::{
    Alias, Amount, Block, BlockBody, Choices, DatasetStmt, Deploy, ExperimentStmt, Expr, ExprNode, Item, Length,
    NetworkStmt, Parts, Phase, PipelineStmt, ScheduleStmt, Setting,
};
use std::collections::{BTreeMap, BTreeSet};

/// The parameters and `let` names of an item that nothing in it mentions.
pub fn unused(item: &Item) -> Vec<hir::Unused> {
    let Some(header) = item.header() else { return vec![] };
    let mut names = BTreeSet::new();
    header.params.iter().filter_map(|param| param.default.as_ref()).for_each(|e| mentioned(e, &mut names));
    body(item, &mut |expr| mentioned(expr, &mut names));
    let unread = |name: &&Ident| !names.contains(name.node.as_str());
    let unused = |what: hir::Unread, name: &Ident| hir::Unused {
        what,
        name: name.node.clone(),
        span: name.span,
        item: header.name.clone(),
        allow: header.allowed(),
    };
    let params = header.params.iter().map(|param| &param.name).filter(unread);
    let params = params.map(|name| unused(hir::Unread::Parameter, name));
    // Of several names for one value all have to be given.
    let lets = lets(item).into_iter().filter(|lets| lets.iter().all(|name| unread(&name)));
    params.chain(lets.map(|lets| unused(hir::Unread::Let, &lets[0]))).collect()
}

/// The names that each `let` of an item gives.
fn lets(item: &Item) -> Vec<&[Ident]> {
    let body = match item {
        Item::Network(item) => &item.body,
        Item::Block(Block { body: BlockBody::Statements(body), .. }) => body,
        Item::Use(_)
        | Item::Block(_)
        | Item::Alias(_)
        | Item::Schedule(_)
        | Item::Dataset(_)
        | Item::Pipeline(_)
        | Item::Experiment(_) => return vec![],
    };
    let names =
        body.iter().filter_map(|stmt| if let NetworkStmt::Let { names, .. } = stmt { Some(names) } else { None });
    names.map(Vec::as_slice).collect()
}

/// Every `use` of the file that was named which brings in nothing that the file mentions, or what another one did.
pub fn unused_uses(program: &Program) -> Vec<hir::Unused> {
    let entry = &program.files[0];
    let mut names = BTreeSet::new();
    for item in &entry.tree.items {
        if let Some(header) = item.header() {
            header.params.iter().filter_map(|param| param.default.as_ref()).for_each(|e| mentioned(e, &mut names));
        }
        body(item, &mut |expr| mentioned(expr, &mut names));
    }
    let mentioned: BTreeSet<&ItemId> =
        entry.scope.iter().filter(|(name, _)| names.contains(name.as_str())).map(|(_, id)| id).collect();
    let uses = entry.tree.items.iter().filter_map(|item| if let Item::Use(used) = item { Some(used) } else { None });
    let uses: BTreeMap<Span, &[Ident]> = uses.map(|used| (used.span, used.allow.as_slice())).collect();
    // Those that brought in an item, but for what others had brought in.
    let mut holders: BTreeMap<ItemId, Vec<usize>> = BTreeMap::new();
    let mut found = vec![];
    for (i, (span, brought)) in entry.brought.iter().enumerate() {
        let before = brought.first().and_then(|item| holders.get(item)).map_or(&[][..], Vec::as_slice);
        let again = before.iter().map(|use_of| &entry.brought[*use_of]).find(|(_, before)| brought.is_subset(before));
        let what = match again {
            Some((first, _)) => hir::Unread::Again(*first),
            None => {
                brought.iter().for_each(|item| holders.entry(*item).or_default().push(i));
                let read = brought.is_empty() || brought.iter().any(|item| mentioned.contains(item));
                if read { hir::Unread::Nothing } else { hir::Unread::Use }
            }
        };
        let allow = uses.get(span).copied().unwrap_or_default();
        if what == hir::Unread::Nothing && allow.is_empty() {
            continue;
        }
        let words = program.sources.text(*span).split_whitespace().collect::<Vec<_>>().join(" ");
        let item = Ident { node: words.clone(), span: *span };
        found.push(hir::Unused { what, name: words, span: *span, item, allow: allow.to_vec() });
    }
    found
}

/// The names in an expression.
pub fn mentioned<'e>(expr: &'e Expr, names: &mut BTreeSet<&'e str>) {
    match &expr.node {
        ExprNode::Name(name) => {
            names.insert(name);
        }
        ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) | ExprNode::String(_) => {}
        ExprNode::List(items) | ExprNode::Tuple(items) => items.iter().for_each(|i| mentioned(i, names)),
        ExprNode::Call(callee, args) => {
            mentioned(callee, names);
            args.iter().for_each(|a| mentioned(&a.value, names));
        }
        ExprNode::Member(base, _) | ExprNode::Unary(_, base) | ExprNode::Length(base, _) => mentioned(base, names),
        ExprNode::Index(a, b) | ExprNode::Binary(_, a, b) | ExprNode::Pipe(a, b) => {
            mentioned(a, names);
            mentioned(b, names);
        }
    }
}

/// Calls `see` for every expression between the braces of an item.
pub fn body<'e>(item: &'e Item, see: &mut dyn FnMut(&'e Expr)) {
    match item {
        Item::Use(_) => {}
        Item::Alias(Alias { value, .. }) | Item::Block(Block { body: BlockBody::Expr(value), .. }) => see(value),
        Item::Block(Block { body: BlockBody::Statements(body), .. }) => body.iter().for_each(|s| network(s, see)),
        Item::Network(item) => item.body.iter().for_each(|s| network(s, see)),
        Item::Schedule(item) => schedule(&item.body, see),
        Item::Dataset(item) => {
            item.from.iter().for_each(&mut *see);
            item.body.iter().for_each(|s| dataset(s, see));
        }
        Item::Pipeline(item) => item.body.iter().for_each(|s| pipeline(s, see)),
        Item::Experiment(item) => item.body.iter().for_each(|s| experiment(s, see)),
    }
}

fn network<'e>(stmt: &'e NetworkStmt, see: &mut dyn FnMut(&'e Expr)) {
    match stmt {
        NetworkStmt::Input { shape, .. } => shape.iter().for_each(see),
        NetworkStmt::Module { body: value, .. }
        | NetworkStmt::Let { value, .. }
        | NetworkStmt::Output { value, .. } => see(value),
    }
}

fn schedule<'e>(body: &'e [ScheduleStmt], see: &mut dyn FnMut(&'e Expr)) {
    for stmt in body {
        match stmt {
            ScheduleStmt::Folds { count, options, .. } => {
                see(count);
                options.iter().for_each(|option| see(&option.value));
            }
            ScheduleStmt::Replicas { count, .. } => see(count),
            ScheduleStmt::Repeat { times, body, .. } => {
                times.iter().for_each(&mut *see);
                schedule(body, see);
            }
            ScheduleStmt::For { body, .. } => schedule(body, see),
            ScheduleStmt::Phase(one) => phase(one, see),
            ScheduleStmt::Deploy { what: Deploy::Expr(expr) | Deploy::Best { split: expr, .. }, .. } => see(expr),
            ScheduleStmt::Deploy { what: Deploy::Last { .. }, .. } => {}
        }
    }
}

fn phase<'e>(phase: &'e Phase, see: &mut dyn FnMut(&'e Expr)) {
    phase.train.iter().chain([&phase.on]).chain(&phase.through).for_each(&mut *see);
    match &phase.length {
        None => {}
        Some(Length::For(Amount { count, .. })) => see(count),
        Some(Length::NoGain { patience, split, at_most, .. }) => {
            [&patience.count, split].into_iter().chain(at_most.as_ref().map(|most| &most.count)).for_each(&mut *see);
        }
    }
    phase.settings.iter().flat_map(Setting::exprs).for_each(see);
}

fn dataset<'e>(stmt: &'e DatasetStmt, see: &mut dyn FnMut(&'e Expr)) {
    match stmt {
        DatasetStmt::Modality { shape, value, .. } => shape.iter().chain([value]).for_each(see),
        DatasetStmt::Target { ty, value, .. } => [ty, value].into_iter().for_each(see),
        DatasetStmt::Group { value, options, .. } => {
            std::iter::once(value).chain(options.iter().map(|option| &option.value)).for_each(see);
        }
        DatasetStmt::Split { value, .. } => see(value),
    }
}

fn pipeline<'e>(stmt: &'e PipelineStmt, see: &mut dyn FnMut(&'e Expr)) {
    match stmt {
        PipelineStmt::Data { value, .. }
        | PipelineStmt::Modalities { value, .. }
        | PipelineStmt::Network { value, .. }
        | PipelineStmt::Loss { value, .. }
        | PipelineStmt::Schedule { value, .. }
        | PipelineStmt::Budget { amount: Amount { count: value, .. }, .. }
        | PipelineStmt::Start { value, .. }
        | PipelineStmt::Detect { value, .. } => see(value),
        PipelineStmt::Setting(setting) => setting.exprs().for_each(see),
        PipelineStmt::Keep { .. } => {}
        PipelineStmt::Metrics { values, .. } => values.iter().for_each(|metric| see(&metric.value)),
    }
}

fn experiment<'e>(stmt: &'e ExperimentStmt, see: &mut dyn FnMut(&'e Expr)) {
    match stmt {
        ExperimentStmt::Vary { values: Choices::Listed(choices, _), .. }
        | ExperimentStmt::Published { values: Choices::Listed(choices, _), .. } => {
            choices.iter().for_each(|c| see(&c.value));
        }
        ExperimentStmt::Vary { values: Choices::Of(value), .. }
        | ExperimentStmt::Seeds { value, .. }
        | ExperimentStmt::Repeats { value, .. }
        | ExperimentStmt::Noise { value, .. }
        | ExperimentStmt::Run { value, .. }
        | ExperimentStmt::Reference { value, .. }
        | ExperimentStmt::Published { values: Choices::Of(value), .. } => see(value),
        ExperimentStmt::Choose(choose) => {
            let counts = choose.trials.iter().chain(choose.seeds.iter().map(|(seeds, _)| seeds));
            choose.dimensions.iter().map(|dimension| &dimension.values).chain(counts).for_each(see);
        }
        ExperimentStmt::Cross { parts: Parts::Into(value), .. } => see(value),
        ExperimentStmt::Cross { parts: Parts::Each(_), .. } => {}
        ExperimentStmt::Figure(figure) => figure.every.iter().for_each(see),
        ExperimentStmt::Table(_) | ExperimentStmt::Compare { .. } => {}
    }
}
