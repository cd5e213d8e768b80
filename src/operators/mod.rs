//! The recorded step: named operators and what they need, without saying how
//! they are executed. The GPU and the reference run the same list.

use glam::DVec3;

use crate::grid::{Grid, MOMENTUM};
use crate::physics::Particle;

/// Fields at one space-cell centre, as every kernel needs them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FieldSample {
    pub e: DVec3,
    pub b: DVec3,
    /// dE/dx, dE/dy, dE/dz; zero along axes that are not resolved.
    pub de: [DVec3; 3],
    /// dB/dx, dB/dy, dB/dz.
    pub db: [DVec3; 3],
    /// Kinetic momentum p_c - q A along axes that are not resolved, else 0.
    pub p: DVec3,
    /// Share of the particles that an absorption takes away.
    pub absorbed: f64,
}

impl FieldSample {
    /// Largest magnitude of a field over a table.
    fn largest(table: &[FieldSample], of: impl Fn(&FieldSample) -> f64) -> f64 {
        table.iter().map(of).fold(0.0, f64::max)
    }
}

/// How the speed behaves along the axis of a sweep; it selects the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speed {
    /// The same for all cells of a line and all components.
    Uniform,
    /// Varies along the line, the same for all components.
    Varying,
    /// Varies and couples w0 with w.
    Coupled,
}

/// How a sweep takes a line through its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// By one flux of second order in time for any speed, exact for a uniform one, with a
    /// share of the upwind part.
    Flux,
    /// By a factor of the series of exp(z) as far as z^4; z is the time times the central
    /// flux operator. Both factors make a sweep of fourth order in time, on any grid the
    /// same semi-discrete equation, and one that leaves of itself and its reverse 1 + O(z^6).
    Series(Factor),
    /// By the upwind part of the flux alone.
    Dissipation,
}

impl Scheme {
    /// What makes a sweep of a run: one flux where sweeps dissipate. In a step of order four
    /// none may, as some of them run backwards.
    pub fn of(order: u32, dissipation: f64) -> &'static [Scheme] {
        match order == 2 && dissipation > 0.0 {
            true => &[Scheme::Flux],
            false => &[Scheme::Series(Factor::Former), Scheme::Series(Factor::Latter)],
        }
    }

    /// Whether it joins the edges of a momentum axis rather than close them. Next to a closed
    /// edge a central flux lets what gathers in the last cell grow, and ripples of it run inwards to
    /// grow at the next edge: turned by B for 100 radians the rounding errors of a tail explode. On a ring
    /// differences are antisymmetric, and a sweep can be undone.
    pub fn joins_edges(self) -> bool {
        matches!(self, Scheme::Series(_))
    }

    /// Cells beyond a part of a line that its sweep reads.
    pub fn reach(self) -> usize {
        if let Scheme::Series(_) = self { 2 * FLUX_REACH } else { FLUX_REACH }
    }

    /// The most of those among some schemes.
    pub fn reach_of(schemes: &[Scheme]) -> usize {
        schemes.iter().map(|scheme| scheme.reach()).fold(FLUX_REACH, usize::max)
    }
}

/// Cells that one flux reads on either side of its face.
pub const FLUX_REACH: usize = 3;

/// 1 + z + z^2/2 + z^3/6 + z^4/24 has two pairs of roots and two real factors
/// `1 + first z + second z^2`, each within twice the reach of a flux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    Former,
    Latter,
}

impl Factor {
    /// The coefficients `[first, second]`. Twin of those in `shaders/shared/series.wgsl`.
    pub fn coefficients(self) -> [f64; 2] {
        match self {
            Factor::Former => [0.914_746_686_994_595_2, 0.264_462_614_799_049_86],
            Factor::Latter => [0.085_253_313_005_404_85, 0.157_552_199_573_942_8],
        }
    }
}

/// One entry of a recorded step. `table` indexes [`Recording::tables`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// dt W + d_xj( (v_j + a_j) W ) = 0 for `time`: streaming with the hidden velocity
    /// due to B, or without `streaming` the hidden velocity due to E alone.
    Advection { axis: usize, time: f64, streaming: bool, speed: Speed, scheme: Scheme, dissipation: f64, table: usize },
    /// dt W + d_pj( (F_j + b_j) W ) = 0 for `time`.
    Force { axis: usize, time: f64, speed: Speed, scheme: Scheme, dissipation: f64, table: usize },
    /// dt w = (2 mu_B/hbar) w x T for `time`, half a turn at the most.
    SpinTorque { time: f64, table: usize },
    /// Takes the share `absorbed` of the particles away.
    Absorption { table: usize },
    /// Reads the sources of Maxwell's equations.
    Sources { table: usize },
    /// Reads what the diagnostics need beyond the sources.
    Observables { table: usize },
    /// Reads what the local balances need beyond both.
    Balance { table: usize },
}

/// A list of commands with the field tables they refer to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    pub tables: Vec<Vec<FieldSample>>,
    pub commands: Vec<Command>,
}

/// What a recording reads out, in the order of its commands.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    Sources(Vec<Sources>),
    Observables(Vec<Observables>),
    Balance(Vec<Fluxes>),
}

/// Moments of one space cell that enter Maxwell's equations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sources {
    /// int w0
    pub density: f64,
    /// int ( v w0 + a^B.w ): a^B is the hidden velocity due to B.
    pub stream: DVec3,
    /// P = - mu_B int kappa w x p
    pub polarisation: DVec3,
    /// M = mu_B int ( alpha w - beta p (p.w) )
    pub magnetisation: DVec3,
    /// N_j, j = x, y, z: what P gains per momentum that all particles gain along j,
    /// `N_j = - mu_B int ( kappa w x e_j + kappa'/eps p_j w x p )`.
    pub polarisation_slope: [DVec3; 3],
    /// (2 mu_B/hbar) mu_B int kappa^2 p (p.w): E times it is the rate at which the torque of E turns - P.
    pub torque_turning: DVec3,
    /// int |w0|/eps: charge squared times it is the square of the plasma frequency.
    pub inverse_inertia: f64,
}

impl Sources {
    /// int a^E.w, a^E the hidden velocity due to `e`: `- N_j.E` along j, as H is
    /// `eps - P.E` per particle.
    pub fn hidden_stream(&self, e: DVec3) -> DVec3 {
        -DVec3::from(self.polarisation_slope.map(|slope| slope.dot(e)))
    }
}

/// Moments of one space cell for the diagnostics. On a device they are as exact as the
/// state: at least 1e-10 of the sum of magnitudes, but for `momentum_scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Observables {
    /// int w0
    pub density: f64,
    /// int p w0
    pub momentum: DVec3,
    /// int w
    pub spin: DVec3,
    /// int (eps - m) w0
    pub kinetic_energy: f64,
    /// P and M as in [`Sources`], more exact.
    pub polarisation: DVec3,
    pub magnetisation: DVec3,
    /// int (w0^2 + |w|^2)/2
    pub purity: f64,
    /// int |w0| over the outermost cells of the momentum axes
    pub edge: f64,
    /// int |p| |w0|, the scale momentum errors are compared with
    pub momentum_scale: f64,
    /// min (w0 - |w|) over the momentum cells
    pub positivity: f64,
}

/// Moments of one space cell for the local balances. With the flow along x, y and z
/// of cell (w0, w), `(v_j w0 + a_j.w, v_j w + a_j w0)` = (J_j0, J_j), all a included:
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fluxes {
    /// int p J_j0, one vector per direction j of the flow.
    pub momentum: [DVec3; 3],
    /// int J_j, one vector per direction j.
    pub spin: [DVec3; 3],
    /// int ( (eps - m) J_j0 - mu_B T.J_j )
    pub energy: DVec3,
    /// mu_B int w x T
    pub torque: DVec3,
}

/// Parts a sweep is cut in at the most; a recording of that length is refused.
pub const MAX_PARTS: usize = 4096;

/// Decides kernels and sub-cycles; the one place that bounds speeds.
#[derive(Clone, Copy)]
pub struct Recorder<'a> {
    pub grid: &'a Grid,
    pub particle: &'a Particle,
    /// What makes a sweep, one after the other.
    pub schemes: &'a [Scheme],
    /// Share of the upwind part in a flux, 0 to 1.
    pub dissipation: f64,
}

impl Recorder<'_> {
    /// Largest |p| on the grid; unresolved momenta taken from the table.
    fn largest_momentum(&self, table: &[FieldSample]) -> f64 {
        let resolved: f64 = self
            .grid
            .momenta()
            .filter_map(|slot| self.grid.axis(slot))
            .map(|axis| axis.from.abs().max(axis.to().abs()).powi(2))
            .sum();
        (resolved + FieldSample::largest(table, |s| s.p.length_squared())).sqrt()
    }

    /// Largest |v_j| on the grid along direction `axis`.
    pub fn largest_velocity(&self, axis: usize, table: &[FieldSample]) -> f64 {
        let along = match self.grid.axis(MOMENTUM + axis) {
            Some(axis) => axis.from.abs().max(axis.to().abs()),
            None => FieldSample::largest(table, |s| s.p[axis].abs()),
        };
        along / self.particle.energy(DVec3::X * along)
    }

    /// Bound of the hidden velocity that a sweep along a space axis carries.
    fn hidden_velocity(&self, streaming: bool, fields: &[FieldSample]) -> f64 {
        FieldSample::largest(fields, |s| match streaming {
            true => self.particle.hidden_velocity_bound(DVec3::ZERO, s.b),
            false => self.particle.hidden_velocity_bound(s.e, DVec3::ZERO),
        })
    }

    /// How v_j behaves along the space axes, without the hidden velocity.
    fn streaming_speed(&self, fields: &[FieldSample]) -> Speed {
        let uniform_momentum = fields.iter().all(|s| s.p == fields[0].p);
        if uniform_momentum || !self.particle.relativistic() { Speed::Uniform } else { Speed::Varying }
    }

    /// Appends the sweeps along space axis `axis`, cut into as many equal parts
    /// as keep the Courant number of each below one.
    pub fn advection(&self, recording: &mut Recording, axis: usize, time: f64, streaming: bool, table: usize) {
        let Some(step) = self.grid.axis(axis).map(|axis| axis.step) else { return };
        let fields = &recording.tables[table];
        let hidden = self.hidden_velocity(streaming, fields);
        let speed = if hidden > 0.0 {
            Speed::Coupled
        } else if streaming {
            self.streaming_speed(fields)
        } else {
            return;
        };
        let streaming_speed = if streaming { self.largest_velocity(axis, fields) } else { 0.0 };
        let parts = parts((streaming_speed + hidden) * time / step);
        let (time, dissipation) = (time / parts as f64, self.dissipation);
        for &scheme in (0..parts).flat_map(|_| self.schemes) {
            recording.commands.push(Command::Advection { axis, time, streaming, speed, scheme, dissipation, table });
        }
    }

    /// Whether the momentum of direction `axis` is resolved.
    pub fn forced(&self, axis: usize) -> bool {
        self.grid.axis(MOMENTUM + axis).is_some()
    }

    /// Whether E moves spins along a space axis.
    pub fn drifts(&self, fields: &[FieldSample]) -> bool {
        self.grid.spaces().next().is_some() && self.hidden_velocity(false, fields) > 0.0
    }

    /// Whether fields act on spins at all.
    pub fn turns(&self, fields: &[FieldSample]) -> bool {
        self.particle.torque_coefficient() != 0.0 && fields.iter().any(|s| s.e != DVec3::ZERO || s.b != DVec3::ZERO)
    }

    /// Appends the sweeps along the momentum of direction `axis`.
    pub fn force(&self, recording: &mut Recording, axis: usize, time: f64, table: usize) {
        let Some(step) = self.grid.axis(MOMENTUM + axis).map(|axis| axis.step) else { return };
        let (particle, fields) = (self.particle, &recording.tables[table]);
        let momentum = self.largest_momentum(fields);
        let transverse = |s: &FieldSample| s.b.length_squared() - s.b[axis] * s.b[axis];
        let gradient = |s: &FieldSample| particle.precession_bound(momentum, s.de[axis], s.db[axis]);
        let magnetic = FieldSample::largest(fields, |s| transverse(s).max(0.0).sqrt()) * particle.charge.abs();
        let electric = FieldSample::largest(fields, |s| s.e[axis].abs()) * particle.charge.abs();
        let dipole = FieldSample::largest(fields, |s| {
            particle.moment.abs() * gradient(s)
                + particle.charge.abs() * s.b.length() * particle.hidden_velocity_bound(s.e, s.b)
        });
        let speed = if dipole > 0.0 {
            Speed::Coupled
        } else if magnetic > 0.0 && particle.relativistic() {
            Speed::Varying
        } else if electric + magnetic > 0.0 {
            Speed::Uniform
        } else {
            return;
        };
        let velocity = momentum / particle.energy(DVec3::X * momentum);
        let largest = electric + magnetic * velocity + dipole;
        let parts = parts(largest * time / step);
        let (time, dissipation) = (time / parts as f64, self.dissipation);
        for &scheme in (0..parts).flat_map(|_| self.schemes) {
            recording.commands.push(Command::Force { axis, time, speed, scheme, dissipation, table });
        }
    }

    /// Appends what absorbing layers take away.
    pub fn absorption(&self, recording: &mut Recording, table: usize) {
        if recording.tables[table].iter().any(|s| s.absorbed > 0.0) {
            recording.commands.push(Command::Absorption { table });
        }
    }

    /// Appends the exact rotation of w about T, in parts of half a turn at the most.
    pub fn spin_torque(&self, recording: &mut Recording, time: f64, table: usize) {
        let fields = &recording.tables[table];
        let momentum = self.largest_momentum(fields);
        let largest = FieldSample::largest(fields, |s| self.particle.precession_bound(momentum, s.e, s.b));
        let angle = self.particle.torque_coefficient() * largest * time;
        if angle == 0.0 {
            return;
        }
        let parts = parts(angle / std::f64::consts::PI);
        for _ in 0..parts {
            recording.commands.push(Command::SpinTorque { time: time / parts as f64, table });
        }
    }
}

/// Parts of a sweep with the largest Courant number `courant`.
fn parts(courant: f64) -> usize {
    courant.abs().ceil().clamp(1.0, MAX_PARTS as f64) as usize
}

/// Runs recordings on some machine and holds the state there.
pub trait Executor {
    /// Executes the commands in order and returns what they read out.
    fn execute(&mut self, recording: &Recording) -> crate::error::Result<Vec<Reading>>;
    /// Some cells of the state, in double precision.
    fn read(&mut self, cells: std::ops::Range<usize>) -> crate::error::Result<crate::state::State>;
    /// Replaces the state by another of the same grid.
    fn write(&mut self, state: &crate::state::State) -> crate::error::Result<()>;
    /// Cells of the state.
    fn cells(&self) -> usize;
    /// The whole state, in double precision.
    fn state(&mut self) -> crate::error::Result<crate::state::State> {
        self.read(0..self.cells())
    }
    /// What executes: adapter, driver, precision; for notices and the run record.
    fn description(&self) -> ExecutorDescription;
}

/// Says on what a run was computed.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ExecutorDescription {
    pub device: String,
    pub backend: String,
    pub driver: String,
    pub precision: crate::precision::Precision,
}
