//! `swiss_roll`: four Gaussians on a rolled-up sheet.

use super::{Generator, Points};
use crate::builtin::value::{Count, NonNegative};
use crate::row;
use crate::seed::Stream;

/// Centres of the classes on the flat sheet, `(u, w)` (Surendran 2004).
const CENTRES: [(f64, f64); 4] = [(7.5, 7.5), (7.5, 12.5), (12.5, 7.5), (12.5, 12.5)];

row! {
    /// Four Gaussians on a plane, one class each, rolled up in space.
    ///
    /// The centres `(u, w)` are (7.5, 7.5), (7.5, 12.5), (12.5, 7.5) and (12.5, 12.5), the standard deviation is
    /// `noise` along both axes; a point of the sheet becomes `(u cos u, w, u sin u)`.
    ///
    /// The data set of Surendran (2004); used in section 3 of the paper.
    pub struct SwissRoll = "swiss_roll" as Generator(dyn Generator) {
        /// Points of each class.
        per_class: Count = Count(100),
        /// Standard deviation of the Gaussians on the flat sheet.
        noise: NonNegative = NonNegative(1.0),
    }
    example "swiss_roll(per_class: 50)" on []
}

impl Generator for SwissRoll {
    fn axes(&self) -> usize {
        3
    }

    fn classes(&self) -> usize {
        CENTRES.len()
    }

    fn per_class(&self) -> usize {
        self.per_class.0
    }

    fn generate(&self, per_class: usize, stream: &mut Stream) -> Points {
        let mut points = Points { values: Vec::with_capacity(12 * per_class), axes: 3, classes: vec![] };
        for (class, (u, w)) in (0..).zip(CENTRES) {
            for _ in 0..per_class {
                let u = u + self.noise.0 * stream.normal();
                let w = w + self.noise.0 * stream.normal();
                points.values.extend([u * u.cos(), w, u * u.sin()]);
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

    fn roll(per_class: usize, noise: f64) -> Points {
        SwissRoll { per_class: Count(per_class), noise: NonNegative(noise) }
            .generate(per_class, &mut Seed(0).stream("data"))
    }

    #[test]
    fn without_noise_every_class_is_its_rolled_centre() {
        let points = roll(1, 0.0);
        assert_eq!(points.classes, [0, 1, 2, 3]);
        for (point, (u, w)) in points.values.chunks(3).zip(CENTRES) {
            assert_eq!(point, [u * u.cos(), w, u * u.sin()]);
        }
    }

    #[test]
    fn unrolled_again_it_has_the_means_and_deviations_of_the_gaussians() {
        let (n, points) = (2000, roll(2000, 1.0));
        for (class, (u, w)) in CENTRES.iter().enumerate() {
            let rows = points.values.chunks(3).skip(class * n).take(n);
            // The distance from the axis is |u|; u is far from 0.
            let flat: Vec<(f64, f64)> = rows.map(|p| (p[0].hypot(p[2]), p[1])).collect();
            let mean = |f: &dyn Fn(&(f64, f64)) -> f64| flat.iter().map(f).sum::<f64>() / n as f64;
            let (mu, mw) = (mean(&|p| p.0), mean(&|p| p.1));
            assert!((mu - u).abs() < 0.1 && (mw - w).abs() < 0.1, "{mu} {mw}");
            let (su, sw) = (mean(&|p| (p.0 - mu).powi(2)).sqrt(), mean(&|p| (p.1 - mw).powi(2)).sqrt());
            assert!((su - 1.0).abs() < 0.05 && (sw - 1.0).abs() < 0.05, "{su} {sw}");
        }
    }
}
