//! Weights as a layer asks for them: names, shapes, and how they begin.

use crate::shape::{Dim, Shape};

/// One weight tensor of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSpec {
    /// `weight`, `bias`, `running_mean`: the last part of the weight's path.
    pub name: &'static str,
    /// No batch axis here: `[out, in]` for `linear`, as PyTorch has it.
    pub shape: Shape,
    pub init: Init,
    pub kind: WeightKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightKind {
    /// Changed by the optimizer.
    Learned,
    /// Changed by the forward pass while its module trains (`batch_norm`'s running mean and variance).
    Statistic,
}

/// How a weight begins. Fans are numbers of connections, as in Glorot & Bengio 2010.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    Zeros,
    Ones,
    /// Uniform in ±bound.
    Uniform {
        bound: InitScale,
    },
    /// Normal with this standard deviation.
    Normal {
        deviation: InitScale,
    },
}

/// A scale that depends on fans known once shapes are.
#[derive(Clone, Debug, PartialEq)]
pub enum InitScale {
    Value(f64),
    /// `gain * sqrt(numerator / fan)`.
    Fan {
        gain: f64,
        numerator: f64,
        fan: Dim,
    },
}
