//! `cargo bench`: the tables of `spinwigner bench` on larger states, up to what the machine holds, of the best adapter
//! and of the processor side by side, printed and written to `target/bench.json` and `target/bench-cpu.json`.

use spinwigner::bench::{self, Device, Plan};
use spinwigner::gpu::Choice;
use spinwigner::precision::Precision;

fn main() -> spinwigner::Result<()> {
    let scaling = vec![100_000, 1_000_000, 10_000_000, 30_000_000, 100_000_000];
    for (device, name) in [(Device::Processor, "bench-cpu.json"), (Device::Adapter(Choice::Best), "bench.json")] {
        let plan = Plan { device, precision: Precision::F32, cells: 8_000_000, scaling: scaling.clone(), rounds: 12 };
        let report = bench::run(&plan, &mut |what| eprintln!("measuring {what} ..."))?;
        print!("{}", report.text());
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(name);
        bench::write_json(&report, &path)?;
        println!("\nwritten to {}", path.display());
    }
    Ok(())
}
