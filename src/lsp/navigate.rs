//! From a name to where it is declared and used, and its change everywhere.

use super::Analysis;
use super::names::{Meaning, Mention};
use crate::span::{SourceId, Span};
use crate::syntax::ast::{Item, UsePath};

/// A declaration as other programs know it, too: the name of its file, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub file: String,
    pub start: u32,
    pub end: u32,
}

impl Analysis {
    /// The name at an offset of the text that was named.
    pub fn mention(&self, offset: usize) -> Option<&Mention> {
        self.names.at(self.entry(), offset)
    }

    /// Where the name at an offset is declared; of a file that is used, its beginning.
    pub fn definition(&self, offset: usize) -> Option<Span> {
        match self.mention(offset) {
            Some(mention) => self.names.declaration(&mention.meaning),
            None => self.used_file(offset).map(|id| Span::new(id, 0, 0)),
        }
    }

    /// The file that the path of a `use` at an offset brings in.
    fn used_file(&self, offset: usize) -> Option<SourceId> {
        let file = self.program.files.first()?;
        let used = file.tree.items.iter().find_map(|item| match item {
            Item::Use(used) if used.span.range().contains(&offset) => Some(used),
            _ => None,
        })?;
        match &used.path {
            UsePath::File(_) => {
                let brought = file.brought.iter().find(|(span, _)| *span == used.span)?;
                Some(self.program.files[brought.1.first()?.file].id)
            }
            UsePath::Library(_) => None,
        }
    }

    pub fn key(&self, meaning: &Meaning) -> Option<Key> {
        let span = self.names.declaration(meaning)?;
        Some(Key { file: self.source(span.source).name.clone(), start: span.start, end: span.end })
    }

    /// Every place where what is declared there is named, the declaration among them.
    pub fn uses(&self, key: &Key) -> Vec<Span> {
        let declares = |file: &crate::check::names::Loaded| {
            let mention = self.names.at(file.id, key.start as usize)?;
            (mention.span.start == key.start && mention.span.end == key.end).then_some(&mention.meaning)
        };
        let file = self.program.files.iter().find(|file| file.name == key.file);
        let Some(meaning) = file.and_then(declares) else { return vec![] };
        self.names.all(meaning).map(|mention| mention.span).collect()
    }

    /// What the name at an offset can be renamed from: its text and its place.
    ///
    /// # Errors
    /// What stands there has no name that a person gave, or one of the library's; in words.
    pub fn renamed(&self, offset: usize) -> Result<(&Mention, &str), String> {
        let mention = self.mention(offset).ok_or("there is no name here that could be changed")?;
        let Some(declared) = self.names.declaration(&mention.meaning) else {
            return Err(format!("`{}` is a word of the language", self.program.sources.text(mention.span)));
        };
        if self.source(declared.source).library {
            return Err(format!("`{}` is declared in the library", self.program.sources.text(mention.span)));
        }
        Ok((mention, self.program.sources.text(mention.span)))
    }
}

/// Why a text cannot be a name.
///
/// # Errors
/// It is none; in words.
pub fn is_name(text: &str) -> Result<(), String> {
    let mut letters = text.chars();
    let begins = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if begins && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(format!("`{text}` is no name: letters, digits and `_`, no digit first"))
}
