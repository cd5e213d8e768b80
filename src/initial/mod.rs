//! The initial state: populations on the grid, or an array from a file. Cells are made, or read, when they are
//! asked for: nothing holds them all.

mod inertia;
mod population;

use std::ops::Range;
use std::path::Path;

use glam::DVec4;

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::grid::Grid;
use crate::interpolation::Resampled;
use crate::npy;
use crate::physics::Particle;
use crate::precision::Numbers;
use crate::scenario::schema::{Initial, Population, Scenario};
use crate::state::{Cells, State};
use population::Filling;

pub(crate) use inertia::largest_inverse_inertia;
pub use inertia::{READ_AT_ONCE, inverse_inertia_of};

/// All cells at t = 0, as long as no device has them.
pub enum InitialState {
    /// Populations that add up.
    Populations(Populations),
    /// An array.
    File(npy::Array),
    /// Those of a checkpoint.
    Taken(Box<Resampled<Checkpoint>>),
    /// Cells that are held already.
    Held(State),
    /// Zeros, in the place of cells that are put on a device later.
    Blank {
        /// Number of cells.
        cells: usize,
        /// Numbers per cell.
        components: usize,
    },
}

/// What populations make of the cells of a grid.
pub struct Populations {
    grid: Grid,
    components: usize,
    fillings: Vec<Filling>,
}

impl From<State> for InitialState {
    fn from(state: State) -> Self {
        InitialState::Held(state)
    }
}

/// The state of a scenario; relative paths start at `folder`.
///
/// # Errors
///
/// [`Error::Input`] for a file that does not hold such a state, and a population that the grid does not hold: here, or
/// where its cells are asked for.
pub fn state(scenario: &Scenario, grid: &Grid, particle: &Particle, folder: &Path) -> Result<InitialState> {
    let components = if particle.spin { 4 } else { 1 };
    match &scenario.initial {
        Initial::File(path) => {
            let array = npy::Array::open(&folder.join(path), &shape(grid, components));
            Ok(InitialState::File(array.map_err(|error| error.at("initial.file"))?))
        }
        Initial::Checkpoint(_) => {
            let text = "the cells of a checkpoint are had from it, not made";
            Err(Error::Input(text.into()).at("initial.checkpoint"))
        }
        Initial::Populations(populations) => {
            let field = scenario.fields.uniform_magnetic();
            let filling = |(index, population): (usize, &Population)| {
                Filling::new(population, grid, particle, field).map_err(|error| error.at(key(index)))
            };
            let fillings = populations.iter().enumerate().map(filling).collect::<Result<_>>()?;
            Ok(InitialState::Populations(Populations { grid: grid.clone(), components, fillings }))
        }
    }
}

fn key(population: usize) -> String {
    format!("initial.populations[{population}]")
}

impl Populations {
    fn take(&self, cells: Range<usize>) -> Result<Numbers> {
        let mut made = vec![DVec4::ZERO; cells.len()];
        for (index, filling) in self.fillings.iter().enumerate() {
            filling.add(cells.start, &mut made).map_err(|error| error.at(key(index)))?;
            // A distribution without weight on the grid cannot be normalised.
            if made.iter().any(|cell| !cell.is_finite()) {
                let text = "has no weight on the momentum grid: its drift lies outside the axes, or its spread is far \
                            below a cell; widen or refine the axes";
                return Err(Error::Input(text.into()).at(key(index)));
            }
        }
        Ok(Numbers::F64(match self.components {
            1 => made.into_iter().map(|cell| cell.x).collect(),
            _ => made.iter().flat_map(|cell| cell.to_array()).collect(),
        }))
    }
}

impl Cells for InitialState {
    fn cells(&self) -> usize {
        match self {
            InitialState::Populations(populations) => populations.grid.cells(),
            InitialState::File(array) => array.shape().iter().product::<usize>() / self.components(),
            InitialState::Taken(taken) => taken.cells(),
            InitialState::Held(state) => state.cells(),
            InitialState::Blank { cells, .. } => *cells,
        }
    }

    fn components(&self) -> usize {
        match self {
            InitialState::Populations(populations) => populations.components,
            InitialState::File(array) => array.shape().last().copied().unwrap_or(1),
            InitialState::Taken(taken) => taken.components(),
            InitialState::Held(state) => state.components(),
            InitialState::Blank { components, .. } => *components,
        }
    }

    fn take(&self, cells: Range<usize>) -> Result<Numbers> {
        match self {
            InitialState::Populations(populations) => populations.take(cells),
            InitialState::File(array) => {
                let each = self.components();
                let numbers = array.take(cells.start * each..cells.end * each);
                Ok(Numbers::F64(numbers.map_err(|error| error.at("initial.file"))?))
            }
            InitialState::Taken(taken) => taken.take(cells).map_err(|error| error.at("initial.checkpoint")),
            InitialState::Held(state) => Ok(Numbers::F64(state.numbers_of(cells))),
            InitialState::Blank { components, .. } => Ok(Numbers::F64(vec![0.0; cells.len() * components])),
        }
    }
}

/// Shape of a state file: the resolved axes, then the components.
pub fn shape(grid: &Grid, components: usize) -> Vec<usize> {
    let shape = grid.shape();
    grid.resolved().map(|slot| shape[slot]).chain([components]).collect()
}

#[cfg(test)]
mod tests {
    use glam::DVec3;
    use serde_json::json;

    use super::*;
    use crate::operators::FieldSample;
    use crate::processor;
    use crate::state::runs;
    use crate::validate::tests::{base, set};

    /// int |w0|/eps found without the state is what the solver sums up of it: to rounding where
    /// nothing drifts, and where it does, too, as few places are looked at all but a few cells.
    #[test]
    fn inertia_is_that_of_the_state() {
        let gaussian = |drift: f64| json!({"gaussian": {"spread": [0.5, 0.7, 1], "drift": [drift, 0, 0]}});
        let thermal = json!({"equilibrium": {"temperature": 0.4, "field": [0, 0, 0.1]}});
        let density = json!({"density": {"mode": 2, "amplitude": 0.4, "phase": 0.3}});
        let drift = json!({"drift": {"axis": "py", "mode": 1, "amplitude": 1.5}});
        let packet = json!({"gaussian": {"centre": 4, "width": 2}});
        let sets = [
            json!([{"momentum": gaussian(0.6), "perturbations": [density]}]),
            json!([{"momentum": gaussian(0.6), "space": packet}, {"density": 0.5, "momentum": gaussian(-2.0)}]),
            json!([{"momentum": thermal, "perturbations": [density]}]),
            json!([{"momentum": gaussian(0.0), "perturbations": [density, drift]}, {"density": 0.7, "momentum": thermal}]),
        ];
        let momenta = [|_: usize| DVec3::ZERO, |_: usize| 2.0 * DVec3::Z, |cell: usize| (cell as f64).sin() * DVec3::Z];
        for populations in sets {
            let mut root = base();
            set(&mut root, "/initial/populations", populations);
            let scenario: Scenario = serde_json::from_value(root).expect("a scenario");
            let Initial::Populations(populations) = &scenario.initial else { panic!("populations") };
            let grid = Grid::of(&scenario.phase_space).expect("a grid");
            let particle = Particle::new(&scenario.species, scenario.kinematics);
            let state = state(&scenario, &grid, &particle, Path::new(".")).expect("a state");
            for at in momenta {
                let table: Vec<FieldSample> =
                    (0..grid.space_cells()).map(|cell| FieldSample { p: at(cell), ..FieldSample::default() }).collect();
                let sources = processor::sources(&grid, &particle, &state, &table).expect("a state");
                let exact = sources.iter().map(|s| s.inverse_inertia).fold(0.0, f64::max);
                let found = largest_inverse_inertia(&scenario, populations, &grid, &particle, &at).expect("a sum");
                assert!((found / exact - 1.0).abs() < 1e-12, "{found} for {exact}");
            }
        }
    }

    /// To the bit, of populations that drift or rest, whose weights are kept or too many to be, and of a file.
    #[test]
    fn cells_do_not_depend_on_how_they_are_asked_for() {
        let gaussian = json!({"gaussian": {"spread": [0.5, 0.7, 1], "drift": [0.6, 0, 0]}});
        let thermal = json!({"equilibrium": {"temperature": 0.4, "field": [0, 0, 0.1]}});
        let drift = json!({"drift": {"axis": "py", "mode": 1, "amplitude": 1.5}});
        let small = json!([{"momentum": gaussian, "perturbations": [drift]}, {"density": 0.7, "momentum": thermal}]);
        let large = json!([{"momentum": gaussian, "perturbations": [drift]}, {"density": 0.5, "momentum": gaussian}]);
        let folder = tempfile::tempdir().expect("a folder");
        for (cells, populations) in [([16, 32, 20], small), ([8, 400, 400], large)] {
            let mut root = base();
            for (axis, cells) in ["x", "px", "py"].into_iter().zip(cells) {
                set(&mut root, &format!("/phase_space/{axis}/cells"), json!(cells));
            }
            set(&mut root, "/initial/populations", populations);
            let mut scenario: Scenario = serde_json::from_value(root).expect("a scenario");
            let grid = Grid::of(&scenario.phase_space).expect("a grid");
            let particle = Particle::new(&scenario.species, scenario.kinematics);
            let made = state(&scenario, &grid, &particle, folder.path()).expect("a state");
            let whole = made.take(0..grid.cells()).expect("made").widened();
            let in_runs = |state: &InitialState, parts: Vec<Range<usize>>| -> Vec<f64> {
                parts.into_iter().flat_map(|cells| state.take(cells).expect("a part").widened()).collect()
            };
            assert!(whole.iter().any(|number| *number > 0.01));
            assert!(whole == in_runs(&made, grid.parts().collect()), "{cells:?}");
            assert!(whole == in_runs(&made, runs(grid.cells(), grid.cells() / 7 + 1).collect()), "{cells:?}");
            npy::write_f64(&folder.path().join("state.npy"), &shape(&grid, 4), &whole).expect("written");
            scenario.initial = Initial::File("state.npy".into());
            let read = state(&scenario, &grid, &particle, folder.path()).expect("a state");
            assert!(whole == in_runs(&read, grid.parts().collect()), "{cells:?}");
        }
    }
}
