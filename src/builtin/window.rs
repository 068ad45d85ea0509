//! Windows over steps: which steps an output sees, and how many outputs there are. Owns what `conv1d` and pooling share.

use super::spelling::Strided;
use super::value::{by_word, word_of};
use super::{Count, Expected, FromValue, ShapeError, Value};
use crate::shape::Dim;
use crate::tensor;

/// Steps beside the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// As many as keep the steps, where the stride is 1; an odd one comes after the last step, as in PyTorch.
    Same,
    /// None before, none after.
    Valid,
    /// All before the first step: an output sees no later step than its own.
    Causal,
    /// So many before the first and so many after the last.
    Each(usize),
}

const WORDS: [(&str, Padding); 3] = [("same", Padding::Same), ("valid", Padding::Valid), ("causal", Padding::Causal)];

impl FromValue for Padding {
    const EXPECTED: Expected = Expected::WordOrSteps(&["same", "valid", "causal"]);

    fn from_value(value: &Value) -> Option<Self> {
        let steps = || i64::from_value(value).and_then(|steps| usize::try_from(steps).ok());
        by_word(value, &WORDS).or_else(|| steps().map(Padding::Each))
    }

    fn show(&self) -> String {
        let steps = if let Padding::Each(steps) = self { *steps } else { 0 };
        word_of(self, &WORDS).map_or(steps.to_string(), Into::into)
    }
}

/// Above this many steps of reach a window is a mistake.
const MOST_REACH: usize = 1 << 24;

/// A window that moves over the steps of the input of `word`.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub word: &'static str,
    /// Steps that are seen at once.
    pub kernel: Count,
    /// Steps from one output to the next.
    pub stride: Count,
    /// Steps from one that is seen to the next.
    pub dilation: Count,
    pub padding: Padding,
}

impl Window {
    /// Steps from the first that is seen to the last.
    fn reach(&self) -> usize {
        (self.kernel.0 - 1).saturating_mul(self.dilation.0)
    }

    /// Padding before and in all.
    fn beside(&self) -> (usize, usize) {
        match self.padding {
            Padding::Same => (self.reach() / 2, self.reach()),
            Padding::Valid => (0, 0),
            Padding::Causal => (self.reach(), self.reach()),
            Padding::Each(steps) => (steps, steps.saturating_mul(2)),
        }
    }

    /// Steps of the output.
    pub fn steps(&self, steps: &Dim) -> Result<Dim, ShapeError> {
        let (word, beside, reach) = (self.word, self.beside().1, self.reach());
        if beside.max(reach).max(self.stride.0) > MOST_REACH {
            return Err(ShapeError::new(format!("`{word}` cannot reach over more than {MOST_REACH} steps"))
                .help("make `kernel`, `dilation`, `stride` or `padding` smaller"));
        }
        let room = steps.plus(&Dim::from(beside)).minus(&Dim::from(reach + 1));
        if room.value().is_some_and(|room| room < 0) {
            return Err(ShapeError::new(format!(
                "`{word}` sees {} steps at once and there are {steps}, and {beside} of padding",
                reach + 1
            ))
            .help("pad with `padding: same`, or take a smaller `kernel`"));
        }
        let moves = room.over(&Dim::from(self.stride.0)).unwrap_or(Dim::constant(0));
        Ok(moves.plus(&Dim::constant(1)))
    }

    /// The same in numbers alone.
    pub fn strided(&self) -> Strided {
        let (before, all) = self.beside();
        let &Self { kernel: Count(kernel), stride: Count(stride), dilation: Count(dilation), .. } = self;
        Strided { kernel, stride, dilation, before, after: all - before }
    }

    /// The same over so many steps, which the checker has seen to fit.
    pub fn over(&self, steps: usize) -> tensor::Window {
        let moves = self.steps(&Dim::from(steps)).ok().and_then(|steps| steps.value());
        tensor::Window {
            kernel: self.kernel.0,
            stride: self.stride.0,
            dilation: self.dilation.0,
            before: self.beside().0,
            steps: moves.expect("the checker has seen that the window fits") as usize,
        }
    }
}
