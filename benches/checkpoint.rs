//! `cargo bench --bench checkpoint`: a checkpoint of a state on the processor beside a plain copy of the same bytes to
//! the same disk, both until they are on it, and reading one through beside reading its bytes.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use spinwigner::checkpoint::{self, Checkpoint, Header};
use spinwigner::run::{self, DeviceChoice};
use spinwigner::{Error, validate};

const ROUNDS: usize = 41;

/// Seconds that something takes.
fn timed(what: impl FnOnce() -> spinwigner::Result<()>) -> spinwigner::Result<f64> {
    let begun = Instant::now();
    what()?;
    Ok(begun.elapsed().as_secs_f64())
}

fn copy(bytes: &[u8], path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn main() -> spinwigner::Result<()> {
    let loaded = validate::load("free-6d")?;
    let mut simulation = run::start(&loaded, DeviceChoice::Cpu)?;
    let header = Header {
        spinwigner: env!("CARGO_PKG_VERSION").into(),
        steps: 0,
        time: 0.0,
        cells: simulation.grid.cells(),
        components: simulation.executor.components(),
        device: simulation.executor.description(),
        name: loaded.name.clone(),
        origin: loaded.origin.clone(),
        folder: loaded.folder.clone(),
        scenario: loaded.scenario.clone(),
        files: Vec::new(),
    };
    // Beside the build, on the disk that holds it.
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let folder = tempfile::tempdir_in(&target).map_err(Error::file(&target))?;
    let (kept, copied) = (folder.path().join("a.checkpoint"), folder.path().join("copy"));
    let evolving = simulation.evolving().encoded();
    let mut least = [f64::INFINITY; 4];
    for _ in 0..ROUNDS {
        let written = timed(|| {
            let take = |cells| simulation.executor.take(cells);
            checkpoint::write(&kept, &header, &evolving, &[], take).map(drop)
        })?;
        let bytes = std::fs::read(&kept).map_err(Error::file(&kept))?;
        let copying = timed(|| copy(&bytes, &copied).map_err(Error::file(&copied)))?;
        let through = timed(|| Checkpoint::open(&kept).map(drop))?;
        let reading = timed(|| std::fs::read(&copied).map(drop).map_err(Error::file(&copied)))?;
        for (least, seconds) in least.iter_mut().zip([written, copying, through, reading]) {
            *least = least.min(seconds);
        }
    }
    let [written, copying, through, reading] = least;
    let size = kept.metadata().map_err(Error::file(&kept))?.len() as f64 * 1e-6;
    println!("{size:.0} MB, least of {ROUNDS} rounds, on {}", simulation.executor.description().backend);
    println!("checkpoint {written:.3} s, plain copy {copying:.3} s: {:.2} of it", written / copying);
    println!("read through {through:.3} s, plain reading {reading:.3} s: {:.2} of it", through / reading);
    Ok(())
}
