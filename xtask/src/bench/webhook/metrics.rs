// SPDX-License-Identifier: Apache-2.0

//! Reading metrics in the OpenMetrics text format.

/// The sum of a counter's values over all label sets that have `label`, as in `endpoint="mutate"`.
pub(crate) fn sum(text: &str, name: &str, label: &str) -> u64 {
    let values = text.lines().filter_map(|line| {
        let (labels, value) = line
            .strip_prefix(name)?
            .strip_prefix('{')?
            .split_once('}')?;
        let has = labels.split(',').any(|one| one == label);
        has.then(|| value.trim().parse::<u64>().ok()).flatten()
    });
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_label_are_added_up() {
        let text = "# TYPE a counter\n\
            a_total{endpoint=\"mutate\",kind=\"X\"} 2\n\
            a_total{endpoint=\"mutate\",kind=\"Y\"} 3\n\
            a_total{endpoint=\"validate\",kind=\"Y\"} 7\n\
            ab_total{endpoint=\"mutate\"} 11\n";
        assert_eq!(sum(text, "a_total", "endpoint=\"mutate\""), 5);
        assert_eq!(sum(text, "a_total", "kind=\"Y\""), 10);
        assert_eq!(sum(text, "a_total", "kind=\"Z\""), 0);
    }
}
