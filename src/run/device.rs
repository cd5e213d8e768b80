//! On what a scenario is computed.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::gpu::{Choice, Context, GpuExecutor, best_gpu, list_adapters};
use crate::needs::Room;
use crate::operators::{Executor, Scheme};
use crate::precision::Precision;
use crate::processor;
use crate::scenario::Loaded;
use crate::simulation::{Prepared, Simulation};

/// Where to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// The best GPU, else the processor with a notice; never a software adapter.
    Auto,
    /// The best adapter, a software one included, else an error.
    Gpu,
    /// The processor, f32 unless said otherwise.
    Cpu,
    /// The processor in f64.
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
    let (executor, _) = open(&prepared, choice, None).map_err(|error| loaded.placed(error))?;
    prepared.start(executor)
}

/// What a choice comes to as far as memory goes, and the precision there.
///
/// # Errors
///
/// [`Error::Device`] where there is no such adapter.
pub fn room(choice: DeviceChoice, precision: Option<Precision>) -> Result<(Room, Precision)> {
    let adapter = match choice {
        DeviceChoice::Reference => return Ok((Room::processor(), Precision::F64)),
        DeviceChoice::Cpu => None,
        DeviceChoice::Auto => best_gpu(),
        DeviceChoice::Gpu => Some(list_adapters().into_iter().next().ok_or_else(no_adapter)?),
        // An index of no adapter is refused where it is opened.
        DeviceChoice::Index(index) => list_adapters().into_iter().nth(index),
    };
    Ok((adapter.map_or_else(Room::processor, Room::of), precision.unwrap_or_default()))
}

/// Puts a prepared scenario on a device. The notice says why it is not a GPU.
///
/// # Errors
///
/// [`Error::Input`] for f32 on the reference, and for f64 where an adapter has none, [`Error::Device`] where there
/// is no such adapter, or no room on it.
pub fn open(
    prepared: &Prepared,
    choice: DeviceChoice,
    precision: Option<Precision>,
) -> Result<(Box<dyn Executor>, Option<String>)> {
    match choice {
        DeviceChoice::Reference if precision == Some(Precision::F32) => Err(Error::Input(
            "--precision f32: the reference computes in f64; leave out --precision, or use --device cpu".into(),
        )),
        DeviceChoice::Reference => Ok((processor(prepared, Precision::F64)?, None)),
        DeviceChoice::Cpu => Ok((processor(prepared, precision.unwrap_or_default())?, None)),
        DeviceChoice::Auto if best_gpu().is_none() => {
            let precision = precision.unwrap_or_default();
            let notice = format!("no GPU here: computing on the processor in {precision}");
            Ok((processor(prepared, precision)?, Some(notice)))
        }
        DeviceChoice::Auto | DeviceChoice::Gpu => Ok((adapter(prepared, Choice::Best, precision)?, None)),
        DeviceChoice::Index(index) => Ok((adapter(prepared, Choice::Index(index), precision)?, None)),
    }
}

fn processor(prepared: &Prepared, precision: Precision) -> Result<Box<dyn Executor>> {
    let (grid, particle) = (prepared.grid.clone(), prepared.species.particle);
    processor::executor(precision, grid, particle, prepared.dissipation(), &prepared.state)
}

fn adapter(prepared: &Prepared, choice: Choice, precision: Option<Precision>) -> Result<Box<dyn Executor>> {
    let context = Context::open(choice)?.ok_or_else(no_adapter)?;
    let (grid, particle, state) = (prepared.grid.clone(), prepared.species.particle, &prepared.state);
    let (dissipation, reach) = (prepared.dissipation(), Scheme::reach_of(prepared.schemes()));
    Ok(match precision.unwrap_or_default() {
        Precision::F32 => Box::new(GpuExecutor::<f32>::new(context, grid, particle, dissipation, state, reach)?),
        Precision::F64 => Box::new(GpuExecutor::<f64>::new(context, grid, particle, dissipation, state, reach)?),
    })
}

fn no_adapter() -> Error {
    Error::Device(
        "no Vulkan, Metal or DX12 adapter on this machine; install its driver (on Debian `apt-get install \
         mesa-vulkan-drivers libvulkan1` adds a software one), or use --device cpu"
            .into(),
    )
}
