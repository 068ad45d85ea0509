//! What tables must show, of records made up here.

use super::super::tests::{axis, run};
use super::super::{Style, combinations, width};
use super::*;
use crate::record::OneOf;

fn measure(name: &str, unit: Unit) -> MeasureInfo {
    MeasureInfo { name: name.into(), label: None, unit, lower_is_better: true, one_of: OneOf::Run }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

fn axes() -> [Axis; 3] {
    [
        axis("line", &["near", "far"]),
        axis("network", &["ToyEarly", "ToyLate"]),
        axis("method", &["EndToEnd", "Mhm(heads: 4)"]),
    ]
}

fn declaration() -> Declaration {
    Declaration {
        title: "table_2".into(),
        measures: vec![measure("test_error", Unit::Percent), measure("test_loss", Unit::Plain)],
        rows: names(&["method"]),
        columns: names(&["line"]),
        cells: names(&["network"]),
        slice: None,
    }
}

/// Mhm is better on near by 3 points, not on far. Far with ToyLate has no run; one run of Mhm diverged.
fn records() -> Vec<RunRecord> {
    let mut records = Vec::new();
    for (i, line) in ["near", "far"].into_iter().enumerate() {
        for network in ["ToyEarly", "ToyLate"].into_iter().filter(|network| line == "near" || *network == "ToyEarly") {
            for (m, method) in ["EndToEnd", "Mhm(heads: 4)"].into_iter().enumerate() {
                for seed in 0..10u64 {
                    let noise = (seed * 7 % 5) as f64 / 1000.0;
                    let gain = if i == 0 { 0.03 } else { 0.001 * (seed as f64 - 4.5) };
                    let error = 0.175 + 0.1 * i as f64 + noise - m as f64 * (gain + 0.001 * (seed % 2) as f64);
                    let arm = [("line", line), ("network", network), ("method", method)];
                    let mut record = run(&arm, seed, &[("test_error", error), ("test_loss", error / 2.0)]);
                    if (line, network, m, seed) == ("near", "ToyLate", 1, 4) {
                        record.failure = Some("loss is not finite".into());
                    }
                    records.push(record);
                }
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
fn the_layout_is_that_of_table_2() {
    same(&table(&declaration(), &axes(), &records(), &[]).text(120, Style::Plain), WIDE);
}

#[test]
fn a_narrow_terminal_gets_tables_below_one_another() {
    let grid = table(&declaration(), &axes(), &records(), &[]);
    same(&grid.text(80, Style::Plain), NARROW);
    // Nothing is lost where not even one column fits.
    assert_eq!(grid.text(0, Style::Plain), grid.text(80, Style::Plain));
}

#[test]
fn colours_change_no_width() {
    let grid = table(&declaration(), &axes(), &records(), &[]);
    let coloured = grid.text(120, Style::Ansi);
    assert!(coloured.contains("\u{1b}[1m14.6 ± 0.1*\u{1b}[0m"));
    assert_eq!(coloured.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), grid.text(120, Style::Plain));
}

#[test]
fn the_whole_table_2_fits_120_columns() {
    let axes = [
        axis("data", &["moons_a", "moons_b", "roll_a", "roll_b"]),
        axis("network", &["ToyEarly", "ToyIntermediate", "ToyLate"]),
        axis("method", &["EndToEnd", "Mhm(heads: 4)"]),
    ];
    let choices = combinations(&axes.iter().collect::<Vec<_>>());
    let mut records = Vec::new();
    for (choice, seed) in choices.iter().flat_map(|choice| (0..30).map(move |seed| (choice, seed))) {
        let arm: Vec<(&str, &str)> =
            axes.iter().zip(choice).map(|(axis, i)| (axis.name.as_str(), axis.values[*i].as_str())).collect();
        let error = 0.175 + 0.03 * choice[0] as f64 - 0.01 * (choice[1] * choice[2]) as f64;
        let gap = 0.01 * (seed % 7) as f64;
        records.push(run(&arm, seed, &[("test_error", error + gap), ("generalization_gap", gap)]));
    }
    let declaration = Declaration {
        measures: ["test_error", "generalization_gap"].map(|name| measure(name, Unit::Percent)).to_vec(),
        columns: names(&["data"]),
        ..declaration()
    };
    let text = table(&declaration, &axes, &records, &[]).text(120, Style::Plain);
    assert!(text.lines().all(|line| width(line) <= 120), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("method")).count(), 2, "{text}");
}

#[test]
fn markdown() {
    same(&table(&declaration(), &axes(), &records(), &[]).markdown(), MARKDOWN);
}

/// Two sources of one measure, one of another; nobody reports far with ToyLate.
fn published() -> Vec<Published> {
    let by = |source: &str, measure: &str, values: &[Option<f64>]| Published {
        source: source.into(),
        measure: measure.into(),
        values: values.to_vec(),
        others: vec![],
    };
    let error = [Some(17.5), Some(15.0), Some(17.5), Some(15.0), Some(27.5), Some(17.5), None, None];
    let other = [Some(18.25), None, None, None, None, None, None, None];
    vec![by("Lee et al., Table 2", "test_error", &error), by("Kim & Co.", "test_error", &other)]
}

#[test]
fn published_numbers_stand_in_brackets() {
    same(&table(&declaration(), &axes(), &records(), &published()[..1]).text(120, Style::Plain), PUBLISHED);
    let grid = table(&declaration(), &axes(), &records(), &published());
    let markdown = grid.markdown();
    assert!(
        markdown.contains("| 17.7 ± 0.1 [17.5; 18.25] / 17.7 ± 0.1 [17.5; –] | 27.7 ± 0.1 [27.5; –] / – |"),
        "{markdown}"
    );
    assert!(markdown.contains("\n- In brackets: Lee et al., Table 2; Kim & Co.\n"), "{markdown}");
    let csv = grid.csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].ends_with(",\"published: Lee et al., Table 2\",published: Kim & Co."), "{csv}");
    assert!(lines[1].ends_with(",10,0,,0.175,0.1825") && lines[2].ends_with(",10,0,,0.175,"), "{csv}");
    same(&grid.latex(), LATEX);
}

#[test]
fn other_methods_have_lines_of_their_own() {
    let declaration = Declaration { rows: names(&["line"]), columns: vec![], cells: vec![], ..declaration() };
    let axes = [axis("line", &["near", "far"])];
    let near = |seed| run(&[("line", "near")], seed, &[("test_error", 0.17 + 0.001 * seed as f64), ("test_loss", 1.0)]);
    let records: Vec<RunRecord> = (0..3).map(near).collect();
    let mut published = published();
    published[0].values = vec![Some(17.5), None];
    published[0].others = vec![("Tian | 2018".into(), vec![Some(18.25)]), ("Lin 2019".into(), vec![None])];
    published.truncate(1);
    let grid = table(&declaration, &axes, &records, &published);
    let text = grid.text(120, Style::Plain);
    let words = |row: &str| -> Vec<&str> {
        text.lines()
            .find(|line| line.starts_with(row))
            .map(|line| line.split_whitespace().collect())
            .unwrap_or_default()
    };
    assert_eq!(words("Tian"), ["Tian", "|", "2018", "[18.25]", "–"], "{text}");
    assert_eq!(words("Lin"), ["Lin", "2019", "–", "–"], "{text}");
    assert!(text.contains("–: no run"), "{text}");
    assert!(grid.markdown().contains("| Tian \\| 2018 | [18.25] | – |"), "{}", grid.markdown());
    assert!(grid.latex().contains("2018 & [18.25]"), "{}", grid.latex());
    assert!(grid.csv().contains("Tian | 2018,test_error,,,,0,0,,0.1825"), "{}", grid.csv());
}

#[test]
fn csv_has_one_line_an_arm_and_measure() {
    let csv = table(&declaration(), &axes(), &records(), &[]).csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 2 * 2 * 2);
    assert_eq!(lines[0], "line,network,method,measure,mean,low,high,n,dropped,why");
    let fields: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(fields[..4], ["near", "ToyEarly", "EndToEnd", "test_error"]);
    assert_eq!(fields[7..], ["10", "0", ""]);
    let [mean, low, high] = [4, 5, 6].map(|k| fields[k].parse::<f64>().unwrap());
    assert!((mean - 0.177).abs() < 1e-12 && low < mean && mean < high, "{}", lines[1]);
    assert_eq!(lines[4], "far,ToyLate,EndToEnd,test_error,,,,0,0,");
}

#[test]
fn an_axis_that_is_not_mentioned_becomes_an_outer_row() {
    let declaration = Declaration {
        measures: vec![measure("test_error", Unit::Percent)],
        rows: names(&["method", "no_such_axis"]),
        cells: Vec::new(),
        ..declaration()
    };
    same(&table(&declaration, &axes(), &records(), &[]).text(100, Style::Plain), OUTER);
}

#[test]
fn columns_may_be_of_several_axes_and_of_none() {
    let both = Declaration { columns: names(&["line", "network"]), cells: Vec::new(), ..declaration() };
    let text = table(&both, &axes(), &records(), &[]).text(120, Style::Plain);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[2].trim_start().starts_with("line:") && lines[2].ends_with("far"), "{text}");
    assert!(lines[3].starts_with("method") && lines[3].ends_with("ToyLate"), "{text}");
    let none = Declaration { columns: Vec::new(), cells: Vec::new(), ..declaration() };
    let grid = table(&none, &axes(), &records(), &[]);
    // Then measures have columns.
    assert_eq!((grid.lines.len(), grid.lines[0].cells.len()), (2 * 2 * 2, 2));
    same(&grid.text(120, Style::Plain), ACROSS);
    assert!(grid.markdown().contains("| line | network | method | Test error (%) ↓ | Test loss ↓ |\n"));
    assert!(grid.latex().contains("    line & network & method & Test error (\\%) $\\downarrow$ & Test loss"));
}

#[test]
fn nothing_is_a_table_too() {
    let empty = table(&declaration(), &axes(), &[], &[]);
    assert!(empty.text(120, Style::Plain).contains("– / –"));
    assert!(empty.lines.iter().flat_map(|line| line.cells.iter().flatten()).all(|entry| !entry.best));
    let no_values = [axis("line", &[]), axis("method", &[])];
    for grid in [table(&declaration(), &no_values, &records(), &[]), table(&Declaration::default(), &[], &[], &[])] {
        let _ = (grid.text(100, Style::Ansi), grid.markdown(), grid.csv());
    }
}

#[test]
fn one_seed_marks_nothing() {
    let records: Vec<RunRecord> = records().into_iter().filter(|record| record.seed == 0).collect();
    let text = table(&declaration(), &axes(), &records, &[]).text(120, Style::Plain);
    assert!(text.contains("One seed: no interval can be given.") && !text.contains('*'), "{text}");
}

#[test]
fn the_best_is_the_highest_where_higher_is_better() {
    let mut declaration = declaration();
    declaration.measures[0].lower_is_better = false;
    let grid = table(&declaration, &axes(), &records(), &[]);
    assert!(grid.lines[0].cells[0][0].best && !grid.lines[2].cells[0][0].best);
    assert_eq!(grid.lines[0].labels, ["EndToEnd", "test_error (%) ↑"]);
}

const ACROSS: &str = "\
table_2

line  network   method         test_error (%) ↓  test_loss ↓
─────────────────────────────────────────────────────────────────
near  ToyEarly  EndToEnd       17.7 ± 0.1        0.0885 ± 0.0005
                Mhm(heads: 4)  14.6 ± 0.1*       0.0732 ± 0.0006*
      ToyLate   EndToEnd       17.7 ± 0.1        0.0885 ± 0.0005
                Mhm(heads: 4)  14.6 ± 0.1*       0.0732 ± 0.0006*
far   ToyEarly  EndToEnd       27.7 ± 0.1          0.139 ± 0.001
                Mhm(heads: 4)  27.7 ± 0.2          0.138 ± 0.001
      ToyLate   EndToEnd                –                      –
                Mhm(heads: 4)           –                      –

Mean ± half-width of the 95 % t interval over 9 to 10 seeds.
Left out, 1 of 60 runs: failed.
–: no run, or none that has this measure.
*: better than every other method (paired; 95 % without zero, p < 0.05 Holm-corrected for 6 comparisons).
";
const PUBLISHED: &str = "\
table_2

method         line:             near                                               far
────────────────────────────────────────────────────────────────────────────────────────────────────────────
EndToEnd       test_error (%) ↓       17.7 ± 0.1  [17.5] /      17.7 ± 0.1  [17.5]     27.7 ± 0.1 [27.5] / –
               test_loss ↓       0.0885 ± 0.0005         / 0.0885 ± 0.0005          0.139 ± 0.001        / –
Mhm(heads: 4)  test_error (%) ↓       14.6 ± 0.1* [15.0] /      14.6 ± 0.1* [15.0]     27.7 ± 0.2 [17.5] / –
               test_loss ↓       0.0732 ± 0.0006*        / 0.0732 ± 0.0006*         0.138 ± 0.001        / –

Within a cell, network: ToyEarly / ToyLate.
Mean ± half-width of the 95 % t interval over 9 to 10 seeds.
Left out, 1 of 60 runs: failed.
–: no run, or none that has this measure.
In brackets: Lee et al., Table 2.
*: better than every other method (paired; 95 % without zero, p < 0.05 Holm-corrected for 6 comparisons).
";
const LATEX: &str = "\
\\begin{table}
  \\centering
  \\caption{Test error and test loss by line, network, method.}
  \\begin{tabular}{llcc}
    \\toprule
    method & line & near & far \\\\
    \\midrule
    EndToEnd & Test error (\\%) $\\downarrow$ & 17.7 $\\pm$ 0.1 [17.5; 18.25] / 17.7 $\\pm$ 0.1 [17.5; --] & 27.7 $\\pm$ 0.1 [27.5; --] / -- \\\\
     & Test loss $\\downarrow$ & 0.0885 $\\pm$ 0.0005 / 0.0885 $\\pm$ 0.0005 & 0.139 $\\pm$ 0.001 / -- \\\\
    Mhm(heads: 4) & Test error (\\%) $\\downarrow$ & \\textbf{14.6 $\\pm$ 0.1} [15.0; --] / \\textbf{14.6 $\\pm$ 0.1} [15.0; --] & 27.7 $\\pm$ 0.2 [17.5; --] / -- \\\\
     & Test loss $\\downarrow$ & \\textbf{0.0732 $\\pm$ 0.0006} / \\textbf{0.0732 $\\pm$ 0.0006} & 0.138 $\\pm$ 0.001 / -- \\\\
    \\bottomrule
  \\end{tabular}

  \\smallskip
  {\\footnotesize Within a cell, network: ToyEarly / ToyLate. Mean $\\pm$ half-width of the 95 \\% t interval over 9 to 10 seeds. Left out, 1 of 60 runs: failed. --: no run, or none that has this measure. In brackets: Lee et al., Table 2; Kim \\& Co. Bold: better than every other method (paired; 95 \\% without zero, p $<$ 0.05 Holm-corrected for 6 comparisons).}
\\end{table}
";
const WIDE: &str = "\
table_2

method         line:             near                                 far
───────────────────────────────────────────────────────────────────────────────────────
EndToEnd       test_error (%) ↓       17.7 ± 0.1  /      17.7 ± 0.1      27.7 ± 0.1 / –
               test_loss ↓       0.0885 ± 0.0005  / 0.0885 ± 0.0005   0.139 ± 0.001 / –
Mhm(heads: 4)  test_error (%) ↓       14.6 ± 0.1* /      14.6 ± 0.1*     27.7 ± 0.2 / –
               test_loss ↓       0.0732 ± 0.0006* / 0.0732 ± 0.0006*  0.138 ± 0.001 / –

Within a cell, network: ToyEarly / ToyLate.
Mean ± half-width of the 95 % t interval over 9 to 10 seeds.
Left out, 1 of 60 runs: failed.
–: no run, or none that has this measure.
*: better than every other method (paired; 95 % without zero, p < 0.05 Holm-corrected for 6 comparisons).
";
const NARROW: &str = "\
table_2

method         line:             near
────────────────────────────────────────────────────────────────────
EndToEnd       test_error (%) ↓       17.7 ± 0.1  /      17.7 ± 0.1
               test_loss ↓       0.0885 ± 0.0005  / 0.0885 ± 0.0005
Mhm(heads: 4)  test_error (%) ↓       14.6 ± 0.1* /      14.6 ± 0.1*
               test_loss ↓       0.0732 ± 0.0006* / 0.0732 ± 0.0006*

method         line:             far
──────────────────────────────────────────────────
EndToEnd       test_error (%) ↓     27.7 ± 0.1 / –
               test_loss ↓       0.139 ± 0.001 / –
Mhm(heads: 4)  test_error (%) ↓     27.7 ± 0.2 / –
               test_loss ↓       0.138 ± 0.001 / –

Within a cell, network: ToyEarly / ToyLate.
Mean ± half-width of the 95 % t interval over 9 to 10 seeds.
Left out, 1 of 60 runs: failed.
–: no run, or none that has this measure.
*: better than every other method (paired; 95 % without zero, p < 0.05 Holm-corrected for 6 comparisons).
";
const MARKDOWN: &str = "\
**table_2**

| method | measure | near | far |
| --- | --- | --- | --- |
| EndToEnd | Test error (%) ↓ | 17.7 ± 0.1 / 17.7 ± 0.1 | 27.7 ± 0.1 / – |
|  | Test loss ↓ | 0.0885 ± 0.0005 / 0.0885 ± 0.0005 | 0.139 ± 0.001 / – |
| Mhm(heads: 4) | Test error (%) ↓ | **14.6 ± 0.1** / **14.6 ± 0.1** | 27.7 ± 0.2 / – |
|  | Test loss ↓ | **0.0732 ± 0.0006** / **0.0732 ± 0.0006** | 0.138 ± 0.001 / – |

- Within a cell, network: ToyEarly / ToyLate.
- Mean ± half-width of the 95 % t interval over 9 to 10 seeds.
- Left out, 1 of 60 runs: failed.
- –: no run, or none that has this measure.
- Bold: better than every other method (paired; 95 % without zero, p < 0.05 Holm-corrected for 6 comparisons).
";
const OUTER: &str = "\
table_2

network   method         line:             near         far
──────────────────────────────────────────────────────────────────
ToyEarly  EndToEnd       test_error (%) ↓  17.7 ± 0.1   27.7 ± 0.1
          Mhm(heads: 4)  test_error (%) ↓  14.6 ± 0.1*  27.7 ± 0.2
ToyLate   EndToEnd       test_error (%) ↓  17.7 ± 0.1            –
          Mhm(heads: 4)  test_error (%) ↓  14.6 ± 0.1*           –

Mean ± half-width of the 95 % t interval over 9 to 10 seeds.
Left out, 1 of 60 runs: failed.
–: no run, or none that has this measure.
*: better than every other method (paired; 95 % without zero, p < 0.05 Holm-corrected for 3 comparisons).
";
