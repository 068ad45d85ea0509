//! `docs/findings.md` holds what `pipelines/search` comes to: its tables are those of the reports.

use crate::blessed;
use crate::cli::{folder, mhm};
use crate::zz_needs::shared;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/findings.md";

/// Files of `pipelines/search`, their experiments, and the data they need.
const SEARCHES: [(&str, &[&str], Option<&str>); 4] = [
    ("toy", &["by_samples", "by_noise", "by_width", "by_lines"], None),
    ("digits", &["digits_at_their_best"], Some("data/uci_digits_6view.npz")),
    ("gesture", &["gesture_at_their_best"], Some("data/actrec_gesture_weakloc.npz")),
    ("mosi", &["mosi_at_their_best"], Some("data/mosi_clean_text_audio.npz")),
];

/// What stands before the tables of an experiment, and behind them.
fn marks(experiment: &str) -> (String, String) {
    (format!("<!-- {experiment} -->\n"), format!("<!-- end of {experiment} -->\n"))
}

/// The page with other tables of an experiment.
fn with(page: &str, experiment: &str, tables: &str) -> String {
    let (begin, end) = marks(experiment);
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("{PAGE} has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{PAGE} has no {end}"));
    format!("{before}{begin}{tables}{end}{after}")
}

/// A table of a report without its title, which is above it.
fn table(report: &Path, name: &str) -> String {
    let text = fs::read_to_string(report.join(format!("tables/{name}.md"))).expect("a report has its tables");
    text.split_once("\n\n").expect("a title stands above").1.trim_end().to_string()
}

/// What came out, open to the eye; how clear it is and what was chosen, folded away.
fn tables(report: &Path) -> String {
    let folded = |title: &str, name: &str| {
        format!("\n<details><summary>{title}</summary>\n\n{}\n\n</details>\n", table(report, name))
    };
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!("{}\n- Made by mhm {version}.\n", table(report, "table-1"));
    text += &folded("Paired differences to ETE", "comparison-method");
    text += &folded("What was chosen", "chosen");
    text
}

/// Some 7,000 trainings, half an hour of two cores.
#[test]
#[ignore = "trains for minutes: MHM_BLESS=1 cargo test --release --test it findings -- --ignored"]
fn the_findings_are_what_comes_out() {
    let at = folder("findings");
    let runs = at.join("runs").display().to_string();
    let mut page = fs::read_to_string(PAGE).expect("the page is there");
    for (file, experiments, data) in SEARCHES {
        let data = data.map(shared);
        let Some(set) = data.map_or(Some(vec![]), |there| Some(vec!["--set".into(), format!("path={:?}", there?)]))
        else {
            continue;
        };
        for experiment in experiments {
            let file = format!("pipelines/search/{file}.mhm");
            let set: Vec<&str> = set.iter().map(String::as_str).collect();
            for arguments in [
                [&["run", &file, experiment, "--quiet", "--runs", &runs][..], &set].concat(),
                vec!["report", experiment, "--runs", &runs],
            ] {
                let (code, out, err) = mhm(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments);
                assert_eq!(code, 0, "{arguments:?}: {out}{err}");
            }
            page = with(&page, experiment, &tables(&at.join("runs").join(experiment).join("report")));
        }
    }
    blessed::hold([(PathBuf::from(PAGE), page)]);
}

#[test]
fn every_search_has_its_place_among_the_findings() {
    let page = fs::read_to_string(PAGE).expect("the page is there");
    let declared = |file: &str| {
        let text = fs::read_to_string(format!("pipelines/search/{file}.mhm")).expect("a file of ours");
        let names = text.lines().filter_map(|line| line.strip_prefix("experiment "));
        names.map(|rest| rest.split(['(', ' ']).next().unwrap_or(rest).to_string()).collect::<Vec<_>>()
    };
    for (file, experiments, _) in SEARCHES {
        assert_eq!(declared(file), experiments);
        for experiment in experiments {
            let (begin, end) = marks(experiment);
            assert!(page.contains(&begin) && page.contains(&end), "{experiment}");
        }
    }
    let files = fs::read_dir("pipelines/search").expect("a folder of ours").count();
    assert_eq!(files, SEARCHES.len());
}
