//! The table of quantities. A row more is a column more everywhere; the order is that of the file.

use super::Panel::{AngularMomentum, Conserved, MeanPosition, Residual};
use super::sample::compensated;
use super::{Each, Facts, Group, Needs, Panel, Quantity, Sample, Unit};
use crate::fields::others;
use crate::scenario::schema::Evolution;

const NOTHING: Needs = Needs { words: "", met: |_, _| true };

const SPIN: Needs = Needs { words: "spin", met: |facts, _| facts.spin };

/// A component of r x p needs both axes of its plane.
const PLANE: Needs = Needs { words: "the two other axes", met: in_plane };

const SPIN_IN_PLANE: Needs =
    Needs { words: "spin, the two other axes", met: |facts, k| facts.spin && in_plane(facts, k) };

const SPIN_ALONG: Needs = Needs { words: "spin, this axis", met: |facts, k| facts.spin && facts.resolved[k] };

const POTENTIAL: Needs = Needs { words: "a prescribed potential", met: |facts, _| facts.potential };

const EXCHANGE: Needs = Needs { words: "an exchange mean field", met: |facts, _| facts.exchange };

const EVOLVING: Needs = Needs {
    words: "fields that evolve, two or three space axes",
    met: |facts, _| {
        facts.evolution != Evolution::Frozen && facts.resolved.iter().filter(|resolved| **resolved).count() > 1
    },
};

fn in_plane(facts: &Facts, k: usize) -> bool {
    others(k).iter().all(|axis| facts.resolved[*axis])
}

const fn quantity(name: &'static str, unit: Unit, about: &'static str, value: fn(&Sample, usize) -> f64) -> Quantity {
    Quantity { name, unit, needs: NOTHING, about, value, curve: None }
}

impl Quantity {
    const fn needing(mut self, needs: Needs) -> Quantity {
        self.needs = needs;
        self
    }

    /// Drawn in a panel under a name.
    const fn drawn(mut self, panel: Panel, label: &'static str) -> Quantity {
        self.curve = Some((panel, label));
        self
    }
}

const fn once(quantities: &'static [Quantity]) -> Group {
    Group { each: Each::Once, quantities }
}

const fn directions(quantities: &'static [Quantity]) -> Group {
    Group { each: Each::Direction, quantities }
}

const fn modes(quantities: &'static [Quantity]) -> Group {
    Group { each: Each::Mode, quantities }
}

const fn places(quantities: &'static [Quantity]) -> Group {
    Group { each: Each::Place, quantities }
}

/// All quantities there are.
pub static TABLE: &[Group] = &[
    once(&[
        quantity("time", Unit::Time, "t", |s, _| s.time),
        quantity("number", Unit::Number, "∫ w0 dp dx", |s, _| s.integral(|o| o.density))
            .drawn(Conserved, "number, relative change"),
        quantity("charge", Unit::Number, "q × `number`, without the background", |s, _| {
            s.particle.charge * s.integral(|o| o.density)
        }),
        quantity(
            "energy_kinetic",
            Unit::Energy,
            "∫ (ε − m) w0 dp dx; p²/2m in place of ε − m if non-relativistic",
            |s, _| s.kinetic_energy(),
        )
        .drawn(Panel::Energy, "kinetic"),
        quantity("energy_electric", Unit::Energy, "∫ E²/2 dx, without external E", |s, _| s.electric_energy())
            .drawn(Panel::Energy, "electric"),
        quantity("energy_magnetic", Unit::Energy, "∫ B²/2 dx, without external B", |s, _| s.magnetic_energy())
            .drawn(Panel::Energy, "magnetic"),
        quantity("energy_spin", Unit::Energy, "− ∫ M·B dx, with external B; + ∫ w·h dp dx with `species.spin_hamiltonian`", |s, _| {
            s.spin_energy()
        })
        .drawn(Panel::Energy, "spin"),
        quantity("energy_potential", Unit::Energy, "∫ U w0 dp dx, U the prescribed potential", |s, _| {
            s.potential_energy()
        })
        .needing(POTENTIAL)
        .drawn(Panel::Energy, "potential"),
        quantity(
            "energy_exchange",
            Unit::Energy,
            "(e g/4) ∫ S² dx, S = ∫ w dp the spin density, g the strength of exchange, e = 1 for bosons, −1 for fermions; with `forces` also ∫ g n²/2 + (e g/4) n² dx, n = ∫ w0 dp; with a `range` (e/4) ∫∫∫ V(p − q) w(p)·w(q) dp dq dx",
            |s, _| s.exchange_energy(),
        )
        .needing(EXCHANGE)
        .drawn(Panel::Energy, "exchange"),
        quantity(
            "energy_total",
            Unit::Energy,
            "the sum of these; conserved without other external fields when fields evolve",
            |s, _| {
                let particles = [s.kinetic_energy(), s.spin_energy(), s.potential_energy(), s.exchange_energy()];
                compensated(particles.into_iter().chain([s.electric_energy(), s.magnetic_energy()]))
            },
        )
        .drawn(Panel::Energy, "total"),
    ]),
    directions(&[quantity("momentum_*", Unit::Momentum, "the sum of the next three", |s, k| {
        s.particle_momentum(k) + s.field_momentum(k) + s.fixed_momentum[k]
    })
    .drawn(Panel::Momentum, "*")]),
    directions(&[quantity("momentum_particles_*", Unit::Momentum, "∫ p w0 dp dx", |s, k| s.particle_momentum(k))]),
    directions(&[quantity("momentum_field_*", Unit::Momentum, "∫ (E + P) × B dx", |s, k| s.field_momentum(k))]),
    directions(&[quantity(
        "momentum_fixed_*",
        Unit::Momentum,
        "what the fixed background, and charge left in absorbing layers, has taken up: ∫∫ ρ_bg E dx dt",
        |s, k| s.fixed_momentum[k],
    )]),
    once(&[quantity(
        "momentum_scale",
        Unit::Momentum,
        "∫ |p| |w0| dp dx, to compare momentum errors with",
        |s, _| s.integral(|o| o.momentum_scale),
    )]),
    directions(&[quantity("spin_*", Unit::Spin, "∫ w dp dx", |s, k| s.integral(|o| o.spin[k]))
        .needing(SPIN)
        .drawn(Panel::Spin, "S_*")]),
    directions(&[
        quantity("magnetisation_*", Unit::Number, "∫ M dx", |s, k| s.integral(|o| o.magnetisation[k])).needing(SPIN)
    ]),
    directions(&[
        quantity(
            "angular_momentum_*",
            Unit::AngularMomentum,
            "the sum of the next three, about the centre of the box",
            |s, k| {
                compensated([s.orbital_angular_momentum(k), s.field_angular_momentum(k), s.spin_angular_momentum(k)])
            },
        )
        .needing(PLANE)
        .drawn(AngularMomentum, "total"),
        quantity("angular_momentum_orbital_*", Unit::AngularMomentum, "∫ r × p w0 dp dx", |s, k| {
            s.orbital_angular_momentum(k)
        })
        .needing(PLANE)
        .drawn(AngularMomentum, "orbital"),
        quantity("angular_momentum_field_*", Unit::AngularMomentum, "∫ r × ((E + P) × B) dx", |s, k| {
            s.field_angular_momentum(k)
        })
        .needing(PLANE)
        .drawn(AngularMomentum, "field"),
        quantity("angular_momentum_spin_*", Unit::AngularMomentum, "(ħ/2) ∫ w dp dx", |s, k| {
            s.spin_angular_momentum(k)
        })
        .needing(SPIN_IN_PLANE)
        .drawn(AngularMomentum, "spin"),
    ]),
    once(&[
        quantity("purity", Unit::Number, "∫ (w0² + |w|²)/2 dp dx", |s, _| s.integral(|o| o.purity))
            .drawn(Conserved, "purity, relative change"),
        quantity(
            "gauss_residual",
            Unit::Number,
            "largest |div D − ρ| over space, background included; 0 if frozen or without a space axis",
            |s, _| if s.fields.is_frozen() { 0.0 } else { s.fields.gauss_residual(s.matter) },
        )
        .drawn(Residual, "Gauss residual"),
        quantity("divergence_b", Unit::Number, "largest |div B| over space", |s, _| s.fields.magnetic_residual())
            .needing(EVOLVING)
            .drawn(Residual, "div B"),
        quantity(
            "edge_number",
            Unit::Number,
            "∫ |w0| over the first and last cells of the resolved momentum axes",
            |s, _| s.integral(|o| o.edge),
        ),
        quantity("least_w0_minus_w", Unit::Number, "smallest w0 − |w| of all cells", |s, _| {
            s.observables.iter().map(|o| o.positivity).fold(f64::INFINITY, f64::min)
        }),
    ]),
    directions(&[
        quantity("mean_*_up", Unit::Length, "∫ r (w0 + w·n) / ∫ (w0 + w·n), n = `spin_axis`", |s, k| {
            s.centroid(1.0, k)
        })
        .needing(SPIN_ALONG)
        .drawn(MeanPosition, "*, up"),
        quantity("mean_*_down", Unit::Length, "the same with w0 − w·n", |s, k| s.centroid(-1.0, k))
            .needing(SPIN_ALONG)
            .drawn(MeanPosition, "*, down"),
        quantity("separation_*", Unit::Length, "the first less the second", |s, k| {
            s.centroid(1.0, k) - s.centroid(-1.0, k)
        })
        .needing(SPIN_ALONG),
    ]),
    modes(&[
        quantity(
            "*_re",
            Unit::Number,
            "real part of the amplitude of each entry of `modes`: quantity Q, mode M, see below",
            |s, k| s.amplitude(k, f64::cos),
        ),
        quantity("*_im", Unit::Number, "its imaginary part", |s, k| s.amplitude(k, |phase| -phase.sin())),
    ]),
    places(&[quantity("*", Unit::Number, "value of each entry of `places`: quantity Q, place P, see below", |s, k| {
        s.at_place(k)
    })]),
];
