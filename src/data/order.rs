//! Which axis of an array runs fastest in a file; in memory it is the last.

use super::values::Values;

/// The order of an array's numbers, by the names that NumPy has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last axis is the fastest.
    C,
    /// The first axis is the fastest.
    Fortran,
}

impl Order {
    /// What to say of it where arrays are listed.
    pub fn remark(self) -> Option<String> {
        match self {
            Order::C => None,
            Order::Fortran => Some("Fortran order".into()),
        }
    }
}

impl Values {
    /// Numbers of an array whose first axis is the fastest, with the last the fastest.
    pub fn to_c_order(self, shape: &[usize]) -> Self {
        match self {
            Values::Single(values) => Values::Single(in_c_order(shape, &values)),
            Values::Double(values) => Values::Double(in_c_order(shape, &values)),
        }
    }
}

/// What lies in an array of this shape with the first axis the fastest, with the last the fastest.
pub fn in_c_order<T: Copy>(shape: &[usize], values: &[T]) -> Vec<T> {
    let strides: Vec<usize> = shape
        .iter()
        .scan(1usize, |stride, n| {
            let this = *stride;
            *stride = stride.saturating_mul(*n);
            Some(this)
        })
        .collect();
    let mut place = vec![0; shape.len()];
    let mut source = 0;
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        out.push(values[source]);
        for axis in (0..shape.len()).rev() {
            place[axis] += 1;
            source += strides[axis];
            if place[axis] < shape[axis] {
                break;
            }
            source -= strides[axis] * shape[axis];
            place[axis] = 0;
        }
    }
    out
}
