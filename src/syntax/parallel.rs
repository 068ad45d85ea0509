//! Many small pieces of work side by side, their results in order. Owns when that is worth it.

use rayon::prelude::*;

/// Fewer than this are done in turn: handing them to other threads would take longer.
const MANY: usize = 64;

/// Bytes of stack of every thread that works on what a person wrote: blocks stand in blocks, and brackets in brackets. It is
/// address space; what is not used is no memory.
pub const STACK: usize = 64 << 20;

/// Gives the threads that [`map`] hands its work to such a stack, before the first is.
pub fn prepare() {
    // Threads that are there already stay as they are.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
}

/// What `work` makes of every item, in their order.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    if items.len() < MANY { items.iter().map(work).collect() } else { items.par_iter().map(work).collect() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn few_and_many_stay_in_order() {
        for count in [0, 1, super::MANY - 1, super::MANY, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&items, |i| i + 1), (1..=count).collect::<Vec<_>>());
        }
    }
}
