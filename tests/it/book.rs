//! The book and the README tell the truth: every block between fences is run as a reader would run it, page by page, in one folder a page.
//! Owns what a fence may say. Where pages lead to, `anchors.rs` looks. `MHM_BLESS=1` renews what commands print.
//!
//! | fence | what is done |
//! |---|---|
//! | `mhm` | checks clean, and is laid out as `mhm fmt` does it |
//! | `mhm FILE`, `mhm add to FILE` | is written into the file, too, which checks clean |
//! | `mhm lines of FILE` | stands there, line by line |
//! | `mhm wrong FILE` | is written; what is wrong with it, the next transcript shows |
//! | `console` | every line that begins with `$ ` is run, and the lines below are what it prints; `…` stands for anything |
//! | `sh` | every command ends well; what it prints is not shown |
//! | `python` | runs, where Python has what it imports |
//! | `toml`, `json` | is read by a reader of such files |
//! | a language and a name with a dot | is written to a file |
//! | `text` | what something printed, and no command |
//! | … `not run: WHY` | nothing |

use crate::blessed;
use crate::cli::folder;
use crate::zz_needs::not_run;
use mhm::builtin::dataset::{Contents, FileFormat};
use mhm::cli::files;
use mhm::data::formats::FORMATS;
use mhm::tensor::Instructions;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A page and where its test is: what is not here is not run, which `every_page_is_run` finds.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        const PAGES: &[&str] = &[$($path),*];
        $(#[test]
        fn $name() {
            run(stringify!($name), $path);
        })*
    };
}

pages! {
    readme: "README.md",
    budgets: "docs/budgets.md",
    choosing: "docs/choosing.md",
    classes: "docs/classes.md",
    clusters: "docs/clusters.md",
    editors: "docs/editors.md",
    events: "docs/events.md",
    files: "docs/files.md",
    findings: "docs/findings.md",
    folds: "docs/folds.md",
    formats: "docs/formats.md",
    from_pytorch: "docs/from-pytorch.md",
    glossary: "docs/glossary.md",
    install: "docs/install.md",
    interchange: "docs/interchange.md",
    introduction: "docs/introduction.md",
    language: "docs/language.md",
    limits: "docs/limits.md",
    masks: "docs/masks.md",
    missing_modalities: "docs/missing-modalities.md",
    predicting: "docs/predicting.md",
    promises: "docs/promises.md",
    from_python: "docs/python.md",
    reports: "docs/reports.md",
    results: "docs/results.md",
    resuming: "docs/resuming.md",
    scale: "docs/scale.md",
    schedules: "docs/schedules.md",
    seeds: "docs/seeds.md",
    speed: "docs/speed.md",
    study: "docs/study.md",
    trust: "docs/trust.md",
    tutorial: "docs/tutorial.md",
    unsupported: "docs/unsupported.md",
}

/// A block between fences.
struct Block<'p> {
    /// What stands behind the fence.
    info: &'p str,
    text: &'p str,
    /// Where its text begins in the page.
    at: usize,
}

/// The blocks of a page. A fence may be indented, as in a list: then all its lines are.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found = vec![];
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        if let Some(info) = line.trim_start().strip_prefix("```") {
            match open.take() {
                None => open = Some((info.trim(), at + line.len())),
                Some((info, start)) => found.push(Block { info, text: &page[start..at], at: start }),
            }
        }
        at += line.len();
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

/// What a reader has done so far.
struct Session<'p> {
    path: &'p str,
    page: String,
    at: PathBuf,
    /// By how much what was blessed has moved the rest of the page.
    moved: isize,
    /// Programs that are to be without a finding when the page is at its end: until then something may wait for its use.
    programs: BTreeSet<String>,
}

fn run(name: &str, path: &str) {
    let page = listed(&fs::read_to_string(path).expect("the page is beside the manifest"));
    let mut session =
        Session { path, page: page.clone(), at: folder(&format!("book_{name}")), moved: 0, programs: BTreeSet::new() };
    for block in blocks(&page) {
        let line = page[..block.at].lines().count();
        if let Err(why) = session.step(&block) {
            // What a program of Python would have left, nothing else needs.
            let rest = if block.info == "python" { "" } else { " and what follows" };
            not_run(&format!("{path}:{line}{rest}: {why}"));
            if !rest.is_empty() {
                break;
            }
        }
    }
    for file in &session.programs {
        sound(file, &fs::read_to_string(session.at.join(file)).unwrap(), &session.at);
    }
    blessed::hold([(path.into(), session.page)]);
    // Pictures that the page draws are those beside it.
    for picture in fs::read_dir(&session.at).unwrap().map(|entry| entry.unwrap().path()) {
        if picture.extension().is_some_and(|ending| ending == "svg") {
            let beside = Path::new("docs").join(picture.file_name().unwrap());
            blessed::hold([(beside, fs::read_to_string(&picture).unwrap())]);
        }
    }
}

impl Session<'_> {
    /// Does what a block says.
    ///
    /// # Errors
    /// Why it cannot be done on this machine.
    fn step(&mut self, block: &Block) -> Result<(), String> {
        let (language, rest) = block.info.split_once(' ').unwrap_or((block.info, ""));
        let place = format!("{}, ```{}\n{}", self.path, block.info, block.text);
        if let Some(why) = rest.strip_prefix("not run: ") {
            assert!(why.len() > 8, "{place}says why");
            return Ok(());
        }
        match (language, rest) {
            ("mhm", "") => sound("block.mhm", block.text, &self.at),
            ("mhm", what) => self.program(what, block.text, &place),
            ("console", "") => self.transcript(block)?,
            ("sh", "") => {
                for command in block.text.lines().filter(|line| !line.trim_start().starts_with('#')) {
                    let output = self.shell(command)?;
                    assert!(output.status.success(), "{place}{command}: {}", both(&output));
                }
            }
            ("python", _) => {
                let file = if rest.is_empty() { "block.py" } else { rest };
                fs::write(self.at.join(file), block.text).unwrap();
                let output = python(&self.at, file, block.text)?;
                assert!(output.status.success(), "{place}{}", both(&output));
            }
            ("text", "") => assert!(!block.text.contains("$ "), "{place}has commands: ```console"),
            (_, file) if file.contains('.') && !file.contains(' ') => {
                read(language, block.text, &place);
                fs::write(self.at.join(file), block.text).unwrap();
            }
            (_, "") => assert!(
                read(language, block.text, &place),
                "{place}a block of a language that nothing reads says `not run: WHY`"
            ),
            (_, _) => panic!("{place}says what is not known"),
        }
        Ok(())
    }

    /// A block of the language that has to do with a file.
    fn program(&mut self, what: &str, text: &str, place: &str) {
        let file = what.rsplit(' ').next().unwrap_or_default();
        assert!(Path::new(file).extension().is_some_and(|ending| ending == "mhm"), "{place}names no file");
        let path = self.at.join(file);
        let before = || fs::read_to_string(&path).unwrap_or_else(|_| panic!("{place}there is no such file yet"));
        match what.trim_end_matches(file).trim() {
            "" => self.keep(file, text),
            "add to" => self.keep(file, &format!("{}\n{text}", before())),
            "lines of" => {
                let whole = before();
                let mut there = whole.lines().map(str::trim);
                for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "…") {
                    assert!(there.any(|known| known == line), "{place}`{line}` is not in {file}, or not there");
                }
            }
            // What is wrong with it, the next transcript shows.
            "wrong" => fs::write(&path, text).unwrap(),
            other => panic!("{place}`{other}` is not known"),
        }
    }

    /// Writes a program, which has no error.
    fn keep(&mut self, file: &str, text: &str) {
        let input = files::Input { name: self.at.join(file).display().to_string(), text: text.into() };
        let found = files::check(&input).2;
        assert!(!found.iter().any(|found| found.is_error()), "{text}\n{found:#?}");
        fs::write(self.at.join(file), text).unwrap();
        self.programs.insert(file.into());
    }

    /// A command as a shell runs it, with this program first on the path. Digits are those of one instruction set.
    fn shell(&self, command: &str) -> Result<Output, String> {
        let word = command.split_whitespace().next().unwrap_or_default();
        if word.starts_with("python") && !has_python("") {
            return Err("there is no Python".into());
        }
        let bin = Path::new(env!("CARGO_BIN_EXE_mhm")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(&self.at).env("PATH", format!("{}:{path}", bin.display()));
        if Instructions::Avx2.are_here() {
            shell.env("MHM_MACHINE", Instructions::Avx2.to_string());
        }
        shell.env_remove("NO_COLOR").env_remove("COLUMNS");
        shell.output().map_err(|why| format!("there is no shell: {why}"))
    }

    /// Commands, and what each prints.
    fn transcript(&mut self, block: &Block) -> Result<(), String> {
        let mut renewed = String::new();
        let mut lines = block.text.lines().peekable();
        assert!(block.text.starts_with("$ "), "{}: a transcript begins with a command:\n{}", self.path, block.text);
        while let Some(line) = lines.next() {
            let command = line.strip_prefix("$ ").expect("a command is followed by what it prints");
            let mut said = String::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                said += &format!("{line}\n");
            }
            let output = self.shell(command)?;
            let printed = text_of(&output);
            let matches = is_like(&said, &printed);
            renewed += &format!("{line}\n{}", if matches { &said } else { &printed });
        }
        // Other machines come to other digits.
        if Instructions::Avx2.are_here() {
            let start = block.at.checked_add_signed(self.moved).unwrap();
            self.page.replace_range(start..start + block.text.len(), &renewed);
            self.moved += renewed.len() as isize - block.text.len() as isize;
        } else {
            not_run(&format!("{}: digits of a processor with AVX2", self.path));
        }
        Ok(())
    }
}

/// What a reader sees who looks at results: progress and notes are left out where there are some.
fn text_of(output: &Output) -> String {
    let text =
        String::from_utf8_lossy(if output.stdout.is_empty() { &output.stderr } else { &output.stdout }).into_owned();
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Whether what a page says is what was printed: `…` stands for anything, on a line of its own for any lines.
fn is_like(said: &str, printed: &str) -> bool {
    let said = said.replace("\n\n", "\n").replace("\n…\n", "…").trim_end().to_string();
    let printed = printed.replace("\n\n", "\n").trim_end().to_string();
    let mut pieces = said.split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    match last {
        None => rest.is_empty(),
        Some(piece) => rest.is_empty() || piece.is_empty() || printed.ends_with(piece),
    }
}

/// A program without a finding, laid out.
fn sound(file: &str, text: &str, at: &Path) {
    let input = files::Input { name: at.join(file).display().to_string(), text: text.into() };
    let (_, _, found) = files::check(&input);
    assert!(found.is_empty(), "{text}\n{found:#?}");
    assert_eq!(mhm::syntax::format(text).as_deref(), Ok(text), "`mhm fmt` writes it otherwise");
}

/// Reads a block of a language that another program reads; whether there is such a one.
fn read(language: &str, text: &str, place: &str) -> bool {
    match language {
        "toml" => {
            toml::de::DeTable::parse(text).unwrap_or_else(|why| panic!("{place}{why}"));
        }
        "json" => {
            serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|why| panic!("{place}{why}"));
        }
        _ => return false,
    }
    true
}

/// Whether Python runs and has a module.
fn has_python(module: &str) -> bool {
    let import = if module.is_empty() { String::new() } else { format!("import {module}") };
    Command::new("python3").args(["-c", &import]).output().is_ok_and(|output| output.status.success())
}

fn python(at: &Path, file: &str, text: &str) -> Result<Output, String> {
    let imports = text.lines().filter_map(|line| line.strip_prefix("import ").or(line.strip_prefix("from ")));
    for module in imports.flat_map(|rest| rest.split([' ', '.']).next()) {
        if !has_python(module) {
            return Err(format!("there is no Python with {module}"));
        }
    }
    Ok(Command::new("python3").arg(file).current_dir(at).output().unwrap())
}

/// The pages of the book, those that the program writes aside.
pub fn pages() -> Vec<String> {
    let folder = fs::read_dir("docs").expect("the book is beside the manifest").map(|entry| entry.unwrap().path());
    let pages = folder.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut pages: Vec<String> = pages.map(|path| path.display().to_string()).collect();
    pages.sort();
    pages
}

#[test]
fn every_page_is_run() {
    let known: BTreeSet<String> = PAGES.iter().map(ToString::to_string).collect();
    let there = pages().into_iter().filter(|page| page != "docs/SUMMARY.md").chain(["README.md".into()]);
    assert_eq!(known, there.collect());
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert!(readme.lines().count() <= 150, "what is longer stands in the book");
}

#[test]
fn dots_stand_for_anything() {
    for (said, printed, like) in [
        ("a\n", "a\n", true),
        ("a\n", "a\nb\n", false),
        ("a\n…\n", "a\nb\n", true),
        ("a\n…\nd\n", "a\nb\nc\nd\n", true),
        ("in … s\n", "in 3 s\n", true),
        ("in … s\n", "in 3 m\n", false),
        ("…\nb\n", "a\nc\n", false),
    ] {
        assert_eq!(is_like(said, printed), like, "{said:?} of {printed:?}");
    }
}

fn table_of_formats() -> String {
    let mut table = String::from("| source | files | hold | larger than memory |\n|---|---|---|---|\n");
    for format in FORMATS {
        let FileFormat { word, extensions, contents } = format.format();
        let endings: Vec<String> = extensions.iter().map(|ending| format!("`.{ending}`")).collect();
        let hold = match contents {
            Contents::Array => "one array",
            Contents::NamedArrays => "arrays by their names",
            Contents::Columns => "columns by their names",
        };
        let larger = if format.is_batchwise() { "yes" } else { "" };
        table += &format!("| `{word}` | {} | {hold} | {larger} |\n", endings.join(" "));
    }
    table
}

/// A page with the lists that the program writes.
fn listed(page: &str) -> String {
    let Some((before, rest)) = page.split_once("<!-- formats -->\n") else { return page.into() };
    let (_, after) = rest.split_once("<!-- /formats -->").expect("the mark is closed");
    format!("{before}<!-- formats -->\n{}<!-- /formats -->{after}", table_of_formats())
}
