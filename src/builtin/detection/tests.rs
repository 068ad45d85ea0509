//! The steps held against BaS-Net's program, and against what is reckoned by hand.

use super::*;
use crate::builtin::check::arguments;
use crate::builtin::{Kind, find};
use crate::zz_needs::shared;
use serde_json::Value;
use std::sync::Arc;

fn step(example: &str) -> Arc<dyn DetectionStep> {
    let word = example.split('(').next().unwrap();
    let make = find(word).find_map(|row| if let Kind::Detection(make) = row.kind { Some(make) } else { None });
    make.unwrap()(&arguments(example)).unwrap()
}

fn chain(words: &[&str]) -> Vec<Arc<dyn DetectionStep>> {
    words.iter().map(|word| step(word)).collect()
}

/// `get_proposal_oic` and `nms` of BaS-Net's `utils.py` on sequences of three classes, the last two of which are there.
#[test]
fn proposals_and_suppression_are_bas_nets() {
    let Some(path) = shared("reference/basnet_oic_nms_reference.json") else { return };
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = reference["cas"].as_array().unwrap();
    let cas: Vec<f32> =
        rows.iter().flat_map(|row| row.as_array().unwrap()).map(|x| x.as_f64().unwrap() as f32).collect();
    let found = Found::of(&cas, Some(&[0.1, 0.3, 0.6]), 3, 16.0 * 1234.0 / 25.0);
    let before = ["detections(false)", "min_max", "class_threshold", "upsample", "proposals", "contrast"];
    let found = found.through(&chain(&before));
    for class in [1, 2] {
        let count = found.detections().iter().filter(|d| d.event.class == class).count();
        assert_eq!(count as u64, reference["before_nms"][class.to_string()].as_u64().unwrap(), "class {class}");
    }
    let left = found.through(&chain(&["nms(0.7)"])).detections();
    assert_eq!(left.iter().filter(|d| d.event.class == 0).count(), 0);
    for class in [1, 2] {
        let expected = reference["after_nms"][class.to_string()].as_array().unwrap();
        let ours: Vec<_> = left.iter().filter(|d| d.event.class == class).collect();
        assert_eq!(ours.len(), expected.len(), "class {class}");
        for (ours, theirs) in ours.iter().zip(expected) {
            // The activations in the file have six decimals, those behind its scores had more.
            let numbers = [(ours.score, 5e-7), (ours.event.start, 1e-9), (ours.event.end, 1e-9)];
            for ((ours, tolerance), theirs) in numbers.iter().zip(&theirs.as_array().unwrap()[1..]) {
                assert!((ours - theirs.as_f64().unwrap()).abs() < *tolerance, "{numbers:?} here, {theirs} there");
            }
        }
    }
}

#[test]
fn activations_are_brought_between_0_and_1() {
    let normal =
        |values: &[f32]| Found::of(values, None, 1, 1.0).through(&chain(&["min_max"])).tracks[0].values.clone();
    assert_eq!(normal(&[1.0, 3.0, 2.0]), [0.0, 1.0, 0.5]);
    // The smallest is below 0, and counts as 0.
    assert_eq!(normal(&[-1.0, 2.0]), [-0.5, 1.0]);
    // Nothing is above 0: they stay.
    assert_eq!(normal(&[-1.0, -2.0]), [-1.0, -2.0]);
}

#[test]
fn points_are_drawn_out_along_lines() {
    let drawn = |values: &[f32], by: &str| {
        let found = Found::of(values, None, 1, 6.0).through(&chain(&[by]));
        (found.step, found.tracks[0].values.clone())
    };
    assert_eq!(drawn(&[0.0, 1.0, 3.0], "upsample(2)"), (1.0, vec![0.0, 0.5, 1.0, 2.0, 3.0, 4.0]));
    assert_eq!(drawn(&[5.0], "upsample(3)"), (2.0, vec![5.0; 3]));
}

#[test]
fn stretches_are_scored_against_their_margins() {
    let found = Found::of(&[0.0, 0.2, 0.6, 1.0, 0.2, 0.1, 0.9], None, 1, 7.0);
    let found = found.through(&chain(&["proposals([0.5])", "contrast(0.5, 0)"]));
    let scores: Vec<(usize, usize, f64)> = found.proposals.iter().map(|p| (p.first, p.end, p.score)).collect();
    // Points below the threshold count as 0; the margin of the second, half a point, is cut off inside and 0 outside.
    assert_eq!(scores, [(2, 4, (1.0 + f64::from(0.6f32)) / 2.0), (6, 7, f64::from(0.9f32))]);
    let whole = Found::of(&[1.0, 1.0], None, 1, 2.0).through(&chain(&["proposals", "contrast"]));
    assert!(whole.proposals.iter().all(|p| (p.score - 1.2).abs() < 1e-12));
}

#[test]
fn what_a_better_one_covers_is_left_out() {
    let track = Track { class: 0, score: 1.0, values: vec![0.0; 20] };
    let proposal = |first, end, score| Proposal { track: 0, first, end, threshold: 0.0, score };
    let proposals = vec![proposal(0, 10, 0.5), proposal(0, 9, 0.9), proposal(12, 14, 0.1)];
    let found = Found { step: 1.0, tracks: vec![track], proposals };
    let left =
        |by: &str| -> Vec<f64> { found.clone().through(&chain(&[by])).proposals.iter().map(|p| p.score).collect() };
    assert_eq!(left("nms(0.9, 0)"), [0.9, 0.1]);
    assert_eq!(left("nms(0.91, 0)"), [0.9, 0.5, 0.1]);
    // 10 / 11 with a second more.
    assert_eq!(left("nms(0.905, 1)"), [0.9, 0.1]);
}

#[test]
fn steps_out_of_order_are_told() {
    let outputs = Shape { stage: Stage::Outputs, points: 8, classes: 4 };
    let sequences = step("detections").check(outputs).unwrap();
    assert_eq!(sequences, Shape { stage: Stage::Sequences, points: 8, classes: 3 });
    assert_eq!(step("upsample(3)").check(sequences).unwrap().points, 24);
    let error = step("nms").check(sequences).unwrap_err();
    assert_eq!(error.message, "`nms` takes proposals with a score, there are sequences of activations here");
    assert!(step("upsample(100000000)").check(sequences).is_err());
    assert!(step("detections").check(Shape { classes: 1, ..outputs }).is_err());
}
