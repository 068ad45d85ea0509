//! Steps of the optimizers as one loop over weight, gradient and state. Owns PyTorch's formulas; no state.

use super::crew::{self, NUMBERS};
use super::raw::simd;
use super::{Gradient, Tensor};

/// One step of Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019), as `torch.optim` has them.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    pub rate: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub decay: Decay,
    /// Updates of this weight, this one included.
    pub step: u64,
}

/// Where weight decay enters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decay {
    /// Added to the gradient: an L2 penalty.
    Coupled(f64),
    /// Taken from the weight itself.
    Decoupled(f64),
}

/// Constants of one Adam step.
#[derive(Clone, Copy)]
struct AdamStep {
    keep: f32,
    coupled: f32,
    beta1: f32,
    one_less_beta1: f32,
    beta2: f32,
    one_less_beta2: f32,
    /// `lr / (1 - β₁ᵗ)`
    size: f32,
    /// `1 / √(1 - β₂ᵗ)`
    correction: f32,
    eps: f32,
}

/// `w ← w - lr m̂ / (√v̂ + ε)`; `slots` are the first and second moment.
pub fn adam(weight: &mut Tensor, gradient: &Gradient<'_>, slots: &mut [Tensor], adam: Adam) {
    let [mean, square] = slots else { panic!("adam keeps two slots a weight, not {}", slots.len()) };
    let (keep, coupled) = match adam.decay {
        Decay::Coupled(decay) => (1.0, decay),
        Decay::Decoupled(decay) => (1.0 - adam.rate * decay, 0.0),
    };
    let [of_mean, of_square] = biases([adam.beta1, adam.beta2], adam.step);
    let constants = AdamStep {
        keep: keep as f32,
        coupled: coupled as f32,
        beta1: adam.beta1 as f32,
        one_less_beta1: (1.0 - adam.beta1) as f32,
        beta2: adam.beta2 as f32,
        one_less_beta2: (1.0 - adam.beta2) as f32,
        size: (adam.rate / of_mean) as f32,
        correction: (1.0 / of_square.sqrt()) as f32,
        eps: adam.eps as f32,
    };
    weight.modify(|weight| {
        mean.modify(|mean| {
            square.modify(|square| {
                let weights = weight.chunks_mut(NUMBERS).zip(gradient.values().chunks(NUMBERS));
                let pieces = weights.zip(mean.chunks_mut(NUMBERS).zip(square.chunks_mut(NUMBERS)));
                crew::share(pieces, |((weight, gradient), (mean, square))| {
                    adam_loop(weight, gradient, mean, square, constants);
                });
            });
        });
    });
}

/// `1 - βᵗ` of both, by squares as `powi` does it, and side by side: one after the other they are a fiftieth of a tiny network's step.
fn biases(betas: [f64; 2], step: u64) -> [f64; 2] {
    let (mut squares, mut powers, mut left) = (betas, [1.0; 2], step);
    while left > 0 {
        if left % 2 == 1 {
            powers = std::array::from_fn(|i| powers[i] * squares[i]);
        }
        squares = squares.map(|square| square * square);
        left /= 2;
    }
    powers.map(|power| 1.0 - power)
}

simd! {
    fn adam_loop(weight: &mut [f32], gradient: &[f32], mean: &mut [f32], square: &mut [f32], s: AdamStep) {
        for (((w, &g), m), v) in weight.iter_mut().zip(gradient).zip(mean).zip(square) {
            let kept = *w * s.keep;
            let g = A::fma(s.coupled, kept, g);
            *m = A::fma(s.one_less_beta1, g, s.beta1 * *m);
            *v = A::fma(s.one_less_beta2 * g, g, s.beta2 * *v);
            let root = A::fma(v.sqrt(), s.correction, s.eps);
            *w = kept - s.size * (*m / root);
        }
    }
}

/// One step of gradient descent as `torch.optim.SGD` has it.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    pub rate: f64,
    pub momentum: f64,
    pub nesterov: Nesterov,
    pub decay: f64,
    /// Updates of this weight, this one included.
    pub step: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesterov {
    Off,
    On,
}

/// `b ← μ b + g; w ← w - lr b`; one slot with momentum, none without.
pub fn sgd(weight: &mut Tensor, gradient: &Gradient<'_>, slots: &mut [Tensor], sgd: Sgd) {
    let (rate, decay, momentum) = (sgd.rate as f32, sgd.decay as f32, sgd.momentum as f32);
    if sgd.momentum == 0.0 {
        return weight.modify(|weight| {
            let pieces = weight.chunks_mut(NUMBERS).zip(gradient.values().chunks(NUMBERS));
            crew::share(pieces, |(weight, gradient)| descend(weight, gradient, rate, decay));
        });
    }
    let [velocity] = slots else { panic!("sgd with momentum keeps one slot a weight, not {}", slots.len()) };
    // PyTorch begins with b = g.
    let begin = if sgd.step == 1 { 0.0 } else { momentum };
    let look_ahead = if sgd.nesterov == Nesterov::On { momentum } else { 0.0 };
    weight.modify(|weight| {
        velocity.modify(|velocity| {
            let weights = weight.chunks_mut(NUMBERS).zip(gradient.values().chunks(NUMBERS));
            crew::share(weights.zip(velocity.chunks_mut(NUMBERS)), |((weight, gradient), velocity)| {
                roll(weight, gradient, velocity, [rate, decay, begin, look_ahead]);
            });
        });
    });
}

simd! {
    fn descend(weight: &mut [f32], gradient: &[f32], rate: f32, decay: f32) {
        for (w, &g) in weight.iter_mut().zip(gradient) {
            *w = A::fma(-rate, A::fma(decay, *w, g), *w);
        }
    }
}

simd! {
    fn roll(weight: &mut [f32], gradient: &[f32], velocity: &mut [f32], constants: [f32; 4]) {
        let [rate, decay, momentum, look_ahead] = constants;
        for ((w, &g), b) in weight.iter_mut().zip(gradient).zip(velocity) {
            let g = A::fma(decay, *w, g);
            *b = A::fma(momentum, *b, g);
            let step = if look_ahead > 0.0 { A::fma(look_ahead, *b, g) } else { *b };
            *w = A::fma(-rate, step, *w);
        }
    }
}
