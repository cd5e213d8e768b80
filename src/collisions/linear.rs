//! Small systems of linear equations.

/// Pivots below this count as zero.
const SINGULAR: f64 = 1e-13;

/// x of `matrix x = right`, by elimination with pivots; nothing where the matrix, of numbers around 1, is singular.
pub fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N], unknowns: usize) -> Option<[f64; N]> {
    let n = unknowns;
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < SINGULAR {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        let lead = &above[column];
        for (row, values) in below[..n - column - 1].iter_mut().enumerate() {
            let factor = values[column] / lead[column];
            for k in column..n {
                values[k] -= factor * lead[k];
            }
            right[column + 1 + row] -= factor * right[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Solutions of random systems of one to six unknowns; a matrix with a row that is the sum of others has none.
    #[test]
    fn systems_are_solved_or_singular() {
        let mut random = Random(9);
        for n in 1..=6 {
            let matrix: [[f64; 6]; 6] = std::array::from_fn(|_| std::array::from_fn(|_| random.next()));
            let wanted: [f64; 6] = std::array::from_fn(|_| random.next());
            let right = std::array::from_fn(|row| (0..n).map(|k| matrix[row][k] * wanted[k]).sum());
            let found = solve(matrix, right, n).expect("regular");
            assert!((0..n).all(|k| (found[k] - wanted[k]).abs() < 1e-12), "{n}");
            if n > 2 {
                let mut singular = matrix;
                singular[n - 1] = std::array::from_fn(|k| matrix[0][k] + matrix[1][k]);
                assert_eq!(solve(singular, right, n), None);
            }
        }
    }
}
