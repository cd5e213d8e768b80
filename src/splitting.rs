//! The time step as a list of flows.
//!
//! A flow is a part of the dynamics that acts alone for a while; here only its place counts, in a list of
//! flows of any kind `F`. The energy
//! `U = int (D - P)^2/2 + B^2/2 + <eps> - M.B` is split in two: a [drift](crate::simulation::flows::drift)
//! holds B fixed, a [kick](crate::simulation::flows::kick) holds E fixed, so that the coefficients of
//! their operators are constant:
//!
//! ```text
//! step  = drift(1/2) kick(1) drift(1/2)
//! step  = collision(1/2) drift(1/2) kick(1) drift(1/2) collision(1/2)
//! ```
//!
//! Strang's order two holds for the whole coupled system. Half drifts of neighbouring steps are merged
//! (with collisions, half collisions) when no output is due, or never if the scenario says so. Sweeps along several space axes commute but
//! for terms of order hbar: taking turns forwards and backwards makes two steps that are not merged a
//! palindrome, which keeps the order at half the price of a palindrome in every step.
//!
//! Order four is a composition of five such steps (M. Suzuki, Phys. Lett. A 146 (1990)
//! 319), the third of them backwards in time; each is a palindrome of its own, its sweeps
//! by the series of [`crate::operators::Scheme`]. What dissipates and what collides never runs backwards: it
//! acts before and after the five, each time for half of the step:
//!
//! ```text
//! step  = collision(1/2) dissipation(1/2) five steps dissipation(1/2) collision(1/2)
//! ```

/// The order in which a flow takes the space axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// x first.
    Forwards,
    /// x last.
    Backwards,
    /// Half sweeps forwards, then backwards.
    Palindrome,
}

impl Order {
    /// That of drift or kick number `count` where neighbours mirror each other.
    pub fn of(count: u64) -> Order {
        if count.is_multiple_of(2) { Order::Forwards } else { Order::Backwards }
    }
}

/// A flow as it is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage<F> {
    /// What acts.
    pub flow: F,
    /// Time to which the fields belong that it finds.
    pub time: f64,
    /// Negative backwards.
    pub length: f64,
    /// Of the space axes.
    pub order: Order,
    /// Whether it is the last of its step.
    pub last: bool,
}

/// Step number `count` on its own: from `start`, of a `length`, to `end`.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Steps done before it.
    pub count: u64,
    /// Physical time.
    pub start: f64,
    /// In time; negative backwards.
    pub length: f64,
    /// Physical time.
    pub end: f64,
}

/// Lengths of the Strang steps that make one step of order 2 or 4, in units of it.
pub fn composition(order: u32) -> &'static [f64] {
    // 1/(4 - 4^(1/3)), and what four of it leave.
    const OUTER: f64 = 0.414_490_771_794_375_7;
    const INNER: f64 = 1.0 - 4.0 * OUTER;
    if order == 4 { &[OUTER, OUTER, INNER, OUTER, OUTER] } else { &[1.0] }
}

/// One step of Strang: the last of the flows acts in the middle, the others in two halves around it, in the
/// `outer` order.
fn strang<F: Copy>(flows: &[F], step: Step, [outer, inner]: [Order; 2]) -> Vec<Stage<F>> {
    let Some((&middle, halves)) = flows.split_last() else { return Vec::new() };
    let half = |flow, time| Stage { flow, time, length: 0.5 * step.length, order: outer, last: false };
    let mut stages: Vec<Stage<F>> = halves.iter().map(|&flow| half(flow, step.start)).collect();
    stages.push(Stage { flow: middle, time: step.start, length: step.length, order: inner, last: false });
    stages.extend(halves.iter().rev().map(|&flow| half(flow, step.end)));
    stages
}

/// One step of order two or four, and halves of flows that never run backwards before and after it.
pub fn composed<F: Copy>(flows: &[F], step: Step, order: u32, around: &[F]) -> Vec<Stage<F>> {
    // The mirror image of the step before, or a palindrome of its own.
    let orders = match order {
        2 => [Order::of(step.count + 1), Order::of(step.count)],
        _ => [Order::Palindrome; 2],
    };
    let half = |flow, time, order| Stage { flow, time, length: 0.5 * step.length, order, last: false };
    let mut stages: Vec<Stage<F>> = around.iter().map(|&flow| half(flow, step.start, Order::Forwards)).collect();
    let mut start = step.start;
    for fraction in composition(order) {
        let length = fraction * step.length;
        let end = start + length;
        stages.extend(strang(flows, Step { start, length, end, ..step }, orders));
        start = end;
    }
    stages.extend(around.iter().rev().map(|&flow| half(flow, step.end, Order::Backwards)));
    stages.last_mut().into_iter().for_each(|stage| stage.last = true);
    stages
}

/// One step of order two of at least two flows, whose first half flow is one with that which the step before
/// `owes`, and which owes its own last one to the step after it if its end is `open`.
pub fn merged<F: Copy>(flows: &[F], step: Step, owes: bool, open: bool) -> Vec<Stage<F>> {
    let mut stages = strang(flows, step, [Order::of(step.count + 1), Order::of(step.count)]);
    if owes && let Some(first) = stages.first_mut() {
        first.length = step.length;
        first.order = Order::of(step.count);
    }
    if open {
        stages.pop();
    }
    stages.last_mut().into_iter().for_each(|stage| stage.last = true);
    stages
}

/// The half flow that the step before `step` owes, on its own.
pub fn owed<F: Copy>(flows: &[F], step: Step) -> Option<Stage<F>> {
    let &flow = flows.first()?;
    Some(Stage { flow, time: step.start, length: 0.5 * step.length, order: Order::of(step.count), last: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists of flows, each by a letter.
    const LISTS: [&[char]; 2] = [&['a', 'b'], &['a', 'b', 'c']];

    fn step(count: u64) -> Step {
        let start = 0.5 * count as f64;
        Step { count, start, length: 0.5, end: start + 0.5 }
    }

    /// What the reverse of a list does: the last flow first, each through the axes the other way.
    fn reversed(stages: &[Stage<char>]) -> Vec<(char, f64, Order)> {
        let other = |order| match order {
            Order::Forwards => Order::Backwards,
            Order::Backwards => Order::Forwards,
            Order::Palindrome => Order::Palindrome,
        };
        stages.iter().rev().map(|stage| (stage.flow, stage.length, other(stage.order))).collect()
    }

    fn plain(stages: &[Stage<char>]) -> Vec<(char, f64, Order)> {
        stages.iter().map(|stage| (stage.flow, stage.length, stage.order)).collect()
    }

    /// Time that each flow takes in all.
    fn total(stages: &[Stage<char>], flow: char) -> f64 {
        stages.iter().filter(|stage| stage.flow == flow).map(|stage| stage.length).sum()
    }

    /// A step of order four is a palindrome, two steps of order two are one, for any list of flows.
    #[test]
    fn steps_are_palindromes_of_any_flows() {
        for flows in LISTS {
            let four = composed(flows, step(3), 4, &['d', 'e']);
            assert_eq!(plain(&four), reversed(&four));
            let two = [composed(flows, step(3), 2, &[]), composed(flows, step(4), 2, &[])].concat();
            assert_eq!(plain(&two), reversed(&two));
            for stages in [&four, &two] {
                let steps = if stages.len() == two.len() { 2.0 } else { 1.0 };
                for flow in flows {
                    assert!((total(stages, *flow) - 0.5 * steps).abs() < 1e-15, "{flow}");
                }
            }
        }
        assert_eq!(composed(LISTS[0], step(0), 2, &[]).len(), 3);
        assert_eq!(composed(LISTS[0], step(0), 4, &[]).len(), 15);
    }

    /// Steps that are merged go through the same times and turns wherever they are cut in two runs, and
    /// those of merged halves are the steps on their own.
    #[test]
    fn merged_steps_are_cut_anywhere() {
        for flows in LISTS {
            let run = |from: u64, to: u64, owes: bool, open: bool| -> Vec<Stage<char>> {
                (from..to).flat_map(|n| merged(flows, step(n), owes || n > from, open || n + 1 < to)).collect()
            };
            let whole = run(0, 5, false, false);
            for cut in 1..5 {
                assert_eq!([run(0, cut, false, true), run(cut, 5, true, false)].concat(), whole);
            }
            let closed = [run(0, 5, false, true), owed(flows, step(5)).into_iter().collect()].concat();
            assert_eq!(plain(&closed), plain(&whole));
            assert!(closed.iter().zip(&whole).all(|(a, b)| a.time == b.time));
            assert_eq!(whole.iter().filter(|stage| stage.last).count(), 5);
            assert_eq!(whole.len(), 5 * (composed(flows, step(0), 2, &[]).len() - 1) + 1);
            for flow in flows {
                assert!((total(&whole, *flow) - 2.5).abs() < 1e-15);
            }
        }
    }
}
