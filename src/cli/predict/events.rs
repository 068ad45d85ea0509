//! Events that a model finds, as the ActivityNet benchmark has them. Owns names, labels and seconds; what is found is the
//! model's.

use super::Predict;
use super::samples::Samples;
use crate::builtin::events::Detection;
use crate::cli::destination::{Destination, Ends, Ours};
use crate::data::activitynet::{External, Found, Results};
use crate::graph::Detect;
use crate::model::Model;

/// Writes what is found in every sample; their number.
pub fn write(command: &Predict, model: &Model, samples: &Samples) -> Result<usize, String> {
    let detect = detect(command, model)?.clone();
    let to = claim(command)?;
    let widths: Vec<usize> = model.outputs.iter().map(|o| o.width()).collect();
    let details = format!("{}, trained as {}", model.about.program, model.about.experiment);
    let mut results = Results {
        version: "VERSION 1.3".into(),
        results: Default::default(),
        external_data: External { used: false, details },
    };
    let mut number = 0;
    samples.each(model.together(), &mut |values, count| {
        let outputs = model.predict(&values, count);
        for i in 0..count {
            let seconds = command.duration.or_else(|| samples.duration(number)).ok_or(
                "nothing says how many seconds a sample spans: say `--duration`, or predict a split of a dataset that has a \
                 target of events",
            )?;
            let numbers = |of: usize| &outputs[of][i * widths[of]..][..widths[of]];
            let found = detect.find(numbers, seconds).iter().map(|d| entry(samples, d)).collect();
            if results.results.insert(samples.name(number), found).is_some() {
                return Err(format!("two samples are called `{}`", samples.name(number)));
            }
            number += 1;
        }
        Ok(())
    })?;
    save(&to, &results)?;
    Ok(number)
}

fn entry(samples: &Samples, found: &Detection) -> Found {
    let Detection { event, score } = *found;
    Found { label: samples.label(event.class), score, segment: [event.start, event.end] }
}

fn detect<'m>(command: &Predict, model: &'m Model) -> Result<&'m Detect, String> {
    let all = model.detections();
    let names: Vec<&str> = all.iter().map(|d| d.name.as_str()).collect();
    match (&command.detect, all) {
        (_, []) => {
            Err("the model looks for no events: its pipeline has no `detect`; write to a .csv or .npz file".into())
        }
        (None, [only]) => Ok(only),
        (None, _) => Err(format!("the model has several `detect`s: say `--detect` and one of {}", names.join(", "))),
        (Some(name), _) => all
            .iter()
            .find(|d| d.name == *name)
            .ok_or_else(|| format!("the model has no `detect {name}`; it has: {}", names.join(", "))),
    }
}

/// Results of another program have other details.
fn claim(command: &Predict) -> Result<Destination, String> {
    let is_ours =
        |ends: &Ends| String::from_utf8_lossy(&ends.tail).contains(r#""external_data":{"used":false,"details":"mhm "#);
    Destination::claim(&command.output, Ours::new("file of events that `mhm predict` found", is_ours), command.force)
}

fn save(to: &Destination, results: &Results) -> Result<(), String> {
    let text = serde_json::to_string(results).map_err(|e| to.cannot(&e))? + "\n";
    to.write(text.as_bytes())
}
