// SPDX-License-Identifier: Apache-2.0

//! What is measured and what it is compared with, in turn, round by round.

use super::stats::median;

/// A run of what is measured, and one of what it is compared with, one right after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<T, F> {
    pub(crate) ours: T,
    pub(crate) floor: F,
}

/// The rounds of one setting.
#[derive(Clone, Debug)]
pub(crate) struct Rounds<T, F>(pub(crate) Vec<Pair<T, F>>);

impl<T, F> Rounds<T, F> {
    /// The runs of what is measured.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|pair| &pair.ours)
    }

    /// The median of a figure of what is measured.
    pub(crate) fn median(&self, figure: impl Fn(&T) -> f64) -> f64 {
        median(self.ours().map(figure))
    }

    /// The median of a figure of what it is compared with.
    pub(crate) fn median_of_floor(&self, figure: impl Fn(&F) -> f64) -> f64 {
        median(self.0.iter().map(|pair| figure(&pair.floor)))
    }

    /// The median of the rounds' ratios: neighbours had the same machine, whatever else went on there.
    pub(crate) fn ratio(&self, ours: impl Fn(&T) -> f64, floor: impl Fn(&F) -> f64) -> f64 {
        let ratios = self.0.iter();
        median(ratios.map(|pair| ours(&pair.ours) / floor(&pair.floor)))
    }

    /// The largest of a figure of what is measured; 0 of none.
    pub(crate) fn most(&self, figure: impl Fn(&T) -> u64) -> u64 {
        self.ours().map(figure).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_neighbours() {
        let pair = |ours, floor| Pair { ours, floor };
        let rounds = Rounds(vec![pair(110, 100), pair(300, 200), pair(130, 125)]);
        let float = |value: &u32| f64::from(*value);
        let figures = [
            rounds.median(float),
            rounds.median_of_floor(float),
            rounds.ratio(float, float),
        ];
        assert_eq!(figures.map(|f| f.to_string()), ["130", "125", "1.1"]);
        assert_eq!(rounds.most(|value| u64::from(*value)), 300);
    }
}
