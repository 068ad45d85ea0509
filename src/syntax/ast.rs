//! The tree of a file as written: names unresolved, nothing checked. Owns the node types; `parser.rs` builds them,
//! `printer.rs` writes them back.

use crate::span::{Ident, Span, Spanned};

/// One file: items in order. Comments are not in the tree; the printer takes them from the text.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct File {
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Use(Use),
    Block(Block),
    Alias(Alias),
    Network(Network),
    Schedule(Schedule),
    Dataset(Dataset),
    Pipeline(Pipeline),
    Experiment(Experiment),
}

/// `use std.schedule.Mhm` or `use "./mine.mhm"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    pub path: UsePath,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum UsePath {
    /// `std.schedule.Mhm`, or `std.schedule.*` for all of a folder (last part `*`).
    Library(Vec<Ident>),
    /// A file beside the one that names it.
    File(Spanned<String>),
}

/// What every named item begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// `///` lines before the item, without the slashes.
    pub doc: Vec<String>,
    /// `allow(name, …)` before the item.
    pub allow: Vec<Ident>,
    pub name: Ident,
    pub params: Vec<Param>,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// `width: Int = 32`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Ident,
    /// `Int`, `Float`, `Bool`, `String`, `Length`, `List`, `Network`, `Schedule`, `Dataset`, `Pipeline`, `Optimizer`, `Any`.
    pub ty: Option<Ident>,
    pub default: Option<Expr>,
}

/// `dataset near = TwoMoons(noise: 0.1)`: a name for an item with some of its arguments given. It has no parameters of its
/// own; what is passed to it goes on to the item.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    pub header: Header,
    pub kind: Spanned<ItemKind>,
    pub value: Expr,
}

/// Kinds of item that can have a second name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Network,
    Schedule,
    Dataset,
    Pipeline,
    Experiment,
}

impl ItemKind {
    /// Its keyword.
    pub fn name(self) -> &'static str {
        match self {
            ItemKind::Network => "network",
            ItemKind::Schedule => "schedule",
            ItemKind::Dataset => "dataset",
            ItemKind::Pipeline => "pipeline",
            ItemKind::Experiment => "experiment",
        }
    }
}

// ---------------------------------------------------------------- block, network

#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub header: Header,
    pub body: BlockBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BlockBody {
    /// `block Mlp(width: Int) = linear(width) |> relu`
    Expr(Expr),
    /// `block Mlp(width: Int) { in x: [D]  layer fc = linear(width)  out fc(x) }`
    Statements(Vec<NetworkStmt>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    pub header: Header,
    pub body: Vec<NetworkStmt>,
}

/// Statements of a network; a block has `layer` in the place of the roles.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkStmt {
    /// `in first: [A], second: [B]`, one each. `in each view: [D]` stands for every modality not named otherwise.
    Input { name: Ident, each: bool, shape: Vec<Expr>, span: Span },
    /// `uni embed = linear(width) |> relu`, `uni each embed = …` (one per member of an `each` input),
    /// `fixed filter = … from "filter.safetensors"`.
    Module { role: Spanned<Role>, each: bool, name: Ident, body: Expr, from: Option<Spanned<String>>, span: Span },
    /// `let x = …`, `let (a, v) = …`.
    Let { names: Vec<Ident>, value: Expr, span: Span },
    /// `out classify(…)`, `out base = …`.
    Output { name: Option<Ident>, value: Expr, span: Span },
}

/// What a module is to a schedule. `Layer` only inside a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Uni,
    Fusion,
    Head,
    Fixed,
    Layer,
}

// ---------------------------------------------------------------- schedule

#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub header: Header,
    pub body: Vec<ScheduleStmt>,
}

#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a schedule has few statements, most of them phases")]
pub enum ScheduleStmt {
    /// `folds heads`, `folds 4, stratified: true`.
    Folds {
        count: Expr,
        options: Vec<Arg>,
        span: Span,
    },
    /// `replicas uni, fusion, head members`.
    Replicas {
        roles: Vec<Spanned<Role>>,
        count: Expr,
        span: Span,
    },
    /// `repeat { … }` until the budget is spent, `repeat 3 { … }` so many times.
    Repeat {
        times: Option<Expr>,
        body: Vec<ScheduleStmt>,
        span: Span,
    },
    /// `for k in folds { … }`.
    For {
        variable: Ident,
        body: Vec<ScheduleStmt>,
        span: Span,
    },
    Phase(Phase),
    Deploy {
        what: Deploy,
        span: Span,
    },
}

/// `phase head { train uni, head[k] on except(k) through fusion[k] for 1 epoch  optimizer sgd(lr: 0.1)  clip 0.8 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    pub name: Ident,
    /// `uni`, `head[k]`, `fusion[0]`: a role name, or an index of one.
    pub train: Vec<Expr>,
    /// Span of the whole `train …` statement.
    pub train_span: Span,
    /// `all`, `fold(k)`, `except(k)`, a split's name, unions `+`, differences `-`, intersections `&`.
    pub on: Expr,
    /// `head[k]`, `mean(head)`.
    pub through: Vec<Expr>,
    pub length: Option<Length>,
    pub settings: Vec<Setting>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Length {
    /// `for 2 epochs`, `for 20 steps`.
    For(Amount),
    /// `until no gain in 5 epochs on validation at most 50 epochs`.
    NoGain { patience: Amount, split: Expr, at_most: Option<Amount>, span: Span },
}

/// `100 epochs`, `length`.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    pub count: Expr,
    /// `None`: the expression has one.
    pub unit: Option<Spanned<Unit>>,
    pub span: Span,
}

/// `epoch(s)`: as many samples as the training set has; `step(s)`: weight updates; `sample(s)`; `round(s)`: turns of the
/// schedule's outermost `repeat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Epochs,
    Steps,
    Samples,
    Rounds,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Deploy {
    /// `deploy head[0]`, `deploy mean`, `deploy mean(head)`.
    Expr(Expr),
    /// `deploy best head on validation`: the replica with the lowest loss there.
    Best { role: Spanned<Role>, split: Expr },
    /// `deploy last head`: the replica trained last.
    Last { role: Spanned<Role> },
}

/// `optimizer adam(lr: 1e-3)`, `optimizer head: sgd(lr: 0.1)`, `clip 0.8`, `rate cosine()`, `rate head: step(…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub kind: Spanned<SettingKind>,
    pub role: Option<Spanned<Role>>,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    Optimizer,
    /// A factor on the learning rate as a function of progress.
    Rate,
    /// Largest norm of all gradients together.
    Clip,
    /// Samples a batch.
    Batch,
}

// ---------------------------------------------------------------- dataset

/// `dataset digits(path: String = "digits.npz") from path { … }`; `from two_moons(noise: 0.3)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub header: Header,
    pub from: Option<Expr>,
    pub body: Vec<DatasetStmt>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DatasetStmt {
    /// `modality audio: [10, 128] = hdf5("audio.h5")`
    Modality { name: Ident, shape: Vec<Expr>, value: Expr, span: Span },
    /// `target event: class(29) = hdf5("labels.h5")`
    Target { name: Ident, ty: Expr, value: Expr, span: Span },
    /// `split train = key("train")`
    Split { name: Ident, value: Expr, span: Span },
}

// ---------------------------------------------------------------- pipeline

#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    pub header: Header,
    pub body: Vec<PipelineStmt>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PipelineStmt {
    Data {
        value: Expr,
        span: Span,
    },
    /// `modalities [fou, mor]`: the only ones the run sees. Absent: all.
    Modalities {
        value: Expr,
        span: Span,
    },
    Network {
        value: Expr,
        span: Span,
    },
    /// `loss cross_entropy` (the sole output, the sole target), `loss bce(base, t) + 1e-4 * l1(foreground)`.
    Loss {
        value: Expr,
        span: Span,
    },
    Schedule {
        value: Expr,
        span: Span,
    },
    Budget {
        amount: Amount,
        span: Span,
    },
    /// `metrics error, accuracy`
    Metrics {
        values: Vec<Metric>,
        span: Span,
    },
    /// `detect actions = detections(cas, scores) |> nms`
    Detect {
        name: Ident,
        value: Expr,
        span: Span,
    },
    /// `start filter from pretrain(path)`: the module begins as another pipeline leaves it.
    Start {
        module: Ident,
        value: Expr,
        span: Span,
    },
    /// `keep best on validation`: what is left is the epoch with the lowest loss there.
    Keep {
        split: Ident,
        span: Span,
    },
    Setting(Setting),
}

/// `acc2`, or `all = acc2(zeros: non_negative)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub name: Option<Ident>,
    pub value: Expr,
}

// ---------------------------------------------------------------- experiment

#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    pub header: Header,
    pub body: Vec<ExperimentStmt>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExperimentStmt {
    /// `vary method in [EndToEnd, Mhm(heads: 4)]`, `vary (method, budget) in [ETE: (EndToEnd, 100 epochs)]`
    Vary {
        /// At least one.
        names: Vec<Ident>,
        values: Choices,
        span: Span,
    },
    /// `seeds 30`: seeds 0..30. `seeds [1, 5, 9]`: these.
    Seeds {
        value: Expr,
        span: Span,
    },
    /// `repeats 2`: runs of one seed.
    Repeats {
        value: Expr,
        span: Span,
    },
    /// `noise 0.5`: of the `…_noisy_…` measures.
    Noise {
        value: Expr,
        span: Span,
    },
    /// `run moons(line, network, method)`
    Run {
        value: Expr,
        span: Span,
    },
    /// `reference first = alone(views: [first])`
    Reference {
        name: Ident,
        value: Expr,
        span: Span,
    },
    Table(Table),
    Figure(Figure),
    /// `compare method`: differences paired over seeds.
    Compare {
        name: Ident,
        span: Span,
    },
    /// `published "Lee et al. 2022, Table 2" test_error = [[17.5, _], [15.0, 17.5], "Tian et al. 2018": 18.1]`
    Published {
        source: Spanned<String>,
        measure: Ident,
        values: Choices,
        span: Span,
    },
}

/// What an axis goes through.
#[derive(Clone, Debug, PartialEq)]
pub enum Choices {
    /// `[ETE: EndToEnd, "MHM, all heads": Mhm(heads: 4)]`
    Listed(Vec<Choice>, Span),
    /// A list of another place: a parameter.
    Of(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it is shown as; its text where there is none.
    pub label: Option<Ident>,
    /// A tuple where several names vary together.
    pub value: Expr,
}

/// `table test_error, generalization_gap { rows method  columns line  cells network }`
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub measures: Vec<Ident>,
    pub rows: Vec<Ident>,
    pub columns: Vec<Ident>,
    pub cells: Vec<Ident>,
    pub span: Span,
}

/// `figure test_error { lines method  panels task  every 5 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub measures: Vec<Ident>,
    pub lines: Vec<Ident>,
    pub panels: Vec<Ident>,
    /// Epochs between points.
    pub every: Option<Expr>,
    pub span: Span,
}

// ---------------------------------------------------------------- expressions

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub node: ExprNode,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprNode {
    Int(i64),
    /// The value, and the digits as written (the printer keeps them).
    Float(f64, String),
    /// `100 epochs`: a number and its unit.
    Length(Box<Expr>, Spanned<Unit>),
    Bool(bool),
    String(String),
    Name(String),
    List(Vec<Expr>),
    /// `(a, v)`
    Tuple(Vec<Expr>),
    /// `f(a, width: 3)`; the callee is any postfix expression.
    Call(Box<Expr>, Vec<Arg>),
    /// `head[k]`
    Index(Box<Expr>, Box<Expr>),
    /// `std.network.ToyEarly`, `data.classes`
    Member(Box<Expr>, Ident),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x |> linear(3) |> relu`, left-associative, binds weakest.
    Pipe(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Neg,
}

/// Strength from weak to strong: `|>`, `&`, `+ -`, `* /`, unary `-`, postfix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    And,
    /// `f ** 3`: as many of it, one after the other, each with weights of its own.
    Repeat,
}

impl Header {
    /// The lints that `allow(…)` names.
    pub fn allowed(&self) -> Vec<Ident> {
        self.allow.clone()
    }
}

impl Item {
    /// The header of a named item; `use` has none.
    pub fn header(&self) -> Option<&Header> {
        match self {
            Item::Use(_) => None,
            Item::Block(i) => Some(&i.header),
            Item::Alias(i) => Some(&i.header),
            Item::Network(i) => Some(&i.header),
            Item::Schedule(i) => Some(&i.header),
            Item::Dataset(i) => Some(&i.header),
            Item::Pipeline(i) => Some(&i.header),
            Item::Experiment(i) => Some(&i.header),
        }
    }
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Uni => "uni",
            Role::Fusion => "fusion",
            Role::Head => "head",
            Role::Fixed => "fixed",
            Role::Layer => "layer",
        }
    }
}
