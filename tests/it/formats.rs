//! Findings as other programs read them: every form whole, of sound files, wrong ones and such that cannot be read.

use crate::cli::{folder, mhm};
use crate::zz_needs::not_run;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const GOOD: &str = "network N {\n  in x: [4]\n  head classify = linear(2)\n  out classify(x)\n}\n";
/// An error with a place behind a letter of two bytes, and a warning.
const BAD: &str = "// ж\nnetwork N {\n  in x: [4]\n  let y = relu(x)\n  head classify = linear(2)\n  out classify(x)\n}\nnetwork M {\n  in x: [4]  /* ж */ head c = liner(2)\n  out c(x)\n}\n";

fn laid_out(name: &str) -> PathBuf {
    let at = folder(&format!("formats_{name}"));
    fs::write(at.join("good.mhm"), GOOD).unwrap();
    fs::write(at.join("bad, 1.mhm"), BAD.replace("/* ж */ ", "")).unwrap();
    fs::write(at.join("lint.mhm"), BAD.split("network M").next().unwrap()).unwrap();
    at
}

fn check(format: &str) -> (i32, String, String) {
    mhm(&laid_out(format), &["check", "--format", format, "good.mhm", "bad, 1.mhm", "lint.mhm", "gone.mhm"])
}

#[test]
fn github_marks_every_place() {
    let (code, out, err) = check("github");
    assert_eq!((code, err.as_str()), (2, ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert_eq!(
        lines[0],
        "::error file=bad%2C 1.mhm,line=9,col=23,endLine=9,endColumn=28,title=mhm%3A%3Aunknown-name::nothing here is called `liner`%0Ahelp: did you mean `linear`?"
    );
    assert!(lines[1].starts_with("::warning file=lint.mhm,line=4,"), "{out}");
    assert!(lines[2].starts_with("::error file=gone.mhm,title=mhm%3A%3Aunreadable-file::"), "{out}");
}

#[test]
fn gitlab_knows_a_finding_again_when_lines_move() {
    let (_, out, _) = check("gitlab");
    let issues: Value = serde_json::from_str(&out).unwrap();
    let of = |issues: &Value, key: &str| -> Vec<Value> {
        issues.as_array().unwrap().iter().map(|issue| issue[key].clone()).collect()
    };
    assert_eq!(of(&issues, "check_name"), ["mhm::unknown-name", "mhm::unused-let", "mhm::unreadable-file"]);
    assert_eq!(of(&issues, "severity"), ["major", "minor", "major"]);
    assert_eq!(issues[0]["location"]["lines"]["begin"], 9);
    let at = laid_out("gitlab");
    let moved = fs::read_to_string(at.join("bad, 1.mhm")).unwrap();
    fs::write(at.join("bad, 1.mhm"), format!("\n\n{moved}")).unwrap();
    let (_, out, _) = mhm(&at, &["check", "--format", "gitlab", "bad, 1.mhm"]);
    let again: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(again[0]["fingerprint"], issues[0]["fingerprint"]);
    assert_eq!(again[0]["location"]["lines"]["begin"], 11);
}

#[test]
fn sarif_says_where_in_characters() {
    let (code, out, _) = check("sarif");
    assert_eq!(code, 2);
    let log: Value = serde_json::from_str(&out).unwrap();
    let run = &log["runs"][0];
    assert_eq!((&log["version"], &run["columnKind"]), (&"2.1.0".into(), &"unicodeCodePoints".into()));
    let results = run["results"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!rules[index]["shortDescription"]["text"].as_str().unwrap().is_empty());
    }
    let levels: Vec<&str> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "warning", "error"]);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "bad%2C%201.mhm");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&9.into(), &23.into()));
    assert!(results[2]["locations"][0]["physicalLocation"].get("region").is_none());
    let (code, out, _) = mhm(&laid_out("sarif_good"), &["check", "--format", "sarif", "good.mhm"]);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, log["runs"][0]["results"].as_array().unwrap().len()), (0, 0));
}

#[test]
fn junit_has_a_suite_for_every_file() {
    let (_, out, _) = check("junit");
    assert!(out.contains("<testsuites name=\"mhm check\" tests=\"4\" failures=\"3\" errors=\"0\">"), "{out}");
    assert!(out.contains("<testcase name=\"mhm::unknown-name 9:23\" classname=\"bad, 1.mhm\">\n"), "{out}");
    assert_eq!(out.matches("<testsuite ").count(), out.matches(" errors=\"0\">").count() - 1, "the schemas ask for it");
    assert!(out.contains("    <testcase name=\"mhm check\" classname=\"good.mhm\"/>\n"), "{out}");
    assert!(out.contains("message=\"nothing here is called `liner`\">line 9, column 23: nothing"), "{out}");
    assert_eq!(out.matches("<testsuite ").count(), out.matches("</testsuite>").count());
}

#[test]
fn shells_complete_every_command() {
    let at = folder("formats_shells");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, err) = mhm(&at, &["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""));
        for word in ["check", "predict", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn every_command_has_a_page_for_man() {
    let at = folder("formats_man");
    assert_eq!(mhm(&at, &["man", "--out", "man1"]).0, 0);
    let (_, help, _) = mhm(&at, &["--help"]);
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let named = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let commands: Vec<&str> = named.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 15 && commands.contains(&"man"), "{commands:?}");
    let pages = commands.iter().map(|command| format!("mhm-{command}.1")).chain(["mhm.1".into()]);
    for page in pages {
        let text = fs::read_to_string(at.join("man1").join(&page)).unwrap_or_else(|why| panic!("{page}: {why}"));
        for part in [".SH NAME\n", ".SH SYNOPSIS\n", ".SH EXAMPLES\n", ".SH \"EXIT STATUS\"\n", "\n130\ninterrupted\n"]
        {
            assert!(text.contains(part), "{page} has no {part:?}");
        }
    }
    let (code, page, _) = mhm(&at, &["man", "check"]);
    assert!(code == 0 && page.contains("\n  mhm check \\-\\-fix moons.mhm "), "{page}");
    assert_eq!(page, fs::read_to_string(at.join("man1/mhm-check.1")).unwrap());
    assert_eq!(mhm(&at, &["man"]).1, fs::read_to_string(at.join("man1/mhm.1")).unwrap());
    // Pages of its own are renewed, others are not.
    assert_eq!(mhm(&at, &["man", "--out", "man1"]).0, 0);
    fs::write(at.join("man1/mhm-check.1"), "mine").unwrap();
    assert_eq!(mhm(&at, &["man", "--out", "man1"]).0, 2);
    assert_eq!(mhm(&at, &["man", "chekc"]).0, 2);
    let (code, _, why) = mhm(&at, &["man", "--markdown", "check"]);
    assert!(code == 2 && why.contains("'--markdown' cannot be used with '[COMMAND]'"), "{why}");
    if Command::new("groff").arg("--version").output().is_err() {
        return not_run("there is no groff here");
    }
    fs::write(at.join("man1/mhm-check.1"), page).unwrap();
    for entry in fs::read_dir(at.join("man1")).unwrap() {
        let path = entry.unwrap().path();
        let drawn = Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z"]).arg(&path).output().unwrap();
        let err = String::from_utf8_lossy(&drawn.stderr);
        assert!(drawn.status.success() && err.is_empty(), "{}: {err}", path.display());
    }
}

/// What the schema of SARIF 2.1.0 asks of what is written, for all findings there are.
#[test]
fn sarif_is_of_its_schema() {
    let (_, out, _) = mhm(Path::new(env!("CARGO_MANIFEST_DIR")), &["check", "--format", "sarif", "tests/cases"]);
    let log: Value = serde_json::from_str(&out).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len());
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 500, "{}", results.len());
    for result in results {
        let related = result["relatedLocations"].as_array().unwrap();
        let same = related.iter().enumerate().find(|(i, one)| related[..*i].contains(one));
        assert!(same.is_none(), "related locations are a set: {result:#}");
        assert!(
            ids.contains(result["ruleId"].as_str().unwrap()) && !result["message"]["text"].as_str().unwrap().is_empty()
        );
        for location in result["locations"].as_array().unwrap().iter().chain(related) {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>[]{}|\\^`:".contains(&byte)), "{uri}");
            let at = |key: &str| place["region"][key].as_u64().unwrap();
            let (start, end) = ((at("startLine"), at("startColumn")), (at("endLine"), at("endColumn")));
            assert!(start.0 > 0 && start.1 > 0 && start <= end, "{result:#}");
        }
    }
}

#[test]
fn columns_count_utf_16_on_request() {
    let at = folder("formats_columns");
    fs::write(at.join("a.mhm"), "network M {\n  in x: [4] /* 😀ж */ head c = liner(2)\n  out c(x)\n}\n").unwrap();
    let check = |format: &str, columns: &str| mhm(&at, &["check", "--format", format, "--columns", columns, "a.mhm"]).1;
    // The letters stand between the two findings: what no comment is, and a name.
    assert!(check("short", "characters").contains("\na.mhm:2:31: "), "{}", check("short", "characters"));
    assert!(check("short", "utf16").contains("\na.mhm:2:32: "));
    let json: Value = serde_json::from_str(check("json", "utf16").lines().nth(1).unwrap()).unwrap();
    assert_eq!((&json["version"], &json["labels"][0]["start"]["column"]), (&1.into(), &32.into()));
    assert!(check("github", "utf16").contains(",col=32,"));
    let sarif: Value = serde_json::from_str(&check("sarif", "utf16")).unwrap();
    assert_eq!(sarif["runs"][0]["columnKind"], "utf16CodeUnits");
    let place = &sarif["runs"][0]["results"][1]["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startColumn"], 32);
}

/// Whatever reads findings reads of files that cannot be read, too.
#[test]
fn a_file_that_cannot_be_read_is_an_entry_in_every_format() {
    let at = folder("formats_unread");
    fs::write(at.join("bytes.mhm"), b"\xff").unwrap();
    for format in ["short", "json", "github", "gitlab", "sarif", "junit"] {
        let (code, out, err) = mhm(&at, &["check", "--format", format, "gone.mhm", "bytes.mhm"]);
        assert_eq!((code, err.as_str()), (2, ""), "{format}");
        for name in ["gone.mhm", "bytes.mhm"] {
            assert!(out.contains(name) && out.contains("unreadable-file"), "{format}: {out}");
        }
    }
    let (_, out, _) = mhm(&at, &["check", "--format", "short", "gone.mhm"]);
    assert_eq!(out, "gone.mhm:1:1: error[mhm::unreadable-file]: cannot read `gone.mhm`: there is no such file\n");
}

/// The fields that `docs/formats.md` tells of, and no others.
#[test]
fn json_has_the_fields_that_are_documented() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/formats.md")).unwrap();
    let part = page.split("\n## ").find(|part| part.starts_with("JSON")).unwrap();
    let rows = part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let documented: BTreeSet<String> = rows.map(str::to_string).collect();
    let at = laid_out("documented");
    let (_, out, _) = mhm(&at, &["check", "--format", "json", "bad, 1.mhm", "lint.mhm", "gone.mhm"]);
    let mut found = BTreeSet::new();
    fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields_of) => fields_of.iter().for_each(|(key, value)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                fields(value, &path, found);
                found.insert(path);
            }),
            Value::Array(list) => list.iter().for_each(|value| fields(value, path, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    out.lines().for_each(|line| fields(&serde_json::from_str(line).unwrap(), "", &mut found));
    assert_eq!(found, documented);
}

#[test]
fn statistics_count_every_code() {
    let at = laid_out("statistics");
    let files = ["good.mhm", "bad, 1.mhm", "lint.mhm"];
    let (_, out, _) = mhm(&at, &[&["check", "--statistics", "--format", "short"][..], &files].concat());
    assert!(out.contains("\n1  error[mhm::unknown-name]\n1  warning[mhm::unused-let]\n1 error, 1 warning\n"), "{out}");
}

#[test]
fn the_manual_is_listed_for_other_tools() {
    let at = folder("formats_manual");
    let (code, out, _) = mhm(&at, &["explain", "--list", "--format", "json"]);
    assert_eq!(mhm(&at, &["explain", "--json"]).1, out, "the short form");
    assert_eq!(mhm(&at, &["explain", "--list"]).1, mhm(&at, &["explain"]).1);
    let list: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    for (name, kind) in [
        ("linear", "layer"),
        ("phase", "statement"),
        ("std.schedule.Mhm", "library"),
        ("unused-let", "lint"),
        ("no-folds", "code"),
    ] {
        let one = list.as_array().unwrap().iter().find(|entry| entry["name"] == name && entry["kind"] == kind);
        assert!(one.is_some_and(|entry| !entry["summary"].as_str().unwrap().is_empty()), "{name}: {one:?}");
    }
}

/// Nothing but the document stands on standard output, whatever goes wrong.
#[test]
fn a_document_is_whole_where_nothing_can_be_read() {
    let at = folder("formats_nothing");
    for format in ["sarif", "gitlab"] {
        let (code, out, err) = mhm(&at, &["check", "--format", format, "nothing"]);
        assert_eq!((code, err.as_str()), (2, ""));
        serde_json::from_str::<Value>(&out).unwrap_or_else(|why| panic!("{why}: {out}"));
    }
}
