//! Which axis of an experiment goes where in a table.

use super::{Declaration, Direction, Entry, Header, Line, measure_label};
use crate::record::MeasureInfo;
use crate::record::manifest::Axis;
use crate::report::combinations;

/// Indices into `axes`.
pub struct Layout<'a> {
    pub axes: &'a [Axis],
    pub rows: Vec<usize>,
    columns: Vec<usize>,
    cells: Vec<usize>,
    /// The innermost declared axis of the rows.
    pub competing: Option<usize>,
}

impl<'a> Layout<'a> {
    pub fn of(declaration: &Declaration, axes: &'a [Axis]) -> Self {
        let mut used = Vec::new();
        let [mut declared, columns, cells] =
            [&declaration.rows, &declaration.columns, &declaration.cells].map(|names| {
                let mut part = Vec::new();
                for axis in names.iter().filter_map(|name| axes.iter().position(|axis| axis.name == *name)) {
                    if !used.contains(&axis) {
                        used.push(axis);
                        part.push(axis);
                    }
                }
                part
            });
        let is_rival = |axis: &usize| Some(&axes[*axis].name) != declaration.slice.as_ref();
        let competing = declared.last().copied().filter(is_rival);
        let mut rows: Vec<usize> = (0..axes.len()).filter(|axis| !used.contains(axis)).collect();
        rows.append(&mut declared);
        Layout { axes, rows, columns, cells, competing }
    }

    /// The lines of the table and the headers above them; `entry` makes one of an arm and a measure.
    pub fn lines(
        &self,
        measures: &[MeasureInfo],
        entry: impl Fn(Vec<usize>, usize) -> Entry,
    ) -> (Direction, Vec<Header>, Vec<Line>) {
        let [rows, columns, cells] = [&self.rows, &self.columns, &self.cells].map(|part| self.choices(part));
        let cell = |row: &[usize], column: &[usize], m: usize| -> Vec<Entry> {
            cells.iter().map(|cell| entry(self.arm(row, column, cell), m)).collect()
        };
        let all = 0..measures.len();
        if self.columns.is_empty() && !self.rows.is_empty() {
            let line = |row: &Vec<usize>| Line {
                labels: self.labels(&self.rows, row),
                cells: all.clone().map(|m| cell(row, &[], m)).collect(),
            };
            let header = Header { axis: "measure".into(), values: measures.iter().map(measure_label).collect() };
            return (Direction::Across, vec![header], rows.iter().map(line).collect());
        }
        let line = |row: &Vec<usize>, m: usize| Line {
            labels: self.labels(&self.rows, row).into_iter().chain([measure_label(&measures[m])]).collect(),
            cells: columns.iter().map(|column| cell(row, column, m)).collect(),
        };
        let lines = rows.iter().flat_map(|row| all.clone().map(move |m| (row, m))).map(|(row, m)| line(row, m));
        (Direction::Down, self.headers(&columns), lines.collect())
    }

    fn choices(&self, part: &[usize]) -> Vec<Vec<usize>> {
        combinations(&part.iter().map(|axis| &self.axes[*axis]).collect::<Vec<_>>())
    }

    pub fn names(&self, part: &[usize]) -> Vec<String> {
        part.iter().map(|axis| self.axes[*axis].name.clone()).collect()
    }

    fn labels(&self, part: &[usize], choice: &[usize]) -> Vec<String> {
        part.iter().zip(choice).map(|(axis, i)| self.axes[*axis].values[*i].clone()).collect()
    }

    fn arm(&self, row: &[usize], column: &[usize], cell: &[usize]) -> Vec<usize> {
        let mut arm = vec![0; self.axes.len()];
        for (part, choice) in [(&self.rows, row), (&self.columns, column), (&self.cells, cell)] {
            for (axis, i) in part.iter().zip(choice) {
                arm[*axis] = *i;
            }
        }
        arm
    }

    fn headers(&self, columns: &[Vec<usize>]) -> Vec<Header> {
        let header = |(depth, axis): (usize, &usize)| Header {
            axis: self.axes[*axis].name.clone(),
            values: columns.iter().map(|choice| self.axes[*axis].values[choice[depth]].clone()).collect(),
        };
        self.columns.iter().enumerate().map(header).collect()
    }

    /// What stands within a cell, in order.
    pub fn within(&self) -> Option<Header> {
        let values =
            self.choices(&self.cells).iter().map(|choice| self.labels(&self.cells, choice).join(" ")).collect();
        (!self.cells.is_empty()).then(|| Header { axis: self.names(&self.cells).join(" "), values })
    }
}
