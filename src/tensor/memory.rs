//! Memory of tensors on the CPU. Owns which buffers are kept, by size, for the next step of the same shapes; dfdx's own cache asks a lock
//! four times a tensor and clears every buffer, also one that is overwritten at once.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Numbers that go back to their pool.
pub(super) struct Numbers {
    values: Vec<f32>,
    pool: Arc<Pool>,
}

/// Buffers that nothing uses.
#[derive(Default)]
struct Pool {
    free: Mutex<Free>,
}

#[derive(Default)]
struct Free {
    /// Sorted by how many numbers they have.
    buffers: Vec<(usize, Vec<Vec<f32>>)>,
    /// Whether what comes is not kept: the device is gone.
    closed: bool,
}

/// The pool of a device: with its last clone it is closed, and what tensors that live longer give back goes to the system.
#[derive(Clone, Debug)]
pub(super) struct Memory(Arc<Open>);

struct Open(Arc<Pool>);

impl Memory {
    pub fn new() -> Self {
        Self(Arc::new(Open(Arc::default())))
    }

    pub fn zeros(&self, length: usize) -> Numbers {
        let mut numbers = self.some(length);
        numbers.fill(0.0);
        numbers
    }

    /// Numbers of any value, for whoever writes all of them.
    pub fn some(&self, length: usize) -> Numbers {
        let pool = self.0.0.clone();
        let values = pool.take(length);
        Numbers { values, pool }
    }

    /// Gives what is kept back to the system.
    pub fn release(&self) {
        self.0.0.free().buffers.clear();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut free = self.0.free();
        free.closed = true;
        free.buffers.clear();
    }
}

impl Pool {
    fn free(&self) -> MutexGuard<'_, Free> {
        // Nothing panics while it holds it.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, length: usize) -> Vec<f32> {
        let mut free = self.free();
        let place = free.buffers.binary_search_by_key(&length, |(size, _)| *size);
        let kept = place.ok().and_then(|place| free.buffers[place].1.pop());
        drop(free);
        let mut values = kept.unwrap_or_else(|| vec![0.0; length]);
        // Nobody may read what stands there.
        if cfg!(debug_assertions) {
            values.fill(f32::NAN);
        }
        values
    }

    fn give(&self, values: Vec<f32>) {
        let mut free = self.free();
        if free.closed || values.is_empty() {
            return;
        }
        let size = values.len();
        match free.buffers.binary_search_by_key(&size, |(size, _)| *size) {
            Ok(place) => free.buffers[place].1.push(values),
            Err(place) => free.buffers.insert(place, (size, vec![values])),
        }
    }
}

impl Numbers {
    /// All of them, of which none stay here.
    pub fn take(&mut self) -> Self {
        Self { values: std::mem::take(&mut self.values), pool: self.pool.clone() }
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.values));
    }
}

impl Clone for Numbers {
    fn clone(&self) -> Self {
        let mut values = self.pool.take(self.values.len());
        values.copy_from_slice(&self.values);
        Self { values, pool: self.pool.clone() }
    }
}

impl Deref for Numbers {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers", self.values.len())
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "buffers of {} sizes", self.0.free().buffers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_and_go_with_the_device() {
        let memory = Memory::new();
        let first = memory.zeros(100);
        let place = first.as_ptr();
        drop(first);
        assert!(memory.some(50).as_ptr() != place);
        let again = memory.some(100);
        assert_eq!(again.as_ptr(), place);
        assert!(again.iter().all(|value| value.is_nan()), "nobody may read them");
        let copy = again.clone();
        assert!(copy.as_ptr() != place && copy.len() == 100);
        drop(copy);
        memory.release();
        assert!(memory.0.0.free().buffers.is_empty());
        let pool = memory.0.0.clone();
        drop(memory);
        drop(again);
        assert!(pool.free().buffers.is_empty(), "what lives longer is not kept");
    }
}
