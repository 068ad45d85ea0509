//! What tests need that not every machine has: reference data, a browser, a file system of their own. A test that goes without
//! says so past the capture of `cargo test`, and the last test of a program, by its name, counts them. `MHM_TESTS=all` makes
//! each of them fail.

#![allow(clippy::disallowed_methods, reason = "the last test waits for those that began before it")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

static NOT_RUN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Says that the test that asks is not run, or a part of it, and why.
pub fn not_run(why: &str) {
    assert!(std::env::var_os("MHM_TESTS").is_none_or(|which| which != "all"), "all tests are to be run: {why}");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    say(&format!("not run: {test}: {why}"));
    NOT_RUN.lock().unwrap().insert(test.to_string());
}

/// A file or folder of reference data, below `$MHM_SHARED` or `../shared` beside the crate.
pub fn shared(file: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("MHM_SHARED").map_or_else(beside, PathBuf::from).join(file);
    if !path.exists() {
        not_run(&format!("there is no {}; MHM_SHARED names the folder of reference data", path.display()));
    }
    path.exists().then_some(path)
}

/// `eprintln!` is captured, this is not.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{what}");
}

#[test]
fn tests_that_were_not_run_are_counted() {
    std::thread::sleep(Duration::from_millis(500));
    let all = NOT_RUN.lock().unwrap();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    match names.len() {
        0 => {}
        1 => say(&format!("1 test not run: {}", names[0])),
        n => say(&format!("{n} tests not run: {}", names.join(", "))),
    }
}
