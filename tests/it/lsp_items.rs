//! What an editor can do with items: the lines above them, pieces made items of their own, who uses whom, pictures.

use crate::cli::{command, folder};
use crate::lsp::{Editor, MAIN, NETS, opened, position, uri};
use mhm::cli::files::{self, Input};
use mhm::lsp::Analysis;
use mhm::lsp::actions::actions;
use mhm::lsp::place::{Encoding, Places};
use serde_json::{Value, json};
use std::fs;

/// Titles of what is offered for the text between two `¦`, each with the text that it makes.
fn offered(text: &str) -> Vec<(String, String)> {
    let start = text.find('¦').expect("a cursor");
    let rest = &text[start + '¦'.len_utf8()..];
    let end = rest.find('¦').map_or(start, |at| start + at);
    let text = text.replace('¦', "");
    let (program, checked, found) = files::check(&Input { name: "typed.mhm".into(), text: text.clone() });
    let analysis = Analysis::new(program, checked, found, Encoding::Utf8);
    let places = Places::new(&text, Encoding::Utf8);
    let range = lsp_types::Range { start: places.position(start), end: places.position(end) };
    let uri: lsp_types::Uri = "file:///typed.mhm".parse().unwrap();
    let written = |action: lsp_types::CodeAction| {
        let action = serde_json::to_value(action).unwrap();
        let mut edits: Vec<(usize, usize, String)> = vec![];
        for edit in action["edit"]["documentChanges"][0]["edits"].as_array().unwrap() {
            let at = |end: &str| places.offset(serde_json::from_value(edit["range"][end].clone()).unwrap());
            edits.push((at("start"), at("end"), edit["newText"].as_str().unwrap().to_string()));
        }
        edits.sort_unstable();
        let mut made = text.clone();
        for (start, end, new) in edits.into_iter().rev() {
            made.replace_range(start..end, &new);
        }
        (action["title"].as_str().unwrap().to_string(), made)
    };
    let checks = |text: &str| {
        let (_, checked, found) = files::check(&Input { name: "typed.mhm".into(), text: text.into() });
        (checked, found)
    };
    actions(&analysis, &uri, 1, range, &checks).into_iter().map(written).collect()
}

fn errors(text: &str) -> Vec<String> {
    let (_, _, found) = files::check(&Input { name: "made.mhm".into(), text: text.into() });
    found.into_iter().map(|found| found.message).collect()
}

#[test]
fn selected_steps_become_a_block_that_takes_what_they_name() {
    let whole = NETS.replace("concat |> linear(width) |> relu", "concat |> ¦linear(width) |> relu¦");
    let made = offered(&whole);
    let (title, text) = &made[0];
    assert_eq!(title, "Extract into a block");
    assert!(text.starts_with("block Block2(width: Int) = linear(width) |> relu\n\nnetwork Net"), "{text}");
    assert!(text.contains("join  = concat |> Block2(width: width)\n"), "{text}");
    assert_eq!(errors(text), Vec::<String>::new());
    // What names a module is no block, nor is half a step, nor steps with something else between them.
    for piece in ["¦see(left)¦", "¦linear(wid¦th) |> relu", "linear(width) ¦|> relu¦"] {
        let text = NETS.replacen(&piece.replace('¦', ""), piece, 1);
        let titles: Vec<String> = offered(&text).into_iter().map(|(title, _)| title).collect();
        assert!(!titles.iter().any(|title| title.contains("Extract")), "{piece}: {titles:?}");
    }
}

/// What would be wrong, or another network, is not offered.
#[test]
fn what_would_change_a_text_is_no_extraction() {
    for (old, new) in [
        ("linear(width) |> relu\n  uni    hear", "¦linear(width) |> relu¦\n    ** 3\n  uni    hear"),
        ("linear(width)", "linear(¦width¦)"),
        ("width: Int = 8", "width: Int = ¦8¦"),
        ("width: Int", "width: ¦Int¦"),
        ("left: [A]", "left: [¦A¦]"),
        ("linear(2)", "¦linear¦(2)"),
        ("uni    see   = linear(width)", "uni    see   = ¦linear(A * 2)¦"),
    ] {
        assert!(NETS.contains(old), "{old}");
        let titles: Vec<String> = offered(&NETS.replacen(old, new, 1)).into_iter().map(|(title, _)| title).collect();
        assert!(!titles.iter().any(|title| title.contains("Extract")), "{new}: {titles:?}");
    }
}

#[test]
fn a_call_becomes_an_item_where_its_arguments_stand_alone() {
    let main = MAIN.replace("use \"nets.mhm\"\n", NETS);
    let made = offered(&main.replace("MHM: Mhm", "MHM: ¦Mhm(heads: 2)"));
    let (title, text) = made.iter().find(|(title, _)| title.contains("Extract")).expect("it is offered");
    assert_eq!(title, "Extract into a schedule");
    assert!(
        text.contains("schedule Mhm2 = Mhm(heads: 2)\n\nexperiment methods") && text.contains("MHM: Mhm2]"),
        "{text}"
    );
    assert_eq!(errors(text), Vec::<String>::new());
    // One that hangs on an axis cannot stand by itself.
    let hangs = offered(&main.replace("run moons(method)", "run ¦moons(method)"));
    assert!(hangs.iter().all(|(title, _)| !title.contains("Extract")), "{hangs:?}");
}

#[test]
fn a_schedule_gets_a_phase_for_what_it_never_trains() {
    let schedule = "schedule Half {\n  repeat {\n    phase most { ¦train uni, head on all }\n  }\n}\n\n";
    let main = MAIN.replace("use \"nets.mhm\"\n", &format!("{schedule}{NETS}"));
    let main = main.replace("MHM: Mhm", "Half: Half").replace("use std.schedule.Mhm\n", "");
    let made = offered(&main);
    let (_, text) = made.iter().find(|(title, _)| title == "Add a phase that trains `fusion`").expect("it is offered");
    assert!(text.contains("on all }\n    phase fusion { train fusion on all }\n  }"), "{text}");
    assert_eq!(errors(text), Vec::<String>::new());
    assert!(offered(&text.replace("train uni", "¦train uni")).iter().all(|(title, _)| !title.contains("Add a phase")));
    let one = offered(&main.replace("train uni, head on all", "train uni.see, fusion, head on all"));
    assert!(one.iter().any(|(title, _)| title == "Add a phase that trains `uni.hear`"), "{one:?}");
    // Which replica would learn is for a person to say.
    let replicas = main.replace("  repeat {", "  replicas head 2\n  repeat {").replace("head on all", "head[0] on all");
    assert!(offered(&replicas).iter().all(|(title, _)| !title.contains("Add a phase")));
}

#[test]
fn what_can_be_run_has_lines_above_it_that_say_how_far_it_is() {
    let (mut editor, main, _) = opened("lenses");
    let at = main.parent().unwrap().to_path_buf();
    let titles = |lenses: &Value| -> Vec<String> {
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap().to_string()).collect()
    };
    let asked = json!({ "textDocument": { "uri": uri(&main) } });
    let lenses = editor.ask("textDocument/codeLens", asked.clone());
    assert_eq!(titles(&lenses), ["check --data", "plan", "run"]);
    assert_eq!(lenses[2]["command"]["arguments"], json!([main.to_str().unwrap(), "methods"]));
    assert_eq!(lenses[2]["range"]["start"]["line"], position(MAIN, "experiment methods")["line"]);
    let run = command(&at, &["run", "main.mhm", "--quiet", "--seeds", "2"]).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    let lenses = editor.ask("textDocument/codeLens", asked);
    assert_eq!(titles(&lenses), ["check --data", "plan", "run", "done 4 of 4"]);
    editor.change(&main, 2, json!([{ "text": MAIN.replace("budget 4", "budget 5") }]));
    let lenses = editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri(&main) } }));
    assert_eq!(titles(&lenses)[3], "done 4 of 4, of another text");
    editor.close();
}

#[test]
fn items_know_who_uses_them_in_every_file() {
    let (mut editor, main, nets) = opened("calls");
    let at = json!({ "textDocument": { "uri": uri(&main) }, "position": position(MAIN, "Net(width") });
    let item = editor.ask("textDocument/prepareCallHierarchy", at)[0].clone();
    assert_eq!((&item["name"], &item["uri"], &item["detail"]), (&json!("Net"), &json!(uri(&nets)), &json!("network")));
    let by = editor.ask("callHierarchy/incomingCalls", json!({ "item": item }));
    assert_eq!((by.as_array().unwrap().len(), &by[0]["from"]["name"]), (1, &json!("moons")), "{by}");
    assert_eq!(by[0]["fromRanges"][0]["start"], position(MAIN, "Net(width"));
    let of = editor.ask("callHierarchy/outgoingCalls", json!({ "item": by[0]["from"] }));
    let names: Vec<&str> = of.as_array().unwrap().iter().map(|call| call["to"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Moons", "Net"]);
    editor.close();
}

#[test]
fn the_item_under_the_cursor_is_drawn() {
    let (mut editor, main, nets) = opened("preview");
    let mut drawn = |file, text: &str, piece: &str, theme: &str| {
        let shown = editor.at("hover", file, &position(text, piece), json!({}));
        assert!(!shown.is_null() || piece.is_empty());
        let params = json!({ "textDocument": { "uri": uri(file) }, "position": position(text, piece), "theme": theme });
        let shown = editor.ask("mhm/preview", params);
        (shown["title"].as_str().map(String::from), shown["svg"].as_str().unwrap_or_default().to_string())
    };
    let (title, svg) = drawn(&main, MAIN, "methods {", "light");
    assert_eq!(title.as_deref(), Some("methods"));
    for part in ["Phases of Mhm", "Phases of EndToEnd", "Network Net", "head[0]", "ψ class × 1 or 4", "steps"] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
    assert!(svg.contains("fill=\"#fdfdfc\"") && !svg.contains("var(--"));
    assert!(drawn(&main, MAIN, "methods {", "dark").1.contains("fill=\"#13161b\""));
    assert_eq!(drawn(&main, MAIN, "Moons from", "light"), (None, String::new()));
    editor.show(&nets, NETS);
    let params = json!({ "textDocument": { "uri": uri(&nets) }, "position": position(NETS, "join  =") });
    let open = editor.response("mhm/preview", params);
    let why = open["error"]["message"].as_str().unwrap();
    assert_eq!(why, "the text of network `Net` leaves sizes open: show a pipeline or an experiment that uses it");
    editor.close();
}

/// `mhm show network` and the pictures of `--svg` need no run.
#[test]
fn networks_and_schedules_are_shown_without_a_run() {
    let at = folder("show_pictures");
    fs::write(at.join("nets.mhm"), NETS).unwrap();
    fs::write(at.join("main.mhm"), MAIN).unwrap();
    let show = |words: &[&str]| {
        let out = command(&at, &[&["show"], words].concat()).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (code, text, _) = show(&["network", "main.mhm", "moons"]);
    assert_eq!((code, text.as_str()), (Some(2), ""), "its method has no default");
    let (_, text, _) = show(&["network", "main.mhm"]);
    let expected = "\
Net
  role    module  layers              reads                weights
  uni     see     linear relu         left [1]                  32
  uni     hear    linear relu         right [1]                 32
  fusion  join    concat linear relu  see [16], hear [16]      528
  head    class   linear              join [16]                 34
  out     out                         class [2]
";
    assert!(text.starts_with(expected), "{text}");
    let (code, svg, _) = show(&["schedule", "main.mhm", "--svg"]);
    assert!(code == Some(0) && svg.contains("Phases of Mhm") && svg.contains("embedding[3]"), "{svg}");
    let (_, svg, _) = show(&["graph", "main.mhm", "--svg"]);
    assert!(svg.contains("linear(16)") && svg.contains("in join"), "{svg}");
    let (code, _, err) = show(&["network", "nets.mhm", "Net", "--svg"]);
    assert!(code == Some(2) && err.contains("leaves sizes open"), "{err}");
    let (code, _, err) = show(&["schedule", "nets.mhm", "--svg"]);
    assert!(code == Some(2) && err.contains("says of no network how it is trained"), "{err}");
    // What its data would say is not known without it: the picture says so, and why.
    let lost = MAIN.replace("two_moons(per_class: 100, noise: 0.3)", "\"lost.npz\"");
    let lost = lost.replace("line(point: [1, 0], direction: [-1, 1])", "npz(\"a\")");
    let lost = lost.replace("line(point: [0, 0], direction: [1, 0])", "npz(\"b\")").replace("= labels", "= npz(\"c\")");
    fs::write(at.join("lost.mhm"), lost).unwrap();
    let (code, svg, err) = show(&["schedule", "lost.mhm", "--svg"]);
    assert!(code == Some(0) && svg.contains(">?</text>"), "{svg}");
    assert!(err.contains("steps are not known") && err.contains("lost.npz"), "{err}");
}

#[test]
fn an_editor_is_told_of_all_that_it_can_ask() {
    let at = folder("lsp_capabilities");
    let mut editor = Editor::open(&at, json!({}));
    let lost = editor.response("mhm/preview", json!({}));
    assert_eq!(lost["error"]["code"], -32602);
    editor.close();
}
