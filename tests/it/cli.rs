//! The program as a person meets it: exit codes, what goes where, and how a message looks.

use crate::{blessed, cases};
use mhm::cli::render::{Format, Renderer};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const GOOD: &str = "network N {\n  in x: [4]\n  head classify = linear(2)\n  out classify(x)\n}\n";
const BAD: &str = "network N {\n  in x: [4]\n  head classify = liner(2)\n  out classify(x)\n}\n";

/// An empty folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli_{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
    command.current_dir(folder).args(arguments).env_remove("NO_COLOR").env_remove("COLUMNS");
    command
}

pub fn mhm(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    read(command(folder, arguments).output().unwrap())
}

fn read(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn with_input(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    use std::io::Write;
    let mut command = command(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    read(child.wait_with_output().unwrap())
}

#[test]
fn check_ends_with_0_1_or_2() {
    let at = folder("exit");
    fs::write(at.join("good.mhm"), GOOD).unwrap();
    fs::write(at.join("bad.mhm"), BAD).unwrap();
    assert_eq!(mhm(&at, &["check", "good.mhm"]), (0, "good.mhm: no problems\n".into(), String::new()));
    assert_eq!(mhm(&at, &["check", "--quiet", "good.mhm"]), (0, String::new(), String::new()));
    let (code, out, err) = mhm(&at, &["check", "bad.mhm"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.starts_with("error[mhm::unknown-name]: nothing here is called `liner`\n"), "{out}");
    assert!(out.ends_with("\n1 error\n"), "{out}");
    let (code, out, err) = mhm(&at, &["check", "god.mhm"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(err, "mhm: cannot read `god.mhm`: there is no such file; did you mean `good.mhm`?\n");
    assert_eq!(mhm(&at, &["check", "--format", "loud", "good.mhm"]).0, 2);
    assert_eq!(mhm(&at, &["chekc"]).0, 2);
    assert_eq!(mhm(&at, &["--help"]).0, 0);
}

#[test]
fn check_takes_folders_and_standard_input() {
    let at = folder("many");
    fs::create_dir_all(at.join("b/.hidden")).unwrap();
    fs::write(at.join("b/z.mhm"), BAD).unwrap();
    fs::write(at.join("b/.hidden/x.mhm"), BAD).unwrap();
    fs::write(at.join("a.mhm"), BAD).unwrap();
    let line = "error[mhm::unknown-name]: nothing here is called `liner`";
    let (code, out, _) = mhm(&at, &["check", "--format", "short", "."]);
    assert_eq!((code, out), (1, format!("a.mhm:3:19: {line}\nb/z.mhm:3:19: {line}\n2 errors\n")));
    let (code, out, _) = with_input(&at, &["check", "--format", "short", "-"], BAD);
    assert_eq!((code, out), (1, format!("<stdin>:3:19: {line}\n1 error\n")));
    assert_eq!(mhm(&at, &["check", "b/.hidden/nothing"]).0, 2);
}

#[test]
fn what_findings_offer_is_written_on_request() {
    let at = folder("fix");
    let text = format!("// {}\n{}", "ä".repeat(9), BAD.replace("(2)", "(2) -> rellu"));
    fs::write(at.join("bad.mhm"), &text).unwrap();
    fs::write(at.join("other.mhm"), GOOD).unwrap();
    let (code, out, _) = mhm(&at, &["check", "--fix", "--diff", "bad.mhm"]);
    assert_eq!((code, fs::read_to_string(at.join("bad.mhm")).unwrap()), (1, text.clone()));
    assert!(out.contains("+++ bad.mhm, mended\n") && out.ends_with("bad.mhm: no problems\n"), "{out}");
    let (code, out, err) = mhm(&at, &["check", "--fix", "."]);
    assert_eq!((code, out.as_str()), (0, "2 files: no problems\n"), "{err}");
    assert!(err.contains("bad.mhm:4:19: `liner` is now `linear`\n"), "{err}");
    let mended = text.replace("liner", "linear").replace("-> rellu", "|> relu");
    assert_eq!(fs::read_to_string(at.join("bad.mhm")).unwrap(), mended);
    assert_eq!(mhm(&at, &["check", "--fix", "."]).2, "", "nothing is left to do");
    let (code, _, err) = with_input(&at, &["check", "--fix", "-"], BAD);
    assert_eq!((code, err.contains("--diff")), (2, true), "{err}");
}

#[test]
fn mending_adds_what_is_missing_from_the_library() {
    let at = folder("fix_use");
    assert_eq!(mhm(&at, &["new", "moons"]).0, 0);
    let whole = fs::read_to_string(at.join("moons.mhm")).unwrap();
    for gone in ["use std.network.ToyIntermediate\n", "use std.schedule.Mhm\n"] {
        assert!(whole.contains(gone));
        fs::write(at.join("moons.mhm"), whole.replace(gone, "")).unwrap();
        let (code, _, err) = mhm(&at, &["check", "--fix", "moons.mhm"]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("put in `use std."), "{err}");
    }
    let none: String = whole.lines().filter(|line| !line.starts_with("use ")).map(|line| format!("{line}\n")).collect();
    fs::write(at.join("moons.mhm"), none.replace("\nexperiment ", "\nexperimnt ")).unwrap();
    assert_eq!(mhm(&at, &["check", "--fix", "moons.mhm"]).0, 0);
}

#[test]
fn json_is_one_object_a_line() {
    let at = folder("json");
    fs::write(at.join("bad.mhm"), BAD).unwrap();
    let (code, out, _) = mhm(&at, &["check", "--format", "json", "bad.mhm"]);
    let value: serde_json::Value = serde_json::from_str(out.trim_end()).unwrap();
    assert_eq!((code, out.lines().count()), (1, 1));
    assert_eq!(value["code"], "mhm::unknown-name");
    assert_eq!(value["labels"][0]["bytes"], serde_json::json!([42, 47]));
    assert_eq!(value["labels"][0]["end"], serde_json::json!({ "line": 3, "column": 24 }));
    assert_eq!(value["fix"]["replacement"], "linear");
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let at = folder("color");
    fs::write(at.join("bad.mhm"), BAD).unwrap();
    assert!(!mhm(&at, &["check", "bad.mhm"]).1.contains('\x1b'));
    assert!(mhm(&at, &["check", "--color", "always", "bad.mhm"]).1.contains("\x1b[1;31merror"));
}

#[test]
fn a_library_folder_shadows_the_embedded_one() {
    let at = folder("shadow");
    let text = "use std.network.ToyEarly\nuse std.network.Mine\n\nnetwork A = ToyEarly\nnetwork B = Mine\n";
    fs::create_dir_all(at.join("stdlib/network")).unwrap();
    fs::create_dir_all(at.join("deep/er")).unwrap();
    fs::write(at.join("deep/er/a.mhm"), text).unwrap();
    assert_eq!(mhm(&at, &["check", "deep"]).0, 1);
    fs::write(at.join("stdlib/network/Mine.mhm"), GOOD.replace("network N", "network Mine")).unwrap();
    assert_eq!(mhm(&at, &["check", "deep"]), (0, "deep/er/a.mhm: no problems\n".into(), String::new()));
}

#[test]
fn fmt_lays_out_once_and_for_all() {
    let at = folder("fmt");
    fs::write(at.join("a.mhm"), GOOD.replace("  ", "      ")).unwrap();
    let (code, out, _) = mhm(&at, &["fmt", "--check", "."]);
    assert_eq!((code, out.as_str()), (1, "a.mhm: laid out otherwise\n"));
    let (code, out, _) = mhm(&at, &["fmt", "--diff", "a.mhm"]);
    assert_eq!(code, 1);
    assert!(out.contains("-      in x: [4]\n") && out.contains("+  in "), "{out}");
    assert_eq!(mhm(&at, &["fmt"]), (0, String::new(), String::new()));
    assert_eq!(mhm(&at, &["fmt", "--check"]).0, 0);
    assert_eq!(fs::read_dir(&at).unwrap().count(), 1, "nothing is left beside the file");
    let (code, out, _) = with_input(&at, &["fmt", "-"], "network   N { in x: [4] out x }");
    assert_eq!((code, out), (0, mhm::syntax::format("network N { in x: [4] out x }").unwrap()));
    fs::write(at.join("a.mhm"), "network {").unwrap();
    assert_eq!(mhm(&at, &["fmt", "a.mhm"]).0, 1);
    assert_eq!(fs::read_to_string(at.join("a.mhm")).unwrap(), "network {");
}

#[test]
fn texts_of_results_are_left_as_they_are() {
    let at = folder("fmt_runs");
    fs::create_dir_all(at.join("runs/old/text")).unwrap();
    fs::write(at.join("runs/old/manifest.ron"), "").unwrap();
    fs::write(at.join("runs/old/text/a.mhm"), BAD.replace("  ", "    ")).unwrap();
    fs::write(at.join("a.mhm"), mhm::syntax::format(GOOD).unwrap()).unwrap();
    assert_eq!(mhm(&at, &["fmt", "--check", "."]), (0, String::new(), String::new()));
    assert_eq!(mhm(&at, &["check"]), (0, "a.mhm: no problems\n".into(), String::new()));
}

#[test]
fn new_writes_what_is_clean_and_nothing_twice() {
    let at = folder("new");
    for (name, from) in [("moons", "toy"), ("my-data", "files")] {
        let file = format!("{name}.mhm");
        assert_eq!(mhm(&at, &["new", name, "--from", from]).0, 0);
        assert_eq!(mhm(&at, &["check", &file]), (0, format!("{file}: no problems\n"), String::new()));
        assert_eq!(mhm(&at, &["fmt", "--check", &file]).0, 0);
        let (code, _, err) = mhm(&at, &["new", name]);
        assert_eq!((code, err), (2, format!("mhm: `{file}` exists already; it stays as it is\n")));
    }
}

#[test]
fn explain_knows_or_says_what_is_near() {
    let at = folder("explain");
    let (code, out, _) = mhm(&at, &["explain", "mhm::which-replica"]);
    assert_eq!(code, 0);
    assert!(out.contains("\nWrong:\n") && out.contains("\nRight:\n"), "{out}");
    let (code, _, err) = mhm(&at, &["explain", "liner"]);
    assert_eq!((code, err.as_str()), (2, "mhm: nothing is called `liner`; did you mean `linear`?\n"));
}

#[test]
fn show_pipeline_ends_with_what_the_experiment_shows() {
    let at = folder("show");
    let text = "
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd
pipeline moons(views: Names = all, width: Int = 8) {
  data TwoMoons  modalities views  network ToyIntermediate(width: width)  loss cross_entropy
  optimizer adam  schedule EndToEnd  budget 5 epochs  metrics error
}
experiment sizes {
  vary width in [small: 4, large: 8]
  repeats 2
  run moons(width: width)
  reference first = moons(views: [first])
  table test_missing { rows width }
  figure test_error { lines width  every 5 }
  compare width
  published \"A\" test_error = [12.5, _]
}
";
    fs::write(at.join("a.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["show", "pipeline", "a.mhm"]);
    assert_eq!((code, err.contains("error")), (0, false), "{err}");
    assert_eq!(out.matches("// sizes: reference first\n").count(), 1, "{out}");
    assert!(out.contains("// sizes: small\n"), "{out}");
    let shown = "experiment sizes
  vary width in small | large
  seeds 1, repeats 2, noise 1
  reference first
  table test_missing rows width
  figure test_error lines width every 5
  compare width
  published \"A\" test_error = 12.5 _
";
    assert!(out.ends_with(shown), "{out}");
}

/// How messages look, as files: the cases of these names, in full, without colour. `MHM_BLESS=1` renews them.
#[test]
fn messages_look_as_noted() {
    let renderer = Renderer { format: Format::Full, color: false, width: 100 };
    let shown = |name: &str| {
        let case =
            cases::of("check").into_iter().find(|case| case.file.ends_with(&format!("/{name}.mhm"))).expect(name);
        let (sources, diagnostics) = case.findings();
        let shown = diagnostics.iter().map(|d| renderer.render(&sources, d)).collect();
        (format!("tests/cases/render/{name}.txt").into(), shown)
    };
    let names = ["concat_leading_axes", "network_width_zero", "schedule_which_replica", "network_size_does_not_fit"];
    blessed::hold(names.map(shown));
}
