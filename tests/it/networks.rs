//! The networks of the library against PyTorch: the same weights and inputs by formula, outputs, loss and every gradient.
//! `networks/*.py` are the programs (PyTorch 2.15, float64) and write the numbers beside them; dropout is off on both sides.

use crate::runs::checked;
use mhm::builtin::WeightKind;
use mhm::graph::{self, Graph, Weights};
use mhm::id::{ModuleId, Route};
use mhm::seed::Seed;
use mhm::tensor::{Context, Device, Tensor, crew};
use serde_json::Value;
use std::path::Path;

/// Of a norm.
const TOLERANCE: f64 = 1e-4;

/// A prime: what the formula counts up to.
const TURN: u64 = 1_000_003;

/// Numbers from -0.5 up to 0.5, by place and name: `formula` of `numbers_of.py`.
fn formula(name: &str, count: usize) -> Vec<f64> {
    let salt = name.bytes().fold(0, |total, byte| (total * 31 + u64::from(byte)) % TURN);
    (0..count as u64).map(|i| (((i + salt) % TURN) * 7919 % TURN) as f64 / TURN as f64 - 0.5).collect()
}

/// The weight of this name in the PyTorch program: `fill` of `numbers_of.py`.
fn weight(name: &str, axes: &[usize]) -> Vec<f32> {
    let (scale, offset) = match axes {
        [_] => (0.2, f64::from(u8::from(name.contains("norm") && name.ends_with("weight")))),
        [_, inner @ ..] => (2.0 / (inner.iter().product::<usize>() as f64).sqrt(), 0.0),
        [] => unreachable!("a weight has axes"),
    };
    formula(name, axes.iter().product()).into_iter().map(|x| (x * scale + offset) as f32).collect()
}

/// One network of one size.
struct Case {
    /// File of numbers in `tests/it/networks`.
    file: &'static str,
    /// What the pipeline names, and the rest of its text.
    network: &'static str,
    data: &'static str,
    loss: &'static str,
    batch: usize,
    /// Parts of our weights' paths and what PyTorch calls them, replaced one after the other.
    names: &'static [(&'static str, &'static str)],
    targets: fn(&str, usize) -> Vec<f64>,
}

impl Case {
    fn graph(&self) -> Graph {
        let Self { network, data, loss, .. } = self;
        let name = network.split('(').next().expect("a name");
        let text = format!(
            "use std.network.{name}\nuse std.block.*\nuse std.schedule.EndToEnd\n
             dataset d from \"none.npz\" {{ {data} split train = rows(0, 8) split test = rows(8, 16) }}\n
             pipeline p {{ data d  network {network}  loss {loss}  optimizer adam  schedule EndToEnd  budget 1 epochs }}"
        );
        graph::lower(&checked(&text).pipelines[0])
    }

    /// What PyTorch calls a weight.
    fn name(&self, path: &str) -> String {
        self.names.iter().fold(path.to_string(), |path, (ours, theirs)| path.replace(ours, theirs))
    }

    fn input(&self, name: &str, axes: &[usize]) -> Vec<f32> {
        let mut values: Vec<f32> =
            formula(name, self.batch * axes.iter().product::<usize>()).into_iter().map(|x| (x * 2.0) as f32).collect();
        if name == "text" {
            // The second sample begins with two steps of padding.
            let sample: usize = axes.iter().product();
            values[sample..sample + 2 * axes[1]].fill(0.0);
        }
        values
    }

    /// A step without its update: loss, outputs, and the gradient of every weight by its name.
    fn step(&self) -> Step {
        let graph = self.graph();
        let device = Device::cpu();
        let mut weights = Weights::init(&graph, &vec![1; graph.modules.len()], Seed(1), &device);
        let mut names = vec![];
        for (m, module) in graph.modules.iter().enumerate() {
            for (i, info) in module.weights.iter().enumerate() {
                assert_eq!(info.kind, WeightKind::Learned);
                let name = self.name(&format!("{}.{}", module.name, info.path));
                let tensor = &mut weights.of_mut(ModuleId(m).replica(0))[i];
                *tensor = device.upload(&weight(&name, &info.axes), &info.axes);
                tensor.track();
                names.push((name, m, i));
            }
        }
        let batched = |axes: &[usize]| [&[self.batch], axes].concat();
        let input = |i: &graph::Input| device.upload(&self.input(&i.name, &i.axes), &batched(&i.axes));
        let inputs: Vec<Tensor> = graph.inputs.iter().map(input).collect();
        let target = |t: &graph::Target| {
            let axes = batched(&t.kind.shape());
            let values = (self.targets)(&t.name, axes.iter().product());
            device.upload(&values.into_iter().map(|v| v as f32).collect::<Vec<_>>(), &axes)
        };
        let targets: Vec<Tensor> = graph.targets.iter().map(target).collect();
        let mut context = Context::train(&device, Some(Seed(1).stream("dropout")));
        let none = vec![false; graph.modules.len()];
        let route = Route::first(graph.modules.len());
        let outputs = graph::forward(&graph, &mut context, &mut weights, &route, &none, &inputs);
        let loss = graph::objective(&graph.terms, &mut context, &outputs, &targets);
        context.backward(&loss);
        let named = graph.outputs.iter().zip(&outputs);
        let outputs = named.map(|(output, tensor)| (output.name.clone(), tensor.values().to_vec())).collect();
        let gradients = names.into_iter().map(|(name, m, i)| {
            let gradient = context.gradient(&weights.of(ModuleId(m).replica(0))[i]);
            (name, gradient.values().to_vec())
        });
        Step { loss: loss.item(), outputs, gradients: gradients.collect() }
    }

    /// Whoever takes which pieces of it: the bits are those of one thread.
    fn shares(&self, threads: &[usize]) {
        let alone = self.step();
        for &threads in threads {
            let shared = crew::map(threads, &[()], |()| self.step()).expect("threads start");
            assert!(shared[0] == alone, "{} with {threads} threads", self.file);
        }
    }

    /// Holds everything against the PyTorch program and says the greatest deviations; gives the number of learned numbers.
    fn hold(&self) -> usize {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/networks");
        let text = std::fs::read_to_string(folder.join(self.file)).expect("numbers beside the program");
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        let Step { loss, outputs, gradients } = self.step();
        let count: usize = gradients.iter().map(|(_, gradient)| gradient.len()).sum();
        assert_eq!(count as u64, expected["weights"].as_u64().unwrap(), "{}: weights", self.file);
        let mut values = off(f64::from(loss), expected["loss"].as_f64().unwrap());
        for (name, output) in &outputs {
            let deviation = deviation(output, &expected["outputs"][name]);
            assert!(deviation <= TOLERANCE, "{}: output {name} is off by {deviation}", self.file);
            values = values.max(deviation);
        }
        let mut slopes: f64 = 0.0;
        for (name, gradient) in &gradients {
            let deviation = deviation(gradient, &expected["gradients"][name]);
            assert!(deviation <= TOLERANCE, "{}: the gradient of {name} is off by {deviation}", self.file);
            slopes = slopes.max(deviation);
        }
        let known = expected["gradients"].as_object().unwrap();
        assert_eq!(gradients.len(), known.len(), "{}: weights", self.file);
        assert!(values <= TOLERANCE, "{}: the loss is off by {values}", self.file);
        println!("{}: {count} weights, values off by {values:.1e}, gradients by {slopes:.1e}", self.file);
        self.shares(if count < 2_000_000 { &[2, 3, 16] } else { &[2] });
        count
    }
}

/// What a step comes to.
#[derive(PartialEq)]
struct Step {
    loss: f32,
    outputs: Vec<(String, Vec<f32>)>,
    gradients: Vec<(String, Vec<f32>)>,
}

fn off(ours: f64, theirs: f64) -> f64 {
    (ours - theirs).abs() / theirs.abs()
}

/// What `kept` of `numbers_of.py` says of a tensor against ours, in norms of theirs: norm, two weighted sums, three elements.
fn deviation(ours: &[f32], theirs: &Value) -> f64 {
    let theirs: Vec<f64> =
        theirs.as_array().expect("a tensor that PyTorch knows").iter().filter_map(Value::as_f64).collect();
    let ours: Vec<f64> = ours.iter().map(|v| f64::from(*v)).collect();
    let norm = ours.iter().map(|v| v * v).sum::<f64>().sqrt();
    let sum = |name| ours.iter().zip(formula(name, ours.len())).map(|(v, f)| v * f).sum();
    let mine = [norm, sum("first"), sum("second"), ours[0], ours[ours.len() / 2], ours[ours.len() - 1]];
    assert_eq!(theirs.len(), mine.len());
    mine.iter().zip(&theirs).map(|(a, b)| (a - b).abs() / theirs[0]).fold(0.0, f64::max)
}

const MULT: &[(&str, &str)] = &[
    ("project_text.0", "project.text"),
    ("project_audio.0", "project.audio"),
    ("project_vision.0", "project.vision"),
    ("text_stream.from_first", "cross.text_with_audio"),
    ("text_stream.from_second", "cross.text_with_vision"),
    ("audio_stream.from_first", "cross.audio_with_text"),
    ("audio_stream.from_second", "cross.audio_with_vision"),
    ("vision_stream.from_first", "cross.vision_with_text"),
    ("vision_stream.from_second", "cross.vision_with_audio"),
    ("text_stream.memory", "memory.text"),
    ("audio_stream.memory", "memory.audio"),
    ("vision_stream.memory", "memory.vision"),
    (".0.norm.", ".0.norms.0."),
    (".1.norm.", ".1.norms.0."),
    (".2.norm.", ".2.norms.0."),
    (".3.norm.", ".3.norms.0."),
    (".4.norm.", ".4.norms.0."),
    (".attend.", ".attention."),
    (".norm_forward.", ".norms.1."),
    (".widen.0.", ".fc1."),
    (".narrow.", ".fc2."),
    ("joint.0", "proj1"),
    ("refine.0", "proj2"),
    ("predict.0", "out_layer"),
];

#[test]
fn mult_is_pytorchs() {
    let targets = |_: &str, count| formula("target", count);
    let small = Case {
        file: "mult.json",
        network: "MulT(width: 6, depth: 2, memory_depth: 3, heads: 2, text_dropout: 0, embedding_dropout: 0, \
                  attention_dropout: 0, relu_dropout: 0, residual_dropout: 0)",
        data: "modality text: [6, 7] = npz(\"t\") modality audio: [9, 5] = npz(\"a\") modality vision: [4, 3] = npz(\"v\") \
               target y: real = npz(\"y\")",
        loss: "mse",
        batch: 2,
        names: MULT,
        targets,
    };
    small.hold();
    let full = Case {
        file: "mult_full.json",
        network: "MulT(text_dropout: 0, embedding_dropout: 0, attention_dropout: 0, relu_dropout: 0, residual_dropout: 0)",
        data: "modality text: [20, 300] = npz(\"t\") modality audio: [40, 74] = npz(\"a\") modality vision: [30, 35] = npz(\"v\") \
               target y: real = npz(\"y\")",
        ..small
    };
    assert_eq!(full.hold(), 1_073_731);
    // What is dropped hangs on no thread either.
    Case { network: "MulT(text_dropout: 0.3, attention_dropout: 0.2, relu_dropout: 0.1)", ..full }.shares(&[2, 3, 16]);
}

/// Labels of a video, and of its background where there is a place for it, as chances.
fn shares(name: &str, batch: usize, classes: usize) -> Vec<f64> {
    let labels = formula("labels", batch * classes).into_iter().map(|x| f64::from(u8::from(x > 0.2)));
    let labels: Vec<f64> = labels.collect();
    let rows = labels.chunks_exact(classes).map(|row| {
        let background = if name == "with_background" { 1.0 } else { 0.0 };
        let row = [&[1.0], &row[1..], &[background]].concat();
        let sum: f64 = row.iter().sum();
        row.into_iter().map(move |x| x / sum).collect::<Vec<f64>>()
    });
    rows.flatten().collect()
}

const BASNET: &[(&str, &str)] = &[
    ("filter.0", "filter_1"),
    ("filter.1", "filter_2"),
    ("embed.0", "conv_1"),
    ("cas.0", "conv_2"),
    ("cas.1", "conv_3"),
];

fn basnet() -> Case {
    Case {
        file: "basnet.json",
        network: "BasNet(classes: 4, width: 8, hidden: 6, p: 0)",
        data: "modality rgb: [24, 5] = npz(\"r\") modality flow: [24, 5] = npz(\"f\") \
               target with_background: real(5) = npz(\"b\") target without: real(5) = npz(\"w\")",
        loss: "bce(base, with_background) + bce(suppression, without) + 24e-4 * l1(foreground)",
        batch: 3,
        names: BASNET,
        targets: |name, count| shares(name, count / 5, 4),
    }
}

#[test]
fn basnet_is_pytorchs() {
    basnet().hold();
    Case { network: "BasNetWhole(classes: 4, width: 8, hidden: 6, p: 0)", ..basnet() }.hold();
}

#[test]
fn basnet_of_full_size_is_pytorchs() {
    let full = Case {
        file: "basnet_full.json",
        network: "BasNet(p: 0)",
        data: "modality rgb: [24, 1024] = npz(\"r\") modality flow: [24, 1024] = npz(\"f\") \
               target with_background: real(21) = npz(\"b\") target without: real(21) = npz(\"w\")",
        batch: 1,
        targets: |name, count| shares(name, count / 21, 20),
        ..basnet()
    };
    assert_eq!(full.hold(), 26_262_529);
}

fn light() -> Case {
    Case {
        file: "ave_light.json",
        network: "AveLight(width: 8, events: 4, fuse: LowRankCrossAttention(rank: 2))",
        data: "modality audio: [10, 6] = npz(\"a\") modality video: [10, 5] = npz(\"v\") target bag: multi(5) = npz(\"b\")",
        loss: "bce(video, bag)",
        batch: 3,
        names: &[
            ("audio_fc.0", "audio_fc"),
            ("video_fc.0", "video_fc"),
            ("classify.", ""),
            ("attend.gather.w", "w.0"),
            ("attend.stages.0.gather.w", "w.1"),
            ("attend.stages.1.gather.w", "w.2"),
            ("attend.", ""),
            ("embed.audio.0", "fc"),
        ],
        targets: |_, count| formula("labels", count).into_iter().map(|x| f64::from(u8::from(x > 0.0))).collect(),
    }
}

#[test]
fn networks_for_audio_visual_events_are_pytorchs() {
    light().hold();
    let stages = "AveLight(width: 8, events: 4, fuse: CrossAttention(later: 2))";
    Case { file: "ave_stages.json", network: stages, ..light() }.hold();
    let alone = Case {
        file: "ave_unimodal.json",
        network: "AveUnimodal(width: 8, events: 4)",
        data: "modality audio: [10, 6] = npz(\"a\") target bag: multi(5) = npz(\"b\")",
        ..light()
    };
    alone.hold();
}

#[test]
fn audio_guided_attention_is_pytorchs() {
    let tian = Case {
        file: "ave_tian.json",
        network: "AveTian(events: 4, hidden: 7, width: 4, narrow: 8)",
        data: "modality audio: [10, 6] = npz(\"a\") modality video: [10, 3, 2, 5] = npz(\"v\") target bag: multi(5) = npz(\"b\")",
        loss: "bce_with_logits(video, bag)",
        names: &[
            ("guide.hear.0", "affine_audio"),
            ("guide.look.0", "affine_video"),
            ("guide.guide", "affine_g"),
            ("guide.content", "affine_v"),
            ("guide.weigh", "affine_h"),
            ("hear.0", "lstm_audio"),
            ("watch.0", "lstm_video"),
            ("classify.0", "l1"),
            ("classify.1", "l2"),
        ],
        ..light()
    };
    tian.hold();
}
