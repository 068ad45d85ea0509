//! Dropout. Owns the mask; the product is `arithmetic`'s.

use super::context::{Context, Mode};
use super::{Arithmetic, Tensor, arithmetic};

/// While training, in frozen modules too, sets a share `p` of the elements to zero and divides the others by `1 - p`; otherwise `x` itself.
pub fn dropout(context: &mut Context, x: &Tensor, p: f32) -> Tensor {
    if context.mode == Mode::Evaluate || p == 0.0 {
        return x.clone();
    }
    let mut stream = context.stream.take().expect("a training context has a stream for dropout");
    let keep = 1.0 / (1.0 - p);
    let mask = context.make(x.axes(), |mask| {
        mask.iter_mut().for_each(|mask| *mask = if stream.uniform() < p { 0.0 } else { keep });
    });
    context.stream = Some(stream);
    arithmetic(context, Arithmetic::Mul, x, &mask)
}
