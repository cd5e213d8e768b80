//! What is installed to compute with, what is missing, and whether it computes rightly.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use crate::error::{Error, Result};
use crate::numerals::{bytes, number};
use crate::run::{self, DeviceChoice};
use crate::table::Table;
use crate::{diagnostics, gpu, needs, validate};

/// Departure from the closed forms that single precision and 32 cells per wave stay well below.
const ALLOWED: f64 = 1e-3;

/// What was found.
pub struct Findings {
    /// For a reader, with the commands that mend what is amiss.
    pub text: String,
    /// Devices that did not pass.
    pub failed: Vec<String>,
}

/// Looks at the machine, and tests every device on it.
pub fn examine() -> Findings {
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    lines.push(format!("system     {} {}, {threads} threads", std::env::consts::OS, std::env::consts::ARCH));
    lines.push(match needs::available_memory() {
        Some(free) => format!("memory     {} free on the host", bytes(free as f64)),
        None => "memory     this system does not say how much is free".into(),
    });
    lines.push(match needs::free_disk(Path::new(".")) {
        Some(free) => format!("disk       {} free here", bytes(free as f64)),
        None => "disk       this system does not say how much is free".into(),
    });
    lines.extend(drivers());
    let adapters = gpu::list_adapters();
    let mut test = |name: String, choice: DeviceChoice| {
        let begun = Instant::now();
        match self_test(choice) {
            Ok(departure) => lines.push(format!(
                "self-test  {name}: passed, off a closed form by {} ({} allowed), {:.1} s",
                number(departure, 2),
                number(ALLOWED, 2),
                begun.elapsed().as_secs_f64()
            )),
            Err(error) => {
                lines.push(format!("self-test  {name}: FAILED: {error}"));
                failed.push(name);
            }
        }
    };
    test("processor, f32".into(), DeviceChoice::Cpu);
    test("processor, f64".into(), DeviceChoice::Reference);
    for adapter in &adapters {
        test(format!("{} {} ({})", adapter.index, adapter.name, adapter.kind), DeviceChoice::Index(adapter.index));
    }
    for adapter in adapters {
        lines.push(format!(
            "adapter    {} {} ({}, {}, {}): {}, binds {} at a time, buffers up to {}",
            adapter.index,
            adapter.name,
            adapter.backend,
            adapter.kind,
            adapter.driver,
            if adapter.f64 { "f32 and f64" } else { "f32 alone" },
            bytes(adapter.storage_binding_bytes as f64),
            bytes(adapter.max_buffer_bytes as f64),
        ));
    }
    Findings { text: lines.join("\n") + "\n", failed }
}

/// Particles that stream freely while their spins precess: a wave of density, of k = 1 in a gas of momentum spread s
/// = 0.2, falls as exp(-(k s t/m)^2/2), and the spin along x as cos(q B t/m), q = -1, m = 1 and B = 0.5. Returns the larger departure
/// at t = 2.
fn self_test(device: DeviceChoice) -> Result<f64> {
    let scenario = json!({
        "title": "Self-test", "about": "Spins precess while a wave mixes away.", "references": [],
        "species": {"charge": -1, "hbar": 0.4}, "kinematics": "non_relativistic_without_spin_orbit",
        "phase_space": {
            "x": {"from": 0, "to": std::f64::consts::TAU, "cells": 32}, "px": {"from": -1.2, "to": 1.2, "cells": 48}
        },
        "initial": {"populations": [{
            "momentum": {"gaussian": {"spread": 0.2}},
            "perturbations": [{"density": {"mode": 1, "amplitude": 0.1}}],
            "spin": {"uniform": {"direction": [1, 0, 0]}}
        }]},
        "fields": {"uniform": {"B": [0, 0, 0.5]}},
        "time": {"step": 0.1, "end": 2},
        "output": {"diagnostics": {"modes": [{"quantity": "density", "mode": 1}]}}
    });
    let loaded = validate::from_value(&scenario, "self-test", Path::new("."))?;
    let mut simulation = run::start(&loaded, device)?;
    let (mut table, scenario) = (Table::default(), &loaded.scenario);
    for steps in [0, 20] {
        simulation.advance(steps)?;
        diagnostics::sample(&mut simulation, &scenario.output.diagnostics, &scenario.units, &mut table)?;
    }
    let kept = |name: &str| -> Option<f64> {
        let column = table.column(name)?;
        Some(column.get(1)? / column.first()?)
    };
    let departures = [("density_mode1_re", (-0.5 * 0.4f64 * 0.4).exp()), ("spin_x", 1.0f64.cos())];
    let departures =
        departures.map(|(name, exact)| kept(name).map_or(f64::INFINITY, |kept| (kept / exact - 1.0).abs()));
    let departure = departures.into_iter().fold(0.0, f64::max);
    if departure > ALLOWED {
        return Err(Error::Device(format!(
            "off a closed form by {}, {} is allowed: its results cannot be trusted; install another version of its driver",
            number(departure, 3),
            number(ALLOWED, 2)
        )));
    }
    Ok(departure)
}

/// What a Linux system has of Vulkan; others bring theirs.
fn drivers() -> Vec<String> {
    let here = gpu::list_adapters();
    if !cfg!(target_os = "linux") {
        let mend = if cfg!(windows) { "install the driver of the graphics card's maker" } else { "update the system" };
        let none = format!("driver     no adapter; {mend}, or compute on the processor");
        return if here.is_empty() { vec![none] } else { Vec::new() };
    }
    let libraries =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];
    let loader = libraries.iter().map(|folder| Path::new(folder).join("libvulkan.so.1")).find(|path| path.exists());
    let install = |packages: [&str; 3]| {
        let [debian, fedora, arch] = packages;
        let has = |program: &str| Path::new("/usr/bin").join(program).exists();
        match () {
            () if has("apt-get") => format!("apt-get install -y --no-install-recommends {debian}"),
            () if has("dnf") => format!("dnf install -y {fedora}"),
            () if has("pacman") => format!("pacman -S --noconfirm {arch}"),
            () => format!("install {debian} with this system's packages"),
        }
    };
    let mut lines = vec![match loader {
        Some(path) => format!("loader     {}", path.display()),
        None => {
            let command = install(["libvulkan1", "vulkan-loader", "vulkan-icd-loader"]);
            format!("loader     libvulkan.so.1 is missing; as root: {command}")
        }
    }];
    let drivers: Vec<PathBuf> = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .collect();
    lines.extend(drivers.iter().map(|path| format!("driver     {}", path.display())));
    for name in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        lines.extend(std::env::var(name).map(|value| format!("driver     {name} allows {value} alone")));
    }
    if here.is_empty() {
        let command = install([
            "mesa-vulkan-drivers libvulkan1",
            "mesa-vulkan-drivers vulkan-loader",
            "vulkan-swrast vulkan-icd-loader",
        ]);
        lines.push(format!(
            "driver     no adapter was found; for a graphics card install its maker's driver, for a software one, as root: \
             {command}; runs compute on the processor until then"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every device here computes as the closed forms say: in double precision to what 32 cells per wave resolve, and
    /// the departures are not those of nothing at all.
    #[test]
    fn devices_pass() {
        let findings = examine();
        assert!(findings.failed.is_empty(), "{}", findings.text);
        assert!(findings.text.matches(": passed").count() >= 3, "{}", findings.text);
        let departure = self_test(DeviceChoice::Reference).expect("passes");
        assert!(departure > 0.0 && departure < 0.1 * ALLOWED, "{departure}");
    }
}
