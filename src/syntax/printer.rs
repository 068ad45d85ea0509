//! The tree as a listing, for `mhm show ast` and for comparing two trees whatever their layout. Owns that form; the
//! canonical program text is `format.rs`.

mod expr;

use super::ast::{
    Amount, Arg, BlockBody, Choice, Choices, Choose, DatasetStmt, Deploy, Dimension, ExperimentStmt, Figure, File,
    Halving, Header, Item, Length, Metric, NetworkStmt, Param, Parts, Phase, PipelineStmt, Role, ScheduleStmt, Setting,
    Shown, Table, Unit, Use, UsePath,
};
use crate::span::{Ident, Spanned};
use expr::{arg, write, writes};

/// One node a line, children indented, expressions fully parenthesized: `(|> (linear width) relu)`.
pub fn print(file: &File) -> String {
    let mut printer = Printer::default();
    file.items.iter().for_each(|item| printer.item(item));
    printer.out
}

#[derive(Default)]
struct Printer {
    out: String,
    depth: usize,
}

impl Printer {
    fn line(&mut self, line: impl AsRef<str>) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        self.out.push_str(line.as_ref());
        self.out.push('\n');
    }

    fn nested(&mut self, line: impl AsRef<str>, children: impl FnOnce(&mut Self)) {
        self.line(line);
        self.depth += 1;
        children(self);
        self.depth -= 1;
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Use(item) if item.allow.is_empty() => self.line(use_item(item)),
            Item::Use(item) => {
                self.nested(use_item(item), |p| p.line(format!("allow {}", names(&item.allow))));
            }
            Item::Block(item) => self.headed("block", &item.header, |p| match &item.body {
                BlockBody::Expr(expr) => p.line(format!("= {}", write(expr))),
                BlockBody::Statements(body) => body.iter().for_each(|s| p.network(s)),
            }),
            Item::Alias(item) => {
                self.headed(item.kind.node.name(), &item.header, |p| p.line(format!("= {}", write(&item.value))))
            }
            Item::Network(item) => {
                self.headed("network", &item.header, |p| item.body.iter().for_each(|s| p.network(s)))
            }
            Item::Schedule(item) => self.headed("schedule", &item.header, |p| p.schedule(&item.body)),
            Item::Dataset(item) => self.headed("dataset", &item.header, |p| {
                item.from.iter().for_each(|from| p.line(format!("from {}", write(from))));
                item.body.iter().for_each(|s| p.dataset(s));
            }),
            Item::Pipeline(item) => {
                self.headed("pipeline", &item.header, |p| item.body.iter().for_each(|s| p.pipeline(s)));
            }
            Item::Experiment(item) => {
                self.headed("experiment", &item.header, |p| item.body.iter().for_each(|s| p.experiment(s)));
            }
        }
    }

    fn headed(&mut self, word: &str, header: &Header, body: impl FnOnce(&mut Self)) {
        self.nested(format!("{word} {}", header.name.node), |p| {
            header.doc.iter().for_each(|line| p.line(format!("doc {line:?}")));
            if !header.allow.is_empty() {
                p.line(format!("allow {}", names(&header.allow)));
            }
            header.params.iter().for_each(|param| p.param(param));
            body(p);
        });
    }

    fn param(&mut self, param: &Param) {
        let mut line = format!("param {}", param.name.node);
        if let Some(ty) = &param.ty {
            line += &format!(": {}", ty.node);
        }
        if let Some(default) = &param.default {
            line += &format!(" = {}", write(default));
        }
        self.line(line);
    }

    fn network(&mut self, statement: &NetworkStmt) {
        self.line(match statement {
            NetworkStmt::Input { name, each, shape, span: _ } => {
                format!("in {}{}: [{}]", each.then_some("each ").unwrap_or_default(), name.node, writes(shape))
            }
            NetworkStmt::Module { role, each, name, body, from, span: _ } => {
                let from = from.as_ref().map_or(String::new(), |from| format!(" from {:?}", from.node));
                format!(
                    "{} {}{} = {}{from}",
                    role.node.name(),
                    each.then_some("each ").unwrap_or_default(),
                    name.node,
                    write(body)
                )
            }
            NetworkStmt::Let { names: bound, value, span: _ } => format!("let {} = {}", names(bound), write(value)),
            NetworkStmt::Output { name: Some(name), value, span: _ } => {
                format!("out {} = {}", name.node, write(value))
            }
            NetworkStmt::Output { name: None, value, span: _ } => format!("out {}", write(value)),
        });
    }

    fn schedule(&mut self, body: &[ScheduleStmt]) {
        for statement in body {
            match statement {
                ScheduleStmt::Folds { count, options, span: _ } => {
                    self.line(format!("folds {}{}", write(count), written(options)));
                }
                ScheduleStmt::Replicas { roles, count, span: _ } => {
                    let roles: Vec<&str> = roles.iter().map(|role| role.node.name()).collect();
                    self.line(format!("replicas {} × {}", roles.join(" "), write(count)));
                }
                ScheduleStmt::Repeat { times, body, span: _ } => {
                    let times = times.as_ref().map_or(String::new(), |times| format!(" {}", write(times)));
                    self.nested(format!("repeat{times}"), |p| p.schedule(body));
                }
                ScheduleStmt::For { variable, body, span: _ } => {
                    self.nested(format!("for {} in folds", variable.node), |p| p.schedule(body));
                }
                ScheduleStmt::Phase(phase) => self.phase(phase),
                ScheduleStmt::Deploy { what, span: _ } => self.line(match what {
                    Deploy::Expr(expr) => format!("deploy {}", write(expr)),
                    Deploy::Best { role, split, by } => {
                        format!("deploy best {} on {}{}", role.node.name(), write(split), by_metric(by.as_ref()))
                    }
                    Deploy::Last { role } => format!("deploy last {}", role.node.name()),
                }),
            }
        }
    }

    fn phase(&mut self, phase: &Phase) {
        self.nested(format!("phase {}", phase.name.node), |p| {
            p.line(format!("train {}", writes(&phase.train)));
            p.line(format!("on {}", write(&phase.on)));
            if !phase.through.is_empty() {
                p.line(format!("through {}", writes(&phase.through)));
            }
            match &phase.length {
                None => {}
                Some(Length::For(length)) => p.line(format!("for {}", amount(length))),
                Some(Length::NoGain { patience, split, at_most, span: _ }) => {
                    let most = at_most.as_ref().map_or(String::new(), |most| format!(" at most {}", amount(most)));
                    p.line(format!("until no gain in {} on {}{most}", amount(patience), write(split)));
                }
            }
            phase.settings.iter().for_each(|s| p.line(setting(s)));
        });
    }

    fn dataset(&mut self, statement: &DatasetStmt) {
        self.line(match statement {
            DatasetStmt::Modality { name, shape, value, span: _ } => {
                format!("modality {}: [{}] = {}", name.node, writes(shape), write(value))
            }
            DatasetStmt::Target { name, ty, value, span: _ } => {
                format!("target {}: {} = {}", name.node, write(ty), write(value))
            }
            DatasetStmt::Group { name, value, options, span: _ } => {
                let options: String = options.iter().map(|option| format!(", {}", arg(option))).collect();
                format!("group {} = {}{options}", name.node, write(value))
            }
            DatasetStmt::Split { name, value, span: _ } => format!("split {} = {}", name.node, write(value)),
        });
    }

    fn pipeline(&mut self, statement: &PipelineStmt) {
        self.line(match statement {
            PipelineStmt::Data { value, span: _ } => format!("data {}", write(value)),
            PipelineStmt::Modalities { value, span: _ } => format!("modalities {}", write(value)),
            PipelineStmt::Network { value, span: _ } => format!("network {}", write(value)),
            PipelineStmt::Loss { value, span: _ } => format!("loss {}", write(value)),
            PipelineStmt::Schedule { value, span: _ } => format!("schedule {}", write(value)),
            PipelineStmt::Budget { amount: budget, span: _ } => format!("budget {}", amount(budget)),
            PipelineStmt::Metrics { values, span: _ } => {
                let metrics: Vec<String> = values.iter().map(metric).collect();
                format!("metrics {}", metrics.join(", "))
            }
            PipelineStmt::Detect { name, value, span: _ } => format!("detect {} = {}", name.node, write(value)),
            PipelineStmt::Start { module, value, span: _ } => format!("start {} from {}", module.node, write(value)),
            PipelineStmt::Keep { split, by, span: _ } => {
                format!("keep best on {}{}", split.node, by_metric(by.as_ref()))
            }
            PipelineStmt::Setting(one) => setting(one),
        });
    }

    fn experiment(&mut self, statement: &ExperimentStmt) {
        self.line(match statement {
            ExperimentStmt::Vary { names: varied, values, span: _ } => {
                format!("vary {} in {}", names(varied), choices(values))
            }
            ExperimentStmt::Choose(one) => choose(one),
            ExperimentStmt::Seeds { value, span: _ } => format!("seeds {}", write(value)),
            ExperimentStmt::Cross { parts, options, span: _ } => {
                let parts = match parts {
                    Parts::Into(count) => write(count),
                    Parts::Each(group) => format!("each {}", group.node),
                };
                let options: String = options.iter().map(|option| format!(" {}", arg(option))).collect();
                format!("cross {parts}{options}")
            }
            ExperimentStmt::Repeats { value, span: _ } => format!("repeats {}", write(value)),
            ExperimentStmt::Noise { value, span: _ } => format!("noise {}", write(value)),
            ExperimentStmt::Run { value, span: _ } => format!("run {}", write(value)),
            ExperimentStmt::Reference { name, value, span: _ } => {
                format!("reference {} = {}", name.node, write(value))
            }
            ExperimentStmt::Compare { name, on, span: _ } => {
                let on = if on.is_empty() { String::new() } else { format!(" on {}", names(on)) };
                format!("compare {}{on}", name.node)
            }
            ExperimentStmt::Published { source, measure, values, span: _ } => {
                format!("published {:?} {} = {}", source.node, measure.node, choices(values))
            }
            ExperimentStmt::Table(Table { measures, rows, columns, cells, span: _ }) => {
                shown("table", measures, &[("rows", rows), ("columns", columns), ("cells", cells)])
            }
            ExperimentStmt::Figure(Figure { measures, lines, panels, every, span: _ }) => {
                let every = every.as_ref().map_or(String::new(), |every| format!(" every {}", write(every)));
                shown("figure", measures, &[("lines", lines), ("panels", panels)]) + &every
            }
        });
    }
}

/// A search with what it says of itself.
fn choose(Choose { dimensions, of, trials, seeds, by, sampler, halving, span: _ }: &Choose) -> String {
    let one = |dimension: &Dimension| format!("{} in {}", dimension.name.node, write(&dimension.values));
    let dimensions: Vec<String> = dimensions.iter().map(one).collect();
    let labels: Vec<String> = of.iter().map(|label| format!("{:?}", label.node)).collect();
    let of = if of.is_empty() { String::new() } else { format!(" for {}", labels.join(", ")) };
    let clauses = [
        trials.as_ref().map(|trials| format!(" trials {}", write(trials))),
        seeds.as_ref().map(|(seeds, _)| format!(" seeds {}", write(seeds))),
        by.as_ref().map(|by| format!(" by {}", by.node)),
        sampler.as_ref().map(|sampler| format!(" sampler {}", sampler.node)),
        halving
            .as_ref()
            .map(|Halving { factor, from, span: _ }| format!(" halving {} from {}", write(factor), amount(from))),
    ];
    format!("choose {}{of}{}", dimensions.join(", "), clauses.into_iter().flatten().collect::<String>())
}

/// A table or figure with the axes it names.
fn shown(word: &str, measures: &[Shown], axes: &[(&str, &Vec<Ident>)]) -> String {
    let named = axes.iter().filter(|(_, of)| !of.is_empty());
    let axes: String = named.map(|(axis, of)| format!(" {axis} {}", names(of))).collect();
    let one = |shown: &Shown| label(shown.label.as_ref()) + &shown.measure.node;
    format!("{word} {}{axes}", measures.iter().map(one).collect::<Vec<_>>().join(" "))
}

fn use_item(item: &Use) -> String {
    match &item.path {
        UsePath::Library(path) => {
            let path: Vec<&str> = path.iter().map(|part| part.node.as_str()).collect();
            format!("use {}", path.join("."))
        }
        UsePath::File(file) => format!("use {:?}", file.node),
    }
}

/// ` by f1`, where it is by a metric.
fn by_metric(by: Option<&Ident>) -> String {
    by.map_or(String::new(), |metric| format!(" by {}", metric.node))
}

fn names(names: &[Ident]) -> String {
    let names: Vec<&str> = names.iter().map(|name| name.node.as_str()).collect();
    names.join(" ")
}

fn amount(amount: &Amount) -> String {
    match &amount.unit {
        Some(unit) => format!("{} {}", write(&amount.count), unit_word(unit.node)),
        None => write(&amount.count),
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Epochs => "epochs",
        Unit::Steps => "steps",
        Unit::Samples => "samples",
        Unit::Rounds => "rounds",
    }
}

/// `method in [ETE: EndToEnd, (call Mhm heads: 4)]`
/// What a value, or a measure, is shown by.
fn label(label: Option<&Ident>) -> String {
    label.map_or(String::new(), |label| format!("{:?}: ", label.node))
}

fn choices(choices: &Choices) -> String {
    let one = |choice: &Choice| label(choice.label.as_ref()) + &write(&choice.value);
    match choices {
        Choices::Listed(choices, _) => format!("[{}]", choices.iter().map(one).collect::<Vec<_>>().join(", ")),
        Choices::Of(expr) => write(expr),
    }
}

fn written(options: &[Arg]) -> String {
    options.iter().map(|option| format!(" {}", arg(option))).collect()
}

fn setting(setting: &Setting) -> String {
    let word = setting.kind.node.word();
    let role = setting
        .role
        .as_ref()
        .map_or(String::new(), |Spanned { node, .. }: &Spanned<Role>| format!("{}: ", node.name()));
    format!("{word} {role}{}{}", write(&setting.value), written(&setting.options))
}

fn metric(metric: &Metric) -> String {
    let name = metric.name.as_ref().map_or(String::new(), |name| format!("{} = ", name.node));
    format!("{name}{}", write(&metric.value))
}
