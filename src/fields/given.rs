//! The fields that a scenario gives, from numbers and files.

use std::path::{Path, PathBuf};

use glam::DVec3;

use super::{ExternalFields, Fields, Mesh, along, component, component_index, others};
use crate::error::Result;
use crate::grid::Grid;
use crate::npy;
use crate::scenario::schema::{FieldFile, Scenario};

impl Fields {
    /// The fields of a scenario at t = 0, relative paths from `folder`: D holds E at centres, and A is not
    /// solved for.
    pub(crate) fn given(scenario: &Scenario, folder: &Path, grid: &Grid, needed_potential: DVec3) -> Result<Self> {
        let mesh = Mesh::of(grid);
        let mut fields = Fields::new(mesh, scenario.fields.evolution);
        (fields.d, fields.b) = initial_fields(scenario, folder, &mesh)?;
        fields.clean_magnetic()?;
        fields.external = external_fields(scenario, folder, &mesh)?;
        fields.needed_potential = needed_potential;
        let space = &scenario.phase_space;
        fields.absorb([space.x, space.y, space.z].map(|axis| axis?.absorbing_layer));
        Ok(fields)
    }
}

/// Self-consistent E at centres and B on its edges as the user gave them.
fn initial_fields(scenario: &Scenario, folder: &Path, mesh: &Mesh) -> Result<(Vec<DVec3>, Vec<DVec3>)> {
    let fields = &scenario.fields;
    let mut e = vec![DVec3::from(fields.uniform.E); mesh.size()];
    let mut b = vec![DVec3::from(fields.uniform.B); mesh.size()];
    if let Some(file) = &fields.file {
        let (file_e, file_b) = field_arrays(folder, file, mesh, "fields.file")?;
        for (sum, given) in e.iter_mut().zip(file_e) {
            *sum += given;
        }
        if !file_b.is_empty() {
            for k in 0..3 {
                let given = along(&others(k), component(&file_b, k), |axis, b| mesh.to_faces(axis, b));
                for (sum, given) in b.iter_mut().zip(given) {
                    sum[k] += given;
                }
            }
        }
    }
    for perturbation in &fields.perturbations {
        let (vector, direction) = component_index(perturbation.component);
        let offset = if vector == 1 { mesh.half_step(&others(direction)) } else { DVec3::ZERO };
        let wavenumber = DVec3::from(perturbation.mode.each().map(f64::from)) * mesh.fundamental();
        for i in 0..mesh.size() {
            let angle = wavenumber.dot(mesh.position(i) + offset);
            let value = perturbation.amplitude * (angle + perturbation.phase).cos();
            if vector == 0 { e[i][direction] += value } else { b[i][direction] += value }
        }
    }
    Ok((e, b))
}

fn external_fields(scenario: &Scenario, folder: &Path, mesh: &Mesh) -> Result<ExternalFields> {
    let (mut e, mut b) = (Vec::new(), Vec::new());
    let add = |sum: &mut Vec<DVec3>, more: Vec<DVec3>| {
        if sum.is_empty() {
            *sum = more;
        } else {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    };
    for (index, external) in scenario.fields.external.iter().enumerate() {
        let Some(file) = external.file() else { continue };
        let (file_e, file_b) = field_arrays(folder, file, mesh, &format!("fields.external[{index}].file"))?;
        add(&mut e, file_e);
        add(&mut b, file_b);
    }
    let mut fields = ExternalFields::new(&scenario.fields.external, mesh, &e, &b);
    for (index, external) in scenario.fields.external.iter().enumerate() {
        let Some(file) = external.potential_file() else { continue };
        let shape: Vec<usize> = mesh.resolved().map(|axis| mesh.cells[axis]).collect();
        let values = npy::read(&folder.join(file), &shape);
        fields.add_potential(
            mesh,
            &values.map_err(|error| error.at(format!("fields.external[{index}].potential.file")))?,
        );
    }
    Ok(fields)
}

/// E and B of the file entry `key` at centres, empty where none is named.
fn field_arrays(folder: &Path, file: &FieldFile, mesh: &Mesh, key: &str) -> Result<(Vec<DVec3>, Vec<DVec3>)> {
    let read = |path: &Option<PathBuf>, name: &str| -> Result<Vec<DVec3>> {
        let Some(path) = path else { return Ok(Vec::new()) };
        let numbers = npy::read(&folder.join(path), &mesh.file_shape());
        let numbers = numbers.map_err(|error| error.at(format!("{key}.{name}")))?;
        Ok(numbers.chunks_exact(3).map(DVec3::from_slice).collect())
    };
    Ok((read(&file.E, "E")?, read(&file.B, "B")?))
}

/// What the arrays of one kind come to, component by component.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Component {
    /// Largest magnitude.
    pub largest: f64,
    /// Mean over the domain.
    pub mean: f64,
    /// Whether it varies along x, y, z, by more than single precision rounds.
    pub varies: [bool; 3],
}

/// E and B that a scenario's files hold.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfFiles {
    /// Of `fields.file`.
    pub own: [[Component; 3]; 2],
    /// Of `fields.external`, added up.
    pub external: [[Component; 3]; 2],
}

/// Share of the largest magnitude that counts as zero in an array, which may be of single precision.
const NOTHING: f64 = 1e-6;

impl OfFiles {
    /// Reads the arrays; what cannot be read is left to the run, which refuses it.
    pub fn of(scenario: &Scenario, folder: &Path) -> OfFiles {
        let mesh = match Grid::of(&scenario.phase_space) {
            Ok(grid) => Mesh::of(&grid),
            Err(_) => return OfFiles::default(),
        };
        let (mut own, mut external) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        let files = scenario.fields.external.iter().filter_map(|field| field.file()).map(|file| (file, false));
        for (file, is_own) in scenario.fields.file.iter().map(|file| (file, true)).chain(files) {
            let Ok((e, b)) = field_arrays(folder, file, &mesh, "fields") else { continue };
            let sums = if is_own { &mut own } else { &mut external };
            for (sum, more) in sums.iter_mut().zip([e, b]) {
                if sum.is_empty() {
                    *sum = more;
                } else {
                    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
                }
            }
        }
        let judged = |arrays: [Vec<DVec3>; 2]| arrays.map(|array| [0, 1, 2].map(|j| Component::of(&array, j, &mesh)));
        OfFiles { own: judged(own), external: judged(external) }
    }
}

impl Component {
    fn of(array: &[DVec3], j: usize, mesh: &Mesh) -> Component {
        let largest = array.iter().map(|v| v[j].abs()).fold(0.0, f64::max);
        if largest == 0.0 {
            return Component::default();
        }
        let mean = array.iter().map(|v| v[j]).sum::<f64>() / array.len() as f64;
        let varies = [0, 1, 2].map(|axis| {
            // Against the first cell of its line.
            let first = |i: usize| i - mesh.indices(i)[axis] * mesh.stride(axis);
            (0..array.len()).any(|i| (array[i][j] - array[first(i)][j]).abs() > NOTHING * largest)
        });
        Component { largest, mean: if mean.abs() > NOTHING * largest { mean } else { 0.0 }, varies }
    }
}
