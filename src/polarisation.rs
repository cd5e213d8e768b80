//! Polarisation of a fluid's particles from the gradients of beta and the spin potential, mode by mode.
//!
//! N. Weickgenannt, J.-P. Blaizot, "Spin kinetic theory with a nonlocal relaxation time approximation", equations 20,
//! 21, 26 and 28, without the factor 2 that their measure of spins leaves out. Metric (+,-,-,-), eps^0123 = 1, with
//! the spin potential split as `b^m = eps^mkl Omega_kl/2`, `e_k = Omega_0k`:
//!
//! ```text
//! w/w0 = (hbar/2) [ (1 + KK) b + p x e/m ] + xi kappa p x Y,    A^mu = L(p) (0, w)
//! KK = (p^2 1 - p p)/(m(E+m)),  kappa = hbar/(2m(E+m)),  Y_k = p^nu d_k beta_nu + (p x b - E e)_k
//! ```

use glam::DVec3;
use serde::Serialize;

/// Gradients and spin potential at a point of a fluid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fluid {
    /// d_mu beta_nu, both indices below.
    pub gradients: [[f64; 4]; 4],
    /// b of the spin potential.
    pub b: DVec3,
    /// e of the spin potential.
    pub e: DVec3,
}

/// Particles, in units with c = 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// m > 0.
    pub mass: f64,
    /// hbar > 0.
    pub hbar: f64,
}

/// Which polarisation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// Of local equilibrium: xi = 0.
    LocalEquilibrium,
    /// Towards which collisions with this xi lead as tau falls.
    Asymptotic(f64),
    /// xi = (E + m)/E with the given spin potential.
    Canonical,
    /// The same with thermal vorticity for a spin potential: Zubarev's density operator, Belinfante's tensors.
    Zubarev,
    /// xi = (1 - zeta)(E + m)/E.
    PseudoGauge(f64),
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Momentum.
    pub p: [f64; 3],
    /// The coefficient of the nonlocal term at its energy.
    pub xi: f64,
    /// w/w0, in the rest frame of the particle.
    pub w_over_w0: [f64; 3],
    /// A^mu/w0, in the laboratory.
    #[serde(rename = "A_over_w0")]
    pub a_over_w0: [f64; 4],
}

impl Row {
    /// Whether all numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.w_over_w0.iter().chain(&self.a_over_w0).all(|number| number.is_finite())
    }
}

impl Form {
    /// Its name in a table.
    pub fn name(self) -> String {
        match self {
            Form::LocalEquilibrium => "local equilibrium".into(),
            Form::Asymptotic(xi) => format!("asymptotic, xi = {xi}"),
            Form::Canonical => "canonical".into(),
            Form::Zubarev => "Zubarev".into(),
            Form::PseudoGauge(zeta) => format!("pseudo-gauge, zeta = {zeta}"),
        }
    }

    fn xi(self, kind: Kind, energy: f64) -> f64 {
        let canonical = (energy + kind.mass) / energy;
        match self {
            Form::LocalEquilibrium => 0.0,
            Form::Asymptotic(xi) => xi,
            Form::Canonical | Form::Zubarev => canonical,
            Form::PseudoGauge(zeta) => (1.0 - zeta) * canonical,
        }
    }
}

impl Fluid {
    /// The same with the spin potential - (d_mu beta_nu - d_nu beta_mu)/2.
    pub fn with_thermal_vorticity(&self) -> Fluid {
        let omega = |mu: usize, nu: usize| -0.5 * (self.gradients[mu][nu] - self.gradients[nu][mu]);
        let (b, e) = ([omega(2, 3), omega(3, 1), omega(1, 2)], [omega(0, 1), omega(0, 2), omega(0, 3)]);
        Fluid { b: b.into(), e: e.into(), ..*self }
    }

    /// Polarisation at momentum p.
    pub fn polarisation(&self, kind: Kind, form: Form, p: DVec3) -> Row {
        let fluid = if form == Form::Zubarev { self.with_thermal_vorticity() } else { *self };
        let (m, energy) = (kind.mass, (kind.mass * kind.mass + p.length_squared()).sqrt());
        let (b, e, sum) = (fluid.b, fluid.e, energy + m);
        let contravariant = [energy, p.x, p.y, p.z];
        let gradient = |k: usize| -> f64 { (0..4).map(|nu| contravariant[nu] * fluid.gradients[k + 1][nu]).sum() };
        let y = DVec3::from([0, 1, 2].map(gradient)) + p.cross(b) - energy * e;
        let turned = (p.length_squared() * b - p.dot(b) * p) / (m * sum);
        let (xi, kappa) = (form.xi(kind, energy), kind.hbar / (2.0 * m * sum));
        let w = 0.5 * kind.hbar * (b + turned + p.cross(e) / m) + xi * kappa * p.cross(y);
        let along = p.dot(w) / m;
        let [x, y, z] = (w + along / sum * p).to_array();
        Row { p: p.to_array(), xi, w_over_w0: w.to_array(), a_over_w0: [along, x, y, z] }
    }
}

/// A form and its rows, one for each momentum.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// What it is the polarisation of.
    pub case: String,
    /// In the order of the momenta.
    pub rows: Vec<Row>,
}

/// Tables of all forms asked for.
pub fn tables(fluid: &Fluid, kind: Kind, forms: &[Form], momenta: &[DVec3]) -> Vec<Table> {
    let rows = |form: Form| momenta.iter().map(|&p| fluid.polarisation(kind, form, p)).collect();
    forms.iter().map(|&form| Table { case: form.name(), rows: rows(form) }).collect()
}

/// What is to be said of rows with |w| > w0, which no state of spins has: gradients there are too large for the first
/// order in hbar that the formulas are.
pub fn beyond_first_order(tables: &[Table]) -> Option<String> {
    let largest = |row: &Row| DVec3::from(row.w_over_w0).length();
    let rows = tables.iter().flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let (table, row) = rows.max_by(|a, b| largest(a.1).total_cmp(&largest(b.1)))?;
    (largest(row) > 1.0).then(|| {
        format!(
            "|w|/w0 is up to {} ({}, momentum {:?}), beyond 1, where the formulas, of first order in hbar times \
             gradients, do not hold; use smaller gradients or spin potentials",
            crate::numerals::number(largest(row), 4),
            table.case,
            row.p
        )
    })
}

/// As text in columns.
pub fn text(tables: &[Table]) -> String {
    let mut lines = Vec::new();
    for Table { case, rows } in tables {
        lines.push(case.clone());
        let heads = ["px", "py", "pz", "xi", "w1/w0", "w2/w0", "w3/w0", "A0/w0", "A1/w0", "A2/w0", "A3/w0"];
        lines.push(heads.map(|head| format!("{head:>13}")).concat());
        for row in rows {
            let numbers = row.p.iter().chain([&row.xi]).chain(&row.w_over_w0).chain(&row.a_over_w0);
            lines.push(numbers.map(|number| format!("{:>13}", crate::numerals::number(*number, 7))).collect());
        }
        lines.push(String::new());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLUID: Fluid = Fluid {
        gradients: [
            [0.0, 0.03, -0.02, 0.05],
            [0.04, 0.1, -0.3, 0.07],
            [-0.06, 0.2, 0.05, -0.11],
            [0.02, 0.09, 0.13, -0.15],
        ],
        b: DVec3::new(0.12, -0.05, 0.21),
        e: DVec3::new(0.03, 0.08, -0.04),
    };

    /// Exact answers, two of each form, m = hbar = 1: the equations above in Levi-Civita form, computed apart.
    #[test]
    fn tables_are_those_of_the_exact_answers() {
        let (oblique, backwards) = (DVec3::new(0.3, -0.4, 1.2), DVec3::new(-1.0, 0.8, 0.5));
        for (p, form, xi, w, a) in [
            (
                oblique,
                Form::LocalEquilibrium,
                0.0,
                [0.04090812512251427, 0.006329206904359622, 0.12021603768749131],
                [0.15399999999999997, 0.05840731680114035, -0.01700304866714181, 0.1902128044019956],
            ),
            (
                oblique,
                Form::Asymptotic(1.0),
                1.0,
                [0.10116624326023271, 0.061962862139236595, 0.12369605989802071],
                [0.154, 0.11866543493885878, 0.03863060656773517, 0.19369282661252502],
            ),
            (
                oblique,
                Form::Canonical,
                1.6097107608496926,
                [0.13790626631735167, 0.09588330040134294, 0.1258178668877764],
                [0.154, 0.15540545799597774, 0.07255104482984151, 0.1958146336022807],
            ),
            (
                oblique,
                Form::Zubarev,
                1.6097107608496926,
                [0.1390147801326898, 0.10659949719788592, 0.14244613736612285],
                [0.17, 0.15833206964805624, 0.08084311117739731, 0.21971529542758864],
            ),
            (
                oblique,
                Form::PseudoGauge(0.4),
                0.9658264565098155,
                [0.09910700983941671, 0.0600616630025496, 0.12357713520766236],
                [0.154, 0.1166062015180428, 0.03672940743104817, 0.19357390192216667],
            ),
            (
                backwards,
                Form::LocalEquilibrium,
                0.0,
                [0.05581481481481482, -0.04685185185185185, 0.1315925925925926],
                [-0.027500000000000004, 0.066, -0.055, 0.1265],
            ),
            (
                backwards,
                Form::Asymptotic(2.0),
                2.0,
                [0.08822222222222223, -0.0662962962962963, 0.2275185185185185],
                [-0.027500000000000017, 0.09840740740740742, -0.07444444444444445, 0.22242592592592592],
            ),
            (
                backwards,
                Form::Zubarev,
                1.5882352941176472,
                [0.07588562091503269, -0.04599673202614378, 0.22236601307189544],
                [-0.0015000000000000013, 0.07644117647058825, -0.04644117647058823, 0.22208823529411764],
            ),
            (
                backwards,
                Form::PseudoGauge(0.4),
                0.9529411764705883,
                [0.07125599128540305, -0.05611655773420479, 0.17729847494553377],
                [-0.027500000000000004, 0.08144117647058824, -0.06426470588235293, 0.17220588235294118],
            ),
            (
                DVec3::ZERO,
                Form::Zubarev,
                2.0,
                [0.06, -0.0049999999999999975, 0.125],
                [0.0, 0.06, -0.0049999999999999975, 0.125],
            ),
        ] {
            let row = FLUID.polarisation(Kind { mass: 1.0, hbar: 1.0 }, form, p);
            let found = [row.xi].into_iter().chain(row.w_over_w0).chain(row.a_over_w0);
            for (found, exact) in found.zip([xi].into_iter().chain(w).chain(a)) {
                assert!((found - exact).abs() < 1e-14, "{form:?} {p}: {found} {exact}");
            }
        }
    }
}
