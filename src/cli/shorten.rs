//! What changed between two long texts, in a few words. Owns where a text is cut.

use crate::experiment::{FILE, UNREADABLE};

/// Characters that each side of a change is shown with.
const SHOWN: usize = 48;

/// Digits of a hash that tell two files apart.
const HASH: usize = 12;

/// `lr: 0.003 → lr: 0.001`: both texts from the first word that differs to the last, with the name before it.
pub fn change(old: &str, new: &str) -> String {
    let same = |a: char, b: char| a == b;
    let begin =
        old.chars().zip(new.chars()).take_while(|(a, b)| same(*a, *b)).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let begin = named(old, begin);
    let rest = |text: &str| text[begin..].to_string();
    let (old, new) = (rest(old), rest(new));
    let ends = old.chars().rev().zip(new.chars().rev());
    let end: usize = ends.take_while(|(a, b)| same(*a, *b)).map(|(a, _)| a.len_utf8()).sum();
    // A word that ends alike is not cut in two.
    let tail = &old[old.len() - end..];
    let end = tail.find(|c: char| BREAKS.contains(c)).map_or(0, |at| end - at);
    format!("{} → {}", shown(&old[..old.len() - end]), shown(&new[..new.len() - end]))
}

/// A field that is another text now, or is there only before or only now: `batch 16 → 32`. Files of data are told by their
/// hashes, which say no more than that they are others.
pub fn told(field: &str, old: Option<&str>, new: Option<&str>) -> String {
    if field.contains(FILE) && old.is_some() && new == Some(UNREADABLE) {
        return format!("{field} cannot be read");
    }
    match (old, new) {
        (Some(old), Some(new)) if field.contains(FILE) => {
            let hash = |text: &str| text.chars().take(HASH).collect::<String>();
            format!("{field} has changed (blake3 {} → {})", hash(old), hash(new))
        }
        (Some(old), Some(new)) => format!("{field} {}", change(old, new)),
        (Some(old), None) if field.contains(FILE) || old.is_empty() => format!("no {field} any more"),
        (Some(old), None) => format!("no {field} any more: {}", shown(old)),
        (None, Some(_)) if field.contains(FILE) => format!("{field} is new"),
        (None, Some(new)) => format!("{field} is new: {}", shown(new)),
        (None, None) => field.into(),
    }
}

/// What words stand between.
const BREAKS: &str = " ,;(){}[]";

/// The beginning of the word at `at`, or of the name that stands before it: `lr: 0.0|03`.
fn named(text: &str, at: usize) -> usize {
    let word = |to: usize| text[..to].rfind(|c: char| BREAKS.contains(c)).map_or(0, |i| i + 1);
    let begin = word(at);
    let before = text[..begin].trim_end();
    if before.ends_with(':') { word(before.len()) } else { begin }
}

fn shown(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None if text.is_empty() => "nothing".into(),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{change, told};

    #[test]
    fn a_field_says_what_became_of_it() {
        assert_eq!(told("batch", Some("16"), Some("32")), "batch 16 → 32");
        assert_eq!(told("clip", None, Some("0.8")), "clip is new: 0.8");
        assert_eq!(told("rate", Some("cosine"), None), "no rate any more: cosine");
        assert_eq!(told("data file x.npz", Some("ab"), Some("cd")), "data file x.npz has changed (blake3 ab → cd)");
        assert_eq!(told("data file x.npz", Some("ab"), Some("unreadable")), "data file x.npz cannot be read");
        assert_eq!(told("data file x.npz", None, Some("ab")), "data file x.npz is new");
    }

    #[test]
    fn a_change_is_its_words() {
        for (old, new, shown) in [
            ("Adam { lr: 0.003, eps: 1e-8 }", "Adam { lr: 0.001, eps: 1e-8 }", "lr: 0.003 → lr: 0.001"),
            ("16", "32", "16 → 32"),
            ("100 epochs", "200 epochs", "100 → 200"),
            ("[Fold(0)]", "[Fold(0), Fold(1)]", "nothing → , Fold(1)"),
            ("Sgd { lr: 0.1 }", "Adam { lr: 0.1 }", "Sgd → Adam"),
            ("width: 32", "width: 132", "width: 32 → width: 132"),
            ("", "ü", "nothing → ü"),
        ] {
            assert_eq!(change(old, new), shown);
        }
    }
}
