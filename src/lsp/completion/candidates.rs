//! Words that are offered, each once, with what is known of it.

use super::super::context::{Call, Context};
use super::super::names::{What, resolved, walk_declared};
use super::super::{Analysis, hover};
use super::{Snippets, measures, rows};
use crate::builtin::row::Category;
use crate::builtin::{Builtin, Expected, registry};
use crate::check::args::type_names;
use crate::explain::pages::{self, first_sentence};
use crate::explain::statements;
use crate::library;
use crate::span::Span;
use crate::syntax::ast::{Item, Param};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionTextEdit, Documentation,
    InsertTextFormat, TextEdit,
};
use std::collections::{BTreeMap, BTreeSet};

pub struct Candidates<'a> {
    analysis: &'a Analysis,
    at: &'a Context<'a>,
    snippets: Snippets,
    found: BTreeMap<String, CompletionItem>,
}

impl<'a> Candidates<'a> {
    pub fn new(analysis: &'a Analysis, at: &'a Context<'a>, snippets: Snippets) -> Self {
        Self { analysis, at, snippets, found: BTreeMap::new() }
    }

    /// All of them, by what they are and then by name; an editor sifts them by what was typed.
    pub fn items(self) -> Vec<CompletionItem> {
        self.found.into_values().collect()
    }

    fn add(&mut self, label: &str, kind: CompletionItemKind, detail: &str, rank: char) -> &mut CompletionItem {
        self.found.entry(label.into()).or_insert_with(|| CompletionItem {
            label: label.into(),
            kind: Some(kind),
            detail: Some(detail.into()).filter(|text: &String| !text.is_empty()),
            sort_text: Some(format!("{rank}{label}")),
            ..CompletionItem::default()
        })
    }

    /// A call whose needed arguments are to be filled in.
    fn call(&mut self, name: &str, needed: &[&str]) {
        if self.snippets == Snippets::Yes
            && !needed.is_empty()
            && let Some(item) = self.found.get_mut(name)
        {
            let places = needed.iter().enumerate().map(|(i, name)| format!("${{{}:{name}}}", i + 1));
            item.insert_text = Some(format!("{name}({})", places.collect::<Vec<_>>().join(", ")));
            item.insert_text_format = Some(InsertTextFormat::SNIPPET);
        }
    }

    pub fn words(&mut self, words: &[&str]) {
        for word in words {
            let page = statements::of(word).next();
            let detail = page.as_ref().map(|page| page.place().to_string()).unwrap_or_default();
            let item = self.add(word, CompletionItemKind::KEYWORD, &detail, 'a');
            item.documentation = page.map(|page| Documentation::String(first_sentence(statements::meaning(&page))));
        }
    }

    /// What can begin at the top of a file.
    pub fn top(&mut self) {
        const FORMS: [(&str, &str); 8] = [
            ("use", "use std.${1:schedule}.${2:Mhm}"),
            ("allow", "allow(${1:lint})"),
            (
                "dataset",
                "dataset ${1:Name}(path: String = \"${2:data.npz}\") from path {\n  modality ${3:audio}: [${4:10}] = npz(\"${3:audio}\")\n  target   label: class(${5:2}) = npz(\"label\")\n  split    test  = random(0.2)\n  split    train = rest\n}",
            ),
            (
                "network",
                "network ${1:Name}(width: Int = 32) {\n  in     each view: [D]\n  uni    each embed = linear(width) |> relu\n  fusion joint      = concat |> linear(width) |> relu\n  head   classify   = linear(${2:2})\n  out    classify(joint(embed(view)))\n}",
            ),
            ("block", "block ${1:Name}(width: Int) = linear(width) |> relu"),
            (
                "schedule",
                "schedule ${1:Name}(heads: Int = 4) {\n  folds heads\n  replicas head heads\n  repeat {\n    for k in folds {\n      phase head      { train uni, head[k] on except(k) }\n      phase embedding { train uni, fusion on fold(k) through head[k] }\n    }\n  }\n  deploy best head on all\n}",
            ),
            (
                "pipeline",
                "pipeline ${1:name}(method: Schedule, lr: Float = 1e-3) {\n  data ${2:Data}\n  network ${3:Network}\n  loss cross_entropy\n  optimizer adam(lr: lr)\n  schedule method\n  batch 32\n  budget ${4:50} epochs\n  metrics error\n}",
            ),
            (
                "experiment",
                "experiment ${1:name} {\n  vary method in [ETE: EndToEnd, MHM: Mhm]\n  seeds ${2:10}\n  run ${3:pipeline}(method)\n  table test_error { rows method }\n  compare method\n}",
            ),
        ];
        self.words(&FORMS.map(|(word, _)| word));
        if self.snippets == Snippets::Yes {
            for (word, form) in FORMS {
                if let Some(item) = self.found.get_mut(word) {
                    item.insert_text = Some(form.into());
                    item.insert_text_format = Some(InsertTextFormat::SNIPPET);
                }
            }
        }
    }

    /// Paths of the library, from what was typed of one.
    pub fn library(&mut self) {
        let typed: String = self.at.statement.iter().skip(1).copied().collect::<Vec<_>>().concat();
        let mut seen = BTreeSet::new();
        for (path, _) in library::FILES {
            let whole = format!("std.{}", path.replace('/', "."));
            // The next word of the path: the editor puts it behind the last dot.
            let Some(rest) = whole.strip_prefix(&typed) else { continue };
            let next = rest.trim_start_matches('.').split('.').next().unwrap_or_default();
            let is_last = whole.ends_with(next) && rest.trim_start_matches('.') == next;
            if seen.insert(next.to_string()) && !next.is_empty() {
                let kind = if is_last { CompletionItemKind::CLASS } else { CompletionItemKind::MODULE };
                self.add(next, kind, &whole, 'a');
            }
        }
    }

    pub fn lints(&mut self) {
        // Their hyphens end words for an editor: it is told what is replaced.
        let text = &self.text()[..self.at.start + self.at.typed.len()];
        let start = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-').len();
        let range = self.analysis.range(Span::new(self.analysis.entry(), start, text.len()));
        for page in pages::lints() {
            let item = self.add(page.name, CompletionItemKind::ENUM_MEMBER, "lint", 'a');
            item.documentation = Some(Documentation::String(page.summary()));
            item.text_edit = Some(CompletionTextEdit::Edit(TextEdit { range, new_text: page.name.into() }));
        }
    }

    pub fn rows(&mut self, categories: &[Category]) {
        for row in rows(categories) {
            self.row(row);
        }
    }

    fn row(&mut self, row: &'static Builtin) {
        let needed: Vec<&str> = row.params.iter().filter(|p| p.default.is_none()).map(|p| p.name).collect();
        let item = self.add(row.name, CompletionItemKind::FUNCTION, row.kind.noun(), 'c');
        item.documentation = Some(Documentation::String(first_sentence(row.doc)));
        self.call(row.name, &needed);
    }

    /// Items of these kinds: those that the file sees, and those of the library, which a `use` brings in.
    pub fn things(&mut self, nouns: &[&str]) {
        let program = &self.analysis.program;
        let Some(file) = program.files.first() else { return };
        for (name, id) in &file.scope {
            let item = program.item(*id);
            if nouns.contains(&item.noun()) {
                self.thing(name, item);
            }
        }
        // A folder of the library is called as what it has.
        for (path, _) in library::FILES {
            let Some((folder, name)) = path.split_once('/') else { continue };
            if nouns.contains(&folder) && !file.scope.contains_key(name) {
                let used = self.brought(path);
                let item = self.add(name, CompletionItemKind::CLASS, folder, 'd');
                item.label_details = Some(CompletionItemLabelDetails {
                    detail: None,
                    description: Some(format!("use std.{}", path.replace('/', "."))),
                });
                item.additional_text_edits = Some(vec![used]);
            }
        }
    }

    fn thing(&mut self, name: &str, item: &Item) {
        let Some(header) = item.header() else { return };
        let detail = hover::signature(self.analysis, header);
        let needed: Vec<&str> =
            header.params.iter().filter(|p| p.default.is_none()).map(|p: &Param| p.name.node.as_str()).collect();
        let made = self.add(name, CompletionItemKind::CLASS, &detail, 'b');
        made.documentation = Some(Documentation::String(header.doc.join("\n"))).filter(|_| !header.doc.is_empty());
        self.call(name, &needed);
    }

    /// The line that brings in a library item, behind the last of its kind.
    fn brought(&self, path: &str) -> TextEdit {
        let entry = self.analysis.entry();
        let text = &self.analysis.source(entry).text;
        let mut at = 0;
        let mut begin = 0;
        for line in text.split_inclusive('\n') {
            begin += line.len();
            if line.starts_with("use ") {
                at = begin;
            }
        }
        let range = self.analysis.range(Span::new(entry, at, at));
        TextEdit { range, new_text: format!("use std.{}\n", path.replace('/', ".")) }
    }

    /// Items of a kind, and parameters that stand for one.
    pub fn thing_or_parameter(&mut self, noun: &str, ty: &str) {
        self.things(&[noun]);
        self.parameters(&[ty, "Any"]);
    }

    /// Parameters of the item that is written, of these types; of all where none is named.
    pub fn parameters(&mut self, types: &[&str]) {
        let all = header_of(self.text(), self.at).into_iter();
        for (name, ty) in all.filter(|(_, ty)| types.is_empty() || types.contains(&ty.as_str())) {
            self.add(&name, CompletionItemKind::VARIABLE, &ty, 'b');
        }
    }

    fn text(&self) -> &'a str {
        &self.analysis.source(self.analysis.entry()).text
    }

    /// Inputs, values and modules of the network that is written.
    pub fn locals(&mut self) {
        for (name, noun) in declared_in(item_text(self.text(), self.at)) {
            let kind = if noun == "module" { CompletionItemKind::FUNCTION } else { CompletionItemKind::VARIABLE };
            self.add(&name, kind, noun, 'a');
            if noun == "module" {
                self.call(&name, &["value"]);
            }
        }
    }

    /// Axes of the experiment that is written, and what it chooses.
    pub fn axes(&mut self) {
        for (name, noun) in axes_in(item_text(self.text(), self.at)) {
            self.add(&name, CompletionItemKind::VARIABLE, noun, 'a');
        }
    }

    /// Sets of samples in a schedule.
    pub fn sets(&mut self) {
        self.words(&["all"]);
        for set in ["fold", "except"] {
            self.add(set, CompletionItemKind::FUNCTION, "a set of samples", 'a');
            self.call(set, &["k"]);
        }
        self.of_items(&["dataset"], "split");
    }

    /// What the items of these kinds in sight declare.
    pub fn of_items(&mut self, nouns: &[&str], noun: &str) {
        let program = &self.analysis.program;
        let Some(file) = program.files.first() else { return };
        let mut names: BTreeSet<String> = BTreeSet::new();
        for id in file.scope.values() {
            let item = program.item(resolved(program, *id));
            if nouns.contains(&item.noun()) {
                let own = walk_declared(item).into_iter().filter(|(_, what)| what.noun() == noun);
                names.extend(own.map(|(name, _)| name.node.clone()));
            }
        }
        for name in names {
            self.add(&name, CompletionItemKind::FIELD, noun, 'a');
        }
    }

    /// Parameters of what is called that are not given yet.
    pub fn arguments(&mut self, call: &Call<'_>) {
        if call.named.is_some() {
            return;
        }
        for (name, detail) in self.taken(call.callee) {
            if !call.given.contains(&name.as_str()) {
                let item = self.add(&format!("{name}:"), CompletionItemKind::FIELD, &detail, 'a');
                item.insert_text = Some(format!("{name}: "));
                item.filter_text = Some(name);
            }
        }
    }

    fn taken(&self, callee: &str) -> Vec<(String, String)> {
        let program = &self.analysis.program;
        let header = program.files.first().and_then(|file| file.scope.get(callee)).map(|id| program.item(*id));
        if let Some(header) = header.and_then(Item::header) {
            let texts = hover::parameters(self.analysis, header);
            return header.params.iter().map(|param| param.name.node.clone()).zip(texts).collect();
        }
        let row = registry::find(callee).next();
        let params = row.into_iter().flat_map(|row| row.params);
        params.map(|param| (param.name.to_string(), param.expected.to_string())).collect()
    }

    /// What parameters are declared as.
    pub fn types(&mut self) {
        for name in type_names() {
            self.add(name, CompletionItemKind::CLASS, "type", 'a');
        }
    }

    /// What a parameter of this type can be given, where that has names.
    pub fn of_type(&mut self, ty: &str) -> bool {
        match ty {
            "Bool" => self.words(&["true", "false"]),
            "Network" => self.things(&["network"]),
            "Schedule" => self.things(&["schedule"]),
            "Dataset" => self.things(&["dataset"]),
            "Pipeline" => self.things(&["pipeline"]),
            "Optimizer" => self.rows(&[Category::Optimizer]),
            "Rate" => self.rows(&[Category::Rate]),
            "Loss" => self.rows(&[Category::Loss]),
            "Block" | "Layer" => {
                self.rows(&[Category::Layer, Category::Op]);
                self.things(&["block"]);
            }
            _ => return false,
        }
        true
    }

    /// What an argument takes, where it takes only what has a name.
    pub fn values(&mut self, callee: &str, name: &str) -> bool {
        let program = &self.analysis.program;
        let item = program
            .files
            .first()
            .and_then(|file| file.scope.get(callee))
            .map(|id| program.item(resolved(program, *id)));
        if let Some(header) = item.and_then(Item::header) {
            let ty = header.params.iter().find(|param| param.name.node == name).and_then(|param| param.ty.as_ref());
            return ty.is_some_and(|ty| {
                self.parameters(&[ty.node.as_str(), "Any"]);
                self.axes();
                self.of_type(&ty.node)
            });
        }
        let row = registry::find(callee).next();
        let Some(param) = row.and_then(|row| row.params.iter().find(|param| param.name == name)) else { return false };
        let words = match param.expected {
            Expected::Bool => &["true", "false"],
            other => other.words(),
        };
        for word in words {
            self.add(word, CompletionItemKind::ENUM_MEMBER, name, 'a');
        }
        !words.is_empty()
    }

    /// Measures of tables and figures.
    pub fn measures(&mut self) {
        for name in measures::of(self.analysis, None) {
            self.add(&name, CompletionItemKind::FIELD, "measure", 'a');
        }
    }

    /// Measures that settings are chosen by: of splits that are neither trained nor tested on.
    pub fn choosing(&mut self) {
        for name in measures::of(self.analysis, Some(&["train", "test"])) {
            self.add(&name, CompletionItemKind::FIELD, "measure", 'a');
        }
    }
}

/// The text of the item around the cursor, from its keyword on.
fn item_text<'t>(text: &'t str, at: &Context<'_>) -> &'t str {
    let Some((keyword, name)) = at.item else { return "" };
    let head = format!("{keyword} {name}");
    let begin = text[..at.start].rfind(&head).unwrap_or(at.start);
    let rest = &text[begin..];
    let end = rest.find("\n}").map_or(rest.len(), |end| end + 2);
    &rest[..end]
}

/// Parameters in the header of the item around the cursor, and their types.
fn header_of(text: &str, at: &Context<'_>) -> Vec<(String, String)> {
    let (keyword, name) = at.item.unwrap_or_default();
    let own = item_text(text, at).strip_prefix(keyword).unwrap_or_default().trim_start();
    let Some(header) = own.strip_prefix(name).and_then(|rest| rest.trim_start().strip_prefix('(')) else {
        return vec![];
    };
    let header = header.split(['{', '}']).next().unwrap_or_default();
    let parts = header.split([',', '\n', ')']);
    let of = |part: &str| {
        let (name, ty) = part.split_once(':')?;
        let name = name.trim();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
        is_name.then(|| (name.to_string(), ty.split('=').next().unwrap_or_default().trim().to_string()))
    };
    parts.filter_map(of).collect()
}

/// Names that statements of a network declare.
fn declared_in(text: &str) -> Vec<(String, &'static str)> {
    let mut found = vec![];
    for line in text.lines() {
        let words: Vec<&str> =
            line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let rest = |skip: usize| words.get(skip..).unwrap_or_default().iter().copied();
        match words.first().copied() {
            Some("in") => {
                let names = line.split(',').filter_map(|part| part.split_once(':')).map(|(name, _)| name.trim());
                let names = names.map(|name| name.rsplit(' ').next().unwrap_or(name));
                found.extend(names.map(|name| (name.to_string(), What::Input.noun())));
            }
            Some("uni" | "fusion" | "head" | "fixed" | "layer") => {
                found.extend(rest(1).find(|word| *word != "each").map(|name| (name.to_string(), What::Module.noun())));
            }
            Some("let") => {
                let names = line.split('=').next().unwrap_or_default();
                let names = names.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let names = names.filter(|name| !name.is_empty() && *name != "let");
                found.extend(names.map(|name| (name.to_string(), What::Value.noun())));
            }
            _ => {}
        }
    }
    found
}

/// Names that `vary` and `choose` of an experiment declare.
fn axes_in(text: &str) -> Vec<(String, &'static str)> {
    let mut found = vec![];
    for line in text.lines().map(str::trim) {
        let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if let Some(rest) = line.strip_prefix("vary ") {
            let names = rest.split(" in ").next().unwrap_or_default().trim_matches(['(', ')', ' ']);
            found.extend(names.split(',').map(str::trim).filter(is_name).map(|n| (n.to_string(), What::Axis.noun())));
        }
        if let Some(rest) = line.strip_prefix("choose ") {
            let before = rest.split(" in ").map(|part| part.rsplit([',', ' ']).next().unwrap_or(part).trim());
            let count = rest.matches(" in ").count();
            found.extend(before.take(count).filter(is_name).map(|n| (n.to_string(), What::Setting.noun())));
        }
    }
    found
}
