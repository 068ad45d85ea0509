//! Datasets in use, each loaded once while some run uses it; what those of several seeds and parts have in common is read once.

use crate::data::{self, DataError, DataSpec, Dataset, Material};
use crate::seed::Seed;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Datasets in use, by description and seed.
#[derive(Debug, Default)]
pub struct Shared {
    loaded: Mutex<BTreeMap<Key, Place<Weak<Dataset>>>>,
    /// What was read last, by description without a part; nothing where every dataset is of one seed and part.
    material: Option<Mutex<Vec<Held>>>,
    files: Mutex<BTreeMap<String, Arc<Vec<PathBuf>>>>,
}

/// A description and a seed.
type Key = (String, u64);

/// Whoever wants what is being read waits for it.
type Place<T> = Arc<Mutex<T>>;

/// What was read for one description.
#[derive(Clone, Debug)]
struct Held {
    description: String,
    material: Place<Option<Arc<Material>>>,
    /// What of it is there to be shared, once it is read.
    bytes: u64,
}

fn locked<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is half done where a run panics: what it wanted is not there.
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// For datasets of several seeds and parts.
    pub fn across_turns() -> Self {
        Self { material: Some(Mutex::default()), ..Self::default() }
    }

    /// The dataset, loaded unless a run that is still going has it.
    pub fn load(&self, spec: &DataSpec, seed: Seed) -> Result<Arc<Dataset>, DataError> {
        let place = {
            let mut loaded = locked(&self.loaded);
            let is_used =
                |place: &Place<Weak<Dataset>>| Arc::strong_count(place) > 1 || locked(place).strong_count() > 0;
            loaded.retain(|_, place| is_used(place));
            loaded.entry((format!("{spec:?}"), seed.0)).or_default().clone()
        };
        let mut held = locked(&place);
        if let Some(found) = held.upgrade() {
            return Ok(found);
        }
        let made = Arc::new(match self.material(spec)? {
            Some(material) => data::load_from(&material, spec, seed)?,
            None => data::load(spec, seed)?,
        });
        *held = Arc::downgrade(&made);
        Ok(made)
    }

    /// What the dataset has in common with those of other seeds and parts; nothing of points that each seed makes anew.
    fn material(&self, spec: &DataSpec) -> Result<Option<Arc<Material>>, DataError> {
        let Some(all) = self.material.as_ref().filter(|_| spec.generator.is_none()) else { return Ok(None) };
        let spec = DataSpec { part: 0, ..spec.clone() };
        let description = format!("{spec:?}");
        let place = {
            let mut all = locked(all);
            let known = all.iter().position(|held| held.description == description);
            let own = match known {
                Some(known) => all.remove(known),
                None => Held { description: description.clone(), material: Place::default(), bytes: 0 },
            };
            all.push(own.clone());
            own.material
        };
        let mut held = locked(&place);
        if let Some(known) = held.as_ref() {
            return Ok(Some(known.clone()));
        }
        let read = Arc::new(data::read(&spec, data::shared())?);
        *held = Some(read.clone());
        drop(held);
        let mut all = locked(all);
        all.iter_mut().filter(|held| held.description == description).for_each(|held| held.bytes = read.shared);
        // What was wanted longest ago goes first.
        while all.len() > 1 && all.iter().map(|held| held.bytes).sum::<u64>() > data::shared() {
            all.remove(0);
        }
        Ok(Some(read))
    }

    /// Whether files of the dataset are others now than when their hashes were taken.
    pub fn unchanged(&self, spec: &DataSpec) -> Result<(), DataError> {
        let key = format!("{spec:?}");
        let known = locked(&self.files).get(&key).cloned();
        let files = known.unwrap_or_else(|| {
            let files = Arc::new(data::files(spec).into_iter().map(|(_, path)| path).collect());
            locked(&self.files).insert(key, Arc::clone(&files));
            files
        });
        files.iter().find_map(|path| data::changed(path)).map_or(Ok(()), |changed| Err(changed.into()))
    }
}
