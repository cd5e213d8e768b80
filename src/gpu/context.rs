//! Adapter, device, limits and the errors they raise.

use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};

/// An adapter as `spinwigner devices` lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterDescription {
    pub index: usize,
    pub name: String,
    pub backend: String,
    pub kind: String,
    pub driver: String,
    pub storage_binding_bytes: u64,
    pub max_buffer_bytes: u64,
}

/// Which adapter to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The fastest kind: discrete, integrated, virtual, software.
    Best,
    /// The position in [`list_adapters`].
    Index(usize),
}

/// An open device.
pub struct Context {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub adapter: AdapterDescription,
    /// The first error that no call returned.
    failure: Arc<Mutex<Option<String>>>,
}

/// Everything that can compute here, best first.
pub fn list_adapters() -> Vec<AdapterDescription> {
    adapters().iter().enumerate().map(|(index, adapter)| describe(index, adapter)).collect()
}

fn adapters() -> Vec<wgpu::Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let instance = wgpu::Instance::new(descriptor);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    adapters.sort_by_key(|adapter| match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    });
    adapters
}

fn describe(index: usize, adapter: &wgpu::Adapter) -> AdapterDescription {
    let (info, limits) = (adapter.get_info(), adapter.limits());
    AdapterDescription {
        index,
        name: info.name,
        backend: info.backend.to_string(),
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete GPU",
            wgpu::DeviceType::IntegratedGpu => "integrated GPU",
            wgpu::DeviceType::VirtualGpu => "virtual GPU",
            wgpu::DeviceType::Other => "other",
            wgpu::DeviceType::Cpu => "software on the CPU",
        }
        .into(),
        driver: format!("{} {}", info.driver, info.driver_info).trim().into(),
        storage_binding_bytes: limits.max_storage_buffer_binding_size,
        max_buffer_bytes: limits.max_buffer_size,
    }
}

impl Context {
    /// Opens an adapter; `Ok(None)` if this machine has none at all.
    pub fn open(choice: Choice) -> Result<Option<Context>> {
        let mut adapters = adapters();
        let index = match choice {
            Choice::Best if adapters.is_empty() => return Ok(None),
            Choice::Best => 0,
            Choice::Index(index) if index < adapters.len() => index,
            Choice::Index(index) => {
                return Err(Error::Input(format!(
                    "there is no device {index}; this machine has {}; `spinwigner devices` lists them",
                    match adapters.len() {
                        0 => "none".into(),
                        count => format!("devices 0 to {}", count - 1),
                    }
                )));
            }
        };
        let adapter = adapters.swap_remove(index);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("spinwigner"),
            // The defaults are smaller than what most adapters offer.
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| Error::Device(format!("{} cannot be opened: {error}", adapter.get_info().name)))?;
        let failure = Arc::new(Mutex::new(None));
        let (on_error, on_loss) = (failure.clone(), failure.clone());
        let keep_first = |slot: &Mutex<Option<String>>, text: String| {
            // A poisoned lock still holds the first failure.
            slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(text);
        };
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| keep_first(&on_error, error.to_string())));
        device.set_device_lost_callback(move |reason, text| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                keep_first(&on_loss, format!("device lost: {text}"));
            }
        });
        Ok(Some(Context { adapter: describe(index, &adapter), device, queue, failure }))
    }

    /// The first error that the device reported on its own.
    pub fn check(&self) -> Result<()> {
        let failure = self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match failure.as_ref() {
            None => Ok(()),
            Some(text) => Err(Error::Device(format!("{}: {text}", self.adapter.name))),
        }
    }

    /// Waits until everything submitted has finished.
    pub fn wait(&self) -> Result<()> {
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| Error::Device(format!("{}: {error}", self.adapter.name)))?;
        self.check()
    }
}
