//! D, B and A and their updates.

use glam::DVec3;

use super::external::{ExternalFields, add_field};
use super::{Matter, Mesh, absorbing, along, component, others, vectors};
use crate::operators::FieldSample;
use crate::scenario::schema::{Evolution, PhaseSpace};

/// The self-consistent fields and the prescribed ones.
///
/// Staggering: D_j on the upper faces of axis j (frozen: E_j at centres), B_j half a
/// cell up the two other axes, on the edges of the cells; A (the vector potential of
/// the fields since t = 0, used where a momentum is not resolved) and all values given
/// to the kernels at centres. E = D - P, H = B - M.
///
/// Along j, D_j is the field whose two-point difference is its derivative at the
/// centre. Curls are made so that the two-point
/// divergence of curl H and the staggered divergence of curl E vanish to rounding, and
/// the one curl is the transpose of the other: what E loses H gains.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The space cells; all vectors have one entry for each.
    pub mesh: Mesh,
    /// What moves.
    pub evolution: Evolution,
    /// D of the self-consistent fields; E in components that do not evolve.
    pub d: Vec<DVec3>,
    /// B of the self-consistent fields.
    pub b: Vec<DVec3>,
    /// A of the whole fields, external ones included; only the components of `needed_potential`.
    pub a: Vec<DVec3>,
    /// Fields prescribed for all time; D and B do not hold them.
    pub external: ExternalFields,
    /// Charge density of each cell besides the particles: the background and what the
    /// absorbing layers have collected.
    pub fixed_charge: Vec<f64>,
    /// 1 for the components of A that particles need, else 0.
    pub needed_potential: DVec3,
    /// Rate at which particles vanish in each cell; empty without absorbing layers.
    pub absorption: Vec<f64>,
    /// Conductivity where each component of D lies; empty without absorbing layers.
    pub conductivity: Vec<DVec3>,
}

impl Fields {
    /// Vanishing fields without particles or layers.
    pub fn new(mesh: Mesh, evolution: Evolution) -> Self {
        let zero = vec![DVec3::ZERO; mesh.size()];
        Fields {
            mesh,
            evolution,
            d: zero.clone(),
            b: zero.clone(),
            a: zero,
            external: ExternalFields::default(),
            fixed_charge: vec![0.0; mesh.size()],
            needed_potential: DVec3::ZERO,
            absorption: Vec::new(),
            conductivity: Vec::new(),
        }
    }

    /// Puts absorbing layers of the given widths at both ends of the axes.
    pub fn absorb(&mut self, widths: [Option<f64>; 3]) {
        if self.mesh.resolved().all(|axis| widths[axis].is_none()) {
            return;
        }
        let mesh = self.mesh;
        let rate = |position: DVec3| absorbing::rate(&mesh, widths, position);
        self.absorption = (0..mesh.size()).map(|i| rate(mesh.position(i))).collect();
        let faces = [0, 1, 2].map(|j| mesh.half_step(&[j]));
        let conductivity = |i: usize| DVec3::from(faces.map(|face| rate(mesh.position(i) + face)));
        self.conductivity = (0..mesh.size()).map(conductivity).collect();
    }

    /// 1 for the components of D that evolve.
    pub(super) fn evolving(&self) -> DVec3 {
        match self.evolution {
            Evolution::Maxwell => DVec3::ONE,
            Evolution::Electrostatic if self.mesh.is_point() => DVec3::X,
            Evolution::Electrostatic => self.mesh.resolved().map(|axis| DVec3::AXES[axis]).sum(),
            Evolution::Frozen => DVec3::ZERO,
        }
    }

    /// Whether the fields stay as prescribed.
    pub fn is_frozen(&self) -> bool {
        self.evolution == Evolution::Frozen
    }

    /// Whether nothing gives particles and fields energy: fields evolve, and no prescribed one and
    /// no component that is kept does work. Absorbing layers take what they swallow.
    pub fn are_given_no_energy(&self) -> bool {
        let kept = DVec3::ONE - self.evolving();
        let closed = !self.is_frozen() && !self.external.does_work();
        closed && self.d.iter().all(|d| kept * *d == DVec3::ZERO)
    }

    /// Whether fields do not evolve, and particles feel nothing but prescribed potentials.
    pub fn are_potentials_alone(&self) -> bool {
        let none = |field: &[DVec3]| field.iter().all(|value| *value == DVec3::ZERO);
        self.is_frozen() && none(&self.d) && none(&self.b) && self.external.is_potential()
    }

    /// Whether A is followed at all.
    pub(super) fn needs_potential(&self) -> bool {
        self.needed_potential != DVec3::ZERO
    }

    /// E = D - P at centres. A component that does not evolve is prescribed as E.
    pub fn electric(&self, matter: &[Matter]) -> Vec<DVec3> {
        if self.is_frozen() {
            return self.d.clone();
        }
        let evolving = self.evolving();
        let mut e = vectors([0, 1, 2].map(|j| self.mesh.mean_to_centres(j, &component(&self.d, j))));
        for (e, matter) in e.iter_mut().zip(matter) {
            *e -= evolving * matter.polarisation;
        }
        e
    }

    /// B at centres.
    pub fn magnetic(&self) -> Vec<DVec3> {
        let centred = |j: usize| along(&others(j), component(&self.b, j), |axis, b| self.mesh.to_centres(axis, b));
        vectors([0, 1, 2].map(centred))
    }

    /// The table kernels read, but for momenta: self-consistent `e` (at centres, empty for none)
    /// and B, plus the external fields at `time`.
    pub fn table(&self, e: &[DVec3], time: f64) -> Vec<FieldSample> {
        let mesh = &self.mesh;
        let mut table: Vec<FieldSample> =
            (0..mesh.size()).map(|i| self.external.at(i, mesh.position(i), time)).collect();
        add_field(mesh, &mut table, e, |sample| (&mut sample.e, &mut sample.de));
        add_field(mesh, &mut table, &self.magnetic(), |sample| (&mut sample.b, &mut sample.db));
        table
    }

    /// The components of B at every centre now, where parts of it are prescribed in time at their largest.
    pub fn strongest_b(&self, space: &PhaseSpace) -> Vec<DVec3> {
        let strongest = |(i, sample): (usize, &FieldSample)| {
            let [now, bound] = self.external.unsteady_b(self.mesh.position(i), 0.0, space);
            (sample.b - now).abs() + bound
        };
        self.table(&[], 0.0).iter().enumerate().map(strongest).collect()
    }

    /// dD/dt = curl H - j over `time`, with B fixed, and the current of the absorbing
    /// layers in its two halves. M and j are means of their values `before` and `after`.
    pub fn ampere(&mut self, time: f64, before: &[Matter], after: &[Matter]) {
        self.relax(0.5 * time, before);
        let current: Vec<DVec3> = before.iter().zip(after).map(|(b, a)| 0.5 * (b.current + a.current)).collect();
        self.displace(time, &current);
        if self.evolution == Evolution::Maxwell {
            let mean: Vec<DVec3> =
                before.iter().zip(after).map(|(b, a)| 0.5 * (b.magnetisation + a.magnetisation)).collect();
            let curl = self.curl_h(&mean);
            for (d, curl) in self.d.iter_mut().zip(curl) {
                *d += time * curl;
            }
        }
        self.relax(0.5 * time, after);
    }

    /// curl H where D lies, with M at centres. H is sharpened along both axes it is
    /// staggered on: along the one of the difference that makes its two-point form of
    /// sixth order, along the other it makes the field that D is.
    fn curl_h(&self, magnetisation: &[DVec3]) -> Vec<DVec3> {
        let mesh = &self.mesh;
        let sharp = [0, 1, 2].map(|j| {
            let m = along(&others(j), component(magnetisation, j), |axis, m| mesh.to_faces(axis, m));
            let h = self.b.iter().zip(m).map(|(b, m)| b[j] - m).collect();
            along(&others(j), h, |axis, h| mesh.sharpen(axis, h))
        });
        self.curl(|axis, of| mesh.two_point(axis, &sharp[of]))
    }

    /// A curl from the derivatives along an axis of a component.
    fn curl(&self, derivative: impl Fn(usize, usize) -> Vec<f64>) -> Vec<DVec3> {
        let mut curl = vec![DVec3::ZERO; self.mesh.size()];
        for j in 0..3 {
            let [next, last] = others(j);
            for (axis, of, sign) in [(next, last, 1.0), (last, next, -1.0)] {
                if self.mesh.cells[axis] > 1 {
                    for (curl, slope) in curl.iter_mut().zip(derivative(axis, of)) {
                        curl[j] += sign * slope;
                    }
                }
            }
        }
        curl
    }

    /// dD/dt = - j over `time`, with a current at centres.
    pub fn displace(&mut self, time: f64, current: &[DVec3]) {
        let evolving = self.evolving();
        for j in (0..3).filter(|&j| evolving[j] != 0.0) {
            let current = self.on_faces(current, j);
            self.d.iter_mut().zip(current).for_each(|(d, current)| d[j] -= time * current);
        }
    }

    /// dD/dt = - sigma E in the layers: a current, whose charge stays where it ends.
    fn relax(&mut self, time: f64, matter: &[Matter]) {
        if self.conductivity.is_empty() {
            return;
        }
        let (mesh, evolving) = (self.mesh, self.evolving());
        let polarisation: Vec<DVec3> = matter.iter().map(|matter| matter.polarisation).collect();
        for j in (0..3).filter(|&j| evolving[j] != 0.0) {
            let p = self.on_faces(&polarisation, j);
            let change: Vec<f64> =
                (0..mesh.size()).map(|i| (-self.conductivity[i][j] * time).exp_m1() * (self.d[i][j] - p[i])).collect();
            self.d.iter_mut().zip(&change).for_each(|(d, change)| d[j] += change);
            let divergence = mesh.two_point(j, &change);
            self.fixed_charge.iter_mut().zip(divergence).for_each(|(charge, change)| *charge += change);
        }
    }

    /// Component `j` of a field at centres as D_j is: on faces, with the two-point
    /// difference for derivative.
    pub(super) fn on_faces(&self, values: &[DVec3], j: usize) -> Vec<f64> {
        self.mesh.sharpen(j, &self.mesh.to_faces(j, &component(values, j)))
    }

    /// Keeps the charge of particles that vanished, a charge density per cell.
    pub fn collect(&mut self, removed: &[f64]) {
        self.fixed_charge.iter_mut().zip(removed).for_each(|(charge, removed)| *charge += removed);
    }

    /// dB/dt = - curl E over `time`, with E at centres fixed.
    pub fn faraday(&mut self, time: f64, e: &[DVec3]) {
        if self.evolution != Evolution::Maxwell {
            return;
        }
        let mesh = &self.mesh;
        // The transpose of the way from H through D to E.
        let on_faces = [0, 1, 2].map(|j| mesh.sharpen(j, &mesh.mean_to_faces(j, &component(e, j))));
        let curl = self.curl(|axis, of| mesh.derivative_to_faces(axis, &on_faces[of]));
        for (b, curl) in self.b.iter_mut().zip(curl) {
            *b -= time * curl;
        }
    }

    /// dA/dt = - E over `time`, with the whole E (external included) at `middle`.
    pub fn potential(&mut self, time: f64, e: &[DVec3], middle: f64) {
        if !self.needs_potential() {
            return;
        }
        for i in 0..self.mesh.size() {
            let external = self.external.at(i, self.mesh.position(i), middle).e;
            self.a[i] -= time * (e[i] + external);
        }
    }

    /// Damps waves of D, B and A that the mesh does not carry, and of the `e_rate` that a kick
    /// left for the next, at the `rate` of each axis, per time, whichever way `time` runs;
    /// Gauss's law, div B = 0 and B = curl A hold on.
    ///
    /// What dissipates w shrinks P, and gives E = D - P energy where P is against it, as in light of
    /// one helicity along polarised spins: fields have to lose more of short waves than particles do.
    pub fn damp(&mut self, rate: DVec3, time: f64, matter: &[Matter], e_rate: &mut [DVec3]) {
        if self.evolution != Evolution::Maxwell || rate == DVec3::ZERO {
            return;
        }
        let mesh = &self.mesh;
        for field in [&mut self.d, &mut self.b, &mut self.a, e_rate] {
            for axis in mesh.resolved() {
                let lost = (rate[axis] * time.abs()).min(1.0);
                let finest = vectors([0, 1, 2].map(|j| mesh.finest(axis, &component(field, j))));
                field.iter_mut().zip(finest).for_each(|(field, finest)| *field -= lost * finest);
            }
        }
        self.obey_gauss(matter);
    }

    /// The two-point divergence of D at centres.
    pub(super) fn divergence_d(&self) -> Vec<f64> {
        let mut divergence = vec![0.0; self.mesh.size()];
        for axis in self.mesh.resolved() {
            let slope = self.mesh.two_point(axis, &component(&self.d, axis));
            divergence.iter_mut().zip(slope).for_each(|(sum, slope)| *sum += slope);
        }
        divergence
    }

    /// The staggered divergence of B at the upper corners.
    pub(super) fn divergence_b(&self) -> Vec<f64> {
        let mut divergence = vec![0.0; self.mesh.size()];
        for axis in self.mesh.resolved() {
            let slope = self.mesh.derivative_to_faces(axis, &component(&self.b, axis));
            divergence.iter_mut().zip(slope).for_each(|(sum, slope)| *sum += slope);
        }
        divergence
    }

    /// Force of the self-consistent `e` on the charges that do not move, summed over the
    /// cells and times their volume.
    pub fn force_on_fixed_charge(&self, e: &[DVec3]) -> DVec3 {
        let volume: f64 = self.mesh.resolved().map(|axis| self.mesh.step[axis]).product();
        volume * self.fixed_charge.iter().zip(e).map(|(charge, e)| *charge * *e).sum::<DVec3>()
    }

    /// Largest |div D - rho| over the cells.
    pub fn gauss_residual(&self, matter: &[Matter]) -> f64 {
        if self.mesh.is_point() {
            return 0.0;
        }
        let divergence = self.divergence_d();
        (0..self.mesh.size())
            .map(|i| (divergence[i] - matter[i].charge - self.fixed_charge[i]).abs())
            .fold(0.0, f64::max)
    }

    /// Largest |div B| over the corners.
    pub fn magnetic_residual(&self) -> f64 {
        self.divergence_b().into_iter().map(f64::abs).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::super::tests::meshes;
    use super::*;
    use crate::random::Random;

    fn matter(mesh: &Mesh, random: &mut Random) -> Vec<Matter> {
        let mut vectors = || random.vectors(mesh.size());
        let (current, p, m) = (vectors(), vectors(), vectors());
        (0..mesh.size())
            .map(|i| Matter { charge: -1.3, current: current[i], polarisation: p[i], magnetisation: m[i] })
            .collect()
    }

    /// Gauss's law and div B = 0 hold to rounding after many updates with whatever E,
    /// P, M and currents, absorbing layers included.
    #[test]
    fn constraints_survive_any_update() {
        let mut random = Random(1);
        let open = [Some(0.9), Some(0.7), Some(0.8)];
        let kinds = [(Evolution::Maxwell, [None; 3]), (Evolution::Maxwell, open), (Evolution::Electrostatic, open)];
        for mesh in meshes() {
            for (evolution, widths) in kinds {
                let mut fields = Fields::new(mesh, evolution);
                fields.absorb(widths);
                fields.b.fill(DVec3::new(0.2, -0.4, 0.7));
                let mut before = matter(&mesh, &mut random);
                fields.fixed_charge.fill(1.3);
                fields.solve_gauss(&before);
                for _ in 0..100 {
                    let mut after = matter(&mesh, &mut random);
                    for (after, before) in after.iter_mut().zip(&before) {
                        after.charge = before.charge;
                    }
                    for axis in mesh.resolved() {
                        let number: Vec<f64> = random.numbers(mesh.size()).iter().map(|number| 0.1 * number).collect();
                        for (s, change) in after.iter_mut().zip(mesh.two_point(axis, &number)) {
                            s.charge -= change;
                        }
                    }
                    let removed: Vec<f64> = fields.absorption.iter().map(|rate| 1e-3 * rate).collect();
                    for (s, removed) in after.iter_mut().zip(&removed) {
                        s.charge -= removed;
                    }
                    fields.collect(&removed);
                    fields.ampere(0.1, &before, &after);
                    fields.obey_gauss(&after);
                    fields.faraday(0.1, &random.vectors(mesh.size()));
                    fields.damp(DVec3::splat(2.0), 0.1, &after, &mut random.vectors(mesh.size()));
                    before = after;
                }
                let (gauss, magnetic) = (fields.gauss_residual(&before), fields.magnetic_residual());
                // Random updates make fields grow: a rounding of their slopes per update.
                let slope = |values: &[DVec3]| values.iter().map(|v| v.abs().max_element()).fold(1.0, f64::max) / 0.25;
                let (gauss, magnetic) = (gauss / slope(&fields.d), magnetic / slope(&fields.b));
                let rounding = 100.0 * f64::EPSILON;
                assert!(gauss < rounding && magnetic < rounding, "{mesh:?}: {gauss:.1e} {magnetic:.1e}");
            }
        }
    }

    /// A wave loses rate dt sin^12(k dx/2) per axis, and backwards in time as much: a wave of
    /// sixteen cells keeps to 0.28 sin^12(pi/16) + 0.18 sin^12(pi/24) = 9e-10, and what is uniform to the bit.
    #[test]
    fn short_waves_alone_are_damped() {
        let mesh = Mesh { cells: [48, 48, 1], step: [0.5, 0.8, 1.0], first: [0.25, 0.4, 0.0] };
        let damping = DVec3::new(1.4, 0.9, 0.0);
        for (modes, time) in [([24, 0], 0.2), ([16, 24], -0.2), ([12, 0], 0.2), ([3, 2], -0.2)] {
            let angle = |i: usize| -> f64 {
                let index = mesh.indices(i);
                (0..2).map(|axis| TAU * (modes[axis] * index[axis]) as f64 / 48.0).sum()
            };
            let mut fields = Fields::new(mesh, Evolution::Maxwell);
            let wave: Vec<DVec3> = (0..mesh.size()).map(|i| DVec3::Z * angle(i).cos()).collect();
            (fields.d, fields.b, fields.a) = (wave.clone(), wave.clone(), wave.clone());
            let mut rate = wave.clone();
            fields.damp(damping, time, &vec![Matter::default(); mesh.size()], &mut rate);
            let kept: f64 = (0..2)
                .map(|axis| {
                    let shortest = (0.5 * TAU * modes[axis] as f64 / 48.0).sin().powi(12);
                    1.0 - 0.2 * damping[axis] * shortest
                })
                .product();
            for field in [&fields.d, &fields.b, &fields.a, &rate] {
                assert!(field.iter().zip(&wave).all(|(f, w)| (*f - kept * *w).length() < 1e-13), "{modes:?}");
            }
            // Sixteen cells for a wave.
            assert!(modes[0] > 3 || 1.0 - kept < 9e-10);
        }
        let mut fields = Fields::new(mesh, Evolution::Maxwell);
        fields.b.fill(DVec3::new(0.3, -0.7, 0.1));
        let mut rate = vec![DVec3::ZERO; mesh.size()];
        fields.damp(damping, 0.3, &vec![Matter::default(); mesh.size()], &mut rate);
        assert!(fields.b.iter().all(|b| *b == DVec3::new(0.3, -0.7, 0.1)));
    }

    /// What E loses to H in Ampere's law H gets in Faraday's: E.(curl H) at the centres
    /// and H.(curl E) on the edges have the same sum, for any fields, to rounding.
    #[test]
    fn exchange_of_energy_is_exact() {
        let mut random = Random(2);
        for mesh in meshes() {
            let mut fields = Fields::new(mesh, Evolution::Maxwell);
            (fields.d, fields.b) = (random.vectors(mesh.size()), random.vectors(mesh.size()));
            let vacuum = vec![Matter::default(); mesh.size()];
            let e = fields.electric(&vacuum);
            let mut later = fields.clone();
            later.ampere(1.0, &vacuum, &vacuum);
            later.faraday(1.0, &e);
            let rate_e: Vec<DVec3> = later.electric(&vacuum).iter().zip(&e).map(|(after, e)| *after - *e).collect();
            let from_e: f64 = e.iter().zip(&rate_e).map(|(e, rate)| e.dot(*rate)).sum();
            let from_b: f64 = fields.b.iter().zip(&later.b).map(|(b, after)| b.dot(*after - *b)).sum();
            let scale: f64 = e.iter().zip(&rate_e).map(|(e, rate)| (*e * *rate).abs().element_sum()).sum();
            assert!((from_e + from_b).abs() < 1e-14 * scale, "{mesh:?}: {from_e} {from_b}");
        }
    }

    /// Frequency of a standing wave exp(i k.r) of 24 cells per axis, k = (1, 1, 1) along
    /// the resolved axes in units 2 pi/length, against |k|; the leapfrog's own
    /// sin(w dt/2) = |k| dt/2 is taken out.
    fn frequency_error(axes: usize, polarisation: DVec3) -> f64 {
        let n = 24;
        let mesh = Mesh {
            cells: std::array::from_fn(|axis| if axis < axes { n } else { 1 }),
            step: std::array::from_fn(|axis| if axis < axes { TAU / n as f64 } else { 1.0 }),
            first: [0.0; 3],
        };
        let mut fields = Fields::new(mesh, Evolution::Maxwell);
        let wave = |i: usize| (mesh.fundamental().dot(mesh.position(i))).cos();
        let e: Vec<DVec3> = (0..mesh.size()).map(|i| polarisation * wave(i)).collect();
        fields.d = vectors([0, 1, 2].map(|j| fields.on_faces(&e, j)));
        let vacuum = vec![Matter::default(); mesh.size()];
        let amplitude =
            |fields: &Fields| -> f64 { fields.electric(&vacuum).iter().zip(&e).map(|(e, wave)| e.dot(*wave)).sum() };
        let start = amplitude(&fields);
        // Some five periods and a quarter, where the amplitude passes zero.
        let k = (axes as f64).sqrt();
        let steps = 400;
        let dt = 5.25 * TAU / k / f64::from(steps);
        fields.ampere(0.5 * dt, &vacuum, &vacuum);
        for step in 1..=steps {
            let e = fields.electric(&vacuum);
            fields.faraday(dt, &e);
            let drift = if step == steps { 0.5 * dt } else { dt };
            fields.ampere(drift, &vacuum, &vacuum);
        }
        let expected = 2.0 * (0.5 * k * dt).asin() / dt;
        let time = dt * f64::from(steps);
        // cos(w t) near the zero of its argument's quarter turn.
        let off = (expected * time).cos() - amplitude(&fields) / start;
        (off / ((expected * time).sin() * time * expected)).abs()
    }

    /// Light that runs across the mesh keeps w = |k|, in the plane and out of it.
    #[test]
    fn oblique_light_keeps_its_frequency() {
        for (axes, polarisation) in
            [(1, DVec3::Y), (2, DVec3::new(1.0, -1.0, 0.0)), (2, DVec3::Z), (3, DVec3::new(1.0, -2.0, 1.0))]
        {
            let error = frequency_error(axes, polarisation);
            println!("{axes} axes, E along {polarisation}: w off by {error:.1e}");
            assert!(error < 1e-5, "{axes} {polarisation}: {error:.1e}");
        }
    }

    /// A pulse of a third of a layer's wavelength leaves: what comes back from the layer
    /// it enters, or through both, is below a thousandth.
    #[test]
    fn layers_swallow_a_pulse() {
        let (cells, layer) = (400, 6.0);
        let mesh = Mesh { cells: [1, cells, 1], step: [1.0, 0.1, 1.0], first: [0.0, 0.05, 0.0] };
        let mut fields = Fields::new(mesh, Evolution::Maxwell);
        fields.absorb([None, Some(layer), None]);
        let pulse = |y: f64| (TAU * (y - 20.0) / 2.0).cos() * (-0.5 * ((y - 20.0) / 2.0).powi(2)).exp();
        let dt = 0.05;
        for i in 0..cells {
            let y = mesh.position(i).y;
            // Along +y, E_z = B_x; B lies half a cell further.
            fields.d[i].z = pulse(y);
            fields.b[i].x = pulse(y + 0.05);
        }
        let vacuum = vec![Matter::default(); cells];
        for step in 0..600 {
            let drift = |fields: &mut Fields| fields.ampere(0.5 * dt, &vacuum, &vacuum);
            drift(&mut fields);
            let e = fields.electric(&vacuum);
            fields.faraday(dt, &e);
            drift(&mut fields);
            let inside = (0..cells).filter(|&i| (8.0..32.0).contains(&mesh.position(i).y));
            let largest = inside.map(|i| fields.d[i].z.abs()).fold(0.0, f64::max);
            // The pulse has left the inside at t = 20.
            assert!(step < 400 || largest < 1e-3, "{step}: {largest:.1e}");
            if step == 420 || step == 599 {
                println!("t = {}: {largest:.1e} is left", f64::from(step) * dt);
            }
        }
        assert!(fields.gauss_residual(&vacuum) < 1e-13);
    }
}
