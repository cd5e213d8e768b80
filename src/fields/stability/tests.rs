use std::f64::consts::TAU;

use super::*;
use crate::grid::Axis;
use crate::scenario::schema::Kinematics;
use crate::splitting::composition;

fn mesh(cells: [usize; 3]) -> Mesh {
    Mesh { cells, step: [0.5, 0.25, 1.0], first: [0.0; 3] }
}

fn particle(moment: f64, anomaly: f64) -> Particle {
    let kinematics = Kinematics::Relativistic;
    Particle { mass: 1.0, charge: -0.8, hbar: 0.5, moment, anomaly, kinematics, spin: true, given: Default::default() }
}

/// Without momenta, which have no part in K and w_p.
fn stability(evolution: Evolution, cells: [usize; 3], particle: &Particle, order: u32) -> Stability {
    Stability {
        evolution,
        mesh: mesh(cells),
        particle: *particle,
        order,
        dissipation: 0.0,
        dephasing: 0.0,
        turning: DVec3::ONE,
        start: Turns::default(),
    }
}

fn limit(cells: [usize; 3], particle: &Particle, inertia: f64) -> StepLimit {
    stability(Evolution::Maxwell, cells, particle, 2).limit(inertia)
}

/// The product of the leapfrogs of one step, [q, p] of an oscillator of frequency 1.
fn trace(order: u32, step: f64) -> f64 {
    let mut columns = [[1.0, 0.0], [0.0, 1.0]];
    for [q, p] in &mut columns {
        for fraction in composition(order) {
            let h = fraction * step;
            *q += 0.5 * h * *p;
            *p -= h * *q;
            *q += 0.5 * h * *p;
        }
    }
    columns[0][0] + columns[1][1]
}

/// An oscillator is stable where the trace of its step is 2 or less.
#[test]
fn factors_are_those_of_the_compositions() {
    for order in [2, 4] {
        for tenth in 1..1000 {
            assert!(trace(order, 1e-3 * f64::from(tenth) * factor(order)).abs() <= 2.0 + 1e-12, "{order} {tenth}");
        }
        assert!(trace(order, 1.001 * factor(order)).abs() > 2.0, "{order}");
    }
}

/// Steps after which what grows by 1e-2 a step has doubled between the thirds.
const STEPS: usize = 210;

/// Kicks act on what streaming left of the earlier ones: growth of the density of a wave from the second third
/// of [`STEPS`] to the last, `frequency` w_p dt and `transform(t)` the mean of exp(-i k v t) over the
/// velocities, t in steps.
fn growth_of_a_warm_wave(order: u32, frequency: f64, transform: impl Fn(f64) -> [f64; 2]) -> f64 {
    // Lengths and middles of the kicks of one step; what one leaves for another depends on which they are, and on the
    // steps between them.
    let lengths = composition(order);
    let middle = |kick: usize| lengths[..kick].iter().sum::<f64>() + 0.5 * lengths[kick];
    let kicks = lengths.len();
    let mut answers = vec![[0.0; 2]; STEPS * kicks * kicks];
    for (index, answer) in answers.iter_mut().enumerate() {
        let (steps, now, then) = (index / (kicks * kicks), index / kicks % kicks, index % kicks);
        let since = steps as f64 + middle(now) - middle(then);
        let scale = -frequency * frequency * lengths[then] * since;
        *answer = transform(since).map(|part| scale * part);
    }
    let mut density: Vec<[f64; 2]> = vec![[1.0, 0.0]];
    for now in 1..STEPS * kicks {
        let mut sum = [0.0; 2];
        for (then, [re, im]) in density.iter().enumerate() {
            let steps = now / kicks - then / kicks;
            let [f, g] = answers[(steps * kicks + now % kicks) * kicks + then % kicks];
            sum = [sum[0] + f * re - g * im, sum[1] + f * im + g * re];
        }
        density.push(sum);
    }
    let size = |part: &[[f64; 2]]| part.iter().fold(0.0, |most: f64, [re, im]| most.max(re.hypot(*im)));
    let third = density.len() / 3;
    // What has all but died away is no wave.
    size(&density[2 * third..]) / size(&density[third..2 * third]).max(1e-3)
}

/// The largest w_p dt by [`StepLimit::streaming`] of a plasma whose phases lie within a.
fn frequency_of(order: u32, a: f64) -> f64 {
    let factor = if order == 4 { SUZUKI_OF_STRANG } else { 1.0 };
    factor * (2.0 * a / (0.5 * a).tan()).sqrt()
}

/// The mean of exp(-i v t) over velocities from -a to a that rise to a tip at `tip` a, on a plateau. Cells so fine
/// that they come around to each other only after [`STEPS`].
fn triangle(a: f64, tip: f64, plateau: f64) -> impl Fn(f64) -> [f64; 2] {
    let cells = 400;
    let velocity = move |i: usize| a * (2.0 * (i as f64 + 0.5) / cells as f64 - 1.0);
    let weight = move |i: usize| {
        let x = velocity(i) / a - tip;
        plateau + 1.0 - if x < 0.0 { -x / (1.0 + tip) } else { x / (1.0 - tip) }
    };
    let all: f64 = (0..cells).map(weight).sum();
    move |t| {
        (0..cells).fold([0.0; 2], |[re, im], i| {
            let (sin, cos) = (velocity(i) * t).sin_cos();
            [re + weight(i) / all * cos, im - weight(i) / all * sin]
        })
    }
}

/// A box of velocities is stable just below the limit, and above it is not: in order two at once, in order four
/// from 1.08 times the limit on, as the factor of the latter is the least of all widths.
#[test]
fn a_box_of_velocities_has_the_limit() {
    for (order, beyond) in [(2, 1.01), (4, 1.08)] {
        for a in [0.1, 0.8, 1.5, 2.2, 2.7, 3.0] {
            let sinc = |t: f64| if t == 0.0 { [1.0, 0.0] } else { [(a * t).sin() / (a * t), 0.0] };
            let [below, above] =
                [0.99, beyond].map(|share| growth_of_a_warm_wave(order, share * frequency_of(order, a), sinc));
            println!("order {order}, a = {a}: {below:.3} below, {above:.1e} above");
            assert!(below < 1.1 && above > 2.0, "order {order}, a = {a}: {below} {above}");
        }
    }
}

/// It is the worst: below its limit other distributions of one maximum within the same bounds are quiet, triangles
/// with tips anywhere, on a plateau or not.
#[test]
fn other_distributions_of_one_maximum_bear_more() {
    for order in [2, 4] {
        for a in [0.8, 1.5, 2.2, 2.7, 3.0] {
            for (tip, plateau) in [(0.0, 0.0), (0.6, 0.0), (0.95, 0.3), (-0.5, 1.0)] {
                let growth = growth_of_a_warm_wave(order, 0.99 * frequency_of(order, a), triangle(a, tip, plateau));
                assert!(growth < 1.1, "order {order}, a = {a}, tip at {tip} on {plateau}: {growth}");
            }
        }
    }
}

/// 2 x 1.241667/dx along each axis, and w_p = 0.8 sqrt(2.5).
#[test]
fn every_axis_and_the_plasma_count() {
    let (none, shortest) = (particle(0.0, 0.0), 2.0 * (75.0 / 64.0 + 25.0 / 384.0 + 3.0 / 640.0));
    for (cells, inverse) in [([8, 1, 1], 2.0), ([8, 9, 1], 20f64.sqrt()), ([8, 8, 16], 21f64.sqrt()), ([1; 3], 0.0)] {
        let limit = limit(cells, &none, 2.5);
        assert!((limit.wavenumber - shortest * inverse).abs() < 1e-12, "{cells:?}");
        let frequency = (limit.wavenumber.powi(2) + 1.6).sqrt();
        assert!((limit.largest() - 2.0 / frequency).abs() < 1e-14, "{cells:?}");
    }
    let still = |evolution| stability(evolution, [8; 3], &none, 4).limit(2.5);
    assert!((still(Evolution::Electrostatic).largest() - 2.7207 / 1.6f64.sqrt()).abs() < 1e-14);
    assert_eq!(still(Evolution::Frozen).largest(), f64::INFINITY);
    assert_eq!(limit([1; 3], &none, 0.0).largest(), f64::INFINITY);
}

/// What M answers changes nothing up to x = 1/2; at 0.9 K^2 is 1.075 times as large, at 1.5 1.27 times.
#[test]
fn spins_count_where_they_answer_strongly() {
    let square = |x: f64, anomaly: f64| {
        let moment = x.sqrt() / (1.0 + anomaly);
        limit([8, 1, 1], &particle(-moment, -anomaly), 1.0).wavenumber.powi(2)
    };
    let vacuum = square(0.0, 0.0);
    assert!((square(0.5, 0.0) / vacuum - 1.0).abs() < 1e-3);
    for (x, ratio) in [(0.9, 1.075), (1.5, 1.27)] {
        for anomaly in [0.0, 0.3] {
            let found = square(x, anomaly) / vacuum;
            assert!((found / ratio - 1.0).abs() < 5e-3, "{x} {anomaly}: {found}");
        }
    }
}

/// Growth per step of a Maxwellian of beams `dp` thermal speeds apart: the largest eigenvalue
/// beyond 1 of kicks on the beams and phases `blur` p between them.
fn growth_of_beams(frequency: f64, blur: f64, cells: usize, reach: f64) -> f64 {
    let dp = 2.0 * reach / cells as f64;
    let p: Vec<f64> = (0..cells).map(|i| -reach + (i as f64 + 0.5) * dp).collect();
    let slope = |p: f64| -p * (-0.5 * p * p).exp() / TAU.sqrt();
    // f_j -> exp(-i blur p_j) f_j, then f_j -= a n f0'(p_j) with n = dp sum f and a = -i w_p^2/k.
    let mut f: Vec<[f64; 2]> = (0..cells).map(|i| [1.0 / (1.0 + i as f64), 0.3]).collect();
    let steps = 3000;
    let (mut early, mut late) = (0.0f64, 0.0f64);
    for step in 0..steps {
        let mut density = [0.0; 2];
        for ([re, im], p) in f.iter_mut().zip(&p) {
            let (sin, cos) = (blur * p).sin_cos();
            (*re, *im) = (*re * cos + *im * sin, *im * cos - *re * sin);
            (density[0], density[1]) = (density[0] + dp * *re, density[1] + dp * *im);
        }
        let pull = frequency * frequency / blur;
        for ([re, im], p) in f.iter_mut().zip(&p) {
            *re -= pull * density[1] * slope(*p);
            *im += pull * density[0] * slope(*p);
        }
        let size = density[0].hypot(density[1]);
        if (steps / 3..steps / 2).contains(&step) {
            early = early.max(size);
        } else if step >= 5 * steps / 6 {
            late = late.max(size);
        }
    }
    (late / early).ln() / (0.5 * f64::from(steps))
}

/// Beams are quiet below 2 pi/(k dv) whatever their number, and beyond it some of them grow, by
/// less than 0.1 (w_p dt)^2 a step. A wave that beats by a factor of two looks in half of
/// 3000 steps like a growth of ln 2/1500 = 5e-4.
#[test]
fn beams_that_come_around_grow() {
    let (mut quiet, mut grown) = (0.0f64, 0.0f64);
    for trial in 0..160 {
        // Sequences that fill the unit interval evenly.
        let part = |step: f64| (0.5 + f64::from(trial) * step).fract();
        let (frequency, reach) = (0.3 + 1.2 * part(0.618034), 4.5 + 1.5 * part(0.754878));
        let cells = 18 + (30.0 * part(0.569840)) as usize;
        let below = (0.5 + 0.49 * part(0.819173)) * PI / reach;
        quiet = quiet.max(growth_of_beams(frequency, below, cells, reach));
        let beyond = growth_of_beams(frequency, (1.3 + 2.0 * part(0.819173)) * PI / reach, cells, reach);
        assert!(beyond < 0.1 * frequency * frequency, "{frequency} {cells} {reach}: {beyond}");
        grown = grown.max(beyond);
    }
    assert!(quiet < 6e-4 && grown > 0.01, "{quiet} {grown}");
}

/// Whether w_p dt passes [`frequency_of`] a = `rate` dt within 1e-5 of `step`; k has seven digits here.
fn is_root(order: u32, frequency: f64, rate: f64, step: f64) -> bool {
    let stable = |step: f64| rate * step < PI && frequency * step < frequency_of(order, rate * step);
    stable(step * (1.0 - 1e-5)) && !stable(step * (1.0 + 1e-5))
}

/// The root of (w_p dt)^2 tan(a/2) = 2 a, a = k dv dt/2 with k = 1.585978/dx, unless dissipation allows more.
#[test]
fn dissipation_bears_beams_that_come_around() {
    let none = particle(0.0, 0.0);
    let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
    let grid =
        Grid::new([axis(8, 0.0, 0.5), None, None, axis(10, -1.0, 0.3), axis(4, -1.0, 0.5), None]).expect("valid");
    let velocity = |p: f64, across: f64| p / (1.0 + p * p + across * across).sqrt();
    let rate = 1.585978 / 0.5 * (velocity(2.0, 0.0) - velocity(-1.0, 0.0));
    for (dissipation, order) in [(0.0, 2), (0.0, 4), (0.5, 2), (1.0, 4)] {
        let numerics = Numerics { order, dissipation, ..Numerics::default() };
        let stability = Stability::new(Evolution::Electrostatic, &grid, &none, &numerics, []);
        for inertia in [1e-3, 0.1, 2.5] {
            let limit = stability.limit(inertia);
            let (frequency, step) = (0.8 * inertia.sqrt(), limit.largest());
            let borne = 0.5 * dissipation.sqrt() / frequency;
            if (step / borne - 1.0).abs() < 1e-12 {
                assert!(limit.words().starts_with("0.5"), "{}", limit.words());
                assert!(frequency * borne > frequency_of(order, f64::min(0.5 * rate * borne, PI)));
            } else {
                assert!(is_root(order, frequency, 0.5 * rate, step), "{dissipation} {order} {inertia}: {step}");
                assert!(step > borne, "{dissipation} {order} {inertia}");
                assert!(limit.words().contains("where (omega_p dt)^2 tan(a/2) is"), "{}", limit.words());
            }
        }
        assert_eq!(stability.limit(0.0).largest(), f64::INFINITY);
    }
    // All along +x: the slowest has most momentum across.
    let axes = [axis(8, 0.0, 0.5), None, None, axis(10, 1.0, 0.2), axis(4, -6.0, 3.0), None];
    let grid = Grid::new(axes).expect("valid");
    for (light, range) in [(false, velocity(3.0, 0.0) - velocity(1.0, 6.0)), (true, 2.0 * velocity(3.0, 0.0))] {
        let (beam, expected) = (dephasing(&grid, &none, light), 1.585978 / 0.5 * range);
        assert!((beam / expected - 1.0).abs() < 1e-4, "{beam} {expected}");
    }
}

/// Where particles outrun light by far, none crosses `k |v| dt = pi`; where they do not the mesh limits the step,
/// where spins meet dissipation to 1 - x w_p/sqrt(K^2 + w_p^2) of what it could be, x = 0.1^2 0.5.
#[test]
fn light_keeps_its_distance() {
    let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
    let grid = Grid::new([axis(8, 0.0, 0.5), None, None, axis(10, -1.0, 0.5), None, None]).expect("valid");
    for (kinematics, outruns) in [(Kinematics::NonRelativistic, true), (Kinematics::Relativistic, false)] {
        for (order, dissipation, moment) in [(2, 0.0, 0.1), (2, 1.0, 0.1), (2, 1.0, 0.0), (4, 0.5, 0.1)] {
            let particle = Particle { kinematics, ..particle(moment, 0.0) };
            let numerics = Numerics { order, dissipation, ..Numerics::default() };
            let stability = Stability::new(Evolution::Maxwell, &grid, &particle, &numerics, []);
            let limit = stability.limit(0.5);
            let words = limit.words();
            if outruns {
                assert!(is_root(order, 0.8 * 0.5f64.sqrt(), 1.585978 / 0.5 * 4.0, limit.largest()), "{words}");
                assert!(words.contains("twice the rate"), "{words}");
            } else {
                let factor = ["1.9989/", "2/", "2.7207/"][match (order, dissipation > 0.0 && moment > 0.0) {
                    (4, _) => 2,
                    (_, pumped) => usize::from(!pumped),
                }];
                assert!(words.starts_with(factor), "{words}");
            }
        }
    }
}

/// A plasma that is compressed in one place is stopped there and then, and so is one that ripples.
#[test]
fn a_plasma_that_becomes_dense_is_stopped() {
    let particle = particle(0.1, 0.0);
    let of = |evolution| stability(evolution, [8, 1, 1], &particle, 2);
    let mut sources = vec![Sources { density: 1.0, inverse_inertia: 0.9, ..Sources::default() }; 8];
    let step = 0.999 * limit([8, 1, 1], &particle, 0.9).largest();
    for step in [step, -step] {
        assert!(of(Evolution::Maxwell).refuse(&sources, Turns::default(), step, 1.5).is_ok());
    }
    for (density, words) in
        [(3.0, ["holds 2.4 times the mean", "use time.step <= 0.3"]), (2.0, ["int |w0| is 2.7 or more", "int w0 2,"])]
    {
        sources[3] = Sources { density, inverse_inertia: 2.7, ..Sources::default() };
        for step in [step, -step] {
            let error = of(Evolution::Maxwell).refuse(&sources, Turns::default(), step, 1.5).expect_err("too dense");
            let text = error.to_string();
            assert!(
                matches!(error, Error::Run(_)) && text.contains("at t = 1.5 ") && text.contains(" 0.397666"),
                "{text}"
            );
            assert!(words.iter().all(|words| text.contains(words)), "{text}");
        }
    }
    assert!(of(Evolution::Frozen).refuse(&sources, Turns::default(), 100.0, 1.5).is_ok());
    // Gyration of 2.2 a step, though the plasma is as at the start.
    sources[3] = sources[0];
    let stronger = Turns { cyclotron: 2.2 / step, precession: 0.0 };
    let error = of(Evolution::Maxwell).refuse(&sources, stronger, step, 1.5).expect_err("B grows").to_string();
    assert!(error.contains("B has become stronger") && error.contains("if it should not"), "{error}");
}

/// Rates of slow particles in the strongest B, of which only what turns resolved momenta makes them gyrate: with frozen
/// fields dt w_c <= 2, or 2.7207; spins that light meets turn by a radian, (1 + |a|) 2 mu_B B dt/hbar.
#[test]
fn turns_limit_the_step() {
    let axis = |cells: usize, from: f64, step: f64| Some(Axis { cells, from, step });
    let plane = Grid::new([axis(8, 0.0, 0.5), None, None, axis(10, -1.0, 0.2), axis(10, -1.0, 0.2), None]);
    let plane = plane.expect("valid");
    let b = [DVec3::new(9.0, 0.0, 0.0), DVec3::new(0.0, 0.0, -4.0)];
    let of = |evolution, moment: f64, order| {
        let numerics = Numerics { order, dissipation: 0.0, ..Numerics::default() };
        Stability::new(evolution, &plane, &particle(moment, -0.2), &numerics, b).limit(0.5)
    };
    for (order, most) in [(2, 2.0), (4, 2.7207)] {
        let limit = of(Evolution::Frozen, 0.1, order);
        assert!((limit.largest() - most / (0.8 * 4.0)).abs() < 1e-12, "{}", limit.words());
        assert!(limit.words().contains("/omega_c = ") && limit.remedy() == ", or B", "{}", limit.words());
    }
    let limit = of(Evolution::Maxwell, 1.5, 2);
    assert!((limit.largest() - 0.5 / (1.2 * 2.0 * 1.5 * 9.0)).abs() < 1e-12, "{}", limit.words());
    assert!(limit.words().contains("1/omega_s = ") && limit.remedy() == ", or B", "{}", limit.words());
    // Without light, or a moment, nothing but gyration.
    for (evolution, moment) in [(Evolution::Electrostatic, 1.5), (Evolution::Frozen, 1.5), (Evolution::Maxwell, 0.0)] {
        assert!(!of(evolution, moment, 2).words().contains("omega_s"));
    }
}

/// Growth in 3000 steps of light along B in a cold plasma, [E_y, E_z, B_y, B_z, p_y, p_z], whose gyration is
/// made of shears as that of a kick is.
fn growth_along_b(order: u32, [k, plasma, turn]: [f64; 3], step: f64) -> f64 {
    let mut wave = [0.3, 0.1, -0.2, 0.4, 0.5, -0.1];
    let drift = |[ey, ez, by, bz, py, pz]: &mut [f64; 6], h: f64| {
        *ey += h * (k * *bz - plasma * plasma * *py);
        *ez -= h * (k * *by + plasma * plasma * *pz);
    };
    let faraday = |[ey, ez, by, bz, _, _]: &mut [f64; 6], h: f64| {
        *by += h * k * *ez;
        *bz -= h * k * *ey;
    };
    let mut largest: f64 = 0.0;
    for _ in 0..3000 {
        for fraction in composition(order) {
            let h = fraction * step;
            drift(&mut wave, 0.5 * h);
            faraday(&mut wave, 0.5 * h);
            let [ey, ez, .., py, pz] = &mut wave;
            *py += 0.5 * h * (*ey + turn * *pz);
            *pz += h * (*ez - turn * *py);
            *py += 0.5 * h * (*ey + turn * *pz);
            faraday(&mut wave, 0.5 * h);
            drift(&mut wave, 0.5 * h);
        }
        largest = wave.iter().map(|x| x.abs()).fold(largest, f64::max);
        if largest > 1e12 {
            break;
        }
    }
    largest
}

/// Light along B is quiet at 0.99 of the limit at any w_c: a leapfrog swells there by 1/sqrt(1 - 0.99^2) = 7.1.
/// Without w_c in the limit it explodes from some w_c on, 0.3/dt where K = 0.
#[test]
fn gyration_is_part_of_the_limit() {
    for order in [2, 4] {
        let mut exploded = 0;
        for plasma in [0.1, 0.4, 0.8, 1.0] {
            let k = f64::sqrt(1.0 - plasma * plasma);
            for turn in [0.05, 0.2, 0.5, 1.0, 2.0, 4.0] {
                let limit = StepLimit {
                    order,
                    wavenumber: k,
                    plasma_frequency: plasma,
                    turns: Turns { cyclotron: turn, precession: 0.0 },
                    dephasing: 0.0,
                    dissipation: 0.0,
                    light: true,
                    distance: 0.0,
                };
                let w = limit.fastest();
                assert!((w * w * (w - turn) - w + k * k * turn).abs() < 1e-12 * w.powi(3) && w >= turn.max(1.0));
                for wave in [0.0, 0.5 * k, k] {
                    let found = growth_along_b(order, [wave, plasma, turn], SHARE * limit.largest());
                    assert!(found < 7.1, "order {order}, {wave} of {k}, {plasma}, {turn}: {found:.1e}");
                }
                let without = StepLimit { turns: Turns::default(), ..limit };
                exploded += u32::from(growth_along_b(order, [k, plasma, turn], SHARE * without.largest()) > 1e6);
            }
        }
        println!("order {order}: {exploded} of 24 explode at 0.99 of the limit without w_c");
        assert!(exploded >= 12);
    }
}
