//! The reader of checkpoints meets bytes that nobody wrote: no panic, and no more memory than the file has bytes.
//! `SPINWIGNER_FUZZ_SECONDS=3600 cargo test --release --test checkpoint_fuzz` goes on for an hour.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::random::Random;
use spinwigner::checkpoint::{self, Checkpoint, Header};
use spinwigner::precision::Numbers;
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::Evolving;

/// Counts the bytes in use, and the most there were.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator is unsafe; this one hands on")]
// SAFETY: every call goes to the system's allocator with the caller's own arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(used, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Blocks of a file: where each begins, and the length of its data.
fn blocks(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut blocks, mut at) = (Vec::new(), 12);
    while let Some(length) = bytes.get(at + 12..at + 20) {
        let length = u64::from_ne_bytes(length.try_into().expect("eight bytes"));
        let Some(end) = usize::try_from(length).ok().and_then(|length| length.checked_add(at + 24)) else { break };
        if end > bytes.len() {
            break;
        }
        blocks.push((at, length as usize));
        at = end;
    }
    blocks
}

/// Makes the checksums right, so that what comes after them is met.
fn sealed(bytes: &mut [u8]) {
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&bytes[..12.min(bytes.len())]);
    for (at, length) in blocks(bytes) {
        checksum.update(&bytes[at..at + 20 + length]);
        let sum = checksum.clone().finalize();
        bytes[at + 20 + length..at + 24 + length].copy_from_slice(&sum.to_ne_bytes());
    }
}

#[test]
fn no_bytes_break_the_reader() {
    let seconds = std::env::var("SPINWIGNER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.checkpoint");
    let loaded = common::shipped("stern-gerlach");
    let simulation = common::start(&loaded, DeviceChoice::Cpu);
    let header = Header {
        spinwigner: "0".into(),
        steps: 3,
        time: 0.5,
        cells: 50,
        components: 4,
        device: simulation.executor.description(),
        name: "test".into(),
        origin: "test".into(),
        folder: ".".into(),
        scenario: loaded.scenario.clone(),
        files: Vec::new(),
    };
    let evolving = simulation.evolving().encoded();
    let zeros = |cells: std::ops::Range<usize>| Ok(Numbers::F32(vec![0.5; 4 * cells.len()]));
    checkpoint::write(&file, &header, &evolving, b"memory", zeros).expect("written");
    drop(simulation);
    let sound = std::fs::read(&file).expect("readable");
    let seed =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64);
    println!("seed {seed}");
    let mut random = Random(seed);
    let (begun, mut count, mut opened, mut most) = (Instant::now(), 0u64, 0u64, 0);
    while begun.elapsed() < Duration::from_secs_f64(seconds) {
        let mut bytes = sound.clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(bytes.len());
            match random.below(6) {
                0 => bytes[at] = random.below(256) as u8,
                1 => bytes.truncate(at.max(1)),
                2 => drop(bytes.splice(at..at, sound[random.below(sound.len())..].iter().copied().take(64))),
                3 => drop(bytes.drain(at..(at + random.below(32)).min(bytes.len()).max(at)).count()),
                // Lengths of blocks, and numbers within them.
                4 => {
                    let blocks = blocks(&bytes);
                    if let Some(&(block, _)) = blocks.get(random.below(blocks.len().max(1))) {
                        let length = [0, 1, u64::MAX, 1 << 40, random.below(1 << 16) as u64][random.below(5)];
                        bytes[block + 12..block + 20].copy_from_slice(&length.to_ne_bytes());
                    }
                }
                _ => {
                    let end = (at + 8).min(bytes.len());
                    bytes[at..end].fill([0, 0x7f, 0xff, b'9'][random.below(4)]);
                }
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        if random.below(4) > 0 {
            sealed(&mut bytes);
        }
        std::fs::write(&file, &bytes).expect("written");
        let before = USED.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        if let Ok(checkpoint) = Checkpoint::open(&file) {
            opened += 1;
            let _ = Evolving::of(&checkpoint);
            let _ = checkpoint.cells(|_, _| Ok(()));
        }
        let used = MOST.load(Ordering::Relaxed).saturating_sub(before);
        most = most.max(used);
        // A buffer of 8 KiB, and what becomes of a header, are more than the smallest files.
        assert!(used <= bytes.len().max(1 << 15), "{used} bytes of memory for a file of {}", bytes.len());
        count += 1;
    }
    println!(
        "{count} files, {opened} of them opened, at most {most} bytes of memory, sound files have {}",
        sound.len()
    );
    assert!(count > 100 && opened > 0);
}
