//! `mhm score`: how well detections in a file meet the true events in another.

use super::output::{Ended, Outcome, print};
use crate::builtin::events::mean_over_classes;
use crate::data::activitynet::{self, of_subset};
use crate::data::{DataError, digest};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mhm score found.json gt.json                          mAP at overlaps 0.1, 0.2, … 0.7
  mhm score found.json gt.json --iou 0.5:0.05:0.95      others: FIRST:STEP:LAST
  mhm score found.json gt.json --iou 0.3,0.5 --classes  a line a class
  mhm score found.json gt.json --format json            every digit, for other tools

Both files are of the ActivityNet benchmark: `mhm predict … -o found.json` writes the first. An overlap is the temporal
intersection over union from which an event counts as found. Classes are those of the subset's true events.";

/// Mean average precision of detections
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Score {
    /// What was found: {"results": {VIDEO: [{"label", "score", "segment"}]}}
    found: PathBuf,
    /// The true events: {"database": {VIDEO: {"subset", "annotations"}}}
    truth: PathBuf,
    /// The videos of this subset
    #[arg(long, default_value = "test")]
    subset: String,
    /// Overlaps: `0.5`, `0.3,0.5,0.7` or FIRST:STEP:LAST
    #[arg(long, default_value = "0.1:0.1:0.7", value_parser = overlaps)]
    iou: Overlaps,
    /// Show every class, too
    #[arg(long)]
    classes: bool,
    /// `text`: percent with two decimals; `json`: fractions with all digits, of every class, too
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Debug, PartialEq)]
struct Overlaps(Vec<f64>);

/// Overlaps that a command line may ask for.
const MOST: usize = 100;

pub fn run(command: &Score) -> Ended {
    // Each is read as it is now, whatever is written to it meanwhile.
    for path in [&command.found, &command.truth] {
        digest(path)?;
    }
    let found = activitynet::results(&command.found)?;
    let videos = of_subset(activitynet::annotations(&command.truth)?, &command.subset, &command.truth)?;
    let overlaps = &command.iou.0;
    let each = activitynet::score(&found, &videos, overlaps)
        .map_err(|unknown| DataError::from(*unknown).file(&command.found).to_string())?;
    let there = videos.iter().filter(|v| found.results.contains_key(&v.name)).count();
    let detections: usize = found.results.values().map(Vec::len).sum();
    let (videos, events) = (videos.len(), videos.iter().map(|v| v.events.len()).sum::<usize>());
    print(&match command.format {
        Format::Text => {
            let mean = mean_of(&each, overlaps.len());
            let shown = if command.classes { each.as_slice() } else { &[] };
            let table = table(shown, mean.as_deref(), overlaps);
            format!("{table}\n{detections} detections in {there} of {videos} videos with {events} events\n")
        }
        Format::Json => {
            let counts = json!({ "detections": detections, "found_in": there, "videos": videos, "events": events });
            format!("{:#}\n", document(&each, overlaps, &counts))
        }
    });
    Ok(Outcome::Clean)
}

/// Fractions, in the order of the overlaps; nothing where a class has no true event.
fn document(each: &[(String, Option<Vec<f64>>)], overlaps: &[f64], counts: &Value) -> Value {
    let map = mean_of(each, overlaps.len());
    let mean = map.as_ref().map(|map| map.iter().sum::<f64>() / map.len().max(1) as f64);
    let classes: Value = each.iter().map(|(label, of)| (label.clone(), json!(of))).collect::<Map<_, _>>().into();
    json!({ "overlaps": overlaps, "map": map, "mean_map": mean, "classes": classes, "counts": counts })
}

/// Over the classes, by overlap.
fn mean_of(each: &[(String, Option<Vec<f64>>)], overlaps: usize) -> Option<Vec<f64>> {
    let of_classes: Vec<Option<Vec<f64>>> = each.iter().map(|(_, of)| of.clone()).collect();
    mean_over_classes(&of_classes, overlaps)
}

/// In percent: a column an overlap, and their mean; a line for each of these classes, and one for the mean of all.
fn table(each: &[(String, Option<Vec<f64>>)], all: Option<&[f64]>, overlaps: &[f64]) -> String {
    let wide = each.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0).max(8);
    let line = |name: &str, values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let shown: String = values.iter().chain([&mean]).map(|x| format!("{:7.2}", 100.0 * x)).collect();
        format!("{name:wide$}{shown}\n")
    };
    let head: String = overlaps.iter().map(|iou| format!("{:>7}", iou.to_string())).collect();
    let mut text = format!("{:wide$}{head}   mean\n", "overlap");
    for (label, of) in each {
        text += &of.as_ref().map_or_else(|| format!("{label:wide$}  no true event\n"), |of| line(label, of));
    }
    text + &all.map_or_else(|| format!("{:wide$}  no true event\n", "mAP (%)"), |of| line("mAP (%)", of))
}

fn overlaps(text: &str) -> Result<Overlaps, String> {
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| format!("`{text}` is no number"));
    let all: Vec<f64> = match text.split(':').collect::<Vec<_>>().as_slice() {
        [list] => list.split(',').map(number).collect::<Result<_, _>>()?,
        [first, step, last] => {
            let (first, step, last) = (number(first)?, number(step)?, number(last)?);
            let count = ((last - first) / step).round();
            if !(step > 0.0 && (0.0..MOST as f64).contains(&count)) {
                return Err("FIRST:STEP:LAST goes up, in at most 100 steps".into());
            }
            // 0.30000000000000004 is not what was meant.
            (0..=count as usize).map(|i| ((first + i as f64 * step) * 1e9).round() / 1e9).collect()
        }
        _ => return Err("write `0.5`, `0.3,0.5` or FIRST:STEP:LAST".into()),
    };
    match all.iter().find(|x| !(**x > 0.0 && **x <= 1.0)) {
        Some(wrong) => Err(format!("an overlap is above 0 and at most 1, not {wrong}")),
        None if all.len() > MOST => Err("at most 100 overlaps".into()),
        None => Ok(Overlaps(all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_are_read() {
        assert_eq!(overlaps("0.5"), Ok(Overlaps(vec![0.5])));
        assert_eq!(overlaps("0.1:0.1:0.3"), Ok(Overlaps(vec![0.1, 0.2, 0.3])));
        assert_eq!(overlaps("0.5, 0.95"), Ok(Overlaps(vec![0.5, 0.95])));
        for wrong in ["", "x", "0.1:0.1", "0", "1.5", "0.1:0:0.5", "0.9:0.1:0.1", "0.1:1e-9:0.9", "nan"] {
            assert!(overlaps(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_document_has_every_digit() {
        let each = [("Run".to_string(), Some(vec![1.0 / 3.0, 0.5])), ("Jump".into(), None)];
        let found = document(&each, &[0.3, 0.5], &json!({ "events": 3 }));
        assert_eq!(found["map"][0], 1.0 / 3.0);
        assert_eq!((&found["classes"]["Run"][1], &found["classes"]["Jump"]), (&json!(0.5), &Value::Null));
        assert_eq!((&found["overlaps"], &found["counts"]["events"]), (&json!([0.3, 0.5]), &json!(3)));
    }

    #[test]
    fn a_table_has_the_mean_of_classes_and_of_overlaps() {
        let each = [
            ("Run".to_string(), Some(vec![1.0, 0.5])),
            ("Sit".to_string(), Some(vec![0.5, 0.0])),
            ("Jump".into(), None),
        ];
        let lines = "overlap     0.3    0.5   mean\nmAP (%)   75.00  25.00  50.00\n";
        assert_eq!(table(&[], mean_of(&each, 2).as_deref(), &[0.3, 0.5]), lines);
        assert!(table(&each, None, &[0.3, 0.5]).contains("Jump      no true event\n"));
    }
}
