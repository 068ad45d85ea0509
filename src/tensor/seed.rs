//! One seed, named streams. Owns every random number of the program; a stream's values depend on the seed
//! and its name alone, so adding a head or an arm changes no other stream.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The seed of one run, from which every stream is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

/// A stream of random numbers (ChaCha with 8 rounds: the same values on every machine and version).
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Seed {
    /// The seed of another run of this one: repeat 0 is this seed itself, every other has streams of its own. Data and
    /// splits are drawn from the seed, everything else of a run from its repeat.
    pub fn repeat(self, repeat: u64) -> Seed {
        match repeat {
            0 => self,
            _ => Seed(self.stream(&format!("repeat/{repeat}")).0.next_u64()),
        }
    }

    /// The stream called `name`, for example `init/head/2` or `batches/embedding/7`.
    pub fn stream(self, name: &str) -> Stream {
        // The key is 256 bits: the seed, and three FNV-1a hashes of the name with different offsets.
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&self.0.to_le_bytes());
        for (part, offset) in
            [0xcbf2_9ce4_8422_2325u64, 0x9ae1_6a3b_2f90_404f, 0xc949_d7c7_509e_6557].iter().enumerate()
        {
            let hash = name.bytes().fold(*offset, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
            key[8 * (part + 1)..8 * (part + 2)].copy_from_slice(&hash.to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(key))
    }
}

/// Sixteen generators side by side, for noise in bulk: xoshiro128++ (Blackman & Vigna 2021), each begun with words of a
/// [`Stream`]. A copy goes on with the same numbers, so what was drawn need not be kept.
#[derive(Clone, Copy, Debug)]
pub struct Noise([[u32; Noise::LANES]; 4]);

impl Noise {
    /// Numbers that are drawn at once.
    pub const LANES: usize = 16;

    /// Thirty-two random bits for every lane.
    #[inline(always)]
    pub fn draw(&mut self) -> [u32; Self::LANES] {
        // Into arrays of their own: in place the compiler would go lane by lane.
        let ([s0, s1, s2, s3], mut next) = (self.0, self.0);
        let mut drawn = [0; Self::LANES];
        for lane in 0..Self::LANES {
            let (a, b, c, d) = (s0[lane], s1[lane], s2[lane], s3[lane]);
            drawn[lane] = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
            let (c, d) = (c ^ a, d ^ b);
            (next[0][lane], next[1][lane]) = (a ^ d, b ^ c);
            (next[2][lane], next[3][lane]) = (c ^ (b << 9), d.rotate_left(11));
        }
        self.0 = next;
        drawn
    }
}

impl Stream {
    /// Noise of its own; moves this stream by as many words as that needs.
    pub fn noise(&mut self) -> Noise {
        Noise([(); 4].map(|()| [(); Noise::LANES].map(|()| self.0.next_u32())))
    }

    /// Words drawn so far.
    pub fn drawn(&self) -> u64 {
        self.0.get_word_pos() as u64
    }

    /// Goes on as after so many words.
    pub fn skip_to(&mut self, drawn: u64) {
        self.0.set_word_pos(u128::from(drawn));
    }

    /// Uniform in [0, 1) with 24 random bits, exact in `f32`.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Uniform in [0, 1) with 53 random bits.
    pub fn uniform_f64(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Standard normal by Box and Muller, one value a pair of uniforms (simple, and the same everywhere `ln` and `cos` are).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform_f64()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform_f64()).cos()
    }

    /// Symmetric beta distribution, of `alpha` above 0: by Jöhnk (1964) up to 1, else as a share of two gammas.
    pub fn beta(&mut self, alpha: f64) -> f64 {
        if alpha > 1.0 {
            let (a, b) = (self.gamma(alpha), self.gamma(alpha));
            return a / (a + b);
        }
        loop {
            // Logarithms, for powers of a small `alpha` are 0 in 64 bits.
            let [a, b] = [(); 2].map(|()| (1.0 - self.uniform_f64()).ln());
            if (a / alpha).exp() + (b / alpha).exp() <= 1.0 {
                return 1.0 / (1.0 + ((b - a) / alpha).exp());
            }
        }
    }

    /// Gamma distribution of a shape above 1 and scale 1 (Marsaglia and Tsang 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            let u = 1.0 - self.uniform_f64();
            if v > 0.0 && u.ln() < x * x / 2.0 + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }

    /// Uniform in `0..n` without bias (rejection).
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        let limit = u64::MAX - u64::MAX % n;
        loop {
            let draw = self.0.next_u64();
            if draw < limit {
                return (draw % n) as usize;
            }
        }
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_name_only() {
        let a: Vec<f32> = (0..4)
            .map({
                let mut s = Seed(1).stream("init/head/0");
                move |_| s.uniform()
            })
            .collect();
        let b: Vec<f32> = (0..4)
            .map({
                let mut s = Seed(1).stream("init/head/0");
                move |_| s.uniform()
            })
            .collect();
        assert_eq!(a, b);
        assert_ne!(a[0], Seed(1).stream("init/head/1").uniform());
        assert_ne!(a[0], Seed(2).stream("init/head/0").uniform());
    }

    /// The first numbers of the authors' program (prng.di.unimi.it/xoshiro128plusplus.c) from the state 1, 2, 3, 4.
    #[test]
    fn noise_is_xoshiro128_plus_plus() {
        let mut noise = Noise([[1; 16], [2; 16], [3; 16], [4; 16]]);
        for expected in [641, 1_573_767, 3_222_811_527, 3_517_856_514, 836_907_274] {
            assert_eq!(noise.draw(), [expected; 16]);
        }
        let mut lanes = Seed(1).stream("noise").noise();
        let mut again = lanes;
        let drawn = lanes.draw();
        assert_eq!(drawn, again.draw());
        assert!(drawn.iter().enumerate().all(|(i, x)| drawn[..i].iter().all(|y| x != y)), "{drawn:?}");
    }

    #[test]
    fn repeat_zero_is_the_seed_and_others_are_their_own() {
        assert_eq!(Seed(5).repeat(0), Seed(5));
        assert_eq!(Seed(5).repeat(1), Seed(5).repeat(1));
        let seeds: std::collections::BTreeSet<u64> =
            (0..20).flat_map(|seed| (0..5).map(move |r| Seed(seed).repeat(r).0)).collect();
        assert_eq!(seeds.len(), 100);
    }

    /// `scipy.stats.beta(a, a).cdf([0.001, 0.1, 0.3, 0.5, 0.8])` of scipy 1.17.
    #[test]
    fn beta_is_scipys() {
        for (alpha, cdf) in [
            (1e-9, [0.5, 0.5, 0.5, 0.5, 0.5]),
            (0.2, [0.132_2, 0.336_7, 0.433_2, 0.5, 0.607_3]),
            (1.0, [0.001, 0.1, 0.3, 0.5, 0.8]),
            (4.0, [0.0, 0.002_7, 0.126, 0.5, 0.966_7]),
            // All shares are one half.
            (1e300, [0.0, 0.0, 0.0, 0.0, 1.0]),
        ] {
            let mut s = Seed(4).stream("test");
            let draws: Vec<f64> = (0..20_000).map(|_| s.beta(alpha)).collect();
            for (x, expected) in [0.001, 0.1, 0.3, 0.5, 0.8].into_iter().zip(cdf) {
                let share = draws.iter().filter(|draw| **draw < x).count() as f64 / draws.len() as f64;
                assert!((share - expected).abs() < 0.012, "{alpha}, {x}: {share} for {expected}");
            }
        }
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut s = Seed(3).stream("test");
        let draws: Vec<f64> = (0..20_000).map(|_| s.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
