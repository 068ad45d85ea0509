//! What the disk has for the text in quotes that is being typed: arrays and columns of the files that a dataset names, read from their
//! headers; files that a `use` can bring in.

use super::super::files;
use crate::data::inspect;
use crate::lsp::context::{Within, context};
use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, TextEdit};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files that are looked into, and bytes of one: a table has no header to go by and is read whole.
const FILES: usize = 8;
const BYTES: u64 = 64 << 20;

/// Files of the language for the quotes of a `use` at an offset: those in the folder that is typed, and folders.
/// `range` is the place of a piece of the text.
pub fn paths(
    text: &str,
    offset: usize,
    from: &Path,
    range: &dyn Fn(std::ops::Range<usize>) -> lsp_types::Range,
) -> Vec<CompletionItem> {
    let at = context(text, offset);
    let Within::Text(typed) = at.within else { return vec![] };
    if at.item.is_some() || at.statement.first() != Some(&"use") {
        return vec![];
    }
    let folder = from.parent().unwrap_or(Path::new("")).join(typed.rsplit_once('/').map_or("", |(folder, _)| folder));
    let beside = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let item = |path: PathBuf| {
        let name = path.file_name()?.to_str().filter(|name| !name.starts_with('.'))?.to_string();
        let (label, kind) = match path.is_dir() {
            true => (format!("{name}/"), CompletionItemKind::FOLDER),
            false if files::is_text(&path) && path != from => (name, CompletionItemKind::FILE),
            false => return None,
        };
        // No text in quotes can have it.
        if label.contains(['"', '\\', '\n']) {
            return None;
        }
        // Points and hyphens end words for an editor: it is told what is replaced.
        let start = offset - typed.rsplit_once('/').map_or(typed, |(_, name)| name).len();
        let edit = TextEdit { range: range(start..offset), new_text: label.clone() };
        let text_edit = Some(CompletionTextEdit::Edit(edit));
        Some(CompletionItem { label, kind: Some(kind), text_edit, ..CompletionItem::default() })
    };
    let mut found: Vec<CompletionItem> = beside.filter_map(item).collect();
    found.sort_by(|a, b| a.label.cmp(&b.label));
    found
}

/// What can stand in the quotes at an offset, where they are in a dataset: files are looked for in these folders.
pub fn arrays(text: &str, offset: usize, folders: &[PathBuf]) -> Vec<CompletionItem> {
    let at = context(text, offset);
    let (Within::Text(_), Some(("dataset", name))) = (at.within, at.item) else { return vec![] };
    let begin = text[..at.start].rfind(&format!("dataset {name}")).unwrap_or(0);
    let own = &text[begin..];
    let own = &own[..own.find("\n}").unwrap_or(own.len())];
    let quoted: Vec<&str> = own.split('"').skip(1).step_by(2).collect();
    // A split's key stands in names of arrays as `{split}`.
    let keys: Vec<&str> = own.split("key(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let files =
        quoted.iter().filter(|text| text.contains('.')).flat_map(|file| folders.iter().map(move |f| f.join(file)));
    let small = |path: &PathBuf| fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= BYTES);
    let mut found = BTreeMap::new();
    for file in files.filter(small).take(FILES) {
        let Ok(seen) = inspect(&file) else { continue };
        for array in seen.arrays {
            let sizes: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
            let detail = format!("{} [{}]", array.dtype, sizes.join(", "));
            let of_key = keys.iter().find_map(|key| {
                let rest = array.name.strip_prefix(key).filter(|rest| rest.starts_with('_'))?;
                Some(format!("{{split}}{rest}"))
            });
            for name in of_key.into_iter().chain([array.name.clone()]) {
                found.entry(name).or_insert_with(|| detail.clone());
            }
        }
    }
    let item = |(label, detail): (String, String)| CompletionItem {
        // What stands for every split comes first.
        sort_text: Some(format!("{}{label}", if label.starts_with('{') { 'a' } else { 'b' })),
        kind: Some(CompletionItemKind::FIELD),
        detail: Some(detail),
        label,
        ..CompletionItem::default()
    };
    found.into_iter().map(item).collect()
}
