//! `--records FILE`: every run's measures for other tools. Owns that file.

use crate::cli::destination::{Destination, Ends, Force, Ours};
use crate::record::RunRecord;
use std::collections::BTreeMap;
use std::path::Path;

/// The file, if it may be written: that is found out now, not after hours.
pub fn claim(path: &Path, force: Force) -> Result<Destination, String> {
    Destination::claim(path, Ours::new("file that `--records` wrote", are_records), force)
}

/// Writes the records of every experiment: RON where the name ends so, else JSON.
pub fn write(to: &Destination, records: &BTreeMap<String, Vec<RunRecord>>) -> Result<(), String> {
    let text = match to.path().extension() {
        Some(ending) if ending == "ron" => {
            ron::ser::to_string_pretty(records, ron::ser::PrettyConfig::default()).map_err(|e| to.cannot(&e))?
        }
        _ => serde_json::to_string_pretty(records).map_err(|e| to.cannot(&e))?,
    };
    to.write(format!("{text}\n").as_bytes())
}

/// An experiment's name, then its runs, each with its arm first.
fn are_records(ends: &Ends) -> bool {
    let text: String = String::from_utf8_lossy(&ends.head).split_whitespace().collect();
    let of_one = text.strip_prefix("{\"").and_then(|rest| rest.split_once("\":["));
    let runs = of_one.filter(|(name, _)| !name.contains('"')).map(|(_, runs)| runs);
    runs.is_some_and(|runs| ["{\"arm\":", "(arm:", "]"].iter().any(|begin| runs.starts_with(begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_known_and_nothing_else() {
        let is_known = |text: &str| are_records(&Ends { head: text.into(), tail: vec![] });
        let records = BTreeMap::from([("methods".to_string(), vec![RunRecord::default()])]);
        let none = BTreeMap::from([("methods".to_string(), Vec::<RunRecord>::new())]);
        for written in [&records, &none] {
            assert!(is_known(&serde_json::to_string_pretty(written).expect("plain data")));
            assert!(is_known(&ron::ser::to_string_pretty(written, Default::default()).expect("plain data")));
        }
        for other in
            ["", "{}", "{\"a\": [1, 2]}", "{\"a\": [{\"b\": 1}]}", "[{\"arm\": 1}]", "use std.dataset.TwoMoons\n"]
        {
            assert!(!is_known(other), "{other}");
        }
    }
}
