//! Threads that lend each other a hand: one that has nothing to do takes pieces of what another does. Owns the board where work is
//! offered, and who may still touch what a piece borrows.

use crate::Instructions;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Threads of one piece of work that goes on side by side.
#[derive(Debug, Default)]
pub struct Crew {
    board: Mutex<Board>,
    /// Counts what was put on the board, so that whoever waits sees it without the lock.
    offers: AtomicU64,
    /// Threads that wait for work.
    idle: AtomicUsize,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Board {
    jobs: Vec<Arc<Job>>,
    asleep: usize,
    over: bool,
}

/// Work that one thread offers to others.
struct Job {
    /// Takes pieces until none is left. It borrows from the stack of the thread that offers it.
    work: *const (dyn Fn() + Sync),
    used: Instructions,
    /// Others that may still come.
    wanted: AtomicUsize,
    /// Others that are at it.
    inside: AtomicUsize,
    failed: AtomicBool,
}

// SAFETY: what the pointer leads to is `Sync`, so other threads may use it by reference; until when, `Offer` sees to.
unsafe impl Send for Job {}
// SAFETY: as above; all else is atomic.
unsafe impl Sync for Job {}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("inside", &self.inside).finish_non_exhaustive()
    }
}

/// Looks at the board before a thread that waits lets others run, and before it goes to sleep.
const SPINS: u32 = 2_000;
const YIELDS: u32 = 500;
/// A thread that sleeps looks again after this long, whatever it was told.
const NAP: Duration = Duration::from_millis(50);

impl Crew {
    fn board(&self) -> MutexGuard<'_, Board> {
        // Nothing panics while it holds the board.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody could help now.
    pub fn has_idle(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }

    /// Runs `work` here, and on others that have nothing to do, `others` at most: it takes pieces until none is left.
    pub fn together(&self, others: usize, work: &(dyn Fn() + Sync)) {
        // SAFETY: only the lifetime changes. The job is used by others between `enter` and `leave` alone; `Offer` takes it off the
        // board, after which nobody enters, and waits until all have left, also where `work` panics here.
        let work: &'static (dyn Fn() + Sync) =
            unsafe { std::mem::transmute::<&(dyn Fn() + Sync), &'static (dyn Fn() + Sync)>(work) };
        let job = Arc::new(Job {
            work,
            used: Instructions::used(),
            wanted: AtomicUsize::new(others),
            inside: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
        });
        let offer = Offer { crew: self, job: &job };
        {
            let mut board = self.board();
            board.jobs.push(job.clone());
            self.offers.fetch_add(1, Ordering::Release);
            if board.asleep > 0 {
                self.wake.notify_all();
            }
        }
        work();
        drop(offer);
        assert!(!job.failed.load(Ordering::Acquire), "a piece of the work failed on another thread");
    }

    /// Helps others until [`end`](Self::end).
    pub fn help(&self) {
        self.idle.fetch_add(1, Ordering::Relaxed);
        let mut waited = 0;
        loop {
            let seen = self.offers.load(Ordering::Acquire);
            if let Some(job) = self.enter() {
                self.idle.fetch_sub(1, Ordering::Relaxed);
                job.help();
                self.idle.fetch_add(1, Ordering::Relaxed);
                waited = 0;
                continue;
            }
            while self.offers.load(Ordering::Acquire) == seen && waited < SPINS + YIELDS {
                waited += 1;
                if waited < SPINS {
                    std::hint::spin_loop();
                } else {
                    std::thread::yield_now();
                }
            }
            if waited < SPINS + YIELDS {
                continue;
            }
            let mut board = self.board();
            if board.over {
                break;
            }
            if self.offers.load(Ordering::Acquire) == seen {
                board.asleep += 1;
                let (mut board, _) = self.wake.wait_timeout(board, NAP).unwrap_or_else(PoisonError::into_inner);
                board.asleep -= 1;
            }
            waited = 0;
        }
        self.idle.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whoever helps goes home.
    pub fn end(&self) {
        self.board().over = true;
        self.offers.fetch_add(1, Ordering::Release);
        self.wake.notify_all();
    }

    /// A job on the board that wants somebody, with this thread counted among those at it.
    fn enter(&self) -> Option<Arc<Job>> {
        let board = self.board();
        let job = board.jobs.iter().find(|job| job.wanted.load(Ordering::Relaxed) > 0)?;
        job.wanted.fetch_sub(1, Ordering::Relaxed);
        job.inside.fetch_add(1, Ordering::Relaxed);
        Some(job.clone())
    }
}

impl Job {
    /// Takes pieces, as one that has entered, and leaves.
    fn help(&self) {
        let _used = self.used.begin();
        // SAFETY: this thread has entered, so whoever offers the work waits for it to leave before anything it borrows ends.
        let work = unsafe { &*self.work };
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            self.failed.store(true, Ordering::Release);
        }
        self.inside.fetch_sub(1, Ordering::Release);
    }
}

/// Work on the board.
struct Offer<'c> {
    crew: &'c Crew,
    job: &'c Arc<Job>,
}

impl Drop for Offer<'_> {
    fn drop(&mut self) {
        self.crew.board().jobs.retain(|job| !Arc::ptr_eq(job, self.job));
        let mut waited: u32 = 0;
        while self.job.inside.load(Ordering::Acquire) > 0 {
            waited = waited.saturating_add(1);
            if waited < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

/// What `work` makes of every item, in their order, on so many threads: each takes the next item; those that find none help the
/// others. `lend` gives a thread its crew while it works.
pub fn map<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    lend: impl Fn(Arc<Crew>, &mut dyn FnMut()) + Sync,
    work: impl Fn(&T) -> R + Sync,
) -> Result<Vec<R>, String> {
    let crew = Arc::new(Crew::default());
    let (next, left) = (AtomicUsize::new(0), AtomicUsize::new(items.len()));
    let made: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let one = || {
        lend(crew.clone(), &mut || {
            while let Some(place) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|place| *place < items.len()) {
                // One that dies may not leave the others waiting.
                let done = catch_unwind(AssertUnwindSafe(|| work(&items[place])));
                if left.fetch_sub(1, Ordering::AcqRel) == 1 {
                    crew.end();
                }
                match done {
                    Ok(done) => *made[place].lock().unwrap_or_else(PoisonError::into_inner) = Some(done),
                    Err(why) => resume_unwind(why),
                }
            }
        });
        crew.help();
    };
    if items.is_empty() {
        crew.end();
    }
    std::thread::scope(|scope| {
        for _ in 1..threads {
            let begun = std::thread::Builder::new().name("run".into()).spawn_scoped(scope, one);
            if let Err(why) = begun {
                crew.end();
                return Err(format!("cannot start threads: {why}"));
            }
        }
        one();
        Ok(())
    })?;
    let taken = made.into_iter().filter_map(|made| made.into_inner().unwrap_or_else(PoisonError::into_inner));
    Ok(taken.collect())
}
