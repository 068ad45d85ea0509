//! How often a run leaves a checkpoint. Owns the rule; takes none and keeps none.

use crate::train::Boundary;
use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Writing may take this share of a run, unless every step or phase is asked for.
const SHARE: u32 = 100;

/// When a checkpoint is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// At the first step after so long, and after a hundred times of what the last one took.
    Time(Duration),
    /// Where a visit of a phase is over.
    Phase,
    Step,
    /// Only where the run is stopped.
    Stop,
}

impl Default for Every {
    fn default() -> Self {
        Every::Time(Duration::from_secs(60))
    }
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "phase" => return Ok(Every::Phase),
            "step" => return Ok(Every::Step),
            "stop" => return Ok(Every::Stop),
            _ => {}
        }
        let wrong = || format!("`{text}` is neither a time such as `30s`, `5m` or `1h`, nor `phase`, `step` or `stop`");
        let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let unit = match &text[at..] {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(wrong()),
        };
        let count: u64 = text[..at].parse().map_err(|_| wrong())?;
        Ok(Every::Time(Duration::from_secs(count.checked_mul(unit).ok_or_else(wrong)?)))
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Every::Time(time) => write!(f, "{}s", time.as_secs()),
            Every::Phase => f.write_str("phase"),
            Every::Step => f.write_str("step"),
            Every::Stop => f.write_str("stop"),
        }
    }
}

/// The checkpoints of one run. Measured by a clock that does not jump.
pub struct Pace {
    every: Every,
    last: Cell<Instant>,
    cost: Cell<Duration>,
    /// Boundaries between two looks at the clock, and those until the next: a look takes as long as a small step.
    stride: Cell<u32>,
    wait: Cell<u32>,
    looked: Cell<Instant>,
}

/// How far looks at the clock may be apart.
const APART: Duration = Duration::from_millis(1);

#[expect(clippy::disallowed_methods, reason = "how often is a matter of time; what is in a checkpoint is not")]
impl Pace {
    pub fn new(every: Every) -> Self {
        let now = Instant::now();
        Self {
            every,
            last: Cell::new(now),
            cost: Cell::new(Duration::ZERO),
            stride: Cell::new(1),
            wait: Cell::new(0),
            looked: Cell::new(now),
        }
    }

    pub fn due(&self, boundary: Boundary) -> bool {
        match self.every {
            Every::Time(time) => self
                .look()
                .is_some_and(|now| now.saturating_duration_since(self.last.get()) >= time.max(self.cost.get() * SHARE)),
            Every::Phase => boundary == Boundary::Phase,
            Every::Step => true,
            Every::Stop => false,
        }
    }

    /// The time, at every boundary where those are slow and about once a millisecond where they are fast.
    fn look(&self) -> Option<Instant> {
        if let Some(left) = self.wait.get().checked_sub(1) {
            self.wait.set(left);
            return None;
        }
        let now = Instant::now();
        let stride = self.stride.get();
        let fast = now.saturating_duration_since(self.looked.replace(now)) < APART;
        self.stride.set(if fast { (stride * 2).min(1024) } else { (stride / 4).max(1) });
        self.wait.set(self.stride.get() - 1);
        Some(now)
    }

    /// Takes one, and minds how long that took.
    pub fn take(&self, taking: impl FnOnce()) {
        let start = Instant::now();
        taking();
        self.cost.set(start.elapsed());
        self.last.set(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (text, every) in [
            ("0s", Every::Time(Duration::ZERO)),
            ("5m", Every::Time(Duration::from_secs(300))),
            ("1h", Every::Time(Duration::from_secs(3600))),
            ("phase", Every::Phase),
            ("step", Every::Step),
            ("stop", Every::Stop),
        ] {
            assert_eq!(text.parse(), Ok(every));
            assert_eq!(every.to_string().parse(), Ok(every));
        }
        for wrong in ["", "5", "m", "-1s", "1.5h", "5 m", "99999999999999999999s", "9999999999999999999h"] {
            assert!(wrong.parse::<Every>().unwrap_err().contains("`30s`, `5m` or `1h`"), "{wrong}");
        }
    }

    #[test]
    fn what_takes_long_is_done_less_often() {
        let pace = Pace::new(Every::Time(Duration::ZERO));
        assert!(pace.due(Boundary::Step));
        pace.cost.set(Duration::from_secs(60));
        assert!(!pace.due(Boundary::Step));
        let always = Pace::new(Every::Step);
        always.take(|| ());
        assert!(always.due(Boundary::Step));
    }
}
