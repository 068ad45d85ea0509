//! The samples of one modality or target as they are had: read from where they lie and prepared one by one, whenever they
//! are wanted. Owns the order of preparations and what is held in memory; formats read, rows of `builtin` prepare.

use super::array::Array;
use super::check::WIDEST;
use super::error::{DataError, overflowed};
use super::piece::Piece;
use super::room::Needs;
use super::standardize::{Learned, Standard};
use super::table::Table;
use crate::builtin::ShapeError;
use crate::builtin::dataset::{Draw, Preparation, Sample, Transform};
use crate::seed::Seed;
use std::sync::Arc;

/// How samples are drawn whose preparation draws.
#[derive(Clone, Copy, Debug)]
pub enum Draws<'d> {
    /// Not at all, as for evaluation.
    Even,
    /// For this step of training: sample `id` from the stream `draw/PHASE/STEP/ID`, the same for all modalities.
    Step { seed: Seed, phase: &'d str, step: u64 },
}

/// Where the samples lie, and what is done to each.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub name: String,
    /// Axes of one sample in the end.
    pub declared: Vec<usize>,
    /// Along the samples.
    pub pieces: Vec<Piece>,
    /// Of a target of class ids.
    pub is_class: bool,
    /// Before it was held.
    was_rounded: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Each(Arc<dyn Preparation>),
    /// With the mask of real steps.
    Standard(Arc<Standard>, Option<Arc<Array>>),
}

/// Is shown all samples as they are in the end.
pub type See<'f> = dyn FnMut(&Table) -> Result<(), DataError> + 'f;

/// Numbers read at a time.
const PIECE: usize = 1 << 20;

impl Recipe {
    pub fn new(name: &str, declared: Vec<usize>, pieces: Vec<Piece>) -> Self {
        Self { name: name.into(), declared, pieces, is_class: false, was_rounded: false, steps: vec![] }
    }

    pub fn samples(&self) -> usize {
        self.pieces.iter().map(|piece| piece.samples()).sum()
    }

    /// Adds a preparation of every sample alone.
    pub fn then(&mut self, preparation: Arc<dyn Preparation>) {
        self.steps.push(Step::Each(preparation));
    }

    /// Standardizes with the statistics of these samples as they are prepared so far.
    pub fn learn(&mut self, train: &[u32], present: Option<Arc<Array>>) -> Result<Learned, DataError> {
        let learned = Standard::of(self, train, present.as_deref())?;
        self.standardize(learned.0.clone(), present);
        Ok(learned)
    }

    /// Standardizes by these numbers.
    pub fn standardize(&mut self, standard: Standard, present: Option<Arc<Array>>) {
        self.steps.push(Step::Standard(Arc::new(standard), present));
    }

    /// Whether training sees other values of a sample every time.
    pub fn is_random(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Each(preparation) => preparation.redraws(),
            Step::Standard(..) => false,
        })
    }

    /// Whether something was computed on the way.
    pub fn is_rounded(&self) -> bool {
        self.was_rounded
            || self.steps.iter().any(|step| match step {
                Step::Each(preparation) => match preparation.transform() {
                    Transform::Each(work) => work.is_rounded(),
                    Transform::Standardize { .. } => true,
                },
                Step::Standard(..) => true,
            })
    }

    /// Steps that each random preparation chooses from, sample by sample, where headers tell.
    fn chosen_from(&self) -> Result<Vec<Vec<usize>>, DataError> {
        let mut all = vec![];
        for outline in self.pieces.iter().flat_map(|piece| piece.outlines()) {
            let (mut axes, mut steps) = (outline.axes.clone(), vec![]);
            for step in &self.steps {
                if let Step::Each(preparation) = step {
                    if preparation.redraws() {
                        steps.extend(axes.first());
                    }
                    axes = axes_after(preparation.as_ref(), &axes, &self.declared)?;
                }
            }
            all.extend(std::iter::repeat_n(steps, outline.samples()));
        }
        Ok(all)
    }

    /// Whether a mask is drawn as these samples are: from as many steps.
    pub fn drawn_as(&self, mask: &Recipe) -> Result<(), DataError> {
        if !self.is_random() {
            return Ok(());
        }
        let (own, other) = (self.chosen_from()?, mask.chosen_from()?);
        let Some(sample) = (0..own.len().min(other.len())).find(|i| own[*i] != other[*i]) else { return Ok(()) };
        let steps = |steps: &[usize]| steps.iter().map(usize::to_string).collect::<Vec<_>>().join(", then ");
        let (name, mask) = (&self.name, &mask.name);
        Err(DataError::new(
            "mhm::not-prepared",
            format!("the mask `{mask}` is drawn from another number of steps than `{name}`"),
        )
        .expected(format!("{} steps in `{mask}`, as in `{name}`", steps(&own[sample])))
        .found(format!("{} steps in `{mask}`, in sample {sample}", steps(&other[sample])))
        .help("steps of a sample and of its mask are drawn alike where there are equally many"))
    }

    /// Whether every sample will be of the declared shape, as far as headers tell.
    pub fn fits(&self) -> Result<(), DataError> {
        for piece in &self.pieces {
            for outline in piece.outlines() {
                let axes = self.prepared_axes(&outline.axes).map_err(|fault| outline.blame(fault))?;
                outline
                    .table(axes)
                    .fits_shape(&self.declared)
                    .map_err(|error| self.advised(&outline.axes, self.uneven(error)))?;
            }
        }
        Ok(())
    }

    /// Files of different lengths need another word than another shape.
    fn uneven(&self, error: DataError) -> DataError {
        let mut lengths: Vec<&[usize]> =
            self.pieces.iter().flat_map(|piece| piece.named()).map(|named| named.axes()).collect();
        lengths.sort_unstable();
        let (Some(low), Some(high)) = (lengths.first(), lengths.last()) else { return error };
        if low == high {
            return error;
        }
        let evened = self.steps.iter().any(|step| match step {
            Step::Each(preparation) => evens_out(preparation.as_ref()),
            Step::Standard(..) => false,
        });
        if evened {
            return error;
        }
        let message = format!("the samples of `{}` have different lengths", self.name);
        let shapes = format!("from {low:?} to {high:?}, in {} files", lengths.len());
        let steps = self.declared.first().copied().unwrap_or(1);
        DataError { message: message.into(), found: Some(shapes.into()), ..error }.help(format!(
            "bring them to one: `|> resample({steps})` takes so many steps at equal distances, `|> first({steps})` cuts and fills"
        ))
    }

    /// One-hot rows where a class is declared: the other word for it.
    fn advised(&self, axes: &[usize], error: DataError) -> DataError {
        let one_hot = axes.split_last().is_some_and(|(classes, rest)| *classes > 1 && rest == self.declared.as_slice());
        if one_hot && self.is_class && self.steps.is_empty() {
            return error.help("rows of one number a class become class ids by `|> argmax`");
        }
        error
    }

    /// Axes after the preparations of every sample alone, of a sample with these before.
    fn prepared_axes(&self, axes: &[usize]) -> Result<Vec<usize>, DataError> {
        self.steps.iter().try_fold(axes.to_vec(), |axes, step| match step {
            Step::Each(preparation) => axes_after(preparation.as_ref(), &axes, &self.declared),
            Step::Standard(..) => Ok(axes),
        })
    }

    /// Gives these samples in runs of neighbours, in their order, prepared.
    pub fn read(
        &self,
        ids: &[u32],
        draws: Draws<'_>,
        take: &mut dyn FnMut(Table) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut rest = ids;
        while let Some(&first) = rest.first() {
            let (piece, start) = self.piece(first as usize);
            let most = piece.at_once(PIECE).min(start + piece.samples() - first as usize);
            let run = (1..most.min(rest.len())).take_while(|i| rest[*i] as usize == first as usize + i).count() + 1;
            let row = first as usize - start;
            let table = piece.read(row..row + run)?;
            take(self.prepare(table, first, draws)?)?;
            rest = &rest[run..];
        }
        Ok(())
    }

    /// The piece that has a sample, and the number of its first one.
    fn piece(&self, id: usize) -> (&Piece, usize) {
        let mut start = 0;
        for piece in &self.pieces {
            if id < start + piece.samples() {
                return (piece, start);
            }
            start += piece.samples();
        }
        panic!("sample {id} of {start} in `{}`", self.name)
    }

    /// A run of samples through every step; `first` is the id of the first.
    fn prepare(&self, mut table: Table, first: u32, draws: Draws<'_>) -> Result<Table, DataError> {
        let mut draw: Vec<Draw> = match draws {
            Draws::Step { seed, phase, step } if self.is_random() => (0..table.samples() as u32)
                .map(|i| Draw::Random(Box::new(seed.stream(&format!("draw/{phase}/{step}/{}", first + i)))))
                .collect(),
            Draws::Step { .. } | Draws::Even => vec![],
        };
        for step in &self.steps {
            match step {
                Step::Each(preparation) => {
                    table = prepared(preparation.as_ref(), table, &self.declared, &mut draw)?;
                }
                Step::Standard(standard, present) => {
                    table.is_finite()?;
                    let mask = present.as_ref().map(|mask| mask.run(first, table.samples(), draws)).transpose()?;
                    let mut values = table.values.double();
                    standard.apply(&mut values, mask.as_deref());
                    if values.iter().any(|value| (*value as f32).is_infinite()) {
                        return Err(overflowed(&self.name));
                    }
                    table.values = values.into();
                }
            }
        }
        Ok(table)
    }

    // ------------------------------------------------------------ memory

    /// Bytes of all samples once they are prepared.
    fn bytes(&self) -> u64 {
        let width = self.declared.iter().fold(4u64, |bytes, n| bytes.saturating_mul(*n as u64));
        width.saturating_mul(self.samples() as u64)
    }

    /// Bytes of memory that finishing it takes, where at most so many are kept of its samples.
    pub fn needs(&self, limit: u64) -> Needs {
        let all = !self.is_random() && self.bytes() <= limit;
        let (held, unpacked) = self
            .pieces
            .iter()
            .map(|piece| piece.needs(limit))
            .fold((0u64, 0u64), |sum, piece| (sum.0.saturating_add(piece.0), sum.1.saturating_add(piece.1)));
        match (all, self.is_random()) {
            (true, _) => Needs { lasting: self.bytes(), passing: held },
            (false, true) => Needs { lasting: held.saturating_add(unpacked), passing: 0 },
            (false, false) => Needs { lasting: limit.min(self.bytes()).saturating_add(unpacked), passing: held },
        }
    }

    /// Prepares all samples now, where they take at most `limit` bytes then, for what is learned of them next.
    ///
    /// What is drawn anew in every step is read now and prepared later.
    pub fn hold(&mut self, limit: u64) -> Result<(), DataError> {
        self.settle(limit)?;
        let held = self.steps.is_empty() && matches!(self.pieces.as_slice(), [Piece::Held(_)]);
        if held || self.is_random() || self.bytes().saturating_mul(2) > limit {
            return Ok(());
        }
        let rounded = self.is_rounded();
        let mut whole: Option<Table> = None;
        self.read(&self.ids(), Draws::Even, &mut |table| {
            match &mut whole {
                Some(whole) => whole.append(table),
                None => whole = Some(table),
            }
            Ok(())
        })?;
        if let Some(table) = whole {
            self.pieces = vec![Piece::Held(Arc::new(table))];
            self.steps.clear();
            self.was_rounded = rounded;
        }
        Ok(())
    }

    /// Reads into memory what takes at most `limit` bytes there.
    fn settle(&mut self, limit: u64) -> Result<(), DataError> {
        if self.is_random() {
            return self.pieces.iter_mut().try_for_each(|piece| piece.hold(limit));
        }
        self.pieces.iter_mut().try_for_each(|piece| piece.settle(limit))
    }

    /// Values of the first samples, as many as `limit` bytes hold, and this recipe for the others. Every sample is read
    /// and given to `see` once.
    pub fn finish(mut self, limit: u64, see: &mut See<'_>) -> Result<(Vec<f32>, Option<Self>), DataError> {
        self.settle(limit)?;
        if let ([Piece::Held(table)], true) = (self.pieces.as_slice(), self.steps.is_empty()) {
            see(table)?;
            let table = table.clone();
            drop(self);
            return Ok((Arc::unwrap_or_clone(table).values.single(), None));
        }
        let all = !self.is_random() && self.bytes() <= limit;
        if !all {
            self.pieces.iter_mut().try_for_each(Piece::loosen)?;
        }
        let width = self.declared.iter().product::<usize>().max(1);
        let most = match (all, self.is_random()) {
            (true, _) => usize::MAX,
            (false, true) => 0,
            (false, false) => usize::try_from(limit / 4).unwrap_or(usize::MAX) / width * width,
        };
        let mut kept: Vec<f32> = Vec::new();
        self.read(&self.ids(), Draws::Even, &mut |table| {
            see(&table)?;
            let room = most.saturating_sub(kept.len());
            kept.extend(table.values.iter().take(room).map(|value| value as f32));
            Ok(())
        })?;
        Ok((kept, (!all).then_some(self)))
    }

    fn ids(&self) -> Vec<u32> {
        (0..self.samples() as u32).collect()
    }
}

fn evens_out(preparation: &dyn Preparation) -> bool {
    match preparation.transform() {
        Transform::Each(work) => work.evens_out(),
        Transform::Standardize { .. } => false,
    }
}

fn axes_after(preparation: &dyn Preparation, axes: &[usize], declared: &[usize]) -> Result<Vec<usize>, DataError> {
    match preparation.transform() {
        Transform::Each(work) => {
            let fault = |error: ShapeError| {
                let fault = DataError::new("mhm::not-prepared", error.message).expected(preparation.written(&[]));
                error.help.into_iter().fold(fault, DataError::help)
            };
            let to = work.axes(axes, declared).map_err(fault)?;
            match to.iter().try_fold(1usize, |numbers, size| numbers.checked_mul(*size)) {
                Some(numbers) if numbers <= WIDEST => Ok(to),
                Some(_) | None => {
                    let message = format!("a sample would become {to:?}, more than {WIDEST} numbers");
                    Err(fault(ShapeError::new(message)))
                }
            }
        }
        Transform::Standardize { .. } => Ok(axes.to_vec()),
    }
}

/// Every sample of a run through one preparation.
fn prepared(
    preparation: &dyn Preparation,
    table: Table,
    declared: &[usize],
    draw: &mut [Draw],
) -> Result<Table, DataError> {
    let Transform::Each(work) = preparation.transform() else { return Ok(table) };
    let axes = table.shape[1..].to_vec();
    let to = axes_after(preparation, &axes, declared).map_err(|error| table.blame(error))?;
    let width = axes.iter().product::<usize>();
    let mut values: Vec<f64> = Vec::with_capacity(table.samples() * to.iter().product::<usize>());
    let mut sample = Sample { axes, values: vec![] };
    for row in 0..table.samples() {
        sample.values.clear();
        sample.values.extend((row * width..(row + 1) * width).map(|place| table.values.at(place)));
        let mut even = Draw::Even;
        let draw = draw.get_mut(row).unwrap_or(&mut even);
        let made = work.apply(&sample, &to, draw).map_err(|why| {
            let fault =
                DataError::new("mhm::not-prepared", format!("`{}` fails on a sample", preparation.written(&[])));
            table.blame(fault.found(format!("{}: {why}", table.row(row))))
        })?;
        values.extend(made);
    }
    let shape = std::iter::once(table.samples()).chain(to).collect();
    Ok(Table { shape, values: values.into(), ..table })
}
