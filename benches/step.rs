//! Training steps a second of two nets through the tensor ops: forward, backward and Adam on one thread.
//!
//! `toy`: two modalities of 2 numbers, hidden width 32, batch 16. `digits`: six views of 650 numbers in all, width 256, batch
//! 128. `benches/torch` has the same nets in PyTorch.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mhm::seed::{Seed, Stream};
use mhm::tensor::update::{Adam, Decay, adam};
use mhm::tensor::{Activation, Context, Device, Tensor, concat, cross_entropy, linear};
use std::hint::black_box;

/// A net with one encoder a modality, their features joined, and a classifier.
struct Net {
    device: Device,
    context: Context,
    weights: Vec<Weight>,
    data: Vec<Vec<f32>>,
    classes: Vec<f32>,
    sizes: Sizes,
    step: u64,
}

/// One weight tensor and its moments.
struct Weight {
    tensor: Tensor,
    slots: [Tensor; 2],
}

#[derive(Clone)]
struct Sizes {
    inputs: Vec<usize>,
    /// Widths of the layers of one encoder.
    encoder: Vec<usize>,
    /// Widths of the layers after joining; the last one is the number of classes.
    head: Vec<usize>,
    batch: usize,
}

const SAMPLES: usize = 512;

impl Net {
    fn new(sizes: Sizes) -> Self {
        let device = Device::cpu();
        let mut stream = Seed(1).stream("bench");
        let mut weights = Vec::new();
        let mut stack = |start: usize, widths: &[usize]| {
            widths.iter().fold(start, |fan_in, &width| {
                weights.push(weight(&device, &mut stream, &[width, fan_in]));
                weights.push(weight(&device, &mut stream, &[width]));
                width
            })
        };
        let joined = sizes.inputs.iter().map(|&input| stack(input, &sizes.encoder)).sum();
        let classes = stack(joined, &sizes.head);
        let mut random = |n: usize| (0..n).map(|_| stream.normal() as f32).collect::<Vec<f32>>();
        let data = sizes.inputs.iter().map(|&input| random(SAMPLES * input)).collect();
        let classes = (0..SAMPLES).map(|i| (i % classes) as f32).collect();
        Self { context: Context::train(&device, None), device, weights, data, classes, sizes, step: 0 }
    }

    fn step(&mut self) -> f32 {
        self.step += 1;
        let batch = self.sizes.batch;
        let first = (self.step as usize * batch) % (SAMPLES - batch + 1);
        let rows = first..first + batch;
        let mut weights = self.weights.iter().map(|weight| &weight.tensor);
        let mut stack = |context: &mut Context, x: Tensor, layers: usize, plain_last: usize| {
            (0..layers).fold(x, |x, layer| {
                let activation = (layer + plain_last != layers).then_some(Activation::Relu);
                linear(context, &x, weights.next().unwrap(), weights.next(), activation)
            })
        };
        let context = &mut self.context;
        context.reset();
        let features: Vec<Tensor> = self
            .data
            .iter()
            .zip(&self.sizes.inputs)
            .map(|(data, &input)| {
                let x = self.device.gather(data, input, rows.clone(), &[batch, input]);
                stack(context, x, self.sizes.encoder.len(), 0)
            })
            .collect();
        let joined = concat(context, &features.iter().collect::<Vec<_>>(), 1);
        drop(features);
        let logits = stack(context, joined, self.sizes.head.len(), 1);
        let targets = self.device.gather(&self.classes, 1, rows.clone(), &[batch]);
        let loss = cross_entropy(context, &logits, &targets, 0.0, &[]);
        context.backward(&loss);
        for weight in &mut self.weights {
            let constants =
                Adam { rate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: Decay::Coupled(0.0), step: self.step };
            let gradient = context.gradient(&weight.tensor);
            adam(&mut weight.tensor, &gradient, &mut weight.slots, constants);
        }
        loss.item()
    }
}

fn weight(device: &Device, stream: &mut Stream, axes: &[usize]) -> Weight {
    let bound = 1.0 / (axes[axes.len() - 1] as f32).sqrt();
    let values: Vec<f32> = (0..axes.iter().product()).map(|_| (2.0 * stream.uniform() - 1.0) * bound).collect();
    let mut tensor = device.upload(&values, axes);
    tensor.track();
    Weight { tensor, slots: [device.zeros(axes), device.zeros(axes)] }
}

fn steps(criterion: &mut Criterion) {
    let toy = Sizes { inputs: vec![2, 2], encoder: vec![32], head: vec![32, 2], batch: 16 };
    let digits = Sizes { inputs: vec![216, 76, 64, 6, 240, 48], encoder: vec![256], head: vec![256, 10], batch: 128 };
    let mut group = criterion.benchmark_group("step");
    group.throughput(Throughput::Elements(1));
    for (name, sizes) in [("toy", toy), ("digits", digits)] {
        let mut net = Net::new(sizes);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(|| black_box(net.step())));
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
