//! Particles where a field jumps: at the ends of a periodic axis along which a gradient is prescribed.

use crate::grid::AXIS_NAMES;
use crate::numerals::number;
use crate::scenario::schema::{External, Scenario, SpaceAxis};
use crate::simulation::Simulation;

/// Share of the particles at the ends that is worth a note.
pub(crate) const NOTED: f64 = 1e-4;

/// The periodic space axes, 0 to 2, along which a prescribed gradient jumps.
pub(crate) fn jumping(scenario: &Scenario) -> Vec<usize> {
    let mut axes: Vec<usize> = scenario
        .fields
        .external
        .iter()
        .filter_map(|external| match *external {
            External::Gradient { axis, slope, curvature, .. } if [slope, curvature] != [0.0; 2] => Some(axis),
            _ => None,
        })
        .filter(|&axis| scenario.phase_space.axis(axis.into()).is_some_and(|along| along.absorbing_layer.is_none()))
        .map(|axis| match axis {
            SpaceAxis::X => 0,
            SpaceAxis::Y => 1,
            SpaceAxis::Z => 2,
        })
        .collect();
    axes.sort_unstable();
    axes.dedup();
    axes
}

/// What is remembered of an axis.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    axis: usize,
    pub noted: bool,
}

impl Ends {
    pub fn all(scenario: &Scenario) -> Vec<Ends> {
        jumping(scenario).into_iter().map(|axis| Ends { axis, noted: false }).collect()
    }

    /// Looks at the particles in the first and last cells of the axis.
    pub fn see(&mut self, simulation: &Simulation) -> Option<String> {
        let mesh = simulation.fields.mesh;
        let last = mesh.cells[self.axis] - 1;
        let (mut at_ends, mut all) = (0.0, 0.0);
        for (i, sources) in simulation.sources.iter().enumerate() {
            all += sources.density.abs();
            if [0, last].contains(&mesh.indices(i)[self.axis]) {
                at_ends += sources.density.abs();
            }
        }
        let share = at_ends / all;
        if self.noted || share.is_nan() || share <= NOTED {
            return None;
        }
        self.noted = true;
        let name = AXIS_NAMES[self.axis];
        Some(format!(
            "at t = {} a share of {} of the particles is in the first and last cells of {name}, where the prescribed \
             gradient jumps: what crosses these ends feels the field of the other side; {REMEDY}",
            number(simulation.time(), 7),
            number(share, 2)
        ))
    }
}

/// What to do about it.
pub(crate) const REMEDY: &str = "make the axis longer, end earlier, or give it an `absorbing_layer`";
