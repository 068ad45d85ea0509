//! Editors that people have, driven through the language server.

use crate::blessed;
use crate::cli::folder;
use crate::lsp::NETS;
use crate::zz_needs::not_run;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn neovim_is_served() {
    if Command::new("nvim").arg("--version").output().is_err() {
        return not_run("there is no Neovim here");
    }
    let at = folder("neovim");
    let file = at.join("net.mhm");
    fs::write(&file, NETS).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/neovim.lua");
    let mut editor = Command::new("nvim");
    editor.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"]).arg(format!("luafile {script}"));
    editor.current_dir(&at).env("MHM", env!("CARGO_BIN_EXE_mhm")).env("FILE", &file);
    for variable in ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        editor.env(variable, at.join("home"));
    }
    let ended = editor.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let err = String::from_utf8_lossy(&ended.stderr);
    let expected = "\
attached, nothing found
diagnostics: unknown-name in line 6: nothing here is called `lineer` (not found)
code action: Write `linear` for `lineer`
mended:   head   class = linear(2)
hover: ```mhm | join | ``` | module of network `Net` | `fusion`, 136 weights
completion offers see, hear, left, softmax; adam: false
renamed in 2 lines
formatted:   let    both  = joint(see(left), hear(right))
selection: Extract into a block
extracted: block Block2(width: Int) = linear(width) |> relu
hints: 9, the first [8]
Net uses Block2
lenses: check --data, plan, run
picture of Net: true
definition: line 5
";
    assert!(ended.status.success(), "{said}{err}");
    assert_eq!(said.replace('\r', ""), expected, "{err}");
}

/// A grammar of TextMate: what an editor colours without a server.
fn textmate() -> Value {
    let list = mhm::explain::list();
    let words = |fits: &dyn Fn(&mhm::explain::Entry) -> bool| {
        let plain = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let names: BTreeSet<&str> =
            list.iter().filter(|entry| fits(entry)).map(|entry| entry.name.as_str()).filter(plain).collect();
        names
    };
    let any = |words: &BTreeSet<&str>| format!("\\b({})\\b", words.iter().copied().collect::<Vec<_>>().join("|"));
    let units = BTreeSet::from(["epoch", "epochs", "step", "steps", "sample", "samples", "round", "rounds"]);
    let roles = BTreeSet::from(["uni", "fusion", "head", "fixed", "layer"]);
    let statements = words(&|entry| entry.kind == "statement");
    let builtins = words(&|entry| !matches!(entry.kind, "statement" | "file" | "code" | "lint" | "library"));
    let keywords: BTreeSet<&str> =
        statements.iter().copied().filter(|word| !units.contains(word) && !roles.contains(word)).collect();
    let functions: BTreeSet<&str> = builtins.difference(&statements).copied().collect();
    json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "mhm",
        "scopeName": "source.mhm",
        "fileTypes": ["mhm"],
        "patterns": [
            { "name": "comment.line.documentation.mhm", "match": "///.*$" },
            { "name": "comment.line.double-slash.mhm", "match": "//.*$" },
            { "name": "string.quoted.double.mhm", "begin": "\"", "end": "\"|$",
              "patterns": [
                { "name": "constant.character.escape.mhm", "match": "\\\\." },
                { "name": "constant.other.placeholder.mhm", "match": "\\{(split|name)\\}" }
              ] },
            { "match": "^\\s*(use)\\s+(std(?:\\.\\w+)*(?:\\.\\*)?)",
              "captures": { "1": { "name": "keyword.control.import.mhm" }, "2": { "name": "entity.name.namespace.mhm" } } },
            { "match": "^(block|network|schedule|dataset|pipeline|experiment)\\s+([A-Za-z_]\\w*)",
              "captures": { "1": { "name": "keyword.declaration.mhm" }, "2": { "name": "entity.name.type.mhm" } } },
            { "name": "constant.numeric.mhm", "match": "\\b\\d[\\d_]*(\\.\\d+)?([eE][+-]?\\d+)?\\b" },
            { "name": "constant.language.mhm", "match": "\\b(true|false)\\b" },
            { "name": "keyword.other.unit.mhm", "match": any(&units) },
            { "name": "variable.parameter.mhm", "match": "\\b[A-Za-z_]\\w*(?=\\s*:(?!:))" },
            { "name": "storage.type.role.mhm", "match": any(&roles) },
            { "name": "keyword.control.mhm", "match": any(&keywords) },
            { "name": "support.type.mhm", "match": "\\b(Int|Float|Bool|String|Length|List|Names|Any|Network|Schedule|Dataset|Pipeline|Block|Layer|Optimizer|Rate|Loss)\\b" },
            { "name": "support.function.mhm", "match": any(&functions) },
            { "name": "keyword.operator.mhm", "match": "\\|>|\\*\\*|\\.\\.|[-+*/&=]" }
        ]
    })
}

#[test]
fn the_textmate_grammar_has_the_words_of_the_register() {
    let text = format!("{:#}\n", textmate());
    blessed::hold([(PathBuf::from("editors/vscode/syntaxes/mhm.tmLanguage.json"), text)]);
}

/// What VS Code reads of the extension is there.
#[test]
fn the_extension_names_files_that_exist() {
    let package: Value = serde_json::from_str(&fs::read_to_string("editors/vscode/package.json").unwrap()).unwrap();
    let contributes = &package["contributes"];
    let named = [&package["main"], &contributes["languages"][0]["configuration"], &contributes["grammars"][0]["path"]];
    for file in named {
        let path = Path::new("editors/vscode").join(file.as_str().unwrap());
        assert!(path.exists(), "{}", path.display());
    }
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
}
