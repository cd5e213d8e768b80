//! Streaming with the hidden velocity due to B. Twin of `shaders/streaming.wgsl`.

use glam::DVec3;

use super::sweep::{self, Carrier, Method};
use super::{Cells, Context, Field, Twin};
use crate::lanes::Vector;
use crate::operators::{FieldSample, Reading, Streaming};
use crate::physics::{Momentum, Particle};
use crate::precision::Real;

impl Twin for Streaming {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        let Streaming { axis, time, speed, scheme, .. } = *self;
        sweep::sweep(context, cells, fields, *self, Method { slot: axis, time, speed, scheme });
        None
    }
}

impl Carrier for Streaming {
    #[inline(always)]
    fn scalar<V: Vector>(self, _: &Particle, at: &Momentum<V>, _: &Field<V>) -> V::Number {
        at.velocity().along(self.axis)
    }

    #[inline(always)]
    fn coupling<V: Vector>(self, particle: &Particle, at: &Momentum<V>, field: &Field<V>) -> V {
        particle.hidden_velocity_at(at, at.p.like(DVec3::AXES[self.axis]), at.p.like(DVec3::ZERO), field.b)
    }
}
