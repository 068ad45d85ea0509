//! Whether the house still stands: who may use whom, what belongs in one place only, and every list complete.
//! Reads the text of `src`; test code is let off most rules.

mod facts;

use mhm::builtin;
use mhm::hir;
use mhm::lint;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom: a path stands for itself and all below it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("batch", &[]),
    ("split", &[]),
    ("shape", &[]),
    ("measured", &[]),
    ("id", &[]),
    ("significance", &[]),
    ("record", &["measured", "id", "search"]),
    ("search", &["seed"]),
    ("digits", &[]),
    ("fault", &[]),
    ("folder", &[]),
    ("visible", &[]),
    ("library", &[]),
    // With texts, their places and diagnostics.
    ("syntax", &[]),
    ("tensor", &[]),
    ("builtin", &["shape", "tensor", "seed", "measured", "digits"]),
    // The words of the language for roles, settings and units are no tree.
    (
        "hir",
        &[
            "split",
            "batch",
            "id",
            "search",
            "span",
            "shape",
            "builtin",
            "measured",
            "digits",
            "syntax::ast::Role",
            "syntax::ast::SettingKind",
            "syntax::ast::Unit",
        ],
    ),
    (
        "check",
        &[
            "split",
            "syntax",
            "hir",
            "builtin",
            "shape",
            "measured",
            "diagnostic",
            "suggest",
            "source",
            "span",
            "parallel",
            "digits",
            "search",
            // What is drawn is proved right before any of it runs.
            "seed",
        ],
    ),
    ("lint", &["split", "batch", "hir", "plan", "diagnostic", "span", "builtin", "shape", "significance"]),
    // A phase names its samples; which they are is for the data to say.
    ("plan", &["split", "batch", "id", "hir", "builtin", "data::folds::SplitSet", "span"]),
    ("graph", &["id", "hir", "builtin", "shape", "tensor", "seed", "digits"]),
    ("data", &["id", "split", "batch", "folder", "tensor", "builtin", "seed", "suggest", "visible"]),
    ("cost", &["id", "plan", "graph", "builtin", "digits"]),
    ("train", &["split", "id", "plan", "graph", "data", "builtin", "tensor", "seed", "record"]),
    ("measure", &["split", "id", "record", "measured", "builtin", "graph", "hir"]),
    // Predicted times are held against a measurement, which runs steps.
    (
        "experiment",
        &[
            "search",
            "split",
            "train",
            "id",
            "span",
            "plan",
            "graph",
            "cost",
            "data",
            "hir",
            "builtin",
            "record",
            "seed",
            "tensor",
            "diagnostic",
            "fault",
            "measure",
        ],
    ),
    ("store", &["folder", "parallel", "record"]),
    ("report", &["id", "record", "measured", "seed", "search", "digits", "significance", "visible"]),
    // A text of its own is made of the items of a program.
    (
        "model",
        &[
            "check::names",
            "id",
            "digits",
            "syntax",
            "hir",
            "graph",
            "plan",
            "data",
            "record",
            "builtin",
            "tensor",
            "span",
            "visible",
        ],
    ),
    // How an exported network is called and what it is standardized by is the model's.
    ("interchange", &["id", "hir", "graph", "data", "record", "builtin", "tensor", "shape", "model"]),
    ("explain", &["builtin", "library", "source", "suggest", "syntax"]),
    (
        "lsp",
        &[
            "builtin",
            "check",
            "cost",
            "diagnostic",
            "digits",
            "explain",
            "graph",
            "hir",
            "library",
            "lint",
            "plan",
            "source",
            "span",
            "syntax",
        ],
    ),
];

/// The only places for words that would otherwise be everywhere.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("pest::", &["syntax"]),
    ("pest_derive::", &["syntax"]),
    ("dfdx::", &["tensor"]),
    ("gemm_common::", &["tensor"]),
    ("gemm_f32::", &["tensor"]),
    ("miette::", &["cli/render"]),
    // Whatever runs side by side gives its results in order.
    ("rayon::", &["syntax/parallel.rs"]),
    ("println!", &[]),
    ("eprintln!", &[]),
    ("dbg!", &[]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
    ("fs::", &["cli", "data", "folder.rs"]),
    ("File::open", &[]),
    ("cap_std::", &["folder.rs"]),
    ("zip::", &["data"]),
    ("env::", &["cli"]),
    ("Instant::now", &["experiment", "cli"]),
    // A log says when; no result hangs on it.
    ("SystemTime", &["cli/run/log.rs"]),
    // Their order is another one in every run.
    ("HashMap", &[]),
    ("HashSet", &[]),
    ("thread_rng", &[]),
    ("catch_unwind", &["fault.rs", "tensor/raw/crew.rs"]),
    ("set_hook", &["fault.rs"]),
    (".unwrap()", &[]),
    ("mod.rs", &[]),
];

/// Lines a file may have; those with more, which may shrink only.
const LINES: usize = 600;

/// What stands before code that exists in tests only.
const TESTING: &[&str] = &["#[cfg(test)]", "#[cfg(any(test, feature = \"testing\"))]"];

/// A file of `src`: its path below, its lines, and whether all of it is test code.
struct File {
    path: String,
    lines: Vec<String>,
    test: bool,
}

impl File {
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// Lines of code that is not test code, numbered from 1; comments are left out.
    fn code(&self) -> Vec<(usize, &str)> {
        let mut code = vec![];
        let mut lines = self.lines.iter().enumerate().peekable();
        while let Some((i, line)) = lines.next() {
            if self.test {
                break;
            }
            if TESTING.contains(&line.trim()) {
                let next = lines.next().map_or("", |(_, l)| l.trim());
                // `mod tests;`: a file of its own. `mod tests {` comes last. Anything else ends where its indentation does.
                if next.starts_with("mod ") && !next.ends_with(';') {
                    break;
                }
                let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
                while !next.ends_with(';') && lines.next().is_some_and(|(_, line)| *line != end) {}
                continue;
            }
            let line = line.split("// ").next().unwrap_or_default();
            if !line.trim_start().starts_with("//") {
                code.push((i + 1, line));
            }
        }
        code
    }
}

fn rust(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn house() -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = vec![];
    rust(&src, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let lines = fs::read_to_string(&path).unwrap().lines().map(str::to_string).collect();
        let path = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        // The root of a crate of its own is the file of its room.
        let path = path.replace("/lib.rs", ".rs");
        File { path, lines, test: false }
    };
    let mut files: Vec<File> = paths.into_iter().map(read).collect();
    let tests: Vec<String> = files.iter().flat_map(test_files).collect();
    for file in &mut files {
        let stem = file.path.trim_end_matches(".rs");
        file.test = tests.iter().any(|t| stem == t || stem.starts_with(&format!("{t}/")));
    }
    assert!(files.len() > 150);
    files
}

/// Paths without `.rs` of modules that exist in tests only.
fn test_files(file: &File) -> Vec<String> {
    let folder = file.path.trim_end_matches(".rs");
    let declared = file.lines.windows(2).filter(|pair| TESTING.contains(&pair[0].trim()) && pair[1].ends_with(';'));
    let name = |line: &str| line.split_whitespace().last().map(|n| n.trim_end_matches(';').to_string());
    declared.filter_map(|pair| name(&pair[1])).map(|name| format!("{folder}/{name}")).collect()
}

/// Every `crate::…` path of a file of this module, braces spelt out, as `mhm` sees it.
fn paths(module: &str, text: &str) -> Vec<String> {
    behind(text, "crate::").into_iter().map(|path| in_the_house(module, path)).collect()
}

/// Rooms that are crates of their own: what is in them the compiler holds apart from the rest.
const CRATES: &[&str] = &["syntax", "tensor"];

fn in_the_house(module: &str, path: String) -> String {
    let room = module.split("::").next().unwrap_or_default();
    if CRATES.contains(&room) { format!("{room}::{path}") } else { path }
}

/// Every path of a text that follows this word, braces spelt out.
fn behind(text: &str, word: &str) -> Vec<String> {
    let mut found = vec![];
    for (at, _) in text.match_indices(word) {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':')) {
            continue;
        }
        expand(word, &mut text[at + word.len()..].chars().peekable(), &mut found);
    }
    found.iter().map(|path| path[word.len().min(path.len())..].to_string()).collect()
}

fn expand(before: &str, text: &mut std::iter::Peekable<std::str::Chars<'_>>, found: &mut Vec<String>) {
    let mut path = before.to_string();
    while let Some(&c) = text.peek() {
        if c.is_alphanumeric() || c == '_' || c == ':' || c == '!' {
            path.push(c);
            text.next();
        } else if c == '{' && path.ends_with("::") {
            text.next();
            loop {
                while text.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
                if text.next_if_eq(&'}').is_some() || text.peek().is_none() {
                    return;
                }
                let known = found.len();
                expand(&path, text, found);
                // What an import is renamed to.
                while text.next_if(|c| !matches!(c, ',' | '}')).is_some() {}
                assert!(found.len() > known, "a list of imports this test cannot read");
            }
        } else {
            break;
        }
    }
    found.push(path.trim_end_matches(':').to_string());
}

/// Macros of the crate's root stand for the module that declares them.
fn owner(path: &str) -> String {
    match path {
        "row" | "row!" | "words!" => "builtin".into(),
        other => other.trim_end_matches('!').to_string(),
    }
}

#[test]
fn import_lists_are_read() {
    let text = "use crate::a::{self, b::C, d::{E, F as G}};\nuse crate::x; let y = crate::z::w(1); crate::row! {";
    assert_eq!(paths("check", text), ["a::self", "a::b::C", "a::d::E", "a::d::F", "x", "z::w", "row!"]);
}

#[test]
fn modules_use_only_what_stands_below_them() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = vec![];
    for file in house() {
        let module = file.module();
        if matches!(module, "lib" | "main" | "cli") {
            continue;
        }
        let allowed = table.get(module).unwrap_or_else(|| panic!("`{module}` has no row in the table of directions"));
        let code: String = file.code().into_iter().map(|(_, line)| format!("{line}\n")).collect();
        for path in paths(module, &code).iter().map(|p| owner(p)) {
            let below = |may: &str| path == *may || path.starts_with(&format!("{may}::"));
            let own = path == module || path.starts_with(&format!("{module}::"));
            if !own && !allowed.iter().any(|may| below(may)) {
                wrong.push(format!("src/{} uses crate::{path}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "not a direction of the table:\n{}", wrong.join("\n"));
}

#[test]
fn directions_have_no_circle() {
    // Each row may name only rows that do not lead back to it.
    fn reaches(from: &str, to: &str, seen: &mut BTreeSet<String>) -> bool {
        let row = MAY_USE.iter().find(|(module, _)| *module == from).map_or(&[][..], |(_, may)| may);
        row.iter()
            .map(|path| path.split("::").next().unwrap_or_default())
            .any(|next| next == to || (seen.insert(next.to_string()) && reaches(next, to, seen)))
    }
    for (module, _) in MAY_USE {
        assert!(!reaches(module, module, &mut BTreeSet::new()), "`{module}` leads back to itself");
    }
}

/// Which files use which, by their modules (`data::check::columns`). A file stands above its own folder, so what it uses of that
/// leads nowhere.
struct Uses {
    modules: BTreeSet<String>,
    /// Names that a module lends from others, and where they are.
    lent: BTreeMap<String, String>,
}

impl Uses {
    fn of(files: &[File]) -> Self {
        let mut uses = Self { modules: files.iter().map(Self::module).collect(), lent: BTreeMap::new() };
        for file in files {
            let own = Self::module(file);
            for path in behind(&Self::code(file), "pub use ") {
                let name = path.rsplit("::").next().unwrap_or_default();
                let whole = Self::absolute(&own, &path).unwrap_or_else(|| format!("{own}::{path}"));
                uses.lent.insert(format!("{own}::{name}"), whole);
            }
        }
        uses
    }

    fn module(file: &File) -> String {
        file.path.trim_end_matches(".rs").replace('/', "::")
    }

    fn code(file: &File) -> String {
        file.code().into_iter().map(|(_, line)| format!("{line}\n")).collect()
    }

    /// A path that begins with `crate` or `super`, in the module `own`.
    fn absolute(own: &str, path: &str) -> Option<String> {
        if let Some(path) = path.strip_prefix("crate::") {
            return Some(in_the_house(own, path.to_string()));
        }
        let (mut above, mut rest) = (own, path);
        while let Some(path) = rest.strip_prefix("super::") {
            (above, rest) = (above.rsplit_once("::").map_or("", |(above, _)| above), path);
        }
        (rest != path).then(|| format!("{above}::{rest}").trim_start_matches(':').to_string())
    }

    /// The module that has what a path names.
    fn owner<'p>(&'p self, path: &'p str) -> Option<&'p str> {
        let ends = path.match_indices("::").map(|(end, _)| end).chain([path.len()]);
        let (end, module) =
            ends.map(|end| (end, &path[..end])).filter(|(_, path)| self.modules.contains(*path)).last()?;
        let name = path[end..].split("::").nth(1).and_then(|name| self.lent.get(&format!("{module}::{name}")));
        name.map_or(Some(module), |whole| self.owner(whole))
    }

    /// Modules of the same room that a file uses.
    fn used_by(&self, file: &File) -> BTreeSet<String> {
        let (own, code) = (Self::module(file), Self::code(file));
        let above = behind(&code, "super::").into_iter().filter_map(|p| Self::absolute(&own, &format!("super::{p}")));
        let room = |path: &str| path.split("::").next().map(str::to_string);
        let all = paths(&own, &code).into_iter().chain(above).filter(|path| room(path) == room(&own));
        let used = all.filter_map(|path| self.owner(&path).map(str::to_string));
        used.filter(|used| *used != own && !used.starts_with(&format!("{own}::"))).collect()
    }
}

#[test]
fn files_of_a_room_use_each_other_in_no_circle() {
    let files: Vec<File> = house().into_iter().filter(|file| !file.test).collect();
    let uses = Uses::of(&files);
    let mut left: BTreeMap<String, BTreeSet<String>> =
        files.iter().map(|file| (Uses::module(file), uses.used_by(file))).collect();
    // What uses nothing, or is used by nothing, is in no circle; nor is what remains so without it.
    loop {
        let used: BTreeSet<String> = left.values().flatten().cloned().collect();
        let before = left.len();
        left.retain(|module, uses| !uses.is_empty() && used.contains(module));
        let there: BTreeSet<String> = left.keys().cloned().collect();
        left.values_mut().for_each(|uses| uses.retain(|used| there.contains(used)));
        if left.len() == before {
            break;
        }
    }
    let arrows: Vec<String> = left.iter().map(|(module, uses)| format!("{module} uses {uses:?}")).collect();
    assert!(arrows.is_empty(), "a circle of files:\n{}", arrows.join("\n"));
}

/// Whether `word` stands in the line, and not as the end of another word.
fn has(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        word.starts_with('.') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[test]
fn what_belongs_in_one_place_is_nowhere_else() {
    let mut wrong = vec![];
    for file in house() {
        for (number, line) in file.code() {
            for (word, places) in ONLY_IN {
                if has(line, word) && !places.iter().any(|place| file.path.starts_with(place)) {
                    wrong.push(format!("src/{}:{number}: `{word}`", file.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_allowance_is_used() {
    let files = house();
    for (word, places) in ONLY_IN {
        for place in *places {
            let used = files.iter().filter(|f| f.path.starts_with(place));
            assert!(used.flat_map(File::code).any(|(_, line)| has(line, word)), "`{word}` is no longer in src/{place}");
        }
    }
}

#[test]
fn runs_are_reached_through_their_folder_alone() {
    // What asks the disk about a path follows links on its way.
    let asks = ["fs::", "OpenOptions", ".exists()", ".is_file()", ".is_dir()", ".is_symlink()", ".read_dir()"];
    let mut wrong = vec![];
    for file in &house() {
        let is_wrong = |line: &str| match file.module() {
            "store" => asks.iter().any(|word| has(line, word)),
            _ => line.contains(".folder().join("),
        };
        let found = file.code().into_iter().filter(|(_, line)| is_wrong(line));
        wrong.extend(found.map(|(number, line)| format!("src/{}:{number}: {}", file.path, line.trim())));
    }
    assert!(wrong.is_empty(), "not through `folder`:\n{}", wrong.join("\n"));
}

#[test]
fn files_say_what_they_own_and_stay_short() {
    let mut wrong = vec![];
    for file in house() {
        let lines = file.lines.len();
        if !file.lines.first().is_some_and(|line| line.starts_with("//! ")) {
            wrong.push(format!("src/{} does not open with `//!`", file.path));
        }
        if lines > LINES {
            wrong.push(format!("src/{} has {lines} lines, {LINES} are allowed", file.path));
        }
        if file.path.ends_with("/mod.rs") {
            wrong.push(format!("src/{}: `foo.rs` stands beside `foo/`", file.path));
        }
        for (number, line) in file.code() {
            let line = line.trim();
            let glob = line.contains("use ") && (line.contains("::*") || line.contains("{*"));
            if glob && !line.contains("rayon::prelude::*") {
                wrong.push(format!("src/{}:{number}: imports everything", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files of one folder, and whether each declares what `mark` begins.
fn declaring<'f>(files: &'f [File], folder: &str, mark: &str) -> Vec<(&'f str, String)> {
    let inside = files.iter().filter(|f| f.path.starts_with(folder) && !f.test);
    let declared = |file: &'f File| {
        let text = file.lines.join("\n");
        let at = text.find(mark)?;
        let name = text[at + mark.len()..].split('"').nth(1)?.to_string();
        Some((file.path.as_str(), name))
    };
    inside.filter_map(declared).collect()
}

#[test]
fn every_row_is_registered() {
    let files = house();
    let mut rows = 0;
    for folder in ["layer", "op", "loss", "metric", "detection", "optimizer", "dataset"] {
        for file in files.iter().filter(|f| f.path.starts_with(&format!("builtin/{folder}/")) && !f.test) {
            // `pub struct Linear = "linear" as Layer(…)`
            let words: Vec<&str> = file
                .lines
                .iter()
                .filter(|l| l.contains("pub struct ") && l.contains("\" as "))
                .filter_map(|l| l.split('"').nth(1))
                .collect();
            assert!(!words.is_empty(), "src/{} has no row", file.path);
            for word in words {
                assert!(builtin::find(word).next().is_some(), "`{word}` of src/{} is not registered", file.path);
                rows += 1;
            }
        }
    }
    assert_eq!(rows, builtin::registry().len(), "every registered row has a file");
}

#[test]
fn every_lint_is_registered() {
    let files = house();
    let declared: BTreeSet<String> =
        declaring(&files, "lint/", "pub const LINT: Lint").into_iter().map(|(_, name)| name).collect();
    let registered: BTreeSet<String> = lint::LINTS.iter().map(|l| l.name.to_string()).collect();
    assert_eq!(declared, registered);
    assert_eq!(registered, hir::LINTS.iter().map(|l| l.to_string()).collect());
}

/// The files with `unsafe` in them, test code and comments included: whoever reviews or runs Miri looks here.
const UNSAFE: &[&str] = &["tensor/raw.rs", "tensor/raw/allocations.rs", "tensor/raw/crew.rs", "tensor/raw/lanes.rs"];

#[test]
fn unsafe_is_in_these_files_alone() {
    let uses = |line: &String| {
        let code = line.split("//").next().unwrap_or_default();
        has(code, "unsafe ") || has(code, "allow(unsafe_code")
    };
    let found: BTreeSet<String> =
        house().into_iter().filter(|file| file.lines.iter().any(uses)).map(|file| file.path).collect();
    assert_eq!(found, UNSAFE.iter().map(ToString::to_string).collect());
}

#[test]
fn words_of_the_glossary_are_at_home_where_it_says() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/glossary.md")).unwrap();
    let homes: Vec<&str> = text.lines().filter_map(|line| line.strip_suffix("` |")?.rsplit('`').next()).collect();
    assert!(homes.len() >= 30, "{homes:?}");
    let files = house();
    for home in homes {
        let (module, name) = match home.rsplit_once("::") {
            Some((module, name)) if name.starts_with(char::is_uppercase) => (module, Some(name)),
            Some(_) | None => (home, None),
        };
        let path = format!("{}.rs", module.replace("::", "/"));
        let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("there is no src/{path}"));
        let declares = |line: &str, name: &str| {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
            words.windows(2).any(|pair| ["struct", "enum", "trait", "type"].contains(&pair[0]) && pair[1] == name)
        };
        let found = name.is_none_or(|name| file.code().iter().any(|(_, line)| declares(line, name)));
        assert!(found, "src/{path} declares no `{home}`");
    }
}

/// Rooms, and files of `tensor`, that hold what outlives a call and is not handed in: memory for the next call, what is found once,
/// hooks and counters. The list may only shrink. (A `LazyLock` is a constant.)
const STATE: &[&str] = &[
    "cli",
    "data/file/hashed.rs",
    "data/memory.rs",
    "fault",
    "folder",
    "tensor/attention/head.rs",
    // Numbers that no two tensors of the process share.
    "tensor/buffer.rs",
    // Who helps a thread: a thing of the thread, which kernels of every depth ask.
    "tensor/crew.rs",
    "tensor/instructions.rs",
    "tensor/product.rs",
    // What tests count.
    "tensor/trips.rs",
    "tensor/window.rs",
];

#[test]
fn mutable_state_is_in_these_files_alone() {
    let cells = ["Atomic", "Mutex<", "RwLock<", "OnceLock<", "Once ", "Cell<"];
    let is_static = |line: &str| line.starts_with("static ") || line.contains(" static ");
    let holds = |line: &str| {
        let line = line.trim_start();
        line.starts_with("thread_local!") || (is_static(line) && cells.iter().any(|cell| line.contains(cell)))
    };
    let mut wrong = vec![];
    for file in house().iter().filter(|file| !STATE.iter().any(|place| file.path.starts_with(place))) {
        let found = file.code().into_iter().filter(|(_, line)| holds(line));
        wrong.extend(found.map(|(number, line)| format!("src/{}:{number}: {}", file.path, line.trim())));
    }
    assert!(wrong.is_empty(), "hand it in as an argument:\n{}", wrong.join("\n"));
}

/// The functions of a text with their arguments, up to the bracket that ends them.
fn functions(text: &str) -> Vec<(&str, &str)> {
    let mut found = vec![];
    for (at, _) in text.match_indices("fn ").filter(|(at, _)| *at == 0 || !is_word(text.as_bytes()[at - 1])) {
        let rest = &text[at + 3..];
        let name = rest.split(|c: char| !is_word(c as u8)).next().unwrap_or_default();
        let Some(open) = rest.find('(').filter(|_| !name.is_empty()) else { continue };
        let mut depth = 0;
        let end = rest[open..].find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        });
        found.extend(end.map(|end| (name, &rest[open..open + end])));
    }
    found
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// A reader of the call cannot tell what it means: an enum of two names, or two functions, say it.
#[test]
fn no_argument_is_true_or_false() {
    let mut wrong = vec![];
    for file in house() {
        let code: String = file.code().into_iter().map(|(_, line)| format!("{line}\n")).collect();
        for (name, arguments) in functions(&code) {
            let place = format!("{}: {name}", file.module());
            if arguments.contains(": bool") {
                wrong.push(place);
            }
        }
    }
    assert!(wrong.is_empty(), "name the two cases:\n{}", wrong.join("\n"));
}
