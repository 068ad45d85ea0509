//! The allocator of the tests: counts what one thread takes, so tests beside each other do not disturb.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// A page: what a tensor in a test needs and a node of a tree does not.
const LARGE: usize = 4096;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    /// Bytes held now, and the most since [`peak`] began. What another thread made may be given back here: there is never
    /// less than nothing.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// Large allocations of this thread so far.
#[cfg(test)]
pub(crate) fn large() -> usize {
    COUNT.get()
}

/// Forgets the allocations since there were `count`: the workspace of `gemm`, which is no tensor of ours.
#[cfg(test)]
pub(crate) fn forget_since(count: usize) {
    COUNT.set(count);
}

/// Bytes that this thread holds now.
pub fn held() -> usize {
    HELD.get()
}

/// What `work` makes, and the most bytes that this thread held above what it held before.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let made = work();
    (made, PEAK.get() - before)
}

/// The allocator that counts; every test binary that asks has it as its own.
pub struct Counting;

// SAFETY: the system's allocator does all the work; a constant thread-local of `Cell<usize>` needs no allocation itself.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it moves there are both.
        took(size);
        gave(layout.size());
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        gave(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What is asked for counts, whether it is given or not.
fn took(size: usize) {
    if size >= LARGE {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    }
    let held = HELD.try_with(|held| {
        held.set(held.get().saturating_add(size));
        held.get()
    });
    let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.unwrap_or(0))));
}

fn gave(size: usize) {
    let _ = HELD.try_with(|held| held.set(held.get().saturating_sub(size)));
}

#[cfg(test)]
#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn the_most_that_is_held_at_once_is_counted() {
    let (kept, most) = peak(|| {
        drop(vec![1u8; 3000]);
        drop(vec![2u8; 1000]);
        vec![3u8; 500]
    });
    assert_eq!(kept.len(), 500);
    assert!((3000..4000).contains(&most), "{most}");
}
