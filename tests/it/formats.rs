//! Findings as other programs read them: every form whole, of sound files, wrong ones and such that cannot be read.

use crate::cli::{folder, mhm};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

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
    assert!(out.contains("<testsuites name=\"mhm check\" tests=\"4\" failures=\"3\">"), "{out}");
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
fn statistics_count_every_code() {
    let at = laid_out("statistics");
    let files = ["good.mhm", "bad, 1.mhm", "lint.mhm"];
    let (_, out, _) = mhm(&at, &[&["check", "--statistics", "--format", "short"][..], &files].concat());
    assert!(out.contains("\n1  error[mhm::unknown-name]\n1  warning[mhm::unused-let]\n1 error, 1 warning\n"), "{out}");
}

#[test]
fn the_manual_is_listed_for_other_tools() {
    let (code, out, _) = mhm(&folder("formats_manual"), &["explain", "--json"]);
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
