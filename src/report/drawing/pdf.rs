//! A picture as a page of PDF 1.4, as large as it is: shapes alone, so that no font is missing wherever it is printed.

use super::{Paint, Round, Shape, Step, shapes};
use crate::report::svg::{Picture, px};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

/// Points of a unit: a picture of 360 units is 3.75 inches wide.
const POINT: f64 = 0.75;

/// The same picture gives the same bytes.
pub fn pdf(picture: &Picture) -> Vec<u8> {
    let mut opacities: Vec<u32> = vec![];
    let content = content(picture, &mut opacities);
    let states: String =
        opacities.iter().map(|o| format!("/G{o} << /ca {0} /CA {0} >> ", px(f64::from(*o) / 100.0))).collect();
    let box_ = format!("[0 0 {} {}]", px(picture.width * POINT), px(picture.height * POINT));
    let objects: [Vec<u8>; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox {box_} /Contents 4 0 R /Resources << /ExtGState << {states}>> >> >>"
        )
        .into(),
        stream(content.as_bytes()),
        format!("<< /Title {} /Creator (mhm) >>", words(&picture.title)).into(),
    ];
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = vec![];
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", i + 1).bytes());
        file.extend_from_slice(object);
        file.extend(b"\nendobj\n");
    }
    let start = file.len();
    let entries: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    let count = objects.len() + 1;
    let end = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{entries}trailer\n<< /Size {count} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend(end.bytes());
    file
}

fn stream(content: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(vec![], Compression::default());
    let packed = packed.write_all(content).and_then(|()| packed.finish()).expect("memory takes every byte");
    let mut object = format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", packed.len()).into_bytes();
    object.extend(packed);
    object.extend(b"\nendstream");
    object
}

/// A text in UTF-16, as titles are.
fn words(text: &str) -> String {
    let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>")
}

/// The page turned over, for pictures are counted from above.
fn content(picture: &Picture, opacities: &mut Vec<u32>) -> String {
    let mut text = format!("{POINT} 0 0 -{POINT} 0 {} cm\n", px(picture.height * POINT));
    for Shape { path, fill, stroke, clip } in shapes(picture) {
        text += "q\n";
        if let Some([x, y, w, h]) = clip {
            let _ = writeln!(text, "{} {} {} {} re W n", px(x), px(y), px(w), px(h));
        }
        let opacity = fill.or(stroke.as_ref().map(|stroke| stroke.paint)).map_or(1.0, |paint| paint.opacity);
        let percent = (100.0 * opacity).round() as u32;
        if percent < 100 {
            if !opacities.contains(&percent) {
                opacities.push(percent);
            }
            let _ = writeln!(text, "/G{percent} gs");
        }
        if let Some(paint) = fill {
            let _ = writeln!(text, "{} rg", colour(paint));
        }
        if let Some(stroke) = &stroke {
            let dashes: Vec<String> = stroke.dashes.iter().map(|length| px(*length)).collect();
            let ends = if stroke.round == Round::Yes { "1 J 1 j" } else { "0 J 0 j" };
            let (colour, width) = (colour(stroke.paint), px(stroke.width));
            let _ = writeln!(text, "{colour} RG {width} w {ends} [{}] 0 d", dashes.join(" "));
        }
        path.iter().for_each(|step| text += &written(*step));
        text += match (fill.is_some(), stroke.is_some()) {
            (true, true) => "B\n",
            (true, false) => "f\n",
            _ => "S\n",
        };
        text += "Q\n";
    }
    text
}

fn written(step: Step) -> String {
    match step {
        Step::Move(x, y) => format!("{} {} m\n", px(x), px(y)),
        Step::Line(x, y) => format!("{} {} l\n", px(x), px(y)),
        Step::Curve(points) => format!("{} c\n", points.map(px).join(" ")),
        Step::Close => "h\n".into(),
    }
}

fn colour(paint: Paint) -> String {
    paint.colour.map(|channel| format!("{:.3}", f64::from(channel) / 255.0)).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::svg::Fit;
    use maud::html;

    #[test]
    fn a_page_is_whole() {
        let body = html! {
            rect .{"wash f1"} x="0" y="0" width="10" height="10" {}
            text .strong x="0" y="14" { "Test θ" }
        };
        let picture = Picture { title: "θ (1)".into(), ..Picture::new("a".into(), (100.0, 50.0), Fit::Shrink, body) };
        let file = pdf(&picture);
        assert_eq!(file, pdf(&picture));
        let text = String::from_utf8_lossy(&file);
        assert!(text.starts_with("%PDF-1.4") && text.ends_with("%%EOF\n") && text.contains("/MediaBox [0 0 75 37.5]"));
        assert!(text.contains("/G14 << /ca 0.14") && text.contains("/Title <FEFF03B80020002800310029>"));
        // The places of the objects are theirs.
        let start: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(file[start..].starts_with(b"xref"));
        let entries = String::from_utf8_lossy(&file[start..])
            .lines()
            .skip(3)
            .take(5)
            .map(|l| l[..10].parse::<usize>().unwrap())
            .collect::<Vec<_>>();
        for (i, place) in entries.into_iter().enumerate() {
            assert!(file[place..].starts_with(format!("{} 0 obj", i + 1).as_bytes()));
        }
    }
}
