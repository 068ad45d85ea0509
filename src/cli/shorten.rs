//! What changed between two long texts, in a few words. Owns where a text is cut.

/// Characters that each side of a change is shown with.
const SHOWN: usize = 48;

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
    use super::change;

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
