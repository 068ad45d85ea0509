//! What was read of a text before: items that stand where they stood are not read again.

use super::super::ast::{File, Item};
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use crate::span::SourceId;
use std::collections::BTreeMap;
use std::mem;

/// Items by the source they are in and where they begin there, each with its text.
#[derive(Debug, Default)]
pub struct Kept {
    before: BTreeMap<(SourceId, usize), (String, Item)>,
    /// Of the texts that were read since.
    now: BTreeMap<(SourceId, usize), (String, Item)>,
    /// Items that had to be read, in all.
    pub read: usize,
}

impl Kept {
    /// What [`parse`](super::parse) makes of a source, where most of it was read before.
    pub fn parse(&mut self, sources: &SourceMap, id: SourceId) -> (File, Vec<Diagnostic>) {
        super::parse_text(&sources.get(id).text, id, Some(self))
    }

    /// A program was read to its end: what it does not hold any more is let go of.
    pub fn end(&mut self) {
        self.before = mem::take(&mut self.now);
    }

    pub(super) fn take(&mut self, id: SourceId, start: usize, text: &str) -> Option<Item> {
        let (known, _) = self.before.get(&(id, start))?;
        if known != text {
            return None;
        }
        self.before.remove(&(id, start)).map(|(_, item)| item)
    }

    pub(super) fn keep(&mut self, id: SourceId, start: usize, text: &str, item: &Item) {
        self.now.insert((id, start), (text.to_string(), item.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from nothing but the last one.
    fn next(state: &mut u64) -> usize {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*state >> 33) as usize
    }

    #[test]
    fn a_text_that_changes_is_read_as_if_it_were_new() {
        let item = |name: usize| {
            format!("/// One.\nnetwork N{name} {{\n  in a: [3]\n  head h = linear({name})\n  out h(a)\n}}\n\n")
        };
        let mut text: String = (1..30).map(item).collect();
        let mut right = text.clone();
        let (mut kept, mut state, mut whole) = (Kept::default(), 1, 0);
        let pieces = ["}", "{", "\n", "x", " |> relu", "block b = linear(2)\n", "// note\n", "(", "'", "\"", ";", "é"];
        for _ in 0..400 {
            let mut at = next(&mut state) % text.len();
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match next(&mut state) % 3 {
                0 => text.insert_str(at, pieces[next(&mut state) % pieces.len()]),
                1 => text.replace_range(at..at + text[at..].chars().next().map_or(0, char::len_utf8), ""),
                _ => {}
            }
            let mut sources = SourceMap::default();
            let id = sources.add("typed.mhm", text.as_str());
            let (new, found) = super::super::parse(&sources, id);
            assert_eq!(kept.parse(&sources, id), (new, found.clone()), "{text}");
            kept.end();
            whole += usize::from(found.is_empty());
            // Broken texts are mended, so that some whole ones come again.
            match (found.is_empty(), next(&mut state) % 3) {
                (true, _) => right.clone_from(&text),
                (false, 0) => text.clone_from(&right),
                (false, _) => {}
            }
        }
        assert!(whole > 20, "{whole}");
    }

    #[test]
    fn items_before_a_change_and_other_sources_are_not_read_again() {
        let one = |n: usize| format!("block b{n} = linear({n})\n");
        let mut text: String = (0..10).map(one).collect();
        let mut kept = Kept::default();
        let mut read = |text: &str| {
            let mut sources = SourceMap::default();
            let ids = [sources.add("a.mhm", text), sources.add("b.mhm", one(7))];
            let before = kept.read;
            ids.iter().for_each(|id| assert!(kept.parse(&sources, *id).1.is_empty()));
            kept.end();
            kept.read - before
        };
        assert_eq!((read(&text), read(&text)), (11, 0));
        text = text.replace("linear(8)", "linear(80)");
        assert_eq!((read(&text), read(&text)), (2, 0), "the one that changed, and the one that moved");
    }
}
