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

/// The least of the values that `percent` of all do not exceed, in milliseconds. Zero of none.
pub(crate) fn percentile_ms(values: &[Duration], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    let value = sorted.get(rank.saturating_sub(1));
    value.map_or(0.0, |value| value.as_secs_f64() * 1000.0)
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
        let values: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let found = [50, 99, 100].map(|percent| percentile_ms(&values, percent).round());
        assert_eq!(found.map(|f| f.to_string()), ["100", "198", "200"]);
        assert!(percentile_ms(&[], 99) < 1e-9);
    }
}
