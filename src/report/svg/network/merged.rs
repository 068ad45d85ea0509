//! Networks as one: what they share stands once, what differs stands beside each other and is marked.

use crate::digits::count;
use crate::id::ModuleId;
use crate::record::manifest::{Edge, End, Module, Sketch};

/// Several networks, or one.
pub struct Drawn {
    /// A word for files and ids.
    pub name: String,
    pub title: String,
    pub boxes: Vec<Box>,
    pub arrows: Vec<Arrow>,
}

/// A module.
pub struct Box {
    pub role: String,
    pub name: String,
    /// "× 4", "× 1 or 4"; nothing of one.
    pub times: Text,
    pub layers: Text,
    pub weights: Text,
    /// The most of any.
    pub replicas: usize,
    /// Whether every network has it.
    pub everywhere: bool,
}

/// What flows from one box to another.
pub struct Arrow {
    pub from: End,
    pub to: End,
    pub shape: Text,
    pub everywhere: bool,
}

/// Words, and whether they are of some of the networks only.
pub struct Text {
    pub words: String,
    pub differs: bool,
}

impl Box {
    /// "ψ classify × 4".
    pub fn title(&self) -> String {
        // An operation between modules has no part to play.
        let role = if self.role.is_empty() { String::new() } else { format!("{} ", super::letter(&self.role)) };
        let times = if self.times.words.is_empty() { String::new() } else { format!(" {}", self.times.words) };
        format!("{role}{}{times}", self.name)
    }
}

/// A box or an end by its name, whatever network it is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'s> {
    Module(&'s str, &'s str),
    Input(&'s str),
    Output(&'s str),
}

fn key<'s>(sketch: &'s Sketch, end: &'s End) -> Key<'s> {
    match end {
        End::Input(name) => Key::Input(name),
        End::Output(name) => Key::Output(name),
        End::Module(m) => Key::Module(&sketch.modules[m.0].role, &sketch.modules[m.0].name),
    }
}

fn of_module(module: &Module) -> Key<'_> {
    Key::Module(&module.role, &module.name)
}

fn keys(sketch: &Sketch) -> Vec<Key<'_>> {
    sketch.modules.iter().map(of_module).collect()
}

fn arrows(sketch: &Sketch) -> Vec<(Key<'_>, Key<'_>)> {
    sketch.edges.iter().map(|edge| (key(sketch, &edge.from), key(sketch, &edge.to))).collect()
}

/// Whether two networks differ so little that one picture shows both: two of three of their modules are of both, and half of
/// their arrows. A name that a network has twice tells no module apart.
pub fn alike(a: &Sketch, b: &Sketch) -> bool {
    let distinct = |keys: &[Key<'_>]| (1..keys.len()).all(|i| !keys[..i].contains(&keys[i]));
    let (modules, others) = (keys(a), keys(b));
    if !distinct(&modules) || !distinct(&others) {
        return false;
    }
    share(&modules, &others) >= 0.66 && share(&arrows(a), &arrows(b)) >= 0.5
}

/// Of what either has, the part that both have.
fn share<T: PartialEq>(a: &[T], b: &[T]) -> f64 {
    let both = a.iter().filter(|x| b.contains(x)).count();
    both as f64 / (a.len() + b.len() - both).max(1) as f64
}

/// Words that one place has in several networks, beside each other.
fn text(mut all: Vec<String>, join: impl Fn(&[String]) -> String) -> Text {
    all.dedup();
    let mut distinct: Vec<String> = vec![];
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    Text { differs: distinct.len() > 1, words: join(&distinct) }
}

/// "a", "a or b", "a, b or c", "a … d".
fn either(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if all.len() < 5 => format!("{} or {last}", first.join(", ")),
        [first, .., last] => format!("{first} … {last}"),
    }
}

/// By size, each once.
fn numbers(mut all: Vec<u64>) -> Vec<String> {
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(count).collect()
}

/// An arrow of several networks, by its ends; the first that has it.
struct Joined<'s> {
    ends: (Key<'s>, Key<'s>),
    sketch: &'s Sketch,
    edges: Vec<&'s Edge>,
}

impl Drawn {
    /// Of at least one network: one picture for all of them.
    pub fn of(sketches: &[&Sketch]) -> Self {
        let mut names: Vec<&str> = sketches.iter().map(|sketch| sketch.network.as_str()).collect();
        names.dedup();
        let several = sketches.len() > 1;
        let schedule = sketches.first().filter(|_| !several).map_or("", |sketch| &sketch.schedule);
        let mut boxes: Vec<(Key<'_>, Vec<&Module>)> = vec![];
        let mut all: Vec<Joined<'_>> = vec![];
        for (i, sketch) in sketches.iter().enumerate() {
            for module in &sketch.modules {
                // Of one network, equal names are of several boxes.
                match boxes.iter_mut().find(|(known, of)| i > 0 && *known == of_module(module) && of.len() <= i) {
                    Some((_, of)) => of.push(module),
                    None => boxes.push((of_module(module), vec![module])),
                }
            }
            for (edge, ends) in sketch.edges.iter().zip(arrows(sketch)) {
                match all.iter_mut().find(|known| i > 0 && known.ends == ends && known.edges.len() <= i) {
                    Some(known) => known.edges.push(edge),
                    None => all.push(Joined { ends, sketch, edges: vec![edge] }),
                }
            }
        }
        let place = |sketch: &Sketch, end: &End| match end {
            End::Module(m) if several => {
                let key = of_module(&sketch.modules[m.0]);
                End::Module(ModuleId(boxes.iter().position(|(known, _)| *known == key).unwrap_or(m.0)))
            }
            other => other.clone(),
        };
        let arrow = |Joined { sketch, edges, .. }: &Joined<'_>| Arrow {
            from: place(sketch, &edges[0].from),
            to: place(sketch, &edges[0].to),
            shape: text(edges.iter().map(|edge| edge.shape.clone()).collect(), either),
            everywhere: edges.len() == sketches.len(),
        };
        Drawn {
            name: format!("{} {schedule}", names.join(" ")),
            title: names.join(", "),
            arrows: all.iter().map(arrow).collect(),
            boxes: boxes.iter().map(|(_, of)| merged(of, sketches.len())).collect(),
        }
    }

    /// What one of its networks has where they differ: "ψ classify × 16, 34 weights each; without ψ detect".
    pub fn own(&self, sketch: &Sketch) -> String {
        let alone = Drawn::of(&[sketch]);
        let of = |shown: &Box| {
            let Some(own) = alone.boxes.iter().find(|b| (&b.role, &b.name) == (&shown.role, &shown.name)) else {
                return Some(format!("without {}", shown.title()));
            };
            let texts = [(&shown.layers, &own.layers), (&shown.weights, &own.weights)];
            let differing = texts.into_iter().filter(|(all, _)| all.differs).map(|(_, own)| own.words.clone());
            let mut words: Vec<String> = differing.collect();
            if shown.times.differs || !words.is_empty() || !shown.everywhere {
                words.insert(0, own.title());
            }
            (!words.is_empty()).then(|| words.join(", "))
        };
        self.boxes.iter().filter_map(of).collect::<Vec<_>>().join("; ")
    }

    /// Whether its networks are not all the same.
    pub fn differs(&self) -> bool {
        let text = self
            .boxes
            .iter()
            .flat_map(|b| [&b.times, &b.layers, &b.weights])
            .chain(self.arrows.iter().map(|a| &a.shape));
        text.into_iter().any(|text| text.differs) || !self.is_whole()
    }

    /// Whether all its networks have all its boxes and arrows.
    pub fn is_whole(&self) -> bool {
        self.boxes.iter().all(|b| b.everywhere) && self.arrows.iter().all(|a| a.everywhere)
    }
}

fn merged(of: &[&Module], networks: usize) -> Box {
    let times: Vec<u64> = of.iter().map(|module| module.replicas as u64).collect();
    let most = times.iter().copied().max().unwrap_or(1);
    let weights: Vec<u64> = of.iter().map(|module| module.weights).collect();
    let each = if most > 1 && weights.iter().any(|n| *n > 0) { " each" } else { "" };
    let noun = if weights.iter().all(|n| *n == 1) { "weight" } else { "weights" };
    let times = Text {
        words: if most > 1 { format!("× {}", either(&numbers(times.clone()))) } else { String::new() },
        differs: times.windows(2).any(|pair| pair[0] != pair[1]),
    };
    let of_weights = Text {
        words: format!("{} {noun}{each}", either(&numbers(weights.clone()))),
        differs: weights.windows(2).any(|pair| pair[0] != pair[1]),
    };
    Box {
        role: of[0].role.clone(),
        name: of[0].name.clone(),
        times,
        layers: text(of.iter().map(|module| module.layers.clone()).collect(), either),
        weights: of_weights,
        replicas: most as usize,
        everywhere: of.len() == networks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(heads: usize, weights: u64, extra: &[&str]) -> Sketch {
        let module = |name: &str, replicas, weights| Module {
            name: name.into(),
            role: "head".into(),
            layers: "linear".into(),
            weights,
            replicas,
        };
        let mut modules = vec![module("a", 1, 8), module("b", 1, weights), module("c", heads, 34)];
        modules.extend(extra.iter().map(|name| module(name, 1, 1)));
        let edge = |from: End, to: usize| Edge { from, to: End::Module(ModuleId(to)), shape: format!("[{weights}]") };
        let inner = (1..modules.len()).map(|m| edge(End::Module(ModuleId(m - 1)), m));
        let edges = std::iter::once(edge(End::Input("x".into()), 0)).chain(inner).collect();
        Sketch { network: "N".into(), modules, edges, ..Sketch::default() }
    }

    #[test]
    fn networks_that_differ_little_are_one_with_the_difference_marked() {
        let (plain, many, more) = (sketch(1, 10, &[]), sketch(16, 20, &[]), sketch(1, 10, &["d"]));
        assert!(alike(&plain, &many) && alike(&plain, &more));
        let drawn = Drawn::of(&[&plain, &many, &more]);
        assert_eq!((drawn.boxes.len(), drawn.arrows.len()), (4, 4));
        assert_eq!(drawn.boxes[2].title(), "ψ c × 1 or 16");
        assert_eq!((drawn.boxes[1].weights.words.as_str(), drawn.boxes[1].weights.differs), ("10 or 20 weights", true));
        assert!(!drawn.boxes[0].weights.differs && drawn.boxes[2].everywhere && !drawn.boxes[3].everywhere);
        assert_eq!(drawn.arrows[1].shape.words, "[10] or [20]");
        let alone = Drawn::of(&[&plain]);
        assert!(!alone.differs() && drawn.differs() && !drawn.is_whole());
    }

    #[test]
    fn networks_with_other_modules_are_other_pictures() {
        let mut other = sketch(1, 10, &[]);
        other.modules.iter_mut().for_each(|module| module.name += "2");
        assert!(!alike(&sketch(1, 10, &[]), &other));
        assert_eq!(either(&["a", "b", "c", "d", "e"].map(String::from)), "a … e");
    }
}
