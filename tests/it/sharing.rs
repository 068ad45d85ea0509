//! `mhm export`, `predict` and `bench` as a person meets them: what is asked for, what is written, what is refused.

use crate::cli::{folder, mhm};
use crate::runs::bits;
use crate::store::command;
use mhm::builtin::dataset::{Selection, npz};
use mhm::data::{ArchiveWriter, formats};
use mhm::record::Evaluee;
use mhm::store::{Store, Wanted};
use std::fs;
use std::path::Path;

const MOONS: &str = "use std.dataset.TwoMoons
use std.network.*
use std.schedule.*

pipeline moons(method: Schedule, network: Network) {
  data TwoMoons(fresh: 1100)
  network network(width: 8)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 3 epochs
  metrics error
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 3), Ensemble(members: 2)]
  vary network in [ToyIntermediate, ToyLate]
  seeds [1, 4]
  run moons(method, network)
}
";

/// A folder with the experiment and its runs.
fn ran(name: &str) -> std::path::PathBuf {
    let at = folder(&format!("sharing_{name}"));
    fs::write(at.join("moons.mhm"), MOONS).unwrap();
    let (code, _, err) = mhm(&at, &["run", "moons.mhm", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    at
}

const MHM_LATE: &str = "method=Mhm(heads: 3), network=ToyLate";

/// Exports the network of one arm with seed 4.
fn export(at: &Path, arm: &str, rest: &[&str]) -> (i32, String, String) {
    mhm(at, &[&["export", "methods", "--arm", arm, "--seed", "4"], rest].concat())
}

/// Column `name` of a table.
fn column(table: &str, name: &str) -> Vec<f32> {
    let mut lines = table.lines();
    let place = lines.next().unwrap().split(',').position(|c| c == name).unwrap_or_else(|| panic!("{name}: {table}"));
    lines.map(|line| line.split(',').nth(place).unwrap().parse().unwrap()).collect()
}

#[test]
fn what_was_exported_predicts_what_its_run_predicted() {
    let at = ran("round_trip");
    let store = Store::open(&at.join("runs/methods")).unwrap();
    for (arm, rest, network) in [
        (MHM_LATE, &[][..], Evaluee::Deployed),
        (MHM_LATE, &["--head", "1"], Evaluee::Replica("head[1]".into())),
        ("network=ToyLate, EndToEnd", &[], Evaluee::Deployed),
        ("method=Ensemble(members: 2), network=ToyLate", &["--replica", "head=1"], Evaluee::Replica("head[1]".into())),
    ] {
        let (code, out, err) = export(&at, arm, &[&["-o", "late"], rest].concat());
        assert_eq!((code, out.as_str()), (0, "late.safetensors\nlate.mhm\n"), "{err}");
        assert_eq!(mhm(&at, &["check", "late.mhm"]), (0, "late.mhm: no problems\n".into(), String::new()));
        assert_eq!(mhm(&at, &["fmt", "--check", "late.mhm"]).0, 0);
        let text = fs::read_to_string(at.join("late.mhm")).unwrap();
        assert!(!text.contains("replicas") && !text.contains("use "), "{text}");
        // The dataset of the model, with the seed of the run; more samples than one batch of an evaluation.
        let (code, table, err) = mhm(&at, &["predict", "late.mhm", "late.mhm", "--split", "fresh", "-o", "-"]);
        assert_eq!(code, 0, "{err}");
        let stored = store
            .manifest()
            .arms
            .iter()
            .find(|a| arm.split(", ").all(|part| a.arm.0.iter().any(|(_, value)| part.ends_with(value.as_str()))));
        let kept = store.artifacts(&stored.unwrap().cells[1], Wanted::Predictions).unwrap();
        let own = kept.evaluated.iter().find(|e| e.network == network && e.split == "fresh").unwrap();
        let own = &own.outputs["out"].values;
        let own = |class: usize| own.iter().skip(class).step_by(2).copied().collect::<Vec<f32>>();
        for class in [0, 1] {
            assert_eq!(bits(&column(&table, &format!("out[{class}]"))), bits(&own(class)), "{arm}");
        }
        let classes: Vec<f32> = own(0).iter().zip(own(1)).map(|(a, b)| f32::from(u8::from(b > *a))).collect();
        assert_eq!(column(&table, "class"), classes);
        // As the dataset counts them: 200 others come before.
        assert_eq!(column(&table, "sample"), (200..1300).map(|i| i as f32).collect::<Vec<_>>());
    }
}

#[test]
fn a_choice_is_listed_and_what_cannot_be_is_said() {
    let at = ran("choice");
    let (code, out, err) = mhm(&at, &["export", "methods", "-o", "late"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("6 arms: say which\n") && err.contains("--arm 'method=Mhm(heads: 3), network=ToyLate'\n"),
        "{err}"
    );
    // The command that is shown does what it says.
    let shown = err.trim_end().rsplit("for example: mhm ").next().unwrap();
    let words: Vec<&str> = shown
        .split('\'')
        .flat_map(|part| if part.contains('=') { vec![part] } else { part.split_whitespace().collect() })
        .collect();
    assert_eq!(mhm(&at, &words), (0, "late.safetensors\nlate.mhm\n".into(), String::new()), "{words:?}");
    let (code, _, err) = mhm(&at, &["export", "methods", "--arm", MHM_LATE, "-o", "late"]);
    assert_eq!(code, 2);
    assert!(err.contains("the seeds 1, 4: say which") && err.contains("--seed 1 -o late"), "{err}");
    for (arm, rest, said) in [
        ("method=Nothing", &[][..], "no arm of `methods` is method=Nothing"),
        (
            "network=ToyLate, Ensemble(members: 2)",
            &[],
            "`Ensemble` deploys the mean of 2 networks, and a model is one; take one of them with `--replica head=0` … `--replica head=1`",
        ),
        (MHM_LATE, &["--head", "3"], "there are 3 replicas of `head`: 0 to 2"),
        (MHM_LATE, &["--replica", "fusion=1"], "there is one `fusion` in this run, number 0"),
        (MHM_LATE, &["--replica", "tail=1"], "write a role (uni, fusion, head) and a number"),
        (MHM_LATE, &["--repeat", "1"], "seed 4 has one repeat, repeat 0"),
    ] {
        let (code, _, err) = export(&at, arm, &[rest, &["-o", "x"]].concat());
        assert!(code == 2 && err.contains(said), "{err}");
    }
    let (code, _, err) = mhm(&at, &["export", "nothing", "-o", "x"]);
    assert!(code == 2 && err.contains("`nothing` is no folder of results"), "{err}");
    let (code, _, err) = export(&at, MHM_LATE, &["-o", "moons"]);
    assert!(code == 2 && err.contains("`moons.mhm` exists and is no exported model"), "{err}");
    assert_eq!(fs::read_to_string(at.join("moons.mhm")).unwrap(), MOONS);
    assert!(!at.join("x.mhm").exists() && !at.join("moons.safetensors").exists());
}

/// A NumPy archive.
fn npz(path: &Path, arrays: &[(&str, &[u64], &[f32])]) {
    let mut archive = ArchiveWriter::new(fs::File::create(path).unwrap());
    for (name, shape, values) in arrays {
        archive.array(name, shape, values.iter().copied()).unwrap();
    }
    archive.finish("").unwrap();
}

fn read(path: &Path, name: &str) -> (Vec<usize>, Vec<f32>) {
    let table = formats::open(&npz::FORMAT, path, Selection::Array(name)).and_then(|array| array.whole()).unwrap();
    (table.shape, table.values.single())
}

#[test]
fn samples_come_from_tables_and_archives() {
    let at = ran("formats");
    assert_eq!(export(&at, MHM_LATE, &["-o", "late"]).0, 0);
    let (first, second) = ([0.5, 1.25, -2.0], [0.1, 0.0, 3.5]);
    fs::write(at.join("p.csv"), "note,second,first[0]\na,0.1,0.5\nb, 0,1.25\nc,3.5,-2e0\n").unwrap();
    npz(&at.join("p.npz"), &[("first", &[3, 1], &first), ("more", &[1], &[f32::NAN]), ("second", &[3], &second)]);
    npz(
        &at.join("s.npz"),
        &[("test_first", &[3], &first), ("test_second", &[3], &second), ("fit_first", &[1], &[0.0])],
    );
    let mut tables = vec![];
    for words in [&["p.csv"][..], &["p.npz"], &["s.npz", "--split", "test"]] {
        let (code, table, err) = mhm(&at, &[&["predict", "late.mhm", "-o", "-"], words].concat());
        assert_eq!(code, 0, "{err}");
        tables.push(table);
    }
    assert!(tables[0].starts_with("sample,class,out[0],out[1]\n0,") && tables[0].lines().count() == 4, "{}", tables[0]);
    assert!(tables.iter().all(|table| *table == tables[0]));
    let (code, out, err) = mhm(&at, &["predict", "late", "p.csv", "-o", "out.csv"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "out.csv: predictions of 3 samples\n", ""));
    assert_eq!(fs::read_to_string(at.join("out.csv")).unwrap(), tables[0]);
    assert_eq!(mhm(&at, &["predict", "late.safetensors", "p.csv", "-o", "out.npz"]).0, 0);
    let (shape, values) = read(&at.join("out.npz"), "out");
    assert_eq!(shape, [3, 2]);
    let own: Vec<f32> = values.iter().step_by(2).copied().collect();
    assert_eq!(bits(&own), bits(&column(&tables[0], "out[0]")));
    let left = fs::read_dir(&at).unwrap().flatten().filter(|e| e.path().extension().is_some_and(|e| e == "part"));
    assert_eq!(left.count(), 0);
}

#[test]
fn samples_that_do_not_fit_are_refused_with_their_place() {
    let at = ran("misfits");
    assert_eq!(export(&at, MHM_LATE, &["-o", "late"]).0, 0);
    let many = vec![0.5; 600];
    let mut broken = many.clone();
    broken[530] = f32::NAN;
    npz(&at.join("nan.npz"), &[("first", &[600, 1], &many), ("second", &[600, 1], &broken)]);
    npz(&at.join("wide.npz"), &[("first", &[3, 2], &many[..6]), ("second", &[3], &many[..3])]);
    npz(&at.join("less.npz"), &[("first", &[3], &many[..3]), ("second", &[2], &many[..2])]);
    npz(&at.join("lacks.npz"), &[("first", &[3], &many[..3]), ("zweite", &[3], &many[..3])]);
    npz(
        &at.join("split.npz"),
        &[("test_first", &[1], &[0.0]), ("test_second", &[1], &[0.0]), ("fit_first", &[1], &[0.0])],
    );
    fs::write(at.join("nan.csv"), "first,second\n1,2\n3,NaN\n").unwrap();
    fs::write(at.join("lacks.csv"), "first,zweite\n1,2\n").unwrap();
    fs::write(
        at.join("data.mhm"),
        "use std.dataset.*\ndataset a = SwissRoll(fresh: 8)\ndataset b = TwoMoons(fresh: 8)\n",
    )
    .unwrap();
    for (words, said) in [
        (&["nan.npz"][..], &["nan.npz", "array: second", "row 530", "NaN"][..]),
        (&["wide.npz"], &["array: first", "expected: [1] a sample", "found: [2] a sample"]),
        (&["less.npz"], &["`first` and `second` have different numbers of samples", "3 samples", "2 samples"]),
        (&["lacks.npz"], &["no array for the modality `second`", "the file has `first`, `zweite`"]),
        (&["split.npz"], &["no array for the modality `first`", "say which split: `--split fit`, `--split test`"]),
        (&["p.npz"], &["p.npz"]),
        (&["nan.csv"], &["1 NaN or missing", "line 3, column `second`"]),
        (&["lacks.csv"], &["no columns for the modality `second`", "the first line has `first`, `zweite`"]),
        (&["late.mhm"], &["which samples of `TwoMoons`?", "`--split train`, `--split test`, `--split fresh`"]),
        (&["late.mhm", "--split", "dev"], &["no split `dev`"]),
        (&["data.mhm"], &["several datasets: say `--dataset` and one of a, b"]),
        (&["data.mhm", "--dataset", "c"], &["no dataset `c`"]),
        (&["samples.txt"], &["a name ending in `.npz`"]),
    ] {
        let (code, out, err) = mhm(&at, &[&["predict", "late.mhm", "-o", "out.csv"], words].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}");
        said.iter().for_each(|said| assert!(err.contains(said), "{words:?}: `{said}` in\n{err}"));
        assert!(!at.join("out.csv").exists() && !at.join("out.csv.part").exists(), "nothing in parts");
    }
    let (code, _, err) = mhm(&at, &["predict", "late.mhm", "split.npz", "--split", "test", "-o", "out.txt"]);
    assert!(code == 2 && err.contains("predictions go to a .csv or .npz file, or to `-`"), "{err}");
}

#[test]
fn models_that_are_none_are_refused_with_file_and_tensor() {
    let at = ran("torn");
    assert_eq!(export(&at, MHM_LATE, &["-o", "late"]).0, 0);
    let predict = |model: &str| mhm(&at, &["predict", model, "late.mhm", "--split", "test", "-o", "-"]);
    assert!(predict("moons.mhm").2.contains("`moons.mhm` is no exported model"));
    assert!(predict("nothing.mhm").2.contains("cannot read `nothing.mhm`"));
    let weights = fs::read(at.join("late.safetensors")).unwrap();
    fs::write(at.join("late.safetensors"), &weights[..weights.len() - 1]).unwrap();
    let (code, _, err) = predict("late.mhm");
    assert!(code == 2 && err.starts_with("mhm: `late.safetensors`: it is no whole safetensors file"), "{err}");
    let at_name = weights.windows(15).position(|w| w == b"\"joint.0.bias\":").unwrap();
    let mut renamed = weights.clone();
    renamed[at_name + 7] = b'9';
    fs::write(at.join("late.safetensors"), &renamed).unwrap();
    let (code, _, err) = predict("late.mhm");
    assert_eq!((code, err.as_str()), (2, "mhm: `late.safetensors`: tensor `joint.0.bias` is missing\n"));
    fs::write(at.join("late.safetensors"), vec![0; 20 << 20]).unwrap();
    assert!(predict("late.mhm").2.contains("far more than the"));
    fs::remove_file(at.join("late.safetensors")).unwrap();
    assert!(predict("late.mhm").2.contains("there are no weights `late.safetensors` beside `late.mhm`"));
}

#[test]
fn an_export_that_is_killed_leaves_the_old_model_or_the_new_one() {
    let at = ran("killed");
    let x = "first,second\n0.3,0.2\n1.1,0.5\n";
    fs::write(at.join("x.csv"), x).unwrap();
    let predict = |name: &str| mhm(&at, &["predict", name, "x.csv", "-o", "-"]);
    let arms = [MHM_LATE, "method=EndToEnd, network=ToyLate"];
    let expected = arms.map(|arm| {
        assert_eq!(export(&at, arm, &["-o", "m"]).0, 0);
        predict("m.mhm").1
    });
    assert_ne!(expected[0], expected[1]);
    let killed = |arm: &str, after: &str| {
        let arguments = ["export", "methods", "--arm", arm, "--seed", "4", "-o", "m"];
        let status = command(&at, &arguments).env("MHM_FAULT", after).output().unwrap().status;
        assert!(status.code().is_none(), "it is killed");
    };
    // The second one is there: killed before its text, the first is not begun.
    killed(arms[0], "weights");
    assert_eq!(predict("m.mhm"), (0, expected[1].clone(), String::new()));
    killed(arms[0], "text");
    let (code, table, told) = predict("m.mhm");
    assert!(code == 0 && table == expected[0] && told.contains("the weights of `m.mhm` are in `m.safetensors.new`"));
    // Nor is it lost by another that is killed.
    killed(arms[1], "weights");
    assert_eq!(predict("m.mhm").1, expected[0]);
    assert_eq!(export(&at, arms[1], &["-o", "m"]).0, 0);
    assert_eq!(predict("m.mhm"), (0, expected[1].clone(), String::new()));
    assert!(!at.join("m.safetensors.new").exists());
    // Of the first of its name, nothing is there until all is.
    let arguments = ["export", "methods", "--arm", arms[0], "--seed", "4", "-o", "n"];
    for (after, there) in [("weights", false), ("text", true)] {
        command(&at, &arguments).env("MHM_FAULT", after).output().unwrap();
        let (code, table, _) = predict("n.mhm");
        assert_eq!((code == 0, table == expected[0]), (there, there), "{after}");
    }
}

#[test]
fn two_files_that_do_not_belong_together_are_refused_by_all_that_take_a_model() {
    let at = ran("pairs");
    assert_eq!(export(&at, MHM_LATE, &["-o", "a"]).0, 0);
    assert_eq!(export(&at, "method=EndToEnd, network=ToyLate", &["-o", "b"]).0, 0);
    fs::copy(at.join("b.safetensors"), at.join("a.safetensors")).unwrap();
    fs::write(at.join("x.csv"), "first,second\n0.3,0.2\n").unwrap();
    for command in [&["predict", "a.mhm", "x.csv", "-o", "-"][..], &["bench", "a.mhm"]] {
        let (code, out, err) = mhm(&at, command);
        assert!(code == 2 && out.is_empty() && err.contains("of another text than the one beside it"), "{out}{err}");
    }
    let mut bytes = fs::read(at.join("b.safetensors")).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(at.join("b.safetensors"), &bytes).unwrap();
    for command in [&["predict", "b.mhm", "x.csv", "-o", "-"][..], &["bench", "b.mhm"]] {
        let (code, out, err) = mhm(&at, command);
        assert!(code == 2 && out.is_empty() && err.contains("is not what was exported"), "{out}{err}");
    }
}

#[test]
fn a_network_that_mhm_deploys_costs_what_the_end_to_end_one_costs() {
    let at = ran("bench");
    assert_eq!(export(&at, MHM_LATE, &["-o", "late"]).0, 0);
    assert_eq!(export(&at, "method=EndToEnd, network=ToyLate", &["-o", "plain"]).0, 0);
    let (code, out, err) = mhm(&at, &["bench", "plain.mhm", "late.mhm"]);
    assert_eq!(code, 0, "{err}");
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 4, "{out}");
    assert_eq!(rows[1][1..3], rows[2][1..3], "weights and operations are the same");
    assert_eq!(rows[3][..5], ["late.mhm", ":", "plain.mhm", "1.000", "1.000"], "{out}");
}
