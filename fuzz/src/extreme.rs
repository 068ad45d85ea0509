//! Well-formed programs with extreme numbers, drawn from bytes, and what must hold of them: whatever is wrong is a message, and
//! what is right runs. The rows of the language, and what their arguments are, come from its own register.

use mhm::builtin::{self, Builtin, Expected, Kind, ParamInfo};
use mhm::cli::files::{self, Input};
use mhm::diagnostic::Diagnostic;
use mhm::experiment::{self, Cell, Listener, News, Options};
use mhm::hir::{Experiment, Pipeline};
use mhm::record::checkpoint::Checkpoint;
use mhm::record::{Artifacts, RunRecord};
use mhm::span::Span;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Choices drawn from bytes; where they end, the first of everything.
pub struct Draw<'b> {
    bytes: std::slice::Iter<'b, u8>,
    /// Extreme numbers that are still to come: a program of nothing else is refused at the first.
    extremes: usize,
}

/// At the ends of what numbers can be, and around what the language limits.
const INTS: [&str; 24] = [
    "0",
    "-1",
    "(-9223372036854775807 - 1)",
    "9223372036854775807",
    "-9223372036854775807",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "4611686018427387904",
    "16777216",
    "16777217",
    "1000",
    "1001",
    "65536",
    "100000",
    "-2147483648",
    "-2",
    "7",
    "64",
    "3037000500",
    "268435456",
    "1000000",
];
const FLOATS: [&str; 20] = [
    "0.0",
    "-0.0",
    "1.0",
    "-1.0",
    "1e308",
    "-1e308",
    "1e-308",
    "5e-324",
    "1e-300",
    "3.5e38",
    "1e38",
    "-1e38",
    "1e-45",
    "0.5",
    "0.999999999999",
    "1e-3",
    "1e16",
    "9.3e18",
    "2.0",
    "1e10",
];
const TAME: [&str; 6] = ["2", "1", "3", "4", "5", "2"];

impl<'b> Draw<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        let mut draw = Self { bytes: bytes.iter(), extremes: 0 };
        draw.extremes = draw.below(4);
        draw
    }

    fn below(&mut self, end: usize) -> usize {
        usize::from(*self.bytes.next().unwrap_or(&0)) % end.max(1)
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    /// One in `many`, and not where the bytes have ended.
    fn rarely(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }

    /// Whether the next number is an extreme one.
    fn is_extreme(&mut self) -> bool {
        let is_extreme = self.extremes > 0 && self.rarely(10);
        self.extremes -= usize::from(is_extreme);
        is_extreme
    }

    fn int(&mut self) -> String {
        match self.is_extreme() {
            true if self.rarely(3) => self.computed(),
            true => self.of(&INTS).into(),
            false => self.of(&TAME).into(),
        }
    }

    fn float(&mut self) -> String {
        match self.is_extreme() {
            true if self.rarely(3) => self.computed(),
            true => self.of(&FLOATS).into(),
            false => self.of(&["0.1", "0.5", "0.01", "1e-3", "0.9"]).into(),
        }
    }

    /// Arithmetic at the ends.
    pub fn computed(&mut self) -> String {
        let operand = |draw: &mut Self| match draw.below(8) {
            0 => draw.of(&TAME).to_string(),
            1..5 => draw.of(&INTS).to_string(),
            5 | 6 => draw.of(&FLOATS).to_string(),
            _ => format!("-{}", draw.of(&TAME)),
        };
        let (left, right) = (operand(self), operand(self));
        match self.below(8) {
            7 => format!("-({left} {} {right})", self.of(&["*", "-", "/", "+"])),
            _ => format!("({left} {} {right})", self.of(&["/", "*", "-", "+", ".."])),
        }
    }

    /// An argument as its row expects it.
    fn argument(&mut self, param: &ParamInfo) -> String {
        match param.expected {
            Expected::Word(words) | Expected::WordOrSteps(words) | Expected::WordOrNumbers(words, _)
                if !self.rarely(8) =>
            {
                self.of(words).into()
            }
            Expected::Bool => self.of(&["true", "false"]).into(),
            Expected::Text | Expected::Texts => self.of(&["\"x\"", "\"\"", "\"{split}\""]).into(),
            Expected::Column | Expected::OneColumn | Expected::Columns | Expected::Mark => self
                .of(&["\"a\"", "\"acc_*\"", "\"\"", "0 .. 3", "\"a\" .. \"b\"", "[0, \"a\"]", "\";\"", "4294967295"])
                .into(),
            Expected::Modality => self.of(&["x", "y", "none"]).into(),
            Expected::Groups => self.of(&["who", "[who, when]", "none"]).into(),
            Expected::Conditions => {
                let number = self.int();
                match self.below(3) {
                    0 => format!("who in [{number}, \"S03\"]"),
                    1 => format!("who != {number}"),
                    _ => format!("none == {number}"),
                }
            }
            Expected::List | Expected::Axes | Expected::WordOrNumbers(..) if !self.rarely(3) => {
                let count = self.below(4);
                let float = self.rarely(2);
                let items: Vec<String> = (0..count).map(|_| if float { self.float() } else { self.int() }).collect();
                format!("[{}]", items.join(", "))
            }
            Expected::Int | Expected::IntFrom(_) | Expected::Axes | Expected::Word(_) | Expected::WordOrSteps(_) => {
                self.int()
            }
            Expected::List
            | Expected::WordOrNumbers(..)
            | Expected::Number
            | Expected::Share
            | Expected::Fraction
            | Expected::Positive
            | Expected::NonNegative => self.float(),
        }
    }

    /// `conv1d(3, stride: 9223372036854775807)`.
    pub fn call(&mut self, row: &Builtin) -> String {
        let mut given = vec![];
        for param in row.params {
            if param.default.is_none() || self.rarely(3) {
                given.push(format!("{}: {}", param.name, self.argument(param)));
            }
        }
        if given.is_empty() { row.name.into() } else { format!("{}({})", row.name, given.join(", ")) }
    }

    fn row(&mut self, fits: impl Fn(&Kind) -> bool) -> &'static Builtin {
        let rows: Vec<&'static Builtin> = builtin::registry().iter().copied().filter(|row| fits(&row.kind)).collect();
        rows[self.below(rows.len())]
    }

    /// `linear(6) |> reshape([2, 3])`: of any input, one of this shape.
    fn shaped(&mut self, axes: &[usize]) -> String {
        let numbers = axes.iter().product::<usize>();
        if axes.len() == 1 {
            return format!("flatten |> linear({numbers})");
        }
        let mut sizes: Vec<String> = axes.iter().map(usize::to_string).collect();
        if self.rarely(8) {
            (0..self.below(6)).for_each(|_| sizes.insert(0, "1".into()));
        }
        if self.rarely(16) {
            sizes[0] = self.int();
        }
        format!("flatten |> linear({numbers}) |> reshape([{}])", sizes.join(", "))
    }

    /// A row applied to inputs of the shapes that it is for, in a block with everything that it needs.
    fn block(&mut self, name: &str, row: &Builtin) -> String {
        let mut text = format!("block {name} {{\n  in s: [S]\n");
        let mut inputs = vec![];
        for (i, axes) in row.example_inputs.iter().enumerate() {
            let shaped = self.shaped(axes);
            let _ = writeln!(text, "  layer l{i} = {shaped}");
            inputs.push(format!("l{i}(s)"));
        }
        // The example of a row can be used as it is.
        let call = if self.rarely(3) { self.call(row) } else { row.example.into() };
        let made = match self.below(6) {
            5 => format!("{call}({}) {} {}", inputs.join(", "), self.of(&["*", "/"]), self.float()),
            _ => format!("{call}({})", inputs.join(", ")),
        };
        let copies = if self.rarely(8) { format!(" ** {}", self.int()) } else { String::new() };
        let _ = writeln!(text, "  layer end = flatten |> linear(3){copies}\n  out end({made})\n}}");
        text
    }
}

/// A program: one dataset, network, schedule, pipeline and experiment.
pub fn program(bytes: &[u8]) -> String {
    let draw = &mut Draw::new(bytes);
    let generator = draw.row(|kind| matches!(kind, Kind::Generator(_)));
    let classes = match generator.kind {
        Kind::Generator(make) => make(&[]).map_or(2, |made| made.classes()),
        _ => 2,
    };
    let target = match draw.below(3) {
        0 => format!("class({classes}) = labels"),
        1 => "real(1) = axis(1)".into(),
        _ => format!("multi({classes}) = labels |> one_hot({classes})"),
    };
    let target = target.as_str();
    let mut text = String::from("use std.schedule.*\n");
    text += &match draw.rarely(3) {
        true => people(draw, target),
        false => dataset(draw, generator, target),
    };
    let is_layer = |kind: &Kind| matches!(kind, Kind::Layer(_) | Kind::Op(_));
    for name in ["First", "Second", "Third"] {
        let row = draw.row(is_layer);
        text += &draw.block(name, row);
    }
    text += &network(draw, if target.starts_with("real") { 1 } else { classes });
    text += &schedule(draw);
    text += &pipeline(draw, target);
    text += &trial(draw);
    text
}

fn dataset(draw: &mut Draw<'_>, generator: &Builtin, target: &str) -> String {
    let size = draw.int();
    let noise = draw.float();
    let mut text = format!("dataset D from {}(per_class: {size} * 4, noise: {noise}) {{\n", generator.name);
    let mut width = "[1]".to_string();
    let mut steps = String::new();
    if draw.rarely(4) {
        let row = draw.row(|kind| matches!(kind, Kind::Transform(_)));
        steps = format!(" |> {}", draw.call(row));
        width = match row.name {
            "append" => "[2]".into(),
            "one_hot" | "first" | "resample" => format!("[{}]", draw.int()),
            _ => width,
        };
    }
    let _ = writeln!(
        text,
        "  modality x: {width} = axis({}){steps}",
        draw.of(&["0", "1", "0", "1", "0", "1", "2", "9223372036854775807"])
    );
    let _ = writeln!(text, "  modality y: [1] = axis(1) |> standardize\n  target t: {target}");
    let stratified = target.starts_with("class");
    let splits = match draw.below(6) {
        0..3 => format!("  split train = random(0.5, stratified: {stratified})\n  split test = rest\n"),
        3 => format!("  split train = random({}, stratified: {stratified})\n  split test = rest\n", draw.float()),
        4 => format!("  split train = rows(0, {} * 2)\n  split test = rest\n", draw.int()),
        _ => format!("  split train = rest\n  split test = fresh({} * 4)\n", draw.int()),
    };
    text + &splits + "}\n"
}

/// What the dataset of people reads, in a folder of its own: six people on two days.
const PEOPLE: &str = "people.csv";

fn people_file() -> String {
    let line = |i: usize| format!("{}.5,{},{},P{},{}\n", i * 7 % 5, i * 3 % 11, i % 4, i % 6, i / 12);
    "x,y,t,who,when\n".to_string() + &(0..24).map(line).collect::<String>()
}

/// Samples that belong together, and splits by them.
fn people(draw: &mut Draw<'_>, target: &str) -> String {
    let stratified = target.starts_with("class");
    let target = target.replace("labels", "csv(column: \"t\")").replace("axis(1)", "csv(column: \"x\")");
    let mut text = format!("dataset D from \"{PEOPLE}\" {{\n  modality x: [1] = csv(column: \"x\")\n");
    let _ = writeln!(text, "  modality y: [1] = csv(column: \"y\") |> standardize\n  target t: {target}");
    for name in ["who", "when"] {
        let kept = draw.of(&["", "", ", grouped: false", ", grouped: true"]);
        let _ = writeln!(text, "  group {name} = csv(column: \"{name}\"){kept}");
    }
    let rule = match draw.below(8) {
        0 | 1 => format!("random(0.5, stratified: {stratified})"),
        2 => format!(
            "random({}, stratified: {stratified}, by: {})",
            draw.float(),
            draw.of(&["who", "when", "[who, when]"])
        ),
        3 => format!("random(0.5, stratified: {stratified}, grouped: {})", draw.of(&["true", "false", "2"])),
        4 => format!("where(who in [\"P{}\", \"P1\"])", draw.int()),
        5 => format!("where(when == {}, who != \"P3\")", draw.int()),
        6 => format!("rows(0, {} * 2)", draw.int()),
        _ => {
            let row = draw.row(|kind| matches!(kind, Kind::Split(_)));
            draw.call(row)
        }
    };
    let _ = write!(text, "  split train = {rule}\n  split test = rest\n}}\n");
    text
}

fn network(draw: &mut Draw<'_>, outputs: usize) -> String {
    let width = draw.int();
    let (last, join) = (draw.int(), draw.of(&["concat", "add", "mul", "outer", "sub"]));
    let out = match draw.below(8) {
        7 => format!("h(j({join}(e(x), f(y)))) * {}", draw.float()),
        _ => format!("h(j({join}(e(x), f(y))))"),
    };
    format!(
        "network N(w: Int = {width}) {{\n  in x: [A], y: [B]\n  uni e = First |> linear(w)\n  uni f = Second |> linear(w)\n  \
         fusion j = flatten |> Third |> linear({last} + 1)\n  head h = linear({outputs})\n  out o = {out}\n}}\n"
    )
}

fn schedule(draw: &mut Draw<'_>) -> String {
    if draw.below(3) < 2 {
        return format!("schedule S = {}\n", draw.of(&["EndToEnd", "Mhm(heads: 2)", "Ensemble(members: 2)"]));
    }
    let (folds, heads, at, times) = (draw.int(), draw.int(), draw.index(), draw.int());
    let length = match draw.below(5) {
        0 | 4 => String::new(),
        1 => format!(" for {} {}", draw.int(), draw.of(&["steps", "epochs", "samples"])),
        2 => format!(" for {} epochs", draw.float()),
        _ => format!(" until no gain in {} epochs on train at most {} epochs", draw.int(), draw.int()),
    };
    format!(
        "schedule S {{\n  folds {folds} + 1\n  replicas head {heads}\n  repeat {times} {{\n    for k in folds {{\n      \
         phase a {{ train uni, head[k] on except({at}){length} }}\n      phase b {{ train uni, fusion on fold({}) through head[k] }}\n\
         }}\n  }}\n  deploy head[{}]\n}}\n",
        draw.index(),
        draw.of(&["0", "0", "0", "0", "0", "0", "0 - 1", "9223372036854775807"]),
    )
}

impl Draw<'_> {
    fn index(&mut self) -> String {
        match self.below(6) {
            0..3 => "k".into(),
            3 => format!("k {} {}", self.of(&["+", "-", "+", "*"]), self.int()),
            4 => format!("{} + k", self.int()),
            _ => format!("{} {} k", self.int(), self.of(&["+", "-", "*", "/"])),
        }
    }
}

fn pipeline(draw: &mut Draw<'_>, target: &str) -> String {
    let fitting: &[&str] = match &target[..4] {
        "clas" => &["cross_entropy"],
        "real" => &["mse", "l1", "smooth_l1"],
        _ => &["bce_with_logits", "multilabel_soft_margin"],
    };
    let loss = if draw.rarely(20) { draw.row(|k| matches!(k, Kind::Loss(_))).name } else { draw.of(fitting) };
    let loss = builtin::find(loss).next().map_or(String::new(), |row| draw.call(row));
    let loss = if draw.rarely(4) { format!("{} * {loss}", draw.float()) } else { loss };
    let metrics: &[&str] = match &target[..4] {
        "clas" => &[
            "accuracy",
            "error",
            "auroc",
            "f1",
            "average_precision",
            "balanced_accuracy",
            "calibration_error",
            "precision",
            "recall",
            "specificity",
            "cohen_kappa",
            "mcc",
            "top_k",
        ],
        "real" => &["mae", "rmse", "correlation", "acc2", "acc5", "acc7", "f1_sentiment"],
        _ => &["f1", "average_precision", "auroc", "precision", "recall", "specificity"],
    };
    let metric = draw.of(metrics);
    let mut metric = builtin::find(metric).next().map_or(String::new(), |row| draw.call(row));
    if draw.rarely(4) {
        let _ = write!(metric, "[{}]", draw.int());
    }
    let balanced = if draw.rarely(4) { ", balanced: true" } else { "" };
    let optimizer = draw.row(|kind| matches!(kind, Kind::Optimizer(_)));
    let optimizer = draw.call(optimizer);
    let mut more = String::new();
    if draw.rarely(2) {
        let row = draw.row(|kind| matches!(kind, Kind::Rate(_)));
        let _ = write!(more, "  rate {}", draw.call(row));
    }
    if draw.rarely(3) {
        let _ = write!(more, "  clip {}", draw.float());
    }
    if draw.rarely(4) {
        more += "  keep best on train";
    }
    let (batch, count) = (draw.int(), draw.int());
    let unit = draw.of(&["steps", "epochs", "steps", "rounds", "samples"]);
    format!(
        "pipeline p(w: Int = 2, s: Schedule = S) {{\n  data D  network N(w)  loss {loss}\n  optimizer {optimizer}\n{more}\n  \
         schedule s  batch {batch} * 2{balanced}  budget {count} {unit}  metrics {metric}\n}}\n"
    )
}

fn trial(draw: &mut Draw<'_>) -> String {
    let mut text = String::from("experiment e {\n");
    if draw.rarely(3) {
        let _ = writeln!(text, "  vary w in [{}, {} + 5]", draw.int(), draw.int());
        text += "  run p(w)\n";
    } else {
        text += "  run p\n";
    }
    match draw.below(4) {
        2 => text += &format!("  seeds {}\n", draw.int()),
        3 => text += &format!("  seeds [{}, {} + 5]\n", draw.int(), draw.int()),
        _ => {}
    }
    if draw.rarely(3) {
        text += &format!("  repeats {}\n", draw.int());
    }
    if draw.rarely(4) {
        text += &match draw.rarely(2) {
            true => format!("  cross each {}\n", draw.of(&["who", "who", "when", "g"])),
            false if draw.rarely(2) => {
                format!("  cross {}, by: {}\n", draw.int(), draw.of(&["who", "[who, when]", "g"]))
            }
            false => format!("  cross {}, grouped: {}\n", draw.int(), draw.of(&["true", "false", "2", "g"])),
        };
    }
    if draw.rarely(3) {
        text += &format!("  noise {}\n", draw.float());
    }
    text += "  table train_loss, train_loss_noisy_x, test_loss\n";
    if draw.rarely(3) {
        text += &format!("  figure train_loss {{ every {} }}\n", draw.int());
    }
    text + "}\n"
}

// ---------------------------------------------------------------- what must hold

/// Steps that a program is run for, and how large it may be to be run at all.
const STEPS: usize = 6;
const NUMBERS: usize = 1 << 16;

/// Whatever is wrong with a program is a message; what is right is planned, costed, lowered and, where it is small, run.
pub fn extreme(bytes: &[u8]) {
    stands(&program(bytes));
}

/// See [`extreme`]. How far it came.
pub fn stands(text: &str) -> Came {
    let (program, checked, found) = files::check(&Input { name: super::nowhere(), text: text.into() });
    super::shown(&program.sources, &found);
    if found.iter().any(Diagnostic::is_error) {
        return Came::Refused(found.iter().filter(|d| d.is_error()).map(|d| d.code).collect());
    }
    let mut came = Came::Planned;
    for experiment in &checked.experiments {
        let pipelines: Vec<&Pipeline> = experiment.arms.iter().map(|arm| &arm.pipeline).take(3).collect();
        let small = pipelines.iter().map(|pipeline| is_small(pipeline)).collect::<Vec<_>>();
        if small.iter().all(|small| *small) && experiment.runs() < 100 {
            run(experiment, text);
            came = Came::Ran;
        }
    }
    came
}

/// How far a program came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    Refused(Vec<&'static str>),
    Planned,
    Ran,
}

/// Plans a pipeline; whether it can be run in no time.
fn is_small(pipeline: &Pipeline) -> bool {
    let (plan, graph) = (mhm::plan::schedule(pipeline), mhm::graph::lower(pipeline));
    mhm::cost::cost(&plan, &graph, &vec![100; plan.phases.len()], 100);
    let _ = plan.to_string();
    let numbers = graph.nodes.iter().map(|node| node.axes.iter().product::<usize>() + node.saved as usize);
    let samples = |rule: &mhm::hir::SplitRule| match rule {
        mhm::hir::SplitRule::Fresh { samples } => *samples,
        _ => 0,
    };
    let fresh: usize = pipeline.data.splits.iter().flat_map(|split| split.rule.parts()).map(samples).sum();
    let own = pipeline.data.generator.as_ref().map_or(0, |made| made.per_class().saturating_mul(made.classes()));
    numbers.fold(0, usize::saturating_add) < NUMBERS
        && plan.weights() < NUMBERS
        && plan.phases.len() < 64
        && own.saturating_add(fresh) < 512
}

/// Runs the first two cells for some steps. A run may fail; a panic is told by its words, which `experiment` makes of it.
fn run(experiment: &Experiment, text: &str) {
    let folder = super::scratch();
    std::fs::create_dir_all(&folder).expect("the folder of temporary files can be written");
    std::fs::write(folder.join(PEOPLE), people_file()).expect("a folder of ours");
    let mut experiment = experiment.clone();
    // What the parts are may be wrong with the files; that is a message, too.
    let _ = experiment::parted(&mut experiment, std::slice::from_ref(&folder));
    trained(&experiment, &folder, text);
    let _ = std::fs::remove_dir_all(&folder);
}

fn trained(experiment: &Experiment, folder: &std::path::Path, text: &str) {
    let cells = experiment::cells(experiment);
    let cells = &cells[..cells.len().min(2)];
    let checkpoint = "step".parse().expect("a word for it");
    let options = Options { checkpoint, ..Options::plain(vec![folder.to_path_buf()]) };
    let stop = AtomicBool::new(false);
    let counter = Counter { steps: AtomicUsize::new(0), stop: &stop };
    let records = experiment::run(experiment, cells, &options, &stop, &counter).expect("one thread can be had");
    for why in records.iter().filter_map(|record| record.failure.as_ref()) {
        assert!(!why.contains("a fault of mhm"), "{why}\n{text}");
    }
}

/// Stops after [`STEPS`].
struct Counter<'c> {
    steps: AtomicUsize,
    stop: &'c AtomicBool,
}

impl Listener for Counter<'_> {
    fn hear(&self, news: News<'_>) {
        if matches!(news, News::Checkpoint(..)) && self.steps.fetch_add(1, Ordering::Relaxed) > STEPS {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn checkpoint(&self, _: &Cell<'_>) -> Option<Checkpoint> {
        None
    }

    fn forgets(&self, _: &Cell<'_>, _: &str) -> bool {
        false
    }

    fn done(&self, _: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        None
    }

    fn place(&self, _: Span) -> Option<String> {
        None
    }
}
