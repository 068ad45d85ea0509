//! `acc2`: the share of right signs.

use super::{NO_SIGN, Zeros, numbers, share, signs};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of scores of sentiment whose sign is right, for CMU-MOSI and CMU-MOSEI. The literature has three readings.
    ///
    /// `left_out`: negative against positive, `x > 0` of the samples whose truth is not 0. That of Tsai et al. 2019 (MulT,
    /// `eval_metrics.py`, as its training ends), so of Lee et al. 2022, Table 9; "Non0" of MMSA.
    /// `non_negative`: negative against not negative, `x >= 0` of all samples. "Has0" of MMSA (Yu et al. 2021), and the
    /// papers before MulT (Zadeh et al. 2018); where a paper gives "80.1 / 81.5", it is the first of the two.
    /// `non_positive`: positive against the rest, `x > 0` of all samples. That of MulT's program where zeros are not excluded.
    pub struct Acc2 = "acc2" as Metric(dyn Metric) {
        /// What a truth of exactly 0 is: `left_out`, `non_negative` or `non_positive`.
        zeros: Zeros = Zeros::LeftOut,
    }
    example "acc2(zeros: non_negative)" on [[1]]
}

impl Metric for Acc2 {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("acc2", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let signs = signs(predictions, self.zeros);
        share(signs.iter().filter(|(said, truth)| said == truth).count() as f64, signs.len(), NO_SIGN)
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
