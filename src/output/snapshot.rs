//! Phase-space pictures: a plane of the grid, the other axes summed or cut.

use std::ops::Range;

use glam::{DVec3, DVec4, Vec4Swizzles};
use rayon::prelude::*;

use super::{HeatMap, PlotAxis, Scale};
use crate::grid::{AXIS_NAMES, Grid, MOMENTUM};
use crate::precision::{Numbers, Real};
use crate::scenario::schema::{Frame, PhaseAxis, Quantity, Snapshot, Units};
use crate::state::State;

/// Densities below this part of the largest show no polarisation.
const EMPTY: f64 = 1e-3;

/// Cells of a plane along an axis at the most, more than a picture has pixels. Each shows the mean of the cells that share
/// it where the grid has more.
pub(crate) const SHOWN: usize = 1024;

/// Storage slot of an axis.
pub fn slot(axis: PhaseAxis) -> usize {
    axis as usize
}

/// A projected state, rows along the vertical axis from below.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// What the colours show.
    pub values: Vec<f64>,
    /// (w1, w2)/w0 of a texture, else empty.
    pub arrows: Vec<[f64; 2]>,
    /// Values in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

/// The plane of a snapshot of particles of a mass.
pub fn project(state: &State, grid: &Grid, mass: f64, snapshot: &Snapshot) -> Plane {
    let mut projection = Projection::new(grid, state.components(), mass, snapshot);
    for cells in grid.parts() {
        projection.add(cells.start, &Numbers::F64(state.numbers_of(cells)));
    }
    projection.plane()
}

/// One axis of the sums over a state.
#[derive(Clone, Copy)]
struct Loop {
    cells: usize,
    /// Distance between neighbours in the state and in a line of the plane.
    state: usize,
    line: usize,
}

impl Loop {
    /// The indices under which there are cells of `held`, where they begin at `from` and reach so far beyond each.
    fn inside(&self, held: &Range<usize>, from: usize, reach: usize) -> Range<usize> {
        let first = held.start.saturating_sub(from + reach).div_ceil(self.state);
        first..held.end.saturating_sub(from).div_ceil(self.state).min(self.cells)
    }
}

/// A plane in the making: (w0, w1, w2, w3), sums over the axes left out, of the parts of a state that were added.
pub struct Projection<'a> {
    grid: Grid,
    mass: f64,
    snapshot: &'a Snapshot,
    /// Numbers per cell.
    components: usize,
    /// First cell that counts, and the distance between lines of the plane in the state.
    origin: usize,
    stride: usize,
    loops: Vec<Loop>,
    /// Product of the cell widths along the axes summed over.
    weight: f64,
    /// Cells of the state along the slower and the faster axis, and those of the plane.
    cells: [usize; 2],
    shape: [usize; 2],
    plane: Vec<DVec4>,
}

impl<'a> Projection<'a> {
    /// Of nothing yet.
    pub fn new(grid: &Grid, components: usize, mass: f64, snapshot: &'a Snapshot) -> Projection<'a> {
        let [horizontal, vertical] = snapshot.axes.map(slot);
        let (slow, fast) = (horizontal.min(vertical), horizontal.max(vertical));
        let (shape, strides) = (grid.shape(), grid.strides());
        let (mut origin, mut weight, mut loops) = (0, 1.0, Vec::new());
        for other in grid.resolved().filter(|other| *other != slow) {
            let Some(axis) = grid.axis(other) else { continue };
            let cut = snapshot.cut.iter().find(|(name, _)| slot(**name) == other);
            if let Some((_, value)) = cut {
                let index = ((value - axis.from) / axis.step).floor().clamp(0.0, axis.cells as f64 - 1.0);
                origin += index as usize * strides[other];
                continue;
            }
            if other != fast {
                weight *= axis.step;
            }
            loops.push(Loop { cells: axis.cells, state: strides[other], line: usize::from(other == fast) });
        }
        let cells = [shape[slow], shape[fast]];
        let shape = cells.map(|cells| cells.min(SHOWN));
        let plane = vec![DVec4::ZERO; shape[0] * shape[1]];
        Projection {
            grid: grid.clone(),
            mass,
            snapshot,
            components,
            origin,
            stride: strides[slow],
            loops,
            weight,
            cells,
            shape,
            plane,
        }
    }

    /// Adds the cells from `first` on; parts are added in their order.
    pub fn add(&mut self, first: usize, numbers: &Numbers) {
        match numbers {
            Numbers::F32(numbers) => self.add_numbers(first, numbers),
            Numbers::F64(numbers) => self.add_numbers(first, numbers),
        }
    }

    fn add_numbers<R: Real>(&mut self, first: usize, numbers: &[R]) {
        let held = first..first + numbers.len() / self.components;
        if self.components == 1 {
            self.add_cells(held, |cell| DVec4::new(numbers[cell - first].into(), 0.0, 0.0, 0.0));
            return;
        }
        let own = |cell: usize| DVec4::from_array(std::array::from_fn(|k| numbers[4 * (cell - first) + k].into()));
        match self.snapshot.frame {
            Frame::Rest => self.add_cells(held, own),
            Frame::Laboratory => {
                let (grid, mass, momenta) = (self.grid.clone(), self.mass, self.grid.momentum_cells());
                self.add_cells(held, |cell| in_the_laboratory(own(cell), grid.momentum(cell % momenta), mass));
            }
        }
    }

    /// Each line of the plane along its faster axis is summed by one task: the tasks share nothing, every cell is read
    /// once, in order, and the sums do not depend on the number of threads.
    fn add_cells(&mut self, held: Range<usize>, cell: impl Fn(usize) -> DVec4 + Sync) {
        let Projection { origin, stride, loops, cells: [slow, fast], shape, .. } = self;
        self.plane.par_chunks_mut(shape[1]).enumerate().for_each(|(index, line)| {
            for index in block(*slow, shape[0], index) {
                gather(loops, &held, *origin + index * *stride, 0, *fast, line, &cell);
            }
        });
    }

    /// (w0, w1, w2, w3) of value number `at` of the plane, rows along the vertical axis from below.
    fn sum(&self, at: usize) -> DVec4 {
        let ([columns, rows], [slow, fast]) = (self.shape, self.cells);
        let at = if self.lies() { at } else { at % columns * rows + at / columns };
        let shared = block(slow, columns, at / rows).len() * block(fast, rows, at % rows).len();
        self.plane[at] * self.weight / shared as f64
    }

    /// Whether rows of the plane are lines along the faster axis.
    fn lies(&self) -> bool {
        slot(self.snapshot.axes[1]) < slot(self.snapshot.axes[0])
    }

    /// The plane, once all parts were added.
    pub fn plane(self) -> Plane {
        let sums = || (0..self.plane.len()).map(|at| self.sum(at));
        let axis = DVec3::from(self.snapshot.spin_axis).normalize();
        let largest = sums().map(|cell| cell.x).fold(0.0, f64::max);
        let present = |cell: &DVec4| cell.x > EMPTY * largest;
        let value = |cell: DVec4| {
            let w = DVec3::new(cell.y, cell.z, cell.w);
            match self.snapshot.quantity {
                Quantity::W0 => cell.x,
                Quantity::W1 => w.x,
                Quantity::W2 => w.y,
                Quantity::W3 => w.z,
                Quantity::Spin => w.length(),
                Quantity::Up => 0.5 * (cell.x + axis.dot(w)),
                Quantity::Down => 0.5 * (cell.x - axis.dot(w)),
                Quantity::Polarisation | Quantity::Texture if !present(&cell) => f64::NAN,
                Quantity::Polarisation => axis.dot(w) / cell.x,
                Quantity::Texture => w.z / cell.x,
            }
        };
        // As long as a block of cells where they are the largest.
        let longest = self.snapshot.largest;
        let arrow = |cell: DVec4| match present(&cell) {
            true => [cell.y, cell.z].map(|w| w / (longest * cell.x)),
            false => [f64::NAN; 2],
        };
        let arrows = match self.snapshot.quantity {
            Quantity::Texture => sums().map(arrow).collect(),
            _ => Vec::new(),
        };
        let [slow, fast] = self.shape;
        let [columns, rows] = if self.lies() { [fast, slow] } else { [slow, fast] };
        Plane { values: sums().map(value).collect(), arrows, columns, rows }
    }
}

/// (w0, A) of (w0, w): A^mu = L(p) (0, w), the boost that takes particles at rest to the momentum p.
fn in_the_laboratory(cell: DVec4, p: DVec3, mass: f64) -> DVec4 {
    let w = cell.yzw();
    let energy = (mass * mass + p.length_squared()).sqrt();
    (w + p * (p.dot(w) / (mass * (energy + mass)))).extend(cell.x).wxyz()
}

/// The cells, of all along an axis, that number `index` of those `shown` stands for.
fn block(cells: usize, shown: usize, index: usize) -> Range<usize> {
    index * cells / shown..(index + 1) * cells / shown
}

/// Adds those cells of `held` that are under `loops`, from `from` on, to the place in the line that shares number `to`
/// of so many cells along the faster axis.
fn gather(
    loops: &[Loop],
    held: &Range<usize>,
    from: usize,
    to: usize,
    cells: usize,
    line: &mut [DVec4],
    cell: &impl Fn(usize) -> DVec4,
) {
    // The block of a cell.
    let shown = line.len();
    let at = |cell: usize| ((cell + 1) * shown - 1) / cells;
    match loops {
        [] if held.contains(&from) => line[at(to)] += cell(from),
        [] => {}
        [last] if last.line == 0 => {
            line[at(to)] += last.inside(held, from, 0).map(|i| cell(from + i * last.state)).sum::<DVec4>();
        }
        [last] => {
            for i in last.inside(held, from, 0) {
                line[at(i)] += cell(from + i * last.state);
            }
        }
        [first, rest @ ..] => {
            let reach = rest.iter().map(|inner| (inner.cells - 1) * inner.state).sum();
            for i in first.inside(held, from, reach) {
                gather(rest, held, from + i * first.state, to + i * first.line, cells, line, cell);
            }
        }
    }
}
/// Bytes that a snapshot takes while a state is walked over, and those besides when it is drawn.
pub fn plane_bytes(grid: &Grid, snapshot: &Snapshot) -> [u64; 2] {
    let shown: usize = snapshot.axes.iter().map(|&axis| grid.shape()[slot(axis)].min(SHOWN)).product();
    let (sums, values) = (size_of::<DVec4>(), size_of::<f64>());
    let arrows = if snapshot.quantity == Quantity::Texture { size_of::<[f64; 2]>() } else { 0 };
    let first = if snapshot.change { values } else { 0 };
    [shown * (sums + first), shown * (values + arrows)].map(|bytes| bytes as u64)
}

/// The picture of a plane.
pub fn heat_map<'a>(
    plane: &'a Plane,
    grid: &Grid,
    snapshot: &Snapshot,
    units: &Units,
    title: &str,
    time: f64,
) -> HeatMap<'a> {
    let axis = |axis: PhaseAxis| {
        let (from, to) = grid.axis(slot(axis)).map_or((0.0, 1.0), |a| (a.from, a.to()));
        let label = match axis {
            PhaseAxis::X => "x",
            PhaseAxis::Y => "y",
            PhaseAxis::Z => "z",
            PhaseAxis::Px => "p_x",
            PhaseAxis::Py => "p_y",
            PhaseAxis::Pz => "p_z",
        };
        let unit = if slot(axis) < MOMENTUM { &units.length } else { &units.momentum };
        PlotAxis { label: label.into(), unit: unit.clone(), from, to }
    };
    let [horizontal, vertical] = snapshot.axes.map(axis);
    let in_space = snapshot.axes.map(|axis| slot(axis) < MOMENTUM);
    let along = named_direction(snapshot.spin_axis);
    let w = if snapshot.frame == Frame::Laboratory { "A" } else { "w" };
    let (mut bar_label, mut scale) = match snapshot.quantity {
        Quantity::W0 => ("w_0".into(), Scale::Sequential),
        Quantity::W1 => (format!("{w}_1"), Scale::Diverging),
        Quantity::W2 => (format!("{w}_2"), Scale::Diverging),
        Quantity::W3 => (format!("{w}_3"), Scale::Diverging),
        Quantity::Spin => (format!("|{w}|"), Scale::Sequential),
        Quantity::Up => (format!("(w_0 + {w}·{along})/2"), Scale::Diverging),
        Quantity::Down => (format!("(w_0 − {w}·{along})/2"), Scale::Diverging),
        Quantity::Polarisation => (format!("{w}·{along} / w_0"), Scale::DivergingTo(snapshot.largest)),
        Quantity::Texture => (format!("{w}_3 / w_0"), Scale::DivergingTo(snapshot.largest)),
    };
    if snapshot.change {
        bar_label = format!("change of {bar_label} since t = 0");
        scale = Scale::Diverging;
    }
    // Four decimals at most, without trailing zeros.
    let mut subtitle = format!("t = {} {}", (time * 1e4).round() / 1e4, units.time);
    for (&axis, value) in &snapshot.cut {
        subtitle += &format!(", {} = {value}", AXIS_NAMES[slot(axis)]);
    }
    if snapshot.quantity == Quantity::Texture {
        subtitle += &format!(", arrows: ({w}_1, {w}_2)/w_0, longest = {}", snapshot.largest);
    }
    HeatMap {
        title: title.into(),
        subtitle,
        horizontal,
        vertical,
        values: &plane.values,
        arrows: &plane.arrows,
        columns: plane.columns,
        rows: plane.rows,
        bar_label,
        scale,
        true_to_scale: in_space[0] == in_space[1],
    }
}

fn named_direction(axis: [f64; 3]) -> String {
    for (k, name) in ["x", "y", "z"].into_iter().enumerate() {
        if axis[k] > 0.0 && (0..3).all(|other| other == k || axis[other] == 0.0) {
            return name.into();
        }
    }
    format!("({}, {}, {})", axis[0], axis[1], axis[2])
}

/// File-name part of each snapshot: quantity and axes, numbered where that is not unique.
pub fn names(snapshots: &[Snapshot]) -> Vec<String> {
    let plain: Vec<String> = snapshots.iter().map(name).collect();
    let number = |index: usize| plain[..=index].iter().filter(|other| **other == plain[index]).count();
    let unique = |index: usize| match number(index) {
        1 => plain[index].clone(),
        number => format!("{}_{number}", plain[index]),
    };
    (0..plain.len()).map(unique).collect()
}

fn name(snapshot: &Snapshot) -> String {
    let change = if snapshot.change { "change_" } else { "" };
    let frame = if snapshot.frame == Frame::Laboratory { "laboratory_" } else { "" };
    let quantity = match snapshot.quantity {
        Quantity::W0 => "w0",
        Quantity::W1 => "w1",
        Quantity::W2 => "w2",
        Quantity::W3 => "w3",
        Quantity::Spin => "spin",
        Quantity::Up => "up",
        Quantity::Down => "down",
        Quantity::Polarisation => "polarisation",
        Quantity::Texture => "texture",
    };
    let [horizontal, vertical] = snapshot.axes.map(|axis| AXIS_NAMES[slot(axis)]);
    format!("{change}{frame}{quantity}_{horizontal}_{vertical}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::grid::{AXES, Axis};
    use crate::random::Random;
    use crate::state::runs;

    /// A grid of all six axes, each of another length, and a state of noise on it.
    fn noise() -> (Grid, State) {
        let axis =
            |slot: usize| Axis { cells: 8 + slot % 3, from: -1.0 - slot as f64, step: 0.25 + 0.125 * slot as f64 };
        let grid = Grid::new(std::array::from_fn(|slot| (slot != 2).then(|| axis(slot)))).unwrap();
        let mut random = Random(1);
        let mut next = || random.fraction();
        let cells = (0..grid.cells()).map(|_| DVec4::new(1.0 + next(), next(), -next(), 0.5 - next())).collect();
        (grid, State::Spin(cells))
    }

    fn snapshot(value: Value) -> Snapshot {
        serde_json::from_value(value).unwrap()
    }

    /// The definition: every cell goes to the pixel of its indices.
    fn by_definition(state: &State, grid: &Grid, snapshot: &Snapshot) -> Vec<DVec4> {
        let [horizontal, vertical] = snapshot.axes.map(slot);
        let (shape, mut weight) = (grid.shape(), 1.0);
        let mut at = [None; AXES];
        for slot in grid.resolved().filter(|slot| ![horizontal, vertical].contains(slot)) {
            let axis = grid.axis(slot).unwrap();
            match snapshot.cut.get(&PhaseAxis::ALL[slot]) {
                Some(value) => at[slot] = Some(((value - axis.from) / axis.step) as usize),
                None => weight *= axis.step,
            }
        }
        let mut plane = vec![DVec4::ZERO; shape[horizontal] * shape[vertical]];
        for cell in 0..grid.cells() {
            let index = grid.indices(cell);
            if (0..AXES).all(|slot| at[slot].is_none_or(|at| at == index[slot])) {
                plane[index[vertical] * shape[horizontal] + index[horizontal]] += state.cell(cell) * weight;
            }
        }
        plane
    }

    #[test]
    fn planes_are_sums_and_cuts_in_every_direction() {
        let (grid, state) = noise();
        let resolved = ["x", "y", "px", "py", "pz"];
        for horizontal in resolved {
            for vertical in resolved.iter().filter(|name| **name != horizontal) {
                let free: Vec<&str> =
                    resolved.into_iter().filter(|name| *name != horizontal && name != vertical).collect();
                let none = json!({});
                let (first, last, all) = (
                    json!({free[0]: 0.1 - 1.0}),
                    json!({free[2]: -4.9}),
                    json!({free[0]: -0.9, free[1]: -3.1, free[2]: -4.8}),
                );
                for cut in [none, first, last, all] {
                    let what =
                        snapshot(json!({"quantity": "w0", "axes": [horizontal, vertical], "interval": 1, "cut": cut}));
                    let expected = by_definition(&state, &grid, &what);
                    // In parts of any length: sums of cells that were apart before may differ in their last digit.
                    let mut found = Projection::new(&grid, 4, 1.0, &what);
                    for cells in runs(grid.cells(), 2 * 77) {
                        found.add(cells.start, &Numbers::F64(state.numbers_of(cells)));
                    }
                    let found: Vec<DVec4> = (0..found.plane.len()).map(|at| found.sum(at)).collect();
                    for (found, expected) in found.iter().zip(&expected) {
                        assert!((*found - *expected).length() < 1e-12 * expected.length(), "{what:?}");
                    }
                    assert_eq!(found.len(), expected.len());
                }
            }
        }
    }

    /// More cells than a picture shows are shown as means, of blocks that take all of them in.
    #[test]
    fn fine_planes_are_means() {
        let axis = |cells| Some(Axis { cells, from: 0.0, step: 0.5 });
        let grid = Grid::new([axis(1500), None, None, axis(2048), axis(2), None]).unwrap();
        let (mut random, what) = (Random(5), snapshot(json!({"quantity": "w0", "axes": ["px", "x"], "interval": 1})));
        let state = State::Spinless((0..grid.cells()).map(|_| random.fraction()).collect());
        let plane = project(&state, &grid, 1.0, &what);
        assert_eq!((plane.columns, plane.rows, plane.values.len()), (1024, 1024, 1 << 20));
        for (column, row) in [(0, 0), (511, 700), (1023, 1023)] {
            // Blocks of one cell or two along x, two along px.
            let xs: Vec<usize> = (0..1500).filter(|x| ((x + 1) * 1024 - 1) / 1500 == row).collect();
            let cells = xs.iter().flat_map(|x| (4 * column..4 * column + 4).map(move |at| 4096 * x + at));
            let sum: f64 = cells.map(|cell| state.cell(cell).x).sum();
            let mean = 0.5 * sum / (2 * xs.len()) as f64;
            assert!((plane.values[row * 1024 + column] - mean).abs() < 1e-12, "{column} {row}");
        }
        assert_eq!((0..1024).map(|index| block(1500, 1024, index).len()).sum::<usize>(), 1500);
    }

    #[test]
    fn textures_are_parts_of_the_density() {
        let axis = Some(Axis { cells: 8, from: 0.0, step: 1.0 });
        let grid = Grid::new([axis, axis, None, axis, axis, None]).unwrap();
        // Momentum cell 0 alone is filled, and x cell 0 is nearly empty.
        let cells = (0..grid.cells()).map(|cell| {
            let index = grid.indices(cell);
            let density = if index[0] == 0 { 1e-4 } else { 2.0 };
            let filled = if index[3] + index[4] == 0 { density } else { 0.0 };
            filled * DVec4::new(1.0, 0.6, 0.1 * index[1] as f64, -0.5)
        });
        let state = State::Spin(cells.collect());
        let what = snapshot(json!({"quantity": "texture", "axes": ["x", "y"], "interval": 1}));
        let plane = project(&state, &grid, 1.0, &what);
        assert_eq!((plane.values.len(), plane.arrows.len()), (64, 64));
        for (at, (value, arrow)) in plane.values.iter().zip(&plane.arrows).enumerate() {
            let (x, y) = (at % 8, at / 8);
            if x == 0 {
                assert!(value.is_nan() && arrow[0].is_nan());
            } else {
                assert!((value + 0.5).abs() < 1e-12);
                assert!((arrow[0] - 0.6).abs() < 1e-12 && (arrow[1] - 0.1 * y as f64).abs() < 1e-12);
            }
        }
        let map = heat_map(&plane, &grid, &what, &Units::default(), "title", 1.0);
        assert!(map.true_to_scale && map.subtitle.contains("longest = 1"));
        assert_eq!((map.vertical.label.as_str(), map.vertical.unit.as_str()), ("y", "c/ω"));
        map.render().unwrap();
        let what = snapshot(json!({"quantity": "w3", "axes": ["x", "px"], "interval": 1}));
        let plane = project(&state, &grid, 1.0, &what);
        assert!(plane.arrows.is_empty());
        assert!(!heat_map(&plane, &grid, &what, &Units::default(), "title", 1.0).true_to_scale);
    }

    /// A at p is w + p (p.w)/(m (E + m)), as `polarisation` has it, before momenta are summed over; small ones fill the colours.
    #[test]
    fn spins_are_seen_from_the_laboratory() {
        let axis = Some(Axis { cells: 8, from: -2.0, step: 0.5 });
        let grid = Grid::new([None, None, None, axis, axis, axis]).unwrap();
        let mut random = Random(11);
        let mut next = || random.fraction();
        let cells = (0..grid.cells()).map(|_| DVec4::new(1.0 + next(), 0.02 * next(), 0.01 * next(), -0.02 * next()));
        let state = State::Spin(cells.collect());
        let what = snapshot(json!({"quantity": "texture", "axes": ["px", "py"], "interval": 1, "frame": "laboratory",
            "largest": 0.05}));
        let mass = 0.7;
        let plane = project(&state, &grid, mass, &what);
        for column in 0..8 {
            for row in 0..8 {
                let mut sum = DVec4::ZERO;
                for z in 0..8 {
                    let cell = (column * 8 + row) * 8 + z;
                    let (p, w) = (grid.momentum(cell), state.cell(cell).yzw());
                    let energy = (mass * mass + p.length_squared()).sqrt();
                    let a = w + p * p.dot(w) / (mass * (energy + mass));
                    sum += a.extend(state.cell(cell).x);
                }
                let at = row * 8 + column;
                assert!((plane.values[at] - sum.z / sum.w).abs() < 1e-12);
                let arrow = [sum.x, sum.y].map(|a| a / (0.05 * sum.w));
                assert!((0..2).all(|j| (plane.arrows[at][j] - arrow[j]).abs() < 1e-12));
            }
        }
        let map = heat_map(&plane, &grid, &what, &Units::default(), "title", 1.0);
        assert_eq!((map.bar_label.as_str(), map.scale), ("A_3 / w_0", Scale::DivergingTo(0.05)));
        assert!(map.subtitle.ends_with("arrows: (A_1, A_2)/w_0, longest = 0.05"), "{}", map.subtitle);
        assert_eq!(names(&[what]), ["laboratory_texture_px_py"]);
    }
}
