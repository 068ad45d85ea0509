//! The forest plots of a comparison. Owns which differences share a picture and what their lines are called.

use super::comparison::{Comparison, Difference};
use super::names;
use super::svg::{self, Captioned};
use crate::record::Unit;

/// Whether it has one other value and one cell: measures share a picture.
pub fn is_one(comparison: &Comparison) -> bool {
    comparison.differences.windows(2).all(|pair| pair[0].other == pair[1].other && pair[0].setting == pair[1].setting)
}

/// Lines of a forest plot are the cells of one measure and one other value; of one cell, the other values; of one of both,
/// the measures, those in percent together.
pub fn of(comparison: &Comparison) -> Vec<Captioned> {
    let differences: Vec<&Difference> = comparison.differences.iter().filter(|d| d.paired.n > 0).collect();
    let Some(first) = differences.first() else { return vec![] };
    let one_cell = differences.iter().all(|d| d.setting == first.setting);
    let one_other = differences.iter().all(|d| d.other == first.other);
    let minus = |d: &Difference| format!("{} − {}", d.other, d.first);
    let of = |caption: &str,
              title: &dyn Fn(&Difference) -> String,
              under: &dyn Fn(&Difference) -> String,
              label: &dyn Fn(&Difference) -> String,
              among: &[&Difference]| {
        let pictures = grouped_by(among, title);
        let draw = |(title, of): &(String, Vec<&Difference>)| svg::forest::draw(title, &under(of[0]), of, label);
        Captioned { caption: caption.to_string(), pictures: pictures.iter().map(draw).collect() }
    };
    let measure = |d: &Difference| names::title(&d.measure);
    match (one_cell, one_other) {
        (true, true) => {
            let title = |d: &Difference| match d.measure.unit {
                Unit::Percent => "Measures in percent".to_string(),
                Unit::Plain => measure(d),
            };
            vec![of("", &title, &minus, &measure, &differences)]
        }
        (true, false) => {
            let under = |d: &Difference| format!("difference to {}{}", d.first, points(d));
            vec![of("", &measure, &under, &|d| d.other.clone(), &differences)]
        }
        (false, _) => {
            let others = comparison.others();
            let forest = |(other, own): &(&str, &[Difference])| {
                let own: Vec<&Difference> = own.iter().filter(|d| d.paired.n > 0).collect();
                let caption = format!("{other} against {}", comparison.first);
                let under = |d: &Difference| format!("{}{}", minus(d), points(d));
                of(&caption, &measure, &under, &|d| d.place.join(", "), &own)
            };
            others.iter().map(forest).collect()
        }
    }
}

fn points(difference: &Difference) -> &'static str {
    match difference.measure.unit {
        Unit::Percent => ", in points",
        Unit::Plain => "",
    }
}

fn grouped_by<'d>(
    differences: &[&'d Difference],
    key: &dyn Fn(&Difference) -> String,
) -> Vec<(String, Vec<&'d Difference>)> {
    let mut groups: Vec<(String, Vec<&Difference>)> = Vec::new();
    for difference in differences {
        match groups.iter_mut().find(|(name, _)| *name == key(difference)) {
            Some((_, of)) => of.push(difference),
            None => groups.push((key(difference), vec![difference])),
        }
    }
    groups
}
