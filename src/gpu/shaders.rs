//! The one place where WGSL files are put together.
//!
//! A module is a list of files: precision, kind of cell, kind of speed, shared
//! parts, and the term itself. A term's file holds formulas; the sweeps that
//! carry them are shared.

use super::sums::{FLUXES, List, OBSERVABLE_NUMBERS, OBSERVABLES, SOURCES, count};
use crate::grid::{AXIS_NAMES, MOMENTUM};
use crate::operators::{Factor, Scheme, Speed};
use crate::precision::Precision;

/// A compute kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    Advection {
        axis: usize,
        speed: Speed,
        scheme: Scheme,
        streaming: bool,
        line: Line,
    },
    Force {
        axis: usize,
        speed: Speed,
        scheme: Scheme,
        line: Line,
    },
    SpinTorque {
        canonical: bool,
    },
    Absorption,
    Sources {
        canonical: bool,
    },
    Observables {
        canonical: bool,
    },
    Balance {
        canonical: bool,
    },
    /// The yardstick of benchmarks.
    Copy,
}

/// What a sweep must know of its lines before it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The line goes on in other slabs.
    pub cut: bool,
    /// A momentum that is not resolved differs from zero.
    pub canonical: bool,
    /// The device is a processor, which takes lines eight apart together.
    pub apart: bool,
}

macro_rules! wgsl {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $name, ".wgsl"))
    };
}

impl Kernel {
    /// Every scheme of a sweep.
    pub const SCHEMES: [Scheme; 4] =
        [Scheme::Flux, Scheme::Series(Factor::Former), Scheme::Series(Factor::Latter), Scheme::Dissipation];

    /// Every kernel that exists for a state with or without spin.
    pub fn all(spin: bool) -> Vec<Kernel> {
        let mut kernels = vec![Kernel::Absorption, Kernel::Copy];
        for canonical in [false, true] {
            kernels.extend([
                Kernel::Sources { canonical },
                Kernel::Observables { canonical },
                Kernel::Balance { canonical },
            ]);
            if spin {
                kernels.push(Kernel::SpinTorque { canonical });
            }
            for (cut, axis) in [false, true].into_iter().flat_map(|cut| (0..3).map(move |axis| (cut, axis))) {
                let line = Line { cut, canonical, apart: cut };
                let speeds = [Speed::Uniform, Speed::Varying, Speed::Coupled];
                for scheme in Kernel::SCHEMES {
                    for speed in speeds.into_iter().filter(|&speed| spin || speed != Speed::Coupled) {
                        kernels.push(Kernel::Advection { axis, speed, scheme, streaming: true, line });
                        kernels.push(Kernel::Force { axis, speed, scheme, line });
                    }
                    if spin {
                        kernels.push(Kernel::Advection { axis, speed: Speed::Coupled, scheme, streaming: false, line });
                    }
                }
            }
        }
        kernels
    }

    /// WGSL of the whole module in a precision, for cells with or without spin.
    pub fn source(self, precision: Precision, spin: bool) -> String {
        let real = match precision {
            Precision::F32 => wgsl!("shared/real_f32"),
            Precision::F64 => wgsl!("shared/real_f64"),
        };
        let cell = if spin { wgsl!("shared/cell_spin") } else { wgsl!("shared/cell_spinless") };
        let mut files = vec![real, cell];
        let flux = |speed: &'static str| [wgsl!("shared/sweep"), wgsl!("shared/stencil"), speed];
        match self {
            Kernel::Advection { speed, scheme, .. } | Kernel::Force { speed, scheme, .. } => {
                files.extend([wgsl!("shared/parameters"), wgsl!("shared/hamiltonian"), wgsl!("shared/line")]);
                files.push(match speed {
                    Speed::Uniform | Speed::Varying => wgsl!("shared/rate_scalar"),
                    Speed::Coupled => wgsl!("shared/rate_coupled"),
                });
                match (scheme, speed) {
                    (Scheme::Series(_), _) => files.push(wgsl!("shared/series")),
                    (Scheme::Flux, Speed::Uniform) => files.extend(flux(wgsl!("shared/speed_uniform"))),
                    (_, Speed::Coupled) => files.extend(flux(wgsl!("shared/speed_coupled"))),
                    _ => files.extend(flux(wgsl!("shared/speed_varying"))),
                }
                files.push(match self {
                    Kernel::Force { .. } => wgsl!("force"),
                    _ => wgsl!("advection"),
                });
            }
            Kernel::SpinTorque { .. } => {
                files.extend([wgsl!("shared/parameters"), wgsl!("shared/hamiltonian"), wgsl!("shared/blocks")]);
                files.push(wgsl!("spin_torque"));
            }
            Kernel::Sources { .. } | Kernel::Observables { .. } | Kernel::Balance { .. } => {
                files.extend([wgsl!("shared/parameters"), wgsl!("shared/hamiltonian"), wgsl!("shared/blocks")]);
                files.extend([wgsl!("shared/wide"), wgsl!("shared/sums")]);
                files.push(match self {
                    Kernel::Sources { .. } => wgsl!("sources"),
                    Kernel::Observables { .. } => wgsl!("observables"),
                    _ => wgsl!("balance"),
                });
            }
            Kernel::Absorption => {
                files.extend([wgsl!("shared/parameters"), wgsl!("shared/blocks"), wgsl!("absorption")]);
            }
            Kernel::Copy => files.push(wgsl!("copy")),
        }
        files.join("\n")
    }

    /// Name of the entry point in [`Kernel::source`].
    pub fn entry_point(self) -> &'static str {
        match self {
            Kernel::Advection { .. } | Kernel::Force { .. } => "sweep",
            Kernel::SpinTorque { .. } => "rotate",
            Kernel::Absorption => "absorb",
            Kernel::Sources { .. } => "sources",
            Kernel::Observables { .. } => "observables",
            Kernel::Balance { .. } => "balance",
            Kernel::Copy => "copy",
        }
    }

    /// Pipeline-overridable constants.
    pub fn constants(self, kinematics: u32, anomalous: bool) -> Vec<(&'static str, f64)> {
        let number = |flag: bool| f64::from(u8::from(flag));
        let hamiltonian = |canonical: bool| {
            vec![
                ("KINEMATICS", f64::from(kinematics)),
                ("ANOMALOUS", number(anomalous)),
                ("CANONICAL", number(canonical)),
            ]
        };
        let sweep = |axis: usize, slot: usize, scheme: Scheme, line: Line| {
            let mut constants = hamiltonian(line.canonical);
            constants.extend([
                ("DIRECTION", axis as f64),
                ("SWEPT", slot as f64),
                ("PERIODIC", number(slot < MOMENTUM || scheme.joins_edges())),
                ("CUT", number(line.cut)),
                ("LANES_APART", number(line.apart)),
            ]);
            constants.push(match scheme {
                Scheme::Series(factor) => ("LATTER", number(factor == Factor::Latter)),
                _ => ("DISSIPATION_ONLY", number(scheme == Scheme::Dissipation)),
            });
            constants
        };
        match self {
            Kernel::Advection { axis, streaming, scheme, line, .. } => {
                let mut constants = sweep(axis, axis, scheme, line);
                constants.push(("STREAMING", number(streaming)));
                constants
            }
            Kernel::Force { axis, scheme, line, .. } => sweep(axis, MOMENTUM + axis, scheme, line),
            Kernel::SpinTorque { canonical }
            | Kernel::Sources { canonical }
            | Kernel::Observables { canonical }
            | Kernel::Balance { canonical } => hamiltonian(canonical),
            Kernel::Absorption => vec![("CANONICAL", 0.0)],
            Kernel::Copy => Vec::new(),
        }
    }

    /// What a reduction adds up, nothing for kernels that advance the state.
    pub fn sums(self) -> &'static List {
        match self {
            Kernel::Sources { .. } => SOURCES,
            Kernel::Observables { .. } => OBSERVABLES,
            Kernel::Balance { .. } => FLUXES,
            _ => &[],
        }
    }

    /// Numbers that a workgroup leaves to be read.
    pub fn numbers(self) -> usize {
        match self {
            Kernel::Observables { .. } => OBSERVABLE_NUMBERS,
            _ => 2 * count(self.sums()),
        }
    }

    /// Whether each storage binding, in order, is read only.
    pub fn bindings(self) -> &'static [bool] {
        match self {
            Kernel::Advection { .. } | Kernel::Force { .. } => &[true, true, false, false, true],
            Kernel::SpinTorque { .. } | Kernel::Absorption => &[true, true, false],
            Kernel::Sources { .. } | Kernel::Observables { .. } | Kernel::Balance { .. } => &[true, true, true, false],
            Kernel::Copy => &[true, false],
        }
    }

    /// Human name: term, axis and kind of speed.
    pub fn label(self) -> String {
        let kind = |speed: Speed, scheme: Scheme| {
            let speed = match speed {
                Speed::Uniform => "uniform",
                Speed::Varying => "varying",
                Speed::Coupled => "coupled",
            };
            match scheme {
                Scheme::Flux => speed.to_string(),
                Scheme::Series(Factor::Former) => format!("{speed}, series, former"),
                Scheme::Series(Factor::Latter) => format!("{speed}, series, latter"),
                Scheme::Dissipation => format!("{speed}, dissipation"),
            }
        };
        match self {
            Kernel::Advection { axis, streaming: false, scheme: Scheme::Flux, .. } => {
                format!("hidden velocity {}", AXIS_NAMES[axis])
            }
            Kernel::Advection { axis, streaming, speed, scheme, .. } => {
                let name = if streaming { "advection" } else { "hidden velocity" };
                format!("{name} {} ({})", AXIS_NAMES[axis], kind(speed, scheme))
            }
            Kernel::Force { axis, speed, scheme, .. } => {
                format!("force {} ({})", AXIS_NAMES[MOMENTUM + axis], kind(speed, scheme))
            }
            Kernel::SpinTorque { .. } => "spin torque".into(),
            Kernel::Absorption => "absorption".into(),
            Kernel::Sources { .. } => "sources".into(),
            Kernel::Observables { .. } => "observables".into(),
            Kernel::Balance { .. } => "balance".into(),
            Kernel::Copy => "copy".into(),
        }
    }
}
