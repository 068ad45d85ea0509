//! What stands below what: first words, and the `=` of neighbouring statements of one sort.

use super::{Aligned, Columns, Layout, Unit, WIDTH};
use crate::token::Kind;
use std::ops::Range;

impl Layout<'_> {
    /// Pads first words, and the `=` of neighbouring statements of one sort.
    pub(super) fn align(&mut self, units: &[Unit], indent: usize, columns: Columns) {
        let mut run: Vec<Aligned> = Vec::new();
        let mut sort = None;
        let mut last_line = None;
        for unit in units {
            let Unit::Statement(range) = unit else {
                if self.token(unit.first()).breaks > 0 {
                    self.align_run(&mut run);
                }
                continue;
            };
            let word = self.spacing.word(range.start);
            if range.len() > 1 && columns.words > word.len() {
                self.pads.insert(range.start + 1, columns.words - word.len());
            }
            let aligned = self.aligned(range, indent);
            let this = aligned.map(|_| sort_of(word));
            if this != sort || self.token(range.start).breaks > 1 || last_line.is_none() {
                self.align_run(&mut run);
            }
            (sort, last_line) = (this, Some(range.end));
            run.extend(aligned.map(|at| Aligned {
                token: at,
                before: self.flat_width(&(range.start..at)),
                // Only a body on one line must stay on it; other statements wrap.
                room: match self.spacing.word(at) {
                    "{" => WIDTH.saturating_sub(indent + self.flat_width(range)),
                    _ => WIDTH,
                },
            }));
        }
        self.align_run(&mut run);
    }

    /// The token of a statement that stands below its neighbours': `=`, the `in` of `vary`, the `{` of a short phase.
    fn aligned(&self, range: &Range<usize>, indent: usize) -> Option<usize> {
        let mark = match self.spacing.word(range.start) {
            "in" | "pipeline" | "experiment" | "schedule" | "network" | "block" | "dataset" | "use" => return None,
            // Names in parentheses would push the others far away.
            "vary" if self.spacing.word(range.start + 1) == "(" => return None,
            "vary" => {
                let after = range.start + 2;
                return Some(after).filter(|at| *at < range.end && self.spacing.word(*at) == "in");
            }
            "phase" => {
                let open = self.partners[range.end - 1];
                return Some(open).filter(|&open| self.fits_on_a_line(range, open, indent));
            }
            _ => "=",
        };
        let mut at = range.start;
        while at < range.end {
            if self.token(at).is_comment() || self.spacing.word(at) == "{" {
                return None;
            }
            if self.spacing.word(at) == mark {
                return Some(at);
            }
            at = if self.token(at).kind == Kind::Open { self.partners[at] + 1 } else { at + 1 };
        }
        None
    }

    fn align_run(&mut self, run: &mut Vec<Aligned>) {
        // One that is far longer than the others stands by itself: it would push them off their lines.
        let others = run.iter().map(|one| one.before).filter(|before| *before <= WIDTH / 2).max();
        let stays = |before: usize| others.is_none_or(|others| before <= WIDTH / 2 || before - others < WIDTH / 4);
        run.retain(|one| stays(one.before));
        let widest = run.iter().map(|one| one.before).max().unwrap_or(0);
        let fits = run.iter().all(|one| widest - one.before <= one.room);
        for one in run.drain(..).filter(|_| fits) {
            self.pads.insert(one.token, widest - one.before);
        }
    }
}

/// Statements of one sort are aligned with each other.
fn sort_of(word: &str) -> &str {
    match word {
        "uni" | "fusion" | "head" | "fixed" | "layer" | "let" => "module",
        "modality" | "target" => "modality",
        other => other,
    }
}
