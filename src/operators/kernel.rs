//! What a device must know of a term: files, constants, shape of the work, sums. The one
//! place where WGSL files are put together.

use super::sums::{List, count};
use super::sweep::{Factor, Scheme, Speed};
use crate::grid::{AXIS_NAMES, MOMENTUM};
use crate::precision::Precision;

/// A file of `shaders/`.
#[derive(Clone, Copy, Debug)]
pub struct Wgsl {
    /// Path in `shaders/` without `.wgsl`.
    pub name: &'static str,
    /// Its whole contents.
    pub text: &'static str,
}

/// Files are told apart by their names.
impl PartialEq for Wgsl {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Wgsl {}

impl std::hash::Hash for Wgsl {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// `shaders/NAME.wgsl`.
macro_rules! wgsl {
    ($name:literal) => {
        $crate::operators::Wgsl {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $name, ".wgsl")),
        }
    };
}
pub(crate) use wgsl;

/// A compute kernel, but for precision and particle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    /// Human name: term, axis and kind of speed.
    pub label: String,
    /// The module is these files, after those of precision and kind of cell.
    pub files: Vec<Wgsl>,
    /// The WGSL function that is dispatched.
    pub entry_point: &'static str,
    /// Pipeline-overridable constants, but for those of the particle.
    pub constants: Vec<(&'static str, u32)>,
    /// How invocations share it.
    pub work: Work,
}

/// How the work is shared among invocations, and with it what is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// One invocation marches along a segment of a line of storage slot `slot`, and is handed `reach` old cells on
    /// either side of it.
    Lines {
        /// Of the axis that lines run along.
        slot: usize,
        /// Cells that the sweep reads beyond a segment.
        reach: usize,
    },
    /// One invocation copies one of these cells on either side of a segment.
    Keep {
        /// Of the axis that lines run along.
        slot: usize,
        /// Cells that are kept on each side.
        reach: usize,
    },
    /// A workgroup visits a block of the momentum cells of one space cell.
    Blocks,
    /// The same, with what each space cell relaxes towards.
    Relaxation,
    /// One invocation has a cell, the factors of a pair potential and two desks as large as the slab; kernels of
    /// [`MeanField::round`](super::MeanField::round) take turns.
    MeanField,
    /// The same, and leaves two numbers for each sum of a list, and `extra` ones.
    Sums {
        /// Names of the sums, in their order.
        list: &'static List,
        /// Numbers of which the least among workgroups counts.
        extra: usize,
        /// What it is told besides.
        inputs: Inputs,
    },
    /// One invocation copies one cell.
    Copy,
}

/// What a reading is told besides fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inputs {
    /// Nothing.
    Nothing,
    /// What space cells relax towards.
    Equilibria,
    /// Factors of a pair potential and the desk that they have summed spins on.
    MeanField,
}

/// What a term's kernel depends on besides the term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Old cells on either side of segments are kept.
    pub kept: bool,
    /// A momentum that is not resolved differs from zero.
    pub canonical: bool,
    /// The device is a processor, which takes lines eight apart together.
    pub apart: bool,
}

impl Kernel {
    /// A sweep along storage slot `slot`. `files` give the term: its lines, scalar speed and coupling.
    pub(super) fn sweep(
        name: &str,
        files: &[Wgsl],
        slot: usize,
        (speed, scheme): (Speed, Scheme),
        build: Build,
    ) -> Kernel {
        let mut all = vec![
            wgsl!("shared/parameters"),
            wgsl!("shared/hamiltonian"),
            wgsl!("shared/segments"),
            wgsl!("shared/line"),
        ];
        all.push(match speed {
            Speed::Uniform | Speed::Varying => wgsl!("shared/rate_scalar"),
            Speed::Coupled => wgsl!("shared/rate_coupled"),
        });
        let flux = |speed| [wgsl!("shared/sweep"), wgsl!("shared/stencil"), speed];
        match (scheme, speed) {
            (Scheme::Series(_), _) => all.push(wgsl!("shared/series")),
            (Scheme::Flux, Speed::Uniform) => all.extend(flux(wgsl!("shared/speed_uniform"))),
            (_, Speed::Coupled) => all.extend(flux(wgsl!("shared/speed_coupled"))),
            _ => all.extend(flux(wgsl!("shared/speed_varying"))),
        }
        all.extend(files);
        let constants = vec![
            ("CANONICAL", build.canonical.into()),
            ("DIRECTION", (slot % MOMENTUM) as u32),
            ("SWEPT", slot as u32),
            ("PERIODIC", (slot < MOMENTUM || scheme.joins_edges()).into()),
            ("KEPT", build.kept.into()),
            ("REACH", scheme.reach() as u32),
            ("LANES_APART", build.apart.into()),
            match scheme {
                Scheme::Series(factor) => ("LATTER", (factor == Factor::Latter).into()),
                _ => ("DISSIPATION_ONLY", (scheme == Scheme::Dissipation).into()),
            },
        ];
        let speed = match speed {
            Speed::Uniform => "uniform",
            Speed::Varying => "varying",
            Speed::Coupled => "coupled",
        };
        let scheme_name = match scheme {
            Scheme::Flux => "",
            Scheme::Series(Factor::Former) => ", series, former",
            Scheme::Series(Factor::Latter) => ", series, latter",
            Scheme::Dissipation => ", dissipation",
        };
        let label = format!("{name} {} ({speed}{scheme_name})", AXIS_NAMES[slot]);
        let work = Work::Lines { slot, reach: scheme.reach() };
        Kernel { label, files: all, entry_point: "sweep", constants, work }
    }

    /// What comes before a sweep along lines that are cut.
    pub fn keep(slot: usize, reach: usize) -> Kernel {
        Kernel {
            label: format!("keep {}", AXIS_NAMES[slot]),
            files: vec![wgsl!("shared/parameters"), wgsl!("shared/segments"), wgsl!("keep")],
            entry_point: "keep",
            constants: vec![("CANONICAL", 0), ("SWEPT", slot as u32), ("REACH", reach as u32)],
            work: Work::Keep { slot, reach },
        }
    }

    /// A term that changes every cell by itself; `entry_point` of `file`.
    pub(super) fn in_place(name: &str, files: &[Wgsl], entry_point: &'static str, canonical: bool) -> Kernel {
        let constants = vec![("CANONICAL", canonical.into())];
        Kernel {
            label: name.into(),
            files: [&[wgsl!("shared/parameters")], files].concat(),
            entry_point,
            constants,
            work: Work::Blocks,
        }
    }

    /// A reading: the sums of `list`, and `extra` numbers of another kind.
    pub(super) fn sums(
        name: &'static str,
        file: Wgsl,
        (list, extra): (&'static List, usize),
        canonical: bool,
    ) -> Kernel {
        let files = [
            wgsl!("shared/hamiltonian"),
            wgsl!("shared/blocks"),
            wgsl!("shared/wide"),
            wgsl!("shared/wide_momenta"),
            wgsl!("shared/sums"),
        ];
        let kernel = Kernel::in_place(name, &[&files[..], &[file]].concat(), name, canonical);
        Kernel { work: Work::Sums { list, extra, inputs: Inputs::Nothing }, ..kernel }
    }

    /// The yardstick of benchmarks.
    pub fn copy() -> Kernel {
        let (files, constants) = (vec![wgsl!("copy")], Vec::new());
        Kernel { label: "copy".into(), files, entry_point: "copy", constants, work: Work::Copy }
    }

    /// WGSL of the whole module in a precision, for cells with or without spin.
    pub fn source(&self, precision: Precision, spin: bool) -> String {
        let real = match precision {
            Precision::F32 => wgsl!("shared/real_f32"),
            Precision::F64 => wgsl!("shared/real_f64"),
        };
        let cell = if spin { wgsl!("shared/cell_spin") } else { wgsl!("shared/cell_spinless") };
        [real, cell].iter().chain(&self.files).map(|file| file.text).collect::<Vec<_>>().join("\n")
    }

    /// All pipeline-overridable constants.
    pub fn constants(&self, kinematics: u32, anomalous: bool, given: bool) -> Vec<(&'static str, f64)> {
        let mut constants: Vec<_> = self.constants.iter().map(|&(name, value)| (name, f64::from(value))).collect();
        if self.files.contains(&wgsl!("shared/hamiltonian")) {
            let flag = |set: bool| f64::from(u8::from(set));
            constants.extend([
                ("KINEMATICS", f64::from(kinematics)),
                ("ANOMALOUS", flag(anomalous)),
                ("GIVEN", flag(given)),
            ]);
        }
        constants
    }

    /// What a reduction adds up, nothing for kernels that advance the state.
    pub fn list(&self) -> &'static List {
        if let Work::Sums { list, .. } = self.work { list } else { &[] }
    }

    /// Numbers that a workgroup leaves to be read.
    pub fn numbers(&self) -> usize {
        if let Work::Sums { list, extra, .. } = self.work { 2 * count(list) + extra } else { 0 }
    }

    /// Whether each storage binding, in order, is read only: parameters, fields, state, and the
    /// old cells on either side of segments, what cells relax towards, the sums, or a pair potential and its desks.
    pub fn bindings(&self) -> &'static [bool] {
        match self.work {
            Work::Lines { .. } => &[true, true, false, true, true],
            Work::Keep { .. } => &[true, true, true, false, false],
            Work::Blocks => &[true, true, false],
            Work::Relaxation => &[true, true, false, true],
            Work::MeanField => &[true, true, false, true, true, false],
            Work::Sums { inputs: Inputs::Nothing, .. } => &[true, true, true, false],
            Work::Sums { inputs: Inputs::Equilibria, .. } => &[true, true, true, false, true],
            Work::Sums { inputs: Inputs::MeanField, .. } => &[true, true, true, false, true, true],
            Work::Copy => &[true, false],
        }
    }
}
