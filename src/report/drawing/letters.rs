//! Letters as outlines, so that a file needs no font: those of Arimo, which has the widths of Arial and is free under the SIL Open
//! Font License 1.1 (`OFL.txt`). `glyphs.py` wrote them. Owns which letters there are.

use super::Step;
use super::style::Weight;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Units of the font in the size of a letter.
struct Font {
    units: f64,
    glyphs: BTreeMap<char, (f64, &'static str)>,
}

static REGULAR: LazyLock<Font> = LazyLock::new(|| Font::of(include_str!("regular.txt")));
static BOLD: LazyLock<Font> = LazyLock::new(|| Font::of(include_str!("bold.txt")));

impl Font {
    fn of(text: &'static str) -> Self {
        let mut lines = text.lines();
        let units = lines.next().and_then(|line| line.parse().ok()).unwrap_or(1.0);
        let glyph = |line: &'static str| {
            let mut parts = line.splitn(3, ' ');
            let code = char::from_u32(u32::from_str_radix(parts.next()?, 16).ok()?)?;
            Some((code, (parts.next()?.parse().ok()?, parts.next().unwrap_or_default())))
        };
        Font { units, glyphs: lines.filter_map(glyph).collect() }
    }

    /// A letter that is not there is a question mark.
    fn glyph(&self, letter: char) -> (f64, &'static str) {
        let letter = if letter == '⋯' { '…' } else { letter };
        self.glyphs.get(&letter).or_else(|| self.glyphs.get(&'?')).copied().unwrap_or_default()
    }
}

fn font(weight: Weight) -> &'static Font {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    }
}

pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let font = font(weight);
    text.chars().map(|letter| font.glyph(letter).0).sum::<f64>() * size / font.units
}

/// A text on the base line, beginning so far along it.
pub fn outline(text: &str, size: f64, weight: Weight, mut x: f64) -> Vec<Step> {
    let font = font(weight);
    let scale = size / font.units;
    let mut path = vec![];
    for letter in text.chars() {
        let (wide, glyph) = font.glyph(letter);
        steps(glyph, (x, scale), &mut path);
        x += wide * scale;
    }
    path
}

/// `M1 2L3 4Q5 6 7 8`: outlines are closed, and upright.
fn steps(glyph: &str, (x, scale): (f64, f64), path: &mut Vec<Step>) {
    let mut at = (0.0, 0.0);
    let mut rest = glyph;
    let mut is_open = false;
    while let Some(word) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |i| i + 1);
        let numbers: Vec<f64> = rest[1..end].split(' ').filter_map(|n| n.parse().ok()).collect();
        let points: Vec<(f64, f64)> =
            numbers.chunks_exact(2).map(|pair| (x + scale * pair[0], -scale * pair[1])).collect();
        match (word, &points[..]) {
            ('M', [to]) => {
                if std::mem::replace(&mut is_open, true) {
                    path.push(Step::Close);
                }
                path.push(Step::Move(to.0, to.1));
                at = *to;
            }
            ('L', [to]) => {
                path.push(Step::Line(to.0, to.1));
                at = *to;
            }
            ('Q', [over, to]) => {
                let third =
                    |from: (f64, f64)| (from.0 + 2.0 / 3.0 * (over.0 - from.0), from.1 + 2.0 / 3.0 * (over.1 - from.1));
                let (first, second) = (third(at), third(*to));
                path.push(Step::Curve([first.0, first.1, second.0, second.1, to.0, to.1]));
                at = *to;
            }
            _ => debug_assert!(false, "{glyph}"),
        }
        rest = &rest[end..];
    }
    if is_open {
        path.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_as_wide_as_those_of_arial() {
        // 556 and 500 thousandths: https://www.adobe.com/devnet/font.html, Helvetica.afm.
        assert!((width("0", 1000.0, Weight::Regular) - 556.0).abs() < 1.0);
        assert!((width("c", 1000.0, Weight::Regular) - 500.0).abs() < 1.0);
        // Everything that pictures write by themselves has a letter.
        for letter in "θφψ·×−±…⋯–%↓↑()[]?".chars() {
            assert!(width(&letter.to_string(), 1.0, Weight::Bold) > 0.0, "{letter}");
            let is_marked = letter == '?'
                || outline(&letter.to_string(), 1.0, Weight::Regular, 0.0) != outline("?", 1.0, Weight::Regular, 0.0);
            assert!(is_marked, "{letter}");
        }
        assert_eq!(outline("漢", 1.0, Weight::Regular, 0.0), outline("?", 1.0, Weight::Regular, 0.0));
    }
}
