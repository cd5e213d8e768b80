//! `spinwigner list`, `show` and `devices`: what there is to run, and to run on.

use spinwigner::scenario::{parse, shipped};
use spinwigner::{Error, Result, gpu};

pub fn list() -> Result<String> {
    let width = shipped::SHIPPED.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    shipped::SHIPPED
        .iter()
        .map(|(name, text)| Ok(format!("{name:<width$}  {}\n", parse::parse(text, name)?.title)))
        .collect()
}

pub fn show(name: &str) -> Result<&'static str> {
    shipped::text(name).ok_or_else(|| {
        let names = shipped::SHIPPED.iter().map(|(name, _)| *name);
        let hint = match parse::did_you_mean(name, names.clone()) {
            Some(close) => format!("; did you mean `{close}`?"),
            None => String::new(),
        };
        let names: Vec<&str> = names.collect();
        Error::Input(format!("`{name}` is not a shipped scenario{hint}\nshipped scenarios: {}", names.join(", ")))
    })
}

pub fn devices() -> String {
    let adapters = gpu::list_adapters();
    if adapters.is_empty() {
        return "No Vulkan, Metal or DirectX 12 device; `run` computes on the processor.\n".into();
    }
    adapters
        .iter()
        .map(|adapter| {
            format!(
                "{}  {} ({}, {}, {}): {}, binds {} MiB at a time, buffers up to {} MiB\n",
                adapter.index,
                adapter.name,
                adapter.backend,
                adapter.kind,
                adapter.driver,
                if adapter.f64 { "f32 and f64" } else { "f32" },
                adapter.storage_binding_bytes >> 20,
                adapter.max_buffer_bytes >> 20
            )
        })
        .collect()
}
