//! How an element looks: the rules of pictures for its classes, its own attributes below them.

use super::markup::Element;
use super::{Paint, Round, Stroke, reference};
use crate::report::svg::{LIGHT, STYLE};
use std::collections::BTreeMap;

/// The rules of pictures, those for a kind of element first.
pub struct Sheet(Vec<Rule>);

struct Rule {
    element: Option<String>,
    class: Option<String>,
    values: Vec<(String, String)>,
}

/// What matters to a shape or a text; inherited by what stands within.
#[derive(Clone, Debug)]
pub struct Look {
    values: BTreeMap<String, String>,
    /// Of letters.
    pub size: f64,
    pub anchor: String,
}

impl Default for Look {
    fn default() -> Self {
        Look { values: BTreeMap::new(), size: super::super::svg::TEXT, anchor: String::new() }
    }
}

/// How strong letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

impl Sheet {
    pub fn new() -> Self {
        let rule = |text: &str| {
            let (selector, values) = text.split_once('{')?;
            let selector = selector.trim().strip_prefix(".picture ")?;
            let (element, class) = selector.split_once('.').unwrap_or((selector, ""));
            let some = |word: &str| (!word.is_empty()).then(|| word.to_string());
            let value = |pair: &str| {
                pair.split_once(':').map(|(key, value)| (key.trim().to_string(), value.trim().to_string()))
            };
            Some(Rule {
                element: some(element),
                class: some(class),
                values: values.split(';').filter_map(value).collect(),
            })
        };
        let mut rules: Vec<Rule> = STYLE.split('}').filter_map(rule).collect();
        // As style sheets have it: a class tells more than a kind of element, both together more than either.
        rules.sort_by_key(|rule| 2 * usize::from(rule.class.is_some()) + usize::from(rule.element.is_some()));
        Sheet(rules)
    }

    pub fn look(&self, element: &Element, around: &Look) -> Look {
        let mut look = around.clone();
        for name in ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity"] {
            if let Some(value) = element.get(name) {
                look.values.insert(name.into(), value.into());
            }
        }
        let applies = |rule: &&Rule| {
            rule.element.as_ref().is_none_or(|name| *name == element.name)
                && rule.class.as_ref().is_none_or(|name| element.classes().any(|class| class == name))
        };
        for (name, value) in self.0.iter().filter(applies).flat_map(|rule| &rule.values) {
            match name.as_str() {
                "font-size" => look.size = number(value).unwrap_or(look.size),
                "text-anchor" => look.anchor.clone_from(value),
                _ => _ = look.values.insert(name.clone(), value.clone()),
            }
        }
        look
    }
}

impl Look {
    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn share(&self, name: &str) -> f64 {
        self.get(name).and_then(number).unwrap_or(1.0)
    }

    /// What a shape is filled with; black where nothing is said.
    pub fn fill(&self) -> Option<Paint> {
        let colour = colour(self.get("fill").unwrap_or("#000000"))?;
        Some(Paint { colour, opacity: self.share("opacity") * self.share("fill-opacity") })
    }

    /// The pattern that it is filled with.
    pub fn pattern(&self) -> Option<&str> {
        reference(self.get("fill")?)
    }

    pub fn stroke(&self) -> Option<Stroke> {
        let paint = Paint { colour: colour(self.get("stroke")?)?, opacity: self.share("opacity") };
        let dashes = self.get("stroke-dasharray").unwrap_or("none").split(' ').filter_map(number).collect();
        let round = if self.get("stroke-linecap") == Some("round") { Round::Yes } else { Round::No };
        Some(Stroke { paint, width: self.share("stroke-width"), dashes, round })
    }

    pub fn weight(&self) -> Weight {
        if self.get("font-weight").is_some() { Weight::Bold } else { Weight::Regular }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim_end_matches("px").parse().ok()
}

/// "#0b5fa5", "var(--c0)"; nothing of "none" and of patterns. Paper is white: it has no colour of its own.
fn colour(text: &str) -> Option<[u8; 3]> {
    let named = |name: &str| LIGHT.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let hex = match text.strip_prefix("var(--").and_then(|rest| rest.strip_suffix(')')) {
        Some("paper") => "#ffffff",
        Some(name) => named(name)?,
        None => text,
    };
    let digits = hex.strip_prefix('#')?;
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}
