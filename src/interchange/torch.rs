//! A network as a PyTorch program: a class a module, and one for the whole, whose weights have the names that they have in the file
//! of weights. Owns that text; what an operation is in it is `expression.rs`'s.

mod expression;
mod holders;
mod modules;
mod tree;

use super::python::{identifiers, is_taken};
use super::{Network, Part, Value};
use crate::builtin;
use crate::builtin::spelling::Operation;
use crate::id::ModuleId;
use crate::model::hash;
use expression::{Expression, LONG, Words, body};
use modules::{Call, Class, classes};
use std::collections::BTreeMap;
use std::fmt::Write;
use tree::{Kind, Tree};

/// How every such program begins.
const MARK: &str = "# Exported by mhm";

/// Whether the first bytes of a file are those of one that was written here.
pub fn is_ours(head: &[u8]) -> bool {
    head.starts_with(MARK.as_bytes())
}

/// What stands before the hash of the rest of the text.
const STATED: &str = "# blake3 of the other lines: ";

/// Whether such a text is not what was written.
pub fn is_edited(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let stated = text.lines().find_map(|line| line.strip_prefix(STATED));
    let original = |stated: &str| stated == hash(&text.replacen(&format!("{STATED}{stated}\n"), "", 1));
    !stated.is_some_and(original)
}

/// The text of a program that loads `NAME.safetensors` beside it.
pub fn write(network: &Network) -> String {
    let program = Program::new(network);
    let (mut helpers, mut text) = (Helpers { taken: &program.inputs, known: vec![] }, String::new());
    for class in &program.classes {
        text += &program.class(class, &mut helpers);
    }
    text += &program.whole(&mut helpers);
    text += &program.tail();
    let text = [program.head(), program.preludes(&helpers, &text), helpers.text(), text].concat();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    format!("{first}\n{STATED}{}\n{rest}", hash(&text))
}

/// Functions that layers are written as where they are no single expression.
struct Helpers<'p> {
    /// What arguments are called, which would hide them.
    taken: &'p [String],
    /// (name, what follows it in its definition).
    known: Vec<(String, String)>,
}

impl Helpers<'_> {
    /// The name of a function of this text, called after `word`.
    fn name(&mut self, word: &str, definition: String) -> String {
        if let Some((name, _)) = self.known.iter().find(|(_, known)| *known == definition) {
            return name.clone();
        }
        let with = |number: usize| if number == 1 { word.to_string() } else { format!("{word}_{number}") };
        let is_free = |name: &String| !self.taken.contains(name) && self.known.iter().all(|(known, _)| known != name);
        let name = (1..).map(with).find(is_free).unwrap_or_default();
        self.known.push((name.clone(), definition));
        name
    }

    fn text(&self) -> String {
        self.known.iter().map(|(name, definition)| format!("def {name}{definition}\n\n")).collect()
    }
}

struct Program<'n> {
    network: &'n Network,
    inputs: Vec<String>,
    tree: Tree,
    class_names: Vec<String>,
    /// What standardizes, as an attribute of the network.
    standardize: String,
    /// What modules without weights are called.
    bare: BTreeMap<usize, String>,
    classes: Vec<Class>,
    calls: BTreeMap<usize, Call>,
}

/// A text in Python's quotes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Names of arguments that would hide what the program calls.
const CALLED: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "dict",
    "float",
    "int",
    "len",
    "list",
    "max",
    "min",
    "pow",
    "range",
    "reversed",
    "round",
    "sinusoids",
    "slice",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "zip",
];

/// Names that no variable, class or function has.
const OURS: &[&str] =
    &["torch", "nn", "F", "Network", "Weights", "Standardize", "load", "load_file", "pathlib", "self", "m"];

impl<'n> Program<'n> {
    fn new(network: &'n Network) -> Self {
        let inputs = identifiers(network.inputs.iter().map(|input| input.name.as_str()), |name| {
            OURS.contains(&name) || CALLED.contains(&name)
        });
        let names: Vec<&str> = network.modules.iter().map(|(_, name)| name.as_str()).collect();
        let camel = |name: &&str| -> String {
            let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).map(|part| {
                let mut letters = part.chars();
                letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
            });
            parts.collect()
        };
        let class_names: Vec<String> = names.iter().map(camel).collect();
        let class_names = identifiers(class_names.iter().map(String::as_str), |name| OURS.contains(&name));
        let (classes, calls) = classes(network);
        let tree = Tree::of(network);
        let mut known: Vec<String> = tree.keys().iter().map(|(key, _)| tree::own(key)).collect();
        let mut free = |mut name: String| {
            while known.contains(&name) {
                name.push('_');
            }
            known.push(name.clone());
            name
        };
        let standardize = free("standardize".into());
        let without = names.iter().enumerate().filter(|(_, name)| tree.at(name).is_none());
        let bare = without.map(|(number, name)| (number, free(tree::own(&name.replace('.', "_"))))).collect();
        Self { network, inputs, tree, class_names, standardize, bare, classes, calls }
    }

    fn head(&self) -> String {
        let Network { name, about, left_out, .. } = self.network;
        let said =
            |wanted: &str| about.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.replace('\n', " "));
        let from = said("experiment").map_or(String::new(), |experiment| {
            let arm = about
                .iter()
                .filter(|(key, _)| key.starts_with("arm."))
                .map(|(key, value)| format!(", {}={}", key.trim_start_matches("arm."), value.replace('\n', " ")));
            format!(": `{experiment}`{}, seed {}", arm.collect::<String>(), said("seed").unwrap_or_default())
        });
        let given: Vec<String> = self.inputs.iter().map(|name| format!("{name}=…")).collect();
        let mut text = format!("{MARK} {}{from}.\n#\n", env!("CARGO_PKG_VERSION"));
        let _ = writeln!(text, "#   network = load()");
        let _ = writeln!(
            text,
            "#   network({})   # a dict of what `mhm predict` writes; the batch is the first axis",
            given.join(", ")
        );
        let _ = writeln!(
            text,
            "#\n# Its weights are in `{name}.safetensors`, under the same names; `python {name}.py` prints its shapes."
        );
        for what in left_out {
            let _ = writeln!(text, "# Left out: {}.", what.replace('\n', " "));
        }
        text + "\nimport pathlib\n\nimport torch\nimport torch.nn.functional as F\nfrom safetensors.torch import load_file\nfrom torch import nn\n\n\n"
    }

    /// Definitions that some text needs.
    fn preludes(&self, helpers: &Helpers<'_>, text: &str) -> String {
        let body = helpers.text() + text;
        let needed = |word: &str| body.contains(&format!("{word}("));
        let all = [("Weights", WEIGHTS), ("Standardize", STANDARDIZE), ("sinusoids", SINUSOIDS)];
        all.into_iter().filter(|(word, _)| needed(word)).map(|(_, text)| text).collect()
    }

    /// The name of the modality that a part standardizes.
    fn standardized<'p>(&self, part: &'p Part) -> Option<&'p str> {
        part.layer.as_deref().filter(|_| part.module.is_none())?.strip_prefix("standardize.")
    }

    /// The layer whose weights a part has, reached from where it stands: `own` is the module whose class that is.
    fn layer(&self, part: &Part, own: Option<ModuleId>) -> (String, bool) {
        if let Some(modality) = self.standardized(part) {
            return (format!("self.{}.{}", self.standardize, tree::own(modality)), false);
        }
        let Some(path) = &part.layer else { return (String::new(), false) };
        let computes = matches!(self.tree.at(path), Some(Tree::Layer(holder)) if holder.computes);
        let module = own.map(|module| self.network.modules[module.0].1.as_str());
        let within = module.and_then(|name| self.tree.at(name).zip(path.strip_prefix(name)?.strip_prefix('.')));
        (within.map_or_else(|| self.tree.reach("self", path), |(tree, rest)| tree.reach("self", rest)), computes)
    }

    /// A part as an expression; `own` is the module whose class it stands in.
    fn part(&self, part: &Part, given: &[Expression], own: Option<ModuleId>, helpers: &mut Helpers<'_>) -> Expression {
        let (at, computes) = self.layer(part, own);
        let skipped = part.layer.as_ref().map_or(0, |layer| layer.len() + 1);
        let owned = |at: &str| -> Vec<String> {
            part.weights.iter().map(|name| format!("{at}.{}", &name[skipped..])).collect()
        };
        let called = |i: usize| {
            ARGUMENTS.get(i).filter(|_| given.len() <= ARGUMENTS.len()).map_or(format!("x{i}"), ToString::to_string)
        };
        let names: Vec<String> = (0..given.len()).map(called).collect();
        let arguments: Vec<Expression> = names.iter().map(Expression::atom).collect();
        let words = Words { given: &arguments, owned: &owned("m"), layer: computes.then_some("m"), longest: LONG };
        let (mut lines, mut results) = body(&part.spelling, std::slice::from_ref(&part.made), &words);
        if lines.is_empty() && results[0].text.chars().count() <= LONG {
            let words =
                Words { given, owned: &owned(&at), layer: computes.then_some(at.as_str()), longest: usize::MAX };
            return body(&part.spelling, std::slice::from_ref(&part.made), &words).1.remove(0);
        }
        // It gets a function of its own.
        let result = results.remove(0).text;
        let last = lines.last().and_then(|line| line.strip_prefix(&format!("{result} = "))).map(String::from);
        let result = last.inspect(|_| _ = lines.pop()).unwrap_or(result);
        let with = |first: &str, rest: &[String]| -> String {
            let first = (!part.weights.is_empty()).then(|| first.to_string());
            first.into_iter().chain(rest.iter().cloned()).collect::<Vec<_>>().join(", ")
        };
        let mut definition = format!("({}):\n", with("m", &names));
        if let Some(doc) = doc(part.word) {
            let _ = writeln!(definition, "    \"\"\"{doc}\"\"\"");
        }
        lines.iter().for_each(|line| _ = writeln!(definition, "    {line}"));
        let _ = writeln!(definition, "    return {result}");
        let word = if is_taken(part.word) { format!("{}_", part.word) } else { part.word.to_string() };
        let name = helpers.name(&word, definition);
        let given: Vec<String> = given.iter().map(|given| given.text.clone()).collect();
        Expression::atom(format!("{name}({})", with(&at, &given)))
    }

    /// Whether a part is short and stands in the one that reads it, which comes next and reads it once.
    fn is_inlined(&self, number: usize, expression: &Expression, (next, ends): (Option<usize>, &[Value])) -> bool {
        let (network, value) = (self.network, Value(self.network.inputs.len() + number));
        let Some(next) = next.filter(|_| expression.text.chars().count() <= SHORT) else { return false };
        let reads = |part: &Part| part.reads.iter().filter(|read| **read == value).count();
        let everywhere: usize = network.parts.iter().map(reads).sum();
        let Part { reads, spelling, .. } = &network.parts[next];
        let Some(input) = reads.iter().position(|read| *read == value) else { return false };
        let used = |term: &&crate::builtin::spelling::Term| matches!(spelling.lines[term.line].op, Operation::Input(at) if at == input);
        let times = spelling.lines.iter().flat_map(|line| line.op.reads()).filter(used).count();
        let makes = |op: &Operation| matches!(op, Operation::Numbers(_) | Operation::Repeat(..) | Operation::Walk(_));
        let simple = spelling.lines.iter().all(|line| !makes(&line.op) || line.made.axes.is_empty());
        everywhere == 1 && times == 1 && simple && !ends.contains(&value)
    }

    /// A class for a module.
    fn class(&self, class: &Class, helpers: &mut Helpers<'_>) -> String {
        let Class { module, first, given, made } = class;
        let (role, name) = &self.network.modules[module.0];
        let tree = self.tree.at(name);
        let (base, made_of) = match tree.map_or(Kind::Plain, Tree::kind) {
            Kind::Plain => ("nn.Module", None),
            Kind::List => ("nn.ModuleList", tree),
            Kind::Names => ("nn.ModuleDict", tree),
        };
        let mut text =
            format!("class {}({base}):\n    \"\"\"{} {name}\"\"\"\n\n", self.class_names[module.0], role.name());
        if let Some(tree) = made_of {
            let inside = tree.inside(name, 8, &|_| None);
            let _ = write!(text, "    def __init__(self):\n        super().__init__({inside})\n\n");
        }
        let mut names = Names::new(&[]);
        let arguments: Vec<String> = given.iter().map(|value| names.take(*value)).collect();
        let separator = if arguments.is_empty() { "" } else { ", " };
        let _ = writeln!(text, "    def forward(self{separator}{}):", arguments.join(", "));
        let ends: Vec<Value> =
            made.iter().map(|place| Value(self.network.inputs.len() + first.start + place)).collect();
        let last = first.end - 1;
        for number in first.clone() {
            let part = &self.network.parts[number];
            let value = Value(self.network.inputs.len() + number);
            let read = |known: &Value| {
                let later = self.network.parts[number + 1..first.end].iter().flat_map(|part| &part.reads);
                later.chain(&ends).any(|read| read == known)
            };
            let reads: Vec<Expression> = part.reads.iter().map(|value| names.of(*value)).collect();
            let expression = self.part(part, &reads, Some(*module), helpers);
            names.keep(read);
            let next = (number + 1 < first.end).then_some(number + 1);
            if self.is_inlined(number, &expression, (next, &ends)) {
                names.call(value, expression);
            } else if number == last && ends == [value] {
                let _ = writeln!(text, "        return {}", expression.text);
            } else {
                let name = names.take(value);
                let _ = writeln!(text, "        {name} = {}", expression.text);
            }
        }
        if ends != [Value(self.network.inputs.len() + last)] {
            let all: Vec<String> = ends.iter().map(|value| names.of(*value).text).collect();
            let _ = writeln!(text, "        return {}", all.join(", "));
        }
        text + "\n\n"
    }

    /// The network as a whole.
    fn whole(&self, helpers: &mut Helpers<'_>) -> String {
        let network = self.network;
        let mut text = "class Network(nn.Module):\n    def __init__(self):\n        super().__init__()\n".to_string();
        text += &self.members();
        let mut names = Names::new(&self.inputs);
        let _ = writeln!(text, "\n    def forward(self, {}):", self.inputs.join(", "));
        self.inputs.iter().enumerate().for_each(|(i, name)| names.call(Value(i), Expression::atom(name)));
        let mut number = 0;
        while number < network.parts.len() {
            let (parts, expression, made): (_, Expression, Vec<usize>) = match self.calls.get(&number) {
                Some(Call { class, parts, given }) => {
                    let reads: Vec<String> = given.iter().map(|value| names.of(*value).text).collect();
                    let Class { module, made, .. } = &self.classes[*class];
                    let at = self.reach(*module);
                    (parts.clone(), Expression::atom(format!("{at}({})", reads.join(", "))), made.clone())
                }
                None => {
                    let part = &network.parts[number];
                    let reads: Vec<Expression> = part.reads.iter().map(|value| names.of(*value)).collect();
                    (number..number + 1, self.part(part, &reads, None, helpers), vec![0])
                }
            };
            let read = |known: &Value| {
                let later = network.parts[parts.end..].iter().flat_map(|part| &part.reads);
                later.chain(network.outputs.iter().map(|output| &output.value)).any(|read| read == known)
            };
            names.keep(read);
            let ends: Vec<Value> = network.outputs.iter().map(|output| output.value).collect();
            let next = Some(parts.end).filter(|next| *next < network.parts.len() && !self.calls.contains_key(next));
            if made == [parts.len() - 1] && self.is_inlined(parts.end - 1, &expression, (next, &ends)) {
                names.call(Value(network.inputs.len() + parts.end - 1), expression);
                number = parts.end;
                continue;
            }
            let values = made.iter().map(|place| Value(network.inputs.len() + parts.start + place));
            let all: Vec<String> = values.map(|value| names.take(value)).collect();
            let _ = writeln!(text, "        {} = {}", all.join(", "), expression.text);
            number = parts.end;
        }
        let outputs: Vec<String> = network
            .outputs
            .iter()
            .map(|output| format!("{}: {}", quoted(&output.name), names.of(output.value).text))
            .collect();
        let _ = writeln!(text, "        return {{{}}}\n\n", outputs.join(", "));
        text
    }

    /// How a module is reached: one without weights is an attribute, too.
    fn reach(&self, module: ModuleId) -> String {
        let name = &self.network.modules[module.0].1;
        match self.tree.at(name) {
            Some(_) => self.tree.reach("self", name),
            None => format!("self.{}", self.bare[&module.0]),
        }
    }

    /// What the network is made of: what its inputs are standardized by, and its modules.
    fn members(&self) -> String {
        let mut text = String::new();
        let standards = &self.network.standards;
        if !standards.is_empty() {
            let one = |(name, standard): (&String, &crate::data::Standard)| {
                format!("\"{}\": Standardize({})", tree::own(name), standard.means.len())
            };
            let all: Vec<String> = standards.iter().map(one).collect();
            let _ = writeln!(text, "        self.{} = nn.ModuleDict({{{}}})", self.standardize, all.join(", "));
        }
        let class = |path: &str| {
            let module = self.network.modules.iter().position(|(_, name)| name == path)?;
            let has = self.classes.iter().any(|class| class.module.0 == module);
            has.then(|| self.class_names[module].clone())
        };
        let Tree::Keys(keys) = &self.tree else { return text };
        for (key, tree) in keys {
            let _ = writeln!(text, "        self.{} = {}", tree::own(key), tree.constructor(key, 8, &class));
        }
        for (number, (_, name)) in self.network.modules.iter().enumerate() {
            if self.tree.at(name).is_none() && class(name).is_some() {
                let _ = writeln!(text, "        {} = {}()", self.reach(ModuleId(number)), self.class_names[number]);
            }
        }
        text
    }

    fn tail(&self) -> String {
        let Network { name, inputs, outputs, .. } = self.network;
        let mut text = String::new();
        let classes = outputs.iter().filter(|output| !output.classes.is_empty());
        let classes: Vec<String> = classes
            .map(|output| {
                let names: Vec<String> = output.classes.iter().map(|name| quoted(name)).collect();
                format!("    {}: [{}],\n", quoted(&output.name), names.join(", "))
            })
            .collect();
        if !classes.is_empty() {
            let _ = write!(
                text,
                "# What the classes of the last axis are called.\nCLASSES = {{\n{}}}\n\n\n",
                classes.concat()
            );
        }
        let file = quoted(&format!("{name}.safetensors"));
        let _ = writeln!(text, "def load(path=pathlib.Path(__file__).with_name({file})):");
        let _ = writeln!(text, "    \"\"\"The network with its weights, as it predicts.\"\"\"");
        let _ = writeln!(text, "    weights = load_file(path)");
        let mut renamed = self.tree.renames();
        for modality in self.network.standards.keys() {
            let own = format!("{}.{}.", self.standardize, tree::own(modality));
            let file = format!("standardize.{modality}.");
            renamed.extend((own != file).then_some((own, file)));
        }
        if !renamed.is_empty() {
            let _ = writeln!(text, "    # Names that PyTorch or Python has for something else.");
            let all: String =
                renamed.iter().map(|(own, file)| format!("        {}: {},\n", quoted(file), quoted(own))).collect();
            let _ = writeln!(text, "    names = {{\n{all}    }}");
            text += "\n    def own(key):\n";
            text += "        return next((own + key[len(file):] for file, own in names.items() if key.startswith(file)), key)\n\n";
            text += "    weights = {own(key): values for key, values in weights.items()}\n";
        }
        text += "    network = Network()\n    network.load_state_dict(weights)\n    return network.eval()\n\n\n";
        text += "if __name__ == \"__main__\":\n    given = {\n";
        for (name, input) in self.inputs.iter().zip(inputs) {
            let sizes: String = input.axes.iter().map(|size| format!(", {size}")).collect();
            let _ = writeln!(text, "        {}: torch.zeros(2{sizes}),", quoted(name));
        }
        text + "    }\n    with torch.no_grad():\n        for name, made in load()(**given).items():\n            print(name, list(made.shape))\n"
    }
}

/// Characters of a list that stands in one line.
const LONGEST: usize = 100;

/// Characters of an expression that stands in another one.
const SHORT: usize = 45;

/// Of a function for a layer.
const ARGUMENTS: &[&str] = &["x", "y", "z"];

/// What a function does, in a line.
fn doc(word: &str) -> Option<String> {
    match word {
        "prepare" => Some("What is done to a sample before the network sees it.".into()),
        "available" => Some("1 where something was measured, 0 where it is missing (NaN).".into()),
        _ => builtin::find(word).next().map(|row| {
            let first = row.doc.trim().lines().next().unwrap_or_default().trim();
            let sentence = first.split(": ").next().unwrap_or_default().trim_end_matches([':', '.', ',']);
            format!("`{word}`: {}.", sentence.replace(['\\', '"'], ""))
        }),
    }
}

/// What values are called, the shortest name that is free.
struct Names {
    of: BTreeMap<Value, Expression>,
    taken: Vec<String>,
}

impl Names {
    fn new(taken: &[String]) -> Self {
        Self { of: BTreeMap::new(), taken: taken.to_vec() }
    }

    fn of(&self, value: Value) -> Expression {
        self.of.get(&value).cloned().unwrap_or_else(|| Expression::atom("None"))
    }

    fn call(&mut self, value: Value, name: Expression) {
        self.of.insert(value, name);
    }

    fn take(&mut self, value: Value) -> String {
        let all = ["x", "y", "z", "u", "v", "w"];
        let with = |number: usize| {
            let (round, at) = (number / all.len(), number % all.len());
            if round == 0 { all[at].to_string() } else { format!("{}{round}", all[at]) }
        };
        let is_free = |name: &String| !self.taken.contains(name) && self.of.values().all(|known| known.text != *name);
        let name = (0..).map(with).find(is_free).unwrap_or_default();
        self.of.insert(value, Expression::atom(&name));
        name
    }

    /// Names of values that are read no more are free.
    fn keep(&mut self, is_read: impl Fn(&Value) -> bool) {
        self.of.retain(|value, _| is_read(value));
    }
}

const WEIGHTS: &str = r#"class Weights(nn.Module):
    """Weights by their names; what is computed with them is a function of its own."""

    def __init__(self, shapes):
        super().__init__()
        for path, shape in shapes.items():
            *owners, name = path.split(".")
            at = self
            for owner in owners:
                if not hasattr(at, owner):
                    at.add_module(owner, nn.Module())
                at = getattr(at, owner)
            if name.startswith("running_"):
                at.register_buffer(name, torch.zeros(shape))
            else:
                at.register_parameter(name, nn.Parameter(torch.zeros(shape)))


"#;

const STANDARDIZE: &str = r#"class Standardize(nn.Module):
    """What is taken off every feature of a modality, and what it is divided by; 64 bits, as they were learned."""

    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features, dtype=torch.float64))
        self.register_buffer("deviation", torch.ones(features, dtype=torch.float64))

    def forward(self, x):
        return ((x.double() - self.mean) / self.deviation).float()


"#;

const SINUSOIDS: &str = r#"def sinusoids(steps, features, like):
    """Positions of steps from 1 on: sines in the first half of the features, cosines in the second."""
    half = features // 2
    frequency = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / max(half - 1, 1))
    angle = torch.arange(1, steps + 1, dtype=torch.float64)[:, None] * frequency
    table = torch.cat([angle.sin(), angle.cos(), torch.zeros(steps, features - 2 * half)], 1)
    return table.to(like)


"#;
