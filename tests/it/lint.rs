//! Case files of the linter. Each file of `tests/cases/lint` carries its findings at its end, with their labels and help;
//! `MHM_BLESS=1` renews them. For every lint there is a file that gets it and a `.clean` neighbour that gets nothing.

use mhm::check::{self, Checked, names::Program};
use mhm::cli::files::Disk;
use mhm::diagnostic::{Diagnostic, Severity};
use mhm::hir::LINTS;
use mhm::lint::{Subject, lint};
use mhm::source::SourceMap;
use mhm::span::Span;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const MARKS: [&str; 2] = ["// Error: ", "// Warning: "];

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "mhm") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The text without the notes at its end.
fn program(text: &str) -> &str {
    let ends = MARKS.iter().filter_map(|mark| text.find(mark));
    &text[..ends.min().unwrap_or(text.len())]
}

fn checked(name: &str, text: &str) -> (SourceMap, Checked, Vec<Diagnostic>) {
    let (program, mut diagnostics) = Program::load(name, text, &Disk::default());
    let (checked, found) = check::check(&program);
    diagnostics.extend(found);
    (program.sources, checked, diagnostics)
}

fn findings(checked: &Checked) -> Vec<Diagnostic> {
    lint(&Subject {
        networks: &checked.networks,
        schedules: &checked.schedules,
        pipelines: &checked.pipelines,
        experiments: &checked.experiments,
        unused: &checked.unused,
        allow: &[],
    })
}

fn linted(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let (sources, checked, mut diagnostics) = checked(name, text);
    diagnostics.extend(findings(&checked));
    (sources, diagnostics)
}

/// `4:7`, or `std/schedule/Mhm.mhm 12:3` in another file.
fn place(sources: &SourceMap, span: Span) -> String {
    let at = sources.position(span.source, span.start);
    let file = if span.source.0 == 0 { String::new() } else { format!("{} ", sources.get(span.source).name) };
    format!("{file}{}:{}", at.line, at.column)
}

/// A finding as the case files note it.
fn note(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let mark = match diagnostic.severity {
        Severity::Error => MARKS[0],
        Severity::Warning => MARKS[1],
    };
    let place_of = |span| place(sources, span);
    let mut note = format!("{mark}{} {} {}\n", place_of(diagnostic.span()), diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        writeln!(note, "//   label: {} {}", place_of(label.span), label.text).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        writeln!(note, "//   help: {help}").unwrap();
    }
    note
}

#[test]
fn case_files_get_the_findings_they_note() {
    let mut wrong = vec![];
    for (path, text) in files("tests/cases/lint") {
        let body = program(&text);
        let (sources, diagnostics) = linted("case.mhm", body);
        let notes: String = diagnostics.iter().map(|d| note(&sources, d)).collect();
        let blessed = format!("{body}{notes}");
        if blessed == text {
            continue;
        }
        if std::env::var_os("MHM_BLESS").is_some() {
            fs::write(&path, &blessed).unwrap();
        } else {
            wrong.push(format!("{}:\n{notes}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nMHM_BLESS=1 renews the notes", wrong.join("\n"));
}

#[test]
fn every_lint_has_a_case_and_a_clean_neighbour() {
    let files = files("tests/cases/lint");
    for name in LINTS {
        let stem = name.replace('-', "_");
        let of = |ending: &str| files.iter().find(|(path, _)| path.ends_with(format!("{stem}{ending}"))).map(|f| &f.1);
        let (case, clean) = (of(".mhm").expect(name), of(".clean.mhm").expect(name));
        assert!(case.contains(&format!(" {name} ")), "{name}");
        assert_eq!(program(clean), clean, "{name}");
    }
}

#[test]
fn the_library_and_the_pipelines_are_clean() {
    for (path, text) in files("stdlib").into_iter().chain(files("pipelines")) {
        let (sources, diagnostics) = linted(path.to_str().unwrap(), &text);
        // What is not in the language yet is another test's business.
        let notes: String = diagnostics.iter().filter(|d| LINTS.contains(&d.code)).map(|d| note(&sources, d)).collect();
        assert!(notes.is_empty(), "{}:\n{notes}", path.display());
    }
}

const PIPELINE: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.Mhm
pipeline toy {
  data      TwoMoons
  network   ToyIntermediate
  loss      cross_entropy
  optimizer adam(lr: 1e-3)
  schedule  Mhm
  batch     16
  budget    100 epochs
}
"#;

#[test]
fn hostile_schedules_are_linted_quickly() {
    let names: Vec<String> = (0..13).map(|i| format!("k{i}")).collect();
    let open: String = names.iter().map(|k| format!("for {k} in folds {{ ")).collect();
    let set: Vec<String> = names.iter().map(|k| format!("fold({k})")).collect();
    let deep = |on: &str| format!("{open} phase p {{ train uni on {on} through mean(head) }} {}", "}".repeat(13));
    let many = |n: usize| {
        let term = |i: usize| format!("fold(k0 + {i}) - fold(k1 + {i})");
        (0..n).map(term).collect::<Vec<_>>().join(" + ")
    };
    let pair = "for k in folds { phase a { train head[k] on SET } phase b { train fusion on SET through head[k] } }";
    let pair = format!("for k0 in folds {{ for k1 in folds {{ {} }} }}", pair.replace("SET", &many(16)));
    let deep = [deep(&set.join(" + ")), deep(&many(80)), deep("fold(k0 + 999999999999) + except(k0)")];
    // As many folds as a schedule of so many loops may have, and more.
    for (body, most) in deep.into_iter().map(|body| (body, 2)).chain([(pair, 17)]) {
        for folds in [most, 1000] {
            let text = format!("schedule S {{ folds {folds} replicas head 1000 repeat {{ {body} }} deploy mean }}");
            let start = std::time::Instant::now();
            let (_, checked, wrong) = checked("case.mhm", &text);
            assert_eq!(checked.schedules.len(), usize::from(folds == most), "{wrong:?}");
            findings(&checked);
            assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
        }
    }
}

/// Samples of a set of the 180 training samples.
fn size(set: &mhm::data::folds::SplitSet, folds: usize) -> usize {
    use mhm::data::folds::SplitSet;
    let fold = |k: usize| 180 / folds + usize::from(k < 180 % folds);
    match set {
        SplitSet::All => 180,
        SplitSet::Fold(k) => fold(*k),
        SplitSet::Except(k) => 180 - fold(*k),
        SplitSet::Named(_) | SplitSet::Union(..) | SplitSet::Difference(..) | SplitSet::Intersection(..) => 0,
    }
}

#[test]
fn costs_are_those_of_the_plan() {
    for heads in [2, 4, 5, 7] {
        for budget in ["1 epochs", "100 epochs", "2.5 epochs", "333 steps", "1000 samples", "3 rounds"] {
            let text = PIPELINE.replace("Mhm\n  batch", &format!("Mhm(heads: {heads})\n  batch"));
            let text = text.replace("100 epochs", budget);
            let (_, checked, diagnostics) = checked("case.mhm", &text);
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            let plan = mhm::plan::schedule(&checked.pipelines[0]);
            let walked = mhm::plan::walk::<()>(&plan, 180, |visit| {
                let phase = &plan.phases[visit.phase];
                Ok(phase.turn(size(&phase.on, heads), visit.number))
            });
            let (real, counted) = (walked.unwrap(), mhm::lint::cost::cost(&checked.pipelines[0]).unwrap());
            assert_eq!(counted.updates, real.steps as f64, "{heads} heads, {budget}");
            assert!((counted.samples * 180.0 - real.samples as f64).abs() < 1e-3, "{heads} heads, {budget}");
        }
    }
}
