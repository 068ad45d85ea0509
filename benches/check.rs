//! What a person waits for: the start of the program, and `mhm check` of a small file and of a clean one of 10,000 lines, as
//! processes; and the parser and the checks alone.

#[path = "work/program.rs"]
mod program;

use criterion::{Criterion, criterion_group, criterion_main};
use mhm::cli::files::{self, Input};
use mhm::source::SourceMap;
use mhm::syntax;
use std::path::{Path, PathBuf};
use std::process::Command;

const LINES: usize = 10_000;

fn waits(criterion: &mut Criterion) {
    let (small, large) = (written("small.mhm", program::UNIT), written("large.mhm", &program::program(LINES)));
    let mut group = criterion.benchmark_group("process");
    group.bench_function("--version", |bencher| bencher.iter(|| mhm(&["--version".as_ref()])));
    group.bench_function("check small", |bencher| bencher.iter(|| mhm(&["check".as_ref(), &small])));
    group.bench_function("check 10,000 lines", |bencher| bencher.iter(|| mhm(&["check".as_ref(), &large])));
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let text = program::program(LINES);
    let mut sources = SourceMap::default();
    let id = sources.add("large.mhm", &text);
    let input = Input { name: "large.mhm".into(), text };
    let mut group = criterion.benchmark_group("10,000 lines");
    group.bench_function("parse", |bencher| bencher.iter(|| syntax::parse(&sources, id)));
    group.bench_function("parse, check, lint", |bencher| bencher.iter(|| files::check(&input)));
    group.finish();
}

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("a folder for temporary files");
    path
}

fn mhm(arguments: &[&Path]) {
    let output = Command::new(env!("CARGO_BIN_EXE_mhm")).args(arguments).output().expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

criterion_group!(benches, waits, stages);
criterion_main!(benches);
