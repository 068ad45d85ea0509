//! Measures as JSON, which has no word for a reason: what is absent is `null` among the `measures`, and its reason stands under
//! `absent`. Owns that form.

use crate::measured::{Absent, Measured};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
struct Written {
    measures: BTreeMap<String, Option<f64>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    absent: BTreeMap<String, Absent>,
}

pub fn serialize<S: Serializer>(measures: &BTreeMap<String, Measured>, to: S) -> Result<S::Ok, S::Error> {
    let absent = |(name, value): (&'_ String, &Measured)| Some((name.clone(), value.as_ref().err()?.clone()));
    Written {
        measures: measures.iter().map(|(name, value)| (name.clone(), value.as_ref().ok().copied())).collect(),
        absent: measures.iter().filter_map(absent).collect(),
    }
    .serialize(to)
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Measured>, D::Error> {
    let Written { measures, mut absent } = Written::deserialize(from)?;
    let mut why = |name: &str| absent.remove(name).unwrap_or_else(|| Absent::because("not a finite number"));
    Ok(measures
        .into_iter()
        .map(|(name, number)| {
            let value = number.ok_or_else(|| why(&name));
            (name, value)
        })
        .collect())
}
