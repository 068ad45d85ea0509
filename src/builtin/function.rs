//! Tensor functions: what `linear(32)`, `relu` and `concat` make. Owns what the rest of the program may ask of one.

use super::{Spelling, Term, WeightSpec, Written};
use crate::shape::{Dim, Shape};
use crate::tensor::{Activation, Context, Tensor};
use std::fmt::Debug;
use std::sync::Arc;

/// A tensor function with or without weights: what `linear(32)`, `relu` and `concat` make.
pub trait Layer: Written + Debug + Send + Sync {
    fn arity(&self) -> Arity {
        Arity::Exactly(1)
    }

    /// Output shape and weights for inputs of these shapes (batch axis implied, sizes may be symbolic).
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError>;

    /// Inputs and output carry the batch axis in front. `weights` in the order of [`Signature::weights`].
    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor;

    /// What it computes where nothing is trained, in operations that other programs have, too: all that `mhm export` needs of it.
    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term;

    /// Floating-point operations of one sample's forward pass (a multiply-add counts two).
    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let _ = inputs;
        output.elements()
    }

    /// Numbers of one sample that the forward pass saves for the backward one, beside inputs and output: masks, shares, moments.
    /// A test holds it against the memory that is held.
    fn saved(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let _ = (inputs, output);
        Dim::constant(0)
    }

    /// Activation that `linear` before it can compute in the same pass.
    fn fusable(&self) -> Option<Activation> {
        None
    }

    /// The same layer with an activation computed in the same pass, where it can be.
    fn fuse(&self, activation: Activation) -> Option<Arc<dyn Layer>> {
        let _ = activation;
        None
    }

    /// How many values of each feature one sample contributes to the statistics of a batch (`batch_norm`); `None` where the layer
    /// takes no such statistics.
    fn measured(&self, inputs: &[Shape]) -> Option<Dim> {
        let _ = inputs;
        None
    }

    /// The index of the input that masks another one, and that of the other: the last input is a mask where it is optional.
    fn mask(&self, inputs: &[Shape]) -> Option<(usize, usize)> {
        match self.arity() {
            Arity::Between(_, most) if inputs.len() == most => Some((most - 1, most - 2)),
            Arity::Exactly(_) | Arity::AtLeast(_) | Arity::Between(..) => None,
        }
    }

    /// How many ids its input is taken from (`embedding`); `None` where the input holds no ids.
    fn ids(&self) -> Option<usize> {
        None
    }

    /// What it asks of the modality that it is given (`available`), where a network is given the answer as an input.
    fn asks(&self) -> Option<Presence> {
        None
    }

    /// Whether it finds out by the values of a modality where it is there (`present`).
    fn tells(&self) -> bool {
        false
    }

    /// What its output holds, as far as a loss minds.
    fn gives(&self) -> Gives;

    /// Whether an input of this kind passes through unchanged; of [`Gives::Unknown`], whether every input does.
    fn keeps(&self, given: Gives) -> bool {
        let _ = given;
        false
    }

    /// Whether it draws random numbers while training (`dropout`).
    fn is_random(&self) -> bool {
        false
    }

    /// Whether its output is the numbers of its input under other axes, with no memory of its own (`reshape`).
    fn is_view(&self) -> bool {
        false
    }

    /// Whether it is a product with a matrix of weights, so that two in a row are one (`linear`).
    fn is_linear(&self) -> bool {
        false
    }

    /// Whether one tensor given twice adds nothing: the inputs are put side by side or summed (`concat`).
    fn repeats_inputs(&self) -> bool {
        false
    }
}

/// A layer on inputs and weights of these axes, and what it makes.
pub fn spelled(layer: &dyn Layer, weights: &[Vec<usize>], inputs: &[Vec<usize>]) -> (Spelling, Term) {
    let mut to = Spelling::default();
    let inputs: Vec<Term> = inputs.iter().enumerate().map(|(i, axes)| to.input(i, axes)).collect();
    let weights: Vec<Term> = weights.iter().enumerate().map(|(i, axes)| to.weight(i, axes)).collect();
    let made = layer.spell(&mut to, &weights, &inputs);
    (to, made)
}

/// Of what it is asked whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// The sample as a whole: `[1]`.
    Sample,
    /// Every step of it: its axes without the last.
    Steps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    Exactly(usize),
    AtLeast(usize),
    /// At least and at most so many: an op with an optional mask.
    Between(usize, usize),
}

impl Arity {
    pub fn takes(self, inputs: usize) -> bool {
        match self {
            Arity::Exactly(n) => inputs == n,
            Arity::AtLeast(n) => inputs >= n,
            Arity::Between(least, most) => (least..=most).contains(&inputs),
        }
    }
}

/// What the checker learns of one application of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub output: Shape,
    pub weights: Vec<WeightSpec>,
}

impl Signature {
    pub fn plain(output: Shape) -> Self {
        Self { output, weights: vec![] }
    }
}

/// Axes of one sample, the batch not counted.
pub const MOST_AXES: usize = crate::tensor::Axes::MOST - 1;

/// What the output of a layer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    Probabilities,
    /// Numbers that are never below 0.
    NonNegative,
    /// Numbers of both signs.
    Numbers,
    /// Whatever its first input holds.
    AsInput,
    Unknown,
}

/// Why a layer cannot take inputs of these shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeError {
    /// One line that is understandable alone: "`concat` needs equal leading axes".
    pub message: String,
    /// What to do, where there is something to say.
    pub help: Option<String>,
    /// Whether what is declared is what does not fit, so that its place is shown.
    pub is_of_declaration: bool,
}

impl ShapeError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, is_of_declaration: false }
    }

    /// What is declared does not fit.
    pub fn of_declaration(message: impl Into<String>) -> Self {
        Self { is_of_declaration: true, ..Self::new(message) }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
