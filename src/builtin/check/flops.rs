//! Operations of every layer and op, counted by hand: a multiply-add is two, and what only moves numbers is none.

use super::{layer, layers, shapes};

/// A use, the shapes of its inputs, and what one sample's forward pass takes.
const FLOPS: &[(&str, &[&[usize]], i64)] = &[
    // 3 outputs of 4 multiply-adds.
    ("linear(3)", &[&[4]], 24),
    ("linear(3, bias: false)", &[&[5, 4]], 120),
    // 5 steps, 3 outputs, 4 features, 3 places of the kernel.
    ("conv1d(3)", &[&[5, 4]], 360),
    // Steps 0 – 1 and 2 – 3.
    ("conv1d(3, kernel: 2, stride: 2, padding: valid)", &[&[5, 4]], 96),
    ("bilinear(2)", &[&[2, 3], &[2, 4]], 96),
    ("embedding(3, 4)", &[&[5]], 0),
    // Queries 288, keys and values 720, scores 240, softmax 5 · 4 · 5 · 2, mixing 240, the last projection 288.
    ("attention(2)", &[&[4, 6], &[5, 6]], 1976),
    // Queries, keys and values of 4 steps 3 · 288, scores and mixing 2 · 192, softmax 5 · 4 · 4 · 2, the last projection 288.
    ("attention(2)", &[&[4, 6]], 1696),
    // 2 directions of 4 steps: 12 gates of 5 multiply-adds, and 4 operations a gate.
    ("lstm(3, true)", &[&[4, 2]], 1344),
    ("lstm(3)", &[&[4, 2]], 672),
    // 4 steps: 9 gates of 5 multiply-adds, and 4 operations a gate.
    ("gru(3)", &[&[4, 2]], 504),
    ("gru(3, true)", &[&[4, 2]], 1008),
    ("dropout(0.2)", &[&[4]], 4),
    ("layer_norm", &[&[2, 4]], 64),
    ("group_norm(2)", &[&[2, 4]], 64),
    // Without a weight and a bias.
    ("group_norm(2, affine: false)", &[&[2, 4]], 48),
    ("batch_norm", &[&[2, 4]], 64),
    ("concat", &[&[2, 3], &[2, 4]], 0),
    ("add", &[&[2, 3], &[3]], 6),
    ("add", &[&[2, 3], &[3], &[2, 1]], 12),
    ("add", &[&[2, 3]], 0),
    ("sub", &[&[2, 3], &[3]], 6),
    ("mul", &[&[2, 3], &[3]], 6),
    ("mul", &[&[2, 3], &[3], &[2, 1]], 12),
    // 8 outputs of 3 multiply-adds.
    ("matmul", &[&[2, 3], &[3, 4]], 48),
    ("outer", &[&[2, 3], &[2, 4]], 24),
    ("transpose", &[&[2, 3]], 0),
    ("reshape([3, 4])", &[&[12]], 0),
    ("flatten", &[&[2, 3]], 0),
    ("slice(0, 1, 3)", &[&[4, 2]], 0),
    ("last", &[&[3, 4]], 0),
    ("mean(0)", &[&[3, 4]], 12),
    ("sum(0)", &[&[3, 4]], 12),
    ("product(0)", &[&[3, 4]], 12),
    ("max(0)", &[&[3, 4]], 12),
    // Each value is looked at by the choice, multiplied by its share and added.
    ("topk_mean(2)", &[&[5, 3]], 60),
    ("topk_mean(one_in: 2)", &[&[5, 3], &[5]], 60),
    // Two steps are looked at for each of 3 outputs of 4.
    ("max_pool(2)", &[&[6, 4]], 24),
    ("mean_pool(2)", &[&[6, 4]], 24),
    ("present", &[&[3, 4]], 12),
    ("available", &[&[3, 4]], 0),
    ("positions", &[&[5, 7]], 35),
    // The greatest, a difference, a power, a sum, a quotient.
    ("softmax", &[&[2, 4]], 40),
    ("softmax(0)", &[&[2, 4], &[2]], 40),
    ("log_softmax", &[&[2, 4]], 40),
    ("relu", &[&[4]], 4),
    ("leaky_relu", &[&[4]], 4),
    ("gelu", &[&[4]], 4),
    ("tanh", &[&[4]], 4),
    ("sigmoid", &[&[4]], 4),
    ("exp", &[&[4]], 4),
    ("pow(2)", &[&[4]], 4),
    ("scale(0.5)", &[&[4]], 4),
    // Two branches times a number, added.
    ("shake", &[&[4], &[4]], 16),
    ("shake(branches: 2)", &[&[8]], 16),
];

#[test]
fn operations_are_those_counted_by_hand() {
    for (text, inputs, expected) in FLOPS {
        let (layer, shapes) = (layer(text), shapes(inputs));
        let output = layer.shape(&shapes).unwrap_or_else(|error| panic!("{text}: {}", error.message)).output;
        assert_eq!(layer.flops(&shapes, &output).value(), Some(*expected), "{text} of {inputs:?}");
    }
    for (row, _) in layers() {
        assert!(FLOPS.iter().any(|(text, ..)| text.split('(').next() == Some(row.name)), "{} is not counted", row.name);
    }
}

/// An activation in the pass of the layer before it costs what it costs alone.
#[test]
fn fused_operations_are_counted_too() {
    let (linear, relu) = (layer("linear(3)"), layer("relu"));
    let fused = linear.fuse(relu.fusable().unwrap()).unwrap();
    let inputs = shapes(&[&[4]]);
    assert_eq!(fused.flops(&inputs, &linear.shape(&inputs).unwrap().output).value(), Some(24 + 3));
}
