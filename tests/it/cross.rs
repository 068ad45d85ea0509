//! Cross-validation of an experiment: which samples are tested when, what runs are called, and what is said of them.

use crate::faults::checkpoints;
use crate::store::{command, folder, left, mhm, spawned, store};
use mhm::record::RunRecord;
use mhm::record::trail::Trail;
use mhm::seed::Seed;
use mhm::store::Wanted;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Ten people with about as many windows each, of three classes.
fn people(at: &Path) {
    let mut stream = Seed(5).stream("people");
    let mut text = String::from("subject,label,a,b,c\n");
    for who in 0..10 {
        let own: Vec<f64> = (0..3).map(|_| 0.5 * stream.normal()).collect();
        for window in 0..16 + who % 5 {
            let class = window % 3;
            let seen = |f: usize| own[f] + stream.normal() + if f == class { 2.0 } else { 0.0 };
            let seen: Vec<String> = (0..3).map(seen).map(|x| format!("{x:.3}")).collect();
            text += &format!("S{who:02},{class},{}\n", seen.join(","));
        }
    }
    fs::write(at.join("d.csv"), text).expect("a folder of ours");
}

fn program(splits: &str, seeds: &str, cross: &str) -> String {
    format!(
        "use std.schedule.*
dataset People from \"d.csv\" {{
  modality looks: [3] = csv(columns: [\"a\", \"b\", \"c\"])
  target   label: class(3) = csv(column: \"label\")
  group    subject = csv(column: \"subject\")
  {splits}
}}
network Who {{
  in     looks: [D]
  uni    see   = linear(6) |> relu
  fusion join  = linear(6) |> relu
  head   class = linear(3)
  out    class(join(see(looks)))
}}
pipeline p(method: Schedule) {{
  data People  network Who  loss cross_entropy  optimizer adam(lr: 1e-2)
  schedule method  batch 20  budget 3 epochs  metrics accuracy, f1
}}
experiment methods {{
  vary method in [EndToEnd, Mhm(heads: 2)]
  {seeds}
  {cross}
  run p(method)
  table test_accuracy, test_f1 {{ rows method }}
  table test_accuracy {{ rows subject  columns method }}
  table test_accuracy {{ rows part  columns method }}
  compare method
}}
"
    )
}

const SHARES: &str = "split validation = random(0.2)  split train = rest";

/// A folder where this was run, and what was said.
fn ran(name: &str, program: &str) -> (std::path::PathBuf, String) {
    let at = folder(&format!("cross_{name}"));
    people(&at);
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    (at, out)
}

/// The trails of an arm in the order of its runs.
fn trails(at: &Path, arm: usize) -> Vec<Trail> {
    let runs = store(at);
    let cells = runs.manifest().arms[arm].cells.clone();
    cells.iter().map(|cell| runs.artifacts(cell, Wanted::All).expect("it was done").trail).collect()
}

fn ids(trail: &Trail, split: &str) -> BTreeSet<usize> {
    trail.splits[split].ids().map(|id| id.row()).collect()
}

/// Parts are disjoint, cover, and keep people together; so do the other splits with them.
fn is_sound(round: &[Trail]) {
    let all: BTreeSet<usize> = round.iter().flat_map(|trail| ids(trail, "test")).collect();
    assert_eq!(round.iter().map(|trail| ids(trail, "test").len()).sum::<usize>(), all.len(), "disjoint");
    for trail in round {
        let group = &trail.groups[0];
        assert_eq!(all.len(), group.of.len(), "every sample is tested once");
        let splits = trail.splits.keys();
        let people = |split: &String| ids(trail, split).into_iter().map(|row| group.of[row]).collect::<BTreeSet<_>>();
        assert_eq!(splits.map(|split| people(split).len()).sum::<usize>(), 10, "people are in one split");
    }
}

#[test]
fn every_sample_is_tested_once_a_seed_and_no_person_is_cut() {
    let (at, out) = ran("five", &program(SHARES, "seeds 2", "cross 5, by: subject"));
    for said in ["over 10 test parts (5 a seed)", "Nadeau and Bengio 2003", "paired by seed and part"] {
        assert!(out.contains(said), "{said} in {out}");
    }
    let (own, other) = (trails(&at, 0), trails(&at, 1));
    assert_eq!(own.len(), 10);
    is_sound(&own[..5]);
    is_sound(&own[5..]);
    for (a, b) in own.iter().zip(&other) {
        assert_eq!(a.splits, b.splits, "arms have the same parts");
    }
    assert_ne!(ids(&own[0], "test"), ids(&own[5], "test"), "seeds have others");
    for trail in &own {
        let labels: Vec<usize> = ids(trail, "test").into_iter().collect();
        assert!((30..=45).contains(&labels.len()), "{} of 180", labels.len());
    }
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) =
        mhm(&at, &["reproduce", "methods", "--arm", "method=EndToEnd", "--seed", "1", "--part", "3"]);
    assert!(code == 0 && out.contains("seed 1, part 3 of 5, repeat 0: the same to the bit"), "{out}{err}");
    let (_, _, err) = mhm(&at, &["export", "methods", "--arm", "EndToEnd", "--seed", "1", "-o", "m"]);
    assert!(err.contains("`methods` was tested on 5 parts in turn: say which, `--part 1` to `--part 5`"), "{err}");
    let (code, out, _) = mhm(&at, &["plan", "p.mhm"]);
    assert!(code == 0 && out.contains("5 test parts in turn (cross 5, by: subject)"), "{out}");
    assert!(out.contains("20 runs in all"), "{out}");
}

/// `[truth, said]` of every test sample of an arm's runs.
fn answers(at: &Path, arm: usize, runs: std::ops::Range<usize>) -> Vec<(usize, usize, usize)> {
    let kept = store(at);
    let mut answers = vec![];
    for cell in &kept.manifest().arms[arm].cells[runs] {
        let left = kept.artifacts(cell, Wanted::All).expect("it was done");
        let seen = left.evaluated.iter().find(|seen| {
            seen.epoch.is_none() && seen.split == "test" && seen.network == mhm::record::Evaluee::Deployed
        });
        let chances = &seen.expect("it was looked at").outputs.values().next().expect("an output").values;
        let truths = &left.truths.iter().find(|truth| truth.split == "test").expect("it has targets").values.values;
        let said = chances.chunks(3).map(|row| (0..3).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("three"));
        let people = ids(&left.trail, "test").into_iter().map(|row| left.trail.groups[0].of[row] as usize);
        answers.extend(truths.iter().zip(said).zip(people).map(|((truth, said), who)| (*truth as usize, said, who)));
    }
    answers
}

fn macro_f1(answers: &[(usize, usize, usize)]) -> f64 {
    let of = |class: usize| {
        let count = |is: &dyn Fn(usize, usize) -> bool| answers.iter().filter(|(t, s, _)| is(*t, *s)).count() as f64;
        let right = count(&|t, s| t == class && s == class);
        2.0 * right / (count(&|t, _| t == class) + count(&|_, s| s == class))
    };
    (0..3).map(of).sum::<f64>() / 3.0
}

#[test]
fn measures_are_of_all_test_parts_together_and_of_each_person() {
    let (at, out) = ran("pooled", &program(SHARES, "seeds 2", "cross 5"));
    assert!(out.contains("test_accuracy and test_f1: of the test samples of all parts of a seed together"), "{out}");
    let lines = store(&at).records().expect("a folder of ours");
    let own: Vec<_> =
        lines.iter().map(|line| &line.record).filter(|r| r.arm.value("method") == Some("EndToEnd")).collect();
    for (seed, runs) in [(0, 0..5), (1, 5..10)] {
        let answers = answers(&at, 0, runs);
        assert_eq!(answers.len(), 180);
        let round: Vec<_> = own.iter().filter(|record| record.seed == seed).collect();
        let mean = |name: &str| round.iter().map(|r| r.of_all_parts(name).expect("it is measured")).sum::<f64>() / 5.0;
        let right = |answers: &[&(usize, usize, usize)]| {
            answers.iter().filter(|(truth, said, _)| truth == said).count() as f64 / answers.len() as f64
        };
        assert!((mean("test_accuracy") - right(&answers.iter().collect::<Vec<_>>())).abs() < 1e-12);
        assert!((mean("test_f1") - macro_f1(&answers)).abs() < 1e-9, "{} {}", mean("test_f1"), macro_f1(&answers));
        let people = &round[0].groups["subject"];
        assert_eq!(people.len(), 10);
        for (who, (name, measures)) in people.iter().enumerate() {
            assert_eq!(*name, format!("S{who:02}"));
            let of: Vec<_> = answers.iter().filter(|(.., person)| *person == who).collect();
            let measured = measures.measures["test_accuracy"].clone().expect("it has samples");
            assert!((measured - right(&of)).abs() < 1e-12, "{name}");
        }
        // Equal parts: what a part adds is its own value.
        for record in &round {
            let (whole, part) = (record.of_all_parts("test_accuracy"), record.measured("test_accuracy"));
            assert!((whole.expect("there") - part.expect("there")).abs() < 0.02);
        }
    }
    assert!(out.contains("subject: measures are of the samples of each") && out.contains("S07"), "{out}");
    assert!(out.contains("part: each is measured by itself") && out.contains("4 of 5"), "{out}");
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
    // Whatever was predicted of test samples, each once a seed.
    let asked = ["predict", "methods", "--split", "test", "--where", "method=EndToEnd", "-o", "-"];
    let (code, out, err) = mhm(&at, &asked);
    assert_eq!((code, out.lines().count()), (0, 361), "{err}");
    assert!(out.lines().next().is_some_and(|heading| heading.contains("seed,part,")), "{out}");
    // A second time, nothing is trained and all is the same.
    let before = fs::read(at.join("runs/methods/records.jsonl")).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "p.mhm"]);
    assert!(code == 0 && err.contains("20 of 20 runs were done already"), "{err}");
    assert!(fs::read(at.join("runs/methods/records.jsonl")).expect("a folder of ours") == before);
}

#[test]
fn tables_show_groups_without_cross_validation_too() {
    let shares = "split train = random(0.5)  split test = rest";
    let program = program(shares, "seeds 3", "").replace("  table test_accuracy { rows part  columns method }\n", "");
    let (_, out) = ran("groups_alone", &program);
    assert!(out.contains("subject: measures are of the samples of each") && out.contains("S0"), "{out}");
}

/// People of whom nothing was tested are no empty rows.
#[test]
fn people_who_were_not_tested_are_counted_beside_the_table() {
    let shares = "split test = where(subject in [\"S03\", \"S07\"])  split train = rest";
    let program = program(shares, "seeds 2", "").replace("  table test_accuracy { rows part  columns method }\n", "");
    let (at, out) = ran("groups_untested", &program);
    let said = "subject: 8 of 10 are left out, S00, S01, S02, S04, S05, S06, S08 and S09: none of their samples is in a split that is \
                measured here.";
    assert!(out.contains(said), "{out}");
    let rows = |who: &str| out.lines().filter(|line| line.trim_start().starts_with(who)).count();
    assert_eq!((rows("S03"), rows("S07"), rows("S00"), rows("S09")), (1, 1, 0, 0), "{out}");
    assert_eq!(mhm(&at, &["verify", "methods"]).0, 0);
}

#[test]
fn each_group_is_a_part_that_all_seeds_share() {
    let (at, out) = ran("each", &program(SHARES, "seeds 2", "cross each subject"));
    assert!(out.contains("over 10 test parts (10 a round, each the mean over its seeds)"), "{out}");
    let own = trails(&at, 0);
    assert_eq!(own.len(), 20);
    is_sound(&own[..10]);
    for (i, trail) in own.iter().enumerate() {
        let group = &trail.groups[0];
        let people: BTreeSet<&str> =
            ids(trail, "test").into_iter().map(|row| group.names[group.of[row] as usize].as_str()).collect();
        assert_eq!(people, BTreeSet::from([format!("S{:02}", i % 10).as_str()]));
    }
    assert_eq!(store(&at).manifest().cross.as_ref().map(|cross| cross.groups.len()), Some(10));
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
    // What is stored says how many parts there are: their file need not be there.
    fs::remove_file(at.join("d.csv")).expect("a file of ours");
    let (code, out, err) = mhm(&at, &["report", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
    let (_, out, _) = mhm(&at, &["status", "methods"]);
    assert!(out.contains("40 of 40 runs done"), "{out}");
}

#[test]
fn rows_go_round_too() {
    let rows = "split train = rows(0, 120)  split test = rows(120, 170)";
    let (at, _) = ran("rows", &program(rows, "seeds 1", "cross 4, grouped: false"));
    let own = trails(&at, 0);
    let all: BTreeSet<usize> = own.iter().flat_map(|trail| ids(trail, "test")).collect();
    assert_eq!(all, (0..170).collect(), "rows that no split has stay out");
    for trail in &own {
        assert!((42..=43).contains(&ids(trail, "test").len()));
        let (train, test) = (ids(trail, "train"), ids(trail, "test"));
        assert_eq!(train.union(&test).copied().collect::<BTreeSet<_>>(), all, "what was to be tested is trained on");
        assert_eq!(train.intersection(&test).count(), 0);
    }
}

#[test]
fn too_many_parts_are_an_error_in_words() {
    let at = folder("cross_many");
    people(&at);
    fs::write(at.join("p.mhm"), program(SHARES, "seeds 1", "cross 11")).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert!(
        code != 0 && err.contains("`cross 11` has more parts than there are groups that stay together"),
        "{out}{err}"
    );
    let other =
        program(SHARES, "seeds 1", "cross each subject").replace("csv(column: \"subject\")", "csv(column: \"label\")");
    let one = "subject,label,a,b,c\nx,0,1,2,3\nx,0,2,3,4\n";
    fs::write(at.join("d.csv"), one).expect("a folder of ours");
    fs::write(at.join("p.mhm"), other).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert!(
        code != 0 && err.contains("`cross each subject` needs two groups or more, and `People` has 1"),
        "{out}{err}"
    );
}

/// The records as they are shown, and everything that runs left, by their addresses.
type End = (String, BTreeMap<String, (RunRecord, Vec<(String, Vec<u32>)>)>);

fn came_to(at: &Path, table: String) -> End {
    let store = store(at);
    let addresses = store.addresses().expect("a folder of runs");
    (table, addresses.iter().map(|address| (address.to_string(), left(&store, address))).collect())
}

/// A folder with the program, and how it is run there.
fn prepared(name: &str, program: &str) -> std::path::PathBuf {
    let at = folder(&format!("cross_{name}"));
    people(&at);
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    at
}

#[test]
fn rounds_that_are_killed_and_go_on_come_to_the_same_bits_for_any_number_of_threads() {
    for (name, cross) in [("into", "cross 3, by: subject"), ("groups", "cross each subject")] {
        let program = program(SHARES, "seeds 2", cross).replace("3 epochs", "25 epochs");
        let whole = |threads: &str| {
            let at = prepared(&format!("whole_{name}_{threads}"), &program);
            let (code, out, err) = mhm(&at, &["run", "p.mhm", "--quiet", "--threads", threads]);
            assert_eq!(code, 0, "{err}");
            came_to(&at, out)
        };
        let one = whole("1");
        assert!(one == whole("2"), "{cross}: other bits with two threads");
        let at = prepared(&format!("killed_{name}"), &program);
        let (mut stream, mut kills) = (Seed(9).stream(name), 0);
        let out = loop {
            let threads = ["1", "2"][kills % 2];
            let arguments = ["run", "p.mhm", "--quiet", "--threads", threads, "--checkpoint", "phase"];
            let before = checkpoints(&at);
            let mut child = spawned(&mut command(&at, &arguments));
            let mut is_over = || child.try_wait().expect("a child of ours").is_some();
            // From some kills on it is left alone.
            while kills < 8 && !is_over() && checkpoints(&at) == before {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_micros(stream.below(40_000) as u64));
            if kills == 8 || is_over() {
                let output = child.wait_with_output().expect("a child of ours");
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                break String::from_utf8(output.stdout).expect("tables are text");
            }
            child.kill().and_then(|()| child.wait()).expect("a child of ours");
            kills += 1;
        };
        assert!(kills > 2, "{cross}: it was over after {kills} kills");
        assert!(came_to(&at, out) == one, "{cross}: after {kills} kills something is not the same");
    }
}

/// The worst person of every round is the worst of those that a table shows one by one.
#[test]
fn the_worst_group_is_known_with_and_without_parts() {
    let table = "table test_accuracy { rows subject  columns method }";
    let worst = format!("{table}\n  table test_accuracy_worst_subject, test_f1_worst_subject {{ columns method }}");
    for (name, splits, cross) in
        [("worst", "split test = random(0.4)  split train = rest", ""), ("worst_parts", SHARES, "cross 5, by: subject")]
    {
        let text = program(splits, "seeds 2", cross).replace(table, &worst);
        let text = if cross.is_empty() {
            text.replace("  table test_accuracy { rows part  columns method }\n", "")
        } else {
            text
        };
        let (at, out) = ran(name, &text);
        assert!(out.contains("test_accuracy of the subject where it is worst"), "{out}");
        let records: Vec<_> = store(&at).records().unwrap().into_iter().map(|line| line.record).collect();
        let rounds: Vec<_> = records.iter().filter(|record| !record.groups.is_empty()).collect();
        assert_eq!(rounds.len(), 4);
        for first in rounds {
            let each = first.groups["subject"].values().filter_map(|group| group.measures.get("test_accuracy"));
            let lowest = each.map(|value| *value.as_ref().unwrap()).fold(f64::INFINITY, f64::min);
            let same = |record: &&mhm::record::RunRecord| (&record.arm, record.seed) == (&first.arm, first.seed);
            let of: Vec<f64> = records
                .iter()
                .filter(same)
                .map(|record| record.of_all_parts("test_accuracy_worst_subject").unwrap())
                .collect();
            let mean = of.iter().sum::<f64>() / of.len() as f64;
            assert!((mean - lowest).abs() < 1e-12, "{mean} for {lowest}");
        }
    }
}

#[test]
fn check_looks_at_every_part() {
    let at = prepared("checked", &program(SHARES, "seeds 1", "cross each subject"));
    let check = || mhm(&at, &["check", "--data", "--format", "short", "p.mhm"]);
    let (code, out, err) = check();
    assert!(code == 0 && !out.contains("is tested"), "{out}{err}");
    // Class 2 is of one person alone: where she is tested, or chosen by, nothing is learned of it.
    let text = fs::read_to_string(at.join("d.csv")).expect("a file of ours");
    let other = |line: &str| if line.starts_with("S06") { line.to_string() } else { line.replace(",2,", ",1,") };
    let lines: Vec<String> = text.lines().map(other).collect();
    fs::write(at.join("d.csv"), lines.join("\n") + "\n").expect("a folder of ours");
    let (_, out, err) = check();
    let said = "class 2 of target `label` never occurs in `train`, where part ";
    assert!(out.contains(said) && out.contains(" of 10 is tested"), "{out}{err}");
    // Nine people are left to train and validate on, one of them at least to validate.
    fs::write(at.join("p.mhm"), program(SHARES, "seeds 1", "cross each subject").replace("heads: 2", "heads: 9"))
        .expect("a folder of ours");
    let (code, out, err) = check();
    assert!(code == 1 && out.contains("groups that stay together, fewer than 9 folds"), "{out}{err}");
    // Also where so many folds are one of those that are tried.
    let choose = "seeds 1  choose k in [2, 9] { trials 2  seeds 1  by validation_loss }";
    let chosen = program(SHARES, choose, "cross each subject")
        .replace("method: Schedule", "lr: Float, k: Int")
        .replace("lr: 1e-2", "lr: lr")
        .replace("schedule method", "schedule Mhm(heads: k)")
        .replace("[EndToEnd, Mhm(heads: 2)]", "[1e-2, 1e-3]")
        .replace("p(method)", "p(lr, k)")
        .replace("method", "lr");
    fs::write(at.join("p.mhm"), chosen).expect("a folder of ours");
    let (code, out, err) = check();
    assert!(code == 1 && out.contains("groups that stay together, fewer than 9 folds"), "{out}{err}");
}
