//! What the grammar matched, as nodes of the tree. Owns the order of the parts of items and statements; expressions are
//! in `expr.rs`.

mod choose;
mod experiment;
mod network;
mod pipeline;
mod schedule;

use super::{Rule, Text};
use crate::ast::{
    Alias, Block, BlockBody, Dataset, Experiment, Expr, ExprNode, Header, Item, ItemKind, Network, Param, Pipeline,
    Role, Schedule, Use, UsePath,
};
use crate::diagnostic::{Diagnostic, Safety};
use crate::span::{Ident, Span, Spanned};
use pest::iterators::{Pair, Pairs};

/// The item in `pairs`, matched in the text from offset `base` on, if it is sure what is meant, and what is wrong with it.
pub(super) fn item<'t>(
    text: &Text<'t>,
    base: usize,
    doc: Vec<String>,
    pairs: Pairs<'t, Rule>,
) -> (Option<Item>, Vec<Diagnostic>) {
    let mut builder = Builder { text, base, diagnostics: Vec::new() };
    let item = builder.item(doc, pairs);
    if item.is_none() && builder.diagnostics.is_empty() {
        let found = Diagnostic::error("syntax", "this item is not understood").label(text.span(base, base), "here");
        builder.diagnostics.push(found);
    }
    let sure = |d: &Diagnostic| d.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
    (item.filter(|_| builder.diagnostics.iter().all(sure)), builder.diagnostics)
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
    pub(super) text: &'a Text<'t>,
    pub(super) base: usize,
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
                Rule::kw_by
                | Rule::kw_from
                | Rule::kw_in
                | Rule::kw_folds
                | Rule::kw_on
                | Rule::kw_through
                | Rule::kw_for => {}
                Rule::kw_until | Rule::kw_no | Rule::kw_gain | Rule::kw_at | Rule::kw_most | Rule::kw_allow => {}
                Rule::kw_use | Rule::kw_block | Rule::kw_network | Rule::kw_schedule | Rule::kw_dataset => {}
                Rule::kw_pipeline | Rule::kw_experiment | Rule::kw_let | Rule::kw_out | Rule::kw_replicas => {}
                Rule::kw_repeat | Rule::kw_deploy | Rule::kw_best | Rule::kw_last | Rule::kw_phase => {}
                Rule::kw_train
                | Rule::kw_modality
                | Rule::kw_target
                | Rule::kw_group
                | Rule::kw_split
                | Rule::kw_budget => {}
                Rule::kw_metrics | Rule::kw_vary | Rule::kw_seeds | Rule::kw_run | Rule::kw_compare => {}
                Rule::kw_table
                | Rule::kw_repeats
                | Rule::kw_cross
                | Rule::kw_noise
                | Rule::kw_reference
                | Rule::kw_figure
                | Rule::kw_choose
                | Rule::kw_trials
                | Rule::kw_sampler
                | Rule::kw_halving => {}
                Rule::kw_every | Rule::kw_published | Rule::kw_start | Rule::kw_keep | Rule::kw_detect => {}
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

    /// `test_error`, `test_f1[2]`.
    fn measure(&self, parts: &mut Parts<'t>) -> Option<Ident> {
        next(parts, Rule::measure).map(|p| self.ident(&p))
    }

    fn measures(&self, parts: &mut Parts<'t>) -> Vec<Ident> {
        std::iter::from_fn(|| self.measure(parts)).collect()
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

    fn item(&mut self, doc: Vec<String>, pairs: Pairs<'t, Rule>) -> Option<Item> {
        let mut allow = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::allow => {
                    let parts = self.parts(pair);
                    allow.extend(parts.map(|p| self.ident(&p)));
                }
                Rule::use_item => return self.use_item(allow, pair).map(Item::Use),
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

    fn use_item(&mut self, allow: Vec<Ident>, pair: Pair<'t, Rule>) -> Option<Use> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let path = match next(&mut parts, Rule::string).or_else(|| next(&mut parts, Rule::quoted)) {
            Some(file) => UsePath::File(self.string(&file)),
            None => {
                let parts: Vec<Ident> = parts.map(|p| self.ident(&p)).collect();
                match parts.as_slice() {
                    [first, .., last] if last.node == "mhm" => self.unquoted_path(&parts, first.span.to(last.span)),
                    _ => UsePath::Library(parts),
                }
            }
        };
        Some(Use { allow, path, span })
    }

    /// `use shapes.mhm`
    fn unquoted_path(&mut self, parts: &[Ident], place: Span) -> UsePath {
        let path = parts.iter().map(|part| part.node.as_str()).collect::<Vec<_>>().join(".");
        let found = Diagnostic::error("syntax", "the path of a file stands in double quotes").label(place, "this path");
        let right = format!("\"./{path}\"");
        self.diagnostics.push(found.help(format!("write `use {right}`")).fix(place, right));
        UsePath::File(Spanned::new(format!("./{path}"), place))
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

    fn role(&self, pair: &Pair<'t, Rule>) -> Option<Spanned<Role>> {
        let role = [Role::Uni, Role::Fusion, Role::Head, Role::Fixed].into_iter().find(|r| r.name() == pair.as_str());
        Some(Spanned::new(role?, self.span(pair)))
    }

    fn next_role(&self, parts: &mut Parts<'t>) -> Option<Spanned<Role>> {
        next(parts, Rule::role).and_then(|p| self.role(&p))
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
