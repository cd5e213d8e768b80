//! Clock, fields and executor, advanced together.

use std::f64::consts::TAU;

use glam::DVec3;

use crate::error::{Error, Result};
use crate::fields::{ExternalFields, Fields, Mesh, Part};
use crate::grid::{AXES, Grid, MOMENTUM};
use crate::operators::{Command, Executor, MAX_PARTS, Observables, Reading, Recorder, Recording, Sources};
use crate::physics::Particle;
use crate::scenario::Loaded;
use crate::scenario::schema::{Background, Evolution, External, FieldFile, Scenario};
use crate::splitting::{self, KickTables};
use crate::state::State;
use crate::{initial, npy, reference};

/// How far a user's E_x may lie from the one Gauss's law gives, relative to its
/// largest value: room for formulas that differ from sixth-order sums on the grid.
const CONSISTENT: f64 = 1e-3;

/// A scenario ready to be put on a device.
pub struct Prepared {
    pub grid: Grid,
    pub particle: Particle,
    pub state: State,
    fields: Fields,
    /// Mean over x of the E_x the user gave.
    mean_e: f64,
    background: Background,
    step: f64,
}

/// A running simulation. All quantities belong to `time`: between calls the
/// state, D and B are synchronised.
pub struct Simulation {
    pub grid: Grid,
    pub particle: Particle,
    pub fields: Fields,
    pub executor: Box<dyn Executor>,
    /// Length of a step.
    pub step: f64,
    /// Steps done.
    pub steps: u64,
    /// Sources of the state at `time`.
    pub sources: Vec<Sources>,
    /// Rate of change of E during the last kick, O(hbar): half a kick of it
    /// centres the E that the next kick holds fixed.
    e_rate: Vec<DVec3>,
    /// E of the last kick and the one extrapolated for the next.
    e_kicks: Option<[Vec<DVec3>; 2]>,
    /// Sweeps recorded so far.
    pub sweeps: u64,
}

impl Prepared {
    /// Resolves a validated scenario; reads its arrays.
    pub fn new(loaded: &Loaded) -> Result<Self> {
        let scenario = &loaded.scenario;
        let grid = Grid::of(&scenario.phase_space)?;
        let particle = Particle::new(&scenario.species, scenario.kinematics);
        let state = initial::state(&scenario.initial, &grid, &particle, &loaded.folder)?;
        let mesh = match grid.axis(0) {
            Some(axis) => Mesh { cells: axis.cells, step: axis.step },
            None => Mesh { cells: 1, step: 1.0 },
        };
        let first = grid.axis(0).map_or(0.0, |axis| axis.centre(0));
        let canonical = &scenario.phase_space.canonical;
        let mut unresolved = DVec3::ZERO;
        for slot in MOMENTUM..AXES {
            unresolved[slot - MOMENTUM] = if grid.axis(slot).is_none() { 1.0 } else { 0.0 };
        }
        let external = external_fields(loaded, mesh)?;
        let (e, b) = initial_fields(loaded, mesh, first)?;
        let fields = Fields {
            mesh,
            evolution: scenario.fields.evolution,
            first,
            d: e.clone(),
            b,
            a: vec![DVec3::ZERO; mesh.cells],
            external,
            background: 0.0,
            charge: particle.charge,
            canonical: DVec3::new(canonical.px, canonical.py, canonical.pz),
            unresolved,
        };
        let mean_e = e.iter().map(|e| e.x).sum::<f64>() / e.len() as f64;
        let prepared = Prepared {
            grid,
            particle,
            state,
            fields,
            mean_e,
            background: scenario.fields.background,
            step: scenario.time.step,
        };
        prepared.refuse_unstable_step(scenario)?;
        prepared.refuse_inconsistent_field()?;
        Ok(prepared)
    }

    fn refuse_unstable_step(&self, scenario: &Scenario) -> Result<()> {
        let limit = crate::fields::MAXWELL_LIMIT * self.fields.mesh.step;
        if scenario.fields.evolution == Evolution::Maxwell && self.grid.axis(0).is_some() && self.step > limit {
            return Err(Error::Input(format!(
                "time.step = {} exceeds {limit:.6} = {:.3} dx, the stability limit of the explicit Maxwell update; \
                 reduce the step, or the number of x cells",
                self.step,
                crate::fields::MAXWELL_LIMIT
            )));
        }
        Ok(())
    }

    /// Compares an E_x that varies with the one that follows from the charges and P.
    fn refuse_inconsistent_field(&self) -> Result<()> {
        let given = &self.fields.d;
        let largest = given.iter().map(|e| e.x.abs()).fold(0.0, f64::max);
        let varies = given.iter().any(|e| (e.x - self.mean_e).abs() > 1e-12 * largest);
        if self.fields.is_frozen() || !varies {
            return Ok(());
        }
        let mut fields = self.fields.clone();
        fields.solve_potential();
        let table = fields.table(&vec![DVec3::ZERO; fields.mesh.cells], Part::Both, 0.0);
        let sources = reference::sources(&self.grid, &self.particle, &self.state, &table);
        fields.background = -fields.charge * mean(&sources, |s| s.density);
        fields.solve_gauss(&sources, self.mean_e);
        let consistent = fields.electric(&sources);
        let residual = consistent.iter().zip(given).map(|(e, given)| (e.x - given.x).abs()).fold(0.0, f64::max);
        if residual <= CONSISTENT * largest {
            return Ok(());
        }
        Err(Error::Input(format!(
            "the given E_x contradicts Gauss's law, div(E + P) = rho: it is off by up to {residual:.3e}, its largest \
             value is {largest:.3e}; leave its variation out (E_x then follows from the charges), or change the charges"
        )))
    }

    /// Makes the initial fields consistent with the state on its device.
    pub fn start(self, executor: Box<dyn Executor>) -> Result<Simulation> {
        let cells = self.grid.space_cells();
        let mut simulation = Simulation {
            e_rate: vec![DVec3::ZERO; cells],
            e_kicks: None,
            sources: vec![Sources::default(); cells],
            grid: self.grid,
            particle: self.particle,
            fields: self.fields,
            executor,
            step: self.step,
            steps: 0,
            sweeps: 0,
        };
        simulation.fields.solve_potential();
        simulation.sources = simulation.read_sources()?;
        if simulation.fields.is_frozen() {
            return Ok(simulation);
        }
        let charge = simulation.particle.charge;
        let mean_density = mean(&simulation.sources, |s| s.density);
        if self.background == Background::Neutralising {
            simulation.fields.background = -charge * mean_density;
        } else if cells > 1 && charge != 0.0 && mean_density != 0.0 {
            return Err(Error::Input(format!(
                "fields.background is \"none\" but the mean charge density is {:e}; a periodic domain must be \
                 neutral: use \"neutralising\"",
                charge * mean_density
            )));
        }
        // E is D in the prescribed components; the evolving ones hold D = E + P.
        for (d, s) in simulation.fields.d.iter_mut().zip(&simulation.sources) {
            if simulation.fields.evolution == Evolution::Maxwell {
                d.y += s.polarisation.y;
                d.z += s.polarisation.z;
            }
        }
        simulation.fields.solve_gauss(&simulation.sources, self.mean_e);
        Ok(simulation)
    }
}

/// Mean over the space cells.
fn mean(sources: &[Sources], of: impl Fn(&Sources) -> f64) -> f64 {
    sources.iter().map(of).sum::<f64>() / sources.len() as f64
}

/// Self-consistent E at centres and B (B_y, B_z on upper faces) as the user gave them.
fn initial_fields(loaded: &Loaded, mesh: Mesh, first: f64) -> Result<(Vec<DVec3>, Vec<DVec3>)> {
    let fields = &loaded.scenario.fields;
    let mut e = vec![DVec3::from(fields.uniform.E); mesh.cells];
    let mut b = vec![DVec3::from(fields.uniform.B); mesh.cells];
    if let Some(file) = &fields.file {
        let (file_e, file_b) = field_arrays(loaded, file, mesh)?;
        for (sum, given) in e.iter_mut().zip(file_e) {
            *sum += given;
        }
        let uniform_x = file_b.windows(2).all(|pair| pair[0].x == pair[1].x);
        if !uniform_x {
            return Err(Error::Input("the given B_x varies along x; div B = 0 requires a uniform B_x".into()));
        }
        for k in 0..3 {
            let given: Vec<f64> = file_b.iter().map(|b| b[k]).collect();
            let given = if k == 0 || given.is_empty() { given } else { mesh.to_faces(&given) };
            for (sum, given) in b.iter_mut().zip(given) {
                sum[k] += given;
            }
        }
    }
    for perturbation in &fields.perturbations {
        let (vector, direction) = crate::fields::component_index(perturbation.component);
        for i in 0..mesh.cells {
            // Transverse B lies on the upper faces.
            let offset = if vector == 1 && direction > 0 { 0.5 } else { 0.0 };
            let x = first + (i as f64 + offset) * mesh.step;
            let angle = TAU * f64::from(perturbation.mode.each()[0]) * x / (mesh.cells as f64 * mesh.step);
            let value = perturbation.amplitude * (angle + perturbation.phase).cos();
            if vector == 0 { e[i][direction] += value } else { b[i][direction] += value }
        }
    }
    Ok((e, b))
}

fn external_fields(loaded: &Loaded, mesh: Mesh) -> Result<ExternalFields> {
    let (mut e, mut b) = (Vec::new(), Vec::new());
    let add = |sum: &mut Vec<DVec3>, more: Vec<DVec3>| {
        if sum.is_empty() {
            *sum = more;
        } else {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    };
    for external in &loaded.scenario.fields.external {
        if let External::File(file) = external {
            let (file_e, file_b) = field_arrays(loaded, file, mesh)?;
            add(&mut e, file_e);
            add(&mut b, file_b);
        }
    }
    Ok(ExternalFields::new(loaded.scenario.fields.external.clone(), mesh, &e, &b))
}

/// E and B of a file entry at centres, empty where none is named.
fn field_arrays(loaded: &Loaded, file: &FieldFile, mesh: Mesh) -> Result<(Vec<DVec3>, Vec<DVec3>)> {
    let read = |path: &Option<std::path::PathBuf>| -> Result<Vec<DVec3>> {
        let Some(path) = path else { return Ok(Vec::new()) };
        let numbers = npy::read(&loaded.folder.join(path), &[mesh.cells, 3])?;
        Ok(numbers.chunks_exact(3).map(DVec3::from_slice).collect())
    };
    Ok((read(&file.E)?, read(&file.B)?))
}

impl Simulation {
    /// Physical time of the synchronised state.
    pub fn time(&self) -> f64 {
        self.steps as f64 * self.step
    }

    /// E = D - P at centres.
    pub fn electric(&self) -> Vec<DVec3> {
        self.fields.electric(&self.sources)
    }

    fn self_consistent(&self) -> bool {
        !self.fields.is_frozen()
    }

    fn recorder(&self) -> Recorder<'_> {
        Recorder { grid: &self.grid, particle: &self.particle }
    }

    /// Advances by `count` steps: half a drift, then kicks and drifts in turn,
    /// the last drift a half one.
    pub fn advance(&mut self, count: u64) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let mut recording = Recording::default();
        let e_next = self.e_kicks.as_ref().map_or_else(|| self.electric(), |[_, next]| next.clone());
        self.record_drift(&mut recording, 0.5 * self.step, self.time(), &e_next);
        let mut readings = self.execute(&recording)?.into_iter();
        self.finish_drift(0.5 * self.step, &mut readings)?;
        for index in 0..count {
            let drift = if index + 1 == count { 0.5 * self.step } else { self.step };
            self.kick_and_drift(drift)?;
        }
        if !self.self_consistent() {
            self.sources = self.read_sources()?;
        }
        Ok(())
    }

    /// Runs one kick centred on the half step, then a drift of length `drift`.
    fn kick_and_drift(&mut self, drift: f64) -> Result<()> {
        let (start, step) = (self.time(), self.step);
        let e_start = self.electric();
        let e: Vec<DVec3> = e_start.iter().zip(&self.e_rate).map(|(e, rate)| *e + 0.5 * step * *rate).collect();

        let mut recording = Recording::default();
        let tables = self.kick_tables(&mut recording, &e, start);
        self.fields.faraday(step, &e);
        self.fields.potential(step, &e, start + 0.5 * step);
        splitting::kick(self.recorder(), &mut recording, step, tables);
        if self.self_consistent() {
            recording.commands.push(Command::Sources { table: tables.after });
        }
        // The hidden stream read at the end of the drift belongs to the next kick's E.
        let e_next: Vec<DVec3> = match &self.e_kicks {
            Some([last, _]) => e.iter().zip(last).map(|(e, last)| 2.0 * *e - *last).collect(),
            None => e.clone(),
        };
        self.record_drift(&mut recording, drift, start + step, &e_next);

        let mut readings = self.execute(&recording)?.into_iter();
        self.steps += 1;
        if self.self_consistent() {
            let kicked = next_sources(&mut readings)?;
            self.fields.hidden_current(step, &self.sources, &kicked);
            self.fields.satisfy_gauss(&kicked);
            self.sources = kicked;
            let e_end = self.electric();
            self.e_rate = e_end.iter().zip(&e_start).map(|(end, start)| (*end - *start) / step).collect();
            self.finish_drift(drift, &mut readings)?;
        }
        self.e_kicks = Some([e, e_next]);
        Ok(())
    }

    /// Adds the tables of a kick from `start`: `e` and the prescribed E belong to its
    /// middle, B and A of the first half to its start and of the second to its end.
    fn kick_tables(&self, recording: &mut Recording, e: &[DVec3], start: f64) -> KickTables {
        let (middle, end) = (start + 0.5 * self.step, start + self.step);
        let advanced = |time: f64| {
            let mut fields = self.fields.clone();
            fields.faraday(time, e);
            fields.potential(time, e, middle);
            fields
        };
        let mut before = self.fields.table(e, Part::Both, start);
        let mut after = advanced(self.step).table(e, Part::Both, end);
        let electric = advanced(0.5 * self.step).table(e, Part::Electric, middle);
        for (i, sample) in electric.iter().enumerate() {
            for table in [&mut before, &mut after] {
                (table[i].e, table[i].de) = (sample.e, sample.de);
            }
        }
        let first = recording.tables.len();
        recording.tables.extend([before, after, electric]);
        KickTables { before: first, after: first + 1, electric: first + 2 }
    }

    /// Records a drift with B at `time`, and the sources after it with the E of the next kick.
    fn record_drift(&self, recording: &mut Recording, drift: f64, time: f64, e_next: &[DVec3]) {
        let magnetic = recording.tables.len();
        recording.tables.push(self.fields.table(e_next, Part::Magnetic, time));
        splitting::drift(self.recorder(), recording, drift, magnetic);
        if self.self_consistent() {
            recording.tables.push(self.fields.table(e_next, Part::Both, time));
            recording.commands.push(Command::Sources { table: magnetic + 1 });
        }
    }

    /// Ampere's law over a drift, with the sources before and after it.
    fn finish_drift(&mut self, drift: f64, readings: &mut impl Iterator<Item = Reading>) -> Result<()> {
        if self.self_consistent() {
            let after = next_sources(readings)?;
            self.fields.ampere(drift, &self.sources, &after);
            self.fields.satisfy_gauss(&after);
            self.sources = after;
        }
        Ok(())
    }

    fn execute(&mut self, recording: &Recording) -> Result<Vec<Reading>> {
        if recording.commands.len() >= MAX_PARTS {
            return Err(Error::Run(format!(
                "at t = {:.6} the fields are so strong that a sweep would cross {MAX_PARTS} cells or more in one step; \
                 reduce time.step or the fields, or see whether the run has become unstable",
                self.time()
            )));
        }
        let is_reading = |command: &&Command| matches!(command, Command::Sources { .. } | Command::Observables { .. });
        self.sweeps += (recording.commands.len() - recording.commands.iter().filter(is_reading).count()) as u64;
        self.executor.execute(recording)
    }

    /// Sources of the present state.
    fn read_sources(&mut self) -> Result<Vec<Sources>> {
        let zero = vec![DVec3::ZERO; self.fields.mesh.cells];
        let table = self.fields.table(&zero, Part::Both, self.time());
        let recording = Recording { tables: vec![table], commands: vec![Command::Sources { table: 0 }] };
        match self.execute(&recording)?.pop() {
            Some(Reading::Sources(sources)) => Ok(sources),
            _ => Err(Error::Run("the device returned no sources".into())),
        }
    }

    /// Observables of the present state, one per space cell.
    pub fn observables(&mut self) -> Result<Vec<Observables>> {
        let zero = vec![DVec3::ZERO; self.fields.mesh.cells];
        let table = self.fields.table(&zero, Part::Both, self.time());
        let recording = Recording { tables: vec![table], commands: vec![Command::Observables { table: 0 }] };
        match self.execute(&recording)?.pop() {
            Some(Reading::Observables(observables)) => Ok(observables),
            _ => Err(Error::Run("the device returned no observables".into())),
        }
    }
}

/// The sources among the readings.
fn next_sources(readings: &mut impl Iterator<Item = Reading>) -> Result<Vec<Sources>> {
    readings
        .find_map(|reading| match reading {
            Reading::Sources(sources) => Some(sources),
            Reading::Observables(_) => None,
        })
        .ok_or_else(|| Error::Run("the device returned no sources".into()))
}
