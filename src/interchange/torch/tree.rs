//! What holds what: layers by the paths of their weights, in lists and by names. Owns how each is reached and what it is called
//! where its own name is taken.

use super::holders::{Holder, holder};
use crate::interchange::python::is_taken;
use crate::interchange::{Network, Part};
use std::fmt::Write;

/// A layer, or what holds layers by their keys, in order.
#[derive(Clone, Debug)]
pub enum Tree {
    Layer(Holder),
    Keys(Vec<(String, Tree)>),
}

/// Which kind of module holds keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    List,
    Names,
}

/// A key as PyTorch has it. What is taken gets a `_`, and so does what would be called like that then: no two keys become one.
pub fn own(key: &str) -> String {
    let mut shorter = std::iter::successors(Some(key), |key| key.strip_suffix('_'));
    if shorter.any(is_taken) { format!("{key}_") } else { key.into() }
}

/// A path, key by key.
fn renamed(path: &str) -> String {
    path.split('.').map(own).collect::<Vec<_>>().join(".")
}

impl Tree {
    /// All weights of a network.
    pub fn of(network: &Network) -> Self {
        let mut tree = Tree::Keys(vec![]);
        let mut known: Vec<&str> = vec![];
        let mut add = |path: &'_ str, part: Option<&Part>| {
            let front = format!("{path}.");
            let below =
                network.weights.iter().filter_map(|(name, array)| Some((name.strip_prefix(&front)?, &array.axes[..])));
            let weights: Vec<(&str, &[usize])> = below.collect();
            tree.put(path, holder(part, &weights));
        };
        for part in &network.parts {
            let Some(layer) = part.layer.as_deref().filter(|layer| !known.contains(layer)) else { continue };
            if part.module.is_some() {
                known.push(layer);
                add(layer, Some(part));
            }
        }
        // What nothing reads has its place in the file, too.
        for name in network.weights.keys() {
            let is_known = known.iter().any(|layer| name.strip_prefix(layer).is_some_and(|rest| rest.starts_with('.')));
            let path = name.rsplit_once('.').map_or(name.as_str(), |(path, _)| path);
            if !is_known && !known.contains(&path) {
                known.push(path);
                add(path, None);
            }
        }
        tree.sort();
        tree
    }

    fn put(&mut self, path: &str, holder: Holder) {
        let Tree::Keys(keys) = self else { return };
        let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
        let at = keys.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            keys.push((key.into(), Tree::Keys(vec![])));
            keys.len() - 1
        });
        match rest {
            None => keys[at].1 = Tree::Layer(holder),
            Some(rest) => keys[at].1.put(rest, holder),
        }
    }

    fn sort(&mut self) {
        let Tree::Keys(keys) = self else { return };
        keys.iter_mut().for_each(|(_, tree)| tree.sort());
        if keys.iter().all(|(key, _)| key.parse::<usize>().is_ok()) {
            keys.sort_by_key(|(key, _)| key.parse::<usize>().unwrap_or_default());
        }
    }

    pub fn keys(&self) -> &[(String, Tree)] {
        if let Tree::Keys(keys) = self { keys } else { &[] }
    }

    /// What stands at a path; nothing is an empty place.
    pub fn at(&self, path: &str) -> Option<&Tree> {
        path.split('.')
            .try_fold(self, |tree, key| tree.keys().iter().find(|(known, _)| known == key).map(|(_, tree)| tree))
    }

    pub fn kind(&self) -> Kind {
        let keys = self.keys();
        if keys.is_empty() {
            Kind::Plain
        } else if keys.iter().enumerate().all(|(i, (key, _))| *key == i.to_string()) {
            Kind::List
        } else {
            Kind::Names
        }
    }

    /// How what is at `path` below this is reached from `from`, which is this.
    pub fn reach(&self, from: &str, path: &str) -> String {
        let (mut tree, mut text) = (Some(self), from.to_string());
        for key in path.split('.') {
            match tree.map(Tree::kind) {
                Some(Kind::List) => _ = write!(text, "[{key}]"),
                _ if key.starts_with(|c: char| c.is_ascii_digit()) => _ = write!(text, "[\"{key}\"]"),
                _ => _ = write!(text, ".{}", own(key)),
            }
            tree = tree.and_then(|tree| tree.at(key));
        }
        text
    }

    /// An expression that makes this, in lines indented by so much; `class` says what stands for what is at a path.
    pub fn constructor(&self, path: &str, indent: usize, class: &dyn Fn(&str) -> Option<String>) -> String {
        if let Some(class) = class(path) {
            return format!("{class}()");
        }
        match self {
            Tree::Layer(holder) => holder.new.clone(),
            Tree::Keys(_) if self.kind() == Kind::List => {
                format!("nn.ModuleList({})", self.inside(path, indent, class))
            }
            Tree::Keys(_) => format!("nn.ModuleDict({})", self.inside(path, indent, class)),
        }
    }

    /// What a list or a dict is made of.
    pub fn inside(&self, path: &str, indent: usize, class: &dyn Fn(&str) -> Option<String>) -> String {
        let is_list = self.kind() == Kind::List;
        let (open, close) = if is_list { ("[", "]") } else { ("{", "}") };
        let one = |(key, tree): &(String, Tree)| {
            let new = tree.constructor(&format!("{path}.{key}"), indent + 4, class);
            if is_list { new } else { format!("\"{}\": {new}", own(key)) }
        };
        let all: Vec<String> = self.keys().iter().map(one).collect();
        let line = all.join(", ");
        if line.len() + indent <= super::LONGEST && !line.contains('\n') {
            return format!("{open}{line}{close}");
        }
        let space = " ".repeat(indent);
        let lines: String = all.iter().map(|one| format!("{space}    {one},\n")).collect();
        format!("{open}\n{lines}{space}{close}")
    }

    /// (name in PyTorch, name in the file) of what begins the names of weights, where they differ; the longest path first.
    pub fn renames(&self) -> Vec<(String, String)> {
        let mut found = vec![];
        self.collect("", &mut found);
        found
    }

    fn collect(&self, path: &str, found: &mut Vec<(String, String)>) {
        match self {
            Tree::Layer(_) if renamed(path) != path => found.push((format!("{}.", renamed(path)), format!("{path}."))),
            Tree::Layer(_) => {}
            Tree::Keys(keys) => {
                let below = |key: &str| if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                keys.iter().for_each(|(key, tree)| tree.collect(&below(key), found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn no_two_keys_become_one() {
        let keys = ["half", "half_", "half__", "requires_grad", "requires_grad_", "requires_grad__", "_", "__", "hear"];
        let mut made: Vec<String> = keys.iter().map(|key| own(key)).collect();
        assert_eq!(made[..3], ["half_", "half__", "half___"]);
        assert_eq!(made.last().map(String::as_str), Some("hear"));
        made.sort();
        made.dedup();
        assert_eq!(made.len(), keys.len());
    }
}
