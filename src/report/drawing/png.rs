//! A picture as a bitmap on white, three dots a unit: what programs take that know no vectors.

use super::{Round, Shape, Step, Stroke, shapes};
use crate::report::svg::Picture;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, Rect, StrokeDash, Transform,
};

/// Dots of a unit: 288 an inch of a PDF of the same.
const SCALE: f32 = 3.0;

/// Nothing where a picture has no size, or more dots than memory ought to hold.
pub fn png(picture: &Picture) -> Option<Vec<u8>> {
    const MOST: f64 = 20_000.0;
    let side = |length: f64| (length * f64::from(SCALE)).ceil().clamp(0.0, MOST) as u32;
    let mut dots = Pixmap::new(side(picture.width), side(picture.height))?;
    dots.fill(Color::WHITE);
    let scale = Transform::from_scale(SCALE, SCALE);
    for shape in shapes(picture) {
        let Some(path) = path(&shape) else { continue };
        let mask = shape.clip.and_then(|[x, y, w, h]| {
            let mut mask = Mask::new(dots.width(), dots.height())?;
            let rect = Rect::from_xywh(x as f32, y as f32, w as f32, h as f32)?;
            mask.fill_path(&PathBuilder::from_rect(rect), FillRule::Winding, true, scale);
            Some(mask)
        });
        if let Some(fill) = shape.fill {
            dots.fill_path(&path, &paint(fill), FillRule::Winding, scale, mask.as_ref());
        }
        if let Some(stroke) = &shape.stroke {
            dots.stroke_path(&path, &paint(stroke.paint), &line(stroke), scale, mask.as_ref());
        }
    }
    dots.encode_png().ok()
}

fn path(shape: &Shape) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in &shape.path {
        match step {
            Step::Move(x, y) => path.move_to(*x as f32, *y as f32),
            Step::Line(x, y) => path.line_to(*x as f32, *y as f32),
            Step::Curve(points) => {
                let [a, b, c, d, x, y] = points.map(|point| point as f32);
                path.cubic_to(a, b, c, d, x, y);
            }
            Step::Close => path.close(),
        }
    }
    path.finish()
}

fn paint(of: super::Paint) -> Paint<'static> {
    let [red, green, blue] = of.colour;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(red, green, blue, (255.0 * of.opacity).round() as u8);
    paint
}

fn line(of: &Stroke) -> tiny_skia::Stroke {
    let (line_cap, line_join) = match of.round {
        Round::Yes => (LineCap::Round, LineJoin::Round),
        Round::No => (LineCap::Butt, LineJoin::Miter),
    };
    // Dashes come in pairs.
    let mut dashes: Vec<f32> = of.dashes.iter().map(|length| *length as f32).collect();
    if dashes.len() % 2 == 1 {
        dashes.extend_from_within(..);
    }
    let dash = if dashes.is_empty() { None } else { StrokeDash::new(dashes, 0.0) };
    tiny_skia::Stroke { width: of.width as f32, line_cap, line_join, dash, ..tiny_skia::Stroke::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::svg::Fit;
    use maud::html;

    #[test]
    fn dots_have_the_colours_of_the_picture() {
        let body = html! { rect .f1 x="0" y="0" width="10" height="10" {} };
        let picture = Picture::new("a".into(), (20.0, 10.0), Fit::Shrink, body);
        let dots = Pixmap::decode_png(&png(&picture).unwrap()).unwrap();
        assert_eq!((dots.width(), dots.height()), (60, 30));
        let of = |x, y| {
            let dot = dots.pixel(x, y).unwrap();
            (dot.red(), dot.green(), dot.blue())
        };
        assert_eq!((of(5, 5), of(50, 5)), ((0xc2, 0x41, 0x0c), (255, 255, 255)));
    }
}
