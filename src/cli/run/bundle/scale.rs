//! A cluster in numbers: the rules by which programs claim runs, on simulated nodes, with the operations that each step takes of a file
//! server. `cargo test --lib scale -- --ignored --nocapture` prints the table of `docs/scale.md`.

use super::{Bundle, looks};
use crate::cli::run::slurm::resources::tasks;
use crate::seed::Seed;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

/// Operations of a file server: of a claim that is free (`link`, a look at the run's file), one that is not (`link`, `open`, attributes,
/// `read`), a run that is stored (a draft made, written, committed, renamed; the claim read before it and removed after it; an event), a beat.
const FREE: u64 = 2;
const TAKEN: u64 = 4;
const STORED: u64 = 14;
const BEAT: u64 = 3;
/// Names that one answer to a listing has, and how long an answer takes.
const LISTED: u64 = 600;
const ANSWER: f64 = 1e-3;

/// Seconds between beats, and until who is silent counts as gone.
const EVERY: f64 = 10.0;
const LEASE: f64 = 60.0;

/// Runs of others that one who has none asks for, and how often until all are heard of.
const ASKED: u64 = 16;
const AGAIN: u32 = 4;

/// Processors of a node.
const THREADS: usize = 8;

/// The share of nodes that are lost on the way.
const LOST: f64 = 0.02;

#[derive(Clone, Copy, PartialEq)]
enum Run {
    Free,
    Claimed(u32),
    Done,
}

struct Worker {
    bundle: Bundle,
    since: f64,
    /// The next place of its order, and what it claimed.
    next: usize,
    ahead: Vec<u32>,
    /// When it looked what is done, and at all claims.
    done: Look,
    claims: Look,
    /// What was done when it looked.
    known: usize,
    /// When it found nothing to claim, and how often it looked again.
    idle: Option<u32>,
    dies: f64,
}

/// A look at everything: when the last one was, how long it took, and what went into questions since that it would have spared.
#[derive(Default)]
struct Look {
    at: f64,
    took: f64,
    wasted: f64,
}

impl Look {
    /// The answers of another look at so many names, if it is time for one.
    fn again(&mut self, now: f64, names: u64) -> u64 {
        let [since, took, wasted] =
            [now - self.at, self.took, self.wasted].map(|t| Duration::from_secs_f64(t.max(0.0)));
        if !looks(since, took, wasted) {
            return 0;
        }
        let answers = names.div_ceil(LISTED);
        *self = Self { at: now, took: answers as f64 * ANSWER, wasted: 0.0 };
        answers
    }
}

struct Outcome {
    tasks: usize,
    operations: u64,
    peak: u64,
    lost: usize,
    seconds: f64,
    ideal: f64,
    listing: u64,
}

/// So many runs of so many seconds on average, on so many nodes.
fn simulate(runs: usize, nodes: usize, mean: f64) -> Outcome {
    let mut random = Seed(runs as u64 ^ (nodes as u64) << 32).stream("a cluster");
    let mut uniform = || (random.below(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    // Half of them are shorter, and a few much longer.
    let lengths: Vec<f64> = (0..runs).map(|_| mean * (0.25 - 0.75 * uniform().ln())).collect();
    let all: f64 = lengths.iter().sum();
    let wanted = tasks(all, THREADS, runs);
    let workers_at_once = wanted.min(nodes);
    // No run is divided.
    let longest = lengths.iter().copied().fold(0.0, f64::max);
    let ideal = (all / (workers_at_once * THREADS) as f64).max(longest);
    let mut workers: Vec<Worker> = (0..workers_at_once)
        .map(|_| Worker {
            bundle: Bundle::default(),
            since: 0.0,
            next: (uniform() * runs as f64) as usize,
            ahead: vec![],
            done: Look::default(),
            claims: Look::default(),
            known: 0,
            idle: None,
            dies: if uniform() < LOST { uniform() * ideal } else { f64::INFINITY },
        })
        .collect();
    let mut state = vec![Run::Free; runs];
    // When each was claimed, and how many are.
    let (mut since, mut claimed) = (vec![0.0; runs], 0u64);
    let mut heap: BinaryHeap<Reverse<(u64, u32, u32)>> = BinaryHeap::new();
    let key = |seconds: f64| (seconds * 1e6) as u64;
    for worker in 0..workers_at_once {
        for _ in 0..THREADS {
            heap.push(Reverse((key(uniform() * 5.0), worker as u32, u32::MAX)));
        }
    }
    let (mut operations, mut listing, mut done, mut lost, mut end) = (0, 0, 0, 0, 0.0f64);
    let mut windows: BTreeMap<u64, u64> = BTreeMap::new();
    while let Some(Reverse((at, worker, ended))) = heap.pop() {
        let now = at as f64 / 1e6;
        let own = &mut workers[worker as usize];
        if now > own.dies {
            // What it had goes to others when its lease is over; Slurm begins it again later.
            let held = state.iter_mut().filter(|run| **run == Run::Claimed(worker));
            let freed = held.map(|run| *run = Run::Free).count();
            (lost, claimed) = (lost + freed, claimed - freed as u64);
            own.ahead.clear();
            own.dies = f64::INFINITY;
            own.since = now;
            own.idle = None;
            let again: Vec<_> = heap.drain().filter(|Reverse((_, other, _))| *other != worker).collect();
            heap.extend(again);
            (0..THREADS).for_each(|_| heap.push(Reverse((key(now + LEASE + 120.0), worker, u32::MAX))));
            continue;
        }
        let mut took = 0;
        if ended != u32::MAX {
            state[ended as usize] = Run::Done;
            (done, claimed) = (done + 1, claimed - 1);
            took += STORED;
            end = end.max(now);
        }
        if own.ahead.is_empty() {
            let size = own.bundle.after(Duration::from_secs_f64((now - own.since).max(0.0)));
            own.since = now;
            let mut asked = 0;
            for _ in 0..runs {
                if own.ahead.len() >= size || asked >= 4 * size && !own.ahead.is_empty() {
                    break;
                }
                let place = own.next % runs;
                own.next += 1;
                match state[place] {
                    Run::Free => {
                        (state[place], took, asked) = (Run::Claimed(worker), took + FREE, asked + 1);
                        (since[place], claimed) = (now, claimed + 1);
                        own.ahead.push(place as u32);
                    }
                    Run::Claimed(other) if other != worker && since[place] > own.claims.at => {
                        own.claims.wasted += TAKEN as f64 * ANSWER;
                        let answers = own.claims.again(now, claimed);
                        (took, asked, listing) = (took + TAKEN + answers, asked + 1, listing + answers);
                    }
                    // Done since it looked: that shows when it is claimed.
                    Run::Done if uniform() * done as f64 > own.known as f64 => {
                        own.done.wasted += (FREE + 2) as f64 * ANSWER;
                        let answers = own.done.again(now, done as u64);
                        (took, asked, listing) = (took + FREE + 2 + answers, asked + 1, listing + answers);
                        own.known = if answers > 0 { done } else { own.known };
                    }
                    Run::Claimed(_) | Run::Done => {}
                }
            }
            own.ahead.reverse();
            if done > own.known {
                let answers = own.done.again(now, done as u64);
                (took, listing) = (took + answers, listing + answers);
                own.known = if answers > 0 { done } else { own.known };
            }
        }
        operations += took;
        *windows.entry(at / 10_000_000).or_default() += took;
        if let Some(place) = own.ahead.pop() {
            heap.push(Reverse((key(now + lengths[place as usize]), worker, place)));
            own.idle = None;
        } else if own.idle.is_none_or(|looks| looks < AGAIN) && done < runs {
            // One of its threads looks whether the owners of a few runs live.
            let looked = own.idle.get_or_insert(0);
            *looked += 1;
            operations += ASKED * TAKEN;
            *windows.entry(at / 10_000_000).or_default() += ASKED * TAKEN;
            heap.push(Reverse((key(now + 5.0), worker, u32::MAX)));
        }
    }
    assert_eq!(done, runs, "every run is done once");
    let beats = (end / EVERY) as u64 * workers_at_once as u64 * BEAT;
    let rate = workers_at_once as f64 * BEAT as f64 / EVERY;
    let peak = windows.values().max().copied().unwrap_or(0) / 10 + rate as u64;
    Outcome { tasks: wanted, operations: operations + beats, peak, lost, seconds: end, ideal, listing }
}

#[test]
fn a_small_cluster_does_everything_once_and_in_good_time() {
    let Outcome { seconds, ideal, operations, .. } = simulate(2000, 4, 30.0);
    assert!(seconds < 1.3 * ideal + LEASE, "{seconds} s, at best {ideal}");
    assert!(operations < 2000 * 40, "{operations}");
}

#[test]
#[ignore = "minutes: cargo test --release --lib scale -- --ignored --nocapture"]
fn the_table_of_a_large_cluster() {
    println!(
        "| runs | of seconds | nodes | tasks | operations a run | a second, mean | peak | of it listing | runs lost | time : ideal |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for runs in [10_000, 100_000, 1_000_000] {
        for nodes in [10, 100, 1000] {
            for mean in [10.0, 100.0] {
                let Outcome { tasks, operations, peak, lost, seconds, ideal, listing } = simulate(runs, nodes, mean);
                println!(
                    "| {runs} | {mean} | {nodes} | {tasks} | {:.1} | {:.0} | {peak} | {:.0} % | {lost} | {:.2} |",
                    operations as f64 / runs as f64,
                    operations as f64 / seconds,
                    100.0 * listing as f64 / operations as f64,
                    seconds / ideal
                );
            }
        }
    }
}
