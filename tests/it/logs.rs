//! Logs for other programs: what `mhm run --log` writes, that a run that goes on writes nothing twice, and that those programs read it.

use crate::cli::{command, folder, mhm};
use crate::zz_needs::not_run;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const TEXT: &str = r#"
use std.schedule.*
network Small {
  in     each modality: [D]
  uni    each embed = linear(4) |> relu
  fusion joint      = concat |> linear(6) |> tanh
  head   classify   = linear(2)
  out    classify(joint(embed(modality)))
}
dataset moons from two_moons(per_class: 20, noise: 0.2) {
  modality first:  [1] = axis(0)
  modality second: [1] = axis(1)
  target   moon: class(["upper", "lower"]) = labels
  split    train = random(0.8)
  split    test  = rest
}
pipeline small(method: Schedule = EndToEnd) {
  data moons
  network Small
  loss cross_entropy
  optimizer adam(lr: 1e-2)
  schedule method
  batch 8
  budget 6 epochs
  metrics error
}
allow(too-few-seeds)
experiment methods {
  vary method in [EndToEnd, MHM: Mhm(heads: 2)]
  seeds 2
  run small(method)
  table test_error { rows method }
  figure test_error { lines method }
  compare method on test_error
}
"#;

const KINDS: [&str; 3] = ["tensorboard", "jsonl", "mlflow"];

/// `mhm run` with logs of every kind in folders of their names, and what else.
fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let logs = KINDS.iter().flat_map(|kind| ["--log", kind, kind]);
    ["run", "m.mhm", "--quiet"].into_iter().chain(logs).chain(more.iter().copied()).collect()
}

fn events(at: &Path, arm: &str, seed: u64) -> Vec<Value> {
    let text = fs::read_to_string(at.join(format!("jsonl/methods/{arm}/seed-{seed}.jsonl"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_kind<'e>(events: &'e [Value], kind: &'e str) -> impl Iterator<Item = &'e Value> {
    events.iter().filter(move |event| event["event"] == kind)
}

#[test]
fn a_line_says_what_trains_on_what_and_how_it_went() {
    let at = folder("logs_lines");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (code, out, err) = mhm(&at, &arguments(&[]));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let all = events(&at, "mhm", 1);
    assert_eq!(
        (&all[0]["event"], &all[0]["arm"]["method"], &all[0]["seed"]),
        (&"settings".into(), &"MHM".into(), &1.into())
    );
    let phases: Vec<&Value> = of_kind(&all, "phase").collect();
    assert_eq!((&phases[0]["phase"], &phases[0]["on"]), (&"head[0]".into(), &"except(0)".into()));
    assert_eq!(phases[0]["trains"], serde_json::json!(["embed.first", "embed.second", "classify[0]"]));
    assert_eq!(phases[0]["frozen"], serde_json::json!(["joint"]));
    let steps: Vec<u64> = phases.iter().map(|phase| phase["steps"].as_u64().unwrap()).collect();
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
    assert!(phases.iter().all(|phase| phase["loss"].as_f64().is_some()));
    assert_eq!(of_kind(&all, "epoch").count(), 6);
    let last = all.last().unwrap();
    assert_eq!((&last["event"], last["steps"].as_u64()), (&"done".into(), steps.last().copied()));
    assert!(last["measures"]["test_error"].as_f64().is_some());
    let tables = fs::read_to_string(at.join("jsonl/methods/tables.jsonl")).unwrap();
    assert!(tables.contains("Test error (%)") && tables.lines().count() == 2, "{tables}");
    // What is done already is logged where it was not, and no more where it was.
    let before = fs::read(at.join("jsonl/methods/mhm/seed-1.jsonl")).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--quiet", "--log", "jsonl", "jsonl", "--log", "jsonl", "late"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(fs::read(at.join("jsonl/methods/mhm/seed-1.jsonl")).unwrap(), before);
    let late = fs::read_to_string(at.join("late/methods/mhm/seed-1.jsonl")).unwrap();
    assert!(late.lines().count() == 1 + 6 + 1 && late.contains("\"event\":\"done\""), "{late}");
}

#[test]
fn logging_changes_no_bit() {
    let at = folder("logs_bits");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let hash = |runs: &str, more: &[&str]| {
        let (code, _, err) = mhm(&at, &[&["run", "m.mhm", "--runs", runs], more].concat());
        assert_eq!(code, 0, "{err}");
        err.split("the hash ").nth(1).map(|rest| rest.split(';').next().unwrap().to_string()).unwrap()
    };
    assert_eq!(
        hash("plain", &[]),
        hash("logged", &["--log", "jsonl", "a", "--log", "tensorboard", "b", "--log", "mlflow", "c"])
    );
}

#[test]
fn a_run_that_goes_on_writes_nothing_twice() {
    let at = folder("logs_resumed");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (code, _, err) = mhm(&at, &arguments(&["--runs", "whole"]));
    assert_eq!(code, 0, "{err}");
    let whole = events(&at, "mhm", 0);
    KINDS.iter().for_each(|kind| fs::remove_dir_all(at.join(kind)).unwrap());
    // Killed where every run has a checkpoint.
    let mut stopped = command(&at, &arguments(&["--checkpoint", "phase", "--threads", "4"]));
    let mut child = stopped.env("MHM_FAULT", "hold 3").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let file = at.join("jsonl/methods/mhm/seed-0.jsonl");
    let mut wait = 0;
    while fs::read_to_string(&file).unwrap_or_default().matches("\"phase\"").count() < 3 && wait < 600 {
        std::thread::sleep(Duration::from_millis(50));
        wait += 1;
    }
    std::thread::sleep(Duration::from_millis(200));
    child.kill().unwrap();
    child.wait().unwrap();
    // It had gone on beyond its checkpoint, and was at a line when it was killed.
    let mut text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"phase\""), "{text}");
    text += "{\"event\":\"phase\",\"steps\":100000,\"loss\":1.0}\n{\"event\":\"pha";
    fs::write(&file, text).unwrap();
    let (code, _, err) = mhm(&at, &arguments(&["--checkpoint", "phase"]));
    assert_eq!(code, 0, "{err}");
    let points = |events: &[Value]| -> Vec<(Value, Value)> {
        of_kind(events, "phase").map(|event| (event["steps"].clone(), event["loss"].clone())).collect()
    };
    let resumed = events(&at, "mhm", 0);
    assert_eq!(points(&resumed), points(&whole));
    assert_eq!(of_kind(&resumed, "done").count(), 1);
}

/// A Python that has this module; `MHM_PYTHON` names another.
fn python(module: &str) -> Option<PathBuf> {
    let named = std::env::var_os("MHM_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let asked = Command::new(&named).args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
    if asked.is_ok_and(|status| status.success()) {
        return Some(named);
    }
    not_run(&format!("no Python with `{module}` (MHM_PYTHON may name one)"));
    None
}

/// What a program prints, without what it warns of.
fn printed(python: &Path, at: &Path, program: &str) -> String {
    let output = Command::new(python)
        .args(["-c", program])
        .current_dir(at)
        .env("MLFLOW_ALLOW_FILE_STORE", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn tensorboard_reads_its_events() {
    let Some(python) = python("tensorboard") else { return };
    let at = folder("logs_tensorboard");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    assert_eq!(mhm(&at, &arguments(&[])).0, 0);
    let said = printed(
        &python,
        &at,
        "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator as E
for folder in ['mhm/seed-1', 'tables']:
    a = E('tensorboard/methods/' + folder, size_guidance={'scalars': 0, 'tensors': 0}); a.Reload()
    for tag in a.Tags()['scalars']:
        steps = [e.step for e in a.Scalars(tag)]
        print(tag, len(steps), len(set(steps)))
    for tag in a.Tags()['tensors']: print(tag, a.Tensors(tag)[0].tensor_proto.string_val[0].decode())",
    );
    for line in ["loss/head[0] 3 3", "epoch/test_error 6 6", "final/test_error 1 1", "| batch | `8` |", "**methods**"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(
        said.contains("phases/head[0] trains embed.first, embed.second, classify[0] on except(0); frozen: joint"),
        "{said}"
    );
}

#[test]
fn mlflow_reads_its_runs() {
    let Some(python) = python("mlflow") else { return };
    let at = folder("logs_mlflow");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    assert_eq!(mhm(&at, &arguments(&[])).0, 0);
    let said = printed(
        &python,
        &at,
        "import os
from mlflow.tracking import MlflowClient
c = MlflowClient(tracking_uri='file://' + os.path.abspath('mlflow'))
[e] = c.search_experiments(filter_string=\"name = 'methods'\")
print('methods' in e.tags['mlflow.note.content'])
runs = c.search_runs([e.experiment_id])
print(len(runs), {r.info.status for r in runs})
[r] = [r for r in runs if r.info.run_name == 'MHM, seed-1']
print(r.data.params['batch'], r.data.tags['method'], 'test_error' in r.data.metrics)
print(len(c.get_metric_history(r.info.run_id, 'loss.head.0')), len(c.get_metric_history(r.info.run_id, 'epoch.test_error')))",
    );
    assert_eq!(said, "True\n4 {'FINISHED'}\n8 MHM True\n3 6\n");
}

#[test]
fn logs_of_two_experiments_of_one_name_are_kept_apart() {
    let (at, other) = (folder("logs_one"), folder("logs_other"));
    for at in [&at, &other] {
        fs::write(at.join("m.mhm"), TEXT).unwrap();
    }
    let logs = at.join("logs");
    for kind in KINDS {
        let log = ["run", "m.mhm", "--quiet", "--log", kind, logs.to_str().unwrap()];
        assert_eq!(mhm(&at, &log).0, 0);
        let (code, _, why) = mhm(&other, &log);
        let results = at.join("runs/methods");
        let said = format!(
            "mhm: `{0}` has the logs of another `methods`, the one of `{1}`: name another folder with `--log`, or remove \
             `{0}/methods.results` to replace them\n",
            logs.display(),
            results.display()
        );
        assert_eq!((code, why.as_str()), (2, said.as_str()));
        // A folder with another name is the same one.
        let elsewhere = folder("logs_elsewhere").join("link");
        std::os::unix::fs::symlink(&at, &elsewhere).unwrap();
        assert_eq!(mhm(&elsewhere, &log), (0, mhm(&at, &log).1, String::new()));
    }
    // Whose results are gone holds nothing.
    fs::remove_dir_all(at.join("runs")).unwrap();
    assert_eq!(mhm(&other, &["run", "m.mhm", "--quiet", "--log", "jsonl", logs.to_str().unwrap()]).0, 0);
    let owner = fs::read_to_string(logs.join("methods.results")).unwrap();
    assert_eq!(owner, format!("{}\n", other.join("runs/methods").display()));
}

#[test]
fn what_cannot_be_logged_is_told_before_anything_is_trained() {
    let at = folder("logs_refused");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    fs::write(at.join("file"), "").unwrap();
    for (words, said) in [
        (
            &["--log", "jsonl", ""][..],
            "`--log jsonl` needs the name of a folder, and `''` is none; `.` is the one you are in",
        ),
        (
            &["--log", "jsonl", "a", "--log", "mlflow", "a", "--log", "jsonl", "./a"],
            "`--log` writes into `./a` twice in the same form: leave one out",
        ),
        (
            &["--log", "jsonl", "file"],
            "cannot write a log into `file`: there is a file where a folder should be; move it, or choose another name",
        ),
    ] {
        let (code, _, why) = mhm(&at, &[&["run", "m.mhm"], words].concat());
        assert_eq!((code, why), (2, format!("mhm: {said}\n")));
    }
    assert!(!at.join("runs").exists());
    // What is in the way of a run's log.
    for (kind, name, said) in [
        ("jsonl", "methods", "there is a file"),
        ("tensorboard", "methods/mhm/seed-1", "there is a file"),
        ("jsonl", "methods/mhm/seed-1.jsonl", "there is a file that is no log of mhm"),
    ] {
        let path = at.join("way").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine\n").unwrap();
        let (code, _, why) = mhm(&at, &["run", "m.mhm", "--log", kind, "way"]);
        let said = format!("mhm: `--log {kind}` cannot write `way/{name}`: {said}; move it, or name another folder\n");
        assert_eq!((code, why), (2, said));
        assert_eq!(fs::read_to_string(path).unwrap(), "mine\n");
        fs::remove_dir_all(at.join("way")).unwrap();
    }
    let (_, _, why) = mhm(&at, &["run", "m.mhm", "--live"]);
    assert!(
        why.starts_with("`--live` draws on a terminal, and standard error is none here; `mhm watch` shows"),
        "{why}"
    );
}

#[test]
fn a_log_that_is_lost_is_told_once_and_the_others_go_on() {
    let at = folder("logs_lost");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let run = command(&at, &arguments(&[])).env("MHM_FAULT", "wait 1").stderr(Stdio::piped()).spawn().unwrap();
    let first = at.join("jsonl/methods/endtoend/seed-0.jsonl");
    while !fs::read_to_string(&first).is_ok_and(|text| text.contains("\"done\"")) {
        std::thread::sleep(Duration::from_millis(5));
    }
    fs::remove_dir_all(at.join("jsonl")).unwrap();
    fs::write(at.join("go"), "").unwrap();
    let ended = run.wait_with_output().unwrap();
    let said = "mhm: methods: nothing more is logged by `--log jsonl jsonl`: it was removed; runs go on, and the same command later \
                logs what they came to\n";
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(1), said));
    assert!(at.join("tensorboard/methods/endtoend/seed-1").is_dir());
    assert_eq!(mhm(&at, &arguments(&[])).0, 0);
    assert!(fs::read_to_string(&first).unwrap().contains("\"done\""));
}

#[test]
fn an_unknown_kind_is_said() {
    let at = folder("logs_unknown");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--log", "wandb", "x"]);
    assert!(
        code == 2 && err.contains("`--log wandb` is no kind of log: there are `tensorboard`, `jsonl` and `mlflow`"),
        "{err}"
    );
    let (code, out, err) = mhm(&at, &["run", "m.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    // What has ended is watched once.
    let (code, out, err) = mhm(&at, &["watch", "methods"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "methods: 4 of 4 runs done\n", ""));
    let (code, out, _) = mhm(&at, &["watch", "methods", "--once"]);
    assert!(code == 0 && out.contains("4 of 4 runs done in") && out.contains("test_error (%)"), "{out}");
}
