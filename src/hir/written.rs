//! Parts of a checked program as the language writes them, each in one way only: what decides a run is told, compared and
//! named by these texts.

use super::{
    Amount, Argument, Arguments, Deploy, Group, Halving, Index, Length, Phase, Role, Schedule, Settings, SplitExpr,
    Step, Trained, Unit,
};
use crate::builtin::dataset::{Preparation, Source};
use crate::digits::number;
use std::fmt;
use std::sync::Arc;

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Argument::Plain(text) => f.write_str(text),
            Argument::List(items) => {
                write!(f, "[{}]", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            Argument::Call { word, arguments, .. } => {
                let given = arguments.iter().map(|(key, value)| match key {
                    Some(key) => format!("{key}: {value}"),
                    None => value.to_string(),
                });
                let given: Vec<String> = given.collect();
                if given.is_empty() { f.write_str(word) } else { write!(f, "{word}({})", given.join(", ")) }
            }
        }
    }
}

/// `Mhm(heads: 4, turns: 1)`: an item with all its arguments.
pub fn call(name: &str, arguments: &Arguments) -> String {
    let given = arguments.iter().map(|(name, value)| match value {
        Some(value) => format!("{name}: {value}"),
        None => format!("{name}: …"),
    });
    let given: Vec<String> = given.collect();
    if given.is_empty() { name.into() } else { format!("{name}({})", given.join(", ")) }
}

/// `npz("a") + fill(0) |> standardize`.
pub fn read(sources: &[Arc<dyn Source>], transforms: &[Arc<dyn Preparation>]) -> String {
    let sources: Vec<String> = sources.iter().map(|source| source.written(&[])).collect();
    let transforms: String = transforms.iter().map(|transform| format!(" |> {}", transform.written(&[]))).collect();
    sources.join(" + ") + &transforms
}

impl Group {
    /// `npz("subject"), grouped: false`
    pub fn written(&self) -> String {
        format!("{}{}", read(&self.sources, &self.transforms), if self.kept { "" } else { ", grouped: false" })
    }
}

impl Settings {
    /// ("optimizer head: ", "sgd(lr: 0.1)"): what stands in front, and what is said, of roles that `learn`.
    pub fn written(&self, learns: &dyn Fn(Role) -> bool) -> Vec<(String, String)> {
        let roles = |word: &str, role: &Role| format!("{word} {}:", role.name());
        let mut lines: Vec<(String, String)> = vec![];
        lines.extend(self.optimizer.iter().map(|o| ("optimizer".into(), o.written(&[]))));
        let of = self.optimizer_of.iter().filter(|(role, _)| learns(**role));
        lines.extend(of.map(|(role, o)| (roles("optimizer", role), o.written(&[]))));
        lines.extend(self.rate.iter().map(|rate| ("rate".into(), rate.written(&[]))));
        let of = self.rate_of.iter().filter(|(role, _)| learns(**role));
        lines.extend(of.map(|(role, rate)| (roles("rate", role), rate.written(&[]))));
        let share = self.modality_dropout.iter();
        lines.extend(share.map(|share| ("modality_dropout".into(), number(*share))));
        lines.extend(self.mixup.iter().map(|alpha| ("mixup".into(), number(*alpha))));
        lines.extend(self.clip.iter().map(|clip| ("clip".into(), number(*clip))));
        lines.extend(self.batch.iter().map(|batch| ("batch".into(), format!("{batch}{}", self.draw.option()))));
        lines.extend(self.accumulate.iter().map(|batches| ("accumulate".into(), batches.to_string())));
        lines.extend(self.frozen_dropout.iter().map(|drops| ("frozen_dropout".into(), drops.to_string())));
        lines
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Epochs => "epoch",
            Unit::Steps => "step",
            Unit::Samples => "sample",
            Unit::Rounds => "round",
        };
        // Counts are whole numbers, however large; of the very small ones the zeros are not read.
        let count = if self.count < 1e-3 { number(self.count) } else { self.count.to_string() };
        write!(f, "{count} {unit}{}", if self.count == 1.0 { "" } else { "s" })
    }
}

impl fmt::Display for Halving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.factor, self.from)
    }
}

/// Loop variables, outermost first, whatever they were called.
const VARIABLES: [&str; 4] = ["k", "j", "i", "h"];

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Index { variable, offset } = self;
        let Some(variable) = variable else { return write!(f, "{offset}") };
        match VARIABLES.get(variable.0) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "k{}", variable.0)?,
        }
        match offset {
            0 => Ok(()),
            1.. => write!(f, " + {offset}"),
            _ => write!(f, " - {}", offset.unsigned_abs()),
        }
    }
}

impl fmt::Display for SplitExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Operators are left-associative, `&` binds weaker than `+` and `-`: what stands right is put in brackets.
        let is_single = |set: &SplitExpr| match set {
            SplitExpr::All | SplitExpr::Fold(_) | SplitExpr::Except(_) | SplitExpr::Named(_) => true,
            SplitExpr::Union(..) | SplitExpr::Difference(..) | SplitExpr::Intersection(..) => false,
        };
        let right = |set: &SplitExpr| if is_single(set) { set.to_string() } else { format!("({set})") };
        let left = |set: &SplitExpr| match set {
            SplitExpr::Intersection(..) => format!("({set})"),
            SplitExpr::All | SplitExpr::Fold(_) | SplitExpr::Except(_) | SplitExpr::Named(_) => set.to_string(),
            SplitExpr::Union(..) | SplitExpr::Difference(..) => set.to_string(),
        };
        match self {
            SplitExpr::All => f.write_str("all"),
            SplitExpr::Fold(k) => write!(f, "fold({k})"),
            SplitExpr::Except(k) => write!(f, "except({k})"),
            SplitExpr::Named(name) => f.write_str(name),
            SplitExpr::Union(a, b) => write!(f, "{} + {}", left(a), right(b)),
            SplitExpr::Difference(a, b) => write!(f, "{} - {}", left(a), right(b)),
            SplitExpr::Intersection(a, b) => write!(f, "{a} & {}", right(b)),
        }
    }
}

impl Schedule {
    /// (what, text): folds, replicas, phases, what is deployed; phases with the settings of roles that `learn`.
    pub fn written(&self, learns: &dyn Fn(Role) -> bool) -> Vec<(String, String)> {
        let mut lines = vec![];
        if let Some(folds) = &self.folds {
            let stratified = if folds.stratified { ", stratified: true" } else { "" };
            let grouped = if folds.grouped { "" } else { ", grouped: false" };
            lines.push(("folds".to_string(), format!("{}{stratified}{grouped}", folds.count)));
        }
        let replicas = self.replicas.iter().map(|(role, replicas)| format!("{} {}", role.name(), replicas.count));
        let replicas: Vec<String> = replicas.collect();
        if !replicas.is_empty() {
            lines.push(("replicas".into(), replicas.join(", ")));
        }
        lines.push(("phases".into(), steps(&self.steps, learns)));
        lines.push(("deploy".into(), self.deploy.to_string()));
        lines
    }
}

fn steps(all: &[Step], learns: &dyn Fn(Role) -> bool) -> String {
    let one = |step: &Step| match step {
        Step::Repeat { times: Some(1), body, .. } => steps(body, learns),
        Step::Repeat { times, body, .. } => {
            let times = times.map_or(String::new(), |times| format!("{times} "));
            format!("repeat {times}{{ {} }}", steps(body, learns))
        }
        Step::For { variable, body, .. } => {
            let variable = Index { variable: Some(*variable), offset: 0 };
            format!("for {variable} in folds {{ {} }}", steps(body, learns))
        }
        Step::Phase(phase) => self::phase(phase, learns),
    };
    all.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// `phase head { train uni, head[k] on except(k) }`.
fn phase(phase: &Phase, learns: &dyn Fn(Role) -> bool) -> String {
    let of =
        |name: String, replica: Option<Index>| replica.map_or(name.clone(), |replica| format!("{name}[{replica}]"));
    let mut trained: Vec<&Trained> = phase.train.iter().collect();
    // Of several replicas of a role the first is run through.
    trained.sort_by_key(|trained| (trained.role, trained.name()));
    let trained: Vec<String> = trained.into_iter().map(|trained| of(trained.name(), trained.replica)).collect();
    let mut text = format!("train {} on {}", trained.join(", "), phase.on);
    let mut routes: Vec<(Role, String)> = vec![];
    for route in &phase.through {
        let through = route
            .replica
            .map_or(format!("mean({})", route.role.name()), |_| of(route.role.name().into(), route.replica));
        routes.push((route.role, through));
    }
    // The first route of a role is the one that counts.
    routes.sort_by_key(|(role, _)| *role);
    routes.dedup_by_key(|(role, _)| *role);
    if !routes.is_empty() {
        let routes: Vec<String> = routes.into_iter().map(|(_, text)| text).collect();
        text += &format!(" through {}", routes.join(", "));
    }
    match &phase.length {
        // A pass is what a phase is where nothing is said; within one, an epoch and a round are the same.
        Length::For(Amount { count, unit: Unit::Epochs | Unit::Rounds }) if *count == 1.0 => {}
        Length::For(amount) => text += &format!(" for {amount}"),
        Length::NoGain { patience, split, at_most } => {
            text += &format!(" until no gain in {patience} epochs on {split}, at most {at_most}");
        }
    }
    for (word, value) in phase.settings.written(learns) {
        text += &format!("  {word} {value}");
    }
    format!("phase {} {{ {text} }}", phase.name)
}

impl fmt::Display for Deploy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deploy::Replica(at) if at.is_empty() => f.write_str("the network"),
            Deploy::Replica(at) => {
                let at: Vec<String> = at.iter().map(|(role, k)| format!("{}[{k}]", role.name())).collect();
                f.write_str(&at.join(", "))
            }
            Deploy::Mean => f.write_str("mean"),
            Deploy::Best { role, split, by } => {
                write!(f, "best {} on {split}", role.name())?;
                by.as_ref().map_or(Ok(()), |metric| write!(f, " by {}", metric.node))
            }
            Deploy::Last { role } => write!(f, "last {}", role.name()),
        }
    }
}
