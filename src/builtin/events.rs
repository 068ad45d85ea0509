//! Events in time, true and found, and how well the found ones meet the true ones. Owns the stored form of true events and
//! the arithmetic of average precision; where found events come from is for the detection rows.

/// A stretch of time of one class, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    pub class: usize,
    pub start: f64,
    pub end: f64,
}

/// An event that was found, and how sure it is: only the order of scores counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    pub event: Event,
    pub score: f64,
}

/// Numbers of one stored event, and of the row in front of a sample's events.
pub const EVENT_WIDTH: usize = 3;

/// The class of a row that holds no event.
pub const NO_EVENT: f32 = -1.0;

/// The true events of one sample as a target stores them: first (duration, 0, 0), then (class, start, end) in seconds, then
/// rows of class -1.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Seconds that the sample's steps span together.
    pub duration: f64,
    pub events: Vec<Event>,
}

impl Stored {
    /// Reads a row of a target.
    pub fn read(values: &[f32]) -> Self {
        let mut rows = values.chunks_exact(EVENT_WIDTH);
        let duration = rows.next().map_or(0.0, |row| f64::from(row[0]));
        let there = rows.take_while(|row| row[0] >= 0.0);
        let event = |row: &[f32]| Event { class: row[0] as usize, start: row[1].into(), end: row[2].into() };
        Self { duration, events: there.map(event).collect() }
    }

    /// As a target stores it, with room for `most` events; `None` where there are more.
    pub fn write(&self, most: usize) -> Option<Vec<f32>> {
        let room = most.checked_sub(self.events.len())?;
        let mut values = vec![self.duration as f32, 0.0, 0.0];
        for event in &self.events {
            values.extend([event.class as f32, event.start as f32, event.end as f32]);
        }
        for _ in 0..room {
            values.extend([NO_EVENT, 0.0, 0.0]);
        }
        Some(values)
    }
}

impl Event {
    /// Temporal intersection over union; 0 where neither lasts.
    pub fn overlap(&self, other: &Event) -> f64 {
        let shared = (self.end.min(other.end) - self.start.max(other.start)).max(0.0);
        let all = (self.end - self.start) + (other.end - other.start) - shared;
        if all > 0.0 { shared / all } else { 0.0 }
    }
}

/// Average precision of one class, one number a threshold of overlap: `found` and `truths` are given by sample.
///
/// As the ActivityNet detection evaluation (Heilbron et al. 2015, `eval_detection.py`) has it: found events are taken in the order
/// of their scores (of equal ones the earlier first); each takes the true event of its sample that it overlaps most and that no
/// earlier one took, if the overlap is at least the threshold, and is wrong otherwise. The area is that under the precision made
/// monotone, at every recall. 0 where nothing is found.
pub fn average_precision(truths: &[Vec<Event>], found: &[Vec<Detection>], overlaps: &[f64]) -> Vec<f64> {
    let all = truths.iter().map(Vec::len).sum::<usize>();
    let each = found.iter().enumerate().flat_map(|(sample, found)| found.iter().map(move |d| (sample, d)));
    let mut order: Vec<(usize, &Detection)> = each.collect();
    order.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score));
    // What each one could take: overlaps with the true events of its sample, the greatest first.
    let candidates: Vec<Vec<(f64, usize)>> = order
        .iter()
        .map(|(sample, found)| {
            let truths = truths.get(*sample).map_or(&[][..], Vec::as_slice);
            let mut each: Vec<_> = truths.iter().enumerate().map(|(i, t)| (found.event.overlap(t), i)).collect();
            each.sort_by(|(a, _), (b, _)| b.total_cmp(a));
            each
        })
        .collect();
    let at = |least: &f64| {
        let mut taken: Vec<Vec<bool>> = truths.iter().map(|truths| vec![false; truths.len()]).collect();
        let right = order.iter().zip(&candidates).map(|((sample, _), candidates)| {
            let near = candidates.iter().take_while(|(overlap, _)| overlap >= least);
            let free = near.map(|(_, i)| *i).find(|i| !taken[*sample][*i]);
            free.inspect(|i| taken[*sample][*i] = true).is_some()
        });
        area(&right.collect::<Vec<bool>>(), all)
    };
    overlaps.iter().map(at).collect()
}

/// The area under the interpolated precision over recall, of right and wrong answers in order.
fn area(right: &[bool], all: usize) -> f64 {
    let mut hits = 0u32;
    let mut curve: Vec<(f64, f64)> = right
        .iter()
        .enumerate()
        .map(|(i, right)| {
            hits += u32::from(*right);
            (f64::from(hits) / all.max(1) as f64, f64::from(hits) / (i + 1) as f64)
        })
        .collect();
    let mut best = 0.0f64;
    for (_, precision) in curve.iter_mut().rev() {
        best = best.max(*precision);
        *precision = best;
    }
    let mut before = 0.0;
    let mut sum = 0.0;
    for (recall, precision) in curve {
        sum += (recall - before) * precision;
        before = recall;
    }
    sum
}

/// Average precision of every class, `[class][threshold]`; `None` for a class without a true event. Samples are those of `truths`,
/// and behind them others that have no true event.
pub fn by_class(
    truths: &[Vec<Event>],
    found: &[Vec<Detection>],
    classes: usize,
    overlaps: &[f64],
) -> Vec<Option<Vec<f64>>> {
    let of = |class: usize| {
        let true_ones: Vec<Vec<Event>> =
            truths.iter().map(|events| events.iter().filter(|e| e.class == class).copied().collect()).collect();
        if true_ones.iter().all(Vec::is_empty) {
            return None;
        }
        let found: Vec<Vec<Detection>> =
            found.iter().map(|found| found.iter().filter(|d| d.event.class == class).copied().collect()).collect();
        Some(average_precision(&true_ones, &found, overlaps))
    };
    (0..classes).map(of).collect()
}

/// The mean over the classes that have true events, one number a threshold; `None` where no class has.
pub fn mean_over_classes(by_class: &[Option<Vec<f64>>], overlaps: usize) -> Option<Vec<f64>> {
    let there: Vec<&Vec<f64>> = by_class.iter().flatten().collect();
    let mean = |i: usize| there.iter().map(|of| of[i]).sum::<f64>() / there.len() as f64;
    (!there.is_empty()).then(|| (0..overlaps).map(mean).collect())
}

#[cfg(test)]
mod tests;
