//! `line`: coordinate of the projection onto a line.

use super::{Generator, Origin, Projection, Source, check_projection, projection_target};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

row! {
    /// Coordinate of a generator's point projected onto the line `p + t v`: one modality as the paper's toy problems
    /// observe it.
    ///
    /// `t = <x - p, v> / <v, v>`; its absolute value where not `signed`. Section 3, Table 1.
    pub struct Line = "line" as Source(dyn Source) {
        /// A point `p` of the line, one number an axis of the generator.
        point: Vec<f64>,
        /// The line's direction `v`.
        direction: Vec<f64>,
        /// Keeps the sign of `t`.
        signed: bool = true,
    }
    example "line(point: [1, 0], direction: [-1, 1])" on []
}

impl Projection for Line {
    fn coordinate(&self, x: &[f64]) -> f64 {
        let dot: f64 = x.iter().zip(&self.point).zip(&self.direction).map(|((x, p), v)| (x - p) * v).sum();
        let t = dot / self.direction.iter().map(|v| v * v).sum::<f64>();
        if self.signed { t } else { t.abs() }
    }
}

impl Source for Line {
    fn origin(&self) -> Origin<'_> {
        Origin::Points(self)
    }

    fn check(&self, shape: &[usize], generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        let axes = check_projection("line", shape, generator)?.axes();
        for (name, given) in [("point", &self.point), ("direction", &self.direction)] {
            if given.len() != axes {
                return Err(ShapeError::new(format!(
                    "`{name}` of `line` has {} numbers, the generator's points have {axes}",
                    given.len()
                )));
            }
        }
        let square = self.direction.iter().map(|v| v * v).sum::<f64>();
        if !square.is_normal() {
            return Err(ShapeError::new(
                "`direction` of `line` must have a length, it is zero or too small to divide by",
            )
            .help("give the line a direction such as `[1, 1]`"));
        }
        Ok(())
    }

    fn axes(&self) -> Option<Vec<usize>> {
        Some(vec![1])
    }

    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&projection_target("line", target)?, generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::two_moons::TwoMoons;
    use crate::builtin::value::{Count, NonNegative};

    fn line(point: &[f64], direction: &[f64], signed: bool) -> Line {
        Line { point: point.to_vec(), direction: direction.to_vec(), signed }
    }

    #[test]
    fn coordinate_is_that_of_the_foot() {
        // Table 1: p1 (1, 0), v1 (-1, 1).
        assert_eq!(line(&[1.0, 0.0], &[-1.0, 1.0], true).coordinate(&[0.0, 1.0]), 1.0);
        assert_eq!(line(&[1.0, 0.0], &[-1.0, 1.0], true).coordinate(&[2.0, 0.0]), -0.5);
        assert_eq!(line(&[1.0, 0.0], &[-1.0, 1.0], false).coordinate(&[2.0, 0.0]), 0.5);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let moons = TwoMoons { per_class: Count(4), noise: NonNegative(0.0) };
        let good = line(&[0.0, 0.0], &[1.0, 0.0], true);
        assert!(good.check(&[1], Some(&moons)).is_ok());
        assert!(good.check(&[2], Some(&moons)).unwrap_err().message.contains("[2]"));
        assert!(good.check(&[1], None).unwrap_err().message.contains("generator"));
        assert!(good.check_target(&TargetKind::Multi { classes: 2 }, Some(&moons)).is_err());
        assert!(line(&[0.0; 3], &[1.0, 0.0], true).check(&[1], Some(&moons)).unwrap_err().message.contains("point"));
        assert!(line(&[0.0; 2], &[0.0; 2], true).check(&[1], Some(&moons)).unwrap_err().message.contains("length"));
    }
}
