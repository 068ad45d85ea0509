//! The evaluation held against the published program's, on files that are not part of the project.

use super::*;
use crate::builtin::events::mean_over_classes;
use crate::data::tests::files::Folder;
use crate::zz_needs::shared;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// Two files of detections on the 210 test videos of THUMOS14: 4389 detections near the true events, and 4743 exact ones with
/// wrong labels and doubles among them. Expected: the ActivityNet program.
#[test]
fn mean_average_precision_is_the_official_one() {
    let Some(expected) = shared("reference/thumos_expected_map.json") else { return };
    let expected: Value = serde_json::from_str(&fs::read_to_string(expected).unwrap()).unwrap();
    let truth = shared("reference/thumos14_gt.json").unwrap();
    let videos = of_subset(annotations(&truth).unwrap(), "test", &truth).unwrap();
    assert_eq!((videos.len(), videos.iter().map(|v| v.events.len()).sum::<usize>()), (210, 3311));
    for (name, file) in [("a", "thumos_pred_a.json"), ("perfect", "thumos_pred_perfect.json")] {
        let expected = &expected[name];
        let numbers =
            |value: &Value| -> Vec<f64> { value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect() };
        let near = |ours: &[f64], theirs: &[f64], what: &str| {
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                assert!((ours - theirs).abs() < 1e-9, "{name} {what}: {ours} here, {theirs} there");
            }
        };
        let overlaps = numbers(&expected["tiou"]);
        let found = results(&shared(&format!("reference/{file}")).unwrap()).unwrap();
        let each = score(&found, &videos, &overlaps).unwrap();
        assert_eq!(each.len(), 20);
        for (label, ours) in &each {
            near(ours.as_ref().unwrap(), &numbers(&expected["per_class_ap"][label]), label);
        }
        let each: Vec<_> = each.into_iter().map(|(_, of)| of).collect();
        let mean = mean_over_classes(&each, overlaps.len()).unwrap();
        near(&mean, &numbers(&expected["mAP"]), "mAP");
        let average = |n: usize| mean[..n].iter().sum::<f64>() / n as f64;
        near(&[average(9)], &[expected["average_0.1_0.9"].as_f64().unwrap()], "average to 0.9");
        near(&[average(7)], &[expected["average_0.1_0.7"].as_f64().unwrap()], "average to 0.7");
    }
}

fn written(test: &str, text: &str) -> (Folder, PathBuf) {
    let folder = Folder::new(test);
    let path = folder.write("events.json", text);
    (folder, path)
}

#[test]
fn times_are_numbers_or_texts_and_order_is_kept() {
    let (_folder, path) = written(
        "times",
        r#"{"version": "x", "database": {
            "b": {"subset": "test", "duration": 12.5, "url": ["?"], "annotations": [{"segment": ["1.5", 2], "label": "Run"}]},
            "a": {"subset": "train", "annotations": []}}}"#,
    );
    let videos = annotations(&path).unwrap();
    assert_eq!(videos.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(videos[0].events, [Labelled { label: "Run".into(), start: 1.5, end: 2.0 }]);
    assert_eq!((videos[0].duration, videos[1].duration), (Some(12.5), None));
    let error = of_subset(videos, "val", &path).unwrap_err().to_string();
    assert!(error.contains("`test`, `train`"), "{error}");
}

#[test]
fn malformed_files_are_told() {
    for (text, says) in [
        ("", "EOF"),
        ("[1, 2", "expected"),
        ("{}", "missing field `database`"),
        (r#"{"database": []}"#, "one entry a video"),
        (r#"{"database": {"a": {"subset": "t"}, "a": {"subset": "t"}}}"#, "twice"),
        (r#"{"database": {"a": {"subset": "t", "annotations": [{"label": "x", "segment": [1]}]}}}"#, "invalid length"),
        (r#"{"database": {"a": {"subset": "t", "annotations": [{"label": "x", "segment": ["?", 1]}]}}}"#, "no number"),
        (r#"{"database": {"a": {"subset": "t", "annotations": [{"label": "x", "segment": ["inf", 1]}]}}}"#, "finite"),
        (r#"{"database": {"a": {"subset": "t", "annotations": [{"label": "x", "segment": [2, 1]}]}}}"#, "from 2 to 1"),
    ] {
        let (_folder, path) = written("malformed", text);
        let error = annotations(&path).unwrap_err();
        assert_eq!(error.code, Code::EventsMalformed, "{text}");
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    let (_folder, path) = written("deep", &format!(r#"{{"results": {}"#, "[".repeat(100_000)));
    assert_eq!(results(&path).unwrap_err().code, Code::EventsMalformed);
}

#[test]
fn what_is_found_elsewhere_is_wrong_and_labels_are_known() {
    let (_a, truth) = written(
        "truth",
        r#"{"database": {"v": {"subset": "t", "annotations": [{"segment": [0, 10], "label": "Run"}]}}}"#,
    );
    let videos = annotations(&truth).unwrap();
    let (_b, found) = written(
        "found",
        r#"{"version": "VERSION 1.3", "external_data": {"used": true}, "results": {
            "v": [{"label": "Run", "score": 0.5, "segment": [0, 9]}],
            "other": [{"label": "Run", "score": 0.9, "segment": [0, 9]}]}}"#,
    );
    let found = results(&found).unwrap();
    assert_eq!(score(&found, &videos, &[0.5, 0.95]).unwrap(), [("Run".into(), Some(vec![0.5, 0.0]))]);
    let (_c, wrong) = written("wrong", r#"{"results": {"v": [{"label": "Ran", "score": 0.5, "segment": [0, 9]}]}}"#);
    let error = score(&results(&wrong).unwrap(), &videos, &[0.5]).unwrap_err();
    assert!(DataError::from(*error).to_string().contains("did you mean `Run`?"));
}
