//! Pictures: what every one of them has. Owns the palette, and how a picture stands in a page or alone; the drawing is done
//! in the files beside, what is drawn is others'.

pub mod axis;
pub mod curves;
pub mod dots;
pub mod forest;
pub mod matrix;
pub mod network;
pub mod timeline;

use maud::{Markup, PreEscaped, html};

/// A drawing with what a reader who cannot see it needs.
#[derive(Clone, Debug)]
pub struct Picture {
    /// A word for files and ids: "curves-fresh-error-near".
    pub name: String,
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    pub width: f64,
    pub height: f64,
    pub fit: Fit,
    pub body: Markup,
    /// The same, drawn for a small screen.
    pub narrow: Option<Box<Picture>>,
}

/// What happens where there is less room than the picture's own width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is made to fit.
    Shrink,
    /// It keeps its size and is scrolled sideways.
    Scroll,
}

/// Colours by name. Lines and texts of the first six colours have a contrast of 4.5 and more to `paper`, and differ in
/// lightness too; dashes tell them apart without any colour.
pub const LIGHT: [(&str, &str); 15] = [
    ("paper", "#fdfdfc"),
    ("tint", "#f3f4f6"),
    ("rule", "#d8dce2"),
    ("soft", "#586170"),
    ("ink", "#1b1f26"),
    ("accent", "#0b5cad"),
    ("heat", "#0b5cad"),
    ("on-heat", "#ffffff"),
    ("mark", "#fff3c4"),
    ("c0", "#0b5fa5"),
    ("c1", "#c2410c"),
    ("c2", "#0f766e"),
    ("c3", "#8b2fa3"),
    ("c4", "#805300"),
    ("c5", "#475569"),
];

pub const DARK: [(&str, &str); 15] = [
    ("paper", "#13161b"),
    ("tint", "#1d2128"),
    ("rule", "#363d48"),
    ("soft", "#a6afbc"),
    ("ink", "#e7e9ed"),
    ("accent", "#7ab8ff"),
    ("heat", "#7ab8ff"),
    ("on-heat", "#0d1117"),
    ("mark", "#4a3f14"),
    ("c0", "#6cb1ff"),
    ("c1", "#ff9a66"),
    ("c2", "#4ecdbd"),
    ("c3", "#dd9cf0"),
    ("c4", "#e2b341"),
    ("c5", "#a8b3c2"),
];

/// Colours of lines before they begin again; dashes go on changing.
pub const COLOURS: usize = 6;

/// Lengths of line and gap, solid first.
pub const DASHES: [&str; 7] = ["none", "7 4", "2 3", "9 3 2 3", "4 2", "12 4", "6 3 2 3 2 3"];

/// The looks of all pictures, in terms of the palette's names.
pub const STYLE: &str = include_str!("svg/style.css");

/// Sizes of letters: of most texts, and of small ones.
pub const TEXT: f64 = 12.0;
pub const SMALL: f64 = 11.0;

/// Pictures that stand together.
pub struct Captioned {
    pub caption: String,
    pub pictures: Vec<Picture>,
}

impl Picture {
    /// A drawing without words for it yet.
    pub fn new(name: String, (width, height): (f64, f64), fit: Fit, body: Markup) -> Self {
        Picture { name, title: String::new(), description: String::new(), width, height, fit, body, narrow: None }
    }

    /// As part of a page.
    pub fn inline(&self) -> Markup {
        let keep = format!("width:{}px", px(self.width));
        let style = match self.fit {
            Fit::Shrink => format!("max-width:{}px", px(self.width * 1.4)),
            Fit::Scroll => keep,
        };
        html! {
            svg .picture role="img" aria-label=(format!("{}. {}", self.title, self.description)) style=(style)
                viewBox=(self.view()) xmlns="http://www.w3.org/2000/svg" { (self.body) }
        }
    }

    /// As a file of its own, in light colours that every program understands.
    pub fn file(&self) -> String {
        document(&self.title, &self.description, (self.width, self.height), &LIGHT, &self.body)
    }

    /// Under another name; the ids of its parts begin with it.
    pub fn rename(&mut self, name: String) {
        let (old, new) = (format!("{}-", self.name), format!("{name}-"));
        let ids = |mark: &str, body: String| body.replace(&format!("{mark}{old}"), &format!("{mark}{new}"));
        let body = std::mem::take(&mut self.body.0);
        self.body = PreEscaped(ids("url(#", ids("id=\"", body)));
        if let Some(narrow) = &mut self.narrow {
            narrow.rename(format!("{name}-narrow"));
        }
        self.name = name;
    }

    fn view(&self) -> String {
        format!("0 0 {} {}", px(self.width), px(self.height))
    }
}

/// Space around a sheet, and between its pictures.
const MARGIN: f64 = 16.0;
/// Room for captions.
const NARROWEST: f64 = 560.0;

/// Pictures below one another with their captions, as a file of its own.
pub fn sheet(title: &str, groups: Vec<Captioned>, palette: &[(&str, &str)]) -> String {
    let mut pictures: Vec<(String, Picture)> = groups
        .into_iter()
        .flat_map(|group| group.pictures.into_iter().map(move |picture| (group.caption.clone(), picture)))
        .collect();
    for (i, (_, picture)) in pictures.iter_mut().enumerate() {
        picture.rename(format!("{}-{i}", picture.name));
    }
    let width = pictures.iter().map(|(_, picture)| picture.width).fold(NARROWEST, f64::max);
    let mut y = MARGIN;
    let mut place = |height: f64| {
        let at = y;
        y += height;
        at
    };
    let body = html! {
        @for (caption, picture) in &pictures {
            @for line in lines(caption, width) {
                text .soft x=(px(MARGIN)) y=(px(place(LINE) + TEXT)) { (line) }
            }
            @let _ = place(LINE / 2.0);
            svg x=(px(MARGIN)) y=(px(place(picture.height + 2.0 * MARGIN))) width=(px(picture.width))
                height=(px(picture.height)) viewBox=(picture.view()) role="img" aria-label=(picture.title) {
                desc { (picture.description) }
                (picture.body)
            }
        }
    };
    document(title, "", (width + 2.0 * MARGIN, y), palette, &body)
}

/// From one line of text to the next.
const LINE: f64 = 16.0;

/// A text in lines of this width.
fn lines(text: &str, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or("", String::as_str);
        // Letters of some systems are wider.
        let fits = last.is_empty() || 1.1 * text_width(&format!("{last} {word}"), TEXT) <= width;
        match lines.last_mut().filter(|_| fits) {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) => *last += &format!(" {word}"),
            None => lines.push(word.into()),
        }
    }
    lines
}

/// A file that needs no other, in the colours of a palette.
fn document(title: &str, description: &str, size: (f64, f64), palette: &[(&str, &str)], body: &Markup) -> String {
    let coloured = |style: String, (name, value): &(&str, &str)| style.replace(&format!("var(--{name})"), value);
    let style = palette.iter().fold(STYLE.to_string(), coloured);
    let paper = palette.first().map_or("none", |(_, value)| value);
    let (width, height) = (px(size.0), px(size.1));
    let picture = html! {
        svg .picture role="img" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}"))
            xmlns="http://www.w3.org/2000/svg" {
            title { (title) }
            @if !description.is_empty() { desc { (description) } }
            style { (PreEscaped(style)) }
            rect width="100%" height="100%" fill=(paper) {}
            (body)
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", picture.into_string())
}

/// The palette as custom properties of a page.
pub fn properties(palette: &[(&str, &str)]) -> String {
    palette.iter().map(|(name, value)| format!("--{name}:{value};")).collect()
}

/// A coordinate: two decimals at most.
pub fn px(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// "M1 2L3 4…"
pub fn path(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let step = |(i, (x, y)): (usize, (f64, f64))| format!("{}{} {}", if i == 0 { 'M' } else { 'L' }, px(x), px(y));
    points.into_iter().enumerate().map(step).collect()
}

/// About how wide a text is, in a proportional font without serifs.
pub fn text_width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.29,
        '(' | ')' | '[' | ']' | 'f' | 'r' | 't' | '-' | '/' => 0.36,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.88,
        c if c.is_uppercase() => 0.68,
        _ => 0.57,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// The same of strong letters.
pub fn strong_width(text: &str, size: f64) -> f64 {
    text_width(text, size) * 1.12
}

/// The text, with an ellipsis where it would be wider.
pub fn cut(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_string();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if text_width(&cut, size) + text_width(&c.to_string(), size) + text_width("…", size) > width {
            break;
        }
        cut.push(c);
    }
    cut.trim_end().to_string() + "…"
}

/// A word for files and ids: letters and digits, joined by hyphens. File systems bear no names of any length.
pub fn slug(text: &str) -> String {
    const LONGEST: usize = 120;
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let slug: String = parts.collect::<Vec<_>>().join("-").to_lowercase().chars().take(LONGEST).collect();
    slug.trim_end_matches('-').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_well_formed_and_needs_nothing_else() {
        let picture = Picture {
            name: "a".into(),
            title: "<b>".into(),
            description: "a & b".into(),
            width: 10.0,
            height: 20.5,
            fit: Fit::Shrink,
            narrow: None,
            body: html! { path d="M0 0" {} },
        };
        let file = picture.file();
        assert!(
            file.contains("<title>&lt;b&gt;</title><desc>a &amp; b</desc>") && file.contains("viewBox=\"0 0 10 20.5\"")
        );
        assert!(file.contains("<path d=\"M0 0\"></path>") && !file.contains("var(--"), "{file}");
    }

    #[test]
    fn a_picture_of_another_name_has_ids_of_its_own() {
        let body = html! { clipPath id="a-clip" {} g clip-path="url(#a-clip)" { text { "a-clip" } } };
        let (name, fit) = ("a".to_string(), Fit::Shrink);
        let mut picture = Picture::new(name, (1.0, 1.0), fit, body);
        picture.rename("a-2".into());
        assert_eq!(
            picture.body.0,
            "<clipPath id=\"a-2-clip\"></clipPath><g clip-path=\"url(#a-2-clip)\"><text>a-clip</text></g>"
        );
        assert_eq!(slug(&"long ".repeat(100)).len(), 119);
    }

    #[test]
    fn texts_are_cut_where_they_would_be_too_wide() {
        assert_eq!(cut("Mhm", 12.0, 100.0), "Mhm");
        let long = cut("Mhm(heads: 4), a very long name", 12.0, 100.0);
        assert!(long.ends_with('…') && text_width(&long, 12.0) <= 100.0, "{long}");
        assert_eq!(slug("fresh_error, Mhm(heads: 4)"), "fresh-error-mhm-heads-4");
        assert_eq!([px(-0.001), px(2.0), px(1.255)], ["0", "2", "1.25"]);
    }

    #[test]
    fn both_palettes_name_the_same_colours() {
        assert!(LIGHT.iter().zip(&DARK).all(|(light, dark)| light.0 == dark.0));
        // Every colour that a picture names is one of them.
        for name in STYLE.split("var(--").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(LIGHT.iter().any(|(known, _)| *known == name), "{name}");
        }
    }

    /// WCAG 2.1, "relative luminance" and "contrast ratio".
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |colour: &str| -> f64 {
            let channel = |at: usize| {
                let c = u8::from_str_radix(&colour[at..at + 2], 16).unwrap() as f64 / 255.0;
                if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn texts_stand_out_in_light_and_dark() {
        for palette in [LIGHT, DARK] {
            let colour = |name: &str| palette.iter().find(|(known, _)| *known == name).unwrap().1;
            for name in ["soft", "ink", "accent", "c0", "c1", "c2", "c3", "c4", "c5"] {
                for ground in ["paper", "tint"] {
                    let found = contrast(colour(name), colour(ground));
                    assert!(found >= 4.5, "{name} on {ground}: {found:.2}");
                }
            }
        }
    }
}
