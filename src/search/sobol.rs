//! The sequence of Sobol: points that lie evenly however many there are. Owns its direction numbers, those of S. Joe and F. Kuo (SIAM
//! J. Sci. Comput. 30 (2008) 2635–2654).

/// Dimensions that there are numbers for.
pub const DIMENSIONS: usize = 16;

/// Bits of a coordinate.
const BITS: usize = 32;

/// Of every dimension behind the first: the inner coefficients of its polynomial, and its first direction numbers.
const JOE_KUO: [(u32, &[u32]); DIMENSIONS - 1] = [
    (0, &[1]),
    (1, &[1, 3]),
    (1, &[1, 3, 1]),
    (2, &[1, 1, 1]),
    (1, &[1, 1, 3, 3]),
    (4, &[1, 3, 5, 13]),
    (2, &[1, 1, 5, 5, 17]),
    (4, &[1, 1, 5, 5, 5]),
    (7, &[1, 1, 7, 11, 19]),
    (11, &[1, 1, 5, 1, 1]),
    (13, &[1, 1, 1, 3, 11]),
    (14, &[1, 3, 5, 5, 31]),
    (1, &[1, 3, 3, 9, 7, 49]),
    (13, &[1, 1, 1, 15, 21, 21]),
    (16, &[1, 3, 1, 13, 27, 49]),
];

/// The points one after the other, each coordinate in [0, 1).
pub struct Sobol {
    directions: Vec<[u32; BITS]>,
    /// What every coordinate is shifted by, digit by digit: the points stay even and begin elsewhere.
    shifts: Vec<u32>,
    at: Vec<u32>,
    next: u32,
}

impl Sobol {
    /// One dimension a shift, at most [`DIMENSIONS`].
    pub fn new(shifts: Vec<u32>) -> Self {
        let directions = (0..shifts.len()).map(directions).collect();
        Self { directions, at: vec![0; shifts.len()], shifts, next: 0 }
    }

    pub fn point(&mut self) -> Vec<f64> {
        let shifted = self.at.iter().zip(&self.shifts).map(|(x, shift)| f64::from(x ^ shift) / 2f64.powi(BITS as i32));
        let point = shifted.collect();
        // In the order of Gray's code one direction number changes from one point to the next.
        self.next += 1;
        let bit = self.next.trailing_zeros() as usize;
        self.at.iter_mut().zip(&self.directions).for_each(|(x, directions)| *x ^= directions[bit]);
        point
    }
}

fn directions(dimension: usize) -> [u32; BITS] {
    let mut v = [0; BITS];
    let Some(row) = dimension.checked_sub(1) else {
        v.iter_mut().enumerate().for_each(|(j, v)| *v = 1 << (BITS - 1 - j));
        return v;
    };
    let (inner, first) = JOE_KUO[row];
    let degree = first.len();
    for j in 0..BITS {
        v[j] = match first.get(j) {
            Some(m) => m << (BITS - 1 - j),
            None => {
                let mut x = v[j - degree] ^ (v[j - degree] >> degree);
                for k in 1..degree {
                    if inner >> (degree - 1 - k) & 1 == 1 {
                        x ^= v[j - k];
                    }
                }
                x
            }
        };
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.qmc.Sobol(d=16, scramble=False).random(64)`: point 5, point 42, and the sum of point i times i.
    #[test]
    fn points_are_scipys() {
        let mut sobol = Sobol::new(vec![0; DIMENSIONS]);
        let points: Vec<Vec<f64>> = (0..64).map(|_| sobol.point()).collect();
        assert_eq!(points[5], FIVE);
        assert_eq!(points[42], FORTY_TWO);
        let sum: f64 = points.iter().enumerate().map(|(i, point)| i as f64 * point.iter().sum::<f64>()).sum();
        assert_eq!(sum, SUM);
    }

    #[test]
    fn a_shift_moves_points_and_leaves_them_even() {
        let mut sobol = Sobol::new(vec![0xdead_beef, 0x1234_5678]);
        let points: Vec<Vec<f64>> = (0..64).map(|_| sobol.point()).collect();
        for dimension in 0..2 {
            let mut cells: Vec<usize> = points.iter().map(|point| (point[dimension] * 64.0) as usize).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..64).collect::<Vec<_>>());
        }
    }

    const FIVE: [f64; DIMENSIONS] = [
        0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125, 0.375, 0.875, 0.875, 0.125, 0.875, 0.375,
    ];
    const FORTY_TWO: [f64; DIMENSIONS] = [
        0.984375, 0.328125, 0.015625, 0.734375, 0.453125, 0.484375, 0.984375, 0.609375, 0.796875, 0.609375, 0.078125,
        0.140625, 0.765625, 0.296875, 0.921875, 0.671875,
    ];
    const SUM: f64 = 16092.0;
}
