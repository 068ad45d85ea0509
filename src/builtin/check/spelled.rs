//! What other programs are told of every use: as many numbers as it makes. That they are the same numbers `tests/interchange` finds out,
//! with these programs.

use super::uses::{MASKED, USES};
use super::variants::variants;
use super::{layer, shapes};
use crate::builtin::spelled;
use crate::shape::Shape;

#[test]
fn every_use_is_spelled() {
    let mask: &[usize] = &[5];
    let plain = USES.iter().map(|(text, inputs)| (text, inputs.to_vec()));
    let masked = MASKED.iter().map(|(text, inputs)| (text, [*inputs, &[mask]].concat()));
    for (text, inputs) in plain.chain(masked) {
        for text in variants(text) {
            let (layer, shapes) = (layer(&text), shapes(&inputs));
            let Ok(signature) = layer.shape(&shapes) else { continue };
            let weights: Vec<Vec<usize>> =
                signature.weights.iter().map(|weight| weight.shape.concrete().unwrap()).collect();
            let inputs: Vec<Vec<usize>> = inputs.iter().map(|axes| axes.to_vec()).collect();
            let (_, made) = spelled(layer.as_ref(), &weights, &inputs);
            assert_eq!(Shape::of(&made.axes), signature.output, "{text}");
            assert!(made.batched, "{text} has no samples");
        }
    }
}
