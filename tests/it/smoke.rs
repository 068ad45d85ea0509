//! Tables 7 to 9 in small: data is written as the authors' files are laid out, read back, trained on, and shown as the paper's table.

use crate::cli::{folder, mhm};
use std::path::Path;

/// Writes a handful of samples and runs the smoke pipeline of one task. The table.
fn smoke(task: &str, layout: &str) -> String {
    let at = folder(&format!("smoke_{task}"));
    let (code, _, err) = mhm(&at, &["data", "synth", layout, "data", "--size", "tiny", "--cells", "2"]);
    assert_eq!(code, 0, "{err}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("pipelines/{task}/smoke.mhm"));
    let name = format!("{task}_smoke");
    let set = ["--set", "path=\"data\"", "--seeds", "1", "--quiet"];
    let (code, out, err) = mhm(&at, &[["run", file.to_str().unwrap(), &name].as_slice(), &set].concat());
    assert_eq!(code, 0, "{err}");
    let (code, said, err) = mhm(&at, &["verify", &name]);
    assert_eq!(code, 0, "{said}{err}");
    out
}

/// Lines of the table that begin with a row of the paper's, and the published values in them.
fn rows<'t>(table: &'t str, row: &str) -> Vec<&'t str> {
    let line = table.lines().find(|line| line.starts_with(&format!("{row} "))).unwrap_or_else(|| panic!("{table}"));
    line.split('[').skip(1).filter_map(|rest| rest.split(']').next()).collect()
}

#[test]
fn table_7_runs_on_files_as_ave_has_them() {
    let table = smoke("ave", "ave");
    assert_eq!(rows(&table, "baseline + ETE"), ["75.6"]);
    assert_eq!(rows(&table, "baseline + MHM"), ["78.5"]);
}

#[test]
fn ave_with_its_clips_of_background_is_read() {
    let at = folder("smoke_ave_weak");
    let (code, _, err) = mhm(&at, &["data", "synth", "ave", "data", "--size", "tiny", "--cells", "2"]);
    assert_eq!(code, 0, "{err}");
    std::fs::write(at.join("x.mhm"), "use std.dataset.AveWeak\ndataset x = AveWeak(\"data\")\n").unwrap();
    let (code, out, err) = mhm(&at, &["data", "x.mhm"]);
    assert_eq!(code, 0, "{err}");
    let counts = |split: &str, n: usize| out.contains(&format!("{split} {n}")) || out.contains(&format!("{n} samples"));
    // 16 and 2 of background; 28 is their class in every second.
    assert!(counts("train", 18) && out.contains("validation"), "{out}");
    let (code, out, err) = mhm(&at, &["check", "--data", "x.mhm"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn table_8_runs_on_files_as_bas_net_has_them() {
    let table = smoke("thumos", "thumos");
    assert_eq!(rows(&table, "BaS-Net (ETE)"), ["34.6"]);
    assert_eq!(rows(&table, "BaS-Net + MHM"), ["36.4"]);
}

#[test]
fn table_9_runs_on_files_as_mult_has_them() {
    let table = smoke("mosei", "mosei");
    assert_eq!(rows(&table, "MulT"), ["49.1", "80.6", "81.0"]);
    assert_eq!(rows(&table, "MulT + MHM"), ["50.4", "80.9", "81.4"]);
}
