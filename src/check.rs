//! What a scenario will cost and how well it is resolved, without a GPU.

use std::f64::consts::{PI, TAU};
use std::fmt::Write;

use glam::DVec3;

use crate::equilibrium::Thermal;
use crate::error::{Error, Result};
use crate::fields::MAXWELL_LIMIT;
use crate::gpu::{self, DeviceMemory, LINE_CELLS, Limits, Slabs};
use crate::grid::{AXIS_NAMES, Axis, Grid};
use crate::output::balance;
use crate::physics::Particle;
use crate::precision::Precision;
use crate::scenario::Loaded;
use crate::scenario::reduction;
use crate::scenario::schema::{
    self, Evolution, External, FieldComponent, Initial, ModeNumber, Momentum, Perturbation, PhaseAxis, Population,
    Scenario, Space, Spin, Time, UniformField,
};
use crate::scenario::validate::{self, bytes, number};

/// Largest storage binding of software Vulkan.
const SOFTWARE_BINDING: u64 = 128 << 20;
/// Advised height at the momentum edges, relative to the peak: 5 spreads of a Gaussian leave 3.7e-6.
const EDGE: f64 = 4e-6;
/// Advised error of R and M0 on the grid, and the most momentum cells tried for it.
pub const EQUILIBRIUM: f64 = 1e-4;
pub const EQUILIBRIUM_CELLS: usize = 1 << 21;
/// Typical picture, and a number with its comma in a CSV file.
const PICTURE_BYTES: f64 = 1e5;
const CSV_NUMBER_BYTES: f64 = 22.0;
/// Columns of diagnostics.csv besides the modes, roughly.
const CSV_COLUMNS: f64 = 30.0;
/// Columns of balances.csv.
const BALANCE_COLUMNS: f64 = 11.0;

/// A device as far as memory goes.
struct Room {
    name: String,
    limits: Limits,
    /// Its memory, where that can be known.
    bytes: Option<u64>,
    /// Offers f64.
    f64: bool,
}

impl Room {
    /// The best device of this machine, else what software Vulkan would offer.
    fn here() -> Room {
        let Some(adapter) = gpu::list_adapters().into_iter().next() else {
            let limits =
                Limits { binding_bytes: SOFTWARE_BINDING, slab_bytes: SOFTWARE_BINDING, line_cells: LINE_CELLS };
            return Room { name: "software Vulkan".into(), limits, bytes: available_memory(), f64: true };
        };
        let bytes = if adapter.software { available_memory() } else { None };
        Room { limits: adapter.limits(), name: adapter.name, bytes, f64: adapter.f64 }
    }
}

/// Free memory of the machine, where the system tells.
fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}

/// Cells of an axis after multiplication.
fn scaled(cells: u32, factor: f64) -> u32 {
    ((f64::from(cells) * factor) as u32).max(validate::MIN_CELLS)
}

/// Everything `spinwigner check` prints about a run in `precision`. Fails when the
/// state does not fit `memory_budget` bytes.
pub fn report(loaded: &Loaded, memory_budget: Option<u64>, precision: Precision) -> Result<String> {
    report_on(&Room::here(), loaded, memory_budget, precision)
}

fn report_on(room: &Room, loaded: &Loaded, memory_budget: Option<u64>, precision: Precision) -> Result<String> {
    let estimate = Estimate::new(&loaded.scenario, precision);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let mut line = |words: String| writeln!(text, "{words}").unwrap_or_default();
    line(format!("{}: valid", loaded.origin));
    line(format!("  {}", loaded.scenario.title));
    line(String::new());
    estimate.phase_space(&mut line);
    estimate.memory(memory_budget, room, &mut line)?;
    estimate.disk(&mut line);
    line(String::new());
    line("resolution and step size".into());
    for Advice { level, words } in estimate.advice() {
        line(format!("  {:<8} {words}", level.word()));
    }
    Ok(text)
}

/// How urgent a piece of advice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Note,
    Warning,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Note => "note",
            Level::Warning => "warning",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Advice {
    level: Level,
    words: String,
}

impl Advice {
    /// `fact` alone when all is well, else followed by what to do.
    fn new(level: Level, fact: String, remedy: impl Into<String>) -> Self {
        let words = if level == Level::Ok { fact } else { format!("{fact}; {}", remedy.into()) };
        Advice { level, words }
    }
}

/// Bounds of a prescribed or initial field over the domain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bound {
    e: DVec3,
    b: DVec3,
}

impl Bound {
    fn add(&mut self, component: FieldComponent, value: f64) {
        let target = match component {
            FieldComponent::Ex => &mut self.e.x,
            FieldComponent::Ey => &mut self.e.y,
            FieldComponent::Ez => &mut self.e.z,
            FieldComponent::Bx => &mut self.b.x,
            FieldComponent::By => &mut self.b.y,
            FieldComponent::Bz => &mut self.b.z,
        };
        *target += value.abs();
    }

    fn add_uniform(&mut self, field: &UniformField) {
        self.e += DVec3::from(field.E).abs();
        self.b += DVec3::from(field.B).abs();
    }
}

struct Estimate<'s> {
    scenario: &'s Scenario,
    /// Of the state on the device.
    precision: Precision,
    particle: Particle,
    /// Along x, y, z.
    spaces: [Option<Axis>; 3],
    /// Along x, y, z.
    momenta: [Option<Axis>; 3],
    /// Largest |p| along x, y, z.
    reach: DVec3,
}

impl<'s> Estimate<'s> {
    fn new(scenario: &'s Scenario, precision: Precision) -> Self {
        let space = &scenario.phase_space;
        let momenta = [space.px, space.py, space.pz].map(|axis| axis.map(Axis::from));
        let canonical = [space.canonical.px, space.canonical.py, space.canonical.pz];
        let reach = std::array::from_fn(|i| match momenta[i] {
            Some(axis) => axis.from.abs().max(axis.to().abs()),
            None => f64::abs(canonical[i]),
        });
        Estimate {
            scenario,
            precision,
            particle: Particle::new(&scenario.species, scenario.kinematics),
            spaces: [space.x, space.y, space.z].map(|axis| axis.map(Axis::from)),
            momenta,
            reach: DVec3::from_array(reach),
        }
    }

    fn cells(&self) -> f64 {
        self.scenario.phase_space.axes().iter().map(|(_, axis)| f64::from(axis.cells)).product()
    }

    /// Bytes of a cell on the device.
    fn cell_bytes(&self) -> usize {
        self.precision.bytes() * self.scenario.species.components()
    }

    /// One copy of the state.
    fn state_bytes(&self) -> f64 {
        self.cells() * self.cell_bytes() as f64
    }

    fn steps(&self) -> f64 {
        (self.scenario.time.end / self.scenario.time.step).round()
    }

    fn phase_space(&self, line: &mut impl FnMut(String)) {
        line("phase space".into());
        for (axis, schema_axis) in self.scenario.phase_space.axes() {
            let Axis { cells, from, step } = schema_axis.into();
            let ends = match schema_axis.absorbing_layer {
                Some(width) => format!(", absorbing layers of {} at its ends", number(width, 4)),
                None => String::new(),
            };
            line(format!(
                "  {:<4} {} to {}, {cells} cells of {}{ends}",
                axis.name(),
                number(from, 6),
                number(schema_axis.to, 6),
                number(step, 4)
            ));
        }
        let Time { step, end } = self.scenario.time;
        line(format!(
            "  {} cells, {} steps of {} to t = {}",
            self.cells(),
            self.steps(),
            number(step, 6),
            number(end, 6)
        ));
    }

    /// Device memory of the axes with `factor` times as many cells; the error says why the
    /// device cannot hold them.
    fn device_memory(&self, factor: f64, room: &Room) -> Result<(Slabs, DeviceMemory)> {
        let mut space = self.scenario.phase_space.clone();
        for (name, axis) in self.scenario.phase_space.axes() {
            let cells = scaled(axis.cells, factor);
            *space.axis_mut(name) = Some(schema::Axis { cells, ..axis });
        }
        let grid = Grid::of(&space)?;
        let slabs = Slabs::new(&grid, self.scenario.species.components(), self.precision, room.limits)?;
        let memory = DeviceMemory::of(&grid, &slabs);
        Ok((slabs, memory))
    }

    /// The largest factor for the cells of every axis that fits, and the cells then.
    fn largest(&self, budget: u64, room: &Room) -> (f64, String) {
        let fits = |factor: f64| {
            let axes = self.scenario.phase_space.axes();
            let cells: f64 = axes.iter().map(|(_, axis)| f64::from(scaled(axis.cells, factor))).product();
            // A byte per cell bounds what need not be counted.
            cells < budget as f64 && self.device_memory(factor, room).is_ok_and(|(_, memory)| memory.total() <= budget)
        };
        let (mut low, mut high) = (0.0, 1024.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if fits(middle) { low = middle } else { high = middle }
        }
        let cells = self.scenario.phase_space.axes().into_iter();
        let cells = cells.map(|(name, axis)| format!("{} {}", name.name(), scaled(axis.cells, low)));
        (low, cells.collect::<Vec<_>>().join(", "))
    }

    fn memory(&self, budget: Option<u64>, room: &Room, line: &mut impl FnMut(String)) -> Result<()> {
        let (slabs, memory) = match self.device_memory(1.0, room) {
            Ok(needed) => needed,
            Err(error) => {
                line(format!("  device memory: {} cannot hold this grid: {error}", room.name));
                return Ok(());
            }
        };
        if self.precision == Precision::F64 && !room.f64 {
            line(format!("  {} does not offer f64: use --precision f32, or --device reference", room.name));
        }
        let needed = memory.total();
        line(format!(
            "  device memory {}: state {} in {} ({} bytes per cell, held once{}), fields and readings {}",
            bytes(needed as f64),
            bytes(memory.state as f64),
            self.precision,
            self.cell_bytes(),
            match slabs.planes.len() {
                1 => String::new(),
                count => format!(" in {count} slabs"),
            },
            bytes((needed - memory.state) as f64),
        ));
        // The initial state in f64 while it is sent; the same when it is read for pictures.
        let host = 2.0 * 8.0 * self.cells() * self.scenario.species.components() as f64;
        line(format!("  host memory about {} at the start and for every output of the state", bytes(host)));
        let Some(budget) = budget.or(room.bytes) else {
            line("  largest grid: give the size of your device, as in --memory 24G".into());
            return Ok(());
        };
        let (factor, cells) = self.largest(budget, room);
        if factor == 0.0 {
            return Err(Error::Input(format!(
                "found {} of device memory needed, expected {} or less; even the fewest cells of these axes ({cells}) \
                 need more",
                bytes(needed as f64),
                bytes(budget as f64),
            )));
        }
        if needed > budget {
            return Err(Error::Input(format!(
                "found {} of device memory needed, expected {} or less; multiply the cells of every axis by {} or less ({cells})",
                bytes(needed as f64),
                bytes(budget as f64),
                number((factor * 1e3).floor() / 1e3, 3),
            )));
        }
        line(format!(
            "  fits in {}: {} % used; largest grid of this shape there: {cells}",
            bytes(budget as f64),
            number(100.0 * needed as f64 / budget as f64, 2)
        ));
        Ok(())
    }

    fn disk(&self, line: &mut impl FnMut(String)) {
        let output = &self.scenario.output;
        let Time { step, end } = self.scenario.time;
        let samples = |interval: f64| (end / interval).floor() + 1.0;
        let rows = samples(output.diagnostics.interval.unwrap_or(step));
        let columns = CSV_COLUMNS + 2.0 * output.diagnostics.modes.len() as f64;
        // Not `sum`: that of no number is -0.
        let pictures = output.snapshots.iter().fold(0.0, |sum, snapshot| sum + samples(snapshot.interval));
        let mut total = rows * columns * CSV_NUMBER_BYTES + pictures * PICTURE_BYTES;
        let mut parts = vec![format!("{rows} rows of diagnostics"), format!("{pictures} pictures")];
        if let Some(balances) = output.balances {
            let rows = samples(balances.interval.unwrap_or(step)) - 1.0;
            let spaces = [self.scenario.phase_space.x, self.scenario.phase_space.y, self.scenario.phase_space.z];
            let each = balance::pictures(spaces.iter().flatten().count(), self.scenario.species.spin) as f64;
            let pictures = each * balances.pictures.map_or(1.0, |interval| samples(interval) - 1.0);
            total += rows * BALANCE_COLUMNS * CSV_NUMBER_BYTES + pictures * PICTURE_BYTES;
            parts.push(format!("{rows} rows and {pictures} pictures of balances"));
        }
        if output.final_state {
            total += self.state_bytes();
            parts.push(format!("the final state ({})", bytes(self.state_bytes())));
        }
        line(format!("  disk about {}: {}", bytes(total), parts.join(", ")));
    }

    fn advice(&self) -> Vec<Advice> {
        let fields = self.field_bound();
        let mut advice = Vec::new();
        advice.extend(self.streaming());
        advice.extend(self.forces(fields));
        advice.extend(self.light());
        advice.extend(self.plasma_frequency());
        advice.extend(self.cyclotron(fields));
        advice.extend(self.precession(fields));
        advice.extend(self.susceptibility());
        advice.extend(self.populations());
        advice.extend(self.equilibria());
        advice.extend(self.wavelengths());
        advice.extend(self.recurrence());
        advice.extend(self.reductions());
        advice
    }

    fn populations_given(&self) -> &[Population] {
        match &self.scenario.initial {
            Initial::Populations(populations) => populations,
            Initial::File(_) => &[],
        }
    }

    /// The resolved space axes and their directions.
    fn spaces(&self) -> impl Iterator<Item = (usize, Axis)> {
        self.spaces.into_iter().enumerate().filter_map(|(direction, axis)| Some((direction, axis?)))
    }

    /// Wave vector of a mode.
    fn wave_vector(&self, mode: ModeNumber) -> DVec3 {
        let modes = mode.each();
        let mut k = DVec3::ZERO;
        for (direction, axis) in self.spaces() {
            k[direction] = TAU * f64::from(modes[direction]) / axis.length();
        }
        k
    }

    /// Largest speed along x, y or z: with the other momenta zero.
    fn max_speed(&self, axis: usize) -> f64 {
        let mut p = DVec3::ZERO;
        p[axis] = self.reach[axis];
        self.particle.velocity(p)[axis]
    }

    /// Upper bounds of the fields the scenario gives; files are not read.
    fn field_bound(&self) -> Bound {
        let fields = &self.scenario.fields;
        let mut bound = Bound::default();
        bound.add_uniform(&fields.uniform);
        for p in &fields.perturbations {
            bound.add(p.component, p.amplitude);
        }
        for external in &fields.external {
            match *external {
                External::Uniform(ref field) => bound.add_uniform(field),
                External::Gradient { component, axis, value, slope } => {
                    let along = self.spaces[PhaseAxis::from(axis) as usize];
                    let ends = along.map_or([0.0; 2], |along| [along.from, along.to()]);
                    let largest = ends.map(|x| (value + slope * x).abs());
                    bound.add(component, largest[0].max(largest[1]));
                }
                External::TravellingWave { component, amplitude, .. }
                | External::StandingWave { component, amplitude, .. } => bound.add(component, amplitude),
                External::File(_) => {}
            }
        }
        if fields.evolution != Evolution::Frozen {
            // Gauss's law: E = q n amplitude k/k^2.
            for population in self.populations_given() {
                for perturbation in &population.perturbations {
                    if let Perturbation::Density { mode, amplitude, .. } = *perturbation {
                        let k = self.wave_vector(mode);
                        let e = self.particle.charge * population.density * amplitude * k / k.length_squared();
                        bound.e += e.abs();
                    }
                }
            }
        }
        bound
    }

    /// Upper bounds of the derivatives of the fields along x, y and z.
    fn gradient_bounds(&self) -> [Bound; 3] {
        let fields = &self.scenario.fields;
        let mut bounds = [Bound::default(); 3];
        let mut add = |component: FieldComponent, slopes: DVec3| {
            for (direction, bound) in bounds.iter_mut().enumerate() {
                bound.add(component, slopes[direction]);
            }
        };
        for p in &fields.perturbations {
            add(p.component, p.amplitude * self.wave_vector(p.mode));
        }
        for external in &fields.external {
            match *external {
                External::Gradient { component, axis, slope, .. } => {
                    add(component, slope * DVec3::AXES[PhaseAxis::from(axis) as usize]);
                }
                External::TravellingWave { component, amplitude, wavenumber, .. }
                | External::StandingWave { component, amplitude, wavenumber, .. } => {
                    add(component, amplitude * DVec3::from(wavenumber.each()));
                }
                External::Uniform(_) | External::File(_) => {}
            }
        }
        bounds
    }

    fn streaming(&self) -> Vec<Advice> {
        let along = |(direction, axis): (usize, Axis)| {
            let name = PhaseAxis::SPACE[direction].name();
            let speed = self.max_speed(direction);
            let courant = speed * self.scenario.time.step / axis.step;
            let fact = format!(
                "streaming along {name}: max|v| dt/d{name} = {} (max|v| = {})",
                number(courant, 3),
                number(speed, 3)
            );
            let level = if courant <= 1.0 { Level::Ok } else { Level::Note };
            Advice::new(
                level,
                fact,
                format!(
                    "particles cross more than one cell a step: stable, but watch the splitting error, or use time.step <= {}",
                    number(axis.step / speed, 3)
                ),
            )
        };
        self.spaces().map(along).collect()
    }

    fn forces(&self, field: Bound) -> Vec<Advice> {
        let speeds = DVec3::new(self.max_speed(0), self.max_speed(1), self.max_speed(2));
        let gradients = self.gradient_bounds();
        let mut advice = Vec::new();
        for (i, axis) in self.momenta.iter().enumerate() {
            let Some(axis) = axis else { continue };
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            let mut force = self.particle.charge.abs() * (field.e[i] + speeds[j] * field.b[k] + speeds[k] * field.b[j]);
            // The dipole force mu_B dT/dx_i.
            let bound = self.particle.precession_bound(self.reach.length(), gradients[i].e, gradients[i].b);
            force += self.particle.moment.abs() * bound;
            if force == 0.0 {
                continue;
            }
            let courant = force * self.scenario.time.step / axis.step;
            let name = PhaseAxis::MOMENTA[i].name();
            let fact = format!("force along {name}: max|F| dt/dp = {} from the given fields", number(courant, 3));
            let level = if courant <= 1.0 { Level::Ok } else { Level::Note };
            advice.push(Advice::new(level, fact, format!(
                "momenta cross more than one cell a step: stable, but watch the splitting error, or use time.step <= {}",
                number(axis.step / force, 3)
            )));
        }
        advice
    }

    /// The explicit limit of Maxwell's equations, which every valid scenario keeps.
    fn light(&self) -> Option<Advice> {
        let names: Vec<&str> = self.spaces().map(|(direction, _)| PhaseAxis::SPACE[direction].name()).collect();
        if names.is_empty() || self.scenario.fields.evolution != Evolution::Maxwell {
            return None;
        }
        let what = match names.as_slice() {
            [name] => format!("dt/d{name}"),
            names => {
                let squares: Vec<String> = names.iter().map(|name| format!("1/d{name}^2")).collect();
                format!("dt sqrt({})", squares.join(" + "))
            }
        };
        let ratio = MAXWELL_LIMIT * self.scenario.time.step / validate::maxwell_limit(&self.scenario.phase_space);
        let words =
            format!("Maxwell's equations: {what} = {}, stable up to {}", number(ratio, 3), number(MAXWELL_LIMIT, 3));
        Some(Advice { level: Level::Ok, words })
    }

    /// Density averaged over the domain.
    fn mean_density(&self) -> f64 {
        let mean = |population: &Population| {
            let Some(Space::Gaussian { width, .. }) = population.space else { return population.density };
            let part =
                |(direction, axis): (usize, Axis)| (width.each()[direction] * TAU.sqrt() / axis.length()).min(1.0);
            population.density * self.spaces().map(part).product::<f64>()
        };
        self.populations_given().iter().map(mean).sum()
    }

    fn plasma_frequency(&self) -> Option<Advice> {
        if self.scenario.fields.evolution == Evolution::Frozen || self.particle.charge == 0.0 {
            return None;
        }
        let density = self.mean_density();
        if density == 0.0 {
            return None;
        }
        let frequency = self.particle.charge.abs() * (density / self.particle.mass).sqrt();
        Some(self.phase_per_step("plasma oscillation: omega_p dt", frequency, 0.2))
    }

    fn cyclotron(&self, field: Bound) -> Option<Advice> {
        let frequency = self.particle.charge.abs() * field.b.length() / self.particle.mass;
        (frequency > 0.0).then(|| self.phase_per_step("cyclotron motion: |q B| dt/m", frequency, 0.2))
    }

    fn phase_per_step(&self, what: &str, frequency: f64, advised: f64) -> Advice {
        let phase = frequency * self.scenario.time.step;
        let level = if phase <= advised { Level::Ok } else { Level::Warning };
        let fact = format!("{what} = {}, advised up to {advised}", number(phase, 3));
        Advice::new(level, fact, format!("use time.step <= {}", number(advised / frequency, 3)))
    }

    fn precession(&self, field: Bound) -> Option<Advice> {
        let rate = self.particle.torque_coefficient().abs()
            * self.particle.precession_bound(self.reach.length(), field.e, field.b);
        if rate == 0.0 {
            return None;
        }
        let angle = rate * self.scenario.time.step;
        let level = match angle {
            _ if angle <= 0.5 => Level::Ok,
            _ if angle <= PI => Level::Note,
            _ => Level::Warning,
        };
        let fact = format!("spin precession: at most 2|mu_B T| dt/hbar = {} rad a step", number(angle, 3));
        Some(Advice::new(
            level,
            fact,
            format!(
                "the rotation is exact but its coupling to motion is not; use time.step <= {} for half a radian",
                number(0.5 / rate, 3)
            ),
        ))
    }

    /// Pauli susceptibility mu_B^2 n/T of unpolarised populations: from one on, H
    /// falls as B grows, and magnetisation grows by itself at a rate in proportion
    /// to the wavenumber (w^2 = k^2 (1 - mu_B^2 n/T) for slow, short waves).
    fn susceptibility(&self) -> Option<Advice> {
        let moment = self.particle.moment;
        if self.scenario.fields.evolution != Evolution::Maxwell || moment == 0.0 {
            return None;
        }
        let along = |(direction, _): (usize, Axis)| -> f64 {
            let of = |population: &Population| {
                let (spread, _) = self.spread_and_drifts(population, direction);
                moment * moment * population.density * self.particle.mass / (spread * spread)
            };
            self.populations_given().iter().map(of).sum()
        };
        // Waves along the coldest direction respond most.
        let susceptibility = self.spaces().map(along).fold(0.0, f64::max);
        if susceptibility == 0.0 {
            return None;
        }
        let level = if susceptibility < 1.0 { Level::Ok } else { Level::Warning };
        let fact = format!("spin susceptibility: mu_B^2 n/T = {}, must stay below 1", number(susceptibility, 3));
        let remedy = "ever shorter waves of magnetisation grow ever faster, and no grid resolves them; \
                      use a smaller hbar or a hotter plasma";
        Some(Advice::new(level, fact, remedy))
    }

    /// Cells per thermal spread, and what is left at the momentum edges.
    fn populations(&self) -> Vec<Advice> {
        let mut advice = Vec::new();
        if matches!(self.scenario.initial, Initial::File(_)) {
            let words = "the initial state comes from a file; how well the grid resolves it is not judged".into();
            advice.push(Advice { level: Level::Note, words });
        }
        for (index, population) in self.populations_given().iter().enumerate() {
            for (i, axis) in self.momenta.iter().enumerate() {
                let Some(axis) = axis else { continue };
                let name = PhaseAxis::MOMENTA[i].name();
                let who = format!("population {index} along {name}");
                let (spread, drifts) = self.spread_and_drifts(population, i);
                let cells = spread / axis.step;
                let level = if cells >= 3.0 { Level::Ok } else { Level::Warning };
                let fact = format!("{who}: {} cells per thermal spread, advised 3 or more", number(cells, 3));
                let wanted = (3.0 * axis.length() / spread).ceil();
                advice.push(Advice::new(level, fact, format!("use {} cells, or narrow the axis", number(wanted, 15))));

                let swing: f64 = population
                    .perturbations
                    .iter()
                    .map(|perturbation| match *perturbation {
                        Perturbation::Drift { axis, amplitude, .. } if PhaseAxis::from(axis).name() == name => {
                            amplitude.abs()
                        }
                        Perturbation::Rotation { rate, centre } => self.rotation(population, rate, centre)[i],
                        _ => 0.0,
                    })
                    .sum();
                let distance = drifts
                    .iter()
                    .map(|drift| (axis.to() - drift - swing).min(drift - swing - axis.from))
                    .fold(f64::INFINITY, f64::min);
                let left = if distance <= 0.0 { 1.0 } else { self.relative_height(population, distance, spread) };
                let level = if left <= EDGE { Level::Ok } else { Level::Warning };
                let fact = format!(
                    "{who}: {} spreads to the nearer edge, where {} of the peak is left",
                    number(distance / spread, 3),
                    number(left, 2)
                );
                advice.push(Advice::new(
                    level,
                    fact,
                    "widen the axis to 5 spreads or more, or what reaches the edge is cut off",
                ));
            }
        }
        advice
    }

    /// The equilibrium of a population.
    fn thermal(&self, population: &Population) -> Option<Thermal> {
        let Momentum::Equilibrium(given) = &population.momentum else { return None };
        let (field, momenta) = (self.scenario.fields.uniform_magnetic(), self.momenta.iter().flatten().count());
        // A valid scenario has one.
        Thermal::new(given, population.density, &self.particle, field, momenta).ok()
    }

    /// R and M0 of equilibria on the grid beside the integrals, and the grid that gets them right.
    fn equilibria(&self) -> Vec<Advice> {
        let Ok(grid) = Grid::of(&self.scenario.phase_space) else { return Vec::new() };
        let judged = |(index, population): (usize, &Population)| {
            let thermal = self.thermal(population)?;
            let who = format!("population {index}");
            if !thermal.isotropic() {
                let fact = format!("{who}: R and M0 of an equilibrium with the T-BMT form are not judged");
                let level = if thermal.sharp(&grid) { Level::Warning } else { Level::Note };
                return Some(Advice::new(level, fact, "cells wider than it is smooth are refused"));
            }
            let (exact, found) = (thermal.exact(), thermal.on(&grid).ok()?);
            let error = found.error(&exact);
            let fact = format!(
                "{who}: R = {}, M0/(mu_B n) = {}; sums over the grid are off by {}, advised {EQUILIBRIUM} or less",
                number(exact.polarisation, 8),
                number(exact.magnetisation, 8),
                number(error, 2)
            );
            let level = if error <= EQUILIBRIUM { Level::Ok } else { Level::Warning };
            if level == Level::Ok {
                return Some(Advice { level, words: fact });
            }
            let remedy = match thermal.resolving(&grid, EQUILIBRIUM, EQUILIBRIUM_CELLS) {
                Ok(Some(finer)) => {
                    let axes = finer.momenta().filter_map(|slot| {
                        let axis = finer.axis(slot)?;
                        let [from, to] = [axis.from, axis.to()].map(|edge| number(edge, 9));
                        Some(format!("{} {from} to {to} with {} cells", AXIS_NAMES[slot], axis.cells))
                    });
                    format!("use {}", axes.collect::<Vec<_>>().join(", "))
                }
                _ => format!("no grid of up to {EQUILIBRIUM_CELLS} momentum cells will do; use a higher temperature"),
            };
            Some(Advice::new(level, fact, remedy))
        };
        self.populations_given().iter().enumerate().filter_map(judged).collect()
    }

    /// Largest |mass rate x (r - centre)| along x, y, z over a population.
    fn rotation(&self, population: &Population, rate: [f64; 3], centre: [f64; 3]) -> DVec3 {
        let mut farthest = DVec3::ZERO;
        for (direction, axis) in self.spaces() {
            let (mut from, mut to) = (axis.from, axis.to());
            if let Some(Space::Gaussian { centre, width }) = population.space {
                // Three widths hold all but 0.3 % of a packet.
                let (centre, reach) = (centre.each()[direction], 3.0 * width.each()[direction]);
                (from, to) = (from.max(centre - reach), to.min(centre + reach));
            }
            farthest[direction] = (from - centre[direction]).abs().max((to - centre[direction]).abs());
        }
        let rate = DVec3::from(rate).abs();
        let along = |i: usize| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            rate[j] * farthest[k] + rate[k] * farthest[j]
        };
        self.particle.mass * DVec3::new(along(0), along(1), along(2))
    }

    /// Standard deviation along an axis (for Juttner: where the exponent is
    /// 1/2), and the centres.
    fn spread_and_drifts(&self, population: &Population, axis: usize) -> (f64, Vec<f64>) {
        let mass = self.particle.mass;
        match &population.momentum {
            Momentum::Maxwellian { temperature, drift } => {
                ((mass * temperature.each()[axis]).sqrt(), vec![drift[axis]])
            }
            Momentum::Gaussian { spread, drift } => (spread.each()[axis], vec![drift[axis]]),
            Momentum::TwoBeam { spread, drift } => (spread.each()[axis], vec![drift[axis], -drift[axis]]),
            Momentum::Equilibrium(_) => (self.thermal(population).map_or(0.0, |thermal| thermal.spread()), vec![0.0]),
            Momentum::Juttner { temperature } => {
                let relativistic = if self.particle.relativistic() { temperature * temperature / 4.0 } else { 0.0 };
                ((mass * temperature + relativistic).sqrt(), vec![0.0])
            }
        }
    }

    /// The distribution at a distance from its peak, relative to the peak.
    fn relative_height(&self, population: &Population, distance: f64, spread: f64) -> f64 {
        match &population.momentum {
            Momentum::Equilibrium(_) => {
                self.thermal(population).map_or(1.0, |thermal| thermal.relative_height(distance))
            }
            Momentum::Juttner { temperature } => {
                (-self.particle.kinetic_energy(DVec3::X * distance) / temperature).exp()
            }
            _ => (-0.5 * (distance / spread).powi(2)).exp(),
        }
    }

    /// Modes of the initial state.
    fn initial_modes(&self) -> impl Iterator<Item = ModeNumber> {
        self.populations_given().iter().flat_map(|population| {
            let helix = population.spin.and_then(|spin| match spin {
                Spin::Helix { mode, .. } => Some(mode),
                Spin::Uniform { .. } | Spin::Vortex { .. } => None,
            });
            let perturbed = population.perturbations.iter().filter_map(|perturbation| match *perturbation {
                Perturbation::Density { mode, .. }
                | Perturbation::Drift { mode, .. }
                | Perturbation::Spin { mode, .. } => Some(mode),
                Perturbation::Rotation { .. } => None,
            });
            perturbed.chain(helix)
        })
    }

    /// Cells per shortest wavelength that the scenario names, along each axis.
    fn wavelengths(&self) -> Vec<Advice> {
        let named = self
            .initial_modes()
            .chain(self.scenario.fields.perturbations.iter().map(|p| p.mode))
            .chain(self.scenario.output.diagnostics.modes.iter().map(|mode| mode.mode))
            .map(|mode| self.wave_vector(mode));
        let waves = self.scenario.fields.external.iter().filter_map(|external| match *external {
            External::TravellingWave { wavenumber, .. } | External::StandingWave { wavenumber, .. } => {
                Some(DVec3::from(wavenumber.each()))
            }
            _ => None,
        });
        let largest = named.chain(waves).fold(DVec3::ZERO, |largest, k| largest.max(k.abs()));
        let along = |(direction, axis): (usize, Axis)| {
            let (name, k) = (PhaseAxis::SPACE[direction].name(), largest[direction]);
            let cells = TAU / (k * axis.step);
            let level = if cells >= 12.0 { Level::Ok } else { Level::Warning };
            let fact =
                format!("shortest wave along {name}: {} cells per wavelength, advised 12 or more", number(cells, 3));
            let wanted = (12.0 * axis.length() * k / TAU).ceil();
            Advice::new(level, fact, format!("use {} cells along {name}", number(wanted, 15)))
        };
        self.spaces().filter(|(direction, _)| largest[*direction] > 0.0).map(along).collect()
    }

    /// When the momentum grid un-mixes free streaming: at the first mode and axis that do.
    fn recurrence(&self) -> Option<Advice> {
        let mass = self.particle.mass;
        let all = self.initial_modes().flat_map(|mode| {
            let k = self.wave_vector(mode).abs();
            self.spaces().filter(move |(direction, _)| k[*direction] > 0.0).filter_map(move |(direction, _)| {
                let momentum = self.momenta[direction]?;
                let count = mode.each()[direction].abs();
                Some((TAU * mass / (k[direction] * momentum.step), k[direction], count, direction, momentum))
            })
        });
        let (time, k, count, direction, momentum) = all.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let end = self.scenario.time.end;
        let level = if time > end { Level::Ok } else { Level::Warning };
        let (name, moving) = (PhaseAxis::SPACE[direction].name(), PhaseAxis::MOMENTA[direction].name());
        let fact = format!(
            "recurrence of mode {count} along {name}: t = 2 pi m/(k dp) = {}, the run ends at {}",
            number(time, 4),
            number(end, 4)
        );
        let wanted = (momentum.length() * k * end / (TAU * mass)).ceil();
        Some(Advice::new(
            level,
            fact,
            format!(
                "free streaming returns to its start before the end; use {} cells along {moving}, or end earlier",
                number(wanted, 15)
            ),
        ))
    }

    fn reductions(&self) -> Vec<Advice> {
        let reduced = reduction::reductions(self.scenario);
        let mut advice: Vec<Advice> = reduced
            .iter()
            .filter(|reduction| reduction.inexact.is_empty())
            .map(|reduction| Advice {
                level: Level::Ok,
                words: format!(
                    "{} is not resolved; its canonical momentum is conserved exactly",
                    reduction.axis.name()
                ),
            })
            .collect();
        advice
            .extend(validate::warnings(self.scenario).into_iter().map(|words| Advice { level: Level::Warning, words }));
        advice
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::*;
    use crate::scenario::validate::tests::{base, set};

    fn loaded(root: &Value) -> Loaded {
        Loaded {
            scenario: serde_json::from_value(root.clone()).unwrap(),
            name: "s".into(),
            text: String::new(),
            origin: "s.json".into(),
            folder: PathBuf::new(),
        }
    }

    /// The line of a report that contains `words`.
    fn line(root: &Value, words: &str) -> String {
        let text = report(&loaded(root), None, Precision::F32).unwrap();
        text.lines()
            .find(|line| line.contains(words))
            .unwrap_or_else(|| panic!("no {words} in\n{text}"))
            .trim()
            .to_string()
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut root = base();
        set(&mut root, pointer, value);
        root
    }

    fn software(bytes: Option<u64>) -> Room {
        let limits = Limits { binding_bytes: SOFTWARE_BINDING, slab_bytes: SOFTWARE_BINDING, line_cells: LINE_CELLS };
        Room { name: "test".into(), limits, bytes, f64: true }
    }

    #[test]
    fn memory_counts_one_copy_and_names_the_largest_grid() {
        // 64 x 64 x 32 cells of 16 bytes: 2 MiB; sums, tables and a staging buffer of its size.
        let root = base();
        let report = |budget| report_on(&software(None), &loaded(&root), budget, Precision::F32);
        let text = report(None).unwrap();
        assert!(text.contains("state 2 MiB in f32 (16 bytes per cell, held once)"), "{text}");
        assert!(text.contains("--memory 24G"), "{text}");
        // 69 x 69 x 34 cells of 16 bytes, twice with the staging buffer: 4.94 MiB.
        let text = report(Some(5 << 20)).unwrap();
        assert!(text.contains("81 % used; largest grid of this shape there: x 69, px 69, py 34"), "{text}");
        let error = report(Some(2 << 20)).unwrap_err();
        assert!(matches!(error, Error::Input(_)));
        assert!(error.to_string().contains("by 0.796 or less (x 50, px 50, py 25)"), "{error}");
    }

    #[test]
    fn large_states_are_cut_in_slabs() {
        // 8192 x 64 x 32 x 16 bytes = 256 MiB; 20 planes of 3 GiB fit no binding.
        let root = with("/phase_space/x/cells", json!(8192));
        let text = report_on(&software(Some(1 << 30)), &loaded(&root), None, Precision::F32).unwrap();
        assert!(text.contains("held once in 2 slabs") && text.contains("fits in 1 GiB"), "{text}");
        let mut root = with("/phase_space/x/cells", json!(20));
        set(&mut root, "/phase_space/px/cells", json!(8192));
        set(&mut root, "/phase_space/py/cells", json!(8192));
        let text = report_on(&software(None), &loaded(&root), None, Precision::F32).unwrap();
        assert!(text.contains("cannot hold this grid"), "{text}");
    }

    /// Each quantity by hand for the base: dx = 10/64, dp = 12/64, n = q = m = 1.
    #[test]
    fn numbers_are_those_of_the_formulas() {
        let root = base();
        // v = 6/sqrt(37) = 0.98639; times 0.1/0.15625.
        assert!(line(&root, "streaming").contains("= 0.631 (max|v| = 0.986)"));
        assert!(line(&root, "Maxwell's equations").starts_with("ok       Maxwell's equations: dt/dx = 0.64"));
        assert!(line(&root, "plasma oscillation").contains("omega_p dt = 0.1,"));
        assert!(line(&root, "population 0 along px").contains("5.33 cells per thermal spread"));
        // exp(-18) = 1.5e-8
        assert!(line(&root, "to the nearer edge").contains("6 spreads to the nearer edge, where 1.5e-8"));
        assert!(line(&root, "shortest wave").contains("64 cells per wavelength"));
        // 2 pi / (2 pi/10 * 12/64) = 160/3
        assert!(
            line(&root, "recurrence").starts_with("ok       recurrence of mode 1 along x: t = 2 pi m/(k dp) = 53.33")
        );
        // |q B| = 2 gives 0.2 a step; hbar drops out of 2 mu_B/hbar = 1.
        let magnetised = with("/fields/uniform", json!({"B": [0, 0, 2]}));
        assert!(line(&magnetised, "cyclotron").starts_with("ok       cyclotron motion: |q B| dt/m = 0.2,"));
        assert!(line(&magnetised, "pz is not resolved").starts_with("ok"));
    }

    #[test]
    fn bad_choices_are_warned_about() {
        for (pointer, value, words) in [
            ("/time/step", json!(0.25), "plasma oscillation"),
            ("/fields/uniform", json!({"B": [0, 0, 3]}), "cyclotron motion"),
            ("/fields/uniform", json!({"B": [40, 0, 0]}), "spin precession"),
            ("/initial/populations/0/momentum/maxwellian/temperature", json!(0.1), "cells per thermal spread"),
            ("/initial/populations/0/momentum/maxwellian/temperature", json!(2), "to the nearer edge"),
            ("/initial/populations/0/momentum/maxwellian/drift", json!([4, 0, 0]), "population 0 along px: 2 spreads"),
            ("/initial/populations/0/momentum/maxwellian/drift", json!([9, 0, 0]), "where 1 of the peak"),
            ("/output/diagnostics/modes/0/mode", json!(6), "shortest wave"),
            ("/time/end", json!(60), "recurrence of mode 1"),
            ("/fields/uniform", json!({"B": [0.1, 0, 0]}), "pz is not resolved and follows"),
        ] {
            let found = line(&with(pointer, value.clone()), words);
            assert!(found.starts_with("warning"), "{pointer} = {value}: {found}");
        }
    }

    #[test]
    fn waves_that_do_not_fit_the_axis_are_warned_about() {
        let wave =
            json!([{"travelling_wave": {"component": "E_x", "amplitude": 0.1, "wavenumber": 1, "frequency": 1}}]);
        // 10/(2 pi) = 1.592 wavelengths; two of them have k = 4 pi/10.
        let found = line(&with("/fields/external", wave), "wavelengths on the periodic x axis");
        assert!(found.contains("1.592") && found.contains("1.25663706"), "{found}");
    }

    /// Each axis by hand: dy = 20/32, dpy = 12/32.
    #[test]
    fn every_axis_is_judged() {
        let mut root = base();
        set(&mut root, "/phase_space/y", json!({"from": -10, "to": 10, "cells": 32, "absorbing_layer": 6}));
        set(
            &mut root,
            "/initial/populations/0/perturbations",
            json!([{"density": {"mode": [1, 4, 0], "amplitude": 0.01}}, {"rotation": {"rate": [0, 0, 0.1]}}]),
        );
        set(&mut root, "/initial/populations/0/space", json!({"gaussian": {"centre": [5, 0, 0], "width": [1, 2, 0]}}));
        set(
            &mut root,
            "/fields/external",
            json!([{"gradient": {"component": "B_x", "axis": "y", "slope": 20}}, {"uniform": {"E": [0, 0.1, 0]}}]),
        );
        assert!(line(&root, "y    -10 to 10").ends_with("32 cells of 0.625, absorbing layers of 6 at its ends"));
        assert!(line(&root, "streaming along y").contains("max|v| dt/dy = 0.158"));
        // sqrt(6.4^2 + 1.6^2)/10
        assert!(line(&root, "Maxwell's").contains("dt sqrt(1/dx^2 + 1/dy^2) = 0.66, stable up to 0.805"));
        // 2 pi/(k dp) = 2 pi/(0.4 pi * 12/32) = 40/3, and 160/3 along x.
        assert!(line(&root, "recurrence").contains("mode 4 along y: t = 2 pi m/(k dp) = 13.33"));
        assert!(line(&root, "shortest wave along x").contains("64 cells"));
        assert!(line(&root, "shortest wave along y").starts_with("warning  shortest wave along y: 8 cells"));
        // The mean density is (sqrt(2 pi)/10) (2 sqrt(2 pi)/20), its root 0.2507.
        assert!(line(&root, "plasma oscillation").contains("omega_p dt = 0.0251,"));
        // Rotation moves py by 0.1 * 8 (to x = 8) and px by 0.1 * 6 (to |y| = 6).
        assert!(line(&root, "population 0 along px: 5.4 spreads").starts_with("ok"));
        assert!(line(&root, "population 0 along py: 5.2 spreads").starts_with("ok"));
        // The dipole force acts along y, where B_x varies: mu_B slope = 0.05 * 20 adds to q E.
        let force = |name: &str| line(&root, &format!("force along {name}"));
        assert!(force("py").contains("max|F| dt/dp") && force("px").contains("max|F| dt/dp"));
    }

    #[test]
    fn homogeneous_scenarios_have_no_advice_on_x() {
        let mut root = base();
        root["phase_space"].as_object_mut().unwrap().remove("x");
        root["initial"]["populations"][0].as_object_mut().unwrap().remove("perturbations");
        let text = report(&loaded(&root), None, Precision::F32).unwrap();
        for words in ["streaming", "Maxwell's", "recurrence", "shortest wave", "NaN", "inf"] {
            assert!(!text.contains(words), "{words}\n{text}");
        }
    }
}
