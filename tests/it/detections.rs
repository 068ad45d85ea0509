//! Events from end to end: what a `detect` statement finds in a trained network, as measures, and as a file of the ActivityNet
//! benchmark that scores the same.

use crate::cli::{folder, mhm};
use mhm::builtin::events::mean_over_classes;
use mhm::data::ArchiveWriter;
use mhm::data::activitynet;
use mhm::store::Store;
use std::fs;
use std::path::Path;

const STEPS: usize = 40;
const CLASSES: usize = 3;
const FEATURES: usize = 6;

const SPOT: &str = "use std.schedule.*

network Spotter {
  in   frames: [T, D]
  uni  embed = linear(8) |> relu
  head score = linear(4)
  let  all   = score(embed(frames))
  out  cas   = all
  out  sure  = softmax(mean(all, 0))
  out  steps = softmax(all)
}

dataset Clips from \"clips.npz\" {
  modality frames: [40, 6] = npz(\"{split}_frames\")
  target   bag: real(4) = npz(\"{split}_bag\")
  target   actions: events(3, most: 4) = event_table(\"{split}_events\", duration: 10)
  target   step: class(4, axes: [40], ignore: -7) = npz(\"{split}_steps\")
  split    train = key(\"train\")
  split    test = key(\"test\")
}

pipeline spot(method: Schedule) {
  data Clips
  network Spotter
  loss bce(sure, bag)
  optimizer adam(lr: 1e-2)
  schedule method
  batch 10
  budget 60 epochs
  detect actions_found = detections(cas, sure) |> min_max |> class_threshold(0.15) |> upsample(4) |> proposals
    |> contrast |> nms(0.5, extra: 0)
  metrics map = mean_ap(actions_found), map_05 = mean_ap(iou: [0.5]), accuracy(steps, step),
    every = accuracy(steps, step)
}

experiment spotting {
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds 1
  run spot(method)
  table test_map, test_map_05, test_gap, test_accuracy, test_map_without_frames { columns method }
}
";

/// An array by name, with its shape.
type Named = (String, Vec<u64>, Vec<f32>);

fn npz(path: &Path, arrays: &[Named]) {
    let mut archive = ArchiveWriter::new(fs::File::create(path).unwrap());
    for (name, shape, values) in arrays {
        archive.array(name, shape, values.iter().copied()).unwrap();
    }
    archive.finish("").unwrap();
}

/// Clips in which feature `c` is high while an event of class `c` lasts; the last five steps are padding. Gives the arrays, and
/// the true events as JSON.
fn clips(split: &str, count: usize) -> (Vec<Named>, Vec<String>) {
    let (mut frames, mut bag, mut events, mut steps, mut json) = (vec![], vec![], vec![], vec![], vec![]);
    let mut state = count as u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below
    };
    for clip in 0..count {
        let (class, first, length) = (next(CLASSES), next(18), 6 + next(8));
        for t in 0..STEPS {
            let there = t >= first && t < first + length;
            for f in 0..FEATURES {
                let noise = next(100) as f32 / 200.0;
                frames.push(if there && f == class { 2.0 + noise } else { noise });
            }
            steps.push(if t >= STEPS - 5 {
                -7.0
            } else if there {
                class as f32
            } else {
                CLASSES as f32
            });
        }
        bag.extend((0..4).map(|c| if c == class || c == CLASSES { 0.5 } else { 0.0 }));
        let (start, end) = (first as f32 * 0.25, (first + length) as f32 * 0.25);
        events.extend([clip as f32, class as f32, start, end]);
        json.push(format!(
            "\"{clip}\": {{\"subset\": \"{split}\", \"annotations\": [{{\"label\": \"{class}\", \"segment\": [{start}, {end}]}}]}}"
        ));
    }
    let n = count as u64;
    let arrays = vec![
        (format!("{split}_frames"), vec![n, STEPS as u64, FEATURES as u64], frames),
        (format!("{split}_bag"), vec![n, 4], bag),
        (format!("{split}_events"), vec![n, 4], events),
        (format!("{split}_steps"), vec![n, STEPS as u64], steps),
    ];
    (arrays, json)
}

fn ran() -> std::path::PathBuf {
    let at = folder("detections");
    let (train, _) = clips("train", 60);
    let (test, json) = clips("test", 21);
    npz(&at.join("clips.npz"), &[train, test].concat());
    fs::write(at.join("gt.json"), format!("{{\"database\": {{{}}}}}", json.join(", "))).unwrap();
    fs::write(at.join("spot.mhm"), SPOT).unwrap();
    let (code, out, err) = mhm(&at, &["run", "spot.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    at
}

#[test]
fn what_is_found_is_measured_and_written() {
    let at = ran();
    let store = Store::open(&at.join("runs/spotting")).unwrap();
    let arm = &store.manifest().arms[0];
    let record = store.stored(&arm.cells[0]).unwrap().record().clone();
    let (map, map_05) = (record.measured("test_map").unwrap(), record.measured("test_map_05").unwrap());
    assert!(map > 0.6 && map <= 1.0, "{record:?}");
    // Padding asks for no class: it would be wrong everywhere.
    assert!(record.measured("test_accuracy").unwrap() > 0.75, "{record:?}");
    assert_eq!(record.measured("test_accuracy").unwrap(), record.measured("test_every").unwrap());
    assert!((record.measured("test_gap").unwrap() - (record.measured("train_map").unwrap() - map)).abs() < 1e-12);
    assert!(record.measured("test_map_without_frames").unwrap() < map);

    let (code, _, err) = mhm(&at, &["export", "spotting", "--arm", "method=EndToEnd", "-o", "best"]);
    assert_eq!(code, 0, "{err}");
    let text = fs::read_to_string(at.join("best.mhm")).unwrap();
    assert!(text.contains("detect actions_found = detections(cas, sure)"), "{text}");
    let predict = ["predict", "best.mhm", "spot.mhm", "--dataset", "Clips", "--split", "test", "-o", "found.json"];
    let (code, out, err) = mhm(&at, &predict);
    assert_eq!((code, out.as_str()), (0, "found.json: predictions of 21 samples\n"), "{err}");

    let found = activitynet::results(&at.join("found.json")).unwrap();
    let videos = activitynet::annotations(&at.join("gt.json")).unwrap();
    let overlaps = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    let each = activitynet::score(&found, &videos, &overlaps).unwrap();
    let each: Vec<_> = each.into_iter().map(|(_, of)| of).collect();
    let means = mean_over_classes(&each, overlaps.len()).unwrap();
    assert!((means.iter().sum::<f64>() / 7.0 - map).abs() < 1e-12 && (means[4] - map_05).abs() < 1e-12, "{means:?}");

    let (code, out, err) = mhm(&at, &["score", "found.json", "gt.json", "--iou", "0.5", "--classes"]);
    assert_eq!(code, 0, "{err}");
    let last = out.lines().find(|line| line.starts_with("mAP")).unwrap().split_whitespace().last().unwrap();
    assert_eq!(last, format!("{:.2}", 100.0 * map_05), "{out}");
    assert!(out.contains("in 21 of 21 videos with 21 events"), "{out}");
    let (code, _, err) = mhm(&at, &["score", "found.json", "gt.json", "--subset", "val"]);
    assert!(code == 2 && err.contains("the file has `test`"), "{err}");
    let (code, _, err) = mhm(&at, &["score", "gt.json", "gt.json"]);
    assert!(code == 2 && err.contains("events-malformed"), "{err}");

    // Samples of a file have no duration of their own.
    let of_file = ["predict", "best", "clips.npz", "--split", "test", "-o", "again.json"];
    let (code, _, err) = mhm(&at, &of_file);
    assert!(code == 2 && err.contains("--duration"), "{err}");
    assert_eq!(mhm(&at, &[&of_file[..], &["--duration", "10"]].concat()).0, 0);
    let [a, b] = ["found.json", "again.json"].map(|name| fs::read_to_string(at.join(name)).unwrap());
    assert_eq!(a, b);
}
