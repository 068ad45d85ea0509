//! A word that names nothing where a name was due. Owns what may have been meant; whether a name was due is for its user
//! to say.

use super::Checker;
use super::names::ItemId;
use super::value::Word;
use crate::builtin::{self, Kind};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::Item;

impl Checker<'_> {
    pub fn unknown_name(&self, word: &Word) -> Diagnostic {
        let (name, span) = (word.text.as_str(), word.span);
        let diagnostic =
            Diagnostic::error("unknown-name", format!("nothing here is called `{name}`")).label(span, "not found");
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
        let scope = &file.scope;
        // Layers and ops stand inside networks, all other builtins outside.
        let fits = |kind: &Kind| matches!(kind, Kind::Layer(_) | Kind::Op(_)) == word.inside;
        // Experiments are run, and stand for nothing.
        let stands = |id: &ItemId| !matches!(self.program.item(*id), Item::Experiment(_));
        let items = scope.iter().filter(|(_, id)| stands(id)).map(|(name, _)| name);
        let mut known: Vec<&str> = word.locals.iter().chain(items).map(String::as_str).collect();
        known.extend(builtin::registry().iter().filter(|row| fits(&row.kind)).map(|row| row.name));
        known.extend(library.iter().map(|path| last(path)));
        let Some(near) = nearest(name, known) else {
            return diagnostic.help(
                "names come from parameters, items of this file, what it `use`s, and the builtins (`mhm explain`)",
            );
        };
        match library.iter().find(|path| last(path) == near && !scope.contains_key(near)) {
            Some(path) => {
                diagnostic.help(format!("did you mean `{near}` of the library? Add `use {}` at the top", dotted(path)))
            }
            None => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
        }
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
