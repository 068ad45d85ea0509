//! What decides a run: the text that its result follows from, and the address made of it. Owns no knowledge of what the
//! fields mean; `experiment` writes them.

use super::Address;
use serde::{Deserialize, Serialize};

/// Everything that decides a run's weights and predictions, and nothing else: (field, text), in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipe(pub Vec<(String, String)>);

/// One field in which two recipes differ; `None` where one of them lacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldChange<'r> {
    pub field: &'r str,
    pub old: Option<&'r str>,
    pub new: Option<&'r str>,
}

/// Fields on their way into an address. Runs that begin with the same ones go on from a copy.
#[derive(Clone, Debug, Default)]
pub struct Fields(blake3::Hasher);

impl Fields {
    /// Each with its length in front.
    pub fn add(&mut self, field: &str, text: &str) {
        for text in [field, text] {
            self.0.update(&(text.len() as u64).to_le_bytes());
            self.0.update(text.as_bytes());
        }
    }

    pub fn address(&self) -> Address {
        Address::of(self.0.finalize().as_bytes())
    }
}

impl Recipe {
    /// What the run is stored under: of the blake3 of all fields.
    pub fn address(&self) -> Address {
        let mut fields = Fields::default();
        self.0.iter().for_each(|(field, text)| fields.add(field, text));
        fields.address()
    }

    /// The text of a field; of several with one name the first.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
    }

    /// Without what tells the runs of one arm apart.
    pub fn of_arm(&self) -> Recipe {
        Recipe(self.0.iter().filter(|(field, _)| !["seed", "repeat"].contains(&field.as_str())).cloned().collect())
    }

    /// What is another text in `new`, in the order of the fields; what only `self` has comes last.
    pub fn changes<'r>(&'r self, new: &'r Recipe) -> Vec<FieldChange<'r>> {
        let changed = new.0.iter().filter_map(|(field, text)| {
            let (old, new) = (self.field(field), Some(text.as_str()));
            (old != new).then_some(FieldChange { field, old, new })
        });
        let gone = self.0.iter().filter(|(field, _)| new.field(field).is_none());
        changed.chain(gone.map(|(field, text)| FieldChange { field, old: Some(text), new: None })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(fields: &[(&str, &str)]) -> Recipe {
        Recipe(fields.iter().map(|(field, text)| (field.to_string(), text.to_string())).collect())
    }

    #[test]
    fn an_address_tells_fields_apart() {
        let address = recipe(&[("batch", "16"), ("seed", "3")]).address();
        // It is what runs have been stored under so far.
        assert_eq!(address.to_string(), "0fce774ce89abc8848969318d01d49df");
        assert_eq!(address, recipe(&[("batch", "16"), ("seed", "3")]).address());
        for other in [&[("batch", "16")][..], &[("seed", "3"), ("batch", "16")], &[("batch", "16seed"), ("", "3")]] {
            assert_ne!(address, recipe(other).address());
        }
    }

    #[test]
    fn changes_are_named_by_field() {
        let old = recipe(&[("optimizer", "sgd"), ("batch", "16"), ("data file x.npz", "ab")]);
        let new = recipe(&[("optimizer", "adam"), ("batch", "16"), ("data file y.npz", "ab")]);
        let change = |field, old, new| FieldChange { field, old, new };
        assert_eq!(
            old.changes(&new),
            [
                change("optimizer", Some("sgd"), Some("adam")),
                change("data file y.npz", None, Some("ab")),
                change("data file x.npz", Some("ab"), None),
            ]
        );
        assert_eq!(old.changes(&old), []);
    }
}
