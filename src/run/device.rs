//! On what a scenario is computed.

use crate::error::{Error, Result};
use crate::gpu::{Choice, Context, GpuExecutor};
use crate::operators::{Executor, Scheme};
use crate::precision::Precision;
use crate::reference::Reference;
use crate::scenario::Loaded;
use crate::simulation::{Prepared, Simulation};

/// Where to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The best adapter, else the reference with a notice.
    Auto,
    /// The best adapter, else an error.
    Gpu,
    /// Float64 on the host.
    Reference,
    /// An adapter by its position in `spinwigner devices`.
    Index(usize),
}

/// Puts a scenario on a device in its usual precision, as it is at t = 0.
///
/// # Errors
///
/// Those of [`Prepared::new`], [`open`] and [`Prepared::start`].
pub fn start(loaded: &Loaded, choice: DeviceChoice) -> Result<Simulation> {
    let prepared = Prepared::new(loaded)?;
    let (executor, _) = open(&prepared, choice, None)?;
    prepared.start(executor)
}

/// Puts a prepared scenario on a device. The notice says why it is not a GPU.
///
/// # Errors
///
/// [`Error::Input`] for a precision that the reference does not have, [`Error::Device`] where there is no
/// such adapter, or no room on it.
pub fn open(
    prepared: &Prepared,
    choice: DeviceChoice,
    precision: Option<Precision>,
) -> Result<(Box<dyn Executor>, Option<String>)> {
    let reference = || -> Box<dyn Executor> {
        let (grid, state) = (prepared.grid.clone(), prepared.state.clone());
        Box::new(Reference::new(grid, prepared.species.particle, prepared.dissipation(), state))
    };
    let adapter = match choice {
        DeviceChoice::Reference if precision == Some(Precision::F32) => {
            return Err(Error::Input(
                "--precision f32: the reference computes in f64; leave out --precision, or use --device gpu".into(),
            ));
        }
        DeviceChoice::Reference => return Ok((reference(), None)),
        DeviceChoice::Auto | DeviceChoice::Gpu => Choice::Best,
        DeviceChoice::Index(index) => Choice::Index(index),
    };
    match Context::open(adapter)? {
        Some(context) => {
            let (grid, particle, state) = (prepared.grid.clone(), prepared.species.particle, &prepared.state);
            let (dissipation, reach) = (prepared.dissipation(), Scheme::reach_of(prepared.schemes()));
            let gpu: Box<dyn Executor> = match precision.unwrap_or_default() {
                Precision::F32 => {
                    Box::new(GpuExecutor::<f32>::new(context, grid, particle, dissipation, state, reach)?)
                }
                Precision::F64 => {
                    Box::new(GpuExecutor::<f64>::new(context, grid, particle, dissipation, state, reach)?)
                }
            };
            Ok((gpu, None))
        }
        None if choice == DeviceChoice::Auto => {
            let mut notice = String::from(
                "no Vulkan, Metal or DX12 adapter here: computing with the float64 reference on the CPU (on Debian \
                 `apt-get install mesa-vulkan-drivers libvulkan1` adds a software one)",
            );
            if precision == Some(Precision::F32) {
                notice += "; --precision f32 has no effect on it";
            }
            Ok((reference(), Some(notice)))
        }
        None => Err(Error::Device(
            "no Vulkan, Metal or DX12 adapter on this machine; install its driver (on Debian `apt-get install \
             mesa-vulkan-drivers libvulkan1` adds a software one), or use --device reference"
                .into(),
        )),
    }
}
