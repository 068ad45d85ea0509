//! What the grammar matched, as nodes of the tree. Owns the order of the parts of items and statements; expressions are
//! in `expr.rs`.

use pest::iterators::{Pair, Pairs};

use super::{Rule, Text};
use crate::diagnostic::Diagnostic;
use crate::span::{Ident, Span, Spanned};
use crate::syntax::ast::{
    Alias, Amount, Arg, Block, BlockBody, Dataset, DatasetStmt, Deploy, Experiment, ExperimentStmt, Expr, ExprNode,
    Header, Item, ItemKind, Length, Network, NetworkStmt, Param, Phase, Pipeline, PipelineStmt, Role, Schedule,
    ScheduleStmt, Setting, SettingKind, Table, Unit, Use, UsePath,
};

/// The item in `pairs`, matched in the text from offset `base` on.
pub(super) fn item<'t>(
    text: &Text<'t>,
    base: usize,
    doc: Vec<String>,
    pairs: Pairs<'t, Rule>,
) -> Result<Item, Vec<Diagnostic>> {
    let mut builder = Builder { text, base, diagnostics: Vec::new() };
    let item = builder.item(doc, pairs);
    match item {
        Some(item) if builder.diagnostics.is_empty() => Ok(item),
        _ if !builder.diagnostics.is_empty() => Err(builder.diagnostics),
        _ => {
            let message = "this item is not understood";
            Err(vec![Diagnostic::error("syntax", message).label(text.span(base, base), "here")])
        }
    }
}

/// What is wrong with statements that the grammar matched with leniency; their tree is not wanted.
pub(super) fn slips<'t>(text: &Text<'t>, base: usize, pairs: Pairs<'t, Rule>) -> Vec<Diagnostic> {
    let mut builder = Builder { text, base, diagnostics: Vec::new() };
    for pair in pairs {
        match pair.as_rule() {
            Rule::network_stmt | Rule::block_stmt => drop(builder.network_stmts(pair)),
            Rule::schedule_stmt => drop(builder.schedule_stmt(pair)),
            Rule::phase_stmt => drop(builder.parts(pair)),
            Rule::dataset_stmt => drop(builder.dataset_stmt(pair)),
            Rule::pipeline_stmt => drop(builder.pipeline_stmt(pair)),
            Rule::experiment_stmt => drop(builder.experiment_stmt(pair)),
            _ => {}
        }
    }
    builder.diagnostics
}

/// Builds the nodes of one item.
pub(super) struct Builder<'a, 't> {
    text: &'a Text<'t>,
    base: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The parts of a node that carry content, in order.
pub(super) type Parts<'t> = std::iter::Peekable<std::vec::IntoIter<Pair<'t, Rule>>>;

/// The next part, if it is of this rule.
pub(super) fn next<'t>(parts: &mut Parts<'t>, rule: Rule) -> Option<Pair<'t, Rule>> {
    parts.next_if(|p| p.as_rule() == rule)
}

impl<'t> Builder<'_, 't> {
    pub(super) fn span(&self, pair: &Pair<'t, Rule>) -> Span {
        let start = self.base + pair.as_span().start();
        // A rule may end in blanks that belong to nobody.
        self.text.span(start, start + pair.as_str().trim_end().len())
    }

    /// The parts of a pair without keywords and marks. A mark in the place of another is reported here.
    pub(super) fn parts(&mut self, pair: Pair<'t, Rule>) -> Parts<'t> {
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::eq if part.as_str() == ":" => self.wrong_mark(&part, "="),
                Rule::colon if part.as_str() == "=" => self.wrong_mark(&part, ":"),
                Rule::comma | Rule::dot | Rule::eq | Rule::colon | Rule::define | Rule::type_of => {}
                Rule::lparen | Rule::rparen | Rule::lbracket | Rule::rbracket | Rule::lbrace | Rule::rbrace => {}
                Rule::kw_from | Rule::kw_in | Rule::kw_folds | Rule::kw_on | Rule::kw_through | Rule::kw_for => {}
                Rule::kw_until | Rule::kw_no | Rule::kw_gain | Rule::kw_at | Rule::kw_most | Rule::kw_allow => {}
                Rule::kw_use | Rule::kw_block | Rule::kw_network | Rule::kw_schedule | Rule::kw_dataset => {}
                Rule::kw_pipeline | Rule::kw_experiment | Rule::kw_let | Rule::kw_out | Rule::kw_replicas => {}
                Rule::kw_repeat | Rule::kw_deploy | Rule::kw_best | Rule::kw_last | Rule::kw_phase => {}
                Rule::kw_train | Rule::kw_modality | Rule::kw_target | Rule::kw_split | Rule::kw_budget => {}
                Rule::kw_metrics | Rule::kw_vary | Rule::kw_seeds | Rule::kw_run | Rule::kw_compare => {}
                Rule::kw_table => {}
                _ => parts.push(part),
            }
        }
        parts.into_iter().peekable()
    }

    fn wrong_mark(&mut self, found: &Pair<'t, Rule>, wanted: &str) {
        let span = self.span(found);
        let message = format!("`{wanted}` is wanted here, not `{}`", found.as_str());
        self.diagnostics.push(
            Diagnostic::error("syntax", message)
                .label(span, format!("write `{wanted}`"))
                .help("`=` gives a value, `:` a shape, a type or a named argument")
                .fix(span, wanted),
        );
    }

    pub(super) fn ident(&self, pair: &Pair<'t, Rule>) -> Ident {
        Spanned::new(pair.as_str().to_owned(), self.span(pair))
    }

    fn name(&self, parts: &mut Parts<'t>) -> Option<Ident> {
        next(parts, Rule::name).map(|p| self.ident(&p))
    }

    fn names(&self, parts: &mut Parts<'t>) -> Vec<Ident> {
        std::iter::from_fn(|| self.name(parts)).collect()
    }

    fn next_expr(&mut self, parts: &mut Parts<'t>) -> Option<Expr> {
        let pair = next(parts, Rule::expr)?;
        self.expr(pair)
    }

    fn exprs(&mut self, mut parts: Parts<'t>) -> Vec<Expr> {
        std::iter::from_fn(|| self.next_expr(&mut parts)).collect()
    }

    fn shape(&mut self, parts: &mut Parts<'t>) -> Option<Vec<Expr>> {
        let list = next(parts, Rule::list)?;
        let parts = self.parts(list);
        Some(self.exprs(parts))
    }

    // ------------------------------------------------------------ items

    fn item(&mut self, doc: Vec<String>, pairs: Pairs<'t, Rule>) -> Option<Item> {
        let mut allow = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::allow => {
                    let parts = self.parts(pair);
                    allow.extend(parts.map(|p| self.ident(&p)));
                }
                Rule::use_item => return self.use_item(pair).map(Item::Use),
                Rule::block => return self.block(doc, allow, pair).map(Item::Block),
                Rule::alias => return self.alias(doc, allow, pair).map(Item::Alias),
                Rule::network => return self.network(doc, allow, pair).map(Item::Network),
                Rule::schedule => return self.schedule(doc, allow, pair).map(Item::Schedule),
                Rule::dataset => return self.dataset(doc, allow, pair).map(Item::Dataset),
                Rule::pipeline => return self.pipeline(doc, allow, pair).map(Item::Pipeline),
                Rule::experiment => return self.experiment(doc, allow, pair).map(Item::Experiment),
                _ => {}
            }
        }
        None
    }

    fn use_item(&mut self, pair: Pair<'t, Rule>) -> Option<Use> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let path = match next(&mut parts, Rule::string).or_else(|| next(&mut parts, Rule::quoted)) {
            Some(file) => UsePath::File(self.string(&file)),
            None => UsePath::Library(parts.map(|p| self.ident(&p)).collect()),
        };
        Some(Use { path, span })
    }

    fn header(&mut self, doc: Vec<String>, allow: Vec<Ident>, span: Span, parts: &mut Parts<'t>) -> Option<Header> {
        let name = self.name(parts)?;
        let params = match next(parts, Rule::params) {
            Some(params) => self.parts(params).map(|p| self.param(p)).collect::<Option<_>>()?,
            None => Vec::new(),
        };
        Some(Header { doc, allow, name, params, span })
    }

    fn param(&mut self, pair: Pair<'t, Rule>) -> Option<Param> {
        let mut parts = self.parts(pair);
        let name = self.name(&mut parts)?;
        let ty = next(&mut parts, Rule::type_name).map(|p| self.ident(&p));
        let default = self.next_expr(&mut parts);
        Some(Param { name, ty, default })
    }

    fn block(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Block> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let header = self.header(doc, allow, span, &mut parts)?;
        let body = match next(&mut parts, Rule::expr) {
            Some(expr) => BlockBody::Expr(self.expr(expr)?),
            None => BlockBody::Statements(self.network_body(parts)?),
        };
        Some(Block { header, body })
    }

    fn alias(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Alias> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let kind = next(&mut parts, Rule::alias_kind)?;
        let kind = Spanned::new(item_kind(kind.as_str())?, self.span(&kind));
        let header = self.header(doc, allow, span, &mut parts)?;
        Some(Alias { header, kind, value: self.next_expr(&mut parts)? })
    }

    fn network(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Network> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        Some(Network { header: self.header(doc, allow, span, &mut parts)?, body: self.network_body(parts)? })
    }

    fn schedule(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Schedule> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        Some(Schedule { header: self.header(doc, allow, span, &mut parts)?, body: self.schedule_body(parts)? })
    }

    fn dataset(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Dataset> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let header = self.header(doc, allow, span, &mut parts)?;
        let from = self.next_expr(&mut parts);
        let body = parts.map(|p| self.dataset_stmt(p)).collect::<Option<_>>()?;
        Some(Dataset { header, from, body })
    }

    fn pipeline(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Pipeline> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let header = self.header(doc, allow, span, &mut parts)?;
        Some(Pipeline { header, body: parts.map(|p| self.pipeline_stmt(p)).collect::<Option<_>>()? })
    }

    fn experiment(&mut self, doc: Vec<String>, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Experiment> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let header = self.header(doc, allow, span, &mut parts)?;
        Some(Experiment { header, body: parts.map(|p| self.experiment_stmt(p)).collect::<Option<_>>()? })
    }

    // ------------------------------------------------------------ block, network

    fn network_body(&mut self, parts: Parts<'t>) -> Option<Vec<NetworkStmt>> {
        let mut body = Vec::new();
        for part in parts {
            body.extend(self.network_stmts(part)?);
        }
        Some(body)
    }

    /// One statement; `in` may declare several modalities, which are a statement each.
    fn network_stmts(&mut self, pair: Pair<'t, Rule>) -> Option<Vec<NetworkStmt>> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        let one = match rule {
            Rule::input => return parts.map(|view| self.view(view)).collect(),
            Rule::binding => self.binding(parts, span)?,
            Rule::output => {
                NetworkStmt::Output { name: self.name(&mut parts), value: self.next_expr(&mut parts)?, span }
            }
            _ => self.module(parts, span)?,
        };
        Some(vec![one])
    }

    fn view(&mut self, pair: Pair<'t, Rule>) -> Option<NetworkStmt> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let each = next(&mut parts, Rule::each).is_some();
        Some(NetworkStmt::Input { name: self.name(&mut parts)?, each, shape: self.shape(&mut parts)?, span })
    }

    fn binding(&mut self, mut parts: Parts<'t>, span: Span) -> Option<NetworkStmt> {
        let names = match next(&mut parts, Rule::names) {
            Some(names) => self.parts(names).map(|p| self.ident(&p)).collect(),
            None => vec![self.name(&mut parts)?],
        };
        Some(NetworkStmt::Let { names, value: self.next_expr(&mut parts)?, span })
    }

    fn module(&mut self, mut parts: Parts<'t>, span: Span) -> Option<NetworkStmt> {
        let word = parts.next()?;
        let role = match word.as_rule() {
            Rule::layer_word => Spanned::new(Role::Layer, self.span(&word)),
            _ => self.role(&word)?,
        };
        let each = next(&mut parts, Rule::each).is_some();
        let name = self.name(&mut parts)?;
        let body = self.next_expr(&mut parts)?;
        let from = next(&mut parts, Rule::string).map(|p| self.string(&p));
        Some(NetworkStmt::Module { role, each, name, body, from, span })
    }

    fn role(&self, pair: &Pair<'t, Rule>) -> Option<Spanned<Role>> {
        let role = [Role::Uni, Role::Fusion, Role::Head, Role::Fixed].into_iter().find(|r| r.name() == pair.as_str());
        Some(Spanned::new(role?, self.span(pair)))
    }

    fn next_role(&self, parts: &mut Parts<'t>) -> Option<Spanned<Role>> {
        next(parts, Rule::role).and_then(|p| self.role(&p))
    }

    // ------------------------------------------------------------ schedule

    fn schedule_body(&mut self, parts: Parts<'t>) -> Option<Vec<ScheduleStmt>> {
        parts.map(|p| self.schedule_stmt(p)).collect()
    }

    fn schedule_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<ScheduleStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        match rule {
            Rule::folds => {
                let count = self.next_expr(&mut parts)?;
                let options = parts.map(|p| self.option(p)).collect::<Option<_>>()?;
                Some(ScheduleStmt::Folds { count, options, span })
            }
            Rule::replicas => {
                let roles = std::iter::from_fn(|| self.next_role(&mut parts)).collect();
                Some(ScheduleStmt::Replicas { roles, count: self.next_expr(&mut parts)?, span })
            }
            Rule::repeat => {
                let times = self.next_expr(&mut parts);
                Some(ScheduleStmt::Repeat { times, body: self.schedule_body(parts)?, span })
            }
            Rule::for_each => {
                let variable = self.name(&mut parts)?;
                Some(ScheduleStmt::For { variable, body: self.schedule_body(parts)?, span })
            }
            Rule::phase => self.phase(parts, span).map(ScheduleStmt::Phase),
            _ => Some(ScheduleStmt::Deploy { what: self.deploy(&mut parts)?, span }),
        }
    }

    fn option(&mut self, pair: Pair<'t, Rule>) -> Option<Arg> {
        let mut parts = self.parts(pair);
        Some(Arg { name: self.name(&mut parts), value: self.next_expr(&mut parts)? })
    }

    fn deploy(&mut self, parts: &mut Parts<'t>) -> Option<Deploy> {
        let what = parts.next()?;
        if what.as_rule() == Rule::expr {
            return self.expr(what).map(Deploy::Expr);
        }
        let best = what.as_rule() == Rule::best;
        let mut parts = self.parts(what);
        let role = self.next_role(&mut parts)?;
        if best { Some(Deploy::Best { role, split: self.next_expr(&mut parts)? }) } else { Some(Deploy::Last { role }) }
    }

    fn phase(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Phase> {
        let name = self.name(&mut parts)?;
        let mut settings = Vec::new();
        let mut trains = Vec::new();
        for part in parts {
            match self.parts(part).next()? {
                part if part.as_rule() == Rule::train => trains.push(part),
                part => settings.push(self.setting(part)?),
            }
        }
        if let Some(second) = trains.get(1) {
            let first = self.span(&trains[0]);
            let found = Diagnostic::error("syntax", format!("phase `{}` has two `train` statements", name.node));
            self.diagnostics.push(
                found
                    .label(self.span(second), "the second")
                    .label(first, "the first")
                    .help("list all that it trains in one statement, or make two phases"),
            );
            return None;
        }
        let Some(train) = trains.pop() else {
            self.phase_without_train(&name);
            return None;
        };
        let train_span = self.span(&train);
        let mut parts = self.parts(train);
        let train = next(&mut parts, Rule::trained).map(|p| self.parts(p))?;
        let train = self.exprs(train);
        let on = self.next_expr(&mut parts)?;
        let through = match next(&mut parts, Rule::through) {
            Some(through) => {
                let through = self.parts(through);
                self.exprs(through)
            }
            None => Vec::new(),
        };
        let length = match parts.next() {
            Some(part) => Some(self.length(part)?),
            None => None,
        };
        Some(Phase { name, train, train_span, on, through, length, settings, span })
    }

    fn phase_without_train(&mut self, name: &Ident) {
        let found = Diagnostic::error("syntax", format!("phase `{}` does not say what it trains", name.node));
        let help = "add `train …`, e.g. `train uni, fusion on all`";
        self.diagnostics.push(found.label(name.span, "this phase").help(help));
    }

    fn length(&mut self, pair: Pair<'t, Rule>) -> Option<Length> {
        if pair.as_rule() == Rule::amount {
            return self.amount(pair).map(Length::For);
        }
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let patience = next(&mut parts, Rule::amount)?;
        let patience = self.amount(patience)?;
        let split = self.next_expr(&mut parts)?;
        let at_most = match next(&mut parts, Rule::amount) {
            Some(amount) => Some(self.amount(amount)?),
            None => None,
        };
        Some(Length::NoGain { patience, split, at_most, span })
    }

    fn amount(&mut self, pair: Pair<'t, Rule>) -> Option<Amount> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let count = self.next_expr(&mut parts)?;
        let word = next(&mut parts, Rule::unit)?;
        let unit = match word.as_str().trim_end_matches('s') {
            "epoch" => Unit::Epochs,
            "step" => Unit::Steps,
            "sample" => Unit::Samples,
            _ => Unit::Rounds,
        };
        Some(Amount { count, unit: Spanned::new(unit, self.span(&word)), span })
    }

    fn setting(&mut self, pair: Pair<'t, Rule>) -> Option<Setting> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let word = next(&mut parts, Rule::setting_kind)?;
        let kind = match word.as_str() {
            "optimizer" => SettingKind::Optimizer,
            "rate" => SettingKind::Rate,
            "clip" => SettingKind::Clip,
            _ => SettingKind::Batch,
        };
        let kind = Spanned::new(kind, self.span(&word));
        Some(Setting { kind, role: self.next_role(&mut parts), value: self.next_expr(&mut parts)?, span })
    }

    // ------------------------------------------------------------ dataset, pipeline

    fn dataset_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<DatasetStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        let name = self.name(&mut parts)?;
        Some(match rule {
            Rule::modality => {
                DatasetStmt::Modality { name, shape: self.shape(&mut parts)?, value: self.next_expr(&mut parts)?, span }
            }
            Rule::target => {
                DatasetStmt::Target { name, ty: self.next_expr(&mut parts)?, value: self.next_expr(&mut parts)?, span }
            }
            _ => DatasetStmt::Split { name, value: self.next_expr(&mut parts)?, span },
        })
    }

    fn pipeline_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<PipelineStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::setting => return self.setting(pair).map(PipelineStmt::Setting),
            Rule::budget => {
                let amount = self.parts(pair).next()?;
                return Some(PipelineStmt::Budget { amount: self.amount(amount)?, span });
            }
            Rule::metrics => {
                let parts = self.parts(pair);
                return Some(PipelineStmt::Metrics { values: self.exprs(parts), span });
            }
            _ => {}
        }
        let mut parts = self.parts(pair);
        let word = next(&mut parts, Rule::part_kind)?;
        let value = self.next_expr(&mut parts)?;
        Some(match word.as_str() {
            "data" => PipelineStmt::Data { value, span },
            "modalities" => PipelineStmt::Modalities { value, span },
            "network" => PipelineStmt::Network { value, span },
            "loss" => PipelineStmt::Loss { value, span },
            _ => PipelineStmt::Schedule { value, span },
        })
    }

    // ------------------------------------------------------------ experiment

    fn experiment_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<ExperimentStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        Some(match rule {
            Rule::vary => {
                ExperimentStmt::Vary { name: self.name(&mut parts)?, values: self.next_expr(&mut parts)?, span }
            }
            Rule::seeds => ExperimentStmt::Seeds { value: self.next_expr(&mut parts)?, span },
            Rule::run => ExperimentStmt::Run { value: self.next_expr(&mut parts)?, span },
            Rule::compare => ExperimentStmt::Compare { name: self.name(&mut parts)?, span },
            _ => ExperimentStmt::Table(self.table(parts, span)?),
        })
    }

    fn table(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Table> {
        let measures = self.names(&mut parts);
        let mut table = Table { measures, rows: vec![], columns: vec![], cells: vec![], span };
        for part in parts {
            let mut parts = self.parts(part);
            let axis = next(&mut parts, Rule::axis)?;
            let place = match axis.as_str() {
                "rows" => &mut table.rows,
                "columns" => &mut table.columns,
                _ => &mut table.cells,
            };
            if !place.is_empty() {
                let message = format!("this table says twice what its {} are", axis.as_str());
                let help = format!("join them: `{} a, b`", axis.as_str());
                let found = Diagnostic::error("syntax", message).label(self.span(&axis), "the second time");
                self.diagnostics.push(found.help(help));
            }
            place.extend(self.names(&mut parts));
        }
        Some(table)
    }

    /// A leaf that stands for what could not be read; a diagnostic says why.
    pub(super) fn unread(&self, span: Span) -> Expr {
        Expr { node: ExprNode::Int(0), span }
    }
}

fn item_kind(word: &str) -> Option<ItemKind> {
    [ItemKind::Network, ItemKind::Schedule, ItemKind::Dataset, ItemKind::Pipeline, ItemKind::Experiment]
        .into_iter()
        .find(|kind| kind.name() == word)
}
