//! Lists in columns, for a terminal. Owns their alignment.

use crate::report::listing::Listing;

/// Rows under each other, two spaces in front and between: the first columns to the left, the last `numbers` to the right.
pub fn columns(rows: &[Vec<String>], numbers: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|text| text.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(wide).collect();
    let line = |row: &Vec<String>| {
        let cell = |(c, text): (usize, &String)| {
            let width = widths[c];
            if c + numbers >= count { format!("  {text:>width$}") } else { format!("  {text:<width$}") }
        };
        let text: String = row.iter().enumerate().map(cell).collect();
        text.trim_end().to_string() + "\n"
    };
    rows.iter().map(line).collect()
}

/// A listing in columns under its title, its notes below.
pub fn listing(listing: &Listing) -> String {
    let rows: Vec<Vec<String>> = std::iter::once(&listing.heading).chain(&listing.rows).cloned().collect();
    let notes: String = listing.notes.iter().map(|note| format!("  {note}\n")).collect();
    format!("{}\n{}{notes}", listing.title, columns(&rows, listing.heading.len() - listing.words))
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn names_to_the_left_and_numbers_to_the_right() {
        let row = |cells: [&str; 3]| cells.map(String::from).to_vec();
        let text = columns(&[row(["arm", "what", "done"]), row(["×", "", "1"])], 1);
        assert_eq!(text, "  arm  what  done\n  ×             1\n");
    }
}
