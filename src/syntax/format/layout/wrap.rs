//! Lines that are too long, broken at their weakest joints: pipes, then commas, then the longest bracket.

use super::{CONTINUED, Layout, STEP, WIDTH};
use std::ops::Range;

impl Layout<'_> {
    /// Writes tokens on the line if they fit with `reserve` columns to spare, else broken at their weakest joints.
    pub(super) fn wrap(&mut self, range: Range<usize>, indent: usize, reserve: usize) {
        if range.is_empty() {
            return;
        }
        if self.fits(&range, reserve) {
            for at in range {
                if !self.dropped(at) {
                    self.put(at, indent);
                }
            }
            return;
        }
        let pipes: Vec<usize> = self.tops(range.clone(), |word| word == "|>").collect();
        if !pipes.is_empty() {
            return self.stages(range, &pipes, indent, reserve);
        }
        let commas: Vec<usize> = self.tops(range.clone(), |word| word == ",").collect();
        if !commas.is_empty() {
            return self.parts(range, &commas, indent, reserve);
        }
        self.groups(range, indent, reserve);
    }

    fn fits(&self, range: &Range<usize>, reserve: usize) -> bool {
        let first = range.start;
        let lead = if self.line().trim_start().is_empty() { 0 } else { self.blanks(first) };
        let comments = range.clone().any(|at| self.token(at).is_comment());
        !comments && self.column() + lead + self.flat_width(range) + reserve <= WIDTH
    }

    /// A pipe, one stage a line.
    fn stages(&mut self, range: Range<usize>, pipes: &[usize], indent: usize, reserve: usize) {
        self.wrap(range.start..pipes[0], indent, 0);
        for (n, &pipe) in pipes.iter().enumerate() {
            let end = pipes.get(n + 1).copied().unwrap_or(range.end);
            self.newline(indent + CONTINUED);
            self.put(pipe, indent + CONTINUED);
            self.wrap(pipe + 1..end, indent + CONTINUED, reserve);
        }
    }

    /// A list without brackets, one part a line.
    fn parts(&mut self, range: Range<usize>, commas: &[usize], indent: usize, reserve: usize) {
        let mut start = range.start;
        for &comma in commas {
            self.wrap(start..comma, indent, 1);
            self.put(comma, indent);
            start = comma + 1;
            while start < range.end && self.token(start).is_comment() {
                self.comment(start, indent + CONTINUED);
                start += 1;
            }
            self.newline(indent + CONTINUED);
        }
        self.wrap(start..range.end, indent + CONTINUED, reserve);
    }

    /// Breaks the longest bracket, and every one that holds a comment.
    fn groups(&mut self, range: Range<usize>, indent: usize, reserve: usize) {
        let too_long = self.column() + self.flat_width(&range) + reserve > WIDTH;
        let opens: Vec<usize> = self.tops(range.clone(), |word| matches!(word, "(" | "[")).collect();
        let longest = opens.iter().copied().max_by_key(|&open| self.partners[open] - open).filter(|_| too_long);
        let mut at = range.start;
        while at < range.end {
            let close = self.partners[at];
            let broken = opens.contains(&at)
                && close > at + 1
                && (longest == Some(at) || (at..close).any(|i| self.token(i).is_comment()));
            if broken {
                self.group(at, close, indent);
                at = close + 1;
                continue;
            }
            if !self.dropped(at) {
                self.put(at, indent + CONTINUED);
            }
            at += 1;
        }
    }

    /// A bracket with one item a line.
    fn group(&mut self, open: usize, close: usize, indent: usize) {
        let inner = indent + STEP;
        self.put(open, inner);
        let mut ends: Vec<usize> = self.tops(open + 1..close, |word| word == ",").collect();
        let more = ends.len() > 1 || ends.first().is_some_and(|&comma| !self.only_comments(comma + 1..close));
        let tuple = !more && !ends.is_empty() && self.spacing.word(open) == "(";
        ends.push(close);
        let mut start = open + 1;
        for end in ends {
            // Comments on the line of the item before, then those above this item.
            while start < end && self.token(start).is_comment() {
                self.put_in_group(start, inner);
                start += 1;
            }
            if start == end {
                start = end + 1;
                continue;
            }
            let core = (start..end).rfind(|&at| !self.token(at).is_comment()).map_or(end, |at| at + 1);
            self.newline(inner);
            self.wrap(start..core, inner, 1);
            if more || tuple {
                self.out.push(',');
            }
            (core..end).for_each(|at| self.put_in_group(at, inner));
            start = end + 1;
        }
        self.newline(indent);
        self.out.push_str(self.spacing.word(close));
    }

    fn put_in_group(&mut self, comment: usize, indent: usize) {
        if self.token(comment).breaks > 0 {
            self.newline(indent);
        }
        self.comment(comment, indent);
    }

    fn only_comments(&self, range: Range<usize>) -> bool {
        range.into_iter().all(|at| self.token(at).is_comment())
    }
}
