//! Lints on hostile schedules, and the advice on unequal budgets. What each lint finds stands in the manual.

use mhm::check::{self, Checked, names::Program};
use mhm::cli::files::{Disk, lint_at};
use mhm::diagnostic::Diagnostic;
use mhm::hir::LINTS;
use mhm::lint::levels::Levels;
use mhm::source::SourceMap;

fn checked(name: &str, text: &str) -> (SourceMap, Checked, Vec<Diagnostic>) {
    let (program, mut diagnostics) = Program::load(name, text, &Disk::default());
    let (checked, found) = check::check(&program);
    diagnostics.extend(found);
    (program.sources, checked, diagnostics)
}

fn linted(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let (sources, checked, mut diagnostics) = checked(name, text);
    diagnostics.extend(lint_at(&checked, &Levels::default()));
    (sources, diagnostics)
}

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
            lint_at(&checked, &Levels::default());
            assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
        }
    }
}

/// A comparison of end-to-end training with MHM.
fn comparison(per_class: usize, heads: usize, batch: usize, budget: &str) -> String {
    let head = "use std.dataset.TwoMoons\nuse std.network.ToyIntermediate\nuse std.schedule.*\n";
    format!(
        "{head}pipeline toy(method: Schedule) {{\n  data TwoMoons(per_class: {per_class})\n  network ToyIntermediate\n  \
         loss cross_entropy\n  optimizer adam(lr: 1e-3)\n  schedule method\n  batch {batch}\n  budget {budget}\n  metrics error\n}}\n\
         experiment e {{\n  vary method in [EndToEnd, Mhm(heads: {heads})]\n  seeds 30\n  run toy(method)\n  \
         table test_error {{ rows method }}\n  compare method\n}}\n"
    )
}

fn of_budgets(text: &str) -> Vec<Diagnostic> {
    let (_, diagnostics) = linted("case.mhm", text);
    assert!(diagnostics.iter().all(|d| LINTS.contains(&d.code)), "{diagnostics:?}");
    diagnostics.into_iter().filter(|d| d.code == "unfair-budget").collect()
}

/// The text with every setting of the help in the place of its own.
fn applied(text: &str, help: &str) -> String {
    let mut text = text.to_string();
    for setting in help.split('`').skip(1).step_by(2) {
        let word = setting.split(' ').next().unwrap();
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{word} "))).unwrap().to_string();
        text = text.replace(&line, &format!("  {setting}"));
    }
    text
}

#[test]
fn advice_on_unfair_budgets_passes_it() {
    let (mut tried, mut unfair) = (0, 0);
    for per_class in [50, 75, 100, 150, 200, 333, 500] {
        for batch in [8, 16, 32, 50] {
            for heads in [2, 4, 5, 10] {
                for budget in ["40 epochs", "500 steps", "20 rounds"] {
                    let text = comparison(per_class, heads, batch, budget);
                    tried += 1;
                    let Some(found) = of_budgets(&text).pop() else { continue };
                    unfair += 1;
                    let help = found.help.unwrap();
                    let mended = applied(&text, &help);
                    assert_ne!(mended, text, "{help}");
                    assert!(of_budgets(&mended).is_empty(), "{text}\n{help}");
                }
            }
        }
    }
    assert!(tried == 336 && unfair > 100, "{unfair} of {tried}");
}

#[test]
fn ragged_last_batches_alone_are_rarely_unfair() {
    // 180 samples in batches of 16 are 12 updates; in folds of 45 and 135 they are 3 and 9.
    assert!(of_budgets(&comparison(100, 4, 16, "100 epochs")).is_empty());
    assert!(of_budgets(&comparison(100, 4, 16, "500 steps")).is_empty());
    // In batches of 32, 6 against 2 and 5: 7 % more.
    let found = of_budgets(&comparison(100, 4, 32, "100 epochs")).pop().unwrap();
    assert!(found.help.unwrap().starts_with("with `batch "));
}
