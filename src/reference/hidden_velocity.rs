//! The hidden velocity due to E. Twin of `shaders/hidden_velocity.wgsl`.

use glam::DVec3;

use super::sweep::{Courant, Method};
use super::{Context, Twin, space_lines};
use crate::operators::{FieldSample, HiddenVelocity, Reading, Speed};
use crate::state::Cell;

impl Twin for HiddenVelocity {
    fn run<C: Cell>(
        &self,
        context: Context,
        state: &mut Vec<C>,
        spare: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        let HiddenVelocity { axis, time, scheme, .. } = *self;
        let particle = context.particle;
        let method = Method { speed: Speed::Coupled, scheme, dissipation: context.dissipation };
        space_lines::sweep(context, (state, spare), (axis, time), method, fields, |field, p| Courant {
            v: 0.0,
            c: particle.hidden_velocity(p, DVec3::AXES[axis], field.e, DVec3::ZERO),
        });
        None
    }
}
