//! The language server as an editor meets it: over its pipes, with texts that are typed, changed and broken.

use crate::cli::{command, folder};
use mhm::cli::files::{self, Input};
use mhm::lsp::completion::{Snippets, completion};
use mhm::lsp::place::Encoding;
use mhm::lsp::{Analysis, hover};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// An editor without a screen.
pub struct Editor {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
    /// What the server said by itself.
    told: Vec<Value>,
}

impl Editor {
    pub fn open(at: &Path, capabilities: Value) -> Self {
        let mut server = command(at, &["lsp"]);
        server.env("XDG_CACHE_HOME", at.join("cache"));
        let mut child = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut editor = Self { child, to, from, asked: 0, told: vec![] };
        let root = format!("file://{}", at.display());
        let params = json!({ "processId": null, "rootUri": root, "capabilities": capabilities });
        editor.ask("initialize", params);
        editor.note("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim().split_once(": ") {
                Some(("Content-Length", bytes)) => length = bytes.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.from.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn note(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The whole response.
    pub fn response(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == json!(id) {
                return message;
            }
            self.told.push(message);
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.response(method, params);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    pub fn show(&mut self, file: &Path, text: &str) {
        let document = json!({ "uri": uri(file), "languageId": "mhm", "version": 1, "text": text });
        self.note("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn change(&mut self, file: &Path, version: u64, changes: Value) {
        let document = json!({ "uri": uri(file), "version": version });
        self.note("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// What is found in this version of a text.
    pub fn found(&mut self, file: &Path, version: u64) -> Vec<Value> {
        let is_it = |message: &Value| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == json!(uri(file))
                && params["version"] == json!(version)
        };
        loop {
            if let Some(at) = self.told.iter().position(is_it) {
                return self.told.remove(at)["params"]["diagnostics"].as_array().unwrap().clone();
            }
            let message = self.read();
            self.told.push(message);
        }
    }

    pub fn at(&mut self, method: &str, file: &Path, position: &Value, more: Value) -> Value {
        let mut params = json!({ "textDocument": { "uri": uri(file) }, "position": position });
        let (own, more) = (params.as_object_mut().unwrap(), more.as_object().unwrap().clone());
        own.extend(more);
        self.ask(&format!("textDocument/{method}"), params)
    }

    pub fn close(mut self) {
        self.ask("shutdown", json!(null));
        self.note("exit", json!(null));
        assert!(self.child.wait().unwrap().success());
    }
}

pub fn uri(file: &Path) -> String {
    format!("file://{}", file.display())
}

/// The position of a piece of text, in units of UTF-16.
pub fn position(text: &str, piece: &str) -> Value {
    let offset = text.find(piece).unwrap_or_else(|| panic!("{piece} in {text}"));
    let line = text[..offset].matches('\n').count();
    let begin = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": text[begin..offset].encode_utf16().count() })
}

pub const NETS: &str = "network Net(width: Int = 8) {
  in     left: [A], right: [B]
  uni    see   = linear(width) |> relu
  uni    hear  = linear(width) |> relu
  fusion join  = concat |> linear(width) |> relu
  head   class = linear(2)
  let    both  = join(see(left), hear(right))
  out    class(both)
}
";

pub const MAIN: &str = "use std.schedule.Mhm
use std.schedule.EndToEnd
use \"nets.mhm\"

dataset Moons from two_moons(per_class: 100, noise: 0.3) {
  modality left: [1]      = line(point: [1, 0], direction: [-1, 1])
  modality right: [1]     = line(point: [0, 0], direction: [1, 0])
  target   moon: class(2) = labels
  split    test  = random(0.2)
  split    train = rest
}

pipeline moons(method: Schedule) {
  data Moons
  network Net(width: 16)
  loss cross_entropy
  optimizer adam(lr: 1e-2)
  schedule method
  batch 16
  budget 4 epochs
  metrics error
}

experiment methods {
  vary method in [ETE: EndToEnd, MHM: Mhm]
  seeds 3
  run moons(method)
  table test_error { rows method }
}
";

/// Two files of one program, the first of them open.
pub fn opened(name: &str) -> (Editor, PathBuf, PathBuf) {
    let at = folder(&format!("lsp_{name}"));
    let (main, nets) = (at.join("main.mhm"), at.join("nets.mhm"));
    fs::write(&main, MAIN).unwrap();
    fs::write(&nets, NETS).unwrap();
    let versions = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut editor = Editor::open(&at, versions);
    editor.show(&main, MAIN);
    assert_eq!(editor.found(&main, 1), Vec::<Value>::new());
    (editor, main, nets)
}

#[test]
fn findings_follow_what_is_typed_and_name_related_places() {
    let (mut editor, main, nets) = opened("findings");
    // The file on the disk stays as it is: the buffer counts, for the file that uses it, too.
    editor.show(&nets, NETS);
    assert_eq!(editor.found(&nets, 1), Vec::<Value>::new());
    let (start, end) = (position(NETS, "linear(2)"), position(NETS, "(2)\n"));
    editor.change(&nets, 2, json!([{ "range": { "start": start, "end": end }, "text": "lineer" }]));
    let found = editor.found(&nets, 2);
    assert_eq!((found.len(), &found[0]["code"]), (1, &json!("unknown-name")), "{found:?}");
    assert_eq!(found[0]["range"]["start"], position(NETS, "linear(2)"));
    assert!(found[0]["message"].as_str().unwrap().contains("help: did you mean `linear`?"), "{found:?}");
    let actions = editor.ask(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": uri(&nets) }, "range": found[0]["range"], "context": { "diagnostics": [] } }),
    );
    assert_eq!(actions[0]["title"], "Write `linear` for `lineer`");
    assert_eq!(actions[0]["edit"]["documentChanges"][0]["edits"][0]["newText"], "linear");
    // A class too many: the pipeline of the other file says so, and where the network has it.
    editor.change(&nets, 3, json!([{ "text": NETS.replace("linear(2)", "linear(3)") }]));
    assert_eq!(editor.found(&nets, 3), Vec::<Value>::new());
    let again = editor.at("hover", &main, &position(MAIN, "Net(width"), json!({}));
    assert!(again["contents"]["value"].as_str().unwrap().contains("network Net(width"), "{again}");
    let mut found = editor.found(&main, 1);
    while found.is_empty() || found[0]["code"] == "unknown-name" {
        found = editor.found(&main, 1);
    }
    let related = found[0]["relatedInformation"].as_array().unwrap();
    assert!(related.iter().any(|place| place["location"]["uri"] == json!(uri(&nets))), "{found:?}");
    editor.close();
}

#[test]
fn names_lead_to_their_declarations_and_change_in_every_file() {
    let (mut editor, main, nets) = opened("names");
    let at = position(MAIN, "Net(width");
    let declared = editor.at("definition", &main, &at, json!({}));
    assert_eq!((&declared["uri"], &declared["range"]["start"]["line"]), (&json!(uri(&nets)), &json!(0)));
    // The library is shown as a file that can be read.
    let library = editor.at("definition", &main, &position(MAIN, "EndToEnd,"), json!({}));
    let path = library["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_string();
    assert!(fs::read_to_string(&path).unwrap().contains("schedule EndToEnd"), "{path}");
    let renamed = editor.at("rename", &main, &position(MAIN, "width: 16"), json!({ "newName": "wide" }));
    let mut edits = vec![];
    for change in renamed["documentChanges"].as_array().unwrap() {
        edits.push((change["textDocument"]["uri"].clone(), change["edits"].as_array().unwrap().len()));
    }
    assert_eq!(edits, [(json!(uri(&main)), 1), (json!(uri(&nets)), 4)], "{renamed}");
    let all = editor.at("references", &main, &at, json!({ "context": { "includeDeclaration": false } }));
    assert_eq!(all.as_array().unwrap().len(), 1);
    for (piece, name, why) in [
        ("EndToEnd,", "x", "`EndToEnd` is declared in the library"),
        ("adam(", "x", "`adam` is a word of the language"),
        ("Moons\n", "2x", "`2x` is no name"),
    ] {
        let document = json!({ "uri": uri(&main) });
        let params = json!({ "textDocument": document, "position": position(MAIN, piece), "newName": name });
        let refused = editor.response("textDocument/rename", params);
        assert!(refused["error"]["message"].as_str().unwrap().contains(why), "{refused}");
    }
    editor.close();
}

/// A label is no value: both may be called alike, and change apart. What would break a text is refused, and says why.
#[test]
fn a_change_of_names_leaves_what_was_right() {
    let (mut editor, main, _) = opened("renames");
    let text = MAIN.replace("ETE: EndToEnd", "EndToEnd: EndToEnd");
    editor.change(&main, 2, json!([{ "text": text }]));
    assert_eq!(editor.found(&main, 2), Vec::<Value>::new());
    let label = editor.at("rename", &main, &position(&text, "EndToEnd: EndToEnd"), json!({ "newName": "whole" }));
    assert_eq!(label["documentChanges"][0]["edits"].as_array().unwrap().len(), 1, "{label}");
    for (piece, name, why) in [
        ("moons(method: ", "methods", "is declared twice"),
        ("test  =", "held_out", "in `main.mhm` this would be wrong"),
        ("left: [1]", "port", "in `main.mhm` this would be wrong"),
    ] {
        let params =
            json!({ "textDocument": { "uri": uri(&main) }, "position": position(&text, piece), "newName": name });
        let refused = editor.response("textDocument/rename", params);
        assert!(refused["error"]["message"].as_str().unwrap_or_default().contains(why), "{piece}: {refused}");
    }
    editor.close();
}

/// Whoever types faster than texts are checked has the last one checked, not each.
#[test]
fn a_text_that_changed_again_is_not_checked_in_between() {
    let (mut editor, main, _) = opened("queue");
    let start = position(MAIN, "dataset Moons");
    for version in 2..=300 {
        editor.change(&main, version, json!([{ "range": { "start": start, "end": start }, "text": " " }]));
    }
    let folds = editor.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": uri(&main) } }));
    assert_eq!(folds.as_array().unwrap().len(), 3);
    editor.found(&main, 300);
    assert!(editor.told.len() < 150, "{} texts were checked", editor.told.len());
    let over = editor.response("shutdown", json!(null));
    assert!(over["result"].is_null());
    let late = editor.response("textDocument/hover", json!({}));
    assert_eq!(late["error"]["code"], -32600);
    editor.note("exit", json!(null));
    assert!(editor.child.wait().unwrap().success());
}

#[test]
fn an_editor_sees_shapes_phases_symbols_and_layout() {
    let (mut editor, main, nets) = opened("sights");
    editor.show(&nets, &NETS.replace("let    both  =", "let both="));
    editor.found(&nets, 1);
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let document = json!({ "uri": uri(&nets) });
    let hints = editor.ask("textDocument/inlayHint", json!({ "textDocument": document, "range": everything }));
    let labels: Vec<&str> = hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["[8]", "[8]", "[8]", "[8]", "[16]", "[8]", "[8]", "[2]", "[8]", "[2]"]);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let layout = editor.ask("textDocument/formatting", json!({ "textDocument": document, "options": options }));
    assert_eq!(layout.as_array().unwrap().len(), 1, "one line: {layout}");
    assert_eq!(layout[0]["newText"], "  let    both  = join(see(left), hear(right))\n");
    let symbols = editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(&main) } }));
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Moons", "moons", "methods"]);
    let found = editor.ask("workspace/symbol", json!({ "query": "ne" }));
    assert_eq!(found[0]["name"], "Net");
    for (piece, expected) in [
        ("Mhm]", "schedule Mhm(heads: Int = 4"),
        ("adam(", "Adaptive moment estimation"),
        ("test  =", "40 samples"),
        ("left:", "[1]"),
        ("method in", "axis of experiment `methods`"),
        ("budget", "How much a run may train"),
    ] {
        let shown = editor.at("hover", &main, &position(MAIN, piece), json!({}));
        let text = shown["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains(expected), "{piece}: {text}");
    }
    let shown = editor.at("hover", &nets, &position(NETS, "join  ="), json!({}));
    let text = shown["contents"]["value"].as_str().unwrap();
    assert!(text.contains("`fusion`, 136 weights"), "{text}");
    let help = editor.at("signatureHelp", &main, &position(MAIN, "16)"), json!({}));
    assert_eq!(help["signatures"][0]["label"], "Net(width: Int = 8)");
    assert_eq!(help["activeParameter"], 0);
    let tokens = editor.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri(&main) } }));
    assert!(tokens["data"].as_array().unwrap().len() > 100);
    let folds = editor.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": uri(&main) } }));
    assert_eq!(folds.as_array().unwrap().len(), 3, "{folds}");
    let asked = json!({ "textDocument": { "uri": uri(&main) }, "positions": [position(MAIN, "1e-2")] });
    let mut grown = editor.ask("textDocument/selectionRange", asked)[0].clone();
    let mut sizes = vec![];
    while !grown.is_null() {
        let (start, end) = (&grown["range"]["start"], &grown["range"]["end"]);
        sizes.push(end["line"].as_u64().unwrap() - start["line"].as_u64().unwrap());
        grown = grown["parent"].clone();
    }
    assert!(sizes.is_sorted() && sizes.len() >= 4, "{sizes:?}");
    let lost = editor.response("textDocument/moniker", json!({}));
    assert_eq!(lost["error"]["code"], -32601);
    editor.close();
}

/// Both encodings count what stands before a finding in their own units.
#[test]
fn positions_are_right_behind_letters_of_all_kinds() {
    let text = "network Net {\n  in a: [3]\n  uni e = /* */ linear(3)\n  out e(a)  // ж漢😀\n}\ndataset D from \"ж漢😀.npz\" { modaliti x: [1] = npz(\"x\") }\n";
    let before = "dataset D from \"ж漢😀.npz\" { ";
    for (offered, units) in
        [(json!(["utf-8", "utf-16"]), before.len()), (json!(["utf-16"]), before.encode_utf16().count())]
    {
        let at = folder("lsp_units");
        let mut editor = Editor::open(&at, json!({ "general": { "positionEncodings": offered } }));
        let file = at.join("ж 😀.mhm");
        let shown = format!("file://{}/%D0%B6%20%F0%9F%98%80.mhm", at.display());
        let document = json!({ "uri": shown, "languageId": "mhm", "version": 1, "text": text });
        editor.note("textDocument/didOpen", json!({ "textDocument": document }));
        let message = editor.read();
        let found = message["params"]["diagnostics"].as_array().unwrap();
        let at = found.iter().find(|d| d["code"] == "unknown-statement").expect("it is found");
        assert_eq!(at["range"]["start"]["character"], json!(units), "{found:?} {}", file.display());
        editor.close();
    }
}

/// The text up to `|` is there, and what follows it.
fn offered(text: &str) -> Vec<String> {
    let offset = text.find('¦').expect("a cursor");
    let text = text.replace('¦', "");
    let (program, checked, found) = files::check(&Input { name: "typed.mhm".into(), text });
    let analysis = Analysis::new(program, checked, found, Encoding::Utf16);
    completion(&analysis, offset, Snippets::No).into_iter().map(|item| item.label).collect()
}

#[test]
fn what_is_offered_can_stand_there_and_what_cannot_is_not() {
    let in_network =
        |line: &str| format!("network N(width: Int) {{\n  in a: [3]\n  uni see = linear(width)\n  {line}\n}}\n");
    let in_schedule = |line: &str| format!("schedule S(n: Int = 4) {{\n  folds n\n  phase one {{ {line} }}\n}}\n");
    let in_pipeline = |line: &str| MAIN.replace("  batch 16\n", &format!("  {line}\n"));
    let in_experiment = |line: &str| MAIN.replace("  seeds 3\n", &format!("  {line}\n"));
    let cases: [(String, &[&str], &[&str]); 35] = [
        ("network N(width: ¦".into(), &["Int", "Block", "Bool"], &["linear", "width", "uni"]),
        ("network N(width: Int, deep: Bool = ¦".into(), &["true", "false"], &["Int", "linear"]),
        ("pipeline p(method: Schedule = ¦) {\n}\n".into(), &["Mhm", "EndToEnd"], &["Schedule", "linear", "TwoMoons"]),
        (in_experiment("run moons(method: ¦"), &["EndToEnd", "OneHead", "method"], &["Moons", "adam", "Net"]),
        (in_network("in ¦"), &["each"], &["linear", "uni"]),
        (format!("{MAIN}network M {{\n  in ¦\n}}\n"), &["left", "right", "each"], &["moon", "test"]),
        ("block b(layer: Layer = ¦".into(), &["linear", "relu"], &["adam", "Layer"]),
        ("dataset D = TwoMoons\n¦".into(), &["pipeline", "experiment"], &["split", "modality"]),
        (in_experiment("vary x ¦"), &["in"], &["Moons", "Mhm"]),
        (in_experiment("table test_error { rows method ¦ }"), &["columns", "cells"], &["test_error"]),
        (
            MAIN.replace("dataset Moons from", "dataset two = Moons\ndataset Moons from")
                .replace("table test_error", "table ¦"),
            &["test_error"],
            &["method"],
        ),
        ("¦".into(), &["network", "experiment", "use", "allow"], &["linear", "uni"]),
        ("use std.¦".into(), &["schedule", "network"], &["Mhm", "std"]),
        ("use std.schedule.M¦".into(), &["Mhm", "MhmNoFreeze"], &["MulT", "schedule"]),
        ("allow(unus¦)\nnetwork N {}\n".into(), &["unused-let"], &["network"]),
        (in_network("¦"), &["uni", "let", "out"], &["linear", "phase", "split"]),
        (in_network("head h = ¦"), &["linear", "concat", "Transformer", "width"], &["adam", "npz", "let", "Mhm"]),
        (in_network("head h = linear(¦"), &["width", "bias:"], &["relu", "concat", "adam"]),
        (in_network("head h = linear(3, init: ¦"), &["kaiming_uniform"], &["relu", "bias:"]),
        (in_network("out ¦"), &["see", "a", "softmax"], &["linear", "uni", "npz"]),
        (in_schedule("¦"), &["train", "optimizer"], &["folds", "linear", "deploy"]),
        (in_schedule("train ¦"), &["uni", "fusion", "head", "on"], &["all", "fixed", "test"]),
        (in_schedule("train uni on ¦"), &["all", "fold", "except"], &["uni", "linear"]),
        (in_schedule("train uni on all through ¦"), &["head"], &["all", "linear"]),
        (in_schedule("train uni on all optimizer ¦"), &["adam", "sgd"], &["linear", "uni"]),
        (in_pipeline("¦"), &["keep", "batch", "clip"], &["vary", "linear", "phase"]),
        (in_pipeline("metrics ¦"), &["f1", "accuracy"], &["adam", "cross_entropy", "method"]),
        (in_pipeline("keep best on ¦"), &["test", "train"], &["f1", "Moons"]),
        (in_pipeline("schedule ¦"), &["method", "Mhm", "OneHead"], &["Net", "Moons", "adam"]),
        (in_pipeline("loss focal(¦"), &["moon"], &["adam", "Moons"]),
        (in_experiment("table ¦"), &["test_error", "test_loss", "train_error", "test_gap"], &["method", "error"]),
        (in_experiment("compare ¦"), &["method"], &["test_error", "Moons"]),
        (in_experiment("run moons(¦"), &["method:", "method"], &["width:", "adam"]),
        ("dataset D from \"d.npz\" {\n  modality a: [1] = ¦\n}\n".into(), &["npz", "csv"], &["random", "linear"]),
        ("dataset D from \"d.npz\" {\n  split test = ¦\n}\n".into(), &["random", "key", "rest"], &["npz", "linear"]),
    ];
    for (text, offers, hides) in cases {
        let found = offered(&text);
        for word in offers {
            assert!(found.iter().any(|label| label == word), "{word} is not offered: {found:?}\n{text}");
        }
        for word in hides {
            assert!(found.iter().all(|label| label != word), "{word} is offered: {found:?}\n{text}");
        }
    }
    for silent in ["// net¦", "use std.schedule.Mhm  // ¦"] {
        assert_eq!(offered(silent), Vec::<String>::new(), "{silent}");
    }
}

#[test]
fn a_library_item_that_is_chosen_is_brought_in() {
    let text = MAIN.replace("schedule method\n", "schedule One\n");
    let (program, checked, found) = files::check(&Input { name: "typed.mhm".into(), text: text.clone() });
    let analysis = Analysis::new(program, checked, found, Encoding::Utf16);
    let offset = text.find("One\n").unwrap() + 3;
    let items = completion(&analysis, offset, Snippets::Yes);
    let one = items.iter().find(|item| item.label == "OneHead").expect("it is offered");
    let edit = &one.additional_text_edits.as_ref().unwrap()[0];
    assert_eq!((edit.new_text.as_str(), edit.range.start.line), ("use std.schedule.OneHead\n", 3));
}

/// Of a file beside the text, by its header; what every split has stands first.
#[test]
fn arrays_of_a_declared_file_are_offered_in_quotes() {
    let at = folder("lsp_arrays");
    fs::write(at.join("t.csv"), "train_a,val_a,label\n1,2,0\n").unwrap();
    let text = "dataset D(path: String = \"t.csv\") from path {\n  modality a: [1] = csv(column: \"\")\n  split train = key(\"train\")\n}\n";
    let mut editor = Editor::open(&at, json!({}));
    let file = at.join("d.mhm");
    editor.show(&file, text);
    let mut place = position(text, "\")\n  split");
    place["character"] = json!(place["character"].as_u64().unwrap());
    let items = editor.at("completion", &file, &place, json!({}));
    let labels: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["label", "train_a", "val_a", "{split}_a"]);
    assert_eq!(items[3]["sortText"], "a{split}_a");
    editor.close();
}

/// Levels of lints are those that the project says, and change with its file.
#[test]
fn what_the_project_says_holds_in_an_editor() {
    let (mut editor, main, _) = opened("config");
    let text = MAIN.replace("seeds 3", "seeds 2").replace("  table test_error", "  compare method\n  table test_error");
    editor.change(&main, 2, json!([{ "text": text }]));
    let severities = |editor: &mut Editor| -> Vec<u64> {
        let found = editor.found(&main, 2);
        let few = found.iter().filter(|found| found["code"] == "too-few-seeds");
        few.map(|found| found["severity"].as_u64().unwrap()).collect()
    };
    assert_eq!(severities(&mut editor), [2]);
    let config = main.with_file_name("mhm.toml");
    for (level, severity) in [("error", Some(1)), ("allow", None)] {
        fs::write(&config, format!("[lints]\ntoo-few-seeds = \"{level}\"\n")).unwrap();
        let changed = json!({ "uri": uri(&config), "type": 2 });
        editor.note("workspace/didChangeWatchedFiles", json!({ "changes": [changed] }));
        assert_eq!(severities(&mut editor), severity.into_iter().collect::<Vec<_>>(), "{level}");
    }
    fs::write(&config, "[lints]\ntoo-few-seeds = \"loud\"\n").unwrap();
    editor.note("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&config), "type": 2 }] }));
    assert_eq!(severities(&mut editor), [2]);
    editor.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": uri(&main) } }));
    let said = editor.told.iter().find(|message| message["method"] == "window/showMessage").expect("it is said");
    assert!(said["params"]["message"].as_str().unwrap().starts_with("mhm.toml:2:17: "), "{said}");
    editor.close();
}

/// What a `use` can bring in lies beside the text.
#[test]
fn files_are_offered_behind_use() {
    let (mut editor, main, _) = opened("paths");
    fs::create_dir(main.with_file_name("more")).unwrap();
    fs::write(main.with_file_name("notes.txt"), "").unwrap();
    let text = "use \"\n";
    editor.change(&main, 2, json!([{ "text": text }]));
    let items = editor.at("completion", &main, &json!({ "line": 0, "character": 5 }), json!({}));
    let labels: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(
        labels,
        ["cache/", "more/", "nets.mhm"].iter().filter(|l| labels.contains(l)).copied().collect::<Vec<_>>()
    );
    assert!(labels.contains(&"nets.mhm") && labels.contains(&"more/"), "{labels:?}");
    editor.close();
}

/// What an editor gets wrong costs nothing but itself, and is said.
#[test]
fn a_notice_that_cannot_be_read_is_told() {
    let (mut editor, main, _) = opened("unread");
    editor.note("textDocument/didChange", json!({ "textDocument": { "uri": uri(&main) }, "contentChanges": 3 }));
    let folds = editor.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": uri(&main) } }));
    assert_eq!(folds.as_array().unwrap().len(), 3);
    let said = editor.told.iter().find(|message| message["method"] == "window/logMessage").expect("it is said");
    assert!(said["params"]["message"].as_str().unwrap().starts_with("`textDocument/didChange`: "), "{said}");
    let text = MAIN.replace("ETE: EndToEnd", "\"one head\": EndToEnd");
    editor.change(&main, 2, json!([{ "text": text }]));
    for (new, fits) in [("two heads", true), ("a\"b", false), ("", false), ("a\\b", false)] {
        let at = position(&text, "one head");
        let params = json!({ "textDocument": { "uri": uri(&main) }, "position": at, "newName": new });
        let renamed = editor.response("textDocument/rename", params);
        assert_eq!(renamed.get("error").is_none(), fits, "{new}: {renamed}");
    }
    let text = format!("allow(unused-use)\n{text}");
    editor.change(&main, 3, json!([{ "text": text }]));
    let shown = editor.at("hover", &main, &position(&text, "use)"), json!({}));
    assert!(shown["contents"]["value"].as_str().unwrap_or_default().contains("unused-use"), "{shown}");
    editor.close();
}

/// Texts of the language in this repository.
fn texts() -> Vec<String> {
    let below = |folder: &'static str| {
        let root = mhm::folder::Folder::open(Path::new(folder)).unwrap();
        files::files_below(&root).unwrap().into_iter().map(move |path| Path::new(folder).join(path))
    };
    let all = ["pipelines", "stdlib"].map(below).into_iter().flatten();
    all.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Everything that an editor asks at every keystroke.
fn typed(text: &str, offset: usize) {
    let written = &text[..offset];
    let (program, checked, found) = files::check(&Input { name: "typed.mhm".into(), text: written.into() });
    let whole = found.iter().all(|diagnostic| !diagnostic.labels.is_empty());
    assert!(whole, "a finding has a place: {found:?}");
    let analysis = Analysis::new(program, checked, found, Encoding::Utf16);
    completion(&analysis, offset, Snippets::Yes);
    hover::hover(&analysis, offset);
    mhm::lsp::signature::help(&analysis, offset);
    mhm::lsp::outline::symbols(&analysis);
    mhm::lsp::outline::folds(written);
    mhm::lsp::outline::selection(&analysis, offset);
    mhm::lsp::tokens::tokens(&analysis);
}

fn type_all(every: usize) {
    let texts = texts();
    let work: Vec<(&str, usize)> = texts
        .iter()
        .flat_map(|text| {
            let places = text.char_indices().map(|(at, _)| at).step_by(every);
            places.chain([text.len()]).map(move |at| (text.as_str(), at)).collect::<Vec<_>>()
        })
        .collect();
    mhm::parallel::map(&work, |(text, offset)| typed(text, *offset));
}

#[test]
fn half_a_text_is_no_surprise() {
    type_all(197);
}

/// Every file of the repository, one character after another.
#[test]
#[ignore = "types 130,000 characters: cargo test --release --test it half_written -- --ignored"]
fn no_half_written_text_is_a_surprise() {
    type_all(1);
}
