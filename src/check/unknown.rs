//! A word that names nothing where a name was due. Owns what may have been meant; whether a name was due is for its user
//! to say.

use super::checker::Checker;
use super::names::ItemId;
use super::value::{Bound, Wanted, Word};
use crate::builtin::{self, Category};
use crate::diagnostic::{Diagnostic, Safety};
use crate::span::Span;
use crate::suggest::{declared, meant};
use crate::syntax::ast::{BinaryOp, Expr, ExprNode, Item, ItemKind};

impl Checker<'_> {
    pub fn unknown_name(&self, word: &Word) -> Diagnostic {
        let (name, span) = (word.text.as_str(), word.span);
        let diagnostic = Diagnostic::name_error("unknown-name", format!("nothing here is called `{name}`"))
            .label(span, "not found")
            .follows(self.program.doubtful.iter().copied());
        let library = &self.program.library;
        let file = &self.program.files[word.file];
        if let Some(path) = library.iter().find(|path| last(path) == name) {
            let add = format!("use {}", dotted(path));
            let (place, text) = match file.tree.items.iter().filter_map(of_use).next_back() {
                Some(before) => (before.end, format!("\n{add}")),
                None => (0, format!("{add}\n\n")),
            };
            let top = Span { source: file.id, start: place, end: place };
            return diagnostic.help(format!("the library has it: add `{add}` at the top")).fix(top, text);
        }
        let (scope, wanted) = (&file.scope, self.wanted.get());
        // Where it is known what is wanted, that; else layers and ops inside networks, all other builtins outside.
        let fits = |category: Category| match wanted {
            Wanted::Anything => matches!(category, Category::Layer | Category::Op) == word.inside,
            Wanted::Item(_) => false,
            Wanted::Builtin(wanted) => category == wanted,
        };
        // Experiments are run, and stand for nothing.
        let stands = |id: &ItemId| match (wanted, self.program.item(*id).kind()) {
            (Wanted::Item(wanted), kind) => kind == Some(wanted),
            (Wanted::Anything | Wanted::Builtin(_), kind) => kind != Some(ItemKind::Experiment),
        };
        let of_library = library.iter().filter(|path| match wanted {
            Wanted::Item(kind) => path.starts_with(kind.name()),
            Wanted::Anything | Wanted::Builtin(_) => true,
        });
        let mut given: Vec<&str> =
            builtin::registry().iter().filter(|row| fits(row.kind.category())).map(|row| row.name).collect();
        given.extend(of_library.map(|path| last(path)));
        let items = scope.iter().take(COMPARED).filter(|(_, id)| stands(id)).map(|(name, _)| name);
        let all = word.locals.iter().take(COMPARED).chain(items).map(String::as_str);
        let own: Vec<&str> = all.filter(|n| !given.contains(n)).collect();
        let Some((near, safety)) = nearer(name, &own, &given) else {
            return diagnostic.help(match ABSENT.contains(&name) {
                true => "there is no such value: leave the argument away",
                false => {
                    "names come from parameters, items of this file, what it `use`s, and the builtins (`mhm explain`)"
                }
            });
        };
        match library.iter().find(|path| last(path) == near && !scope.contains_key(near)) {
            Some(path) => {
                diagnostic.help(format!("did you mean `{near}` of the library? Add `use {}` at the top", dotted(path)))
            }
            None => diagnostic.did_you_mean(span, (near, safety)),
        }
    }

    /// `cross-entropy`: names have no `-`, and what stands there is no difference of two.
    pub fn dashed(&self, file: usize, vars: &Bound, expr: &Expr) -> Option<Diagnostic> {
        if !matches!(expr.node, ExprNode::Binary(BinaryOp::Sub, ..)) {
            return None;
        }
        let text = self.program.sources.text(expr.span);
        let scope = &self.program.files[file].scope;
        let known =
            |name: &str| vars.contains_key(name) || scope.contains_key(name) || builtin::find(name).next().is_some();
        let joined = text.replace('-', "_");
        if !known(&joined) || text.split('-').all(known) {
            return None;
        }
        let found = Diagnostic::name_error("unknown-name", format!("a name has no `-`: `{text}` is a difference"));
        Some(found.label(expr.span, "not found").help(format!("write `{joined}`")).fix(expr.span, joined))
    }
}

/// What a name was looked for among.
#[derive(Clone, Copy, Debug)]
pub enum Noun {
    Modality,
    Split,
    Group,
    Axis,
    Metric,
    Class,
    OutputOrTarget,
}

/// A name that is none of these.
pub fn unknown_of(noun: Noun, name: &str, span: Span, known: &[String]) -> Diagnostic {
    let message = |noun: &str| format!("there is no {noun} `{name}`");
    let (diagnostic, plural) = match noun {
        Noun::Modality => (Diagnostic::error("unknown-modality", message("modality")), "modalities"),
        Noun::Split => (Diagnostic::error("unknown-split", message("split")), "splits"),
        Noun::Group => (Diagnostic::error("unknown-group", message("group")), "groups"),
        Noun::Class => (Diagnostic::name_error("unknown-name", message("class")), "classes"),
        Noun::Metric => (Diagnostic::name_error("unknown-metric", message("metric")), "metrics of this pipeline"),
        Noun::Axis => (Diagnostic::name_error("unknown-axis", message("axis")), "axes of this experiment"),
        Noun::OutputOrTarget => {
            (Diagnostic::name_error("unknown-name", message("output or target")), "outputs and targets")
        }
    };
    let diagnostic = diagnostic.label(span, "not found");
    match declared(name, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.did_you_mean(span, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("{plural} are: {}", known.join(", "))),
    }
}

/// Names of the writer's own that an unknown one is compared with: among more than these nobody looks for a slip.
const COMPARED: usize = 300;

/// Nothing, in other languages.
const ABSENT: [&str; 6] = ["None", "null", "nil", "NULL", "nullptr", "undefined"];

/// What is meant among the writer's names and those that are given; a sure one first.
fn nearer<'a>(name: &str, own: &[&'a str], given: &[&'a str]) -> Option<(&'a str, Safety)> {
    let sure = meant(name, given.iter().copied()).filter(|(_, safety)| *safety == Safety::Safe);
    let near = || {
        let (near, safety) = meant(name, own.iter().chain(given).copied())?;
        Some((near, if own.contains(&near) { Safety::Unsafe } else { safety }))
    };
    let own = declared(name, own.iter().copied());
    match (sure, own) {
        // Both may be meant.
        (Some(sure), Some((own, _))) if sure.0 != own => Some((sure.0, Safety::Unsafe)),
        (Some(sure), _) => Some(sure),
        (None, _) => near(),
    }
}

fn of_use(item: &Item) -> Option<Span> {
    if let Item::Use(found) = item { Some(found.span) } else { None }
}

/// `schedule/Mhm` declares `Mhm`.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn dotted(path: &str) -> String {
    format!("std.{}", path.replace('/', "."))
}
