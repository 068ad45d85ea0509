//! Which tokens begin a statement. Owns the walk over the tree that finds them; words cannot tell, since any keyword may
//! also be a name.

use std::collections::BTreeSet;

use crate::ast::{
    Block, BlockBody, Choose, DatasetStmt, Experiment, ExperimentStmt, Figure, File, Item, NetworkStmt, Phase,
    PipelineStmt, ScheduleStmt, Table,
};
use crate::span::{Ident, Span};
use crate::token::Token;

/// Where statements begin, and which marks stand inside a word.
pub(super) struct Starts {
    /// Tokens that begin an item, an `allow(…)` or a statement.
    pub statements: BTreeSet<usize>,
    /// Tokens that go on with a hyphenated name, or with that of a measure: `test_f1[2]`.
    pub tight: BTreeSet<usize>,
}

struct Finder<'t> {
    text: &'t str,
    tokens: &'t [Token],
    starts: Starts,
}

pub(super) fn starts(file: &File, text: &str, tokens: &[Token]) -> Starts {
    let starts = Starts { statements: BTreeSet::new(), tight: BTreeSet::new() };
    let mut finder = Finder { text, tokens, starts };
    for item in &file.items {
        finder.item(item);
    }
    finder.starts
}

impl Finder<'_> {
    fn token(&self, offset: u32) -> usize {
        self.tokens.partition_point(|t| t.start < offset)
    }

    fn word(&self, token: usize) -> &str {
        self.tokens.get(token).map_or("", |t| t.text(self.text))
    }

    /// The token before, comments aside.
    fn before(&self, token: usize) -> Option<usize> {
        (0..token).rfind(|&i| !self.tokens[i].is_comment())
    }

    fn start(&mut self, span: Span) {
        let token = self.token(span.start);
        self.starts.statements.insert(token);
    }

    fn item(&mut self, item: &Item) {
        if let Some(header) = item.header() {
            self.start(header.span);
        }
        item.allow().iter().for_each(|name| self.allow(name));
        match item {
            Item::Use(item) => self.start(item.span),
            Item::Alias(_) | Item::Block(Block { body: BlockBody::Expr(_), .. }) => {}
            Item::Block(Block { body: BlockBody::Statements(body), .. }) => body.iter().for_each(|s| self.network(s)),
            Item::Network(item) => item.body.iter().for_each(|s| self.network(s)),
            Item::Schedule(item) => self.schedule(&item.body),
            Item::Dataset(item) => item.body.iter().for_each(|statement| match statement {
                DatasetStmt::Modality { span, .. }
                | DatasetStmt::Target { span, .. }
                | DatasetStmt::Group { span, .. }
                | DatasetStmt::Split { span, .. } => self.start(*span),
            }),
            Item::Pipeline(item) => item.body.iter().for_each(|statement| self.pipeline(statement)),
            Item::Experiment(item) => self.experiment(item),
        }
    }

    fn allow(&mut self, name: &Ident) {
        let first = self.whole(name);
        let word = self.before(first).filter(|&open| self.word(open) == "(").and_then(|open| self.before(open));
        if let Some(word) = word {
            self.starts.statements.insert(word);
        }
    }

    /// A name of several tokens; its first one.
    fn whole(&mut self, name: &Ident) -> usize {
        let (first, end) = (self.token(name.span.start), self.token(name.span.end));
        self.starts.tight.extend(first + 1..end);
        first
    }

    fn network(&mut self, statement: &NetworkStmt) {
        match statement {
            // `in a: [A], b: [B]` are two statements to the tree and one to the reader.
            NetworkStmt::Input { span, .. } => {
                let word = self.before(self.token(span.start)).filter(|&at| self.word(at) == "in");
                self.starts.statements.extend(word);
            }
            NetworkStmt::Module { span, .. } | NetworkStmt::Let { span, .. } | NetworkStmt::Output { span, .. } => {
                self.start(*span);
            }
        }
    }

    fn schedule(&mut self, body: &[ScheduleStmt]) {
        for statement in body {
            match statement {
                ScheduleStmt::Folds { span, .. }
                | ScheduleStmt::Replicas { span, .. }
                | ScheduleStmt::Deploy { span, .. } => self.start(*span),
                ScheduleStmt::Repeat { body, span, .. } | ScheduleStmt::For { body, span, .. } => {
                    self.start(*span);
                    self.schedule(body);
                }
                ScheduleStmt::Phase(phase) => self.phase(phase),
            }
        }
    }

    fn phase(&mut self, phase: &Phase) {
        self.start(phase.span);
        self.start(phase.train_span);
        phase.settings.iter().for_each(|setting| self.start(setting.span));
    }

    fn pipeline(&mut self, statement: &PipelineStmt) {
        match statement {
            PipelineStmt::Data { span, .. }
            | PipelineStmt::Modalities { span, .. }
            | PipelineStmt::Network { span, .. }
            | PipelineStmt::Loss { span, .. }
            | PipelineStmt::Schedule { span, .. }
            | PipelineStmt::Budget { span, .. }
            | PipelineStmt::Detect { span, .. }
            | PipelineStmt::Metrics { span, .. }
            | PipelineStmt::Start { span, .. }
            | PipelineStmt::Keep { span, .. } => self.start(*span),
            PipelineStmt::Setting(setting) => self.start(setting.span),
        }
    }

    fn experiment(&mut self, item: &Experiment) {
        for statement in &item.body {
            match statement {
                ExperimentStmt::Vary { span, .. }
                | ExperimentStmt::Seeds { span, .. }
                | ExperimentStmt::Cross { span, .. }
                | ExperimentStmt::Repeats { span, .. }
                | ExperimentStmt::Noise { span, .. }
                | ExperimentStmt::Run { span, .. }
                | ExperimentStmt::Reference { span, .. }
                | ExperimentStmt::Compare { span, .. } => self.start(*span),
                ExperimentStmt::Published { measure, span, .. } => {
                    self.start(*span);
                    self.whole(measure);
                }
                ExperimentStmt::Choose(choose) => self.choose(choose),
                ExperimentStmt::Table(table) => self.table(table),
                ExperimentStmt::Figure(figure) => self.figure(figure),
            }
        }
    }

    fn choose(&mut self, choose: &Choose) {
        self.start(choose.span);
        if let Some((_, span)) = choose.seeds {
            self.start(span);
        }
        self.start_before(choose.trials.as_ref().map(|trials| trials.span));
        self.start_before(choose.sampler.as_ref().map(|sampler| sampler.span));
        if let Some(halving) = &choose.halving {
            self.start(halving.span);
        }
        if let Some(by) = &choose.by {
            self.start_before(Some(by.span));
            self.whole(by);
        }
    }

    fn table(&mut self, table: &Table) {
        self.start(table.span);
        for shown in &table.measures {
            self.whole(&shown.measure);
        }
        for axis in [&table.rows, &table.columns, &table.cells] {
            self.start_before(axis.first().map(|name| name.span));
        }
    }

    fn figure(&mut self, figure: &Figure) {
        self.start(figure.span);
        for shown in &figure.measures {
            self.whole(&shown.measure);
        }
        for axis in [&figure.lines, &figure.panels] {
            self.start_before(axis.first().map(|name| name.span));
        }
        self.start_before(figure.every.as_ref().map(|every| every.span));
    }

    /// A statement that is a word and what stands at `span`.
    fn start_before(&mut self, span: Option<Span>) {
        let word = span.and_then(|span| self.before(self.token(span.start)));
        self.starts.statements.extend(word);
    }
}
