//! Average precision held against values computed by hand. Those of the official program are held in `activitynet`.

use super::*;

fn event(class: usize, start: f64, end: f64) -> Event {
    Event { class, start, end }
}

fn found(class: usize, score: f64, start: f64, end: f64) -> Detection {
    Detection { event: event(class, start, end), score }
}

#[test]
fn overlap_is_intersection_over_union() {
    assert_eq!(event(0, 0.0, 2.0).overlap(&event(0, 1.0, 4.0)), 0.25);
    assert_eq!(event(0, 0.0, 2.0).overlap(&event(0, 2.0, 4.0)), 0.0);
    assert_eq!(event(0, 1.0, 1.0).overlap(&event(0, 1.0, 1.0)), 0.0);
}

#[test]
fn stored_events_come_back() {
    let stored = Stored { duration: 30.5, events: vec![event(3, 1.0, 2.5), event(0, 4.0, 5.0)] };
    let values = stored.write(3).unwrap();
    assert_eq!(values, [30.5, 0.0, 0.0, 3.0, 1.0, 2.5, 0.0, 4.0, 5.0, -1.0, 0.0, 0.0]);
    assert_eq!(Stored::read(&values), stored);
    assert_eq!(stored.write(1), None);
}

#[test]
fn a_true_event_is_taken_once() {
    let truths = vec![vec![event(0, 0.0, 10.0)], vec![event(0, 0.0, 10.0)]];
    // By score: right, a second on the same (wrong), one in the other sample (right).
    let all = vec![vec![found(0, 0.9, 0.0, 10.0), found(0, 0.8, 0.0, 9.0)], vec![found(0, 0.7, 0.0, 10.0)]];
    let expected = 0.5 * 1.0 + 0.5 * 2.0 / 3.0;
    let ours = average_precision(&truths, &all, &[0.5, 0.95]);
    assert!(ours.iter().all(|ap| (ap - expected).abs() < 1e-15), "{ours:?}");
    // The second best is taken where the best is gone.
    let truths = vec![vec![event(0, 0.0, 10.0), event(0, 4.0, 14.0)]];
    let all = vec![vec![found(0, 0.9, 0.0, 10.0), found(0, 0.8, 1.0, 11.0)]];
    assert_eq!(average_precision(&truths, &all, &[0.3, 0.7]), [1.0, 0.5]);
}

#[test]
fn classes_without_an_event_do_not_count_and_those_without_a_detection_do() {
    let truths = vec![vec![event(0, 0.0, 1.0), event(1, 0.0, 1.0)]];
    let all = vec![vec![found(0, 0.5, 0.0, 1.0), found(2, 0.9, 0.0, 1.0)]];
    let each = by_class(&truths, &all, 3, &[0.5]);
    assert_eq!(each, [Some(vec![1.0]), Some(vec![0.0]), None]);
    assert_eq!(mean_over_classes(&each, 1), Some(vec![0.5]));
    assert_eq!(mean_over_classes(&[None], 2), None);
}
