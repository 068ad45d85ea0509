//! Successive halving: trials halt on their way, and the best of them go on. Owns where they halt, and how many go on.

use super::Amount;

/// `halving 3 from 5 epochs`: of all trials that were trained for 5 epochs the best third goes on to 15, of these the best third to
/// 45, and so on to the end of the budget (K. Jamieson, A. Talwalkar, Non-stochastic best arm identification and hyperparameter
/// optimization, AISTATS 2016, with the halves of theirs being parts of any number).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halving {
    /// One of so many goes on; 2 or more.
    pub factor: u64,
    /// Where all trials halt first.
    pub from: Amount,
}

/// A halt of a run on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halt {
    /// A phase that begins before is trained whole.
    pub at: Amount,
    /// Where a run halts next that goes on from here; `None`: at its end.
    pub next: Option<Amount>,
}

/// Trials that are trained equally long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// `None`: they run to their end.
    pub halt: Option<Halt>,
    /// How many there are.
    pub trials: usize,
}

impl Halving {
    /// The rungs of so many trials of this budget, of which the halts are in the units. The last one is trained to the end.
    pub fn rungs(&self, trials: usize, budget: Amount) -> Vec<Rung> {
        let mut halts: Vec<Amount> = vec![];
        let mut at = self.from;
        while at.count < budget.count && halts.len() < MOST_RUNGS {
            halts.push(at);
            at.count *= self.factor as f64;
        }
        let (mut rungs, mut trials) = (vec![], trials);
        for (rung, at) in halts.iter().enumerate() {
            rungs.push(Rung { halt: Some(Halt { at: *at, next: halts.get(rung + 1).copied() }), trials });
            trials = trials.div_ceil(self.factor.max(1) as usize);
        }
        rungs.push(Rung { halt: None, trials });
        rungs
    }
}

/// What trials come to of a figure that grows with their length: `figures` by rung and trial, those of halted runs first. What goes on is
/// counted once. Which go on is not known: of every rung the mean.
pub fn expected(rungs: &[Rung], figures: &[Vec<f64>]) -> f64 {
    let means = added(figures).map(|added| added.iter().sum::<f64>() / added.len().max(1) as f64);
    rungs.iter().zip(means).map(|(rung, mean)| rung.trials as f64 * mean).sum()
}

/// The same, if those that cost most went on.
pub fn most(rungs: &[Rung], figures: &[Vec<f64>]) -> f64 {
    let largest = |(rung, mut added): (&Rung, Vec<f64>)| -> f64 {
        added.sort_by(|a, b| b.total_cmp(a));
        added.into_iter().take(rung.trials).sum()
    };
    rungs.iter().zip(added(figures)).map(largest).sum()
}

/// What every rung adds to the one before.
fn added(figures: &[Vec<f64>]) -> impl Iterator<Item = Vec<f64>> {
    let before = std::iter::once(None).chain(figures.iter().map(Some));
    figures.iter().zip(before).map(|(own, before)| match before {
        Some(before) => own.iter().zip(before).map(|(own, before)| own - before).collect(),
        None => own.clone(),
    })
}

/// Doubling fills every budget in fewer.
const MOST_RUNGS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::Unit;

    fn epochs(count: f64) -> Amount {
        Amount { count, unit: Unit::Epochs }
    }

    #[test]
    fn a_third_goes_on_and_three_times_as_long() {
        let halving = Halving { factor: 3, from: epochs(5.0) };
        let rungs = halving.rungs(24, epochs(45.0));
        let shown: Vec<(Option<f64>, usize)> = rungs.iter().map(|r| (r.halt.map(|h| h.at.count), r.trials)).collect();
        assert_eq!(shown, [(Some(5.0), 24), (Some(15.0), 8), (None, 3)]);
        assert_eq!(rungs[0].halt.and_then(|halt| halt.next), Some(epochs(15.0)));
        assert_eq!(rungs[1].halt.and_then(|halt| halt.next), None);
        // What is left of a third goes on, too, and one always does.
        let of_ten: Vec<usize> = halving.rungs(10, epochs(100.0)).iter().map(|rung| rung.trials).collect();
        assert_eq!(of_ten, [10, 4, 2, 1]);
        assert_eq!(halving.rungs(1, epochs(6.0)).len(), 2);
        let figures = [vec![5.0, 10.0, 15.0], vec![15.0, 30.0, 45.0], vec![45.0, 90.0, 135.0]];
        let rungs = halving.rungs(3, epochs(45.0));
        // 30 of the first rung, then of one trial 20 and 60 on the mean, 30 and 90 at most.
        assert_eq!((expected(&rungs, &figures), most(&rungs, &figures)), (110.0, 150.0));
        // From the end on there is nothing to halve.
        assert_eq!(halving.rungs(9, epochs(5.0)), [Rung { halt: None, trials: 9 }]);
    }
}
