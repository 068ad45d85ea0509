//! A word that names nothing where a name was due. Owns what may have been meant; whether a name was due is for its user
//! to say.

use super::Checker;
use super::value::Word;
use crate::builtin::{self, Kind};
use crate::diagnostic::Diagnostic;
use crate::suggest::nearest;

impl Checker<'_> {
    pub fn unknown_name(&self, word: &Word) -> Diagnostic {
        let (name, span) = (word.text.as_str(), word.span);
        let diagnostic =
            Diagnostic::error("unknown-name", format!("nothing here is called `{name}`")).label(span, "not found");
        let library = &self.program.library;
        if let Some(path) = library.iter().find(|path| last(path) == name) {
            return diagnostic.help(format!("the library has it: add `use {}` at the top", dotted(path)));
        }
        let scope = &self.program.files[word.file].scope;
        // Layers and ops stand inside networks, all other builtins outside.
        let fits = |kind: &Kind| matches!(kind, Kind::Layer(_) | Kind::Op(_)) == word.inside;
        let mut known: Vec<&str> = word.locals.iter().chain(scope.keys()).map(String::as_str).collect();
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

/// `schedule/Mhm` declares `Mhm`.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn dotted(path: &str) -> String {
    format!("std.{}", path.replace('/', "."))
}
