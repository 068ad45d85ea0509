//! Every file of a report: the page, its tables for texts and spreadsheets, its pictures. Writes none of them.

use super::contents::{Compared, Contents, Report};
use super::drawing::pdf::pdf;
use super::html;
use super::svg::Picture;

/// Whether pictures are bitmaps, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bitmaps {
    Yes,
    No,
}

/// Paths below the report's folder, and what stands in each file. Of a program that makes no bitmaps there are none.
pub fn files(report: &Report, bitmaps: Bitmaps) -> Vec<(String, Vec<u8>)> {
    let contents = report.contents();
    let mut files = vec![("report.html".to_string(), html::lay_out(report, &contents).into_bytes())];
    files.extend(tables(&contents).into_iter().map(|(path, text)| (path, text.into_bytes())));
    for picture in contents.pictures() {
        let path = |ending: &str| format!("figures/{}.{ending}", picture.name);
        files.push((path("svg"), picture.file().into_bytes()));
        files.push((path("pdf"), pdf(picture)));
        files.extend(bitmap(picture, bitmaps).map(|dots| (path("png"), dots)));
    }
    files
}

#[cfg(feature = "png")]
fn bitmap(picture: &Picture, bitmaps: Bitmaps) -> Option<Vec<u8>> {
    super::drawing::png::png(picture).filter(|_| bitmaps == Bitmaps::Yes)
}

#[cfg(not(feature = "png"))]
fn bitmap(_: &Picture, _: Bitmaps) -> Option<Vec<u8>> {
    None
}

/// A table for LaTeX with what a document needs for it, under the name that it is referred to by.
fn tex(name: &str, text: &str) -> String {
    let text = text.replacen("  \\begin{tabular}", &format!("  \\label{{tab:{name}}}\n  \\begin{{tabular}}"), 1);
    format!(
        "% \\usepackage{{booktabs}} in the preamble, \\input{{tables/{name}}} where it is to stand, \\ref{{tab:{name}}} where it is spoken of.\n\
         % Pictures are in figures/: \\includegraphics[width=\\columnwidth]{{figures/NAME.pdf}}, with \\usepackage{{graphicx}}.\n{text}"
    )
}

fn tables(contents: &Contents) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut add = |name: &str, ending: &str, text: String| files.push((format!("tables/{name}.{ending}"), text));
    for (i, grid) in contents.tables.iter().enumerate() {
        let name = format!("table-{}", i + 1);
        add(&name, "md", grid.markdown());
        add(&name, "tex", tex(&name, &grid.latex()));
        add(&name, "csv", grid.csv());
    }
    for (i, points) in contents.points.iter().enumerate() {
        add(&format!("curves-{}", i + 1), "csv", points.clone());
    }
    if !contents.confusions.is_empty() {
        add("confusion", "csv", contents.confusions.clone());
    }
    let listings = [
        ("chosen", &contents.chosen),
        ("equal-settings", &contents.equal),
        ("trials", &contents.trials),
        ("cost", &contents.cost),
        ("networks", &contents.variants),
        ("arms", &contents.differing),
        ("failures", &contents.failures),
    ];
    for (name, listing) in listings.into_iter().filter(|(_, listing)| !listing.rows.is_empty()) {
        let said = listing.for_people(&contents.names);
        add(name, "md", said.markdown());
        add(name, "tex", tex(name, &said.latex()));
        add(name, "csv", listing.csv());
    }
    for compared in contents.comparisons.iter().filter(|c| !c.comparison.differences.is_empty()) {
        let Compared { name, comparison, .. } = compared;
        let listing = comparison.listing().for_people(&contents.names);
        add(name, "md", listing.markdown());
        add(name, "tex", tex(name, &listing.latex()));
        add(name, "csv", comparison.csv());
        let power = comparison.power();
        if !power.rows.is_empty() {
            let name = format!("{name}-power");
            let said = power.for_people(&contents.names);
            add(&name, "md", said.markdown());
            add(&name, "tex", tex(&name, &said.latex()));
            add(&name, "csv", power.csv());
        }
    }
    files
}
