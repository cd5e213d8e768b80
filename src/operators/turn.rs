//! w of every momentum of a space cell turns alike: mean fields of other spins, and pulses.

use glam::DVec3;

use super::{Build, FieldSample, Kernel, Term, wgsl};

/// The turn by the [`FieldSample::turn`] of each space cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Its place in [`Recording::tables`](super::Recording::tables).
    pub table: usize,
}

impl Turn {
    /// The sample of a turn by `|angle|` about the direction of `angle`, in radians, right-handed.
    pub fn sample(angle: DVec3) -> FieldSample {
        let size = angle.length();
        if size == 0.0 {
            return FieldSample::default();
        }
        let (sin, cos) = (0.5 * size).sin_cos();
        FieldSample { turn: (angle * (sin / size)).extend(cos), ..FieldSample::default() }
    }
}

impl Term for Turn {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, _: Build) -> Kernel {
        let files = [wgsl!("shared/blocks"), wgsl!("shared/rotation"), wgsl!("turn")];
        Kernel::in_place("turn", &files, "turn", false)
    }

    fn kinds(spin: bool) -> Vec<Self> {
        if spin { vec![Turn { table: 0 }] } else { Vec::new() }
    }
}
