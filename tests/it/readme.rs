//! The README tells the truth: its programs check clean, its lists are those of the program. `MHM_BLESS=1` renews the lists.

use crate::blessed;
use crate::cli::{folder, mhm};
use mhm::builtin::dataset::{Contents, FileFormat};
use mhm::builtin::registry;
use mhm::cli::files;
use mhm::data::formats::FORMATS;
use mhm::explain::pages;
use std::fs;

fn readme() -> String {
    fs::read_to_string("README.md").expect("the README is beside the manifest")
}

/// Blocks of the language.
fn programs(text: &str) -> Vec<&str> {
    text.split("```mhm\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_program_of_the_readme_checks_clean_and_is_laid_out() {
    let text = readme();
    let programs = programs(&text);
    assert!(programs.len() >= 4, "the README shows the language");
    for program in programs {
        let input = files::Input { name: "readme.mhm".into(), text: program.into() };
        let (_, _, found) = files::check(&input);
        assert!(found.is_empty(), "{program}\n{found:#?}");
        assert_eq!(mhm::syntax::format(program).as_deref(), Ok(program), "`mhm fmt` writes it otherwise");
    }
}

/// The pages of recipes beside the README.
fn recipes() -> Vec<(String, String)> {
    let pages = fs::read_dir("docs").expect("recipes are beside the manifest").map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| (path.display().to_string(), fs::read_to_string(path).unwrap());
    pages.filter(|path| path.extension().is_some_and(|ending| ending == "md")).map(read).collect()
}

/// The only block of a page between these marks.
fn block<'p>(page: &'p str, mark: &str) -> Option<&'p str> {
    page.split(mark).nth(1).and_then(|rest| rest.split("```").next())
}

#[test]
fn recipes_run_as_they_stand() {
    let mut ran = 0;
    for (name, page) in recipes() {
        let (Some(program), Some(commands)) = (block(&page, "```mhm\n"), block(&page, "```sh\n")) else { continue };
        assert_eq!(mhm::syntax::format(program).as_deref(), Ok(program), "{name}: `mhm fmt` writes it otherwise");
        assert!(readme().contains(&name), "the README leads to {name}");
        let at = folder("recipe");
        // Every command names the program as the page does.
        let file =
            commands.split_whitespace().find(|word| word.ends_with(".mhm")).expect("a command reads the program");
        fs::write(at.join(file), program).unwrap();
        for command in commands.lines() {
            let mut words: Vec<&str> = command.split_whitespace().skip(1).collect();
            match words[0] {
                "run" => words.extend(["--set", "length=1 epoch", "--seeds", "1", "--quiet"]),
                "data" if words[1] == "synth" => words.extend(["--size", "tiny"]),
                _ => {}
            }
            let (code, out, err) = mhm(&at, &words);
            assert_eq!(code, 0, "{command}: {out}{err}");
        }
        ran += 1;
    }
    assert!(ran > 0, "there is a recipe");
}

fn lints() -> String {
    let mut table = String::from("| lint | finds |\n|---|---|\n");
    for page in pages::lints() {
        table += &format!("| `{}` | {} |\n", page.name, page.summary());
    }
    table
}

fn builtins() -> String {
    let mut kinds: Vec<(&str, Vec<&str>)> = vec![];
    for row in registry() {
        match kinds.iter_mut().find(|(kind, _)| *kind == row.kind.noun()) {
            Some((_, names)) => names.push(row.name),
            None => kinds.push((row.kind.noun(), vec![row.name])),
        }
    }
    let mut table = String::from("| kind | words |\n|---|---|\n");
    for (kind, names) in kinds {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        table += &format!("| {kind} | {} |\n", names.join(" "));
    }
    table
}

fn formats() -> String {
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

fn between<'t>(text: &'t str, name: &str) -> &'t str {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).expect("the README has the mark") + open.len();
    &text[start..start + text[start..].find(&close).expect("the mark is closed")]
}

#[test]
fn the_lists_of_the_readme_are_those_of_the_program() {
    let mut text = readme();
    for (name, list) in [("lints", lints()), ("builtins", builtins()), ("formats", formats())] {
        let old = between(&text, name).to_string();
        let mark = format!("<!-- {name} -->\n");
        text = text.replacen(&format!("{mark}{old}"), &format!("{mark}{list}"), 1);
    }
    blessed::hold([("README.md".into(), text)]);
}
