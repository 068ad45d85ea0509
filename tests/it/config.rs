//! `mhm.toml`: which one counts, what it changes, and what is said of a wrong one.

use crate::cli::{command, folder, mhm};
use mhm::cli::config::Config;
use mhm::explain::pages;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// One warning: `unused-let`.
const LINT: &str = "network N {\n  in x: [4]\n  let y = x\n  head classify = linear(2)\n  out classify(x)\n}\n";

/// A project of these files, with nothing above it.
fn project(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let at = folder(&format!("config_{name}"));
    fs::create_dir(at.join(".git")).unwrap();
    for (path, text) in files {
        let path = at.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    at
}

fn short(at: &Path, arguments: &[&str]) -> (i32, String) {
    let (code, out, err) = mhm(at, &[&["check", "--format", "short"], arguments].concat());
    assert_eq!(err, "");
    (code, out)
}

#[test]
fn a_level_is_silence_a_warning_or_an_error() {
    let at = project("levels", &[("a.mhm", LINT)]);
    let with = |level: &str| fs::write(at.join("mhm.toml"), format!("[lints]\nunused-let = \"{level}\"\n")).unwrap();
    assert_eq!(short(&at, &[]), (0, "a.mhm:3:7: warning[mhm::unused-let]: nothing reads `y`\n1 warning\n".into()));
    with("allow");
    assert_eq!(short(&at, &[]), (0, "a.mhm: no problems\n".into()));
    with("warn");
    assert_eq!(short(&at, &[]).1.matches("warning[").count(), 1);
    with("error");
    assert_eq!(short(&at, &[]), (1, "a.mhm:3:7: error[mhm::unused-let]: nothing reads `y`\n1 error\n".into()));
    for (format, word) in [
        ("full", "error[mhm::unused-let]"),
        ("json", "\"severity\":\"error\""),
        ("github", "::error "),
        ("gitlab", "\"major\""),
        ("sarif", "\"level\": \"error\""),
        ("junit", "type=\"error\""),
    ] {
        let (code, out, _) = mhm(&at, &["check", "--format", format]);
        assert!(code == 1 && out.contains(word), "{format}: {out}");
    }
    assert_eq!(short(&at, &["--isolated"]).0, 0);
    let mistyped = LINT.replace("linear(2)", "lnear(2)");
    for (level, ended) in [("error", (1, "error[mhm::unused-let]")), ("allow", (0, "a.mhm: no problems"))] {
        fs::write(at.join("a.mhm"), &mistyped).unwrap();
        with(level);
        let (code, out, err) = mhm(&at, &["check", "--fix"]);
        assert!(code == ended.0 && out.contains(ended.1) && err.contains("is now `linear`"), "{level}: {out}{err}");
    }
}

#[test]
fn an_error_of_a_lint_keeps_what_it_is_in_from_running() {
    let at = project("run", &[]);
    assert_eq!(mhm(&at, &["new", "moons"]).0, 0);
    let text = fs::read_to_string(at.join("moons.mhm")).unwrap();
    fs::write(at.join("moons.mhm"), format!("use std.network.ToyEarly\n{text}")).unwrap();
    let (code, _, err) = mhm(&at, &["plan", "moons.mhm"]);
    assert_eq!((code, err.as_str()), (0, "mhm: 1 warning: `mhm check moons.mhm` shows what\n"));
    fs::write(at.join("mhm.toml"), "lints.unused-use = \"allow\"\n").unwrap();
    let (code, _, err) = mhm(&at, &["plan", "moons.mhm"]);
    assert_eq!((code, err.as_str()), (0, ""));
    fs::write(at.join("mhm.toml"), "lints.unused-use = \"error\"\n").unwrap();
    let (code, out, _) = mhm(&at, &["plan", "moons.mhm"]);
    assert!(code == 1 && out.starts_with("error[mhm::unused-use]"), "{out}");
    fs::write(at.join("mhm.toml"), "lints.unused-us = \"error\"\n").unwrap();
    let (code, out, err) = mhm(&at, &["plan", "moons.mhm"]);
    let expected = "mhm: mhm.toml:1:7: there is no lint `unused-us`; did you mean `unused-use`?\n";
    assert_eq!((code, out.as_str(), err.as_str()), (2, "", expected));
}

#[test]
fn what_a_text_allows_stays_used() {
    let allowing = format!("allow(unused-let)\n{LINT}");
    let idle = pages::lints().find(|page| page.name == "unused-allow").unwrap().failing().unwrap();
    let files = [("a.mhm", allowing.as_str()), ("mhm.toml", "[lints]\nunused-let = \"allow\"\n")];
    let at = project("allowed", &files);
    assert_eq!(short(&at, &[]), (0, "a.mhm: no problems\n".into()));
    fs::write(at.join("mhm.toml"), "[lints]\nunused-let = \"error\"\n").unwrap();
    assert_eq!(short(&at, &[]), (0, "a.mhm: no problems\n".into()), "a text is nearer than a project");
    fs::write(at.join("a.mhm"), &idle).unwrap();
    let (_, before) = short(&at, &["--isolated"]);
    fs::write(at.join("mhm.toml"), "[lints]\nunused-allow = \"allow\"\n").unwrap();
    assert_eq!(
        (before.contains("unused-allow"), short(&at, &[]).1.as_str()),
        (true, "a.mhm: no problems\n"),
        "{before}"
    );
}

/// A program that is wrong in another way reads as if this and that were unused.
#[test]
fn advice_waits_for_errors_whatever_its_level() {
    let wrong = LINT.replace("linear(2)", "liner(2)");
    let at = project("unsound", &[("a.mhm", &wrong), ("mhm.toml", "[lints]\nunused-let = \"error\"\n")]);
    let (code, out) = short(&at, &[]);
    assert!(code == 1 && out.contains("unknown-name") && out.ends_with("\n1 error\n"), "{out}");
}

#[test]
fn the_nearest_one_counts_and_none_above_the_project() {
    let files = [
        ("a.mhm", LINT),
        ("deep/er/b.mhm", LINT),
        ("own/c.mhm", LINT),
        ("other/.git/x", ""),
        ("other/d.mhm", LINT),
        ("mhm.toml", "[lints]\nunused-let = \"allow\"\n"),
        ("own/mhm.toml", "[lints]\nzero-loss = \"error\"\n"),
    ];
    let at = project("nearest", &files);
    let (code, out) = short(&at, &["."]);
    let places: Vec<&str> = out.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!((code, places), (0, vec!["other/d.mhm", "own/c.mhm", "2 warnings"]), "{out}");
    assert_eq!(short(&at, &["deep/er/b.mhm"]).1, "deep/er/b.mhm: no problems\n");
    assert_eq!(short(&at.join("deep/er"), &["b.mhm", "../../a.mhm"]).1, "2 files: no problems\n");
    assert_eq!(short(&at, &["--config", "own/mhm.toml", "a.mhm"]).1.matches("unused-let").count(), 1);
    assert_eq!(mhm(&at, &["check", "--config", "mhm.toml", "--isolated"]).0, 2);
    let (code, _, err) = mhm(&at, &["check", "--config", "mhm.tml"]);
    assert_eq!((code, err.as_str()), (2, "mhm: cannot read `mhm.tml`: there is no such file\n"));
    let mut child = command(&at, &["check", "-"]);
    child.stdin(fs::File::open(at.join("a.mhm")).unwrap());
    assert_eq!(String::from_utf8(child.output().unwrap().stdout).unwrap(), "<stdin>: no problems\n");
}

#[test]
fn roots_and_what_is_left_out_say_which_files_are_meant() {
    let files = [
        ("pipelines/a.mhm", LINT),
        ("pipelines/old/b.mhm", LINT),
        ("library/c.mhm", LINT),
        ("library/d.draft.mhm", LINT),
        ("elsewhere/e.mhm", LINT),
        ("mhm.toml", "[files]\nroots = [\"pipelines\", \"library\"]\nexclude = [\"pipelines/old\", \"*.draft.mhm\"]\n"),
    ];
    let at = project("files", &files);
    let found = |at: &Path, arguments: &[&str]| -> Vec<String> {
        let (_, out) = short(at, arguments);
        out.lines().filter(|l| l.contains(": ")).filter_map(|l| l.split(':').next()).map(str::to_string).collect()
    };
    assert_eq!(found(&at, &[]), ["pipelines/a.mhm", "library/c.mhm"]);
    assert_eq!(found(&at.join("elsewhere"), &[]), ["../pipelines/a.mhm", "../library/c.mhm"]);
    assert_eq!(found(&at, &["."]), ["elsewhere/e.mhm", "library/c.mhm", "pipelines/a.mhm"]);
    assert_eq!(found(&at, &["--follow-links", "."]), ["elsewhere/e.mhm", "library/c.mhm", "pipelines/a.mhm"]);
    assert_eq!(found(&at, &["pipelines/old/b.mhm"]), ["pipelines/old/b.mhm"]);
    assert_eq!(found(&at, &["--isolated"]).len(), 5);
    let (code, _, err) = mhm(&at, &["check", "pipelines/old"]);
    let expected = "mhm: there is no .mhm file in `pipelines/old`; `exclude` of `mhm.toml` leaves some out\n";
    assert_eq!((code, err.as_str()), (2, expected));
    fs::write(at.join("library/d.draft.mhm"), "network   N { }").unwrap();
    assert_eq!(
        mhm(&at, &["fmt", "--check"]).1,
        "pipelines/a.mhm: laid out otherwise\nlibrary/c.mhm: laid out otherwise\n"
    );
}

/// Text, where, what is said, and what to do.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("[lint]\n", "1:2", "there is no table `lint`", "did you mean `[lints]`?"),
    ("[grid]\nnodes = 2\n", "1:2", "there is no table `grid`", "there are `[lints]`, `[files]` and `[slurm]`"),
    ("[slurm]\nthrotle = 2\n", "2:1", "there is no key `throtle` in `[slurm]`", "did you mean `throttle`?"),
    (
        "[slurm]\nsbatch = \"--partition=gpu\"\n",
        "2:10",
        "`sbatch` is a list of texts",
        "write `sbatch = [\"--partition=gpu\"]`",
    ),
    ("unused-let = \"allow\"\n", "1:1", "there is no key `unused-let`", "write it below `[lints]`"),
    ("exclude = [\"old\"]\n", "1:1", "there is no key `exclude`", "write it below `[files]`"),
    ("[lints]\nunused-lett = \"allow\"\n", "2:1", "there is no lint `unused-lett`", "did you mean `unused-let`?"),
    (
        "[lints]\nshape-mismatch = \"allow\"\n",
        "2:1",
        "`shape-mismatch` is an error of the language",
        "only lints have levels; `mhm explain` lists them",
    ),
    ("[lints]\nunused-let = \"deny\"\n", "2:14", "there is no level `deny`", "write `\"error\"`"),
    ("[lints]\nunused-let = \"off\"\n", "2:14", "there is no level `off`", "write `\"allow\"`"),
    ("[lints]\nunused-let = 1\n", "2:14", "a level is a text", "write `\"allow\"`, `\"warn\"` or `\"error\"`"),
    (
        "lints = 3\n",
        "1:9",
        "`lints` is a table",
        "write `[lints]` in a line of its own, and below it what it is to say",
    ),
    ("[files]\nroot = [\"a\"]\n", "2:1", "there is no key `root` in `[files]`", "did you mean `roots`?"),
    ("[files]\nroots = \"a\"\n", "2:9", "`roots` is a list of paths", "write `roots = [\"…\"]`"),
    ("[files]\nroots = []\n", "2:9", "`roots` names nothing", "name a folder, or leave `roots` out"),
    ("[files]\nroots = [\"pipelins\"]\n", "2:10", "there is no file or folder `pipelins`", "did you mean `pipelines`?"),
    (
        "[files]\nroots = [\"../x\"]\n",
        "2:10",
        "`../x` does not lie below the folder of `mhm.toml`",
        "paths are taken from the folder of this file, and lead no further up",
    ),
    ("[files]\nexclude = [7]\n", "2:12", "a path is a text", ""),
    (
        "[files]\nexclude = [\"a[b]\"]\n",
        "2:12",
        "`a[b]` has another mark than `*`, `**` and `?`, and may have none",
        "",
    ),
    (
        "[files]\nexclude = [\"../a\"]\n",
        "2:12",
        "`../a` leads out of this folder, below which files are looked for",
        "",
    ),
];

#[test]
fn what_nothing_reads_is_an_error_with_its_place() {
    let at = project("wrong", &[("pipelines/a.mhm", LINT)]);
    for (text, place, message, help) in WRONG {
        fs::write(at.join("mhm.toml"), format!("# ж\n{text}")).unwrap();
        let (line, column) = place.split_once(':').unwrap();
        let place = format!("{}:{column}", line.parse::<usize>().unwrap() + 1);
        let expected = format!("mhm.toml:{place}: error[mhm::bad-config]: {message}\n1 error\n");
        assert_eq!(short(&at, &["."]), (2, expected), "{text}");
        let (code, out, err) = mhm(&at, &["check", "--format", "json"]);
        let value: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, err.as_str(), value["help"].as_str().unwrap_or("")), (2, "", *help), "{text}");
        assert_eq!(mhm(&at, &["fmt"]).0, 2, "{text}");
        assert_eq!(short(&at, &["--isolated", "."]).0, 0, "{text}");
    }
    fs::write(at.join("mhm.toml"), "[lints]\nno-lint = \"allow\"\nunused-let = \"wrn\"\n").unwrap();
    let (code, out, _) = mhm(&at, &["check"]);
    assert!(
        code == 2
            && out.ends_with("\n2 errors\n")
            && out.contains("[mhm.toml:2:1]")
            && out.contains("write `\"warn\"`"),
        "{out}"
    );
    for format in ["github", "gitlab", "sarif", "junit"] {
        let (code, out, _) = mhm(&at, &["check", "--format", format]);
        assert!(code == 2 && out.matches("bad-config").count() >= 2 && out.contains("mhm.toml"), "{format}: {out}");
    }
}

#[test]
fn broken_files_are_told_from_wrong_ones() {
    let at = project("broken", &[("a.mhm", LINT)]);
    for text in ["[lints\n", "[lints]\nunused-let = \n", "[lints]\na = \"allow\"\na = \"warn\"\n", "é", "\"", "a = [\n"]
    {
        fs::write(at.join("mhm.toml"), text).unwrap();
        let (code, out) = short(&at, &[]);
        assert!(
            code == 2 && out.contains("bad-config]: this is no TOML: ") && out.ends_with("\n1 error\n"),
            "{text}: {out}"
        );
        assert_eq!(mhm(&at, &["check"]).0, 2, "{text}");
    }
    let (huge, deep) = ("#".repeat(2 << 20), format!("a = {}", "[".repeat(100_000)));
    for (bytes, why) in [(&b"\xff"[..], "it is not text (UTF-8)"), (huge.as_bytes(), "it has more than 1048576 bytes")]
    {
        fs::write(at.join("mhm.toml"), bytes).unwrap();
        let (code, _, err) = mhm(&at, &["check"]);
        assert_eq!((code, err), (2, format!("mhm: cannot read `mhm.toml`: {why}\n")));
        let (code, out, err) = mhm(&at, &["check", "--format", "json"]);
        assert!(code == 2 && err.is_empty() && out.contains("\"file\":\"mhm.toml\""), "{out}");
    }
    fs::write(at.join("mhm.toml"), deep).unwrap();
    assert_eq!(short(&at, &[]).0, 2);
    fs::remove_file(at.join("mhm.toml")).unwrap();
    fs::create_dir(at.join("mhm.toml")).unwrap();
    assert_eq!(mhm(&at, &["check"]).0, 2);
}

#[test]
fn the_page_shows_what_can_be_read() {
    let at = project("page", &[("pipelines/a.mhm", LINT), ("library/b.mhm", LINT)]);
    let page = pages::files().find(|page| page.name == "mhm.toml").unwrap();
    let read = Config::of(&at.join("mhm.toml"), "mhm.toml", page.block("toml").unwrap()).unwrap();
    assert!(read.roots.len() == 2 && read.leaves_out(&at.join("pipelines/old/x.mhm")));
    assert!(!read.leaves_out(&at.join("pipelines/x.mhm")) && read.leaves_out(&at.join("x.draft.mhm")));
    for word in ["mhm.toml", "config"] {
        assert!(mhm(&at, &["explain", word]).1.starts_with("mhm.toml (a file beside those of a project)\n"));
    }
}
