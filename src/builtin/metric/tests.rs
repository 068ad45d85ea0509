//! Metrics held against scikit-learn 1.9.1 and numpy 2.4.6.

use crate::builtin::check::arguments;
use crate::builtin::{ClassMetric, Kind, Metric, NO_CLASS, Predictions, TargetKind, find, registry};
use crate::measured::{Absent, Measured};
use crate::shape::Shape;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Values are as numpy has them in float64 of the same float32.
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < 1e-12, "{ours} here, {theirs} there");
}

/// `use_` is a metric with its arguments, such as `f1(weighted)`.
fn measure(use_: &str, values: &[f32], targets: &[f32], target: &TargetKind) -> f64 {
    measured(use_, values, targets, target).unwrap()
}

/// The same, or why there is none.
fn measured(use_: &str, values: &[f32], targets: &[f32], target: &TargetKind) -> Measured {
    let samples = targets.len() / target.shape().iter().product::<usize>();
    let predictions =
        Predictions { values, width: values.len() / samples.max(1), targets, target, samples, found: &[] };
    // `recall[1]`: of one class.
    let (use_, class) = use_.split_once('[').map_or((use_, None), |(use_, class)| (use_, class.strip_suffix(']')));
    let word = use_.split('(').next().unwrap();
    let metrics = find(word).find_map(|row| if let Kind::Metric(make) = row.kind { Some(make) } else { None });
    let metric = metrics.unwrap()(&arguments(use_)).unwrap();
    match class {
        None => metric.measure(&predictions),
        Some(class) => ClassMetric::new(metric, class.parse().unwrap(), class).unwrap().measure(&predictions),
    }
}

const THREE: TargetKind = TargetKind::Class { classes: 3, axes: vec![], ignore: None, labels: None };
const TWO: TargetKind = TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None };
const SEVERAL: TargetKind = TargetKind::Multi { classes: 2 };
const NUMBER: TargetKind = TargetKind::Real { shape: vec![] };

/// `P`, rows of chances of three classes, and `t`, the true classes.
const CHANCES: [f32; 24] = [
    0.7, 0.2, 0.1, 0.6, 0.3, 0.1, 0.4, 0.35, 0.25, 0.05, 0.9, 0.05, 0.2, 0.5, 0.3, 0.1, 0.4, 0.5, 0.2, 0.2, 0.6, 0.02,
    0.08, 0.9,
];
const CLASSES: [f32; 8] = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0];

#[test]
fn classes_are_counted() {
    let of = |use_: &str| measure(use_, &CHANCES, &CLASSES, &THREE);
    near(of("accuracy"), 0.75);
    near(of("error"), 0.25);
    // p = P.argmax(1); f1_score(t, p, average=…); balanced_accuracy_score(t, p)
    near(of("f1"), 0.719_047_619_047_619_2);
    near(of("f1(weighted)"), 0.753_571_428_571_428_6);
    near(of("f1(micro)"), 0.75);
    near(of("balanced_accuracy"), 0.75);
}

#[test]
fn chances_are_ordered() {
    let of = |use_: &str| measure(use_, &CHANCES, &CLASSES, &THREE);
    // roc_auc_score(t, P, multi_class="ovr"); mean over c of average_precision_score(t == c, P[:, c])
    near(of("auroc"), 0.881_944_444_444_444_5);
    near(of("average_precision"), 0.825_396_825_396_825_5);
    // With ties, of class 1 of two: roc_auc_score(y, s), average_precision_score(y, s)
    let (s, y) = ([0.1, 0.4, 0.4, 0.4, 0.8], [0.0, 1.0, 1.0, 0.0, 1.0]);
    let both: Vec<f32> = s.iter().flat_map(|s| [1.0 - s, *s]).collect();
    for chances in [&s[..], &both] {
        near(measure("auroc", chances, &y, &TWO), 0.833_333_333_333_333_4);
        near(measure("average_precision", chances, &y, &TWO), 0.833_333_333_333_333_3);
    }
}

/// numpy, with `confidence = P.max(1)` and `bin = ceil(confidence * bins) - 1`.
#[test]
fn calibration_is_that_of_numpy() {
    let of = |bins: &str| measure(&format!("calibration_error{bins}"), &CHANCES, &CLASSES, &THREE);
    near(of("(1)"), 0.112_500_000_745_058_06);
    near(of("(5)"), 0.312_499_988_824_129_1);
    near(of(""), 0.312_499_988_824_129_1);
    // One number for two classes: an answer of class 0 has the rest for confidence.
    let (s, y) = ([0.1, 0.4, 0.4, 0.4, 0.8], [0.0, 1.0, 1.0, 0.0, 1.0]);
    assert!((measure("calibration_error(2)", &s, &y, &TWO) - 0.1).abs() < 1e-7);
    assert!((measure("calibration_error", &s, &y, &TWO) - 0.22).abs() < 1e-7);
}

#[test]
fn several_classes_at_once_are_counted() {
    let values = [0.9, 0.2, 0.6, 0.7, 0.6, 0.1, 0.3, 0.4, 0.8, 0.9];
    let targets = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    let of = |use_: &str| measure(use_, &values, &targets, &SEVERAL);
    near(of("error"), 0.3);
    // f1_score(Y, S > 0.5, average=…), roc_auc_score(Y, S), average_precision_score(Y, S)
    near(of("f1"), 0.733_333_333_333_333_4);
    near(of("f1(weighted)"), 0.746_666_666_666_666_7);
    near(of("f1(micro)"), 0.727_272_727_272_727_3);
    near(of("auroc"), 0.708_333_333_333_333_3);
    near(of("average_precision"), 0.808_333_333_333_333_3);
}

#[test]
fn numbers_are_compared() {
    let (values, targets) = ([1.0, 2.0, 4.0], [1.0, 3.0, 2.0]);
    let of = |use_: &str| measure(use_, &values, &targets, &NUMBER);
    near(of("mae"), 1.0);
    near(of("rmse"), (5.0f64 / 3.0).sqrt());
    // numpy.corrcoef([1, 2, 4], [1, 3, 2])[0, 1]
    near(of("correlation"), 0.327_326_835_353_988_55);
    // An angle of two equal lines is no more than 1.
    near(measure("correlation", &targets, &targets, &NUMBER), 1.0);
}

#[test]
fn sentiment_is_rounded_to_even_levels_and_zeros_are_left_out() {
    let (values, targets) = ([0.5, 1.5, 2.5, -4.0, -0.2, 0.1], [0.0, 2.0, 3.0, -2.6, 0.0, -1.0]);
    let of = |use_: &str| measure(use_, &values, &targets, &NUMBER);
    // np.round(np.clip(p, -3, 3)) == np.round(np.clip(t, -3, 3)): all but 2.5 and 0.1
    near(of("acc7"), 4.0 / 6.0);
    // With ±2, 2.5 is right, too.
    near(of("acc5"), 5.0 / 6.0);
    near(of("acc2"), 3.0 / 4.0);
    near(of("acc2(non_positive)"), 4.0 / 6.0);
    near(of("acc2(non_negative)"), 4.0 / 6.0);
    // f1_score(p > 0, t > 0, average="weighted"), then the other way round; t != 0
    near(of("f1_sentiment"), 0.766_666_666_666_666_7);
    near(of("f1_sentiment(left_out, truth)"), 0.733_333_333_333_333_4);
    near(of("f1_sentiment(non_positive)"), 0.666_666_666_666_666_6);
}

/// What scikit-learn and SciPy warn of, and what lacks a class.
#[test]
fn what_is_missing_is_said() {
    let no = |use_: &str, values: &[f32], targets: &[f32], target: &TargetKind, why: &'static str| {
        assert_eq!(measured(use_, values, targets, target), Err(Absent::because(why)), "{use_} {values:?} {targets:?}");
    };
    let labelled = TargetKind::Class { classes: 3, axes: vec![2], ignore: Some(-1), labels: None };
    for each in ["auroc", "average_precision", "f1", "balanced_accuracy"] {
        no(each, &CHANCES[..12], &CLASSES[..4], &THREE, "no sample of classes 1 and 2");
        no(each, &CHANCES[..18], &CLASSES[..6], &THREE, "no sample of class 2");
        no(each, &[0.2, 0.7], &[0.0, 0.0], &TWO, "no positive");
        no(each, &CHANCES[..6], &[NO_CLASS; 2], &labelled, "no labelled sample");
    }
    for each in ["auroc", "f1", "balanced_accuracy"] {
        no(each, &[0.2, 0.7], &[1.0, 1.0], &TWO, "no negative");
    }
    for each in ["accuracy", "error", "calibration_error", "f1(weighted)", "f1(micro)"] {
        no(each, &CHANCES[..6], &[NO_CLASS; 2], &labelled, "no labelled sample");
        assert!(measured(each, &CHANCES[..3], &CLASSES[..1], &THREE).is_ok());
    }
    near(measure("average_precision", &[0.2, 0.7], &[1.0, 1.0], &TWO), 1.0);
    let chances = [0.9, 0.2, 0.6, 0.7];
    for each in ["auroc", "average_precision", "f1"] {
        no(each, &chances, &[1.0, 0.0, 0.0, 0.0], &SEVERAL, "no positive of class 1");
    }
    no("auroc", &chances, &[1.0, 1.0, 0.0, 1.0], &SEVERAL, "no negative of class 1");
    no("f1(micro)", &chances, &[0.0; 4], &SEVERAL, "no positive");
    no("f1(weighted)", &chances, &[0.0; 4], &SEVERAL, "no positive");
    no("correlation", &[0.1; 3], &[0.3, 0.5, 0.1], &NUMBER, "no two different predictions");
    no("correlation", &[0.3, 0.5, 0.1], &[0.1; 3], &NUMBER, "no two different true numbers");
    no("correlation", &[0.3], &[0.1], &NUMBER, "no two different true numbers");
    for each in ["acc2", "f1_sentiment"] {
        no(each, &[0.3, -0.5], &[0.0, 0.0], &NUMBER, "no sample whose truth is not 0");
    }
    for each in ["mae", "rmse", "acc7", "correlation"] {
        no(each, &[], &[], &NUMBER, "no sample");
        no(each, &[f32::NAN, 1.0], &[1.0, 2.0], &NUMBER, "1 of 2 predictions not finite");
    }
    no("auroc", &[f32::NAN, 0.2], &[1.0, 0.0], &TWO, "1 of 2 predictions not finite");
    let events = TargetKind::Events { classes: 2, most: 1 };
    no("mean_ap", &[], &[9.0, 0.0, 0.0, -1.0, 0.0, 0.0], &events, "no true event");
}

#[test]
fn a_share_of_nothing_is_absent() {
    let no = |use_: &str, values: &[f32], targets: &[f32], target: &TargetKind, why: &'static str| {
        assert_eq!(measured(use_, values, targets, target), Err(Absent::because(why)), "{use_} {values:?} {targets:?}");
    };
    // Class 0 is answered throughout.
    let (zeros, both) = ([0.8, 0.1, 0.1, 0.8, 0.1, 0.1, 0.8, 0.1, 0.1], [0.0, 1.0, 2.0]);
    no("precision", &zeros, &both, &THREE, "no answer of classes 1 and 2");
    no("precision(weighted)", &zeros, &both, &THREE, "no answer of classes 1 and 2");
    no("precision[1]", &zeros, &both, &THREE, "no answer of class 1");
    near(measure("precision(micro)", &zeros, &both, &THREE), 1.0 / 3.0);
    near(measure("precision(weighted)", &zeros, &[0.0; 3], &THREE), 1.0);
    near(measure("mcc", &zeros, &both, &THREE), 0.0);
    near(measure("cohen_kappa", &zeros, &both, &THREE), 0.0);
    no("recall", &zeros, &[0.0, 1.0, 1.0], &THREE, "no sample of class 2");
    no("recall[2]", &zeros, &[0.0, 1.0, 1.0], &THREE, "no sample of class 2");
    near(measure("recall(weighted)", &zeros, &[0.0, 1.0, 1.0], &THREE), 1.0 / 3.0);
    no("specificity", &zeros, &[0.0; 3], &THREE, "no negative of class 0");
    no("specificity[0]", &zeros, &[0.0; 3], &THREE, "no negative of class 0");
    for each in ["f1[1]", "auroc[1]", "average_precision[1]"] {
        no(each, &zeros, &[0.0; 3], &THREE, "no sample of class 1");
    }
    no("auroc[0]", &zeros, &[0.0; 3], &THREE, "no negative of class 0");
    no("mcc", &zeros, &[0.0; 3], &THREE, "no two different true classes");
    no("cohen_kappa", &zeros, &[0.0; 3], &THREE, "no two different classes");
    let labelled = TargetKind::Class { classes: 3, axes: vec![1], ignore: Some(-1), labels: None };
    for each in ["mcc", "cohen_kappa(linear)", "top_k(2)", "recall", "recall(weighted)"] {
        no(each, &zeros, &[NO_CLASS; 3], &labelled, "no labelled sample");
    }
    let chances = [0.2, 0.2, 0.4, 0.3];
    no("precision(micro)", &chances, &[1.0, 0.0, 1.0, 1.0], &SEVERAL, "no answer");
    no("recall(micro)", &chances, &[0.0; 4], &SEVERAL, "no sample");
    no("specificity(micro)", &chances, &[1.0; 4], &SEVERAL, "no negative");
    no("precision", &[f32::NAN, 0.2], &[1.0, 0.0], &TWO, "1 of 2 predictions not finite");
}

/// Rows that `metrics.json` has no value of, and why.
const ELSEWHERE: &[(&str, &str)] =
    &[("mean_ap", "held against the ActivityNet evaluation in `data::activitynet`; scikit-learn has no such measure")];

/// `tests/data/metrics.py` wrote them.
#[test]
fn every_metric_is_that_of_scikit_learn_and_scipy() {
    let all: Json = serde_json::from_str(include_str!("../../../tests/data/metrics.json")).unwrap();
    let numbers =
        |of: &Json| -> Vec<f32> { of.as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect() };
    let mut seen = BTreeSet::new();
    for case in all["metrics"].as_array().unwrap() {
        let (values, targets) = (numbers(&case["predictions"]), numbers(&case["truth"]));
        let classes = case["classes"].as_u64().unwrap() as usize;
        let target = match case["kind"].as_str().unwrap() {
            "class" => TargetKind::Class { classes, axes: vec![1], ignore: Some(-1), labels: None },
            "multi" => TargetKind::Multi { classes },
            _ => NUMBER,
        };
        for (use_, expected) in case["expected"].as_object().unwrap() {
            let ours = measured(use_, &values, &targets, &target);
            let near = match (&ours, expected.as_f64()) {
                (Ok(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0),
                (Err(_), None) => true,
                (Ok(_), None) | (Err(_), Some(_)) => false,
            };
            assert!(near, "{use_} of {}: {ours:?} here, {expected} there", case["name"]);
            seen.insert(use_.split(['(', '[']).next().unwrap());
        }
    }
    let metrics = registry().iter().filter(|row| matches!(row.kind, Kind::Metric(_))).map(|row| row.name);
    for word in metrics {
        assert!(
            seen.contains(word) != ELSEWHERE.iter().any(|(name, _)| *name == word),
            "{word} has no reference values"
        );
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let refusal = |word: &str, prediction: &[usize], target: &TargetKind| {
        let make = find(word).find_map(|row| if let Kind::Metric(make) = row.kind { Some(make) } else { None });
        make.unwrap()(&[]).unwrap().check(&Shape::of(prediction), target).unwrap_err().message
    };
    let message = "`calibration_error` needs one class a sample, the target is `multi(2)`";
    assert_eq!(refusal("calibration_error", &[2], &SEVERAL), message);
    assert_eq!(refusal("acc7", &[3], &THREE), "`acc7` needs numbers, the target is `class(3)`");
    assert_eq!(refusal("auroc", &[1], &NUMBER), "`auroc` needs classes, the target is `real`");
}
