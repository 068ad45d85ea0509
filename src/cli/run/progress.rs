//! What is said while runs are going on: a bar on a terminal, how far they are to a program that listens, failures as they come, one line at
//! the end.

use crate::cli::output::{Listener, Said, Underway, complain, listener, note};
use crate::cost::sheet::duration;
use crate::experiment::News;
use crate::record::{Address, RunRecord};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often it is said how far it is, where there is no bar.
const MINUTE: Duration = Duration::from_secs(60);

/// Parts of a run that the bar tells apart.
const PARTS: f64 = 1e6;

/// Milliseconds from one word to a program that listens to the next.
const EVERY: u64 = 100;

/// What is told on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// What fails.
    Failures,
    /// How far all runs are.
    Progress,
    /// What runs now, too, as it goes.
    Live,
    /// Every run that ends, for whoever looks for it in a log.
    Runs,
}

pub struct Progress {
    bar: ProgressBar,
    /// Who is told in place of the bar, and when it was told last, in milliseconds since the start.
    listener: Option<Listener>,
    told: AtomicU64,
    name: String,
    total: usize,
    what: Told,
    start: Instant,
    steps: AtomicU64,
    /// Runs that are over, and parts of all runs.
    done: AtomicU64,
    parts: AtomicU64,
    /// When it was last said how far it is, where there is no terminal.
    said: Mutex<Instant>,
    /// How often a failure was heard of.
    failures: Mutex<BTreeMap<String, usize>>,
    remarks: Mutex<BTreeSet<String>>,
}

impl Progress {
    /// A bar where there is a terminal, and a line at the end.
    #[expect(clippy::disallowed_methods, reason = "a person is told how long it took")]
    pub fn new(name: &str, total: usize) -> Self {
        let listener = listener();
        let bar = if listener.is_none() && std::io::stderr().is_terminal() {
            ProgressBar::new(total as u64 * PARTS as u64)
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent} %  {msg}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(name.to_string());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            listener,
            told: AtomicU64::new(0),
            name: name.to_string(),
            total,
            what: Told::Progress,
            start: Instant::now(),
            steps: AtomicU64::new(0),
            done: AtomicU64::new(0),
            parts: AtomicU64::new(0),
            said: Mutex::new(Instant::now()),
            failures: Mutex::default(),
            remarks: Mutex::default(),
        }
    }

    /// What stands below the bar until it is said anew.
    pub fn show(&self, text: &str) {
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent} %  {eta} left\n{msg}");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let done = self.done.load(Ordering::Relaxed);
        self.bar.set_message(format!("{done}/{} runs\n{text}", self.total));
    }

    /// Whether anything is drawn.
    pub fn is_drawn(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Where nothing is drawn, a line a minute.
    fn say(&self, share: f64) {
        let mut said = self.said.lock().expect("no one panics while holding it");
        if self.what == Told::Failures || said.elapsed() < MINUTE {
            return;
        }
        #[expect(clippy::disallowed_methods, reason = "a person is told how long it takes")]
        let now = Instant::now();
        *said = now;
        let (done, spent) = (self.done.load(Ordering::Relaxed), self.start.elapsed().as_secs_f64());
        let left = duration(spent * (1.0 - share).max(0.0) / share.max(1e-9));
        note(&format!(
            "{}: {done} of {} runs, {:.0} % of all steps, about {left} left",
            self.name,
            self.total,
            100.0 * share
        ));
    }

    /// The same, which tells this.
    pub fn telling(self, what: Told) -> Self {
        let bar = match what {
            Told::Failures => {
                self.bar.finish_and_clear();
                ProgressBar::hidden()
            }
            Told::Progress | Told::Live | Told::Runs => self.bar,
        };
        Self { what, bar, ..self }
    }

    pub fn hear(&self, news: News<'_>) {
        match news {
            News::Steps { steps, share, .. } => {
                let steps = self.steps.fetch_add(steps, Ordering::Relaxed) + steps;
                let parts = (share * PARTS) as u64;
                let all = self.parts.fetch_add(parts, Ordering::Relaxed) + parts;
                self.bar.set_position(all);
                if self.bar.is_hidden() {
                    self.say(all as f64 / PARTS / self.total.max(1) as f64);
                } else if self.what != Told::Live {
                    let rate = steps as f64 / self.start.elapsed().as_secs_f64();
                    let done = self.done.load(Ordering::Relaxed);
                    self.bar.set_message(format!("{done}/{} runs  {rate:.0} steps/s", self.total));
                }
                self.tell(EVERY);
            }
            // Done is what is on the disk.
            News::Checkpoint(..) | News::Halted(..) | News::Done(..) => {}
            News::Remark(remark) => self.remark(remark),
        }
    }

    /// A run is over, and stored.
    pub fn ended(&self, address: &Address, record: &RunRecord) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.tell(EVERY);
        if let Some(why) = &record.failure {
            self.failed(record, why);
        }
        if self.what == Told::Runs {
            let how = match record.failure {
                Some(_) => "failed".into(),
                None => format!("done in {}", duration(record.seconds)),
            };
            note(&format!("{}: {how} (run {address})", name(record)));
        }
    }

    /// Tells whoever listens how far the runs are, where the last time is so many milliseconds ago.
    fn tell(&self, every: u64) {
        let Some(listener) = &self.listener else { return };
        let elapsed = self.start.elapsed();
        let (now, last) = (elapsed.as_millis() as u64, self.told.load(Ordering::Relaxed));
        let is_due = now >= last + every;
        if is_due && self.told.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let share = self.parts.load(Ordering::Relaxed) as f64 / PARTS / self.total.max(1) as f64;
            listener(Said::Progress(Underway {
                experiment: self.name.clone(),
                done: self.done.load(Ordering::Relaxed),
                of: self.total,
                share: share.min(1.0),
                steps: self.steps.load(Ordering::Relaxed),
                seconds: elapsed.as_secs_f64(),
            }));
        }
    }

    /// Of the data, said once.
    fn remark(&self, remark: &str) {
        let mut remarks = self.remarks.lock().expect("no one panics while holding it");
        if remarks.insert(remark.to_string()) {
            self.bar.suspend(|| complain(&format!("{remark}; `mhm check --data` says what to do")));
        }
    }

    /// A failure is said at once, and once.
    fn failed(&self, record: &RunRecord, why: &str) {
        let mut failures = self.failures.lock().expect("no one panics while holding it");
        let count = failures.entry(why.to_string()).or_insert(0);
        *count += 1;
        if *count == 1 || self.what == Told::Runs {
            self.bar.suspend(|| complain(&format!("{}: {why}", name(record))));
        }
    }

    /// So many runs came to an end, those that failed among them.
    pub fn finish(self, ended: usize, threads: usize) {
        self.bar.finish_and_clear();
        self.tell(0);
        let mut failed = 0;
        for (why, count) in self.failures.into_inner().unwrap_or_default() {
            failed += count;
            if count > 1 {
                let first = why.lines().next().unwrap_or_default();
                complain(&format!("{count} runs failed so: {first}"));
            }
        }
        if self.what == Told::Failures {
            return;
        }
        let (seconds, steps) = (self.start.elapsed().as_secs_f64(), self.steps.into_inner());
        let threads = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
        let rate = steps as f64 / seconds.max(1e-9);
        let (name, total, done) = (&self.name, self.total, ended.saturating_sub(failed));
        let failed = if failed == 0 { String::new() } else { format!(", {failed} failed") };
        note(&format!(
            "{name}: {done} of {total} runs{failed}, {steps} steps in {seconds:.1} s ({rate:.0} steps/s on {threads})"
        ));
    }
}

/// "MHM, seed 3, part 2, repeat 1"
fn name(record: &RunRecord) -> String {
    let arm = if record.arm.0.is_empty() { String::new() } else { format!("{}, ", record.arm) };
    format!("{arm}{}", record.turn().named())
}
