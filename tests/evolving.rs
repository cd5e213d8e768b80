//! A run that is taken apart into its cells and what else evolves, and put together again in a fresh
//! simulation, goes on as if nothing had happened: no bit differs.

mod common;

use common::everything::Everything;
use spinwigner::precision::Numbers;
use spinwigner::run::DeviceChoice;
use spinwigner::simulation::{Evolving, Simulation};

const STEPS: u64 = 5;

/// Every bit of numbers of either precision, the sign of zero included.
fn bits(cells: &[(usize, Numbers)]) -> Vec<u64> {
    let bits = |numbers: &Numbers| numbers.clone().widened().into_iter().map(f64::to_bits).collect::<Vec<_>>();
    cells.iter().flat_map(|(_, numbers)| bits(numbers)).collect()
}

fn text(evolving: &Evolving) -> String {
    serde_json::to_string(evolving).expect("serialisable")
}

/// The cells as a checkpoint would hold them: slab by slab, in the precision of the device.
fn cells(simulation: &mut Simulation) -> Vec<(usize, Numbers)> {
    let slabs = simulation.executor.slabs();
    slabs.into_iter().map(|cells| (cells.start, simulation.executor.take(cells).expect("taken"))).collect()
}

#[test]
fn a_run_taken_apart_goes_on_to_the_bit() {
    for everything in Everything::all() {
        for numerics in everything.numerics() {
            for device in common::BOTH {
                let loaded = common::scenario(&everything.scenario(&numerics, 10.0));
                let mut whole = common::start(&loaded, device);
                whole.advance(STEPS).expect("finite");
                let (state, end) = (bits(&cells(&mut whole)), text(&whole.evolving()));
                for stop in 0..=STEPS {
                    let mut first = common::start(&loaded, device);
                    first.advance_open(stop).expect("finite");
                    let (kept, evolving) = (cells(&mut first), first.evolving());
                    let single = device == DeviceChoice::Gpu;
                    assert!(kept.iter().all(|(_, numbers)| matches!(numbers, Numbers::F32(_)) == single));
                    // As text and back.
                    let evolving: Evolving = serde_json::from_str(&text(&evolving)).expect("its own text");
                    let mut second = common::start(&loaded, device);
                    for (first, numbers) in &kept {
                        second.executor.put(*first, numbers).expect("put");
                    }
                    second.restore(evolving);
                    second.advance(STEPS - stop).expect("finite");
                    let case = format!("{}, {numerics}, {device:?}, stopped after {stop}", everything.name);
                    assert!(bits(&cells(&mut second)) == state, "{case}: cells differ");
                    assert_eq!(text(&second.evolving()), end, "{case}");
                }
                assert!((whole.time() - 0.1 * STEPS as f64).abs() < 1e-12);
            }
        }
    }
}
