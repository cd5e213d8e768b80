//! The one place where WGSL files are put together.
//!
//! A module is a list of files: precision, kind of cell, kind of speed, shared
//! parts, and the term itself. A term's file holds formulas; the sweeps that
//! carry them are shared.

use crate::operators::Speed;

/// A term of the kinetic equation that is advanced by a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    Advection,
    Force,
}

/// A compute kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    Sweep {
        term: Term,
        speed: Speed,
        flux: bool,
    },
    SpinTorque,
    Sources,
    Observables,
    /// The yardstick of benchmarks.
    Copy,
}

macro_rules! wgsl {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $name, ".wgsl"))
    };
}

impl Kernel {
    /// Every kernel that exists for a state with or without spin.
    pub fn all(spin: bool) -> Vec<Kernel> {
        let mut kernels = vec![Kernel::Sources, Kernel::Observables, Kernel::Copy];
        for term in [Term::Advection, Term::Force] {
            for speed in [Speed::Uniform, Speed::Varying, Speed::Coupled] {
                for flux in [false, true] {
                    if (spin || speed != Speed::Coupled) && (term == Term::Advection || !flux) {
                        kernels.push(Kernel::Sweep { term, speed, flux });
                    }
                }
            }
        }
        if spin {
            kernels.push(Kernel::SpinTorque);
        }
        kernels
    }

    /// WGSL of the whole module for cells with or without spin.
    pub fn source(self, spin: bool) -> String {
        let cell = if spin { wgsl!("shared/cell_spin") } else { wgsl!("shared/cell_spinless") };
        let mut files = vec![wgsl!("shared/real_f32"), cell, wgsl!("shared/parameters")];
        match self {
            Kernel::Sweep { term, speed, .. } => {
                files.extend([wgsl!("shared/hamiltonian"), wgsl!("shared/stencil")]);
                files.push(match speed {
                    Speed::Coupled => wgsl!("shared/speed_coupled"),
                    Speed::Uniform | Speed::Varying => wgsl!("shared/speed_scalar"),
                });
                files.push(wgsl!("shared/sweep"));
                files.push(match term {
                    Term::Advection => wgsl!("advection"),
                    Term::Force => wgsl!("force"),
                });
                match speed {
                    Speed::Uniform => files.push(wgsl!("shared/sweep_uniform")),
                    Speed::Varying | Speed::Coupled => {
                        files.extend([wgsl!("shared/stencil_varying"), wgsl!("shared/sweep_varying")]);
                    }
                }
            }
            Kernel::SpinTorque => files.extend([wgsl!("shared/hamiltonian"), wgsl!("spin_torque")]),
            Kernel::Sources | Kernel::Observables => {
                files.extend([wgsl!("shared/hamiltonian"), wgsl!("moments")]);
            }
            Kernel::Copy => files.push(wgsl!("copy")),
        }
        files.join("\n")
    }

    /// Name of the entry point in [`Kernel::source`].
    pub fn entry_point(self) -> &'static str {
        match self {
            Kernel::Sweep { speed: Speed::Uniform, .. } => "uniform_sweep",
            Kernel::Sweep { .. } => "varying_sweep",
            Kernel::SpinTorque => "rotate",
            Kernel::Sources => "sources",
            Kernel::Observables => "observables",
            Kernel::Copy => "copy",
        }
    }

    /// Pipeline-overridable constants.
    pub fn constants(self, kinematics: u32, anomalous: bool) -> Vec<(&'static str, f64)> {
        let hamiltonian = [("KINEMATICS", f64::from(kinematics)), ("ANOMALOUS", f64::from(u8::from(anomalous)))];
        match self {
            Kernel::Sweep { term, flux, .. } => {
                let periodic = f64::from(u8::from(term == Term::Advection));
                let sweep = [("PERIODIC", periodic), ("READ_FLUX", f64::from(u8::from(flux)))];
                hamiltonian.into_iter().chain(sweep).collect()
            }
            Kernel::SpinTorque | Kernel::Sources | Kernel::Observables => hamiltonian.to_vec(),
            Kernel::Copy => Vec::new(),
        }
    }

    /// Whether each storage binding, in order, is read only.
    pub fn bindings(self) -> &'static [bool] {
        match self {
            Kernel::Sweep { .. } => &[true, true, true, false, false],
            Kernel::SpinTorque => &[true, true, false],
            Kernel::Sources | Kernel::Observables | Kernel::Copy => &[true, true, true, false],
        }
    }

    /// Human name: term and kind of speed.
    pub fn label(self) -> String {
        match self {
            Kernel::Sweep { term, speed, .. } => {
                let term = match term {
                    Term::Advection => "advection",
                    Term::Force => "force",
                };
                let speed = match speed {
                    Speed::Uniform => "uniform",
                    Speed::Varying => "varying",
                    Speed::Coupled => "coupled",
                };
                format!("{term} ({speed})")
            }
            Kernel::SpinTorque => "spin torque".into(),
            Kernel::Sources => "sources".into(),
            Kernel::Observables => "observables".into(),
            Kernel::Copy => "copy".into(),
        }
    }
}
