//! Streaming with the hidden velocity due to B. Twin of `shaders/streaming.wgsl`.

use glam::DVec3;

use super::sweep::{Courant, Method};
use super::{Context, Twin, space_lines};
use crate::operators::{FieldSample, Reading, Speed, Streaming};
use crate::state::Cell;

impl Twin for Streaming {
    fn run<C: Cell>(
        &self,
        context: Context,
        state: &mut Vec<C>,
        spare: &mut Vec<C>,
        fields: &[FieldSample],
    ) -> Option<Reading> {
        let Streaming { axis, time, speed, scheme, .. } = *self;
        let particle = context.particle;
        let method = Method { speed, scheme, dissipation: context.dissipation };
        space_lines::sweep(context, (state, spare), (axis, time), method, fields, |field, p| Courant {
            v: particle.velocity(p)[axis],
            c: match speed {
                Speed::Coupled => particle.hidden_velocity(p, DVec3::AXES[axis], DVec3::ZERO, field.b),
                Speed::Uniform | Speed::Varying => DVec3::ZERO,
            },
        });
        None
    }
}
