// SPDX-License-Identifier: Apache-2.0

//! Medians and percentiles.

use std::time::Duration;

/// The median; of an even number the mean of the middle two. Zero of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// For each of `per_mille` the least of the values that so many in a thousand do not exceed. Zeros of none.
pub(crate) fn percentiles<const N: usize>(
    mut values: Vec<Duration>,
    per_mille: [usize; N],
) -> [Duration; N] {
    values.sort_unstable();
    per_mille.map(|per_mille| {
        let rank = (values.len() * per_mille).div_ceil(1000);
        let value = values.get(rank.saturating_sub(1));
        value.copied().unwrap_or_default()
    })
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Microseconds.
pub(crate) fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Mebibytes.
pub(crate) fn mib(bytes: u64) -> f64 {
    float(bytes) / 1_048_576.0
}

/// Three digits after the point: more would be noise.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A count or a size, to calculate with.
#[allow(clippy::cast_precision_loss)] // counts and sizes are far below 2^52
pub(crate) fn float(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let cases: [(&[f64], f64); 4] = [
            (&[], 0.0),
            (&[3.0], 3.0),
            (&[3.0, 1.0, 2.0], 2.0),
            (&[4.0, 1.0, 2.0, 3.0], 2.5),
        ];
        for (values, expected) in cases {
            let found = median(values.iter().copied());
            assert!((found - expected).abs() < 1e-9, "{values:?}: {found}");
        }
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values = (1..=2000).rev().map(Duration::from_millis).collect();
        let found = percentiles(values, [500, 990, 999, 1000]);
        assert_eq!(found.map(|time| time.as_millis()), [1000, 1980, 1998, 2000]);
        assert_eq!(percentiles(Vec::new(), [990]), [Duration::ZERO]);
    }
}
