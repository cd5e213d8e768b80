//! Absorbing layers take a share of every cell. Twin of `shaders/absorption.wgsl`.

use super::{Cells, Context, Twin, pieces};
use crate::operators::{Absorption, FieldSample, Reading};
use crate::precision::Real;

impl Twin for Absorption {
    fn run<R: Real>(&self, context: Context, cells: &mut Cells<R>, fields: &[FieldSample]) -> Option<Reading> {
        pieces::for_each(
            context,
            cells,
            || (),
            |(), piece| {
                let absorbed = fields[piece.space].absorbed;
                if absorbed > 0.0 {
                    let kept = R::nearest(1.0 - absorbed);
                    piece.numbers.iter_mut().for_each(|number| *number *= kept);
                }
            },
        );
        None
    }
}
