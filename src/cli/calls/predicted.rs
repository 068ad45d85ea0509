//! What runs predicted of every sample of a split, as a frame. Owns how columns of several values become several columns.

use super::asked;
use crate::cli::predict::Predict;
use crate::cli::predict::stored::each;
use crate::cli::predict::table::{self, Column};
use crate::report::frames::{Cells, Frame};

/// A row a sample and run, with the words of `mhm predict RUN`; the columns are those of its table.
///
/// # Errors
/// What is wrong with the words or the runs.
pub fn predictions(words: &[String]) -> Result<Frame, String> {
    let words = [words, &["--output".to_string(), "-".into()]].concat();
    let command: Predict = asked::read(&words)?;
    let mut frame = Frame::default();
    each(&command, &mut |columns, rows| {
        let parts = columns.iter().flat_map(|column| (0..column.names.len()).map(move |place| (column, place)));
        for (i, (column, place)) in parts.enumerate() {
            let more = cells(column, place, rows);
            match frame.columns.get_mut(i) {
                Some(known) => known.cells.append(more),
                None => frame.add(&column.names[place], more),
            }
        }
        Ok(())
    })?;
    Ok(frame)
}

/// The values in one place of every row.
fn cells(column: &Column, place: usize, rows: usize) -> Cells {
    let places = (0..rows).map(|row| row * column.names.len() + place);
    match &column.cells {
        table::Cells::Texts(texts) => Cells::Texts(places.map(|at| Some(texts[at].clone())).collect()),
        table::Cells::Whole(numbers) => Cells::Whole(places.map(|at| numbers[at]).collect()),
        table::Cells::Numbers(numbers) => Cells::Singles(places.map(|at| numbers[at]).collect()),
    }
}
