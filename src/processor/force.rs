//! Lorentz force, that of a potential, dipole force and its magnetic partner. A momentum axis is closed, or its
//! edges are joined. Twin of `shaders/force.wgsl`.

use glam::DVec3;

use super::sweep::{self, Carrier, Method};
use super::{Cells, Context, Field, Twin};
use crate::grid::MOMENTUM;
use crate::lanes::Vector;
use crate::operators::{FieldSample, Force, Reading};
use crate::physics::{Momentum, Particle};
use crate::precision::Real;

impl Twin for Force {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        let Force { axis, time, speed, scheme, .. } = *self;
        sweep::sweep(context, cells, fields, *self, Method { slot: MOMENTUM + axis, time, speed, scheme });
        None
    }
}

impl Carrier for Force {
    #[inline(always)]
    fn scalar<V: Vector>(self, particle: &Particle, at: &Momentum<V>, field: &Field<V>) -> V::Number {
        let j = at.p.like(DVec3::AXES[self.axis]);
        particle.lorentz_force(at.velocity(), j, field.e, field.b) + field.force.dot(j)
    }

    #[inline(always)]
    fn coupling<V: Vector>(self, particle: &Particle, at: &Momentum<V>, field: &Field<V>) -> V {
        let gradient = [field.de[self.axis], field.db[self.axis]];
        particle.dipole_force_at(at, at.p.like(DVec3::AXES[self.axis]), [field.e, field.b], gradient)
    }
}
