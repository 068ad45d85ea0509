//! What a layer computes, said in a small set of operations that other programs have, too. Owns the set, the sizes of what it
//! makes and how operands are brought to one number of axes; how it is written for ONNX or PyTorch is for `interchange` to say.

mod masked;

use crate::tensor::{self, Activation, Pooling};
pub use masked::NOWHERE;
use std::ops::Range;

/// One value that is spoken of.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its place in [`Spelling::lines`].
    pub line: usize,
    /// Of one sample, or of the whole where there are no samples.
    pub axes: Vec<usize>,
    /// Whether the batch stands in front of its axes.
    pub batched: bool,
}

/// One operation and what it makes.
#[derive(Clone, Debug)]
pub struct Line {
    pub op: Operation,
    pub made: Term,
}

/// Axes count from the first that is stored: the batch is axis 0 of what has one.
#[derive(Clone, Debug)]
pub enum Operation {
    /// What the layer is given.
    Input(usize),
    /// One of its weights.
    Weight(usize),
    Numbers(Numbers),
    Unary(Unary, Term),
    /// Where something is trained, so great a share becomes 0; else nothing happens.
    Dropout(Term, f32),
    /// Sizes are equal from the last axis on, or 1.
    Binary(Binary, Term, Term),
    /// 1 where it holds, else 0.
    Test(Test, Term),
    /// The second where the first is not 0, else the third.
    Choose(Term, Term, Term),
    /// Over the last two axes.
    Matmul(Term, Term),
    /// `x Wᵀ + b` over the last axis.
    Linear(Term, Term, Option<Term>),
    /// Over `[batch, steps, features]` with weights `[width, features, kernel]`.
    Conv1d {
        x: Term,
        weight: Term,
        bias: Option<Term>,
        window: Strided,
    },
    /// The greatest or the mean of the steps that a window sees, all of which are there.
    Pool {
        x: Term,
        pooling: Pooling,
        window: Strided,
    },
    /// Over the last axis, with weight and bias.
    LayerNorm {
        x: Term,
        weight: Term,
        bias: Term,
        eps: f32,
    },
    Softmax(Term, usize),
    LogSoftmax(Term, usize),
    /// The axes stay, with size 1.
    Reduce(Reduced, Term, Vec<usize>),
    /// To the axes of what is made.
    Reshape(Term),
    /// Two axes change places.
    Transpose(Term, usize, usize),
    Slice(Term, usize, Range<usize>),
    Concat(Vec<Term>, usize),
    /// The steps of every window side by side: `[steps, ..]` to `[windows, kernel, ..]`. Beside the steps there are zeros.
    Windows(Term, Strided),
    /// For every sample of the second.
    Repeat(Term, Term),
    /// So many of the greatest along an axis, the greatest first.
    Greatest(Term, usize, usize),
    /// Rows of a table, by whole numbers that are in it.
    Rows {
        table: Term,
        ids: Term,
    },
    /// All weights of a recurrent layer without a mask, as PyTorch has them.
    Recurrent {
        x: Term,
        kind: Recurrent,
        width: usize,
        directions: usize,
    },
    /// Steps along axis 1, first to last or last to first.
    Walk(Box<Walk>),
    /// `(x - mean) / deviation` in 64 bits.
    Standardize(Term, Term, Term),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unary {
    Activation(Activation),
    Sqrt,
    Floor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    /// The greater of both.
    Max,
    /// The lesser of both.
    Min,
    Pow,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Test {
    NotZero,
    Below(f32),
    /// No number.
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduced {
    Sum,
    Mean,
    Max,
    Product,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recurrent {
    Lstm,
    Gru,
}

/// Numbers that are known beforehand.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// The same in every place.
    Same(f32),
    /// From 0 on.
    Counted,
    /// What `positions` adds, `[steps, features]`.
    Sinusoids,
    /// `[queries, steps]`: minus infinity where a query sees no step, so many beyond its own, else 0.
    Past(usize),
}

/// A window over the steps of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strided {
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Zeros before the first step and after the last.
    pub before: usize,
    pub after: usize,
}

/// In which order steps are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    FirstToLast,
    LastToFirst,
}

/// A walk over steps that carries states along.
#[derive(Clone, Debug)]
pub struct Walk {
    pub way: Way,
    /// Before the first step, each `[batch, ..]`.
    pub states: Vec<Term>,
    /// What a step is given its own part of, each `[batch, steps, ..]`.
    pub over: Vec<Term>,
    /// Of one step: its inputs are the states and then the parts.
    pub step: Spelling,
    /// The states after a step, in `step`; the first is what the step gives.
    pub after: Vec<Term>,
}

/// Operations in the order they are computed.
#[derive(Clone, Debug, Default)]
pub struct Spelling {
    pub lines: Vec<Line>,
}

impl Operation {
    /// What it is computed from.
    pub fn reads(&self) -> Vec<&Term> {
        match self {
            Self::Input(_) | Self::Weight(_) | Self::Numbers(_) => vec![],
            Self::Unary(_, x)
            | Self::Test(_, x)
            | Self::Dropout(x, _)
            | Self::Softmax(x, _)
            | Self::LogSoftmax(x, _)
            | Self::Reduce(_, x, _)
            | Self::Reshape(x)
            | Self::Transpose(x, _, _)
            | Self::Slice(x, _, _)
            | Self::Windows(x, _)
            | Self::Greatest(x, _, _)
            | Self::Pool { x, .. }
            | Self::Recurrent { x, .. } => vec![x],
            Self::Binary(_, a, b) | Self::Matmul(a, b) | Self::Repeat(a, b) => vec![a, b],
            Self::Choose(a, b, c) | Self::Standardize(a, b, c) => vec![a, b, c],
            Self::Linear(x, weight, bias) => [x, weight].into_iter().chain(bias).collect(),
            Self::Conv1d { x, weight, bias, .. } => [x, weight].into_iter().chain(bias).collect(),
            Self::LayerNorm { x, weight, bias, .. } => vec![x, weight, bias],
            Self::Concat(parts, _) => parts.iter().collect(),
            Self::Rows { table, ids } => vec![table, ids],
            Self::Walk(walk) => walk.states.iter().chain(&walk.over).collect(),
        }
    }
}

impl Term {
    /// The place where an axis of a sample is stored.
    fn at(&self, axis: usize) -> usize {
        axis + usize::from(self.batched)
    }
}

/// The axes of two operands that are repeated along each other.
fn joined(a: &[usize], b: &[usize]) -> Vec<usize> {
    let rank = a.len().max(b.len());
    let size = |axes: &[usize], i: usize| (i + axes.len()).checked_sub(rank).map_or(1, |i| axes[i]);
    (0..rank).map(|i| if size(a, i) == 1 { size(b, i) } else { size(a, i) }).collect()
}

/// Axes are those of one sample everywhere below.
impl Spelling {
    /// What has samples makes something that has.
    fn say(&mut self, op: Operation, axes: &[usize]) -> Term {
        let batched = matches!(op, Operation::Input(_)) || op.reads().iter().any(|term| term.batched);
        let made = Term { line: self.lines.len(), axes: axes.to_vec(), batched };
        self.lines.push(Line { op, made: made.clone() });
        made
    }

    pub fn input(&mut self, number: usize, axes: &[usize]) -> Term {
        self.say(Operation::Input(number), axes)
    }

    pub fn weight(&mut self, number: usize, axes: &[usize]) -> Term {
        self.say(Operation::Weight(number), axes)
    }

    pub fn numbers(&mut self, numbers: Numbers, axes: &[usize]) -> Term {
        self.say(Operation::Numbers(numbers), axes)
    }

    pub fn number(&mut self, number: f32) -> Term {
        self.numbers(Numbers::Same(number), &[])
    }

    pub fn unary(&mut self, unary: Unary, x: &Term) -> Term {
        self.say(Operation::Unary(unary, x.clone()), &x.axes)
    }

    pub fn activate(&mut self, x: &Term, activation: Activation) -> Term {
        self.unary(Unary::Activation(activation), x)
    }

    pub fn dropout(&mut self, x: &Term, share: f32) -> Term {
        self.say(Operation::Dropout(x.clone(), share), &x.axes)
    }

    /// With axes of size 1 in front, where the batch would else stand in their place.
    fn lifted(&mut self, x: &Term, rank: usize) -> Term {
        let missing = rank.saturating_sub(x.axes.len());
        if missing == 0 || !x.batched { x.clone() } else { self.reshape(x, &[&vec![1; missing], &x.axes[..]].concat()) }
    }

    pub fn binary(&mut self, binary: Binary, a: &Term, b: &Term) -> Term {
        let rank = a.axes.len().max(b.axes.len());
        let (a, b) = (self.lifted(a, rank), self.lifted(b, rank));
        let axes = joined(&a.axes, &b.axes);
        self.say(Operation::Binary(binary, a, b), &axes)
    }

    pub fn add(&mut self, a: &Term, b: &Term) -> Term {
        self.binary(Binary::Add, a, b)
    }

    pub fn sub(&mut self, a: &Term, b: &Term) -> Term {
        self.binary(Binary::Sub, a, b)
    }

    pub fn mul(&mut self, a: &Term, b: &Term) -> Term {
        self.binary(Binary::Mul, a, b)
    }

    pub fn div(&mut self, a: &Term, b: &Term) -> Term {
        self.binary(Binary::Div, a, b)
    }

    pub fn test(&mut self, test: Test, x: &Term) -> Term {
        self.say(Operation::Test(test, x.clone()), &x.axes)
    }

    /// `yes` where `there` is not 0, else `no`.
    pub fn choose(&mut self, there: &Term, yes: &Term, no: &Term) -> Term {
        let rank = [there, yes, no].map(|term| term.axes.len()).into_iter().max().unwrap_or(0);
        let [there, yes, no] = [there, yes, no].map(|term| self.lifted(term, rank));
        let axes = joined(&joined(&there.axes, &yes.axes), &no.axes);
        self.say(Operation::Choose(there, yes, no), &axes)
    }

    pub fn matmul(&mut self, a: &Term, b: &Term) -> Term {
        let mut axes = a.axes.clone();
        axes.pop();
        axes.extend(b.axes.last());
        self.say(Operation::Matmul(a.clone(), b.clone()), &axes)
    }

    pub fn linear(&mut self, x: &Term, weight: &Term, bias: Option<&Term>) -> Term {
        let mut axes = x.axes.clone();
        axes.pop();
        axes.push(weight.axes[0]);
        self.say(Operation::Linear(x.clone(), weight.clone(), bias.cloned()), &axes)
    }

    pub fn conv1d(&mut self, x: &Term, weight: &Term, bias: Option<&Term>, window: Strided) -> Term {
        let axes = [window.steps(x.axes[0]), weight.axes[0]];
        let (x, weight, bias) = (x.clone(), weight.clone(), bias.cloned());
        self.say(Operation::Conv1d { x, weight, bias, window }, &axes)
    }

    /// Of `[steps, features]`; beside the steps there is nothing.
    pub fn pool(&mut self, x: &Term, pooling: Pooling, window: Strided) -> Term {
        let axes = [window.steps(x.axes[0]), x.axes[1]];
        self.say(Operation::Pool { x: x.clone(), pooling, window }, &axes)
    }

    pub fn layer_norm(&mut self, x: &Term, weight: &Term, bias: &Term, eps: f32) -> Term {
        let op = Operation::LayerNorm { x: x.clone(), weight: weight.clone(), bias: bias.clone(), eps };
        self.say(op, &x.axes)
    }

    pub fn softmax(&mut self, x: &Term, axis: usize) -> Term {
        self.say(Operation::Softmax(x.clone(), x.at(axis)), &x.axes)
    }

    pub fn log_softmax(&mut self, x: &Term, axis: usize) -> Term {
        self.say(Operation::LogSoftmax(x.clone(), x.at(axis)), &x.axes)
    }

    /// The axes stay, with size 1.
    pub fn reduce(&mut self, reduced: Reduced, x: &Term, over: &[usize]) -> Term {
        if over.is_empty() {
            return x.clone();
        }
        let mut axes = x.axes.clone();
        over.iter().for_each(|axis| axes[*axis] = 1);
        let over = over.iter().map(|axis| x.at(*axis)).collect();
        self.say(Operation::Reduce(reduced, x.clone(), over), &axes)
    }

    /// The axes go away.
    pub fn drop(&mut self, reduced: Reduced, x: &Term, over: &[usize]) -> Term {
        let kept = self.reduce(reduced, x, over);
        let left: Vec<usize> = (0..x.axes.len()).filter(|axis| !over.contains(axis)).map(|axis| x.axes[axis]).collect();
        self.reshape(&kept, &left)
    }

    pub fn reshape(&mut self, x: &Term, axes: &[usize]) -> Term {
        if x.axes == axes {
            return x.clone();
        }
        self.say(Operation::Reshape(x.clone()), axes)
    }

    pub fn transpose(&mut self, x: &Term, first: usize, second: usize) -> Term {
        if first == second {
            return x.clone();
        }
        let mut axes = x.axes.clone();
        axes.swap(first, second);
        self.say(Operation::Transpose(x.clone(), x.at(first), x.at(second)), &axes)
    }

    pub fn slice(&mut self, x: &Term, axis: usize, range: Range<usize>) -> Term {
        let mut axes = x.axes.clone();
        axes[axis] = range.len();
        self.say(Operation::Slice(x.clone(), x.at(axis), range), &axes)
    }

    /// All of them have samples, or none has.
    pub fn concat(&mut self, parts: &[Term], axis: usize) -> Term {
        let [first, others @ ..] = parts else { unreachable!("something is joined") };
        if others.is_empty() {
            return first.clone();
        }
        let mut axes = first.axes.clone();
        axes[axis] = parts.iter().map(|part| part.axes[axis]).sum();
        self.say(Operation::Concat(parts.to_vec(), first.at(axis)), &axes)
    }

    /// Of `[steps, ..]`, the steps of every window side by side.
    pub fn windows(&mut self, x: &Term, window: Strided) -> Term {
        let axes = [&[window.steps(x.axes[0]), window.kernel], &x.axes[1..]].concat();
        self.say(Operation::Windows(x.clone(), window), &axes)
    }

    /// `x`, which has no samples, for every sample of `like`.
    pub fn repeat(&mut self, x: &Term, like: &Term) -> Term {
        self.say(Operation::Repeat(x.clone(), like.clone()), &x.axes)
    }

    pub fn greatest(&mut self, x: &Term, axis: usize, count: usize) -> Term {
        let mut axes = x.axes.clone();
        axes[axis] = count;
        self.say(Operation::Greatest(x.clone(), x.at(axis), count), &axes)
    }

    /// Of a table `[entries, width]`, for ids that are in it.
    pub fn rows(&mut self, table: &Term, ids: &Term) -> Term {
        let axes = [&ids.axes[..], &table.axes[1..]].concat();
        self.say(Operation::Rows { table: table.clone(), ids: ids.clone() }, &axes)
    }

    /// Over `[steps, features]`, with all weights of the layer.
    pub fn recurrent(&mut self, x: &Term, kind: Recurrent, width: usize, directions: usize) -> Term {
        let axes = [x.axes[0], width * directions];
        self.say(Operation::Recurrent { x: x.clone(), kind, width, directions }, &axes)
    }

    /// Over the steps (the first axis) of all of `over`. `step` is given states and parts and makes the states after it; the first
    /// is what a step gives.
    pub fn walk(
        &mut self,
        way: Way,
        states: &[Term],
        over: &[Term],
        step: impl Fn(&mut Spelling, &[Term], &[Term]) -> Vec<Term>,
    ) -> Term {
        let mut inner = Spelling::default();
        let before: Vec<Term> = states.iter().enumerate().map(|(i, state)| inner.input(i, &state.axes)).collect();
        let part = |(i, part): (usize, &Term)| inner.input(states.len() + i, &part.axes[1..]);
        let parts: Vec<Term> = over.iter().enumerate().map(part).collect();
        let after = step(&mut inner, &before, &parts);
        let axes = [&over[0].axes[..1], &after[0].axes[..]].concat();
        let walk = Walk { way, states: states.to_vec(), over: over.to_vec(), step: inner, after };
        self.say(Operation::Walk(Box::new(walk)), &axes)
    }

    pub fn standardize(&mut self, x: &Term, mean: &Term, deviation: &Term) -> Term {
        self.say(Operation::Standardize(x.clone(), mean.clone(), deviation.clone()), &x.axes)
    }
}

impl Numbers {
    /// Row-major, of these axes.
    pub fn values(&self, axes: &[usize]) -> Vec<f32> {
        let count = axes.iter().product();
        match (self, axes) {
            (Numbers::Same(number), _) => vec![*number; count],
            (Numbers::Counted, _) => (0..count).map(|i| i as f32).collect(),
            (Numbers::Sinusoids, [steps, features]) => tensor::sinusoids(*steps, *features),
            (Numbers::Past(beyond), [_, steps]) => {
                let hidden = |i: usize| if i % steps > i / steps + beyond { f32::NEG_INFINITY } else { 0.0 };
                (0..count).map(hidden).collect()
            }
            (Numbers::Sinusoids | Numbers::Past(_), _) => unreachable!("these have two axes"),
        }
    }
}

impl Strided {
    /// The step that element `k` of the window sees at output `t`, of `steps` in all; none beside them.
    pub fn source(&self, t: usize, k: usize, steps: usize) -> Option<usize> {
        (t * self.stride + k * self.dilation).checked_sub(self.before).filter(|step| *step < steps)
    }

    /// Steps of the output.
    pub fn steps(&self, steps: usize) -> usize {
        (steps + self.before + self.after - self.dilation * (self.kernel - 1) - 1) / self.stride + 1
    }
}
