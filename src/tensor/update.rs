//! Steps of the optimizers as one loop over weight, gradient and state. Owns PyTorch's formulas; no state.

use super::buffer::Flat;
use super::context::Context;
use super::crew::{self, NUMBERS};
use super::gradient::Source;
use super::home::Home;
use super::raw::simd;
use super::{Gradient, Tensor};
use dfdx::tensor::Cpu;
use dfdx::tensor_ops::{BroadcastTo, ReshapeTo, SumTo};

/// What gradients are multiplied by, so that their norm together is at most a limit.
#[derive(Debug)]
pub enum Factor {
    Number(f32),
    /// Of one number, on a device of dfdx.
    Away(Tensor),
}

impl Factor {
    /// `min(1, limit / (‖g‖ + 10⁻⁶))` of the gradients of these weights together, as `clip_grad_norm_` of PyTorch has it.
    pub fn of<'w>(context: &mut Context, weights: impl Iterator<Item = &'w Tensor>, limit: f64) -> Self {
        if context.is_plain() {
            return Self::away(context, weights, limit);
        }
        let mut square = 0.0;
        for weight in weights {
            square += context.gradient(weight).values().iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>();
        }
        let norm = square.sqrt();
        Self::Number(if norm > limit { (limit / (norm + 1e-6)) as f32 } else { 1.0 })
    }

    fn away<'w>(context: &mut Context, weights: impl Iterator<Item = &'w Tensor>, limit: f64) -> Self {
        let gradients: Vec<Source<'static>> = weights.filter_map(|weight| context.gradient(weight).0.kept()).collect();
        match gradients.first() {
            #[cfg(feature = "cuda")]
            Some(Source::Cuda(_)) => factor::<dfdx::tensor::Cuda>(gradients, limit),
            Some(_) | None => factor::<Cpu>(gradients, limit),
        }
    }
}

fn factor<D: Home>(gradients: Vec<Source<'_>>, limit: f64) -> Factor {
    let squares = gradients.into_iter().filter_map(D::gradient).map(|g| g.square().sum::<(), _>());
    match squares.reduce(|all, square| all + square) {
        None => Factor::Number(1.0),
        Some(square) => {
            let factor = ((square.sqrt() + 1e-6).recip() * limit as f32).clamp(0.0, 1.0);
            Factor::Away(D::tensor(factor.reshape_like(&(1,)), super::Axes::of(&[1])))
        }
    }
}

impl Gradient<'_> {
    /// Multiplies it in place.
    pub fn scale(&mut self, factor: &Factor) {
        match (&mut self.0, factor) {
            (Source::Borrowed(values), Factor::Number(by)) => values.iter_mut().for_each(|g| *g *= by),
            (Source::Borrowed(values), Factor::Away(by)) => {
                let by = by.item();
                values.iter_mut().for_each(|g| *g *= by);
            }
            (Source::Plain(flat), by) => *flat = scaled::<Cpu>(flat, by),
            #[cfg(feature = "cuda")]
            (Source::Cuda(flat), by) => *flat = scaled::<dfdx::tensor::Cuda>(flat, by),
        }
    }
}

fn scaled<D: Home>(gradient: &Flat<D>, factor: &Factor) -> Flat<D> {
    match factor {
        Factor::Number(by) => gradient.clone() * *by,
        Factor::Away(by) => gradient.clone() * D::flat(by).clone().reshape_like(&()).broadcast_like(gradient),
    }
}

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
    match &gradient.0 {
        Source::Borrowed(_) => {}
        Source::Plain(flat) => return adam_away::<Cpu>(weight, flat, mean, square, constants),
        #[cfg(feature = "cuda")]
        Source::Cuda(flat) => return adam_away::<dfdx::tensor::Cuda>(weight, flat, mean, square, constants),
    }
    let gradient = gradient.values();
    weight.modify(|weight| {
        mean.modify(|mean| {
            square.modify(|square| {
                let weights = weight.chunks_mut(NUMBERS).zip(gradient.chunks(NUMBERS));
                let pieces = weights.zip(mean.chunks_mut(NUMBERS).zip(square.chunks_mut(NUMBERS)));
                crew::share(pieces, |((weight, gradient), (mean, square))| {
                    adam_loop(weight, gradient, mean, square, constants);
                });
            });
        });
    });
}

/// The same in dfdx's ops.
fn adam_away<D: Home>(weight: &mut Tensor, g: &Flat<D>, mean: &mut Tensor, square: &mut Tensor, s: AdamStep) {
    let kept = D::flat(weight).clone() * s.keep;
    let g = g.clone() + kept.clone() * s.coupled;
    let m = D::flat(mean).clone() * s.beta1 + g.clone() * s.one_less_beta1;
    let v = D::flat(square).clone() * s.beta2 + g.square() * s.one_less_beta2;
    let root = v.clone().sqrt() * s.correction + s.eps;
    D::put(weight, kept - m.clone() / root * s.size);
    D::put(mean, m);
    D::put(square, v);
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
    // PyTorch begins with b = g.
    let begin = if sgd.step == 1 { 0.0 } else { momentum };
    let look_ahead = if sgd.nesterov == Nesterov::On { momentum } else { 0.0 };
    match &gradient.0 {
        Source::Borrowed(_) => {}
        Source::Plain(flat) => return sgd_away::<Cpu>(weight, flat, slots, [rate, decay, begin, look_ahead]),
        #[cfg(feature = "cuda")]
        Source::Cuda(flat) => {
            return sgd_away::<dfdx::tensor::Cuda>(weight, flat, slots, [rate, decay, begin, look_ahead]);
        }
    }
    let gradient = gradient.values();
    if sgd.momentum == 0.0 {
        return weight.modify(|weight| {
            let pieces = weight.chunks_mut(NUMBERS).zip(gradient.chunks(NUMBERS));
            crew::share(pieces, |(weight, gradient)| descend(weight, gradient, rate, decay));
        });
    }
    let [velocity] = slots else { panic!("sgd with momentum keeps one slot a weight, not {}", slots.len()) };
    weight.modify(|weight| {
        velocity.modify(|velocity| {
            let weights = weight.chunks_mut(NUMBERS).zip(gradient.chunks(NUMBERS));
            crew::share(weights.zip(velocity.chunks_mut(NUMBERS)), |((weight, gradient), velocity)| {
                roll(weight, gradient, velocity, [rate, decay, begin, look_ahead]);
            });
        });
    });
}

/// The same in dfdx's ops; without momentum there is no slot.
fn sgd_away<D: Home>(weight: &mut Tensor, g: &Flat<D>, slots: &mut [Tensor], constants: [f32; 4]) {
    let [rate, decay, momentum, look_ahead] = constants;
    let g = g.clone() + D::flat(weight).clone() * decay;
    let step = match slots {
        [] => g,
        [velocity, ..] => {
            let b = D::flat(velocity).clone() * momentum + g.clone();
            D::put(velocity, b.clone());
            if look_ahead > 0.0 { g + b * look_ahead } else { b }
        }
    };
    let new = D::flat(weight).clone() - step * rate;
    D::put(weight, new);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{close, normal};
    use crate::{Device, linear};

    /// Three updates of two weights, clipped: the weights, and what the optimizer keeps.
    fn trained(
        device: &Device,
        slots: usize,
        step: impl Fn(&mut Tensor, &Gradient<'_>, &mut [Tensor], u64),
    ) -> Vec<f32> {
        let x = device.upload(&normal("x", 12), &[4, 3]);
        let mut weights = [device.upload(&normal("w", 6), &[2, 3]), device.upload(&normal("b", 2), &[2])];
        let mut states =
            [0, 1].map(|i: usize| (0..slots).map(|_| device.zeros(&weights[i].axes())).collect::<Vec<_>>());
        weights.iter_mut().for_each(Tensor::track);
        let before = crate::trips::so_far().read;
        for number in 1..=3 {
            let mut context = Context::train(device, None);
            let y = linear(&mut context, &x, &weights[0], Some(&weights[1]), None);
            let one = device.upload(&[1.5; 8], &[1, 8]);
            let loss = linear(&mut context, &y.reshaped(&[1, 8]), &one, None, None);
            context.backward(&loss);
            let factor = Factor::of(&mut context, weights.iter(), if number == 2 { 100.0 } else { 0.5 });
            for (weight, state) in weights.iter_mut().zip(&mut states) {
                let mut gradient = context.gradient(weight);
                gradient.scale(&factor);
                step(weight, &gradient, state, number);
            }
        }
        assert_eq!(crate::trips::so_far().read, before, "nothing is read back");
        weights.iter().chain(states.iter().flatten()).flat_map(|tensor| tensor.values().to_vec()).collect()
    }

    #[test]
    fn updates_in_ops_of_dfdx_are_those_of_the_kernels() {
        for decay in [Decay::Coupled(0.0), Decay::Coupled(0.1), Decay::Decoupled(0.1)] {
            let [kernels, plain] = [Device::cpu(), Device::plain()].map(|device| {
                trained(&device, 2, |weight, gradient, slots, step| {
                    adam(
                        weight,
                        gradient,
                        slots,
                        Adam { rate: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay, step },
                    );
                })
            });
            close(&format!("adam {decay:?}"), &kernels, &plain, 1e-6);
        }
        for (momentum, nesterov) in [(0.0, Nesterov::Off), (0.9, Nesterov::Off), (0.9, Nesterov::On)] {
            let [kernels, plain] = [Device::cpu(), Device::plain()].map(|device| {
                trained(&device, usize::from(momentum > 0.0), |weight, gradient, slots, step| {
                    sgd(weight, gradient, slots, Sgd { rate: 0.1, momentum, nesterov, decay: 0.05, step });
                })
            });
            close(&format!("sgd {momentum} {nesterov:?}"), &kernels, &plain, 1e-6);
        }
    }
}
