//! Kernels over several threads. Owns what is worth sharing; pieces are cut by sizes alone, so that numbers do not hang on who took them.
//!
//! Threads without a training of their own take pieces of the others' kernels (`raw/crew.rs`). They are not rayon's: there a thread that
//! waits for its pieces takes up another training meanwhile, and one that is done waits for every thread it called to wake up.

use super::raw::crew::{self, Crew};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

thread_local! {
    /// Who helps this thread.
    static CREW: RefCell<Option<Arc<Crew>>> = const { RefCell::new(None) };
}

/// Numbers of an element-wise kernel that are worth handing over: some ten microseconds. Debug builds hand over little, so that small
/// networks have pieces.
pub(super) const NUMBERS: usize = if cfg!(debug_assertions) { 1 << 8 } else { 1 << 15 };

/// What `work` makes of every item, in their order, on so many threads. A thread that finds no item left takes pieces of what the
/// others do.
///
/// # Errors
/// Threads cannot be started; in words.
pub fn map<T: Sync, R: Send>(threads: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Result<Vec<R>, String> {
    let lend = |crew: Arc<Crew>, work: &mut dyn FnMut()| {
        let before = CREW.replace(Some(crew));
        let _back = Back(before);
        work();
    };
    crew::map(threads, items, lend, work)
}

/// Gives a thread its crew back.
struct Back(Option<Arc<Crew>>);

impl Drop for Back {
    fn drop(&mut self) {
        CREW.set(self.0.take());
    }
}

/// Whether nobody would take a piece now.
pub(super) fn alone() -> bool {
    CREW.with_borrow(|crew| crew.as_ref().is_none_or(|crew| !crew.has_idle()))
}

/// Does `work` with every piece; threads that have nothing else to do take some.
pub(super) fn share<T: Send>(pieces: impl ExactSizeIterator<Item = T> + Send, work: impl Fn(T) + Sync) {
    let others = pieces.len().saturating_sub(1);
    let crew = CREW.with_borrow(|crew| crew.as_ref().filter(|crew| others > 0 && crew.has_idle()).cloned());
    let Some(crew) = crew else { return pieces.for_each(work) };
    let queue = Mutex::new(pieces);
    crew.together(others, &|| {
        loop {
            let piece = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            match piece {
                Some(piece) => work(piece),
                None => return,
            }
        }
    });
}

/// Lines of `size` numbers in a piece that is worth handing over.
pub(super) fn lines(size: usize) -> usize {
    NUMBERS.div_ceil(size.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_item_is_done_once_and_in_order() {
        for threads in [1, 2, 3, 16] {
            for count in [0, 1, 5, 100] {
                let items: Vec<usize> = (0..count).collect();
                let done = AtomicUsize::new(0);
                let made = map(threads, &items, |i| (done.fetch_add(1, Ordering::Relaxed), i * 2).1).unwrap();
                assert_eq!(made, items.iter().map(|i| i * 2).collect::<Vec<_>>());
                assert_eq!(done.load(Ordering::Relaxed), count);
            }
        }
    }

    #[test]
    fn others_take_pieces_of_what_one_does() {
        let mut numbers = vec![0_u64; 1000];
        let threads = Mutex::new(std::collections::BTreeSet::new());
        let work = |_: &()| {
            for _ in 0..200 {
                let mut copy = numbers.clone();
                share(copy.chunks_mut(10), |piece| {
                    threads.lock().unwrap().insert(format!("{:?}", std::thread::current().id()));
                    (0..2000).for_each(|i| piece[i % 10] += i as u64);
                });
                assert!(copy.iter().all(|n| *n > 0));
            }
            numbers[0]
        };
        assert_eq!(map(4, &[()], work), Ok(vec![0]));
        numbers[0] = 1;
        assert!(threads.lock().unwrap().len() > 1, "somebody helped");
        // Without a crew the thread does it all.
        threads.lock().unwrap().clear();
        share(numbers.chunks_mut(10), |_| {
            threads.lock().unwrap().insert(format!("{:?}", std::thread::current().id()));
        });
        assert_eq!(threads.lock().unwrap().len(), 1);
    }

    #[test]
    fn what_fails_in_a_piece_fails_where_it_was_called() {
        let failed = std::panic::catch_unwind(|| {
            map(3, &[0, 1], |item| {
                share((0..100_usize).map(|i| (i, *item)), |(i, item)| {
                    (0..20_000).for_each(|i| _ = std::hint::black_box(i));
                    assert!(i != 70 || item == 1, "a piece that fails");
                });
            })
        });
        assert!(failed.is_err());
    }
}
