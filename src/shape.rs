//! Symbolic sizes and shapes. Owns the arithmetic of axes such as `2 * D` or `T / 8`; never sees the batch axis,
//! which is implied in front of every shape.

use std::collections::BTreeMap;
use std::fmt;

/// The size of one axis: a polynomial with integer coefficients over symbols and floor quotients.
/// A plain number is the polynomial without symbols. Equal sizes are equal values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dim {
    /// Product of atoms (sorted) → coefficient, no zero coefficients. The empty product is the constant.
    terms: BTreeMap<Vec<Atom>, i64>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Atom {
    Symbol(String),
    /// `⌊numerator / denominator⌋`
    Quotient(Box<Dim>, Box<Dim>),
}

/// What happens at the ends of the range of whole numbers.
#[derive(Clone, Copy)]
struct Numbers {
    plus: fn(i64, i64) -> Option<i64>,
    times: fn(i64, i64) -> Option<i64>,
}

impl Numbers {
    const CHECKED: Self = Self { plus: i64::checked_add, times: i64::checked_mul };
    const SATURATING: Self = Self { plus: |a, b| Some(a.saturating_add(b)), times: |a, b| Some(a.saturating_mul(b)) };
}

/// `⌊a / b⌋`, the greatest whole number that is not above the quotient: -7 / 2 is -4, and so is 7 / -2.
pub fn floor(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

impl Dim {
    pub fn symbol(name: impl Into<String>) -> Self {
        Self { terms: BTreeMap::from([(vec![Atom::Symbol(name.into())], 1)]) }
    }

    pub fn constant(value: i64) -> Self {
        Self { terms: if value == 0 { BTreeMap::new() } else { BTreeMap::from([(vec![], value)]) } }
    }

    /// The number, where no symbol is left.
    pub fn value(&self) -> Option<i64> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&vec![]).copied(),
            _ => None,
        }
    }

    /// The name, where the size is one bare symbol: what an input declaration binds.
    pub fn as_symbol(&self) -> Option<&str> {
        match self.terms.iter().next() {
            Some((atoms, 1)) if self.terms.len() == 1 => match atoms.as_slice() {
                [Atom::Symbol(name)] => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// What leaves the range of whole numbers stays at its end: for estimates of cost. See [`Dim::checked_plus`].
    pub fn plus(&self, other: &Dim) -> Dim {
        self.sum(other, Numbers::SATURATING).unwrap_or_else(|| self.clone())
    }

    pub fn minus(&self, other: &Dim) -> Dim {
        self.plus(&other.times(&Dim::constant(-1)))
    }

    pub fn times(&self, other: &Dim) -> Dim {
        self.product(other, Numbers::SATURATING).unwrap_or_else(|| self.clone())
    }

    /// The sum; `None` where it leaves the range of whole numbers.
    pub fn checked_plus(&self, other: &Dim) -> Option<Dim> {
        self.sum(other, Numbers::CHECKED)
    }

    pub fn checked_minus(&self, other: &Dim) -> Option<Dim> {
        self.checked_plus(&other.checked_times(&Dim::constant(-1))?)
    }

    pub fn checked_times(&self, other: &Dim) -> Option<Dim> {
        self.product(other, Numbers::CHECKED)
    }

    fn sum(&self, other: &Dim, numbers: Numbers) -> Option<Dim> {
        let mut terms = self.terms.clone();
        for (atoms, coefficient) in &other.terms {
            let sum = terms.entry(atoms.clone()).or_insert(0);
            *sum = (numbers.plus)(*sum, *coefficient)?;
        }
        terms.retain(|_, c| *c != 0);
        Some(Dim { terms })
    }

    fn product(&self, other: &Dim, numbers: Numbers) -> Option<Dim> {
        let mut terms: BTreeMap<Vec<Atom>, i64> = BTreeMap::new();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                let mut atoms = [a.clone(), b.clone()].concat();
                atoms.sort();
                let sum = terms.entry(atoms).or_insert(0);
                *sum = (numbers.plus)(*sum, (numbers.times)(*x, *y)?)?;
            }
        }
        terms.retain(|_, c| *c != 0);
        Some(Dim { terms })
    }

    /// Division that rounds down; `None` for a divisor of zero, and where it leaves the range of whole numbers.
    pub fn over(&self, other: &Dim) -> Option<Dim> {
        match (self.value(), other.value()) {
            (_, Some(0)) => None,
            (Some(a), Some(b)) => floor(a, b).map(Dim::constant),
            (None, Some(b)) if self.terms.values().all(|c| c.checked_rem(b) == Some(0)) => {
                Some(Dim { terms: self.terms.iter().map(|(a, c)| (a.clone(), c / b)).collect() })
            }
            _ if self == other => Some(Dim::constant(1)),
            _ => Some(Dim {
                terms: BTreeMap::from([(vec![Atom::Quotient(Box::new(self.clone()), Box::new(other.clone()))], 1)]),
            }),
        }
    }

    /// Numbers and symbols that it is written with: what computing with it costs.
    pub fn parts(&self) -> usize {
        let atom = |atom: &Atom| match atom {
            Atom::Symbol(_) => 1,
            Atom::Quotient(n, d) => n.parts() + d.parts(),
        };
        self.terms.keys().map(|atoms| 1 + atoms.iter().map(atom).sum::<usize>()).sum()
    }

    /// Replaces symbols by sizes.
    pub fn substitute(&self, bindings: &BTreeMap<String, Dim>) -> Dim {
        let mut sum = Dim::constant(0);
        for (atoms, coefficient) in &self.terms {
            let mut product = Dim::constant(*coefficient);
            for atom in atoms {
                let factor = match atom {
                    Atom::Symbol(name) => bindings.get(name).cloned().unwrap_or_else(|| Dim::symbol(name.clone())),
                    Atom::Quotient(n, d) => {
                        let (n, d) = (n.substitute(bindings), d.substitute(bindings));
                        n.over(&d).unwrap_or(Dim::constant(0))
                    }
                };
                product = product.times(&factor);
            }
            sum = sum.plus(&product);
        }
        sum
    }
}

impl From<usize> for Dim {
    fn from(value: usize) -> Self {
        Dim::constant(value as i64)
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Atom::Symbol(name) => f.write_str(name),
            Atom::Quotient(n, d) if n.terms.len() <= 1 => write!(f, "{n} / {d}"),
            Atom::Quotient(n, d) => write!(f, "({n}) / {d}"),
        }
    }
}

impl fmt::Debug for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terms.is_empty() {
            return f.write_str("0");
        }
        // Symbols before the constant, as people write `T + 1`.
        let ordered =
            self.terms.iter().filter(|(a, _)| !a.is_empty()).chain(self.terms.iter().filter(|(a, _)| a.is_empty()));
        for (i, (atoms, coefficient)) in ordered.enumerate() {
            let sign = if *coefficient < 0 { "-" } else { "+" };
            match (i, sign) {
                (0, "-") => f.write_str("-")?,
                (0, _) => {}
                _ => write!(f, " {sign} ")?,
            }
            let size = coefficient.unsigned_abs();
            let product = atoms.iter().map(Atom::to_string).collect::<Vec<_>>().join(" * ");
            match (size, atoms.is_empty()) {
                (_, true) => write!(f, "{size}")?,
                (1, false) => f.write_str(&product)?,
                (_, false) => write!(f, "{size} * {product}")?,
            }
        }
        Ok(())
    }
}

/// Sizes of the axes of one sample, first to last, without the batch axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Shape(pub Vec<Dim>);

impl Shape {
    pub fn of(sizes: &[usize]) -> Self {
        Self(sizes.iter().map(|&n| n.into()).collect())
    }

    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Elements of one sample.
    pub fn elements(&self) -> Dim {
        self.0.iter().fold(Dim::constant(1), |n, d| n.times(d))
    }

    /// The sizes as numbers, where no symbol is left.
    pub fn concrete(&self) -> Option<Vec<usize>> {
        self.0.iter().map(|d| d.value().and_then(|v| usize::try_from(v).ok())).collect()
    }

    pub fn substitute(&self, bindings: &BTreeMap<String, Dim>) -> Shape {
        Shape(self.0.iter().map(|d| d.substitute(bindings)).collect())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let axes = self.0.iter().map(Dim::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "[{axes}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sizes_are_equal_values() {
        let t = Dim::symbol("T");
        let two = Dim::constant(2);
        assert_eq!(t.plus(&t), t.times(&two));
        assert_eq!(t.times(&two).over(&two), Some(t.clone()));
        assert_eq!(t.minus(&t).value(), Some(0));
        assert_eq!(t.over(&Dim::constant(0)), None);
        assert_eq!(t.times(&two).plus(&Dim::constant(1)).to_string(), "2 * T + 1");
        assert_eq!(t.over(&Dim::constant(8)).unwrap().to_string(), "T / 8");
    }

    #[test]
    fn division_rounds_down() {
        for (a, b) in [(7, 2), (-7, 2), (7, -2), (-7, -2), (6, -2), (0, -3), (i64::MIN, 2), (i64::MAX, -2)] {
            let [wide, by] = [a, b].map(i128::from);
            let floored = i128::from(floor(a, b).unwrap());
            let rest = wide - floored * by;
            assert!(rest.abs() < by.abs() && (rest == 0 || (rest < 0) == (by < 0)), "{a} / {b} is {floored}");
            assert_eq!(Dim::constant(a).over(&Dim::constant(b)), floor(a, b).map(Dim::constant));
        }
        assert_eq!((floor(-7, 2), floor(7, -2), floor(-7, -2)), (Some(-4), Some(-4), Some(3)));
        assert_eq!((floor(1, 0), floor(i64::MIN, -1)), (None, None));
        // Where symbols are filled in later it is the same.
        let half = Dim::symbol("T").over(&Dim::constant(-2)).unwrap();
        assert_eq!(half.substitute(&BTreeMap::from([("T".into(), Dim::constant(7))])).value(), Some(-4));
    }

    #[test]
    fn numbers_beyond_the_range_are_none_or_its_end() {
        let (t, huge) = (Dim::symbol("T"), Dim::constant(i64::MAX));
        let most = t.times(&huge);
        assert_eq!(most.checked_plus(&t), None);
        assert_eq!(most.checked_times(&Dim::constant(2)), None);
        assert_eq!(Dim::constant(i64::MIN).checked_minus(&Dim::constant(i64::MIN)), None);
        assert_eq!(t.times(&Dim::constant(i64::MIN)).over(&Dim::constant(-1)).unwrap().value(), None);
        assert_eq!(most.plus(&t), most);
    }

    #[test]
    fn substitution_evaluates() {
        let t = Dim::symbol("T").plus(&Dim::constant(5)).over(&Dim::constant(8)).unwrap();
        assert_eq!(t.substitute(&BTreeMap::from([("T".into(), Dim::constant(750))])).value(), Some(94));
    }
}
