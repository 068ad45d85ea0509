//! Arrays in memory in the place of those that a dataset was declared with, prepared as its files are. Owns which array is of which
//! modality; preparing is that of every dataset.

use super::array::Array;
use super::error::{Code, DataError, list};
use super::fault::{Fault, Until};
use super::modalities::{Learned, Stage, modalities};
use super::open::recipe;
use super::samples::{Wanted, as_computed};
use super::segment::Segment;
use super::spec::{DataSpec, ModalitySpec};
use super::standardize::Standards;
use super::table::Table;
use super::values::Values;
use super::within::Folders;
use crate::builtin::Asked;
use crate::suggest::nearest;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The raw numbers of one modality.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// The axis of the samples first.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Values,
}

/// What to do about arrays of another shape.
const SHAPE: &str = "the first axis is that of the samples; of one sample it has the length 1: `array[None]`";

/// And where one that may be missing is prepared from other axes than it has in the end.
const GIVEN: &str = "give it as an array of NaN, of the shape that raw samples have";

/// And about numbers that the model was not made for.
const NUMBERS: &str = "leave these samples out, or put numbers in their place as it was done before training";

/// Modalities that arrays are prepared for, again and again.
#[derive(Clone, Debug)]
pub struct Preparing {
    spec: DataSpec,
    /// Those that arrays stand for; what is asked of them comes behind.
    own: usize,
    standards: Standards,
}

impl Preparing {
    /// For what a network needs, what it asks of that, and what is taken off it.
    pub fn new(wanted: &[Wanted], asked: &[Asked], standards: &Standards) -> Self {
        let modality = |wanted: &Wanted| {
            let transforms = as_computed(&wanted.modality).chain(wanted.modality.transforms.iter().cloned()).collect();
            ModalitySpec { transforms, ..wanted.modality.clone() }
        };
        let spec = DataSpec {
            name: "arrays".into(),
            root: None,
            within: Folders::default(),
            generator: None,
            modalities: wanted.iter().map(modality).collect(),
            targets: vec![],
            groups: vec![],
            splits: vec![],
            part: 0,
            // They are in memory already.
            kept: u64::MAX,
        };
        Self { own: spec.modalities.len(), spec: spec.asked(asked), standards: standards.clone() }
    }

    /// The modalities that arrays stand for, in the order of the network's inputs, then the masks that they need.
    pub fn modalities(&self) -> &[ModalitySpec] {
        &self.spec.modalities[..self.own]
    }

    /// Every modality of as many samples as the arrays have, what is asked of them among it; a modality that may be missing and has no array
    /// is missing in all.
    ///
    /// # Errors
    /// An array that no modality has, a modality that has none, arrays of different lengths, and what is wrong with their shapes or numbers.
    pub fn prepare(&self, raw: BTreeMap<String, Raw>) -> Result<(usize, Vec<Arc<Array>>), DataError> {
        let samples = self.samples(&raw)?;
        let table = |(name, raw): (String, Raw)| {
            let Raw { shape, values } = raw;
            let table =
                Table { shape, first: 0, values, file: PathBuf::new(), array: Some(name.clone()), places: None };
            (name, Arc::new(table))
        };
        let tables: BTreeMap<String, Arc<Table>> = raw.into_iter().map(table).collect();
        let mut faults = vec![];
        let columns = self.spec.columns();
        let stages = columns.iter().zip(&self.spec.modalities).map(|(column, modality)| {
            let asked = Asked::read(&modality.name).map_or(modality.name.clone(), |asked| asked.modality);
            let table = tables.get(&asked).cloned().unwrap_or_else(|| Arc::new(self.missing(&asked, samples)));
            recipe(&self.spec, column, vec![Segment::InMemory(table)], &mut faults).map(Stage::Found)
        });
        let stages: Vec<Option<Stage>> = stages.collect();
        let mut learned = Learned { train: &[], known: &self.standards, standards: Standards::new(), remarks: vec![] };
        // What was declared is not to be changed any more, whatever a file's readers are told.
        if let Some(Fault { member, error }) = faults.drain(..).next() {
            let name = member.named(&self.spec);
            let is_given = tables.keys().any(|given| name == format!("modality `{given}`"));
            return Err(error.help(if is_given { SHAPE } else { GIVEN }));
        }
        let arrays = modalities(&self.spec, stages, Until::First, &mut learned, &mut faults);
        match faults.into_iter().next() {
            Some(fault) => Err(fault.error.help(NUMBERS)),
            None => Ok((samples, arrays.into_iter().flatten().collect())),
        }
    }

    /// Samples without the modality of this name.
    fn missing(&self, name: &str, samples: usize) -> Table {
        let own = self.spec.modalities.iter().find(|modality| modality.name == name);
        let shape: Vec<usize> = std::iter::once(samples).chain(own.iter().flat_map(|m| m.shape.clone())).collect();
        let values = Values::Single(vec![f32::NAN; shape.iter().product()]);
        Table { shape, first: 0, values, file: PathBuf::new(), array: Some(name.into()), places: None }
    }

    /// How many there are, where every array has as many and every modality that cannot be missing has one.
    fn samples(&self, raw: &BTreeMap<String, Raw>) -> Result<usize, DataError> {
        let names: Vec<&str> = self.modalities().iter().map(|modality| modality.name.as_str()).collect();
        if let Some(name) = raw.keys().find(|name| !names.contains(&name.as_str())) {
            let error = DataError::new(Code::ArrayMissing, format!("nothing is known of a modality `{name}`"))
                .expected(list(names.iter().copied()));
            return Err(match nearest(name, names.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("leave it out: the model does not read it"),
            });
        }
        let lacks = |modality: &&ModalitySpec| !raw.contains_key(&modality.name) && !modality.may_lack();
        if let Some(modality) = self.modalities().iter().find(lacks) {
            let name = &modality.name;
            return Err(DataError::new(Code::ArrayMissing, format!("there is no array for the modality `{name}`"))
                .expected(format!("an array of samples × {:?}", modality.shape))
                .found(if raw.is_empty() { "nothing".into() } else { list(raw.keys().map(String::as_str)) }));
        }
        let scalar = raw.iter().find(|(_, raw)| raw.shape.is_empty());
        if let Some((name, _)) = scalar {
            return Err(DataError::new(Code::ShapeDiffers, format!("`{name}` is a single number"))
                .help("the first axis is that of the samples; of one sample it has the length 1: `array[None]`"));
        }
        let mut lengths = raw.iter().map(|(name, raw)| (name, raw.shape[0]));
        let Some((first, samples)) = lengths.next() else {
            return Err(DataError::new(Code::ArrayMissing, "there is no array at all")
                .expected(list(names.iter().copied()))
                .help("one array at least says how many samples there are"));
        };
        match lengths.find(|(_, length)| *length != samples) {
            Some((other, length)) => {
                Err(DataError::new(Code::SamplesDiffer, "arrays have different numbers of samples")
                    .found(format!("{samples} in `{first}`, {length} in `{other}`"))
                    .help("the first axis is that of the samples"))
            }
            None => Ok(samples),
        }
    }
}
