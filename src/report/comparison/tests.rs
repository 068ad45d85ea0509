//! What comparisons must show, of records made up here.

use super::super::Style;
use super::super::tests::{axis, run};
use super::*;
use crate::record::OneOf;
use crate::record::Unit;

fn measures() -> [MeasureInfo; 2] {
    let info = |name: &str, unit| MeasureInfo {
        name: name.into(),
        label: None,
        unit,
        lower_is_better: true,
        one_of: OneOf::Run,
    };
    [info("test_error", Unit::Percent), info("loss", Unit::Plain)]
}

fn axes() -> [Axis; 2] {
    [axis("line", &["near", "far"]), axis("method", &["EndToEnd", "Mhm(heads: 4)"])]
}

/// Mhm's error is 2.1 points smaller on near and not different on far; its loss is larger on near, not different on far.
fn records(seeds: u64) -> Vec<RunRecord> {
    let mut records = Vec::new();
    for line in ["near", "far"] {
        for (m, method) in ["EndToEnd", "Mhm(heads: 4)"].into_iter().enumerate() {
            for seed in 0..seeds {
                let (m, jitter) = (m as f64, (seed * 7 % 5) as f64 / 1000.0 - 0.002);
                let gain = if line == "near" { 0.021 } else { 0.0 };
                let error = 0.2 - m * (gain + jitter);
                let loss = 0.5 + m * (gain + jitter) * 4.0;
                let arm = [("line", line), ("method", method)];
                records.push(run(&arm, seed, &[("test_error", error), ("loss", loss)]));
            }
        }
    }
    records
}

#[track_caller]
fn same(found: &str, expected: &str) {
    assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
}

#[test]
fn thirty_seeds() {
    let comparison = compare("method", (&measures(), &[]), &axes(), &records(30));
    same(&comparison.text(Style::Plain), THIRTY);
    same(&comparison.sentences().join("\n"), SENTENCES);
    let bold = comparison.text(Style::Ansi);
    same(&bold.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), THIRTY);
}

#[test]
fn five_seeds_cannot_stand_a_correction() {
    let comparison = compare("method", (&measures(), &[]), &axes(), &records(5));
    same(&comparison.text(Style::Plain), FIVE);
    assert_eq!(
        comparison.sentences()[0],
        "Mhm(heads: 4)'s test error is 2.1 points smaller than EndToEnd's (95 % 1.9 to 2.3, p = 0.25 among 4 comparisons: \
         possibly chance) on near. A difference of 2.1 points, were it real, would need 8 seeds."
    );
}

#[test]
fn what_is_not_shown_says_what_would_show_it() {
    let comparison = compare("method", (&measures(), &[]), &axes(), &records(5));
    let power = comparison.power();
    assert_eq!(power.heading, ["method", "cell", "measure", "seeds", "spread", "found from", "seen", "needs seeds"]);
    // Of five seeds nothing can stand, of eight what is so clear.
    assert_eq!(power.rows[0], ["Mhm(heads: 4)", "near", "test_error (%)", "5", "0.2", "–", "2.1", "8"]);
    assert!(power.notes.iter().any(|note| note.contains("no fewer than the 8 seeds")), "{:?}", power.notes);
    assert_eq!(comparison.not_shown().rows.len(), 4);
    // What stands is not asked for; two of four comparisons have no runs yet, and count.
    let records: Vec<RunRecord> = records(30).into_iter().filter(|r| r.arm.value("line") == Some("near")).collect();
    let comparison = compare("method", (&measures(), &[]), &axes(), &records);
    assert_eq!((comparison.planned, comparison.differences[0].comparisons), (4, 2));
    assert_eq!(comparison.power().rows[0][7..], ["shown"]);
    assert!(comparison.not_shown().rows.is_empty() && comparison.not_shown().notes.is_empty());
    assert!(comparison.power().notes[1].contains("/ 4") && comparison.power().notes[1].contains("without runs"));
}

#[test]
fn one_seed_gives_no_interval() {
    let comparison = compare("method", (&measures(), &[]), &axes(), &records(1));
    assert!(comparison.differences.iter().all(|d| d.verdict() == Verdict::Unknown));
    assert_eq!(
        comparison.sentences()[0],
        "Mhm(heads: 4)'s test error cannot be held against EndToEnd's: no interval can be given of 1 paired seed on near."
    );
    assert!(comparison.text(Style::Plain).contains("Of fewer than 2 paired seeds no interval can be given."));
}

#[test]
fn odd_input_is_an_empty_comparison() {
    for (axis_name, axes) in [("none", axes().to_vec()), ("method", vec![axis("method", &["EndToEnd"])])] {
        let comparison = compare(axis_name, (&measures(), &[]), &axes, &records(3));
        same(&comparison.text(Style::Plain), &format!("compare {axis_name}: nothing to compare.\n"));
    }
    let no_runs = compare("method", (&measures(), &[]), &axes(), &[]);
    assert_eq!(no_runs.summaries(), ["Nothing to compare in 4 of 4 comparisons."]);
    let mut failed = records(6);
    failed.iter_mut().filter(|record| record.seed > 3).for_each(|record| record.failure = Some("diverged".into()));
    let comparison = compare("method", (&measures(), &[]), &axes(), &failed);
    assert_eq!((comparison.differences[0].paired.n, comparison.differences[0].paired.dropped()), (4, 2));
    assert!(
        comparison
            .text(Style::Plain)
            .contains("Left out: 4 pairs of which a run failed; `mhm run` tries such runs again.")
    );
}

#[test]
fn several_values_are_each_held_against_the_first() {
    let axes = [axis("method", &["A", "B", "C"])];
    let records: Vec<RunRecord> = ["A", "B", "C"]
        .into_iter()
        .enumerate()
        .flat_map(|(m, method)| (0..8).map(move |seed| (m, method, seed)))
        .map(|(m, method, seed)| {
            run(&[("method", method)], seed, &[("loss", 1.0 + (m as f64) * (1.0 + 0.01 * seed as f64))])
        })
        .collect();
    let comparison = compare("method", (&measures()[1..], &[]), &axes, &records);
    assert_eq!(comparison.summaries(), ["B, loss: larger", "C, loss: larger"]);
    assert_eq!(comparison.sentences()[1], "C's loss is 2.07 larger than A's (95 % 2.03 to 2.11, p = 0.016).");
}

#[test]
fn what_was_found_is_two_sentences() {
    let of = |seeds, primary: &[&str]| {
        let primary: Vec<String> = primary.iter().map(|name| name.to_string()).collect();
        compare("method", (&measures(), &primary), &axes(), &records(seeds))
    };
    let all = of(30, &[]);
    assert_eq!(all.finding().unwrap(), "By test error, Mhm(heads: 4) (1 of 2 cells) is better than EndToEnd.");
    assert_eq!(all.beside().unwrap(), "Of the other measures, loss is worse for Mhm(heads: 4).");
    assert_eq!(of(1, &[]).finding().unwrap(), "1 seed is too few to tell a difference by test error.");
    assert_eq!(
        of(5, &[]).finding().unwrap(),
        "5 seeds are too few to tell a difference by test error among 4 comparisons."
    );
    // What it is chiefly about is a family of its own.
    let chief = of(30, &["loss"]);
    assert_eq!(chief.finding().unwrap(), "By loss, Mhm(heads: 4) (1 of 2 cells) is worse than EndToEnd.");
    let comparisons = |name: &str| chief.differences.iter().find(|d| d.measure.name == name).unwrap().comparisons;
    assert_eq!((comparisons("loss"), comparisons("test_error"), chief.planned), (2, 4, 2));
    assert!(
        chief.notes().iter().any(|note| note.starts_with("Chiefly about loss, corrected by itself")),
        "{:?}",
        chief.notes()
    );
    assert_eq!(compare("none", (&measures(), &[]), &axes(), &[]).finding(), None);
}

#[test]
fn words_say_clearly_only_of_what_stands() {
    let several = |seeds| compare("method", (&measures(), &[]), &axes(), &records(seeds)).in_words();
    assert_eq!(
        several(30),
        [
            "Mhm(heads: 4)'s test error is clearly smaller than EndToEnd's in 1 of 2 cells; its loss is clearly larger in 1 \
          of 2 cells."
        ]
    );
    assert_eq!(several(5), ["Mhm(heads: 4)'s test error and loss do not clearly differ from EndToEnd's."]);
    assert_eq!(several(1), ["Mhm(heads: 4)'s test error and loss have too few seeds to differ from EndToEnd's."]);
    let method = [axis("method", &["EndToEnd", "Mhm(heads: 4)"])];
    let on = |line: &str| -> Vec<RunRecord> {
        records(30).into_iter().filter(|record| record.arm.value("line") == Some(line)).collect()
    };
    assert_eq!(
        compare("method", (&measures(), &[]), &method, &on("near")).in_words(),
        [
            "Mhm(heads: 4)'s test error is 2.1 points smaller than EndToEnd's (95 % 2.1 to 2.2); its loss is 0.0840 larger \
          (95 % 0.0820 to 0.0860)."
        ]
    );
    assert_eq!(
        compare("method", (&measures()[..1], &[]), &method, &on("far")).in_words(),
        ["Mhm(heads: 4)'s test error does not clearly differ from EndToEnd's."]
    );
}

#[test]
fn csv_keeps_every_digit() {
    let csv = compare("method", (&measures(), &[]), &axes(), &records(30)).csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "axis,first,other,setting,measure,difference,low,high,p,n,stands,why");
    assert!(lines[1].starts_with("method,EndToEnd,Mhm(heads: 4),near,test_error,-0.02"), "{}", lines[1]);
    assert!(lines[1].ends_with(",30,true,") && lines[3].ends_with(",30,false,") && lines.len() == 5);
}

const THIRTY: &str = "\
compare method: Mhm(heads: 4) − EndToEnd, paired by seed

      measure         difference        95 % interval        p
───────────────────────────────────────────────────────────────────────────────
near  test_error (%)        -2.1         -2.2 to -2.1  < 0.001  smaller, better
      loss                0.0840     0.0820 to 0.0860  < 0.001  larger, worse
far   test_error (%)         0.0          -0.1 to 0.1     1.00  not clear
      loss               0.00000  -0.00200 to 0.00200     1.00  not clear

Interval of each by itself; p of the sign-flip test, Holm-corrected for 4 comparisons; 30 paired seeds.

test_error: smaller in 1 of 2 cells, no clear difference in 1
loss: larger in 1 of 2 cells, no clear difference in 1
";
const SENTENCES: &str = "\
Mhm(heads: 4)'s test error is 2.1 points smaller than EndToEnd's (95 % 2.1 to 2.2, p < 0.001) on near.
Mhm(heads: 4)'s loss is 0.0840 larger than EndToEnd's (95 % 0.0820 to 0.0860, p < 0.001) on near.
Mhm(heads: 4)'s test error does not clearly differ from EndToEnd's (0.0 points, 95 % -0.1 to 0.1, p = 1.00) on far. \
Of 30 seeds a difference of 0.1 points or more is found with 80 %; one of 0.0 points, were it real, would need more than 100000 seeds.
Mhm(heads: 4)'s loss does not clearly differ from EndToEnd's (0.00000, 95 % -0.00200 to 0.00200, p = 1.00) on far. \
Of 30 seeds a difference of 0.00371 or more is found with 80 %; one of 0.00, were it real, would need more than 100000 seeds.";
const FIVE: &str = "\
compare method: Mhm(heads: 4) − EndToEnd, paired by seed

      measure         difference        95 % interval     p
──────────────────────────────────────────────────────────────────────────────
near  test_error (%)        -2.1         -2.3 to -1.9  0.25  (smaller, better)
      loss                0.0840     0.0761 to 0.0919  0.25  (larger, worse)
far   test_error (%)         0.0          -0.2 to 0.2  1.00  not clear
      loss               0.00000  -0.00785 to 0.00785  1.00  not clear

Interval of each by itself; p of the sign-flip test, Holm-corrected for 4 comparisons; 5 paired seeds.
In brackets: p is 0.05 or more after the correction, possibly chance.
compare method: of 5 seeds no p can be below 0.05, Holm-corrected for 4 comparisons, however large the difference; run 8 or more.

test_error: smaller in 1 of 2 cells (0 after correction), no clear difference in 1
loss: larger in 1 of 2 cells (0 after correction), no clear difference in 1
";
