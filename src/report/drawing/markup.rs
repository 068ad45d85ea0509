//! Markup as elements: what `maud` wrote, which is in step.

/// An element, or a text where it has no name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Zero where it is not said.
    pub fn number(&self, name: &str) -> f64 {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or(0.0)
    }

    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.get("class").unwrap_or_default().split(' ')
    }

    /// All texts within.
    pub fn words(&self) -> String {
        self.children.iter().filter(|child| child.name.is_empty()).map(|child| child.text.as_str()).collect()
    }
}

/// The elements of a text, in order.
pub fn read(markup: &str) -> Vec<Element> {
    let mut open = vec![Element::default()];
    let mut pieces = markup.split('<');
    add_text(&mut open, pieces.next().unwrap_or_default());
    for piece in pieces {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if tag.starts_with('/') {
            close(&mut open);
        } else {
            open.push(element(tag));
        }
        add_text(&mut open, text);
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default().children
}

fn close(open: &mut Vec<Element>) {
    if let (Some(closed), Some(around)) = (open.pop(), open.last_mut()) {
        around.children.push(closed);
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if let (Some(around), false) = (open.last_mut(), text.is_empty()) {
        around.children.push(Element { text: plain(text), ..Element::default() });
    }
}

/// `rect class="a b" x="1"`
fn element(tag: &str) -> Element {
    let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = vec![];
    let mut quoted = rest.split('"');
    while let (Some(key), Some(value)) = (quoted.next(), quoted.next()) {
        attributes.push((key.trim().trim_end_matches('=').to_string(), plain(value)));
    }
    Element { name: name.to_string(), attributes, ..Element::default() }
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_within_each_other() {
        let [g] = &read("<g class=\"a b\"><rect x=\"1.5\" y=\"&lt;\"></rect>x &amp; y</g>")[..] else {
            panic!("one element")
        };
        assert_eq!(g.classes().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            (g.children[0].number("x"), g.children[0].get("y"), g.words()),
            (1.5, Some("<"), "x & y".to_string())
        );
    }
}
