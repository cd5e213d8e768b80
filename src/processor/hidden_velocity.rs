//! The hidden velocity due to E and a given h. Twin of `shaders/hidden_velocity.wgsl`.

use glam::DVec3;

use super::sweep::{self, Carrier, Method};
use super::{Cells, Context, Field, Twin};
use crate::lanes::{Number, Vector};
use crate::operators::{FieldSample, HiddenVelocity, Reading, Speed};
use crate::physics::{Momentum, Particle};
use crate::precision::Real;

impl Twin for HiddenVelocity {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        let HiddenVelocity { axis, time, scheme, .. } = *self;
        sweep::sweep(context, cells, fields, *self, Method { slot: axis, time, speed: Speed::Coupled, scheme });
        None
    }
}

impl Carrier for HiddenVelocity {
    #[inline(always)]
    fn scalar<V: Vector>(self, _: &Particle, at: &Momentum<V>, _: &Field<V>) -> V::Number {
        at.inverse_energy.like(0.0)
    }

    #[inline(always)]
    fn coupling<V: Vector>(self, particle: &Particle, at: &Momentum<V>, field: &Field<V>) -> V {
        let electric =
            particle.hidden_velocity_at(at, at.p.like(DVec3::AXES[self.axis]), field.e, at.p.like(DVec3::ZERO));
        if particle.given.acts() { electric + at.p.like(particle.given.slopes[self.axis]) } else { electric }
    }
}
