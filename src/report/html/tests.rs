//! What the page must hold, of a report made up here.

use super::page;
use crate::id::ModuleId;
use crate::measured::{Absent, finite};
use crate::record::manifest::{Arm, Axis, Edge, End, Figure, Manifest, Module, Phase, Published, Sketch, Table};
use crate::record::{Address, ArmId, EpochRecord, MeasureInfo, OneOf, RunRecord, Unit};
use crate::report::confusion::Confusion;
use crate::report::{Bitmaps, Report, files};
use std::collections::BTreeSet;

const METHODS: [&str; 2] = ["EndToEnd", "Mhm(heads: 2)"];

fn measure(name: &str) -> MeasureInfo {
    MeasureInfo { name: name.into(), label: None, unit: Unit::Percent, lower_is_better: true, one_of: OneOf::Run }
}

fn arm(method: &str) -> ArmId {
    ArmId(vec![("method".into(), method.into())])
}

fn sketch(schedule: &str, heads: usize) -> Sketch {
    let module = |role: &str, name: &str, weights, replicas| Module {
        name: name.into(),
        role: role.into(),
        layers: "linear relu".into(),
        weights,
        replicas,
    };
    let edge = |from, to| Edge { from, to, shape: "[8]".into() };
    let phase = |k: usize| Phase {
        name: format!("head[{k}]"),
        on: format!("except({k})"),
        trains: vec![ModuleId(1).replica(k)],
        frozen: vec![ModuleId(0).replica(0)],
        steps: 3,
        samples: 24,
    };
    Sketch {
        network: "Small".into(),
        schedule: schedule.into(),
        modules: vec![module("fusion", "joint", 40, 1), module("head", "classify", 18, heads)],
        edges: vec![
            edge(End::Input("first".into()), End::Module(ModuleId(0))),
            edge(End::Module(ModuleId(0)), End::Module(ModuleId(1))),
            edge(End::Module(ModuleId(1)), End::Output("out".into())),
        ],
        phases: (0..heads).map(phase).collect(),
        folds: heads,
        deploys: "head[0]".into(),
        deployed_weights: 58,
        deployed_flops: 116,
        trained_weights: 40 + 18 * heads as u64,
        trained_flops: 1_000_000,
    }
}

fn record(method: &str, m: usize, seed: u64) -> RunRecord {
    let gap = 0.08 - 0.03 * m as f64 + 0.001 * ((seed * 7) % 5) as f64 * (1.0 + m as f64);
    let error = 0.2 + 0.002 * ((seed * 3 + m as u64) % 7) as f64;
    let at = |epoch: u32| EpochRecord {
        epoch,
        measures: [("test_error".to_string(), finite(error + 0.5 / f64::from(epoch)))].into(),
    };
    RunRecord {
        arm: arm(method),
        seed,
        measures: [("test_error".to_string(), Ok(error)), ("generalization_gap".to_string(), Ok(gap))].into(),
        epochs: [5, 10, 15].map(at).to_vec(),
        ..RunRecord::default()
    }
}

/// Twelve seeds of two methods, the gap clearly smaller under the second; one more run that failed.
fn report() -> Report {
    let arms = METHODS.iter().enumerate().map(|(m, method)| Arm {
        arm: arm(method),
        settings: vec![("batch".into(), "16".into()), ("schedule".into(), method.to_string())],
        cells: (0..13)
            .map(|seed| Address::of(blake3::hash(format!("{method} {seed}").as_bytes()).as_bytes()))
            .collect(),
        sketch: m,
        ..Arm::default()
    });
    let records = METHODS.iter().enumerate().flat_map(|(m, method)| (0..12).map(move |seed| record(method, m, seed)));
    let failed = RunRecord { failure: Some("the loss became NaN".into()), ..record(METHODS[1], 1, 12) };
    let measures = vec![measure("test_error"), measure("generalization_gap")];
    Report {
        manifest: Manifest {
            experiment: "methods".into(),
            doc: "Two methods on `Small`.\n\nThe second has two heads.".into(),
            program: "mhm 0.1.0".into(),
            command: "mhm run small.mhm methods".into(),
            file: "small.mhm".into(),
            texts: vec![("small.mhm".into(), "00ff".into())],
            device: "cpu".into(),
            axes: vec![Axis { name: "method".into(), values: METHODS.map(str::to_string).to_vec() }],
            seeds: (0..13).collect(),
            repeats: 1,
            tables: vec![Table { measures: measures.clone(), rows: vec!["method".into()], ..Table::default() }],
            figures: vec![Figure {
                measures: measures[..1].to_vec(),
                lines: vec!["method".into()],
                every: 5,
                ..Figure::default()
            }],
            compare: vec!["method".into()],
            published: vec![Published {
                others: vec![],
                source: "Lee et al. 2022".into(),
                measure: "test_error".into(),
                values: vec![Some(17.5), None],
            }],
            arms: arms.collect(),
            sketches: vec![sketch("EndToEnd", 1), sketch("Mhm", 2)],
            ..Manifest::default()
        },
        records: records.chain([failed]).collect(),
        confusion: vec![Confusion {
            arm: arm(METHODS[0]),
            split: "test".into(),
            target: "moon".into(),
            counts: vec![vec![9, 1], vec![2, 8]],
            names: vec![],
        }],
    }
}

/// Opening and closing tags in step, names of elements in order.
#[track_caller]
fn well_formed(text: &str) -> Vec<String> {
    let (mut open, mut names): (Vec<String>, Vec<String>) = (vec![], vec![]);
    for tag in text.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name: String = tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        match tag.chars().next().unwrap() {
            '!' | '?' => {}
            '/' => assert_eq!(open.pop(), Some(name), "closed here: {tag}"),
            _ => {
                assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
                if name != "meta" {
                    open.push(name.clone());
                }
                names.push(name);
            }
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    names
}

fn attributes<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    text.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_parts_stand_in_their_order() {
    let page = page(&report());
    let titles: Vec<&str> =
        attributes(&page, "aria-labelledby").into_iter().filter_map(|id| id.strip_suffix("-title")).collect();
    let expected = [
        "tables",
        "cost",
        "comparisons",
        "curves",
        "schedules",
        "networks",
        "confusion",
        "settings",
        "paper",
        "again",
        "notes",
    ];
    assert_eq!(titles, expected);
    for said in [
        "Two methods on <code>Small</code>.",
        "2 arms, 13 seeds: 24 of 26 runs, 1 failed",
        "Mhm(heads: 2)&#39;s generalization gap is",
        "its test error does not clearly differ.",
        "Deployed, Mhm(heads: 2) costs what EndToEnd costs (58 weights, 116 FLOPs a sample).",
        "1 run of 26 not done yet",
        "the loss became NaN",
        "[17.5]",
    ] {
        assert!(page.contains(&said.replace("&#39;", "'")), "{said}\n{page}");
    }
}

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    let page = page(&report());
    let names = well_formed(&page);
    assert!(!names.iter().any(|name| ["script", "link", "img", "iframe"].contains(&name.as_str())));
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    assert!(!style.contains("@import") && !style.contains("url("));
    let addresses = page.matches("://").count();
    assert_eq!(addresses, page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
    assert_eq!(page, super::page(&report()), "the same report gives the same bytes");
}

#[test]
fn links_lead_somewhere_and_ids_are_distinct() {
    let page = page(&report());
    let ids = attributes(&page, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "{ids:?}");
    let links = attributes(&page, "href").into_iter().map(|link| link.strip_prefix('#').unwrap());
    let labels = attributes(&page, "aria-labelledby").into_iter().chain(links);
    let drawn = page.split("url(#").skip(1).map(|rest| rest.split(')').next().unwrap());
    labels.chain(drawn).for_each(|id| assert!(known.contains(id), "{id}"));
}

#[test]
fn a_reader_without_eyes_or_mouse_gets_everything() {
    let page = page(&report());
    assert!(page.contains("<html lang=\"en\">") && page.contains("href=\"#main\""));
    let pictures = page.matches("<svg").count();
    assert!(pictures >= 6 && page.matches("<svg class=\"picture\" role=\"img\" aria-label=\"").count() == pictures);
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    assert!(page.split("<th ").skip(1).all(|th| th.split('>').next().unwrap().contains("scope=\"")));
    // What scrolls can be scrolled with keys.
    assert!(
        page.split("class=\"scroll\"").skip(1).all(|div| div.starts_with(" tabindex=\"0\" role=\"region\" aria-label"))
    );
}

const EVIL: &str = "<script>alert('1')</script>\" onload=\"x & y ";

/// Every text with something evil before it, names of measures too.
fn poisoned(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) if !["Percent", "Plain", "Run"].contains(&text.as_str()) => {
            Value::String(format!("{EVIL}{text}"))
        }
        Value::Array(values) => values.into_iter().map(poisoned).collect(),
        Value::Object(fields) => {
            let is_measures = fields.keys().any(|key| key == "test_error");
            let key = |key: String| if is_measures { format!("{EVIL}{key}") } else { key };
            // Addresses are no texts: what is none is not read.
            let value = |name: &str, value| if name == "cells" { value } else { poisoned(value) };
            let poisoned = |(name, own): (String, Value)| (key(name.clone()), value(&name, own));
            Value::Object(fields.into_iter().map(poisoned).collect())
        }
        other => other,
    }
}

/// All files but those that no text is in.
fn texts(report: &Report) -> Vec<(String, String)> {
    let text = |(path, bytes): (String, Vec<u8>)| Some((path, String::from_utf8(bytes).ok()?));
    files(report, Bitmaps::No).into_iter().filter(|(path, _)| !path.ends_with(".pdf")).filter_map(text).collect()
}

#[test]
fn text_from_outside_is_text() {
    fn evil<T: serde::Serialize + serde::de::DeserializeOwned>(plain: &T) -> T {
        serde_json::from_value(poisoned(serde_json::to_value(plain).unwrap())).unwrap()
    }
    let mut report = report();
    report.manifest = evil(&report.manifest);
    report.records = evil(&report.records);
    for confusion in &mut report.confusion {
        confusion.arm = evil(&confusion.arm);
        confusion.target.insert_str(0, EVIL);
        confusion.split.insert_str(0, EVIL);
    }
    let files = texts(&report);
    assert!(files.len() > 20 && files[0].1.contains("&lt;script&gt;"));
    for (path, text) in files {
        if path.ends_with(".html") || path.ends_with(".svg") {
            well_formed(&text);
            assert!(!text.contains("<script") && !text.contains("\" onload"), "{path}");
        }
        assert!(path.chars().all(|c| c.is_ascii_alphanumeric() || "/.-_".contains(c)), "{path}");
    }
}

#[test]
fn nothing_is_a_report_too() {
    well_formed(&page(&Report::default()));
    let unmeasured = Report { records: vec![], confusion: vec![], ..report() };
    well_formed(&page(&unmeasured));
    let mut odd = report();
    odd.manifest.sketches.truncate(1);
    odd.manifest.sketches[0].phases.clear();
    odd.records.truncate(3);
    odd.records
        .iter_mut()
        .for_each(|r| r.measures.values_mut().for_each(|x| *x = Err(Absent::because("no positive <b>"))));
    well_formed(&page(&odd));
}

#[test]
fn files_stand_beside_the_page() {
    let paths: Vec<String> = files(&report(), Bitmaps::No).into_iter().map(|(path, _)| path).collect();
    for expected in [
        "report.html",
        "tables/table-1.md",
        "tables/table-1.tex",
        "tables/table-1.csv",
        "tables/cost.md",
        "tables/comparison-method.csv",
        "figures/curves-test-error.svg",
        "figures/timeline-mhm-small-2.svg",
        "figures/network-small.svg",
        "figures/network-small.pdf",
        "tables/networks.csv",
        "tables/curves-1.csv",
        "tables/confusion.csv",
        "figures/confusion-endtoend-moon-test.svg",
    ] {
        assert!(paths.iter().any(|path| path == expected), "{expected} of {paths:#?}");
    }
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len());
}

#[test]
fn thousands_of_arms_are_a_page_that_opens() {
    const ARMS: usize = 2_000;
    let mut report = report();
    let names: Vec<String> = (0..ARMS).map(|n| format!("Method(width: {n})")).collect();
    let Manifest { axes, arms, seeds, published, .. } = &mut report.manifest;
    (*seeds, *published) = (vec![0, 1], vec![]);
    axes[0].values.clone_from(&names);
    let cell = |name: &str, seed: u64| Address::of(blake3::hash(format!("{name} {seed}").as_bytes()).as_bytes());
    let of = |(n, name): (usize, &String)| Arm {
        arm: arm(name),
        settings: vec![("batch".into(), "16".into()), ("schedule".into(), name.clone())],
        cells: vec![cell(name, 0), cell(name, 1)],
        sketch: n % 2,
        ..Arm::default()
    };
    *arms = names.iter().enumerate().map(of).collect();
    let runs = |(n, name): (usize, &String)| [0, 1].map(|seed| record(name, n % 3, seed));
    report.records = names.iter().enumerate().flat_map(runs).collect();
    report.confusion = names
        .iter()
        .map(|name| Confusion { arm: arm(name), counts: vec![vec![9, 1], vec![2, 8]], ..report.confusion[0].clone() })
        .collect();
    let all = texts(&report);
    let text = |name: &str| all.iter().find(|(path, _)| path == name).map(|(_, text)| text.as_str()).unwrap();
    let page = text("report.html");
    assert!(page.len() < 3_000_000 && all.len() < 300, "{} bytes, {} files", page.len(), all.len());
    well_formed(page);
    assert!(page.contains("The first 400 of 2000 rows; all are in tables/table-1.csv."));
    assert!(page.contains("(1900 more arms are not drawn)") && page.contains("the first 48 of 2000 lines"));
    // A line a number.
    assert_eq!(text("tables/table-1.csv").lines().count(), 1 + 2 * ARMS);
    assert_eq!(text("tables/comparison-method.csv").lines().count(), 1 + 2 * (ARMS - 1));
    assert_eq!(text("tables/arms.csv").lines().count(), 1 + ARMS);
}
