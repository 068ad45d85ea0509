//! Every file of a report: the page, its tables for texts and spreadsheets, its pictures. Writes none of them.

use super::contents::{Compared, Contents, Report};
use super::html;

/// Paths below the report's folder, and what stands in each file.
pub fn files(report: &Report) -> Vec<(String, String)> {
    let contents = report.contents();
    let mut files = vec![("report.html".to_string(), html::lay_out(report, &contents))];
    files.extend(tables(&contents));
    files.extend(contents.pictures().map(|picture| (format!("figures/{}.svg", picture.name), picture.file())));
    files
}

fn tables(contents: &Contents) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut add = |name: &str, ending: &str, text: String| files.push((format!("tables/{name}.{ending}"), text));
    for (i, grid) in contents.tables.iter().enumerate() {
        let name = format!("table-{}", i + 1);
        add(&name, "md", grid.markdown());
        add(&name, "tex", grid.latex());
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
        add(name, "tex", said.latex());
        add(name, "csv", listing.csv());
    }
    for compared in contents.comparisons.iter().filter(|c| !c.comparison.differences.is_empty()) {
        let Compared { name, comparison, .. } = compared;
        let listing = comparison.listing().for_people(&contents.names);
        add(name, "md", listing.markdown());
        add(name, "tex", listing.latex());
        add(name, "csv", comparison.csv());
        let power = comparison.power();
        if !power.rows.is_empty() {
            let name = format!("{name}-power");
            let said = power.for_people(&contents.names);
            add(&name, "md", said.markdown());
            add(&name, "tex", said.latex());
            add(&name, "csv", power.csv());
        }
    }
    files
}
