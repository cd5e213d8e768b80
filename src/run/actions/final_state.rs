//! The state a run ends with, and the fields there: `state/final.npy`, `E.npy`, `B.npy`.

use std::path::Path;

use super::{Action, Outputs};
use crate::error::{Error, Result};
use crate::precision::{Precision, Real};
use crate::run::schedule::{Halt, Schedule};
use crate::simulation::Simulation;
use crate::{initial, npy};

pub(in crate::run) struct FinalState;

impl Action for FinalState {
    fn next(&self, at: Halt) -> u64 {
        Schedule::AtEnd.next(at)
    }

    fn act(&mut self, simulation: &mut Simulation, at: Halt, outputs: &Outputs) -> Result<Vec<String>> {
        if !Schedule::AtEnd.is_due(at) {
            return Ok(Vec::new());
        }
        let folder = outputs.folder.join("state");
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        match simulation.executor.description().precision {
            Precision::F32 => write::<f32>(simulation, &folder.join("final.npy"))?,
            Precision::F64 => write::<f64>(simulation, &folder.join("final.npy"))?,
        }
        let (e, b) = (simulation.electric(), simulation.fields.magnetic());
        let shape = simulation.fields.mesh.file_shape();
        for (name, field) in [("E", e), ("B", b)] {
            let numbers: Vec<f64> = field.iter().flat_map(|v| v.to_array()).collect();
            npy::write_f64(&folder.join(format!("{name}.npy")), &shape, &numbers)?;
        }
        Ok(Vec::new())
    }
}

/// Streams the cells to a file, in the precision of the device.
fn write<R: Real + npyz::AutoSerialize>(simulation: &mut Simulation, path: &Path) -> Result<()> {
    let shape = initial::shape(&simulation.grid, simulation.executor.components());
    let executor = &mut simulation.executor;
    npy::write_parts::<R>(path, &shape, |part| {
        executor.walk(&mut |_, numbers| part(&mut numbers.rounded::<R>().into_iter()))
    })
}
