//! Operations as expressions and statements of Python. Owns how tightly they bind and which values get a name; where they stand is
//! `torch.rs`'s.

use crate::builtin::spelling::{Binary, Numbers, Operation, Reduced, Spelling, Strided, Term, Test, Unary, Walk, Way};
use crate::tensor::{Activation, Pooling};

/// An expression, and how tightly it binds.
#[derive(Clone, Debug)]
pub struct Expression {
    pub text: String,
    binds: Binds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Comparison,
    Sum,
    Product,
    Minus,
    Atom,
}

/// What a spelling is written in the words of.
#[derive(Clone, Debug)]
pub struct Words<'w> {
    /// What its inputs are called.
    pub given: &'w [Expression],
    /// What its weights are called.
    pub owned: &'w [String],
    /// The layer itself, where PyTorch has it as a module of its own.
    pub layer: Option<&'w str>,
    /// Expressions of more characters get a name.
    pub longest: usize,
}

/// Letters that a longer expression takes for its parts; `m`, `t`, `x`, `y` and `z` are taken.
const LETTERS: &[&str] = &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "n", "o", "p", "q", "r", "s"];

/// Characters of an expression in a function of several lines.
pub const LONG: usize = 70;

/// A spelling in Python; `made` is what it comes to.
pub fn body(spelling: &Spelling, made: &[Term], words: &Words<'_>) -> (Vec<String>, Vec<Expression>) {
    let mut writer = Writer {
        spelling,
        words,
        lines: vec![],
        made: vec![None; spelling.lines.len()],
        uses: uses(spelling, made),
        letters: 0,
    };
    let results = made.iter().map(|term| writer.of(term)).collect();
    (writer.lines, results)
}

/// How often each line is read.
fn uses(spelling: &Spelling, made: &[Term]) -> Vec<usize> {
    let mut uses = vec![0; spelling.lines.len()];
    made.iter().for_each(|term| uses[term.line] += 1);
    for line in &spelling.lines {
        line.op.reads().iter().for_each(|term| uses[term.line] += 1);
    }
    uses
}

impl Expression {
    fn new(text: impl Into<String>, binds: Binds) -> Self {
        Self { text: text.into(), binds }
    }

    /// A name, a call, or whatever else binds as tightly.
    pub fn atom(text: impl Into<String>) -> Self {
        Self::new(text, Binds::Atom)
    }

    /// In brackets, where it binds less tightly.
    fn at(&self, least: Binds) -> String {
        if self.binds < least { format!("({})", self.text) } else { self.text.clone() }
    }

    /// A method of it.
    fn method(&self, call: &str) -> Self {
        Self::atom(format!("{}.{call}", self.at(Binds::Atom)))
    }
}

struct Writer<'s> {
    spelling: &'s Spelling,
    words: &'s Words<'s>,
    lines: Vec<String>,
    /// By line, what stands for it.
    made: Vec<Option<Expression>>,
    uses: Vec<usize>,
    letters: usize,
}

/// As Python writes it, the nearest of 32 bits.
pub fn literal(number: f32) -> Expression {
    if !number.is_finite() {
        let word = if number.is_nan() {
            "nan"
        } else if number > 0.0 {
            "inf"
        } else {
            "-inf"
        };
        return Expression::atom(format!("float(\"{word}\")"));
    }
    Expression::new(format!("{number:?}"), if number < 0.0 { Binds::Minus } else { Binds::Atom })
}

fn sizes(axes: &[usize]) -> String {
    axes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

/// `(5,)`, `(5, 1)`.
fn tuple(axes: &[usize]) -> String {
    if let [one] = axes { format!("({one},)") } else { format!("({})", sizes(axes)) }
}

impl Writer<'_> {
    fn op(&self, term: &Term) -> &Operation {
        &self.spelling.lines[term.line].op
    }

    /// A number that stands for itself.
    fn scalar(&self, term: &Term) -> Option<f32> {
        match self.op(term) {
            Operation::Numbers(Numbers::Same(number)) if term.axes.is_empty() => Some(*number),
            _ => None,
        }
    }

    fn of(&mut self, term: &Term) -> Expression {
        if let Some(made) = &self.made[term.line] {
            return made.clone();
        }
        let mut made = self.write(term);
        let is_leaf =
            matches!(self.op(term), Operation::Input(_) | Operation::Weight(_)) || self.scalar(term).is_some();
        if !is_leaf && (self.uses[term.line] > 1 || made.text.chars().count() > self.words.longest) {
            let name = self.letter();
            self.lines.push(format!("{name} = {}", made.text));
            made = Expression::atom(name);
        }
        self.made[term.line] = Some(made.clone());
        made
    }

    fn letter(&mut self) -> String {
        let (round, at) = (self.letters / LETTERS.len(), self.letters % LETTERS.len());
        self.letters += 1;
        if round == 0 { LETTERS[at].into() } else { format!("{}{round}", LETTERS[at]) }
    }

    /// An input, whose type and device are those of new numbers.
    fn like(&self) -> &str {
        &self.words.given[0].text
    }

    fn write(&mut self, term: &Term) -> Expression {
        let op = self.op(term).clone();
        match op {
            Operation::Input(number) => self.words.given[number].clone(),
            Operation::Weight(number) => Expression::atom(self.words.owned[number].clone()),
            Operation::Numbers(numbers) => self.numbers(&numbers, &term.axes),
            Operation::Unary(unary, x) => self.unary(unary, &x),
            Operation::Dropout(x, share) => {
                Expression::atom(format!("F.dropout({}, {}, self.training)", self.of(&x).text, literal(share).text))
            }
            Operation::Binary(binary, a, b) => self.binary(binary, &a, &b),
            Operation::Test(test, x) => {
                let holds = self.test(test, &x);
                holds.method("float()")
            }
            Operation::Choose(there, yes, no) => {
                let holds = self.condition(&there);
                let (yes, no) = (self.of(&yes), self.of(&no));
                Expression::atom(format!("torch.where({}, {}, {})", holds.text, yes.text, no.text))
            }
            Operation::Matmul(a, b) => {
                let (a, b) = (self.of(&a), self.of(&b));
                Expression::new(format!("{} @ {}", a.at(Binds::Product), b.at(Binds::Minus)), Binds::Product)
            }
            Operation::Linear(x, weight, bias) => self.linear(&x, &weight, bias.as_ref()),
            Operation::Conv1d { x, weight, bias, window } => self.conv1d(&x, (&weight, bias.as_ref()), window),
            Operation::Pool { x, pooling, window } => {
                let word = if pooling == Pooling::Max { "max" } else { "avg" };
                let turned = self.of(&x).method("transpose(1, 2)");
                let call = format!("F.{word}_pool1d({}, {}, {})", turned.text, window.kernel, window.stride);
                Expression::atom(call).method("transpose(1, 2)")
            }
            Operation::LayerNorm { x, weight, bias, eps } => {
                let x = self.of(&x);
                if let Some(layer) = self.words.layer {
                    return Expression::atom(format!("{layer}({})", x.text));
                }
                let (size, weight, bias) = (tuple(&weight.axes), self.of(&weight), self.of(&bias));
                let eps = literal(eps).text;
                Expression::atom(format!("F.layer_norm({}, {size}, {}, {}, {eps})", x.text, weight.text, bias.text))
            }
            Operation::Softmax(x, axis) => self.of(&x).method(&format!("softmax({axis})")),
            Operation::LogSoftmax(x, axis) => self.of(&x).method(&format!("log_softmax({axis})")),
            Operation::Reduce(reduced, x, axes) => self.reduce(reduced, &x, &axes, ", keepdim=True"),
            Operation::Reshape(x) => self.reshape(&x, term),
            Operation::Transpose(x, first, second) => self.of(&x).method(&format!("transpose({first}, {second})")),
            Operation::Slice(x, axis, range) => {
                let x = self.of(&x);
                let before = ":, ".repeat(axis);
                Expression::atom(format!("{}[{before}{}:{}]", x.at(Binds::Atom), range.start, range.end))
            }
            Operation::Concat(parts, axis) => {
                let parts: Vec<String> = parts.iter().map(|part| self.of(part).text).collect();
                Expression::atom(format!("torch.cat([{}], {axis})", parts.join(", ")))
            }
            Operation::Windows(x, window) => self.windows(&x, window),
            Operation::Repeat(x, like) => self.repeat(&x, &like),
            Operation::Greatest(x, axis, count) => self.of(&x).method(&format!("topk({count}, {axis}).values")),
            Operation::Rows { table, ids } => {
                let (table, ids) = (self.of(&table), self.of(&ids).method("long()"));
                Expression::atom(format!("F.embedding({}, {})", ids.text, table.text))
            }
            Operation::Recurrent { x, .. } => {
                let x = self.of(&x);
                Expression::atom(format!("{}({})[0]", self.words.layer.unwrap_or("m"), x.text))
            }
            Operation::Walk(walk) => self.walk(&walk),
            Operation::Standardize(x, mean, deviation) => {
                let (x, mean, deviation) = (self.of(&x), self.of(&mean), self.of(&deviation));
                // `m.mean` and `m.deviation` are those of one `m`.
                if let Some(owner) = mean.text.strip_suffix(".mean") {
                    return Expression::atom(format!("{owner}({})", x.text));
                }
                let x = x.method("double()");
                Expression::atom(format!("(({} - {}) / {}).float()", x.text, mean.text, deviation.text))
            }
        }
    }

    fn numbers(&self, numbers: &Numbers, axes: &[usize]) -> Expression {
        let like = self.like();
        let new = match numbers {
            Numbers::Same(number) if axes.is_empty() => return literal(*number),
            Numbers::Same(number) => format!("{like}.new_full({}, {})", tuple(axes), literal(*number).text),
            Numbers::Counted => {
                let count: usize = axes.iter().product();
                let line = format!("torch.arange({count}, device={like}.device)");
                if axes.len() == 1 { line } else { format!("{line}.reshape({})", sizes(axes)) }
            }
            Numbers::Sinusoids => format!("sinusoids({}, {like})", sizes(axes)),
            Numbers::Past(beyond) => {
                format!("{like}.new_full({}, float(\"-inf\")).triu({})", tuple(axes), beyond + 1)
            }
        };
        Expression::atom(new)
    }

    fn unary(&mut self, unary: Unary, x: &Term) -> Expression {
        let x = self.of(x);
        let call = |word: &str| Expression::atom(format!("{word}({})", x.text));
        match unary {
            Unary::Sqrt => x.method("sqrt()"),
            Unary::Floor => x.method("floor()"),
            Unary::Activation(Activation::Relu) => call("F.relu"),
            Unary::Activation(Activation::Gelu) => call("F.gelu"),
            Unary::Activation(Activation::Tanh) => call("torch.tanh"),
            Unary::Activation(Activation::Sigmoid) => call("torch.sigmoid"),
            Unary::Activation(Activation::Exp) => call("torch.exp"),
            Unary::Activation(Activation::LeakyRelu(slope)) => {
                Expression::atom(format!("F.leaky_relu({}, {})", x.text, literal(slope).text))
            }
        }
    }

    fn binary(&mut self, binary: Binary, a: &Term, b: &Term) -> Expression {
        let (number, x, y) = (self.scalar(b), self.of(a), self.of(b));
        let infix = |word: &str, left: Binds, right: Binds| {
            Expression::new(format!("{} {word} {}", x.at(left), y.at(right)), left)
        };
        match (binary, number) {
            (Binary::Add, _) => infix("+", Binds::Sum, Binds::Product),
            (Binary::Sub, _) => infix("-", Binds::Sum, Binds::Product),
            (Binary::Mul, _) => infix("*", Binds::Product, Binds::Minus),
            (Binary::Div, _) => infix("/", Binds::Product, Binds::Minus),
            (Binary::Pow, _) => {
                Expression::new(format!("{} ** {}", x.at(Binds::Atom), y.at(Binds::Minus)), Binds::Minus)
            }
            (Binary::Max, Some(_)) => x.method(&format!("clamp(min={})", y.text)),
            (Binary::Min, Some(_)) => x.method(&format!("clamp(max={})", y.text)),
            (Binary::Max, None) => Expression::atom(format!("torch.maximum({}, {})", x.text, y.text)),
            (Binary::Min, None) => Expression::atom(format!("torch.minimum({}, {})", x.text, y.text)),
        }
    }

    fn test(&mut self, test: Test, x: &Term) -> Expression {
        let x = self.of(x);
        match test {
            Test::NotZero => Expression::new(format!("{} != 0", x.at(Binds::Sum)), Binds::Comparison),
            Test::Below(number) => {
                Expression::new(format!("{} < {}", x.at(Binds::Sum), literal(number).text), Binds::Comparison)
            }
            Test::Void => x.method("isnan()"),
        }
    }

    /// Whether something is not 0, as a truth.
    fn condition(&mut self, term: &Term) -> Expression {
        match self.op(term).clone() {
            Operation::Test(test, x) if self.uses[term.line] == 1 => self.test(test, &x),
            _ => self.test(Test::NotZero, term),
        }
    }

    /// Whether these are the weights of the layer, as they are.
    fn are_own(&self, terms: &[&Term]) -> bool {
        self.words.layer.is_some() && terms.iter().all(|term| matches!(self.op(term), Operation::Weight(_)))
    }

    fn linear(&mut self, x: &Term, weight: &Term, bias: Option<&Term>) -> Expression {
        let x = self.of(x);
        if let (Some(layer), true) = (self.words.layer, self.are_own(&[weight])) {
            return Expression::atom(format!("{layer}({})", x.text));
        }
        let all: Vec<String> = [weight].into_iter().chain(bias).map(|term| self.of(term).text).collect();
        Expression::atom(format!("F.linear({}, {})", x.text, all.join(", ")))
    }

    /// Padding that is the same on both sides is the layer's.
    fn conv1d(&mut self, x: &Term, (weight, bias): (&Term, Option<&Term>), window: Strided) -> Expression {
        let mut turned = self.of(x).method("transpose(1, 2)");
        if window.before != window.after {
            turned = Expression::atom(format!("F.pad({}, ({}, {}))", turned.text, window.before, window.after));
        }
        let call = match self.words.layer {
            Some(layer) => format!("{layer}({})", turned.text),
            None => {
                let all: Vec<String> = [weight].into_iter().chain(bias).map(|term| self.of(term).text).collect();
                let padding = if window.before == window.after { window.before } else { 0 };
                let Strided { stride, dilation, .. } = window;
                format!(
                    "F.conv1d({}, {}, stride={stride}, padding={padding}, dilation={dilation})",
                    turned.text,
                    all.join(", ")
                )
            }
        };
        Expression::atom(call).method("transpose(1, 2)")
    }

    fn reduce(&mut self, reduced: Reduced, x: &Term, axes: &[usize], keep: &str) -> Expression {
        let mut x = self.of(x);
        let word = match reduced {
            Reduced::Sum => "sum",
            Reduced::Mean => "mean",
            Reduced::Max => "amax",
            Reduced::Product => {
                // One axis at a time, the last one first.
                for axis in axes.iter().rev() {
                    x = x.method(&format!("prod({axis}{keep})"));
                }
                return x;
            }
        };
        let over = if let [one] = axes { one.to_string() } else { tuple(axes) };
        x.method(&format!("{word}({over}{keep})"))
    }

    fn reshape(&mut self, x: &Term, made: &Term) -> Expression {
        let batch = usize::from(x.batched);
        let without = |axes: &[usize]| -> Vec<usize> {
            (0..x.axes.len()).filter(|i| !axes.contains(&(i + batch))).map(|i| x.axes[i]).collect()
        };
        let once = self.uses[x.line] == 1 && self.made[x.line].is_none();
        match self.op(x).clone() {
            // What is reduced over goes away.
            Operation::Reduce(reduced, inner, axes) if once && without(&axes) == made.axes => {
                return self.reduce(reduced, &inner, &axes, "");
            }
            Operation::Slice(inner, axis, range) if once && range.len() == 1 && without(&[axis]) == made.axes => {
                let place = if range.end == inner.axes[axis - batch] { "-1".into() } else { range.start.to_string() };
                return Expression::atom(format!("{}[{}{place}]", self.of(&inner).at(Binds::Atom), ":, ".repeat(axis)));
            }
            _ => {}
        }
        let x_text = self.of(x);
        if made.axes == [x.axes.iter().product::<usize>()] && x.axes.len() > 1 {
            return x_text.method(&format!("flatten({batch})"));
        }
        // An axis becomes two, the batch staying what it is.
        let parted = (0..x.axes.len()).find(|at| {
            let (front, back) = (&x.axes[..*at], &x.axes[at + 1..]);
            made.axes.len() == x.axes.len() + 1
                && made.axes.starts_with(front)
                && made.axes.ends_with(back)
                && made.axes[*at] * made.axes[at + 1] == x.axes[*at]
                && made.axes[*at] > 1
                && made.axes[at + 1] > 1
        });
        if let Some(at) = parted {
            let parts = tuple(&made.axes[at..at + 2]);
            return x_text.method(&format!("unflatten({}, {parts})", at + batch));
        }
        let joined = (0..x.axes.len().saturating_sub(1)).find(|at| {
            let both = x.axes[*at] * x.axes[at + 1];
            [&x.axes[..*at], &[both], &x.axes[at + 2..]].concat() == made.axes
        });
        if let Some(at) = joined {
            return x_text.method(&format!("flatten({}, {})", at + batch, at + 1 + batch));
        }
        let with_one = |at: usize| [&x.axes[..at], &[1], &x.axes[at..]].concat();
        if let Some(at) = (0..=x.axes.len()).rev().find(|at| with_one(*at) == made.axes) {
            return x_text.method(&format!("unsqueeze({})", at + batch));
        }
        let front = if made.batched { "-1" } else { "" };
        let comma = if made.batched && !made.axes.is_empty() { ", " } else { "" };
        let all = format!("{front}{comma}{}", sizes(&made.axes));
        x_text.method(&format!("reshape({})", if all.is_empty() { "()" } else { &all }))
    }

    /// `unfold` puts what a window sees last.
    fn windows(&mut self, x: &Term, window: Strided) -> Expression {
        let Strided { kernel, stride, dilation, before, after } = window;
        let axis = usize::from(x.batched);
        let mut padded = self.of(x);
        if before + after > 0 {
            padded = Expression::atom(format!("F.pad({}, (0, 0, {before}, {after}))", padded.text));
        }
        let reach = dilation * (kernel - 1) + 1;
        let seen = padded.method(&format!("unfold({axis}, {reach}, {stride})"));
        let seen = if dilation == 1 { seen } else { Expression::atom(format!("{}[..., ::{dilation}]", seen.text)) };
        seen.method("transpose(-1, -2)")
    }

    fn repeat(&mut self, x: &Term, like: &Term) -> Expression {
        let like = self.of(like).text;
        if let Operation::Numbers(Numbers::Same(number)) = self.op(x).clone() {
            let rest = if x.axes.is_empty() { ",".into() } else { format!(", {}", sizes(&x.axes)) };
            return Expression::atom(format!("{like}.new_full((len({like}){rest}), {})", literal(number).text));
        }
        let rest = ", -1".repeat(x.axes.len());
        self.of(x).method(&format!("expand(len({like}){rest})"))
    }

    /// A loop over the steps.
    fn walk(&mut self, walk: &Walk) -> Expression {
        let over: Vec<String> = walk.over.iter().map(|over| self.named(over)).collect();
        let states: Vec<String> = walk.states.iter().map(|_| self.letter()).collect();
        for (name, state) in states.iter().zip(&walk.states) {
            let begun = self.of(state).text;
            self.lines.push(format!("{name} = {begun}"));
        }
        let made = self.letter();
        self.lines.push(format!("{made} = []"));
        let (steps, mut given) = (walk.over[0].axes[0], states.iter().map(Expression::atom).collect::<Vec<_>>());
        let backwards = walk.way == Way::LastToFirst;
        let way = if backwards { format!("reversed(range({steps}))") } else { format!("range({steps})") };
        self.lines.push(format!("for t in {way}:"));
        given.extend(over.iter().map(|over| Expression::atom(format!("{over}[:, t]"))));
        let words = Words { given: &given, owned: self.words.owned, layer: None, longest: LONG };
        let mut inner = Writer {
            spelling: &walk.step,
            words: &words,
            lines: vec![],
            made: vec![None; walk.step.lines.len()],
            uses: uses(&walk.step, &walk.after),
            letters: self.letters,
        };
        let after: Vec<String> = walk.after.iter().map(|term| inner.of(term).text).collect();
        self.letters = inner.letters;
        let inside = inner.lines;
        self.lines.extend(inside.iter().map(|line| format!("    {line}")));
        self.lines.push(format!("    {} = {}", states.join(", "), after.join(", ")));
        self.lines.push(format!("    {made}.append({})", states[0]));
        let all = if backwards { format!("{made}[::-1]") } else { made };
        Expression::atom(format!("torch.stack({all}, 1)"))
    }

    /// A value under a name, however short it is.
    fn named(&mut self, term: &Term) -> String {
        let made = self.of(term);
        if made.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return made.text;
        }
        let name = self.letter();
        self.lines.push(format!("{name} = {}", made.text));
        self.made[term.line] = Some(Expression::atom(name.clone()));
        name
    }
}
