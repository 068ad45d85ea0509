//! Samples that belong together: read from files, kept together by drawn splits and folds, and named by splits.

use super::files::Folder;
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::{Condition, Name, Relation};
use crate::data::deal::{Bin, deal};
use crate::data::groups::class_counts;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn csv(column: &str) -> Csv {
    Csv::of(&[column])
}

fn group(name: &str, kept: bool) -> GroupSpec {
    GroupSpec { name: name.into(), sources: vec![Arc::new(csv(name))], transforms: vec![], kept }
}

/// A table of a sample a line: its number, its class, and its groups.
fn spec(folder: &Folder, lines: &[[i64; 3]], groups: Vec<GroupSpec>, rules: &[(&str, SplitRule)]) -> DataSpec {
    let line = |(i, [y, a, b]): (usize, &[i64; 3])| format!("{i},{y},{a},{b}\n");
    let text: String = lines.iter().enumerate().map(line).collect();
    DataSpec {
        name: "t".into(),
        root: Some(folder.write("t.csv", format!("x,y,subject,session\n{text}"))),
        modalities: vec![modality("x", &[1], csv("x"))],
        targets: vec![target(class(3), csv("y"))],
        groups,
        splits: splits(rules),
        ..plain()
    }
}

fn chosen(group: &str, is: Relation, numbers: &[i64]) -> SplitRule {
    let values = numbers.iter().map(|number| Name::Number(*number)).collect();
    SplitRule::Where(vec![Condition { group: group.into(), is, values }])
}

fn drawn(share: f64, stratified: bool, kept: Kept) -> SplitRule {
    SplitRule::Random { share, stratified, kept }
}

/// Names of the groups of a split.
fn names<'d>(data: &'d Dataset, group: &str, split: &str) -> BTreeSet<&'d str> {
    let group = data.group(group).unwrap();
    data.split(split).unwrap().iter().map(|id| group.name_of(*id)).collect()
}

/// Six people with ten to sixty samples.
fn people() -> Vec<[i64; 3]> {
    (1..=6i64).flat_map(|who| (0..10 * who).map(move |i| [i % 3, who * 11, i % 2])).collect()
}

#[test]
fn a_random_split_cuts_through_no_group() {
    let folder = Folder::new("groups-random");
    let rules = [("train", drawn(0.6, true, Kept::Groups)), ("test", SplitRule::Rest)];
    let mut seen = BTreeSet::new();
    for seed in 0..20 {
        let spec = spec(&folder, &people(), vec![group("subject", true), group("session", false)], &rules);
        let data = load(&spec, Seed(seed)).unwrap();
        let (train, test) = (names(&data, "subject", "train"), names(&data, "subject", "test"));
        assert!(train.is_disjoint(&test) && train.len() + test.len() == 6, "{train:?} {test:?}");
        assert_eq!(data.groups[0].names, ["11", "22", "33", "44", "55", "66"], "as numbers sort");
        assert!((data.split("train").unwrap().len() as f64 / 210.0 - 0.6).abs() < 0.1);
        assert_eq!(names(&data, "session", "train").len(), 2, "sessions only name samples");
        seen.insert(train.into_iter().map(str::to_string).collect::<Vec<_>>());
    }
    assert!(seen.len() > 5, "seeds differ: {seen:?}");
}

#[test]
fn groups_are_cut_through_where_the_program_says_so() {
    let folder = Folder::new("groups-not");
    let of = |kept: Kept, groups| {
        let rules = [("train", drawn(0.5, false, kept)), ("test", SplitRule::Rest)];
        load(&spec(&folder, &people(), groups, &rules), Seed(3)).unwrap()
    };
    let both = || vec![group("subject", true), group("session", true)];
    let cut = of(Kept::Nothing, both());
    assert_eq!((names(&cut, "subject", "train").len(), names(&cut, "subject", "test").len()), (6, 6));
    assert_eq!(cut.groups[0].crossing(&cut.splits).len(), 6);
    let by_session = of(Kept::These(vec!["session".into()]), both());
    assert_eq!(names(&by_session, "session", "train").len(), 1);
    assert_eq!(by_session.split("train").unwrap().len(), 105);
    // The same samples as without groups: bits of runs hang on it.
    let none = of(Kept::Groups, vec![]);
    assert_eq!(none.split("train"), cut.split("train"));
}

#[test]
fn linked_groups_are_one_part() {
    let folder = Folder::new("groups-linked");
    // Subjects 1 and 2 share session 7; 3 has its own.
    let lines = [[0, 1, 7], [1, 2, 7], [0, 2, 8], [1, 3, 9], [0, 3, 9]];
    let rules = [("train", drawn(0.5, false, Kept::Groups)), ("test", SplitRule::Rest)];
    let groups = || vec![group("subject", true), group("session", true)];
    for seed in 0..8 {
        let data = load(&spec(&folder, &lines, groups(), &rules), Seed(seed)).unwrap();
        let train = data.split("train").unwrap();
        assert!([&sample_ids([0, 1, 2])[..], &sample_ids([3, 4])].contains(&train), "{train:?}");
    }
    // All are linked: there is one part, and two splits.
    let lines = [[0, 1, 7], [1, 2, 7], [0, 2, 8], [1, 3, 8]];
    let error = load(&spec(&folder, &lines, groups(), &rules), Seed(0)).unwrap_err();
    assert_eq!(error.code, Code::TooFewGroups);
    let text = error.to_string();
    for part in ["split `train`", "2 parts or more", "`subject` and `session`", "one part", "`grouped: false`"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn splits_are_named_by_groups() {
    let folder = Folder::new("groups-where");
    let groups = || vec![group("subject", true), group("session", false)];
    let of = |rules: &[(&str, SplitRule)]| load(&spec(&folder, &people(), groups(), rules), Seed(0));
    let test = chosen("subject", Relation::In, &[11, 66]);
    let data = of(&[("test", test.clone()), ("train", SplitRule::Rest)]).unwrap();
    assert_eq!(names(&data, "subject", "test"), BTreeSet::from(["11", "66"]));
    assert_eq!(names(&data, "subject", "train"), BTreeSet::from(["22", "33", "44", "55"]));
    let rest = of(&[("train", chosen("subject", Relation::NotIn, &[11])), ("test", SplitRule::Rest)]).unwrap();
    assert_eq!(names(&rest, "subject", "test"), BTreeSet::from(["11"]));
    let (SplitRule::Where(mut both), SplitRule::Where(session)) = (test, chosen("session", Relation::In, &[1])) else {
        panic!("two rules of conditions")
    };
    both.extend(session);
    let both = of(&[("test", SplitRule::Where(both)), ("train", SplitRule::Rest)]).unwrap();
    assert_eq!(both.split("test").unwrap().len(), 35);
    assert_eq!(both.groups[0].crossing(&both.splits).iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["11", "66"]);
    let error = of(&[("test", chosen("subject", Relation::In, &[67])), ("train", SplitRule::Rest)]).unwrap_err();
    assert_eq!(error.code, Code::UnknownValue);
    assert!(error.to_string().contains("no sample has the subject `67`"), "{error}");
    assert!(error.to_string().contains("`11`, `22`, `33`"), "{error}");
    let twice = [("test", chosen("subject", Relation::In, &[11])), ("train", chosen("session", Relation::In, &[0]))];
    assert_eq!(of(&twice).unwrap_err().code, Code::SampleInTwoSplits);
}

#[test]
fn what_is_no_group_is_said() {
    let folder = Folder::new("groups-wrong");
    let of = |text: &str, name: &str| {
        let spec = DataSpec {
            root: Some(folder.write("w.csv", text)),
            groups: vec![group(name, true)],
            modalities: vec![modality("x", &[1], csv("x"))],
            ..plain()
        };
        load(&spec, Seed(0)).unwrap_err()
    };
    let missing = of("x,g\n1,a\n2,\n3,b\n", "g");
    assert_eq!(missing.code, Code::NotAGroup);
    assert!(missing.to_string().contains("samples have no `g`") && missing.to_string().contains("line 3"), "{missing}");
    assert_eq!(of("x,g\n1,1\n", "h").code, Code::ArrayMissing);
    let spec = |sources: Vec<Arc<dyn Source>>| DataSpec {
        root: Some(folder.write("w.csv", "x,g\n1,1\n2,2\n")),
        groups: vec![GroupSpec { name: "g".into(), sources, transforms: vec![], kept: true }],
        modalities: vec![modality("x", &[1], csv("x"))],
        ..plain()
    };
    let twice = load(&spec(vec![Arc::new(csv("g")), Arc::new(csv("g"))]), Seed(0)).unwrap_err();
    assert_eq!(twice.code, Code::SamplesDiffer);
    assert!(twice.to_string().contains("found: 4 samples"), "{twice}");
    assert!(problem(&spec(vec![Arc::new(Labels {})])).1.contains("has no names"));
    assert!(problem(&spec(vec![Arc::new(Csv::of(&["x", "g"]))])).1.contains("reads 2 columns"));
}

#[test]
fn groups_are_called_by_texts_and_files_of_their_own_may_say_them() {
    let folder = Folder::new("groups-texts");
    folder.write("meta.csv", "subject\nS10\nS2\n\"S 3\"\nS10\n");
    let meta = Csv { file: Some("meta.csv".into()), ..Csv::of(&["subject"]) };
    let texts = |names: &[&str]| {
        let values = names.iter().map(|name| Name::Text((*name).into())).collect();
        SplitRule::Where(vec![Condition { group: "subject".into(), is: Relation::In, values }])
    };
    let of = |rule: SplitRule| {
        let spec = DataSpec {
            root: Some(folder.write("w.csv", "x\n1\n2\n3\n4\n")),
            groups: vec![GroupSpec {
                name: "subject".into(),
                sources: vec![Arc::new(meta.clone())],
                transforms: vec![],
                kept: true,
            }],
            modalities: vec![modality("x", &[1], csv("x"))],
            splits: splits(&[("test", rule), ("train", SplitRule::Rest)]),
            ..plain()
        };
        assert_eq!(files(&spec).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["w.csv", "meta.csv"]);
        load(&spec, Seed(0))
    };
    let data = of(texts(&["S10"])).unwrap();
    assert_eq!(data.groups[0].names, ["S 3", "S10", "S2"]);
    assert_eq!(data.split("test"), Some(&sample_ids([0, 3])[..]));
    let unknown = of(texts(&["S11"])).unwrap_err().to_string();
    assert!(unknown.contains("did you mean `S10`? `subject` has `S 3`, `S10`, `S2`"), "{unknown}");
}

#[test]
fn large_numbers_are_told_apart() {
    let folder = Folder::new("groups-large");
    let lines = [[0, 20_230_101_001, 0], [1, 20_230_101_002, 0], [1, -4, 0]];
    let data = load(&spec(&folder, &lines, vec![group("subject", true)], &[("train", SplitRule::Rest)]), Seed(0));
    assert_eq!(data.unwrap().groups[0].names, ["-4", "20230101001", "20230101002"]);
}

#[test]
fn fewer_groups_than_folds_are_said() {
    let folder = Folder::new("groups-folds");
    let of = |kept| {
        let spec = spec(&folder, &people(), vec![group("subject", kept)], &[("train", SplitRule::Rest)]);
        load(&spec, Seed(0)).unwrap()
    };
    assert!(of(true).holds_folds(6).is_ok() && of(false).holds_folds(7).is_ok());
    let error = of(true).holds_folds(7).unwrap_err();
    assert_eq!(error.code, Code::TooFewGroups);
    assert!(error.to_string().contains("7 or more") && error.to_string().contains("found: 6"), "{error}");
}

/// Whatever is kept of it, what is read once gives every part and seed what it would have read.
#[test]
fn what_parts_share_changes_no_bit() {
    let folder = Folder::new("groups-shared");
    let deal = crate::builtin::dataset::Deal::Each("subject".into());
    let rules = [
        ("test", SplitRule::Part { deal, own: None }),
        ("validation", drawn(0.2, true, Kept::Groups)),
        ("train", SplitRule::Rest),
    ];
    let mut spec = spec(&folder, &people(), vec![group("subject", true)], &rules);
    spec.modalities = vec![standardized(modality("x", &[1], csv("x"))), modality("session", &[1], csv("session"))];
    for limit in [0, 1 << 20] {
        let material = read(&spec, limit).unwrap();
        assert_eq!(material.shared > 0, limit > 0);
        for (part, seed) in [(0, 0), (5, 0), (3, 7)] {
            let spec = DataSpec { part, ..spec.clone() };
            let (alone, shared) = (load(&spec, Seed(seed)).unwrap(), load_from(&material, &spec, Seed(seed)).unwrap());
            assert_eq!(alone, shared, "part {part}, seed {seed}");
            assert_eq!(names(&shared, "subject", "test"), BTreeSet::from([["11", "22", "33", "44", "55", "66"][part]]));
        }
        let (a, b) = (load_from(&material, &spec, Seed(0)).unwrap(), load_from(&material, &spec, Seed(1)).unwrap());
        assert!(Arc::ptr_eq(&a.modalities[1], &b.modalities[1]), "what learns nothing is one for all");
    }
    assert_eq!(test_parts(&spec, Seed(0)).unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [10, 20, 30, 40, 50, 60]);
}

// ------------------------------------------------------------------------ properties

fn group_of(of: &[u32]) -> Group {
    let most = of.iter().max().map_or(0, |most| most + 1);
    Group {
        name: "g".into(),
        names: (0..most).map(|n| n.to_string()).collect(),
        of: of.to_vec(),
        kept: true,
        whole: true,
    }
}

fn cost(counts: &[Vec<usize>], bins: usize, dealt: &[usize]) -> f64 {
    let classes = counts[0].len();
    let of = |class: usize, bin: Option<usize>| -> f64 {
        let counted = counts.iter().zip(dealt).filter(|(_, b)| bin.is_none_or(|bin| **b == bin));
        counted.map(|(n, _)| n[class]).sum::<usize>() as f64
    };
    let term = |has: f64, wanted: f64| (has - wanted).powi(2) / wanted.max(1.0);
    let k = bins as f64;
    let of_bin = |bin| {
        let each: f64 = (0..classes).map(|c| term(of(c, Some(bin)), of(c, None) / k)).sum();
        let all = |bin| (0..classes).map(|c| of(c, bin)).sum::<f64>();
        each + if classes > 1 { term(all(Some(bin)), all(None) / k) } else { 0.0 }
    };
    (0..bins).map(of_bin).sum()
}

/// The least cost of all ways to deal the parts, and whether every bin has a part.
fn least(counts: &[Vec<usize>], bins: usize) -> f64 {
    let ways = bins.pow(counts.len() as u32);
    let way = |mut n: usize| -> Vec<usize> {
        let next = |n: &mut usize| {
            let bin = *n % bins;
            *n /= bins;
            bin
        };
        counts.iter().map(|_| next(&mut n)).collect()
    };
    let full = |dealt: &Vec<usize>| dealt.iter().collect::<BTreeSet<_>>().len() == bins.min(counts.len());
    (0..ways).map(way).filter(full).map(|dealt| cost(counts, bins, &dealt)).fold(f64::INFINITY, f64::min)
}

fn wanted(counts: &[Vec<usize>], bins: usize) -> Vec<Bin> {
    let equal = |class: usize| counts.iter().map(|n| n[class]).sum::<usize>() as f64 / bins as f64;
    vec![Bin { wanted: (0..counts[0].len()).map(equal).collect(), least: usize::from(counts.len() >= bins) }; bins]
}

proptest! {
    #[test]
    fn folds_of_groups_are_disjoint_cover_all_and_cut_through_none(
        of in vec(0u32..12, 1..150), classes in proptest::option::of(vec(0u8..4, 150)), k in 1usize..7, seed: u64,
    ) {
        let group = group_of(&of);
        let ids: Vec<SampleId> = SampleId::of(0..of.len()).collect();
        let classes: Option<Vec<f32>> = classes.map(|c| c.into_iter().map(f32::from).collect());
        let parts = Parts::of([&group]).unwrap();
        let stream = || Seed(seed).stream("folds");
        let folds = Folds::draw_together(&ids, k, classes.as_deref(), &parts, &mut stream());
        let mut all: Vec<SampleId> = (0..k).flat_map(|i| folds.fold(i).to_vec()).collect();
        all.sort_unstable();
        prop_assert_eq!(&all, &ids);
        let mut fold_of: BTreeMap<u32, usize> = BTreeMap::new();
        for i in 0..k {
            for id in folds.fold(i) {
                prop_assert_eq!(*fold_of.entry(of[id.row()]).or_insert(i), i);
            }
        }
        let there = of.iter().collect::<BTreeSet<_>>().len();
        let filled = (0..k).filter(|i| !folds.fold(*i).is_empty()).count();
        prop_assert!(there < k || filled == k);
        let mut backward = ids.clone();
        backward.reverse();
        prop_assert_eq!(folds, Folds::draw_together(&backward, k, classes.as_deref(), &parts, &mut stream()));
    }

    /// No fold is larger than the mean and the largest group together: what dealing from the largest down promises.
    #[test]
    fn folds_of_groups_are_about_as_large(sizes in vec(1usize..40, 2..60), k in 2usize..7, seed: u64) {
        let counts: Vec<Vec<usize>> = sizes.iter().map(|n| vec![*n]).collect();
        let dealt = deal(&counts, &wanted(&counts, k), &mut Seed(seed).stream("t"));
        let size = |bin| sizes.iter().zip(&dealt).filter(|(_, b)| **b == bin).map(|(n, _)| n).sum::<usize>();
        let (mean, largest) = (sizes.iter().sum::<usize>() as f64 / k as f64, sizes.iter().max().unwrap());
        prop_assert!((0..k).all(|bin| size(bin) as f64 <= mean + *largest as f64));
    }

    #[test]
    fn what_shares_a_group_is_in_one_part(a in vec(0u32..9, 60), b in vec(0u32..9, 60)) {
        let (a, b) = (group_of(&a), group_of(&b));
        let parts = Parts::of([&a, &b]).unwrap().among(&SampleId::of(0..60).collect::<Vec<_>>());
        let part_of = |row: usize| parts.iter().position(|part| part.contains(&SampleId::at(row))).unwrap();
        // The closure of sharing, step by step.
        let mut reach: Vec<usize> = (0..60).collect();
        for _ in 0..60 {
            for i in 0..60 {
                for j in 0..60 {
                    if a.of[i] == a.of[j] || b.of[i] == b.of[j] {
                        let least = reach[i].min(reach[j]);
                        (reach[i], reach[j]) = (least, least);
                    }
                }
            }
        }
        for i in 0..60 {
            for j in 0..60 {
                prop_assert_eq!(part_of(i) == part_of(j), reach[i] == reach[j]);
            }
        }
    }
}

/// Held against all ways to deal, of many small cases: how often nothing is better, and how much at worst.
#[test]
fn dealing_is_as_good_as_the_best_way_nearly_always() {
    for (classes, within) in [(1, 0.90), (3, 0.75)] {
        let (mut best, mut cases, mut worst) = (0, 0, 0.0f64);
        for seed in 0..120 {
            let mut stream = Seed(seed).stream("cases");
            let (n, k) = (4 + stream.below(5), 2 + stream.below(2));
            let counts: Vec<Vec<usize>> = (0..n).map(|_| (0..classes).map(|_| 1 + stream.below(9)).collect()).collect();
            let dealt = deal(&counts, &wanted(&counts, k), &mut stream);
            let (found, least) = (cost(&counts, k, &dealt), least(&counts, k));
            let samples: usize = counts.iter().flatten().sum();
            cases += 1;
            best += usize::from(found <= least + 1e-9);
            worst = worst.max((found - least) / samples as f64 * k as f64);
        }
        println!("{classes} classes: best in {best} of {cases}, at worst {worst:.3} a sample of a bin more");
        assert!(best as f64 >= within * cases as f64, "{best} of {cases}");
        assert!(worst < 0.2, "{worst}");
    }
}

#[test]
fn folds_of_equal_people_differ_from_seed_to_seed() {
    let of: Vec<u32> = (0..12u32).flat_map(|who| vec![who; 480 + (who as usize * 17) % 41]).collect();
    let (group, ids) = (group_of(&of), SampleId::of(0..of.len()).collect::<Vec<_>>());
    let parts = Parts::of([&group]).unwrap();
    let mut seen = BTreeSet::new();
    for seed in 0..40 {
        let folds = Folds::draw_together(&ids, 4, None, &parts, &mut Seed(seed).stream("folds"));
        let sizes: Vec<usize> = (0..4).map(|i| folds.fold(i).len()).collect();
        let mean = ids.len() as f64 / 4.0;
        assert!(sizes.iter().all(|size| (*size as f64 / mean - 1.0).abs() < 0.05), "{sizes:?} of {mean}");
        let mut together: Vec<BTreeSet<u32>> =
            (0..4).map(|i| folds.fold(i).iter().map(|id| of[id.row()]).collect()).collect();
        together.sort();
        seen.insert(together);
    }
    assert!(seen.len() > 20, "{} different ones", seen.len());
}

#[test]
fn classes_of_folds_are_as_equal_as_groups_allow() {
    // Twelve people, each with mostly one of three activities.
    let mut stream = Seed(5).stream("people");
    let (mut of, mut classes) = (vec![], vec![]);
    for who in 0..12u32 {
        for _ in 0..100 {
            of.push(who);
            classes.push(if stream.below(10) < 7 { (who % 3) as f32 } else { stream.below(3) as f32 });
        }
    }
    let (group, ids) = (group_of(&of), SampleId::of(0..of.len()).collect::<Vec<_>>());
    let parts = Parts::of([&group]).unwrap();
    for seed in 0..10 {
        let folds = Folds::draw_together(&ids, 4, Some(&classes), &parts, &mut Seed(seed).stream("folds"));
        let counts = class_counts(&(0..4).map(|i| folds.fold(i).to_vec()).collect::<Vec<_>>(), Some(&classes));
        for n in &counts {
            assert_eq!(n.iter().sum::<usize>(), 300);
            assert!(n.iter().all(|n| (*n as f64 / 300.0 - 1.0 / 3.0).abs() < 0.06), "{counts:?}");
        }
    }
}
