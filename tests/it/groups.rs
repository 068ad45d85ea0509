//! Samples that belong together, from a table of people to what is verified of runs.

use crate::store::{folder, mhm, store};
use mhm::data::{Dataset, Folds};
use mhm::experiment::{self, Options};
use mhm::id::SampleId;
use mhm::seed::Seed;
use mhm::store::Wanted;
use std::fs;
use std::path::Path;

/// What a person looks like.
const FEATURES: usize = 8;

/// So many people with `each` windows: features tell who it is and nothing else, and the label is the person's.
fn people(at: &Path, count: usize, each: usize) {
    let mut stream = Seed(11).stream("people");
    let names: Vec<String> = (0..FEATURES).map(|i| format!("f{i}")).collect();
    let mut text = format!("{},label\n", names.join(","));
    let mut meta = String::from("subject,session\n");
    for who in 0..count {
        let looks: Vec<f64> = (0..FEATURES).map(|_| stream.normal()).collect();
        let label = ["sit", "walk"][stream.below(2)];
        for window in 0..each {
            let seen: Vec<String> = looks.iter().map(|x| format!("{:.3}", x + 0.05 * stream.normal())).collect();
            text += &format!("{},{}\n", seen.join(","), usize::from(label == "walk"));
            meta += &format!("S{who:02},{}\n", window % 2);
        }
    }
    fs::write(at.join("windows.csv"), text).expect("a folder of ours");
    fs::write(at.join("meta.csv"), meta).expect("a folder of ours");
}

fn program(groups: &str, splits: &str, schedule: &str) -> String {
    format!(
        "use std.schedule.*
dataset People from \"windows.csv\" {{
  modality looks: [8] = csv(columns: [\"f0\", \"f1\", \"f2\", \"f3\", \"f4\", \"f5\", \"f6\", \"f7\"])
  target   label: class(2) = csv(columns: [\"label\"])
  {groups}
  {splits}
}}
network Who {{
  in     looks: [D]
  uni    see   = linear(24) |> relu
  fusion join  = linear(24) |> relu
  head   class = linear(2)
  out    class(join(see(looks)))
}}
pipeline p {{
  data People  network Who  loss cross_entropy  optimizer adam(lr: 1e-2)
  schedule {schedule}  batch 20  budget 30 epochs  metrics accuracy
}}
experiment methods {{ seeds 6  run p  table test_accuracy }}
"
    )
}

const SUBJECT: &str = "group subject = csv(\"meta.csv\", column: \"subject\")";
const SHARES: &str = "split train = random(0.7)  split test = rest";

/// The mean accuracy on `test` of six seeds, and their folder.
fn accuracy(name: &str, program: &str) -> (f64, std::path::PathBuf) {
    let at = folder(&format!("groups_{name}"));
    people(&at, 24, 20);
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let store = store(&at);
    let records = store.records().expect("a folder of ours");
    let accuracies: Vec<f64> =
        records.iter().filter_map(|r| r.record.measures.get("test_accuracy")?.as_ref().ok().copied()).collect();
    assert_eq!(accuracies.len(), 6);
    (accuracies.iter().sum::<f64>() / 6.0, at)
}

/// What is learned of people says nothing of others: only a split through people makes it seem so.
#[test]
fn a_label_that_leaks_through_the_subject_is_chance_where_groups_are_kept() {
    let (kept, at) = accuracy("kept", &program(SUBJECT, SHARES, "EndToEnd"));
    let cut = SHARES.replace("0.7", "0.7, grouped: false");
    let (cut, _) = accuracy("cut", &program(SUBJECT, &cut, "EndToEnd"));
    assert!((kept - 0.5).abs() < 0.2, "{kept} of unseen people");
    assert!(cut > 0.97, "{cut} of people that were seen");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}");
}

fn loaded(at: &Path, program: &str, seed: u64) -> Dataset {
    let input = mhm::cli::files::Input { name: at.join("p.mhm").display().to_string(), text: program.into() };
    let (_, checked, found) = mhm::cli::files::check(&input);
    let found: Vec<String> = found.into_iter().filter(|d| d.is_error()).map(|d| d.message).collect();
    assert!(found.is_empty(), "{found:?}");
    let options = Options::plain(vec![at.to_path_buf()]);
    mhm::data::load(&experiment::spec(&checked.pipelines[0].data, &options.roots), Seed(seed)).expect("files of ours")
}

/// How many samples of fold `k` the nearest sample of the other folds has the label of.
fn nearest(data: &Dataset, folds: &Folds) -> f64 {
    let (looks, labels) = (&data.modalities[0].values, &data.targets[0].values);
    let look = |id: SampleId| &looks[id.row() * FEATURES..][..FEATURES];
    let far = |a: SampleId, b: SampleId| -> f32 { look(a).iter().zip(look(b)).map(|(x, y)| (x - y).powi(2)).sum() };
    let (mut right, mut all) = (0, 0);
    for k in 0..folds.count() {
        let others = folds.except(k);
        for id in folds.fold(k) {
            let near = others.iter().min_by(|a, b| far(*id, **a).total_cmp(&far(*id, **b))).expect("there are others");
            right += usize::from(labels[near.row()] == labels[id.row()]);
            all += 1;
        }
    }
    f64::from(right as u32) / f64::from(all)
}

#[test]
fn folds_through_people_leak_and_folds_of_people_do_not() {
    let at = folder("groups_folds");
    people(&at, 24, 10);
    let text = program(SUBJECT, "split train = random(0.9)  split test = rest", "EndToEnd");
    let (mut kept, mut cut) = (0.0, 0.0);
    for seed in 0..8 {
        let data = loaded(&at, &text, seed);
        let (ids, parts) = (data.split("train").expect("it is declared"), data.parts().expect("there is a group"));
        let stream = || Seed(seed).stream("folds");
        kept += nearest(&data, &Folds::draw_together(ids, 4, None, &parts, &mut stream())) / 8.0;
        cut += nearest(&data, &Folds::draw(ids, 4, None, &mut stream())) / 8.0;
    }
    assert!((kept - 0.5).abs() < 0.2, "{kept} of unseen people");
    assert!(cut > 0.97, "{cut} of people that were seen");
}

#[test]
fn phases_of_stored_runs_cut_through_no_group_and_verify_says_so() {
    let (_, at) = accuracy("verified", &program(SUBJECT, SHARES, "Mhm(heads: 3)"));
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}");
    // A trail that says a person was elsewhere is found, though it was sealed again.
    let runs = store(&at);
    let address = runs.manifest().arms[0].cells[0];
    let mut stored = runs.stored(&address).expect("it was done");
    let (recipe, watched) = (stored.recipe().clone(), stored.watched().to_string());
    let (record, mut kept) = (stored.record().clone(), stored.artifacts(Wanted::All).expect("it is whole"));
    let group = &mut kept.trail.groups[0];
    assert_eq!((group.name.as_str(), group.names.len(), group.of.len()), ("subject", 24, 480));
    assert!(group.in_splits && group.in_phases);
    let test = kept.trail.splits["test"].ids().next().expect("it has samples");
    let train = kept.trail.splits["train"].ids().next().expect("it has samples");
    group.of[test.row()] = group.of[train.row()];
    let name = group.names[group.of[train.row()] as usize].clone();
    runs.save(&recipe, &record, &kept, &watched).expect("a folder of ours");
    let (code, out, _) = mhm(&at, &["verify", "methods", "--sample", "0"]);
    assert!(code == 1 && out.contains(&format!("subject `{name}` is in `test` and `train`")), "{out}");
}

#[test]
fn plan_and_data_say_how_near_groups_come() {
    let at = folder("groups_plan");
    people(&at, 12, 30);
    let groups = format!("{SUBJECT}  group session = csv(\"meta.csv\", column: \"session\"), grouped: false");
    fs::write(at.join("p.mhm"), program(&groups, SHARES, "Mhm(heads: 4)")).expect("a folder of ours");
    let (code, out, err) = mhm(&at, &["plan", "p.mhm"]);
    assert_eq!(code, 0, "{err}");
    for part in [
        "subject: 12 groups, kept together",
        "session: 2 groups, not kept together",
        "`train` has 75.0 % of the samples, where 70.0 % are asked for; shares of classes differ by",
        "4 of 60 to 90 samples, of 9 parts that stay together",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let (code, out, err) = mhm(&at, &["data", "p.mhm"]);
    assert_eq!(code, 0, "{err}");
    for part in
        ["group    subject  12 of 30 to 30 samples", "S03  30 samples", "2 of 180 to 180 samples, not kept together"]
    {
        assert!(out.contains(part), "{part} in {out}");
    }
}

fn checked(at: &Path, program: &str) -> (i32, String) {
    fs::write(at.join("p.mhm"), program).expect("a folder of ours");
    let (code, out, _) = mhm(at, &["check", "--format", "short", "--data", "p.mhm"]);
    (code, out)
}

#[test]
fn check_holds_groups_against_files() {
    let at = folder("groups_check");
    people(&at, 6, 10);
    let of = |groups: &str, splits: &str, schedule: &str| checked(&at, &program(groups, splits, schedule));
    assert_eq!(of(SUBJECT, SHARES, "EndToEnd").0, 0);
    // Rows cut through the fourth person.
    let rows = "split train = rows(0, 35)  split test = rest";
    let (code, out) = of(SUBJECT, rows, "EndToEnd");
    assert!(
        code == 0 && out.contains("group-crosses-splits") && out.contains("subject `S03` is in `test` and `train`"),
        "{out}"
    );
    let only_names = SUBJECT.to_string() + ", grouped: false";
    assert!(!of(&only_names, rows, "EndToEnd").1.contains("group-crosses"));
    let allowed =
        program(SUBJECT, rows, "EndToEnd").replace("dataset People", "allow(group-crosses-splits)\ndataset People");
    assert!(!checked(&at, &allowed).1.contains("group-crosses"));
    // Whole people.
    assert!(!of(SUBJECT, "split train = rows(0, 40)  split test = rest", "EndToEnd").1.contains("group-crosses"));
    let (code, out) = of(SUBJECT, SHARES, "Mhm(heads: 5)");
    assert!(
        code == 1 && out.contains("too-few-groups") && out.contains("4 groups that stay together, fewer than 5 folds"),
        "{out}"
    );
    let (code, out) = of(SUBJECT, "split test = where(subject in [\"S3\"])  split train = rest", "EndToEnd");
    assert!(code == 1 && out.contains("unknown-value") && out.contains("no sample has the subject `S3`"), "{out}");
    let (_, out, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert!(err.contains("no sample has the subject `S3`") && err.contains("`S03`"), "{out}{err}");
    fs::write(at.join("p.mhm"), program(SUBJECT, SHARES, "Mhm(heads: 5)")).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "p.mhm", "--quiet"]);
    assert!(code == 1 && err.contains("fewer groups by `subject` than folds"), "{err}");
    let (code, _, err) = mhm(&at, &["plan", "p.mhm"]);
    assert!(code != 0 && err.contains("fewer groups by `subject` than folds"), "{err}");
    fs::write(at.join("p.mhm"), program(SUBJECT, rows, "EndToEnd")).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "p.mhm"]);
    assert!(code == 0 && err.contains("subject `S03` is in `test` and `train`"), "{err}");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("subject `S03` is in `test` and `train`"), "{out}");
}
