//! What stored runs are found under: `tests/data/addresses.txt` holds addresses of ten pipelines, which renamed fields, new parameters
//! with defaults, other fused layers and releases leave where they are. Only other numbers move them, and `NUMERICS` says so.

use mhm::cli::files;
use mhm::experiment::{self, Options, Recipes};
use std::fs;
use std::path::Path;

const PIPELINES: [&str; 10] = [
    "ave/table_3",
    "ave/table_7",
    "digits/table_2",
    "digits/table_6",
    "gesture/table_8",
    "mosei/smoke",
    "mosi/table_9",
    "thumos/table_8",
    "toy/figure_2",
    "toy/table_2",
];

/// The first and the last run of each experiment: file, address, arm. No file of data is there, which moves nothing either.
fn addresses(pipeline: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("pipelines/{pipeline}.mhm"));
    let text = fs::read_to_string(&path).expect("a pipeline of ours");
    let (_, checked, _) = files::check(&files::Input { name: path.display().to_string(), text });
    let mut lines = vec![];
    for experiment in &checked.experiments {
        let cells = experiment::cells(experiment);
        let recipes = Recipes::of(&cells, &Options::plain(vec![Path::new("tests/data/none").into()]));
        let ends = [cells.first(), cells.last()].into_iter().flatten();
        lines.extend(ends.map(|cell| format!("{pipeline} {} {}\n", recipes.address(cell), cell.arm)));
    }
    assert!(!lines.is_empty(), "{pipeline} has no experiment");
    lines.concat()
}

#[test]
fn stored_runs_stay_where_they_are() {
    let now: String = PIPELINES.into_iter().map(addresses).collect();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/addresses.txt");
    if std::env::var_os("MHM_BLESS").is_some() {
        fs::write(&golden, &now).expect("a file of ours");
    }
    let then = fs::read_to_string(&golden).unwrap_or_default();
    let moved: Vec<&str> = now.lines().filter(|line| !then.lines().any(|known| known == *line)).collect();
    assert!(
        now == then,
        "{} runs are another one now, so that people train them again:\n{}\nWhere numbers change, raise `NUMERICS` \
         (src/experiment/recipe.rs); MHM_BLESS=1 renews the file",
        moved.len(),
        moved.join("\n")
    );
}
