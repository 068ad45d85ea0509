//! What a pickle may call: the makers of arrays, as NumPy 1 and 2 write them.

use super::super::chunk::Chunk;
use super::{Array, Callable, Id, Machine, Stop, Value};
use crate::data::dtype::{Dtype, Elements};
use crate::data::order::Order;

/// Axes an array may have, as in NumPy 2.
const AXES: usize = 64;
/// Arguments a call may have: a type's state has 9.
const ARGUMENTS: usize = 16;

impl Machine {
    pub(super) fn push_global(&mut self, module: &str, name: &str) -> Result<(), Stop> {
        let callable = match (module, name) {
            ("numpy", "ndarray") => Callable::Ndarray,
            ("numpy", "dtype") => Callable::Dtype,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => Callable::Reconstruct,
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Callable::FromBuffer,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Callable::Scalar,
            ("_codecs", "encode") => Callable::Encode,
            ("builtins" | "__builtin__", "bytes" | "bytearray") => Callable::Bytes,
            ("collections", "OrderedDict") => Callable::Dictionary,
            _ => {
                let show = |text: &str| text.chars().take(60).collect::<String>();
                return Err(Stop::Refused(format!("`{}.{}`", show(module), show(name))));
            }
        };
        self.push(Value::Callable(callable))
    }

    pub(super) fn text(&self, id: Id) -> Result<String, Stop> {
        match self.value(id) {
            Value::Text(chunk) | Value::Bytes(chunk) => {
                chunk.text().ok_or_else(|| self.broken("a name is too long or no text"))
            }
            other => Err(self.broken(format!("{} stands where a name should", other.noun()))),
        }
    }

    pub(super) fn call(&mut self, callable: Id, arguments: Id) -> Result<(), Stop> {
        let Value::Callable(callable) = *self.value(callable) else {
            return Err(self.broken(format!("it calls {}", self.value(callable).noun())));
        };
        let arguments = self.few(arguments)?;
        let made = match (callable, arguments.as_slice()) {
            // The kind of array, a shape and a type that both are set later.
            (Callable::Reconstruct, [class, ..]) => match self.value(*class) {
                Value::Callable(Callable::Ndarray) => Value::Array(Array::empty()),
                other => return Err(self.broken(format!("{} stands where an array's class should", other.noun()))),
            },
            // "f4", and whether to align and copy.
            (Callable::Dtype, [text, ..]) => Value::BareDtype(self.text(*text)?),
            (Callable::FromBuffer, [bytes, dtype, shape, order]) => Value::Array(Array {
                dtype: self.dtype(*dtype)?,
                shape: self.shape(*shape)?,
                order: if self.text(*order)? == "F" { Order::Fortran } else { Order::C },
                data: Some(self.data(*bytes)?),
                objects: None,
            }),
            (Callable::Scalar, [_, _]) => Value::Scalar,
            // Bytes as text, one character each.
            (Callable::Encode, [text, ..]) => Value::Bytes(self.data(*text)?),
            (Callable::Bytes, []) => Value::Bytes(Chunk::empty()),
            (Callable::Bytes, [bytes, ..]) => Value::Bytes(self.data(*bytes)?),
            (Callable::Dictionary, []) => Value::Dict(vec![]),
            (Callable::Dictionary, _) => return Err(Stop::Refused("an ordered dictionary of Python 2".into())),
            _ => return Err(self.broken("it calls a maker of arrays with other arguments")),
        };
        self.push(made)
    }

    pub(super) fn build(&mut self, object: Id, state: Id) -> Result<(), Stop> {
        if !matches!(self.value(state), Value::Tuple(_)) {
            return Err(Stop::Refused(format!("{} with a state of its own", self.value(object).noun())));
        }
        let state = self.few(state)?;
        let made = match (self.value(object), state.as_slice()) {
            // Version, order of bytes, …, names and fields of a record.
            (Value::BareDtype(text), [_, order, _, names, ..]) => {
                let order = self.text(*order)?;
                let record = !matches!(self.value(*names), Value::None);
                Value::Dtype(if record { Dtype::STRUCTURED } else { complete(&order, text) })
            }
            (Value::Array(_), [_, shape, dtype, fortran, data]) => Value::Array(Array {
                dtype: self.dtype(*dtype)?,
                shape: self.shape(*shape)?,
                order: match self.value(*fortran) {
                    Value::Bool(true) | Value::Int(1) => Order::Fortran,
                    _ => Order::C,
                },
                data: match self.value(*data) {
                    // Objects: one value an element.
                    Value::List(_) => None,
                    _ => Some(self.data(*data)?),
                },
                objects: matches!(self.value(*data), Value::List(_)).then_some(*data),
            }),
            (other, _) => return Err(self.broken(format!("it gives {} a state", other.noun()))),
        };
        self.values[object as usize] = made;
        Ok(())
    }

    /// Arguments of a call: they are copied, so many of them in many calls would take long.
    fn few(&self, id: Id) -> Result<Vec<Id>, Stop> {
        match self.value(id) {
            Value::Tuple(items) if items.len() <= ARGUMENTS => Ok(items.clone()),
            Value::Tuple(items) => Err(self.broken(format!("it calls something with {} arguments", items.len()))),
            other => Err(self.broken(format!("it calls something with {}", other.noun()))),
        }
    }

    fn dtype(&self, id: Id) -> Result<Dtype, Stop> {
        match self.value(id) {
            // Without a state: of this machine's order, or of one byte.
            Value::BareDtype(text) if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.len() < 6 => {
                Ok(complete("<", text))
            }
            Value::BareDtype(text) => Ok(Dtype::numpy(text.clone())),
            Value::Dtype(dtype) => Ok(dtype.clone()),
            other => Err(self.broken(format!("{} stands where a type should", other.noun()))),
        }
    }

    fn shape(&self, id: Id) -> Result<Vec<u64>, Stop> {
        let Value::Tuple(axes) = self.value(id) else {
            return Err(self.broken("a shape is no list of sizes"));
        };
        if axes.len() > AXES {
            return Err(self.broken(format!("an array has {} axes", axes.len())));
        }
        let size = |id: &Id| match self.value(*id) {
            Value::Int(n) => u64::try_from(*n).ok(),
            _ => None,
        };
        axes.iter().map(|id| size(id).ok_or_else(|| self.broken("a shape is no list of sizes"))).collect()
    }

    fn data(&self, id: Id) -> Result<Chunk, Stop> {
        match self.value(id) {
            Value::Bytes(chunk) | Value::Text(chunk) => Ok(chunk.clone()),
            other => Err(self.broken(format!("{} stands where bytes should", other.noun()))),
        }
    }
}

/// `<f4` of `f4`; what has one byte, or is no number, has no order.
fn complete(order: &str, text: &str) -> Dtype {
    let order = if text.ends_with('1') && text.len() == 2 { "|" } else { order };
    match text.starts_with('O') {
        true => Dtype::named("object", Elements::Other),
        false => Dtype::numpy(format!("{order}{text}")),
    }
}

impl Array {
    fn empty() -> Self {
        Self { dtype: Dtype::numpy(""), shape: vec![], order: Order::C, data: None, objects: None }
    }
}
