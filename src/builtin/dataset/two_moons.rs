//! `two_moons`: two interleaving half circles.

use super::{Generator, Points};
use crate::builtin::value::{Count, NonNegative};
use crate::row;
use crate::seed::Stream;
use std::f64::consts::PI;

row! {
    /// Two interleaving half circles in the plane, one class each.
    ///
    /// Class 0 is `(cos t, sin t)`, class 1 is `(1 - cos t, 1/2 - sin t)`, with `t` in equal steps from 0 to π.
    /// A normal deviate times `noise` is added to both coordinates.
    ///
    /// The shape is that of scikit-learn's `make_moons`; used in section 3 of the paper.
    pub struct TwoMoons = "two_moons" as Generator(dyn Generator) {
        /// Points of each class.
        per_class: Count = Count(100),
        /// Standard deviation of the noise.
        noise: NonNegative = NonNegative(0.3),
    }
    example "two_moons(per_class: 50, noise: 0.1)" on []
}

impl Generator for TwoMoons {
    fn axes(&self) -> usize {
        2
    }

    fn classes(&self) -> usize {
        2
    }

    fn per_class(&self) -> usize {
        self.per_class.0
    }

    fn generate(&self, per_class: usize, stream: &mut Stream) -> Points {
        let mut points = Points { values: Vec::with_capacity(4 * per_class), axes: 2, classes: vec![] };
        for class in 0..2 {
            for i in 0..per_class {
                let t = PI * i as f64 / (per_class.max(2) - 1) as f64;
                let (x, y) = if class == 0 { (t.cos(), t.sin()) } else { (1.0 - t.cos(), 0.5 - t.sin()) };
                points.values.push(x + self.noise.0 * stream.normal());
                points.values.push(y + self.noise.0 * stream.normal());
                points.classes.push(class);
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    fn moons(per_class: usize, noise: f64) -> Points {
        TwoMoons { per_class: Count(per_class), noise: NonNegative(noise) }
            .generate(per_class, &mut Seed(0).stream("data"))
    }

    #[test]
    fn without_noise_they_are_the_points_of_scikit_learn() {
        // python: sklearn.datasets.make_moons(8, shuffle=False, noise=0)[0].round(6) (scikit-learn 1.9.1)
        let expected = [
            [1.0, 0.0],
            [0.5, 0.866025],
            [-0.5, 0.866025],
            [-1.0, 0.0],
            [0.0, 0.5],
            [0.5, -0.366025],
            [1.5, -0.366025],
            [2.0, 0.5],
        ];
        let points = moons(4, 0.0);
        assert_eq!(points.classes, [0, 0, 0, 0, 1, 1, 1, 1]);
        for (point, expected) in points.values.chunks(2).zip(expected) {
            assert!(point.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{point:?} {expected:?}");
        }
    }

    #[test]
    fn without_noise_they_lie_on_the_arcs() {
        let points = moons(100, 0.0);
        for (point, class) in points.values.chunks(2).zip(&points.classes) {
            let (x, y) = if *class == 0 { (point[0], point[1]) } else { (1.0 - point[0], 0.5 - point[1]) };
            assert!((x * x + y * y - 1.0).abs() < 1e-12 && y >= -1e-12);
        }
        assert_eq!(moons(1, 0.0).values, [1.0, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn noise_has_its_deviation() {
        let (noisy, clean) = (moons(4000, 0.3), moons(4000, 0.0));
        let variance = noisy.values.iter().zip(&clean.values).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / 16_000.0;
        assert!((variance.sqrt() - 0.3).abs() < 0.01, "{}", variance.sqrt());
    }
}
