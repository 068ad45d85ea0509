//! Exported models: the text declares the same network, the weights are those of one, and predictions are the run's own,
//! bit for bit. Files that are torn or of another network are refused with the tensor's name.

use crate::cli::folder;
use crate::runs::{Setup, bits};
use mhm::cli::files::{self, Input};
use mhm::data::{self, DataSpec};
use mhm::experiment::spec;
use mhm::graph::{self, Graph};
use mhm::hir::Pipeline;
use mhm::model::{self, About, Model, Origin, Stored};
use mhm::plan::Route;
use mhm::seed::Seed;
use mhm::train::{Trained, evaluate};
use safetensors::SafeTensors;
use std::collections::BTreeSet;
use std::fs;

const SEED: u64 = 3;

/// Every role, running statistics, units that drop, and modalities that are standardized.
const NORMED: &str = "
network Normed(width: Int = 6) {
  in     each modality: [D]
  uni    each embed = linear(width) |> tanh |> dropout(0.2)
  fusion joint      = concat |> linear(width) |> batch_norm |> tanh
  head   classify   = linear(width) |> batch_norm |> tanh |> linear(2)
  out    classify(joint(embed(modality)))
}
dataset moons from two_moons(per_class: 300, noise: 0.2) {
  modality first:  [1] = axis(0) |> standardize
  modality second: [1] = line(point: [0, 0], direction: [20, 1])
  modality third:  [1] = line(point: [3, 1], direction: [1, 0.05]) |> standardize
  target   moon: class(2) = labels
  split    train = random(0.1)
  split    test  = rest
}
";

fn pipeline(items: &str, network: &str, data: &str, method: &str) -> String {
    format!(
        "use std.schedule.*\n{items}
         pipeline p {{
           data {data}  network {network}  loss cross_entropy  optimizer adam(lr: 1e-2)
           schedule {method}  batch 8  budget 3 epochs  metrics error
         }}"
    )
}

/// A text, checked, and its last pipeline trained.
struct Source {
    program: mhm::check::names::Program,
    pipeline: Pipeline,
    setup: Setup,
}

impl Source {
    fn new(text: &str) -> Self {
        Self::of("test.mhm", text)
    }

    fn of(name: &str, text: &str) -> Self {
        let (program, mut checked, found) = files::check(&Input { name: name.into(), text: text.into() });
        let errors: Vec<&str> = found.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
        let pipeline = checked.pipelines.pop().expect("the text has a pipeline");
        let data = data::load(&spec(&pipeline.data, &[]), Seed(SEED)).expect("a sound dataset");
        let setup = Setup::with(&pipeline, data, SEED);
        Self { program, pipeline, setup }
    }

    fn spec(&self) -> DataSpec {
        spec(&self.pipeline.data, &[])
    }

    fn exported(&self, trained: &Trained<'_>, route: &Route) -> Exported {
        let stored = Stored {
            about: About { seed: SEED, network: "the one".into(), ..About::default() },
            weights: model::single(&self.setup.graph, route, &trained.weights()).expect("the run kept all"),
            standards: data::standards(&self.spec(), Seed(SEED)).expect("a sound dataset"),
        };
        let comment = ["Exported by a test.".to_string()];
        let (text, weights) = model::export(&self.program, &self.pipeline, "out-1", &comment, stored)
            .unwrap_or_else(|why| panic!("{why}"));
        Exported { text, weights }
    }
}

struct Exported {
    text: String,
    weights: Vec<u8>,
}

impl Exported {
    /// What the text declares: one pipeline, and nothing to remark.
    fn pipeline(&self) -> Pipeline {
        let (_, mut checked, found) = files::check(&Input { name: "out.mhm".into(), text: self.text.clone() });
        assert!(found.is_empty(), "{}\n{found:#?}", self.text);
        assert_eq!(mhm::syntax::format(&self.text).as_ref(), Ok(&self.text), "it is laid out");
        assert_eq!(checked.pipelines.len(), 1, "{}", self.text);
        checked.pipelines.remove(0)
    }

    fn model(&self) -> Result<Model, String> {
        Model::read(&self.pipeline(), &self.text, &self.weights)
    }

    fn graph(&self) -> Graph {
        graph::lower(&self.pipeline())
    }
}

/// Trains, exports what is deployed, and holds its predictions of the test split against the run's own.
fn round_trip(text: &str) -> Exported {
    let source = Source::new(text);
    let mut trained = source.setup.trained();
    let route = trained.deployed[0].clone();
    let exported = source.exported(&trained, &route);
    assert_eq!(exported.graph().to_string(), source.setup.graph.to_string(), "the same is computed");
    let ids = source.setup.data.split("test").expect("it has one").to_vec();
    let own = evaluate(&mut trained.trainer, &[route], &ids).outputs;
    let model = exported.model().unwrap_or_else(|why| panic!("{why}"));
    let data = data::load_by(&source.spec(), Seed(SEED), &model.standards).expect("a sound dataset");
    let mut predicted: Vec<Vec<f32>> = vec![vec![]; own.len()];
    for batch in ids.chunks(model.together()) {
        let inputs = model.inputs().iter().map(|input| {
            let mut values = vec![];
            data.modality(&input.name).expect("a modality").gather(batch, &mut values).unwrap();
            values
        });
        let inputs: Vec<Vec<f32>> = inputs.collect();
        for (all, more) in predicted.iter_mut().zip(model.predict(&inputs, batch.len())) {
            all.extend(more);
        }
    }
    for (own, predicted) in own.iter().zip(&predicted) {
        assert_eq!(bits(own), bits(predicted), "predictions are the run's own");
    }
    exported
}

#[test]
fn predictions_of_an_exported_network_are_those_of_its_run() {
    let toys = "use std.dataset.*\nuse std.network.*\n";
    round_trip(&pipeline(NORMED, "Normed", "moons", "Mhm(heads: 3)"));
    round_trip(&pipeline(toys, "ToyLate(width: 5)", "TwoMoons(noise: 0.2)", "Mhm(heads: 2)"));
    round_trip(&pipeline(toys, "ToyEarly(classes: 4)", "SwissRoll(fresh: 100)", "EndToEnd"));
    round_trip(&pipeline(toys, "ToyIntermediate", "TwoMoons", "MultipleEmbeddings(embeddings: 2)"));
}

fn names(weights: &[u8]) -> BTreeSet<String> {
    let tensors = SafeTensors::deserialize(weights).expect("a safetensors file");
    tensors.names().into_iter().map(str::to_string).collect()
}

#[test]
fn the_file_holds_the_weights_of_one_network_and_nothing_else() {
    let source = Source::new(&pipeline(NORMED, "Normed", "moons", "Ensemble(members: 3)"));
    let trained = source.setup.trained();
    assert_eq!(trained.deployed.len(), 3, "several are deployed: one of them is exported");
    let route: Route = trained.deployed[1].clone();
    let exported = source.exported(&trained, &route);
    let mut expected: BTreeSet<String> = ["first", "third"]
        .iter()
        .flat_map(|m| ["mean", "deviation"].map(|what| format!("standardize.{m}.{what}")))
        .collect();
    for module in &source.setup.graph.modules {
        expected.extend(module.weights.iter().map(|w| format!("{}.{}", module.name, w.path)));
    }
    assert_eq!(names(&exported.weights), expected);
    assert!(expected.contains("classify.1.running_mean") && expected.contains("embed.first.0.weight"));
    let tensors = SafeTensors::deserialize(&exported.weights).unwrap();
    let classify = source.setup.module("classify");
    let own: Vec<u8> =
        trained.trainer.weights.of(classify.replica(1))[0].values().iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(tensors.tensor("classify.0.weight").unwrap().data(), own, "of the replica that was asked for");
    assert_eq!(exported.model().unwrap().weights(), source.setup.plan.weights() as u64 / 3);
}

#[test]
fn the_same_export_has_the_same_bytes() {
    let text = pipeline(NORMED, "Normed", "moons", "EndToEnd");
    let (a, b) = (round_trip(&text), round_trip(&text));
    assert!(a.text == b.text && a.weights == b.weights);
}

// ---------------------------------------------------------------- texts

/// Exports the untrained network of a program of several files.
fn resolved(name: &str, texts: &[(&str, &str)]) -> (Source, Exported) {
    let at = folder(&format!("model_{name}"));
    texts.iter().for_each(|(name, text)| fs::write(at.join(name), text).unwrap());
    let main = at.join("main.mhm");
    let text = fs::read_to_string(&main).unwrap();
    let source = Source::of(&main.to_string_lossy(), &text);
    let trained = source.setup.trained();
    let route = trained.deployed[0].clone();
    let exported = source.exported(&trained, &route);
    (Source::of(&main.to_string_lossy(), &text), exported)
}

const DATA: &str = "use std.dataset.TwoMoons\nuse std.schedule.Mhm\n";
const PIPELINE: &str = "
  data TwoMoons  loss cross_entropy  optimizer adam  schedule Mhm(heads: 2)  budget 1 epochs
}";

#[test]
fn items_of_one_name_from_several_files_stay_apart() {
    let main = format!(
        "{DATA}use \"./a.mhm\"
         // What the other file calls so, too.
         block Inner(width: Int) = linear(width) |> relu
         network N(width: Int = 5) {{
           in     each view: [D]
           uni    each embed = Inner(width)
           fusion joint = concat |> Body(width)
           head   classify = linear(2)
           out    classify(joint(embed(view)))
         }}
         pipeline p {{ network N {PIPELINE}"
    );
    let a = "use \"./b.mhm\"\n/// A body.\nblock Body(width: Int) = linear(width) |> Inner(slope: 0.3) |> relu";
    // A local name that is a builtin elsewhere.
    let b = "block Inner(slope: Float) {\n  in x: [D]  // kept\n  layer relu = leaky_relu(slope)\n  out relu(x)\n}";
    let (source, exported) = resolved("names", &[("main.mhm", &main), ("a.mhm", a), ("b.mhm", b)]);
    assert_eq!(exported.graph().to_string(), source.setup.graph.to_string(), "{}", exported.text);
    let text = &exported.text;
    assert!(!text.contains("use ") && text.contains("block Inner_2(") && text.contains("// kept"), "{text}");
    assert!(text.contains("/// A body.") && !text.contains("block relu"), "{text}");
}

#[test]
fn a_block_called_as_a_builtin_gets_another_name() {
    let main = format!(
        "{DATA}use \"./a.mhm\"
         network N {{
           in     each view: [D]
           uni    each embed = linear(3) |> relu
           fusion joint = concat |> Body
           head   classify = linear(2)
           out    classify(joint(embed(view)))
         }}
         pipeline p {{ network N {PIPELINE}"
    );
    let a = "use \"./b.mhm\"\nblock Body = linear(4) |> relu";
    let (source, exported) =
        resolved("builtin", &[("main.mhm", &main), ("a.mhm", a), ("b.mhm", "block relu = leaky_relu(0.1)")]);
    assert_eq!(exported.graph().to_string(), source.setup.graph.to_string(), "{}", exported.text);
    assert!(exported.text.contains("block relu_2 = leaky_relu(0.1)"), "{}", exported.text);
}

#[test]
fn a_network_takes_its_blocks_along() {
    let main = format!(
        "{DATA}use std.block.ShakeHead
         block Tail(classes: Int, head: Block = ShakeHead) = head(classes)
         block Unused = linear(3)
         network N(body: Block, head: Block = Tail, activation: Layer = relu, width: Int = 4) {{
           in     each view: [D]
           uni    each embed = linear(width) |> activation
           fusion joint = concat |> body
           head   classify = head(2)
           out    classify(joint(embed(view)))
         }}
         block Mlp(width: Int, slope: Float = 0.1) = linear(width) |> leaky_relu(slope)
         pipeline p(body: Block = Mlp(width: 7, slope: 0.25)) {{
           network N(body, head: Tail(head: ShakeHead(branches: 2)), activation: tanh) {PIPELINE}"
    );
    let (source, exported) = resolved("blocks", &[("main.mhm", &main)]);
    assert_eq!(exported.graph().to_string(), source.setup.graph.to_string(), "{}", exported.text);
    let call = "body: Mlp(width: 7, slope: 0.25)";
    assert!(exported.text.contains(call) && exported.text.contains("block ShakeHead("), "{}", exported.text);
    assert!(!exported.text.contains("Unused") && !exported.text.contains("Mhm("), "{}", exported.text);
}

#[test]
fn everything_that_decides_is_written_out() {
    let text = "
        use std.schedule.Mhm
        allow(unused-layer)
        network Two(width: Int = 4) {
          in     audio: [T, A], text: [B]
          uni    hear = linear(width) |> relu
          fusion both = linear(width)
          head   say = linear(3)  head tell = linear(2)
          let    joint = both(concat(mean(hear(audio), 0), text))
          out    said = say(joint)
          out    told = tell(joint)
        }
        dataset files(path: String = \"data/clips.npz\") from path {
          modality audio: [4, 3] = npz(\"{split}_sound\") |> standardize
          modality text:  [5]    = npz(\"{split}_words\")
          modality more:  [2]    = npz(\"{split}_more\")
          target   event: class(3) = npz(\"{split}_label\")
          target   tone:  real(2)  = npz(\"{split}_tone\")
          split    train = key(\"fit\")
          split    test  = key(\"test\")
        }
        allow(unused-modality)
        pipeline p(weight: Float = 0.25) {
          data files
          network Two
          loss cross_entropy(said, event, label_smoothing: 0.1) + weight * mse(told, tone)
          optimizer sgd(lr: 0.1, momentum: 0.9)
          optimizer head: adam
          rate cosine
          clip 0.8
          schedule Mhm(heads: 2)
          batch 16
          budget 3 epochs
          metrics error(said, event), rmse(told, tone)
        }";
    let (program, checked, found) = files::check(&Input { name: "test.mhm".into(), text: text.into() });
    assert!(found.iter().all(|d| !d.is_error()), "{found:#?}");
    let pipeline = &checked.pipelines[0];
    let written = model::text(&program, pipeline, "2 names", &[]).unwrap();
    let again = Exported { text: written.clone(), weights: vec![] }.pipeline();
    assert_eq!(graph::lower(&again).to_string(), graph::lower(pipeline).to_string(), "{written}");
    assert_eq!(again.settings.written(&|_| true), pipeline.settings.written(&|_| true));
    assert_eq!((again.batch, again.budget), (pipeline.batch, pipeline.budget));
    assert_eq!(again.data.root.as_deref(), Some("data/clips.npz"));
    for line in [
        "modality audio: [4, 3]   = npz(\"{split}_sound\") |> standardize",
        "loss cross_entropy(said, event, label_smoothing: 0.1) + 0.25 * mse(told, tone)",
        "pipeline model_2_names {",
        "split    train = key(\"fit\")",
    ] {
        assert!(written.contains(line), "{line}\n{written}");
    }
    assert!(!written.contains("more"), "what the network does not read is left out\n{written}");
}

// ---------------------------------------------------------------- files that do not fit

fn good() -> Exported {
    let source = Source::new(&pipeline(NORMED, "Normed", "moons", "EndToEnd"));
    let trained = source.setup.trained();
    let route = trained.deployed[0].clone();
    source.exported(&trained, &route)
}

/// The header as text, and where the numbers begin.
fn header(weights: &[u8]) -> (String, usize) {
    let end = 8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize;
    (String::from_utf8(weights[8..end].to_vec()).unwrap(), end)
}

/// The file with another header before the same numbers.
fn with_header(weights: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    let (text, end) = header(weights);
    let text = change(text);
    [&(text.len() as u64).to_le_bytes(), text.as_bytes(), &weights[end..]].concat()
}

fn refusal(good: &Exported, weights: Vec<u8>) -> String {
    let torn = Exported { text: good.text.clone(), weights };
    torn.model().map(drop).expect_err("it is refused")
}

#[test]
fn torn_files_are_refused() {
    let good = good();
    for end in [0, 4, 8, 100, good.weights.len() / 2, good.weights.len() - 1] {
        let why = refusal(&good, good.weights[..end].to_vec());
        assert!(why.contains("no whole safetensors file") && why.contains("copy or export it again"), "{end}: {why}");
    }
    for length in [u64::MAX, u64::MAX - 8, 1 << 40, 100_000_001, 99_999_999] {
        let mut huge = good.weights.clone();
        huge[..8].copy_from_slice(&length.to_le_bytes());
        assert!(refusal(&good, huge).contains("header"), "{length}");
    }
    let longer = [good.weights.clone(), vec![0; 4]].concat();
    assert!(refusal(&good, longer).contains("no whole"));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = [&(deep.len() as u64).to_le_bytes()[..], deep.as_bytes()].concat();
    assert!(refusal(&good, deep).contains("no whole"));
}

#[test]
fn weights_of_another_network_are_refused_by_name() {
    let good = good();
    let change = |from: &str, to: &str| refusal(&good, with_header(&good.weights, |h| h.replacen(from, to, 1)));
    let renamed = change("\"joint.0.weight\"", "\"joint.0.wait\"");
    assert_eq!(renamed, "tensor `joint.0.weight` is missing");
    let turned = change("\"shape\":[6,18]", "\"shape\":[18,6]");
    assert_eq!(turned, "tensor `joint.0.weight` is [18, 6], the network needs [6, 18]");
    let (text, _) = header(&good.weights);
    assert!(text.contains("\"dtype\":\"F32\""));
    let typed = change("\"joint.0.bias\":{\"dtype\":\"F32\"", "\"joint.0.bias\":{\"dtype\":\"I32\"");
    assert_eq!(typed, "tensor `joint.0.bias` holds I32, the network needs F32");
    let statistic = change("\"standardize.third.mean\"", "\"standardize.third.median\"");
    assert!(statistic.starts_with("tensor `standardize.third.mean` is missing; what modality `third`"), "{statistic}");
    let foreign =
        with_header(&good.weights, |h| h.replacen("\"__metadata__\":{\"mhm\"", "\"__metadata__\":{\"pt\"", 1));
    let foreign = Exported { text: good.text.clone(), weights: foreign }.model().unwrap_or_else(|why| panic!("{why}"));
    assert!(
        foreign.origin == Origin::OtherProgram && good.model().is_ok_and(|model| model.origin == Origin::Export),
        "another program's weights fit, too"
    );
}

#[test]
fn numbers_that_are_none_and_weights_too_many_are_refused() {
    let good = good();
    let tensors = SafeTensors::deserialize(&good.weights).unwrap();
    let (_, start) = header(&good.weights);
    let place = |name: &str| {
        let data = tensors.tensor(name).unwrap().data().as_ptr() as usize;
        data - good.weights[start..].as_ptr() as usize + start
    };
    let mut nan = good.weights.clone();
    nan[place("joint.0.bias") + 8..][..4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(refusal(&good, nan), "number 2 of tensor `joint.0.bias` is none to compute with");
    let mut zero = good.weights.clone();
    zero[place("standardize.first.deviation")..][..8].copy_from_slice(&0f64.to_le_bytes());
    assert!(refusal(&good, zero).contains("tensor `standardize.first.deviation`"));
    let source = Source::new(&pipeline(NORMED, "Normed", "moons", "EndToEnd"));
    let trained = source.setup.trained();
    let mut stored = Stored {
        about: About { text: model::hash(&good.text), ..About::default() },
        weights: model::single(&source.setup.graph, &trained.deployed[0], &trained.weights()).unwrap(),
        standards: data::standards(&source.spec(), Seed(SEED)).unwrap(),
    };
    let extra = stored.weights["joint.0.bias"].clone();
    stored.weights.insert("head[1].classify.0.bias".into(), extra);
    let why = refusal(&good, stored.encode().unwrap());
    assert_eq!(why, "tensor `head[1].classify.0.bias` is of no use: the network has no such weight");
}

#[test]
fn a_text_that_was_changed_is_refused() {
    let good = good();
    let changed = Exported { text: good.text.replace("|> tanh", "|> relu"), weights: good.weights.clone() };
    assert!(changed.model().map(drop).unwrap_err().contains("of another text than the one beside it"));
    let lines = good.text.replace('\n', "\r\n");
    assert!(Model::read(&good.pipeline(), &lines, &good.weights).is_ok(), "a system's line ends are no change");
}

#[test]
fn a_changed_bit_anywhere_is_found() {
    let good = good();
    let (pipeline, mut stream) = (good.pipeline(), Seed(1).stream("bits"));
    let own = SafeTensors::deserialize(&good.weights).expect("a safetensors file");
    let header = header(&good.weights).1;
    let numbers: Vec<usize> = (0..500).map(|_| header + stream.below(good.weights.len() - header)).collect();
    for at in (0..header).chain(numbers) {
        let mut weights = good.weights.clone();
        weights[at] ^= 1 << stream.below(8);
        if let Ok(model) = Model::read(&pipeline, &good.text, &weights) {
            // Without a name that is known, nothing else is: the numbers are theirs all the same.
            assert!(model.origin == Origin::OtherProgram, "byte {at}");
            let tensors = SafeTensors::deserialize(&weights).expect("a safetensors file");
            assert!(own.iter().all(|(name, view)| tensors.tensor(name).is_ok_and(|t| t.data() == view.data())));
        }
    }
}

/// The same network with a weight moved, exported under the same name.
fn twin(good: &Exported) -> Exported {
    let source = Source::new(&pipeline(NORMED, "Normed", "moons", "EndToEnd"));
    let trained = source.setup.trained();
    let mut weights = model::single(&source.setup.graph, &trained.deployed[0], &trained.weights()).unwrap();
    weights.get_mut("joint.0.bias").unwrap().values[0] += 1.0;
    let about = About { seed: SEED, network: "the one".into(), ..About::default() };
    let stored = Stored { about, weights, standards: data::standards(&source.spec(), Seed(SEED)).unwrap() };
    let comment = ["Exported by a test.".to_string()];
    let (text, weights) = model::export(&source.program, &source.pipeline, "out-1", &comment, stored).unwrap();
    assert_ne!(text, good.text, "each text knows its own weights");
    Exported { text, weights }
}

#[test]
fn two_files_of_two_exports_are_no_model() {
    let good = good();
    let twin = twin(&good);
    assert!(twin.model().is_ok_and(|model| model.origin == Origin::Export));
    for (text, weights) in [(&good.text, &twin.weights), (&twin.text, &good.weights)] {
        let mixed = Exported { text: text.clone(), weights: weights.clone() };
        assert!(mixed.model().map(drop).unwrap_err().contains("of another text than the one beside it"));
    }
}

#[test]
fn weights_of_an_export_before_there_were_sums_are_taken() {
    let good = good();
    let stated: Vec<&str> = good.text.lines().filter(|line| line.starts_with("// Weights: blake3 ")).collect();
    let text = good.text.replace(&format!("{}\n", stated[0]), "");
    let about = format!(
        r#"{{\"program\":\"mhm 0.1.0\",\"experiment\":\"e\",\"arm\":[],\"seed\":3,\"repeat\":0,\"network\":\"n\",\"text\":\"{}\"}}"#,
        model::hash(&text)
    );
    let weights = with_header(&good.weights, |header| {
        let (from, to) = (header.find(r#""mhm":""#).unwrap() + 7, header.find(r#"}"},"#).unwrap() + 1);
        format!("{}{about}{}", &header[..from], &header[to..])
    });
    let model = Exported { text, weights }.model().unwrap_or_else(|why| panic!("{why}"));
    assert!(model.origin == Origin::EarlierExport && model.about.network == "n");
}
