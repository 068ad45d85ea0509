//! A network as an ONNX file. Owns which nodes an operation becomes and how values are called; bytes are `proto.rs`'s.

use super::proto::{self, Attribute, Element, Message};
use super::python::identifiers;
use super::{Network, Part, Value};
use crate::builtin::spelling::{
    Binary, Line, Numbers, Operation, Recurrent, Reduced, Spelling, Strided, Term, Test, Unary, Walk, Way,
};
use crate::tensor::{Activation, Pooling};
use std::collections::BTreeMap;

/// Operations are those of this version: the first with `LayerNormalization`.
pub const OPSET: i64 = 17;

/// The format of ONNX 1.12, the first that knows [`OPSET`].
const IR: i64 = 8;

/// Bytes of weights that go into a protocol buffer, which has at most 2 GiB in all.
const MOST: usize = (1 << 31) - (64 << 20);

/// The bytes of a file.
///
/// # Errors
/// The weights do not fit into one file.
pub fn write(network: &Network) -> Result<Vec<u8>, String> {
    let numbers: usize = network.weights.values().map(|array| array.values.len()).sum();
    if numbers.saturating_mul(4) > MOST {
        return Err(format!(
            "an ONNX file holds at most 2 GiB, and the network has {numbers} weights of 4 bytes; `--format torch` has no such limit"
        ));
    }
    let mut file = File::default();
    let inputs = identifiers(network.inputs.iter().map(|input| input.name.as_str()), |_| false);
    let outputs =
        identifiers(network.outputs.iter().map(|output| output.name.as_str()), |name| inputs.contains(&name.into()));
    let mut values = inputs.clone();
    for (number, part) in network.parts.iter().enumerate() {
        let own = |at: &Value| values[at.0].clone();
        let given: Vec<String> = part.reads.iter().map(own).collect();
        let scope = scope(network, part, number);
        let owned = part.weights.clone();
        owned.iter().for_each(|name| file.weight(network, name));
        let mut to = Scope { file: &mut file, name: scope, given: &given, owned: &owned, nodes: vec![] };
        let names = to.lines(&part.spelling);
        let nodes = to.nodes;
        file.nodes.extend(nodes);
        values.push(names[part.made.line].clone());
    }
    for (name, output) in outputs.iter().zip(&network.outputs) {
        file.nodes.push(proto::node(
            "Identity",
            name,
            &[values[output.value.0].clone()],
            std::slice::from_ref(name),
            &[],
        ));
    }
    let batched = |name: &str, axes: &[usize]| {
        let sizes: Vec<Option<usize>> = std::iter::once(None).chain(axes.iter().map(|size| Some(*size))).collect();
        proto::value(name, &sizes)
    };
    let given: Vec<Message> =
        inputs.iter().zip(&network.inputs).map(|(name, input)| batched(name, &input.axes)).collect();
    let made: Vec<Message> =
        outputs.iter().zip(&network.outputs).map(|(name, output)| batched(name, network.axes(output.value))).collect();
    let graph = proto::graph(&network.name, &file.nodes, &file.tensors, &given, &made);
    let about = about(network, &inputs, &outputs);
    Ok(proto::model(&graph, (IR, OPSET), env!("CARGO_PKG_VERSION"), &network.left_out.join("\n"), &about))
}

/// Whether the first bytes of a file are those of one that was written here.
pub fn is_ours(head: &[u8]) -> bool {
    head.starts_with(&[0x08, IR as u8, 0x12, 3, b'm', b'h', b'm'])
}

/// What the file says of itself beside the graph.
fn about(network: &Network, inputs: &[String], outputs: &[String]) -> Vec<(String, String)> {
    let mut about = network.about.clone();
    for (name, input) in inputs.iter().zip(&network.inputs).filter(|(name, input)| **name != input.name) {
        about.push((format!("input.{name}"), input.name.clone()));
    }
    for (name, output) in outputs.iter().zip(&network.outputs) {
        if *name != output.name {
            about.push((format!("output.{name}"), output.name.clone()));
        }
        if !output.classes.is_empty() {
            let classes = serde_json::to_string(&output.classes).unwrap_or_default();
            about.push((format!("classes.{name}"), classes));
        }
    }
    if !network.left_out.is_empty() {
        about.push(("left_out".into(), network.left_out.join("\n")));
    }
    about
}

/// `classify/4.linear`.
fn scope(network: &Network, part: &Part, number: usize) -> String {
    let owner = part.module.map_or(String::new(), |module| format!("{}/", network.modules[module.0].1));
    format!("{owner}{number}.{}", part.word)
}

/// Nodes and known numbers of the whole.
#[derive(Default)]
struct File {
    nodes: Vec<Message>,
    tensors: Vec<Message>,
    /// By type, axes and bytes, what a constant is called.
    constants: BTreeMap<(i64, Vec<usize>, Vec<u8>), String>,
    weights: Vec<String>,
}

impl File {
    /// A weight under its own name, or statistics in 64 bits.
    fn weight(&mut self, network: &Network, name: &str) {
        if self.weights.iter().any(|known| known == name) {
            return;
        }
        self.weights.push(name.into());
        self.tensors.push(match network.weights.get(name) {
            Some(array) => {
                let raw: Vec<u8> = array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
                proto::tensor(name, Element::Float, &array.axes, &raw)
            }
            None => {
                let numbers = network.statistics(name);
                let raw: Vec<u8> = numbers.iter().flat_map(|value| value.to_le_bytes()).collect();
                proto::tensor(name, Element::Double, &[numbers.len()], &raw)
            }
        });
    }

    fn constant(&mut self, element: Element, axes: &[usize], raw: Vec<u8>) -> String {
        let key = (element as i64, axes.to_vec(), raw);
        if let Some(known) = self.constants.get(&key) {
            return known.clone();
        }
        let name = format!("number.{}", self.constants.len());
        self.tensors.push(proto::tensor(&name, element, axes, &key.2));
        self.constants.insert(key, name.clone());
        name
    }

    fn floats(&mut self, values: &[f32], axes: &[usize]) -> String {
        self.constant(Element::Float, axes, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    fn ints(&mut self, values: &[i64]) -> String {
        self.constant(Element::Int, &[values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }
}

/// One spelling on its way into nodes.
struct Scope<'f> {
    file: &'f mut File,
    name: String,
    given: &'f [String],
    owned: &'f [String],
    nodes: Vec<Message>,
}

fn stored(term: &Term) -> usize {
    term.axes.len() + usize::from(term.batched)
}

fn int(value: usize) -> Attribute {
    Attribute::Int(value as i64)
}

fn ints(values: impl IntoIterator<Item = usize>) -> Attribute {
    Attribute::Ints(values.into_iter().map(|value| value as i64).collect())
}

/// All axes in order, two of them exchanged.
fn exchanged(rank: usize, first: usize, second: usize) -> [(&'static str, Attribute); 1] {
    let mut all: Vec<usize> = (0..rank).collect();
    all.swap(first, second);
    [("perm", ints(all))]
}

impl Scope<'_> {
    /// A node with one output, and what that is called.
    fn node(&mut self, operation: &'static str, inputs: &[String], attributes: &[(&str, Attribute)]) -> String {
        let name = format!("{}/{}{}", self.name, operation, self.nodes.len());
        self.nodes.push(proto::node(operation, &name, inputs, std::slice::from_ref(&name), attributes));
        name
    }

    fn cast(&mut self, x: &str, element: Element) -> String {
        self.node("Cast", &[x.into()], &[("to", Attribute::Int(element as i64))])
    }

    /// What every line is called.
    fn lines(&mut self, spelling: &Spelling) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(spelling.lines.len());
        for line in &spelling.lines {
            let name = self.line(line, &names);
            names.push(name);
        }
        names
    }

    fn line(&mut self, line: &Line, names: &[String]) -> String {
        let of = |term: &Term| names[term.line].clone();
        let made = &line.made;
        match &line.op {
            Operation::Input(number) => self.given[*number].clone(),
            Operation::Weight(number) => self.owned[*number].clone(),
            // Nothing is trained.
            Operation::Dropout(x, _) => of(x),
            Operation::Numbers(numbers) => self.numbers(numbers, &made.axes),
            Operation::Unary(unary, x) => self.unary(*unary, of(x)),
            Operation::Binary(binary, a, b) => self.node(word(*binary), &[of(a), of(b)], &[]),
            Operation::Test(test, x) => self.test(*test, of(x)),
            Operation::Choose(there, yes, no) => {
                let there = self.cast(&of(there), Element::Bool);
                self.node("Where", &[there, of(yes), of(no)], &[])
            }
            Operation::Matmul(a, b) => self.node("MatMul", &[of(a), of(b)], &[]),
            Operation::Linear(x, weight, bias) => self.linear((of(x), stored(x)), of(weight), bias.as_ref().map(of)),
            Operation::Conv1d { x, weight, bias, window } => {
                let inputs: Vec<String> = [of(weight)].into_iter().chain(bias.as_ref().map(of)).collect();
                let dilation = ("dilations", ints([window.dilation]));
                self.turned("Conv", of(x), &inputs, *window, vec![dilation])
            }
            Operation::Pool { x, pooling, window } => {
                let word = if *pooling == Pooling::Max { "MaxPool" } else { "AveragePool" };
                self.turned(word, of(x), &[], *window, vec![])
            }
            Operation::LayerNorm { x, weight, bias, eps } => {
                let attributes = [("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(*eps))];
                self.node("LayerNormalization", &[of(x), of(weight), of(bias)], &attributes)
            }
            Operation::Softmax(x, axis) => self.node("Softmax", &[of(x)], &[("axis", int(*axis))]),
            Operation::LogSoftmax(x, axis) => self.node("LogSoftmax", &[of(x)], &[("axis", int(*axis))]),
            Operation::Reduce(reduced, x, axes) => self.reduce(*reduced, of(x), axes),
            Operation::Reshape(x) => self.reshape(of(x), made),
            Operation::Transpose(x, first, second) => {
                self.node("Transpose", &[of(x)], &exchanged(stored(x), *first, *second))
            }
            Operation::Slice(x, axis, range) => self.slice(of(x), *axis, range.start, range.end),
            Operation::Concat(parts, axis) => {
                let parts: Vec<String> = parts.iter().map(of).collect();
                self.node("Concat", &parts, &[("axis", int(*axis))])
            }
            Operation::Windows(x, window) => self.windows((of(x), x), *window, made),
            Operation::Repeat(x, like) => self.repeat((of(x), x), of(like)),
            Operation::Greatest(x, axis, count) => {
                let count = self.file.ints(&[*count as i64]);
                let name = format!("{}/TopK{}", self.name, self.nodes.len());
                let outputs = [name.clone(), format!("{name}.places")];
                self.nodes.push(proto::node("TopK", &name, &[of(x), count], &outputs, &[("axis", int(*axis))]));
                name
            }
            Operation::Rows { table, ids } => {
                let ids = self.cast(&of(ids), Element::Int);
                self.node("Gather", &[of(table), ids], &[("axis", int(0))])
            }
            Operation::Recurrent { x, kind, width, directions } => self.recurrent(of(x), *kind, *width, *directions),
            Operation::Walk(walk) => self.walk(walk, names),
            Operation::Standardize(x, mean, deviation) => {
                let x = self.cast(&of(x), Element::Double);
                let centred = self.node("Sub", &[x, of(mean)], &[]);
                let scaled = self.node("Div", &[centred, of(deviation)], &[]);
                self.cast(&scaled, Element::Float)
            }
        }
    }

    fn numbers(&mut self, numbers: &Numbers, axes: &[usize]) -> String {
        self.file.floats(&numbers.values(axes), axes)
    }

    fn unary(&mut self, unary: Unary, x: String) -> String {
        let activation = match unary {
            Unary::Sqrt => return self.node("Sqrt", &[x], &[]),
            Unary::Floor => return self.node("Floor", &[x], &[]),
            Unary::Activation(activation) => activation,
        };
        match activation {
            Activation::Relu => self.node("Relu", &[x], &[]),
            Activation::LeakyRelu(slope) => self.node("LeakyRelu", &[x], &[("alpha", Attribute::Float(slope))]),
            Activation::Tanh => self.node("Tanh", &[x], &[]),
            Activation::Sigmoid => self.node("Sigmoid", &[x], &[]),
            Activation::Exp => self.node("Exp", &[x], &[]),
            // `Gelu` came with a later version: x (1 + erf(x / √2)) / 2.
            Activation::Gelu => {
                let [root, one, half] =
                    [std::f32::consts::FRAC_1_SQRT_2, 1.0, 0.5].map(|n| self.file.floats(&[n], &[]));
                let scaled = self.node("Mul", &[x.clone(), root], &[]);
                let erf = self.node("Erf", &[scaled], &[]);
                let share = self.node("Add", &[erf, one], &[]);
                let twice = self.node("Mul", &[x, share], &[]);
                self.node("Mul", &[twice, half], &[])
            }
        }
    }

    fn test(&mut self, test: Test, x: String) -> String {
        let holds = match test {
            Test::NotZero => self.cast(&x, Element::Bool),
            Test::Void => self.node("IsNaN", &[x], &[]),
            Test::Below(number) => {
                let number = self.file.floats(&[number], &[]);
                self.node("Less", &[x, number], &[])
            }
        };
        self.cast(&holds, Element::Float)
    }

    fn linear(&mut self, (x, rank): (String, usize), weight: String, bias: Option<String>) -> String {
        if rank == 2 {
            let inputs: Vec<String> = [x, weight].into_iter().chain(bias).collect();
            return self.node("Gemm", &inputs, &[("transB", int(1))]);
        }
        let turned = self.node("Transpose", &[weight], &exchanged(2, 0, 1));
        let product = self.node("MatMul", &[x, turned], &[]);
        match bias {
            Some(bias) => self.node("Add", &[product, bias], &[]),
            None => product,
        }
    }

    /// An operation that has features before steps.
    fn turned(
        &mut self,
        operation: &'static str,
        x: String,
        others: &[String],
        window: Strided,
        mut attributes: Vec<(&str, Attribute)>,
    ) -> String {
        attributes.extend([
            ("kernel_shape", ints([window.kernel])),
            ("strides", ints([window.stride])),
            ("pads", ints([window.before, window.after])),
        ]);
        let turned = self.node("Transpose", &[x], &exchanged(3, 1, 2));
        let inputs: Vec<String> = std::iter::once(turned).chain(others.iter().cloned()).collect();
        let y = self.node(operation, &inputs, &attributes);
        self.node("Transpose", &[y], &exchanged(3, 1, 2))
    }

    fn reduce(&mut self, reduced: Reduced, x: String, axes: &[usize]) -> String {
        let word = match reduced {
            // Its axes are an input since version 13, those of the others since 18.
            Reduced::Sum => {
                let axes: Vec<i64> = axes.iter().map(|axis| *axis as i64).collect();
                let axes = self.file.ints(&axes);
                return self.node("ReduceSum", &[x, axes], &[]);
            }
            Reduced::Mean => "ReduceMean",
            Reduced::Max => "ReduceMax",
            Reduced::Product => "ReduceProd",
        };
        self.node(word, &[x], &[("axes", ints(axes.iter().copied()))])
    }

    /// 0 keeps the size of the batch.
    fn reshape(&mut self, x: String, made: &Term) -> String {
        let batch = made.batched.then_some(0);
        let sizes: Vec<i64> = batch.into_iter().chain(made.axes.iter().map(|size| *size as i64)).collect();
        let sizes = self.file.ints(&sizes);
        self.node("Reshape", &[x, sizes], &[])
    }

    fn slice(&mut self, x: String, axis: usize, start: usize, end: usize) -> String {
        let [start, end, axis] = [start, end, axis].map(|number| self.file.ints(&[number as i64]));
        self.node("Slice", &[x, start, end, axis], &[])
    }

    fn windows(&mut self, (name, x): (String, &Term), window: Strided, made: &Term) -> String {
        let (axis, rank, steps) = (usize::from(x.batched), stored(x), x.axes[0]);
        let mut pads = vec![0; 2 * rank];
        (pads[axis], pads[rank + axis]) = (window.before as i64, window.after as i64);
        let pads = self.file.ints(&pads);
        let padded = self.node("Pad", &[name, pads], &[]);
        let all = (0..window.steps(steps)).flat_map(|t| (0..window.kernel).map(move |k| (t, k)));
        let places: Vec<i64> = all.map(|(t, k)| (t * window.stride + k * window.dilation) as i64).collect();
        let places = self.file.ints(&places);
        let taken = self.node("Gather", &[padded, places], &[("axis", int(axis))]);
        self.reshape(taken, made)
    }

    fn repeat(&mut self, (name, x): (String, &Term), like: String) -> String {
        let batch = self.node("Shape", &[like], &[("start", int(0)), ("end", int(1))]);
        let rest: Vec<i64> = x.axes.iter().map(|size| *size as i64).collect();
        let sizes = if rest.is_empty() {
            batch
        } else {
            let rest = self.file.ints(&rest);
            self.node("Concat", &[batch, rest], &[("axis", int(0))])
        };
        self.node("Expand", &[name, sizes], &[])
    }

    /// PyTorch's gates in ONNX's order, all directions in one.
    fn recurrent(&mut self, x: String, kind: Recurrent, width: usize, directions: usize) -> String {
        let (word, order): (&'static str, &[usize]) = match kind {
            Recurrent::Lstm => ("LSTM", &[0, 3, 1, 2]),
            Recurrent::Gru => ("GRU", &[1, 0, 2]),
        };
        let mut all: [Vec<String>; 3] = Default::default();
        for direction in 0..directions {
            let mut ordered = |number: usize| {
                let weight = self.owned[4 * direction + number].clone();
                let mut gate = |gate: &usize| self.slice(weight.clone(), 0, gate * width, (gate + 1) * width);
                let gates: Vec<String> = order.iter().map(&mut gate).collect();
                self.node("Concat", &gates, &[("axis", int(0))])
            };
            let [of_input, of_state, first, second] = [0, 1, 2, 3].map(&mut ordered);
            let biases = self.node("Concat", &[first, second], &[("axis", int(0))]);
            let front = self.file.ints(&[0]);
            for (all, one) in all.iter_mut().zip([of_input, of_state, biases]) {
                let one = self.node("Unsqueeze", &[one, front.clone()], &[]);
                all.push(one);
            }
        }
        let [of_input, of_state, biases] = all.map(|parts| self.node("Concat", &parts, &[("axis", int(0))]));
        let steps_first = self.node("Transpose", &[x], &exchanged(3, 0, 1));
        let direction = if directions == 2 { "bidirectional" } else { "forward" };
        let mut attributes = vec![("hidden_size", int(width)), ("direction", Attribute::Text(direction))];
        if kind == Recurrent::Gru {
            attributes.push(("linear_before_reset", int(1)));
        }
        // [steps, directions, batch, width]
        let y = self.node(word, &[steps_first, of_input, of_state, biases], &attributes);
        let y = self.node("Transpose", &[y], &[("perm", ints([2, 0, 1, 3]))]);
        let sizes = self.file.ints(&[0, 0, (directions * width) as i64]);
        self.node("Reshape", &[y, sizes], &[])
    }

    fn walk(&mut self, walk: &Walk, names: &[String]) -> String {
        let of = |term: &Term| names[term.line].clone();
        let own = format!("{}/Scan{}", self.name, self.nodes.len());
        let given: Vec<String> = (0..walk.states.len() + walk.over.len()).map(|i| format!("{own}/given.{i}")).collect();
        let mut inner = Scope { file: self.file, name: own.clone(), given: &given, owned: self.owned, nodes: vec![] };
        let inside = inner.lines(&walk.step);
        // A result has a name of its own, even where it is what was given.
        let result = |name: &str| format!("{own}/{name}");
        let mut ends: Vec<(String, &Term)> = vec![];
        for (i, after) in walk.after.iter().enumerate() {
            ends.push((result(&format!("after.{i}")), after));
            inner.nodes.push(proto::node(
                "Identity",
                &ends[i].0,
                &[inside[after.line].clone()],
                std::slice::from_ref(&ends[i].0),
                &[],
            ));
        }
        let made = (result("made"), &walk.after[0]);
        inner.nodes.push(proto::node("Identity", &made.0, &[ends[0].0.clone()], std::slice::from_ref(&made.0), &[]));
        ends.push(made);
        let nodes = inner.nodes;
        let batched = |(name, axes): (&String, &[usize])| {
            let sizes: Vec<Option<usize>> = std::iter::once(None).chain(axes.iter().map(|size| Some(*size))).collect();
            proto::value(name, &sizes)
        };
        let axes = walk.states.iter().map(|state| &state.axes[..]).chain(walk.over.iter().map(|over| &over.axes[1..]));
        let inputs: Vec<Message> = given.iter().zip(axes).map(batched).collect();
        let outputs: Vec<Message> = ends.iter().map(|(name, term)| batched((name, &term.axes[..]))).collect();
        let body = proto::graph("step", &nodes, &[], &inputs, &outputs);
        let way = i64::from(walk.way == Way::LastToFirst);
        let parts = walk.over.len();
        let attributes = [
            ("body", Attribute::Graph(body)),
            ("num_scan_inputs", int(parts)),
            ("scan_input_axes", ints(vec![1; parts])),
            ("scan_input_directions", Attribute::Ints(vec![way; parts])),
            ("scan_output_axes", ints([1])),
            ("scan_output_directions", Attribute::Ints(vec![way])),
        ];
        let inputs: Vec<String> = walk.states.iter().chain(&walk.over).map(of).collect();
        let outputs: Vec<String> =
            (0..walk.after.len()).map(|i| format!("{own}/last.{i}")).chain([own.clone()]).collect();
        self.nodes.push(proto::node("Scan", &own, &inputs, &outputs, &attributes));
        own
    }
}

fn word(binary: Binary) -> &'static str {
    match binary {
        Binary::Add => "Add",
        Binary::Sub => "Sub",
        Binary::Mul => "Mul",
        Binary::Div => "Div",
        Binary::Max => "Max",
        Binary::Min => "Min",
        Binary::Pow => "Pow",
    }
}
