//! Where the boxes of a picture stand: rows by the longest way to them, and in a row near what they read. An arrow over
//! several rows has a place in each, so that it goes around boxes. K. Sugiyama et al., IEEE Trans. SMC 11 (1981) 109–125,
//! in its simplest form.

/// Between boxes of one row.
const BESIDE: f64 = 18.0;
/// Between rows: room for an arrow and its shape.
const BETWEEN: f64 = 46.0;
/// Room that an arrow takes in the rows it passes.
const PASSING: f64 = 26.0;
const MARGIN: f64 = 2.0;

/// Boxes by size (width, height), arrows by index.
pub struct Graph {
    pub sizes: Vec<(f64, f64)>,
    pub edges: Vec<(usize, usize)>,
}

pub struct Layout {
    /// One a box.
    pub spots: Vec<Spot>,
    /// The points of every arrow, from one box's lower side to another's upper.
    pub routes: Vec<Vec<(f64, f64)>>,
    pub width: f64,
    pub height: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spot {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Spot {
    fn middle(self) -> f64 {
        self.x + self.width / 2.0
    }
}

impl Graph {
    pub fn layout(&self) -> Layout {
        let levels = self.levels();
        let Places { sizes, chains, levels } = self.with_passing(levels);
        let rows = rows(&levels, &chains);
        let widths: Vec<f64> = rows.iter().map(|row| row_width(row, &sizes)).collect();
        let width = widths.iter().copied().fold(0.0, f64::max);
        let mut spots = vec![Spot::default(); sizes.len()];
        let mut y = MARGIN;
        for (row, own) in rows.iter().zip(&widths) {
            let mut x = MARGIN + (width - own) / 2.0;
            let height = row.iter().map(|&n| sizes[n].1).fold(0.0, f64::max);
            for &n in row {
                let (width, own) = sizes[n];
                spots[n] = Spot { x, y: y + (height - own) / 2.0, width, height: own };
                x += width + BESIDE;
            }
            y += height + BETWEEN;
        }
        let routes = chains.iter().map(|chain| route(chain, &spots, self.sizes.len())).collect();
        spots.truncate(self.sizes.len());
        Layout { spots, routes, width: width + 2.0 * MARGIN, height: y - BETWEEN + MARGIN }
    }

    /// The longest way to every box. An arrow back, as of a module applied before and after another, makes no way longer.
    fn levels(&self) -> Vec<usize> {
        let n = self.sizes.len();
        let mut levels = vec![0; n];
        for _ in 0..n {
            let before = levels.clone();
            for &(from, to) in &self.edges {
                if !self.leads(to, from) {
                    levels[to] = levels[to].max(levels[from] + 1);
                }
            }
            if levels == before {
                break;
            }
        }
        levels
    }

    /// Whether arrows lead from one box to another.
    fn leads(&self, from: usize, to: usize) -> bool {
        let mut seen = vec![false; self.sizes.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(self.edges.iter().filter(|(a, _)| *a == at).map(|(_, b)| *b));
            }
        }
        false
    }

    /// With a thin place in every row that an arrow passes; every arrow as the chain of its places.
    fn with_passing(&self, mut levels: Vec<usize>) -> Places {
        let mut sizes = self.sizes.clone();
        let mut chains = Vec::new();
        for &(from, to) in &self.edges {
            let mut chain = vec![from];
            for level in levels[from] + 1..levels[to] {
                chain.push(sizes.len());
                sizes.push((PASSING, 0.0));
                levels.push(level);
            }
            chain.push(to);
            chains.push(chain);
        }
        Places { sizes, chains, levels }
    }
}

/// Boxes and the thin places between them.
struct Places {
    sizes: Vec<(f64, f64)>,
    chains: Vec<Vec<usize>>,
    levels: Vec<usize>,
}

/// The places of every level, each near the middle of those above that it follows, then of those below.
fn rows(levels: &[usize], chains: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let depth = levels.iter().max().map_or(0, |deepest| deepest + 1);
    let mut rows: Vec<Vec<usize>> =
        (0..depth).map(|level| (0..levels.len()).filter(|n| levels[*n] == level).collect()).collect();
    let links: Vec<(usize, usize)> = chains.iter().flat_map(|c| c.windows(2)).map(|pair| (pair[0], pair[1])).collect();
    let back: Vec<(usize, usize)> = links.iter().map(|(a, b)| (*b, *a)).collect();
    for _ in 0..3 {
        (1..depth).for_each(|level| settle(&mut rows, level, level - 1, &links));
        (1..depth).rev().for_each(|level| settle(&mut rows, level - 1, level, &back));
    }
    rows
}

/// Orders one row by the mean place of its neighbours in another; without any, a box keeps its place.
fn settle(rows: &mut [Vec<usize>], row: usize, other: usize, links: &[(usize, usize)]) {
    let share = |at: usize, of: usize| (at as f64 + 0.5) / of as f64;
    let neighbours = rows[other].clone();
    let wanted = |(i, n): (usize, &usize)| {
        let at = |a: &usize| neighbours.iter().position(|m| m == a);
        let places: Vec<usize> = links.iter().filter(|(_, b)| b == n).filter_map(|(a, _)| at(a)).collect();
        let mean = places.iter().map(|p| share(*p, neighbours.len())).sum::<f64>() / places.len() as f64;
        (if places.is_empty() { share(i, rows[row].len()) } else { mean }, *n)
    };
    let mut order: Vec<(f64, usize)> = rows[row].iter().enumerate().map(wanted).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows[row] = order.into_iter().map(|(_, n)| n).collect();
}

fn row_width(row: &[usize], sizes: &[(f64, f64)]) -> f64 {
    row.iter().map(|&n| sizes[n].0).sum::<f64>() + BESIDE * row.len().saturating_sub(1) as f64
}

fn route(chain: &[usize], spots: &[Spot], boxes: usize) -> Vec<(f64, f64)> {
    let last = chain.len() - 1;
    let of = |(i, &n): (usize, &usize)| {
        let spot = spots[n];
        let y = match i {
            0 => spot.y + spot.height,
            i if i == last => spot.y,
            _ => spot.y + spot.height / 2.0,
        };
        (spot.middle(), y)
    };
    debug_assert!(chain[0] < boxes && chain[last] < boxes);
    chain.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(n: usize, edges: &[(usize, usize)]) -> Layout {
        Graph { sizes: vec![(60.0, 20.0); n], edges: edges.to_vec() }.layout()
    }

    #[test]
    fn boxes_stand_below_what_they_read() {
        // Two inputs, their embeddings, a fusion and a head.
        let edges = [(0, 2), (1, 3), (2, 4), (3, 4), (4, 5)];
        let Layout { spots, routes, .. } = layout(6, &edges);
        assert!(edges.iter().all(|(a, b)| spots[*a].y + spots[*a].height < spots[*b].y));
        assert!(spots[2].x < spots[3].x && spots[2].y == spots[3].y);
        assert!(routes.iter().all(|route| route.len() == 2));
    }

    #[test]
    fn an_arrow_that_skips_a_row_goes_around_its_box() {
        let Layout { spots, routes, .. } = layout(3, &[(0, 1), (1, 2), (0, 2)]);
        let [_, (x, _), _] = routes[2][..] else { panic!("one place on the way: {:?}", routes[2]) };
        assert!(x < spots[1].x || x > spots[1].x + spots[1].width);
    }

    #[test]
    fn a_circle_ends() {
        let Layout { spots, routes, .. } = layout(3, &[(0, 1), (1, 2), (2, 1)]);
        assert_eq!((spots.len(), routes.len()), (3, 3));
        assert!(layout(0, &[]).spots.is_empty());
    }
}
