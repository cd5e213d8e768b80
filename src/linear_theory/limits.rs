//! Closed forms of the spin resonance across B0, to compare the full response with.

/// The ordinary mode near w = (g/2 - 1) q B0/m: k along x, E along B0, phenomenological
/// g, short Larmor radius, no relativistic spread.
#[derive(Clone, Copy, Debug)]
pub struct SpinResonance {
    /// Wavenumber along x, with c = 1.
    pub k: f64,
    /// sqrt(q^2 n/m)
    pub plasma_frequency: f64,
    /// q B0/m
    pub cyclotron_frequency: f64,
    /// g/2 - 1
    pub delta: f64,
    /// hbar/m
    pub hbar: f64,
}

/// Spins of the equilibrium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarisation {
    /// Unpolarised.
    None,
    /// Thermal equilibrium in B0, to first order in mu_B B0/T.
    Thermal,
}

impl SpinResonance {
    /// `(w^2 - k^2 - wp^2)(w^2 - Delta^2) = c (g/2)^2 (hbar^2 wp^2/4m^2) [ k^2 w^2 + delta k^4/2 + delta Omega^2 w^2/2 ]`
    /// with c = -1 unpolarised and c = delta in thermal equilibrium; the wave near Delta, then light.
    pub fn frequencies(&self, polarisation: Polarisation) -> Option<[f64; 2]> {
        let c = if polarisation == Polarisation::None { -1.0 } else { self.delta };
        let size = c * ((1.0 + self.delta) * self.hbar * self.plasma_frequency / 2.0).powi(2);
        let k2 = self.k * self.k;
        let slope = k2 + self.delta * self.cyclotron_frequency.powi(2) / 2.0;
        self.solve(size * slope, size * self.delta * k2 * k2 / 2.0)
    }

    /// Equation 76 of Ekman et al. as printed, `- (7/10) (hbar^2 wp^2 k^2/m^2) (w^2 + k^2 delta/2)` on the right.
    pub fn as_printed(&self) -> Option<[f64; 2]> {
        let k2 = self.k * self.k;
        let size = -0.7 * (self.hbar * self.plasma_frequency).powi(2) * k2;
        self.solve(size, size * k2 * self.delta / 2.0)
    }

    /// `(w^2 - k^2 - wp^2)(w^2 - Delta^2) = slope w^2 + constant`
    fn solve(&self, slope: f64, constant: f64) -> Option<[f64; 2]> {
        let light = self.k * self.k + self.plasma_frequency.powi(2);
        let spin = (self.delta * self.cyclotron_frequency).powi(2);
        let half = 0.5 * (light + spin + slope);
        let root = (half * half - light * spin + constant).sqrt();
        // The product of both roots is known: no cancellation in the smaller one.
        let large = half + root;
        let small = (light * spin - constant) / large;
        let (near_spin, near_light) = if spin < light { (small, large) } else { (large, small) };
        (near_spin >= 0.0 && near_light >= 0.0 && root.is_finite()).then(|| [near_spin.sqrt(), near_light.sqrt()])
    }
}
