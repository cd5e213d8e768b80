//! dt W = - nu W in absorbing layers.

use super::{Build, Kernel, Recording, Term, wgsl};

/// Takes the share [`absorbed`](super::FieldSample::absorbed) of the particles away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Absorption {
    /// Its place in [`Recording::tables`].
    pub table: usize,
}

impl Absorption {
    /// Appends what absorbing layers take away, if there are any.
    pub fn record(recording: &mut Recording, table: usize) {
        if recording.tables[table].iter().any(|s| s.absorbed > 0.0) {
            recording.push(Absorption { table });
        }
    }
}

impl Term for Absorption {
    fn table(&self) -> usize {
        self.table
    }

    fn kernel(&self, _: Build) -> Kernel {
        Kernel::in_place("absorption", &[wgsl!("shared/blocks"), wgsl!("absorption")], "absorb", false)
    }

    fn kinds(_: bool) -> Vec<Self> {
        vec![Absorption { table: 0 }]
    }
}
